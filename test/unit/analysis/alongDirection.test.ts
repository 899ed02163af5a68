import assert from "node:assert/strict";
import { scoresOf } from "../../../src/analysis/common/alongDirection";
import { heatmapPart } from "../../../src/analysis/heatmap";
import { gaussian, seededRandom } from "../../../src/base/random";
import { tinyModel } from "../../support/tinyModel";
import { TinyRunner, tinyVocabulary } from "../../support/tinyRunner";

const shape = {
  nLayers: 3,
  nHeads: 2,
  dModel: 8,
  dMlp: 12,
  dVocab: 40,
  nCtx: 16,
  kind: "gpt",
  seed: 2,
} as const;
const hook = (layer: number): string => `blocks.${layer}.hook_resid_post`;

describe("scores along directions", () => {
  const runner = new TinyRunner(tinyModel(shape));
  const normal = gaussian(seededRandom(1));
  const draw = (): Float64Array => Float64Array.from({ length: 8 }, normal);
  const ids = Array.from({ length: 12 }, (_, i) => (7 * i + 3) % 40);
  const along = [
    { hook: hook(1), vector: draw() },
    { hook: hook(2), vector: draw() },
    { hook: hook(1), vector: draw() },
  ];

  const byHand = async (of: readonly number[], at: number): Promise<number[]> => {
    const { vector, hook: name } = along[at]!;
    const { data } = (await runner.run({ ids: of, reads: [{ hook: name }] })).reads.get(name)!;
    return of.map(
      (_, p) => vector.reduce((sum, x, d) => sum + x * data[8 * p + d]!, 0) / Math.hypot(...vector),
    );
  };

  it("are h·v/‖v‖ at each position, several at one hook too, of one run", async () => {
    const before = runner.plans.length;
    const scores = await scoresOf(runner, { ids, along });
    assert.equal(runner.plans.length, before + 1);
    for (const [i, found] of scores.entries()) {
      const expected = await byHand(ids, i);
      found.forEach((score, p) => assert.ok(Math.abs(score - expected[p]!) < 1e-5, `${i} ${p}`));
    }
  });

  it("do not depend on the vector's length, and are zero along one without", async () => {
    const long = { hook: hook(1), vector: along[0]!.vector.map((x) => 1000 * x) };
    const none = { hook: hook(1), vector: new Float64Array(8) };
    const [a, b, c] = await scoresOf(runner, { ids, along: [along[0]!, long, none] });
    a!.forEach((score, p) => assert.ok(Math.abs(score - b![p]!) < 1e-5));
    assert.deepEqual([...c!], ids.map(() => 0)); // prettier-ignore
  });

  it("are what a heatmap shows, less the threshold, whichever part of the text was asked for", async () => {
    const long = Array.from({ length: 40 }, (_, i) => (11 * i + 5) % 40);
    const tokens = long.map((id, i) => ({ id, text: null, start: i, end: i + 1 }));
    const measure = { kind: "direction", file: "f", layers: [1, 2], centred: true } as const;
    const request = {
      section: { ids: long, tokens, first: 0 },
      measure,
      most: 16,
      along: { key: "k", vectors: along.slice(0, 2), threshold: 0.25 },
    };
    const all: (number | null)[] = [];
    for (let from = 0; from < long.length;) {
      const { values } = await heatmapPart(runner, tinyVocabulary, { ...request, from });
      all.push(...values);
      from += values.length;
    }
    const part = await heatmapPart(runner, tinyVocabulary, { ...request, from: 20 });
    const at = part.starts[0]!;
    assert.deepEqual(part.values, all.slice(at, at + part.values.length));
    const first = long.slice(0, 16);
    const [a, b] = [await byHand(first, 0), await byHand(first, 1)];
    first.forEach((_, p) => assert.ok(Math.abs(all[p]! - ((a[p]! + b[p]!) / 2 - 0.25)) < 1e-5));
  });
});
