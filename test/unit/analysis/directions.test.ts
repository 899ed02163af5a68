import assert from "node:assert/strict";
import { type DirectionRequest, makeDirection } from "../../../src/analysis/directions";
import { combineVectors, compareDirections } from "../../../src/analysis/directions/compare";
import type { DirectionText } from "../../../src/analysis/directions/states";
import { cosine } from "../../../src/analysis/common/vectors";
import { CancelSource } from "../../../src/base/cancel";
import { gaussian, seededRandom } from "../../../src/base/random";
import type { Runner } from "../../../src/graph/runner";
import { plantedRunner } from "../../support/plantedRunner";
import { tinyVocabulary } from "../../support/tinyRunner";

const dModel = 32;
const along = (d: number): Float32Array => Float32Array.from({ length: dModel }, (_, i) => (i === d ? 1 : 0));

/** Texts [start, word of the pair, side, end]; the side shows in the state from layer 1 on, strongest at layer 2. */
const strengths = [0, 1.5, 6, 3];
const runner = (): Runner & { runs: number } =>
  plantedRunner({
    nLayers: 4,
    dModel,
    state: (layer, ids, position) => {
      const normal = gaussian(seededRandom(ids[1]! * 1000 + ids[2]! * 7 + layer + 100 * position));
      const state = Float32Array.from({ length: dModel }, normal);
      if (position === ids.length - 1 && ids[2] === 3) state[5]! += strengths[layer]!;
      return state;
    },
  });

function texts(
  n: number,
  change: (text: DirectionText, i: number) => DirectionText = (text) => text,
): DirectionText[] {
  return Array.from({ length: 2 * n }, (_, i): DirectionText => {
    const positive = i % 2 === 0;
    const text = { ids: [0, 10 + (i >> 1), positive ? 3 : 2, 1], counted: [1, 2, 3], positive, pair: i >> 1 };
    return change(text, i);
  });
}

const asked = (more: Partial<DirectionRequest> = {}): DirectionRequest => ({
  source: { kind: "mean-difference" },
  texts: texts(39),
  hook: "hook_resid_post",
  layers: [0, 1, 2, 3],
  position: "last",
  testShare: 0.25,
  seed: 0,
  draws: 20,
  ...more,
});

describe("a direction of texts", () => {
  for (const kind of ["mean-difference", "pca", "logistic"] as const)
    it(`is the one that was planted, at its layer: ${kind}`, async () => {
      const made = await makeDirection(runner(), tinyVocabulary, asked({ source: { kind } }));
      assert.equal(made.bestLayer, 2);
      assert.equal(made.chosenOn, "validation");
      assert.ok(cosine(made.vectors.get(2)!, along(5)) > (kind === "logistic" ? 0.8 : 0.95));
      const [none, , best] = made.layers;
      assert.ok(best!.accuracy! > 0.95 && best!.percentile.shuffled === 1);
      assert.ok(none!.interval![0] < 0.5 && none!.interval![1] > 0.5);
      assert.deepEqual(made.texts, { train: 44, validation: 14, test: 20 });
      assert.deepEqual(best!.nearest!.promotes[0], { id: 0, text: "<s>", weight: 1 });
    });

  it("reads each text once, all layers in one run, and a text that comes again not at all", async () => {
    const one = runner();
    await makeDirection(one, tinyVocabulary, asked());
    assert.equal(one.runs, 78);
    const again = runner();
    const same = texts(20, (text) => ({ ...text, ids: [0, 9, text.positive ? 3 : 2, 1] }));
    await makeDirection(again, tinyVocabulary, asked({ texts: same }));
    assert.equal(again.runs, 2);
  });

  it("read by the mean is weaker, where only the last position shows the side", async () => {
    const last = await makeDirection(runner(), tinyVocabulary, asked());
    const mean = await makeDirection(runner(), tinyVocabulary, asked({ position: "mean" }));
    assert.ok(mean.layers[2]!.norm < 0.6 * last.layers[2]!.norm);
    assert.ok(cosine(mean.vectors.get(2)!, along(5)) > 0.8);
  });

  it("that is given is judged as it is, and its layer kept", async () => {
    const vectors = new Map([1, 2].map((layer) => [layer, Float64Array.from(along(5))]));
    const source = { kind: "given", vectors, bestLayer: 1 } as const;
    const made = await makeDirection(runner(), tinyVocabulary, asked({ source, layers: [1, 2] }));
    assert.deepEqual([made.bestLayer, made.chosenOn], [1, "rule"]);
    assert.ok(made.layers[1]!.accuracy! > 0.95);
    assert.deepEqual([...made.vectors.get(2)!], [...along(5)]);
    const bare = await makeDirection(runner(), tinyVocabulary, asked({ source, layers: [1, 2], texts: [] }));
    assert.deepEqual([bare.layers[0]!.accuracy, bare.layers[0]!.norm], [null, 1]);
  });

  it("of one pair is their difference, and says that nothing judges it", async () => {
    const made = await makeDirection(runner(), tinyVocabulary, asked({ texts: texts(1) }));
    assert.deepEqual([made.layers[2]!.accuracy, made.layers[2]!.nulls.shuffled], [null, []]);
    assert.equal(made.chosenOn, "rule");
    assert.match(made.warnings.join("\n"), /^One pair:/m);
    const pca = asked({ source: { kind: "pca" }, texts: texts(1) });
    await assert.rejects(makeDirection(runner(), tinyVocabulary, pca), { code: "too-few-pairs" });
  });

  it("says where the choice had no part of its own", async () => {
    const made = await makeDirection(runner(), tinyVocabulary, asked({ texts: texts(4) }));
    assert.equal(made.chosenOn, "training");
    assert.equal(made.layers[0]!.validation, null);
  });

  const warned: [string, DirectionText[], RegExp | null][] = [
    ["texts that end alike", texts(39), null],
    [
      "last tokens that are of one side each",
      texts(39, (text) => ({ ...text, ids: [...text.ids.slice(0, 3), text.positive ? 4 : 5] })),
      /^Leakage: the last tokens alone separate the classes/m,
    ],
    [
      "pairs that differ in their last tokens alone",
      texts(39, (text, i) => ({ ...text, ids: [0, 7, 8, 9, 10 + (i >> 1), text.positive ? i : i + 100] })),
      /^Leakage:.*differ in their last token alone/m,
    ],
    [
      "texts without a counterpart",
      texts(39).filter((_, i) => i % 8 !== 1),
      /^Imbalance: there are 39 positive and 29 negative/m,
    ],
    [
      "one text against many",
      texts(39, (text) => (text.positive ? { ...text, ids: [0, 9, 3, 1] } : text)),
      /^Imbalance: there are 1 different positive and 39 different/m,
    ],
    [
      "sides of other lengths",
      texts(39, (text) => (text.positive ? { ...text, ids: [0, ...text.ids] } : text)),
      /^Length: the positive texts are longer in 100%/m,
    ],
    [
      "texts of one token",
      texts(39, (text) => ({ ...text, ids: text.ids.slice(1, 2), counted: [] })),
      /^Position 0: 78/m,
    ],
    ["few texts", texts(6), /^Few texts: only 4/m],
  ];
  for (const [what, given, message] of warned)
    it(`is made of ${what}, ${message === null ? "without a warning" : "with a warning"}`, async () => {
      const { warnings, layers } = await makeDirection(runner(), tinyVocabulary, asked({ texts: given }));
      assert.equal(layers.length, 4);
      if (message === null) assert.deepEqual(warnings, []);
      else assert.match(warnings.join("\n"), message);
    });

  it("that is no better than chance says so", async () => {
    const nothing = asked({ layers: [0] });
    const { warnings } = await makeDirection(runner(), tinyVocabulary, nothing);
    assert.match(warnings.join("\n"), /^Chance: at the best layer/m);
  });

  it("whose classes lie apart along every direction says so", async () => {
    const far = plantedRunner({
      nLayers: 4,
      dModel,
      state: (_, ids) => new Float32Array(dModel).fill(ids[2] === 3 ? 100 : -100).map((x, d) => x * (d + 1)),
    });
    const { warnings } = await makeDirection(far, tinyVocabulary, asked());
    assert.match(warnings.join("\n"), /^Everywhere: /m);
  });

  const wrong: [string, Partial<DirectionRequest>, string][] = [
    ["a layer that there is not", { layers: [4] }, "out-of-range"],
    ["a hook that there is not", { hook: "hook_resid_mid" }, "missing-hook"],
    ["a hook without vectors", { hook: "attn.hook_pattern" }, "missing-hook"],
    [
      "a vector of another width",
      { source: { kind: "given", vectors: new Map([[0, new Float64Array(3)]]), bestLayer: 0 }, layers: [0] },
      "shape-mismatch",
    ],
    ["a head that there is not", { source: { kind: "head", layer: 0, head: 1 } }, "out-of-range"],
  ];
  for (const [what, more, code] of wrong)
    it(`is refused at ${what}`, () =>
      assert.rejects(makeDirection(runner(), tinyVocabulary, asked(more)), { code }));

  it("is refused where the model's numbers are not finite", async () => {
    const broken = plantedRunner({ nLayers: 4, dModel, state: () => new Float32Array(dModel).fill(NaN) });
    await assert.rejects(makeDirection(broken, tinyVocabulary, asked()), { code: "not-finite" });
  });

  it("stops when it is cancelled, and tells how far it is", async () => {
    const source = new CancelSource();
    const one = runner();
    const onProgress = ({ done }: { done: number }): void => void (done === 5 && source.cancel());
    const work = { signal: source.signal, onProgress };
    await assert.rejects(makeDirection(one, tinyVocabulary, asked(), work), { code: "cancelled" });
    assert.ok(one.runs <= 6);
  });
});

describe("directions beside each other", () => {
  const of = (name: string, rows: [number, number[]][]) => ({ name, vectors: new Map(rows) });

  it("have cosines layer by layer and across", () => {
    const first = of("a", [[0, [1, 0]], [2, [0, 2]]]); // prettier-ignore
    const second = of("b", [[2, [0, -1]], [3, [1, 1]]]); // prettier-ignore
    const { same, across, layers, random } = compareDirections(first, second);
    assert.deepEqual(same, [{ layer: 2, cosine: -1 }]);
    assert.deepEqual(layers, [[0, 2], [2, 3]]); // prettier-ignore
    assert.deepEqual(across[0], [0, cosine([1, 0], [1, 1])]);
    assert.equal(random, 1 / Math.SQRT2);
  });

  it("add up with their weights, where all have a layer", () => {
    const parts = [
      { vectors: new Map([[0, [1, 0]], [1, [1, 2]]]), weight: 1 }, // prettier-ignore
      { vectors: new Map([[1, [4, 4]]]), weight: -0.5 },
    ];
    assert.deepEqual(combineVectors(parts), new Map([[1, Float32Array.of(-1, 0)]]));
  });
});
