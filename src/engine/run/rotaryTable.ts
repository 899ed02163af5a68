/** Cosines and sines of rotary positions. */
import type { RotarySpec } from "../../graph/modelSpec";
import { floatFeed } from "../feeds";
import type { Feed } from "../ort";

/** cos and sin of positions from … to − 1 for a run of `length` positions in all, each [positions, 1, dHead]; angles in double precision. */
export function rotaryFeeds(
  spec: RotarySpec,
  range: { from: number; to: number; length: number },
): { cos: Feed; sin: Feed } {
  const frequencies = spec.inverseFrequencies(range.length);
  const half = frequencies.length;
  const n = range.to - range.from;
  const cos = new Float32Array(n * half * 2);
  const sin = new Float32Array(n * half * 2);
  for (let row = 0; row < n; row++) {
    for (let i = 0; i < half; i++) {
      const angle = (range.from + row) * frequencies[i];
      const at = row * half * 2 + i;
      cos[at] = cos[at + half] = Math.cos(angle) * spec.factor;
      sin[at] = sin[at + half] = Math.sin(angle) * spec.factor;
    }
  }
  const dims = [n, 1, half * 2];
  return { cos: floatFeed(cos, dims), sin: floatFeed(sin, dims) };
}
