import assert from "node:assert/strict";
import { neuronActivations } from "../../../src/analysis/common/activations";
import { neuronFile } from "../../../src/analysis/neuronFile";
import { CancelSource } from "../../../src/base/cancel";
import type { TokenInfo } from "../../../src/protocol/model";
import { tinyModel } from "../../support/tinyModel";
import { TinyRunner } from "../../support/tinyRunner";
import { randomIds } from "../../support/tinyWindow";

const shape = {
  nLayers: 2,
  nHeads: 2,
  dModel: 8,
  dMlp: 10,
  dVocab: 20,
  nCtx: 16,
  seed: 4,
  kind: "gpt",
} as const;
const runner = new TinyRunner(tinyModel(shape));
const id = { layer: 1, neuron: 3 };
const nowhere = { start: 0, end: 0 };
const bos: TokenInfo = { id: 7, text: "<s>", start: 0, end: 0, special: true };

/** Tokens of two characters each, none of them added. */
function tokensOf(ids: readonly number[]): TokenInfo[] {
  return ids.map((one, i) => ({ id: one, text: `t${one % 10}`, start: 2 * i, end: 2 * i + 2 }));
}

/** The neuron on some ids run by themselves. */
async function alone(ids: readonly number[]): Promise<number[]> {
  return [...((await neuronActivations(runner, { ids, neurons: [id] })).get("1.3") as Float32Array)];
}

describe("a neuron over a file", () => {
  it("is the plain run where the text fits the context", async () => {
    const ids = randomIds(16, shape.dVocab, 1);
    const tokens = tokensOf(ids);
    const file = await neuronFile(runner, { ...id, tokens, range: nowhere, sign: 1 });
    assert.deepEqual(file.activations, await alone(ids));
    assert.deepEqual(file.tokens, tokens);
  });

  it("takes each token from the first window that reaches it", async () => {
    const ids = randomIds(37, shape.dVocab, 2);
    const file = await neuronFile(runner, { ...id, tokens: tokensOf(ids), range: nowhere, sign: 1 });
    const expected = [
      ...(await alone(ids.slice(0, 16))),
      ...(await alone(ids.slice(8, 24))).slice(8),
      ...(await alone(ids.slice(16, 32))).slice(8),
      ...(await alone(ids.slice(24, 37))).slice(8),
    ];
    assert.deepEqual(file.activations, expected);
  });

  it("puts the tokens that a tokenizer adds before every window and leaves them out of the answer", async () => {
    const ids = randomIds(30, shape.dVocab, 3);
    const tokens = [bos, ...tokensOf(ids)];
    const file = await neuronFile(runner, { ...id, tokens, range: nowhere, sign: 1 });
    assert.equal(file.tokens.length, 30);
    const first = (await alone([7, ...ids.slice(0, 15)])).slice(1);
    const second = (await alone([7, ...ids.slice(7, 22)])).slice(1 + 8);
    const third = (await alone([7, ...ids.slice(14, 29)])).slice(1 + 8);
    assert.deepEqual(file.activations.slice(0, 29), [...first, ...second, ...third]);
  });

  for (const sign of [1, -1] as const) {
    it(`lists the strongest places outside the selection, ${sign === 1 ? "highest" : "lowest"} first`, async () => {
      const tokens = tokensOf(randomIds(40, shape.dVocab, 5));
      const range = { start: tokens[10].start, end: tokens[20].end };
      const { places, activations } = await neuronFile(runner, { ...id, tokens, range, sign });
      const outside = activations
        .map((_, i) => i)
        .filter((i) => i > 0 && (i < 10 || i > 20) && sign * activations[i] > 0);
      outside.sort((a, b) => sign * (activations[b] - activations[a]) || a - b);
      assert.ok(places.length > 0);
      assert.deepEqual(
        places.map(({ pos }) => pos),
        outside.slice(0, places.length),
      );
    });
  }

  it("refuses an empty text and stops when it is told to", async () => {
    await assert.rejects(neuronFile(runner, { ...id, tokens: [bos], range: nowhere, sign: 1 }), {
      code: "empty-input",
    });
    const source = new CancelSource();
    source.cancel();
    const tokens = tokensOf([1, 2, 3]);
    const work = neuronFile(runner, { ...id, tokens, range: nowhere, sign: 1 }, { signal: source.signal });
    await assert.rejects(work, { code: "cancelled" });
  });
});
