/** How sure a share is that was counted on draws. */

/** Standard normal quantile of 97.5 %. */
const z = 1.959963984540054;

/** The Wilson interval (95 %) of a share of `hits` among `n`; [0, 1] of none. */
export function wilsonInterval(hits: number, n: number): [number, number] {
  if (n === 0) return [0, 1];
  const share = hits / n;
  const centre = share + (z * z) / (2 * n);
  const half = z * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n));
  const scale = 1 + (z * z) / n;
  return [hits === 0 ? 0 : (centre - half) / scale, hits === n ? 1 : (centre + half) / scale];
}
