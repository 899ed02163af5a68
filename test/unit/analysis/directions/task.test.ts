import assert from "node:assert/strict";
import { makeTaskVector, type TaskRequest } from "../../../../src/analysis/directions/task";
import type { BaseRun, Runner } from "../../../../src/graph/runner";
import type { Edit } from "../../../../src/protocol/edit";
import type { ModelInfo } from "../../../../src/protocol/model";
import { tensor } from "../../../../src/tensor/tensor";
import { tinyVocabulary } from "../../../support/tinyRunner";

const letters = "abcdefghijklmnopqrstuvwxyz";
const nLayers = 4;
const dModel = 4;
/** From this layer on the state at the arrow holds the task, until the last block answers by it. */
const known = 2;

/** Ids are character codes. */
const encode = (text: string): number[] => [...text].map((character) => character.charCodeAt(0));
const queryIn = (ids: readonly number[]): number => ids.at(-3)!;

/**
 * A model made by hand: the state is [task, query, layer, 1]. With demonstrations that map each letter to the next one,
 * the task is 1 from layer `known` on; the answer is the query's letter moved by the task, which what is set at a layer
 * decides while the query stays the run's own.
 */
function handMade(): Runner {
  const taskOf = (ids: readonly number[]): number => {
    const shown = String.fromCharCode(...ids).matchAll(/example:(.)->(.)\n/g);
    const steps = [...shown].map(([, x, y]) => y!.charCodeAt(0) - x!.charCodeAt(0));
    return steps.length > 0 && steps.every((step) => step === 1) ? 1 : 0;
  };
  const state = (ids: readonly number[], layer: number): number[] => [
    layer >= known ? taskOf(ids) : 0,
    queryIn(ids),
    layer,
    1,
  ];
  const final = (ids: readonly number[], edits: readonly Edit[]): Float32Array => {
    const row = state(ids, nLayers - 1);
    for (const { hook, value, op } of edits) {
      assert.equal(op, "set");
      const layer = Number(hook.split(".")[1]);
      const set = value as readonly number[];
      // Blocks behind a layer below `known` write the task anew from what they see: none. The last layer copies all.
      if (layer >= known) row[0] = set[0]!;
      if (layer === nLayers - 1) row[1] = set[1]!;
    }
    return Float32Array.from(row);
  };
  const hooks = Array.from({ length: nLayers }, (_, l) => `blocks.${l}.hook_resid_post`);
  const info = { nLayers, dModel, dVocab: 130, nCtx: 1000, hooks } as unknown as ModelInfo;
  const runner = {
    info,
    run: ({ ids, reads }: Parameters<Runner["run"]>[0]) =>
      Promise.resolve({
        reads: new Map(
          reads.map(({ hook, reduce }) => {
            const row = Float32Array.from(state(ids, Number(hook.split(".")[1])));
            const norm = tensor(["pos"], [1], Float32Array.of(Math.hypot(...row)));
            return [hook, reduce ? norm : tensor(["pos", "dModel"], [1, dModel], row)] as const;
          }),
        ),
      }),
    base: (ids: readonly number[]): Promise<BaseRun> =>
      Promise.resolve({ ids, final: ({ edits }) => Promise.resolve(final(ids, edits)) }),
    decode: ({ rows }: { rows: Float32Array }) =>
      Promise.resolve({
        ids: Array.from({ length: rows.length / dModel }, (_, i) => [
          Math.round(rows[i * dModel]!) + rows[i * dModel + 1]!,
        ]),
      }),
    unembedDirections: (rows: Float32Array) =>
      Promise.resolve(Array.from({ length: rows.length / dModel }, () => ({ top: [], bottom: [] }))),
  };
  return runner as unknown as Runner;
}

const next = [...letters].slice(0, 25).map((letter, i) => [letter, letters[i + 1]!] as const);
const asked = (more: Partial<TaskRequest> = {}): TaskRequest => ({
  pairs: next,
  encode,
  hook: "hook_resid_post",
  layers: [0, 1, 2, 3],
  testShare: 0.25,
  seed: 1,
  draws: 20,
  demonstrations: 5,
  ...more,
});

describe("a task vector", () => {
  it("answers all queries from the layer on at which the model holds the task, and none before", async () => {
    const made = await makeTaskVector(handMade(), tinyVocabulary, asked());
    assert.deepEqual(
      made.layers.map(({ accuracy }) => accuracy),
      [0, 0, 1, 0],
    );
    assert.deepEqual(made.task, { regular: 1, zeroShot: 0, queries: 6 });
    assert.deepEqual([made.bestLayer, made.chosenOn], [2, "validation"]);
    assert.deepEqual(made.warnings, []);
  });

  it("is the mean of the states at the arrow behind two queries of no matter", async () => {
    const { vectors, layers } = await makeTaskVector(handMade(), tinyVocabulary, asked());
    const [task, query, layer, one] = vectors.get(2)!;
    assert.deepEqual([task, layer, one], [1, 2, 1]);
    assert.equal(query! * 2, Math.round(query! * 2));
    assert.ok(Math.abs(layers[2]!.norm - Math.hypot(task!, query!, layer!, one!)) < 1e-5);
  });

  it("is better than random vectors of its length and than shuffled demonstrations", async () => {
    const { layers } = await makeTaskVector(handMade(), tinyVocabulary, asked());
    const { nulls, percentile } = layers[2]!;
    assert.deepEqual([nulls.isotropic.length, nulls.shuffled.length], [20, 20]);
    assert.ok(Math.max(...nulls.shuffled) <= 1 && percentile.shuffled! > 0.9);
    assert.ok(percentile.isotropic! >= 0.9);
  });

  it("of a task that the model cannot do says so", async () => {
    const none = next.map(([letter]) => [letter, "?"] as const);
    const { task, warnings } = await makeTaskVector(handMade(), tinyVocabulary, asked({ pairs: none }));
    assert.equal(task.regular, 0);
    assert.match(warnings.join("\n"), /^Task: with demonstrations.* 0% /m);
    assert.match(warnings.join("\n"), /^Chance: /m);
  });

  it("leaves out queries whose answer has no token of its own, and counts them", async () => {
    const odd = (text: string): number[] => encode(/[n-z]$/.test(text) ? text.slice(0, -3) : text);
    const { warnings } = await makeTaskVector(
      handMade(),
      tinyVocabulary,
      asked({ encode: odd, testShare: 0.6 }),
    );
    assert.match(warnings.join("\n"), /^Tokens: of 15 held-out queries \d have no answer/m);
  });

  it("needs enough demonstrations", () =>
    assert.rejects(makeTaskVector(handMade(), tinyVocabulary, asked({ pairs: next.slice(0, 6) })), {
      code: "too-few-pairs",
    }));
});
