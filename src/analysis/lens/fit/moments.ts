/** Least squares from a layer's rows to the last one's: sums that grow window by window, and their solution. */
import { throwIfCancelled, type WorkOptions } from "../../../base/cancel";
import type { LensMath, Translator } from "../../../graph/lensMath";
import { cholesky, solveCholesky } from "../../../tensor/cholesky";

/** Ridge: this share of a dimension's own variance is added to it, so that no unit of measure matters. */
const ridge = 1e-3;
/** And this share of the mean variance, for dimensions that never vary. */
const floor = 1e-9;
/** Rows of A between two looks at the signal. */
const rowsAtOnce = 32;

/** Sums over positions of one layer: x is the layer's row, y what is missing to the last one's, both less a shift. */
export class Moments {
  readonly xx: Float64Array;
  readonly yx: Float64Array;
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly shiftX: Float64Array;
  readonly shiftY: Float64Array;

  constructor(
    private readonly d: number,
    /** Positions so far. */
    public n = 0,
  ) {
    this.xx = new Float64Array(d * d);
    this.yx = new Float64Array(d * d);
    [this.x, this.y, this.shiftX, this.shiftY] = Array.from({ length: 4 }, () => new Float64Array(d)) as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ];
  }

  /** Adds positions: their rows [n, d] at this layer and after the last block. The first ones set the shift. */
  async add(math: LensMath, rows: Float32Array, final: Float32Array): Promise<void> {
    const { d } = this;
    const n = rows.length / d;
    if (this.n === 0) this.setShift(rows, final);
    const x = new Float32Array(rows.length);
    const y = new Float32Array(rows.length);
    for (let i = 0; i < rows.length; i++) {
      const j = i % d;
      x[i] = rows[i] - this.shiftX[j];
      y[i] = final[i] - rows[i] - this.shiftY[j];
    }
    const products = await math.products(x, y);
    addTo(this.xx, products.xx);
    addTo(this.yx, products.yx);
    for (let i = 0; i < rows.length; i++) {
      this.x[i % d] += x[i];
      this.y[i % d] += y[i];
    }
    this.n += n;
  }

  private setShift(rows: Float32Array, final: Float32Array): void {
    const { d } = this;
    const n = rows.length / d;
    for (let i = 0; i < rows.length; i++) {
      this.shiftX[i % d] += rows[i] / n;
      this.shiftY[i % d] += (final[i] - rows[i]) / n;
    }
  }

  /**
   * The map that comes nearest to the last row on the positions seen: A = Cyx (Cxx + ridge)⁻¹, b from the means. Rejects
   * with {CancelledError} when it is stopped; a wide layer takes seconds.
   */
  async solve(options: WorkOptions = {}): Promise<Translator> {
    const { d, n } = this;
    const meanX = this.x.map((sum) => sum / n);
    const meanY = this.y.map((sum) => sum / n);
    const covariance = new Float64Array(d * d);
    let trace = 0;
    for (let i = 0; i < d; i++) {
      for (let j = 0; j < d; j++) covariance[i * d + j] = this.xx[i * d + j] / n - meanX[i] * meanX[j];
      trace += covariance[i * d + i];
    }
    for (let i = 0; i < d; i++)
      covariance[i * d + i] = covariance[i * d + i] * (1 + ridge) + (floor * trace) / d + Number.MIN_VALUE;
    const none = { a: new Float32Array(d * d), b: new Float32Array(d) };
    if (!cholesky(covariance, d)) return none;
    const { a, b } = none;
    const row = new Float64Array(d);
    for (let i = 0; i < d; i++) {
      if (i % rowsAtOnce === 0) await pause(options);
      for (let j = 0; j < d; j++) row[j] = this.yx[i * d + j] / n - meanY[i] * meanX[j];
      solveCholesky(covariance, d, row);
      a.set(row, i * d);
      let constant = meanY[i] + this.shiftY[i];
      for (let j = 0; j < d; j++) constant -= row[j] * (meanX[j] + this.shiftX[j]);
      b[i] = constant;
    }
    return { a, b };
  }
}

/** Lets a signal be heard. */
async function pause({ signal }: WorkOptions): Promise<void> {
  await new Promise<void>((resolve) => void setTimeout(resolve, 0));
  throwIfCancelled(signal);
}

function addTo(sum: Float64Array, more: Float64Array): void {
  for (let i = 0; i < sum.length; i++) sum[i] += more[i];
}
