/** Cells of a patch: one run of the base with some rows replaced, and the measure it ends with. */
import { throwIfCancelled, type WorkOptions } from "../../base/cancel";
import type { BaseRun, Runner } from "../../graph/runner";
import type { Edit } from "../../protocol/edit";
import { CellMeasures } from "../sweep/measures";

/** Rows that replace others at one hook, by position. */
export interface Replaced {
  readonly hook: string;
  readonly rows: readonly { readonly position: number; readonly row: Float32Array }[];
}

/** Cells whose tokens are decoded together: decoding one row reads the whole unembedding. */
const cellsAtOnce = 8;

/** Measures of a kept run and of what becomes of it: a difference of two logits behind its last position. */
export class Cells {
  private readonly measures: CellMeasures;

  constructor(
    runner: Runner,
    private readonly base: BaseRun,
    { token, against }: { readonly token: number; readonly against: number },
  ) {
    const position = base.ids.length - 1;
    this.measures = new CellMeasures(runner, [{ of: "logitDiff", token, minus: against, position }]);
  }

  /** The measure of the run as it is. */
  async plain(options: WorkOptions): Promise<number> {
    return (await this.measures.start(this.base, { signal: options.signal }))[0];
  }

  /** The measure of each cell, in order; `onCell` is called as each has run. One `atOnce`, tokens are decoded as the plain run's are. */
  async of(
    cells: readonly Replaced[],
    options: WorkOptions,
    { onCell, atOnce = cellsAtOnce }: { readonly onCell: () => void; readonly atOnce?: number },
  ): Promise<number[]> {
    const values: number[] = [];
    for (let from = 0; from < cells.length; from += atOnce) {
      const rows: Float32Array[] = [];
      for (const cell of cells.slice(from, from + atOnce)) {
        throwIfCancelled(options.signal);
        const asked = { edits: [editOf(cell)], positions: this.measures.positions };
        rows.push(await this.base.final(asked, { signal: options.signal }));
        onCell();
      }
      values.push(...(await this.measures.of(rows, { signal: options.signal })).map(([one]) => one));
    }
    return values;
  }
}

function editOf({ hook, rows }: Replaced): Edit {
  return {
    hook,
    op: "set",
    positions: rows.map(({ position }) => position),
    value: rows.map(({ row }) => Array.from(row)),
  };
}
