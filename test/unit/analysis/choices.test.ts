import assert from "node:assert/strict";
import { type ChoiceRequest, scoreChoices } from "../../../src/analysis/choices";
import { tinyModel } from "../../support/tinyModel";
import { TinyRunner } from "../../support/tinyRunner";
import { randomIds } from "../../support/tinyWindow";

const shape = {
  nLayers: 2,
  nHeads: 2,
  dModel: 8,
  dMlp: 10,
  dVocab: 20,
  nCtx: 8,
  kind: "gpt",
  seed: 4,
} as const;
const model = tinyModel(shape);
const prompt = randomIds(4, shape.dVocab, 1);
const choice = (own: number[], bytes = own.length, before = prompt): ChoiceRequest => ({
  text: own.join(" "),
  ids: [...before, ...own],
  from: before.length,
  bytes,
});

/** Log-probability of one token after some ids, the plain way. */
function logProb(ids: readonly number[], id: number): number {
  const logits = new TinyRunner(model).logits(ids, [], ids.length)[ids.length - 1];
  return logits[id] - Math.log(logits.reduce((sum, x) => sum + Math.exp(x), 0));
}

describe("choice scores", () => {
  it("sum what each token of a continuation has behind the ones before", async () => {
    const own = [3, 7, 11];
    const { choices } = await scoreChoices(new TinyRunner(model), [choice(own, 6)]);
    const wanted = own.map((id, i) => logProb([...prompt, ...own.slice(0, i)], id));
    choices[0].logProbs.forEach((x, i) => assert.ok(Math.abs(x - wanted[i]) < 1e-5));
    const sum = wanted.reduce((a, b) => a + b, 0);
    assert.ok(Math.abs(choices[0].logProb - sum) < 1e-5);
    assert.ok(Math.abs(choices[0].perToken - sum / 3) < 1e-5);
    assert.ok(Math.abs((choices[0].perByte ?? 0) - sum / 6) < 1e-5);
  });

  it("name the best by the whole, by token and by byte", async () => {
    const all = [choice([3, 7, 11], 30), choice([5], 1), choice([9, 2], 2)];
    const { choices, best } = await scoreChoices(new TinyRunner(model), all);
    const first = (score: (i: number) => number): number =>
      [0, 1, 2].reduce((a, b) => (score(b) > score(a) ? b : a));
    assert.equal(
      best.total,
      first((i) => choices[i].logProb),
    );
    assert.equal(
      best.perToken,
      first((i) => choices[i].perToken),
    );
    assert.equal(
      best.perByte,
      first((i) => choices[i].perByte as number),
    );
    assert.equal(best.perByte, 0);
  });

  it("see the last tokens of what is longer than the context", async () => {
    const long = randomIds(10, shape.dVocab, 2);
    const { choices } = await scoreChoices(new TinyRunner(model), [choice([3, 4], 2, long)]);
    const wanted = logProb(long.slice(4), 3) + logProb([...long.slice(4), 3], 4);
    assert.ok(Math.abs(choices[0].logProb - wanted) < 1e-5);
  });

  const wrong: [string, ChoiceRequest, string][] = [
    ["no token of its own", choice([]), "empty-input"],
    ["no token before it", { ...choice([1]), from: 0 }, "out-of-range"],
    ["more tokens than the context", choice(randomIds(9, shape.dVocab, 3)), "out-of-range"],
  ];
  for (const [what, one, code] of wrong) {
    it(`refuse a continuation with ${what}`, () =>
      assert.rejects(scoreChoices(new TinyRunner(model), [one]), { code }));
  }
});
