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
    return this.of(rows, options);
  }

  /** The measures of rows [positions, dModel], in order. */
  async of(rows: Float32Array, options: WorkOptions): Promise<number[]> {
    const kl = new Map<number, number>();
    for (const position of this.comparedPositions()) {
      const plain = this.plain.get(position) as Float64Array;
      kl.set(position, divergence(plain, await this.distribution(rows, position)));
    }
    const track = this.positions.map((position) => this.tokensAt(position));
    const needed = track.some((tokens) => tokens.length > 0);
    const decoded = needed
      ? await this.runner.decode({ rows, k: 1, track }, { signal: options.signal })
      : null;
    return this.measures.map((measure) =>
      measure.of === "kl"
        ? (kl.get(measure.position) as number)
        : this.token(measure, decoded as Decoded, track),
    );
  }

  private token(measure: KnownMeasure, decoded: Decoded, track: readonly (readonly number[])[]): number {
    const row = this.positions.indexOf(measure.position);
    const found = (id: number | undefined) => decoded.tracked[row][track[row].indexOf(id as number)];
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
