/** Cells of a patch: one run of the base with some rows replaced, and the measure it ends with. */
import { throwIfCancelled, type WorkOptions } from "../../base/cancel";
import type { BaseRun, Runner } from "../../graph/runner";
import type { Edit } from "../../protocol/edit";

/** Rows that replace others at one hook, by position. */
export interface Replaced {
  readonly hook: string;
  readonly rows: readonly { readonly position: number; readonly row: Float32Array }[];
}

/** Cells whose tokens are decoded together: decoding one row reads the whole unembedding. */
const cellsAtOnce = 8;

/** Measures of a kept run and of what becomes of it: a difference of two logits behind its last position. */
export class Cells {
  constructor(
    private readonly runner: Runner,
    private readonly base: BaseRun,
    private readonly tokens: { readonly token: number; readonly against: number },
  ) {}

  /** The measure of the run as it is. */
  async plain(options: WorkOptions): Promise<number> {
    return (await this.differences([await this.lastRow([], options)], options))[0];
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
        rows.push(await this.lastRow([editOf(cell)], options));
        onCell();
      }
      values.push(...(await this.differences(rows, options)));
    }
    return values;
  }

  private lastRow(edits: readonly Edit[], { signal }: WorkOptions): Promise<Float32Array> {
    return this.base.final({ edits, positions: [this.base.ids.length - 1] }, { signal });
  }

  private async differences(rows: readonly Float32Array[], { signal }: WorkOptions): Promise<number[]> {
    const { dModel } = this.runner.info;
    const all = new Float32Array(rows.length * dModel);
    rows.forEach((row, i) => all.set(row, i * dModel));
    const { token, against } = this.tokens;
    const track = rows.map(() => [token, against]);
    const { tracked } = await this.runner.decode({ rows: all, k: 1, track }, { signal });
    return tracked.map(([one, other]) => one.logit - other.logit);
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
