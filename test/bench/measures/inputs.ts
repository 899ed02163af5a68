/** Random ids of GPT-2's vocabulary. */
import { seededRandom } from "../../../src/base/random";

/** n ids, the same for the same seed. */
export function someIds(n: number, seed: number): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: n }, () => Math.floor(random() * 50257));
}
