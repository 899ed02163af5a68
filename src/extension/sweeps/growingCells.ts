/** The cells of a sweep while it runs: a table that fills. */
import type { EffectAndCost, SteeringSweepPlan, SweepCells, SweepPart } from "../../protocol/steeringSweep";

type Row = (number | null)[];

/** Takes cells as they come; gives whole tables. */
export class GrowingCells {
  private readonly layers: readonly number[];
  private readonly effect: Row[];
  private readonly cost: Row[];
  private readonly norm: Row[];
  private baseline: EffectAndCost | null = null;
  private missing: number;

  constructor(
    private readonly plan: Pick<SteeringSweepPlan, "layers" | "strengths">,
    nLayers: number,
  ) {
    this.layers = plan.layers === "all" ? Array.from({ length: nLayers }, (_, i) => i) : plan.layers;
    const empty = (): Row[] => this.layers.map(() => plan.strengths.map(() => null));
    this.effect = empty();
    this.cost = empty();
    this.norm = empty();
    this.missing = this.layers.length * plan.strengths.length;
  }

  /** Whether every cell is there. */
  get isWhole(): boolean {
    return this.missing === 0;
  }

  /** Puts a cell in. */
  take({ cell: [row, column], effect, cost, relativeNorm, baseline }: SweepPart): void {
    if (this.effect[row][column] === null) this.missing -= 1;
    this.effect[row][column] = effect;
    this.cost[row][column] = cost;
    this.norm[row][column] = relativeNorm;
    this.baseline = baseline;
  }

  /** The table as it is now. */
  get table(): SweepCells {
    const copy = (rows: readonly Row[]): Row[] => rows.map((row) => [...row]);
    return {
      layers: this.layers,
      strengths: this.plan.strengths,
      effect: copy(this.effect),
      cost: copy(this.cost),
      relativeNorm: copy(this.norm),
      baseline: this.baseline,
    };
  }
}
