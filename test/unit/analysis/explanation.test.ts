import assert from "node:assert/strict";
import { neuronKey, RecordActivations } from "../../../src/analysis/common/activations";
import { explain, explainNeurons, fittingOf } from "../../../src/analysis/common/explanation/explain";
import { nameToken } from "../../../src/analysis/common/explanation/naming";
import { heldOut, readingText } from "../../../src/analysis/common/explanation/readingText";
import { heldOutActivations } from "../../../src/analysis/common/explanation/readings";
import { pearson } from "../../../src/analysis/common/pearson";
import { seededRandom } from "../../../src/base/random";
import type { ModelRecords } from "../../../src/graph/runner";
import { tinyModel, type TinyShape } from "../../support/tinyModel";
import { tinyRecords } from "../../support/tinyRecords";
import { TinyRunner, tinyVocabulary } from "../../support/tinyRunner";
import { randomIds, tinyWindow } from "../../support/tinyWindow";

const dVocab = 12;
const ids = randomIds(2048, dVocab, 11);
const text = readingText(tinyWindow(ids), null, 4096);

/** The explanation of a neuron whose activation at a position is given by the ids around it. */
function explained(activation: (pos: number) => number, other: (pos: number) => number = () => 0) {
  const fitting = (f: (pos: number) => number) => fittingOf(text, Float32Array.from(text.source, f));
  return explain(fitting(activation), fitting(other), { basis: "test", vocabulary: tinyVocabulary });
}

describe("explanations of neurons", () => {
  it("find a neuron that fires on a token", () => {
    const found = explained((p) => Number(ids[p] === 5));
    assert.equal(found.kind, "token");
    assert.equal(found.text, 'fires on "t5"');
    assert.ok(found.score > 0.99);
  });

  it("find a neuron that goes down on a token", () => {
    assert.equal(explained((p) => -Number(ids[p] === 5)).text, 'goes down on "t5"');
  });

  it("find a neuron that fires before a token", () => {
    const found = explained((p) => Number(ids[p + 1] === 7));
    assert.equal(found.kind, "next-token");
    assert.equal(found.text, 'fires before "t7"');
  });

  it("find a neuron that fires on a token after another", () => {
    const found = explained((p) => Number(ids[p] === 5 && ids[p - 1] === 3));
    assert.equal(found.kind, "ngram");
    assert.equal(found.text, 'fires on "t5" (after "t3")');
    assert.ok(found.score > 0.9, `${found.score}`);
  });

  it("say that nothing simple was found for noise", () => {
    const random = seededRandom(3);
    const noise = ids.map(() => random());
    const found = explained((p) => noise[p]);
    assert.equal(found.kind, "none");
    assert.equal(found.text, "no simple explanation found");
    assert.ok(Math.abs(found.score) < 0.3);
  });

  it("say so for a neuron that never moves", () => {
    const found = explained(() => 0.25);
    assert.equal(found.kind, "none");
    assert.equal(found.score, 0);
  });

  it("find nothing where the position alone decides", () => {
    assert.equal(explained((p) => p % 17).kind, "none");
  });

  it("score on what was held back: a table learnt by heart is worth nothing there", () => {
    const unique = tinyWindow(Array.from({ length: 400 }, (_, i) => i));
    const own = readingText(unique, null, 4096);
    const random = seededRandom(5);
    const fitting = fittingOf(
      own,
      Float32Array.from(own.source, () => random()),
    );
    const found = explain(fitting, fitting, { basis: "test", vocabulary: tinyVocabulary });
    assert.equal(found.score, 0);
  });

  it("give as control what another neuron's explanation predicts of this one", () => {
    const fires = (id: number) => (p: number) => Number(ids[p] === id);
    const unlike = explained(fires(5), fires(6));
    assert.ok(unlike.score > 0.99 && unlike.control < 0.1);
    const alike = explained(fires(5), fires(5));
    assert.equal(alike.control, alike.score);
  });

  it("are not affected by unit and offset of the activations", () => {
    const plain = explained((p) => Number(ids[p] === 5) + 0.01 * (p % 7));
    const moved = explained((p) => 40 * (Number(ids[p] === 5) + 0.01 * (p % 7)) - 3);
    assert.equal(plain.text, moved.text);
    assert.ok(Math.abs(plain.score - moved.score) < 1e-4);
  });

  it("say when the text is too short to hold anything back", () => {
    const short = readingText(tinyWindow(ids.slice(0, 20)), null, 64);
    const fitting = fittingOf(
      short,
      Float32Array.from(short.source, (p) => Number(ids[p] === 5)),
    );
    assert.equal(explain(fitting, fitting, { basis: "b", vocabulary: tinyVocabulary }).kind, "none");
  });
});

describe("explanations by a model's records", () => {
  const sizes = { nLayers: 2, nHeads: 2, dModel: 8, dMlp: 10, dVocab: 20, nCtx: 64 };
  const shape: TinyShape = { ...sizes, kind: "gpt", seed: 1 };
  const model = tinyModel(shape);
  const records = tinyRecords(model, 3, 9);
  const neurons = [
    { layer: 1, neuron: 3 },
    { layer: 0, neuron: 9 },
  ];
  const request = (of: ModelRecords) => {
    const all = Array.from({ length: 20 }, (_, i) => ({ layer: Math.floor(i / 10), neuron: i % 10 }));
    const overWindow = new Map(all.map((id) => [neuronKey(id), new Float32Array(0)]));
    const held = new RecordActivations(new TinyRunner(model), of);
    return { neurons, window: tinyWindow([]), records: held, overWindow };
  };

  it("say that no other text was used", async () => {
    const made = await explainNeurons(new TinyRunner(model), tinyVocabulary, request(records));
    // Three windows of 64 tokens, the first and the last of each left out.
    for (const { basis } of made)
      assert.equal(basis, "random letters (186 tokens), one half to choose, the other to score");
  });

  it("are those that the records carry", async () => {
    const explanations = Array.from({ length: 20 }, (_, i) => {
      return { text: `neuron ${i}`, kind: "token" as const, score: 0.5, control: 0, basis: "carried" };
    });
    const carried = request({ ...records, explanations });
    const made = await explainNeurons(new TinyRunner(model), tinyVocabulary, carried);
    assert.deepEqual(made, [explanations[13], explanations[9]]);
  });
});

describe("the text readings are chosen on", () => {
  const records = { ids: Int32Array.from(randomIds(2048, dVocab, 2)) } as ModelRecords;

  it("holds back half of the records and half of the window", () => {
    const both = readingText(tinyWindow(ids.slice(0, 512)), records, 1024);
    assert.equal(both.nFromRecords, 8 * 254);
    const share = (part: Uint8Array) => part.filter((p) => p === heldOut).length / part.length;
    assert.equal(share(both.part.slice(0, both.nFromRecords)), 0.5);
    assert.ok(Math.abs(share(both.part.slice(both.nFromRecords)) - 0.5) < 0.05);
    assert.equal(Math.max(...both.part.filter((p) => p !== heldOut)), 3);
  });

  it("counts neither the first nor the last position of a run, nor special tokens", () => {
    const window = tinyWindow(ids.slice(0, 64));
    const tokens = window.tokens.map((t, i) => (i === 9 ? { ...t, special: true as const } : t));
    const counted = Array.from(readingText({ ...window, tokens }, null, 64).source);
    assert.deepEqual(
      counted,
      Array.from({ length: 62 }, (_, i) => i + 1).filter((p) => p !== 9),
    );
  });

  it("knows the neighbours of each position", () => {
    text.source.forEach((p, i) => {
      assert.deepEqual([text.previous[i], text.current[i], text.next[i]], ids.slice(p - 1, p + 2));
    });
  });

  it("keeps activations in the order of positions", () => {
    const fitting = fittingOf(text, Float32Array.from(text.source));
    const held = heldOutActivations(fitting);
    assert.ok(held.every((p, i) => i === 0 || p > held[i - 1]));
  });
});

describe("correlation", () => {
  it("is Pearson's", () => {
    assert.ok(Math.abs(pearson([1, 2, 3, 5], [2, 1, 4, 9]) - 0.93229) < 1e-4);
    assert.ok(Math.abs(pearson([1, 2, 3], [-2, -4, -6]) + 1) < 1e-12);
  });

  it("is 0, not NaN, where one side does not vary or there is nothing", () => {
    assert.equal(pearson([1, 1, 1], [1, 2, 3]), 0);
    assert.equal(pearson([0.1, 0.1, 0.1], [1, 2, 3]), 0);
    assert.equal(pearson([], []), 0);
  });
});

describe("names of tokens", () => {
  const named = (text: string | null) => nameToken(9, { text: () => text, decode: () => null });
  const cases: [string | null, string][] = [
    [null, "token 9"],
    [" the", '" the"'],
    ["\n", "newline"],
    ["\r\n", "newline"],
    ["\n\n    ", "2 newlines + 4 spaces"],
    ["\t", "tab"],
    [" ", "space"],
    ['"<script>', '"\\"<script>"'],
    ["", '""'],
    ["😀".repeat(30), `"${"😀".repeat(24)}…"`],
  ];
  for (const [text, name] of cases) {
    it(`of ${JSON.stringify(text)} is ${name}`, () => assert.equal(named(text), name));
  }
});
