/** Exact t-SNE (van der Maaten and Hinton 2008) of a few hundred rows: every pair counts, nothing is approximated. */
import { gaussian, seededRandom } from "../../../base/random";
import type { Turns } from "../turns";
import type { Square } from "./gram";

/** How it is drawn. */
export interface TsneOptions {
  readonly perplexity: number;
  readonly seed: number;
  /** Steps of gradient descent; the first quarter with exaggerated neighbours. */
  readonly steps: number;
}

/** A picture. */
export interface TsneResult {
  /** x and y of each row in turn. */
  readonly points: Float64Array;
  /** KL of the neighbours in the picture from those in full, nats: 0 would be a picture that lies nowhere. */
  readonly divergence: number;
  /** Rows that have so many others at the same distance that the perplexity cannot be met. */
  readonly missed: number;
}

const exaggeration = 12;
/** Smallest probability of a pair. */
const least = 1e-12;
const rounds = 200;

/** Neighbours' probabilities of each row, each row with the perplexity that is asked for. */
export interface Neighbours extends Square {
  /** As in a result. */
  readonly missed: number;
}

/** p(j|i), proportional to exp(−β_i d²_ij), with β_i by bisection so that exp(entropy) is the perplexity. */
export async function neighboursOf(distances: Square, perplexity: number, turns: Turns): Promise<Neighbours> {
  const { data, n } = distances;
  const p = new Float64Array(n * n);
  const wanted = Math.log(perplexity);
  let missed = 0;
  for (let i = 0; i < n; i++) {
    await turns.pause();
    const from = data.subarray(i * n, (i + 1) * n);
    const into = p.subarray(i * n, (i + 1) * n);
    let [low, high] = [0, Infinity];
    let beta = 1 / (meanOthers(from, i) || 1);
    let off = Infinity;
    for (let round = 0; round < rounds; round++) {
      off = spreadOver(from, i, beta, into) - wanted;
      if (Math.abs(off) < 1e-10) break;
      if (off > 0) low = beta;
      else high = beta;
      beta = high === Infinity ? 2 * beta : (low + high) / 2;
    }
    if (!(Math.abs(off) < 1e-5)) missed++;
  }
  return { data: p, n, missed };
}

function meanOthers(distances: Float64Array, i: number): number {
  let sum = 0;
  for (let j = 0; j < distances.length; j++) if (j !== i) sum += distances[j];
  return sum / Math.max(1, distances.length - 1);
}

/** Writes the probabilities at β and gives their entropy in nats. */
function spreadOver(distances: Float64Array, i: number, beta: number, into: Float64Array): number {
  let nearest = Infinity;
  for (let j = 0; j < distances.length; j++) if (j !== i) nearest = Math.min(nearest, distances[j]);
  let sum = 0;
  let weighted = 0;
  for (let j = 0; j < distances.length; j++) {
    const beyond = distances[j] - nearest;
    const weight = j === i ? 0 : Math.exp(-beta * beyond);
    into[j] = weight;
    sum += weight;
    if (weight > 0) weighted += weight * beta * beyond;
  }
  for (let j = 0; j < distances.length; j++) into[j] /= sum;
  return Math.log(sum) + weighted / sum;
}

/** Pairs' probabilities: those of both directions together, all summing to 1. */
function jointOf({ data, n }: Neighbours): Float64Array {
  return data.map((value, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    return i === j ? 0 : Math.max(least, (value + data[j * n + i]) / (2 * n));
  });
}

/**
 * Draws the rows in two dimensions. The places it begins from depend on the seed alone.
 * @param onStep  told after each step
 */
export async function tsne(
  distances: Square,
  { perplexity, seed, steps }: TsneOptions,
  turns: Turns,
  onStep?: (done: number) => void,
): Promise<TsneResult> {
  const { n } = distances;
  const neighbours = await neighboursOf(distances, perplexity, turns);
  const joint = jointOf(neighbours);
  const draw = gaussian(seededRandom(seed));
  const points = Float64Array.from({ length: 2 * n }, () => 1e-4 * draw());
  const speed = { moved: new Float64Array(2 * n), gains: new Float64Array(2 * n).fill(1) };
  const rate = Math.max(n / exaggeration / 4, 50);
  const kernel = new Float64Array(n * n);
  for (let step = 0; step < steps; step++) {
    await turns.pause();
    const early = step < steps / 4;
    const gradient = gradientOf(joint, points, kernel, early ? exaggeration : 1);
    move(points, gradient, speed, { rate, momentum: early ? 0.5 : 0.8 });
    onStep?.(step + 1);
  }
  return { points, divergence: divergenceOf(joint, points, kernel), missed: neighbours.missed };
}

/** Fills the kernel 1 / (1 + distance²) of the picture's pairs and gives its sum. */
function fillKernel(points: Float64Array, kernel: Float64Array): number {
  const n = points.length / 2;
  let sum = 0;
  for (let i = 0; i < n; i++)
    for (let j = 0; j < i; j++) {
      const [dx, dy] = [points[2 * i] - points[2 * j], points[2 * i + 1] - points[2 * j + 1]];
      const near = 1 / (1 + dx * dx + dy * dy);
      kernel[i * n + j] = kernel[j * n + i] = near;
      sum += 2 * near;
    }
  return sum;
}

function gradientOf(
  joint: Float64Array,
  points: Float64Array,
  kernel: Float64Array,
  factor: number,
): Float64Array {
  const n = points.length / 2;
  const gradient = new Float64Array(2 * n);
  const sum = fillKernel(points, kernel);
  for (let i = 0; i < n; i++) {
    const [x, y] = [points[2 * i], points[2 * i + 1]];
    let [gx, gy] = [0, 0];
    for (let j = 0; j < n; j++) {
      if (j === i) continue;
      const near = kernel[i * n + j];
      const pull = 4 * (factor * joint[i * n + j] - near / sum) * near;
      gx += pull * (x - points[2 * j]);
      gy += pull * (y - points[2 * j + 1]);
    }
    gradient[2 * i] = gx;
    gradient[2 * i + 1] = gy;
  }
  return gradient;
}

/** One step, with a gain of its own for each coordinate; the picture stays centred. */
function move(
  points: Float64Array,
  gradient: Float64Array,
  { moved, gains }: { readonly moved: Float64Array; readonly gains: Float64Array },
  { rate, momentum }: { readonly rate: number; readonly momentum: number },
): void {
  for (let k = 0; k < points.length; k++) {
    const turnsBack = gradient[k] > 0 === moved[k] > 0;
    gains[k] = Math.max(0.01, turnsBack ? gains[k] * 0.8 : gains[k] + 0.2);
    moved[k] = momentum * moved[k] - rate * gains[k] * gradient[k];
    points[k] += moved[k];
  }
  for (const axis of [0, 1]) {
    let sum = 0;
    for (let k = axis; k < points.length; k += 2) sum += points[k];
    const centre = sum / (points.length / 2);
    for (let k = axis; k < points.length; k += 2) points[k] -= centre;
  }
}

function divergenceOf(joint: Float64Array, points: Float64Array, kernel: Float64Array): number {
  const n = points.length / 2;
  const sum = fillKernel(points, kernel);
  let divergence = 0;
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      if (i === j) continue;
      const p = joint[i * n + j];
      divergence += p * Math.log(p / Math.max(least, kernel[i * n + j] / sum));
    }
  return divergence;
}
