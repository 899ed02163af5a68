/** The numbers of a cell, from rows of the last residual stream. */
import type { WorkOptions } from "../../base/cancel";
import type { BaseRun, Decoded, Runner } from "../../graph/runner";
import type { SweepMeasure } from "../../protocol/sweep";
import { divergence, logSoftmax } from "../common/divergence";

/** A measure whose tokens are ids and whose position counts from the start. */
export type KnownMeasure = SweepMeasure & { readonly token?: number; readonly minus?: number };

/** Computes measures of rows; knows the plain run's distributions once it has seen them. */
export class CellMeasures {
  /** Positions whose rows are wanted, ascending. */
  readonly positions: readonly number[];
  private readonly plain = new Map<number, Float64Array>();

  constructor(
    private readonly runner: Runner,
    private readonly measures: readonly KnownMeasure[],
  ) {
    this.positions = [...new Set(measures.map(({ position }) => position))].sort((a, b) => a - b);
  }

  /** The plain run's measures; its distributions are what later ones are compared with. */
  async start(base: BaseRun, options: WorkOptions): Promise<number[]> {
    const work = { signal: options.signal };
    const rows = await base.final({ edits: [], positions: this.positions }, work);
    for (const position of this.comparedPositions()) {
      this.plain.set(position, await this.distribution(rows, position));
    }
    return (await this.of([rows], options))[0];
  }

  /** The measures of cells, each with rows [positions, dModel]; tokens of all cells are decoded together. */
  async of(cells: readonly Float32Array[], options: WorkOptions): Promise<number[][]> {
    const tracked = this.positions.map((position) => this.tokensAt(position));
    const decoded = tracked.some((tokens) => tokens.length > 0)
      ? await this.decode(cells, tracked, options)
      : null;
    const all: number[][] = [];
    for (const [cell, rows] of cells.entries()) {
      const kl = new Map<number, number>();
      for (const position of this.comparedPositions()) {
        const plain = this.plain.get(position) as Float64Array;
        kl.set(position, divergence(plain, await this.distribution(rows, position)));
      }
      all.push(
        this.measures.map((measure) =>
          measure.of === "kl"
            ? (kl.get(measure.position) as number)
            : this.token(measure, { decoded: decoded as Decoded, cell, tracked }),
        ),
      );
    }
    return all;
  }

  private decode(
    cells: readonly Float32Array[],
    tracked: readonly (readonly number[])[],
    options: WorkOptions,
  ): Promise<Decoded> {
    const size = this.positions.length * this.runner.info.dModel;
    const rows = new Float32Array(cells.length * size);
    cells.forEach((cell, i) => rows.set(cell, i * size));
    const track = cells.flatMap(() => tracked);
    return this.runner.decode({ rows, k: 1, track }, { signal: options.signal });
  }

  private token(
    measure: KnownMeasure,
    { decoded, cell, tracked }: { decoded: Decoded; cell: number; tracked: readonly (readonly number[])[] },
  ): number {
    const position = this.positions.indexOf(measure.position);
    const row = cell * this.positions.length + position;
    const found = (id: number | undefined) => decoded.tracked[row][tracked[position].indexOf(id as number)];
    const { logit, rank } = found(measure.token);
    switch (measure.of) {
      case "rank":
        return rank;
      case "logProb":
        return logit - decoded.logSumExp[row];
      case "logitDiff":
        return logit - found(measure.minus).logit;
      default:
        return logit;
    }
  }

  private tokensAt(position: number): number[] {
    const own = this.measures.filter((measure) => measure.position === position);
    const tokens = own.flatMap(({ token, minus }) => [token, minus]).filter((id) => id !== undefined);
    return [...new Set(tokens)];
  }

  private comparedPositions(): number[] {
    return this.positions.filter((position) =>
      this.measures.some((measure) => measure.of === "kl" && measure.position === position),
    );
  }

  private async distribution(rows: Float32Array, position: number): Promise<Float64Array> {
    const { dModel } = this.runner.info;
    const row = this.positions.indexOf(position) * dModel;
    return logSoftmax((await this.runner.logitsOf(rows.slice(row, row + dModel))).logits);
  }
}
