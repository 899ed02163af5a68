/** Which pairs a direction is fitted to, which choose its best layer, and which it is judged on. */
import { permutation, seededRandom } from "../../base/random";

/** Indices of pairs, ascending. A pair's two texts are always in one part. */
export interface Split {
  readonly train: readonly number[];
  readonly validation: readonly number[];
  readonly test: readonly number[];
}

/** Share of what is not held out that chooses the best layer. */
const validationShare = 0.25;
/** With fewer pairs to fit to, none is spared for choosing. */
const fewestToChoose = 4;

/** The same split for the same seed. One pair alone is fitted to and nothing else. */
export function splitPairs(n: number, testShare: number, seed: number): Split {
  const order = permutation(n, seededRandom(seed));
  const nTest = testShare === 0 ? 0 : Math.max(0, Math.min(n - 1, Math.max(1, Math.round(testShare * n))));
  const rest = n - nTest;
  const nValidation = rest < fewestToChoose ? 0 : Math.max(1, Math.round(validationShare * rest));
  const part = (from: number, to: number): number[] => order.slice(from, to).sort((a, b) => a - b);
  return {
    test: part(0, nTest),
    validation: part(nTest, nTest + nValidation),
    train: part(nTest + nValidation, n),
  };
}

/** The same split of texts, by the pairs they belong to: indices of texts. */
export function splitTexts(
  texts: readonly { readonly pair: number }[],
  testShare: number,
  seed: number,
): Split {
  const pairs = [...new Set(texts.map(({ pair }) => pair))];
  const split = splitPairs(pairs.length, testShare, seed);
  const textsOf = (part: readonly number[]): number[] => {
    const chosen = new Set(part.map((i) => pairs[i]));
    return texts.flatMap(({ pair }, i) => (chosen.has(pair) ? [i] : []));
  };
  return { train: textsOf(split.train), validation: textsOf(split.validation), test: textsOf(split.test) };
}
