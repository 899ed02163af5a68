/** Logistic regression of two classes, in float64. */
import { countRows, dot, length, meanOf, row, type Rows } from "./vectors";

/** What a probe is: the class is likely positive where x·weights + bias > 0. */
export interface Probe {
  readonly weights: Float64Array;
  readonly bias: number;
}

const mostSteps = 200;
const remembered = 8;
const tolerance = 1e-6;

/**
 * A probe with an L2 penalty (½‖w‖² beside the sum of losses, over rows of a common scale, so that the penalty means
 * the same whatever the rows' length) and classes of equal weight. `positive` says per row of which class it is.
 */
export function logisticProbe(rows: Rows, positive: readonly boolean[]): Probe {
  const n = countRows(rows);
  const all = Array.from({ length: n }, (_, i) => i);
  const mean = meanOf(rows, all);
  const scale = deviation(rows, mean);
  const d = rows.width;
  const x = new Float64Array(n * d);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < d; j++) x[i * d + j] = (rows.data[i * d + j] - mean[j]) / scale;
  const counts = positive.filter(Boolean).length;
  const problem: Problem = {
    rows: { data: x, width: d },
    targets: positive.map((one) => (one ? 1 : -1)),
    importance: positive.map((one) => n / (2 * Math.max(1, one ? counts : n - counts))),
  };
  const found = minimum(problem);
  const weights = Float64Array.from({ length: d }, (_, j) => found[j] / scale);
  return { weights, bias: found[d] - dot(weights, mean) };
}

/** Standard deviation of all entries together; 1 where nothing changes. */
function deviation({ data, width }: Rows, mean: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < data.length; at++) sum += (data[at] - mean[at % width]) ** 2;
  return Math.sqrt(sum / Math.max(1, data.length)) || 1;
}

interface Problem {
  readonly rows: Rows;
  readonly targets: readonly number[];
  readonly importance: readonly number[];
}

/** Value of the objective at [weights, bias], and its gradient. */
function objective(
  { rows, targets, importance }: Problem,
  at: Float64Array,
): { value: number; gradient: Float64Array } {
  const d = rows.width;
  const gradient = new Float64Array(d + 1);
  let value = 0;
  for (let j = 0; j < d; j++) {
    value += 0.5 * at[j] * at[j];
    gradient[j] = at[j];
  }
  targets.forEach((target, i) => {
    const x = row(rows, i);
    let margin = at[d];
    for (let j = 0; j < d; j++) margin += at[j] * x[j];
    margin *= target;
    // log(1 + e^−m), without overflow.
    value +=
      importance[i] * (margin > 0 ? Math.log1p(Math.exp(-margin)) : Math.log1p(Math.exp(margin)) - margin);
    const pull = (-importance[i] * target) / (1 + Math.exp(margin));
    for (let j = 0; j < d; j++) gradient[j] += pull * x[j];
    gradient[d] += pull;
  });
  return { value, gradient };
}

/** L-BFGS with a line search that halves. Source: Nocedal and Wright, "Numerical Optimization", algorithm 7.4. */
function minimum(problem: Problem): Float64Array {
  let at = new Float64Array(problem.rows.width + 1);
  let here = objective(problem, at);
  const first = length(here.gradient);
  const past: { readonly step: Float64Array; readonly change: Float64Array; readonly rho: number }[] = [];
  for (let round = 0; round < mostSteps && length(here.gradient) > tolerance * Math.max(1, first); round++) {
    const direction = descent(here.gradient, past);
    const slope = dot(direction, here.gradient);
    let size = past.length === 0 ? Math.min(1, 1 / length(here.gradient)) : 1;
    let next = at;
    let there = here;
    for (let tries = 0; tries < 50; tries++, size /= 2) {
      next = at.map((x, j) => x + size * direction[j]);
      there = objective(problem, next);
      if (there.value <= here.value + 1e-4 * size * slope) break;
    }
    const step = next.map((x, j) => x - at[j]);
    const change = there.gradient.map((x, j) => x - here.gradient[j]);
    const product = dot(step, change);
    if (!(product > 0)) break;
    past.push({ step, change, rho: 1 / product });
    if (past.length > remembered) past.shift();
    [at, here] = [next, there];
  }
  return at;
}

function descent(
  gradient: Float64Array,
  past: readonly { readonly step: Float64Array; readonly change: Float64Array; readonly rho: number }[],
): Float64Array {
  const q = gradient.slice();
  const weights: number[] = [];
  for (let i = past.length - 1; i >= 0; i--) {
    const { step, change, rho } = past[i];
    weights[i] = rho * dot(step, q);
    for (let j = 0; j < q.length; j++) q[j] -= weights[i] * change[j];
  }
  const last = past.at(-1);
  const gamma = last ? 1 / (last.rho * dot(last.change, last.change)) : 1;
  for (let j = 0; j < q.length; j++) q[j] *= gamma;
  past.forEach(({ step, change, rho }, i) => {
    const back = rho * dot(change, q);
    for (let j = 0; j < q.length; j++) q[j] += step[j] * (weights[i] - back);
  });
  return q.map((x) => -x);
}
