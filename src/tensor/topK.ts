/** The largest of many numbers. */

/** From this k on, a threshold found by sorting plain numbers is cheaper than keeping a sorted list of the best. */
const thresholdFrom = 256;

/**
 * Indices of the k largest values, the largest first; of equal values the lower index first. NaN counts as −∞.
 * @param k  at least 0; more than there are values means all of them
 */
export function topK(values: Float32Array, k: number): number[] {
  const most = Math.min(k, values.length);
  if (most <= 0) return [];
  return most < thresholdFrom ? listedBest(values, most) : bestFrom(values, most);
}

const orLeast = (value: number): number => (Number.isNaN(value) ? -Infinity : value);

function listedBest(values: Float32Array, most: number): number[] {
  const best: number[] = [];
  const kept: number[] = [];
  for (let i = 0; i < values.length; i++) {
    const value = orLeast(values[i]);
    if (best.length === most && value <= kept[most - 1]) continue;
    let at = best.length;
    while (at > 0 && kept[at - 1] < value) at--;
    best.splice(at, 0, i);
    kept.splice(at, 0, value);
    if (best.length > most) [best.length, kept.length] = [most, most];
  }
  return best;
}

function bestFrom(values: Float32Array, most: number): number[] {
  const known = values.map(orLeast);
  const threshold = known.slice().sort()[values.length - most];
  const larger: number[] = [];
  const equal: number[] = [];
  known.forEach((value, i) => {
    if (value > threshold) larger.push(i);
    else if (value === threshold) equal.push(i);
  });
  larger.sort((a, b) => known[b] - known[a] || a - b);
  return [...larger, ...equal.slice(0, most - larger.length)];
}
