/** What a direction of 128 pairs costs, against plain runs of the same texts, and what reading along it costs. */
import { makeDirection } from "../../../src/analysis/directions";
import type { DirectionText } from "../../../src/analysis/directions/states";
import { scoresOf } from "../../../src/analysis/common/alongDirection";
import type { OpenModel } from "../../../src/engine/model";
import { blockHook } from "../../../src/graph/hooks";
import { someIds } from "./inputs";
import { timePair } from "./timing";

const nPairs = 128;
const tokens = 16;

function texts(dVocab: number): DirectionText[] {
  return Array.from({ length: 2 * nPairs }, (_, i) => ({
    ids: someIds(tokens, 100 + i).map((id) => id % dVocab),
    counted: Array.from({ length: tokens - 1 }, (_, p) => p + 1),
    positive: i % 2 === 0,
    pair: i >> 1,
  }));
}

/** All layers, both nulls, against as many plain runs; then a text of 256 tokens read along all layers' vectors. */
export async function directions({ runner, vocabulary }: OpenModel): Promise<object> {
  const { nLayers, dVocab } = runner.info;
  const layers = Array.from({ length: nLayers }, (_, l) => l);
  const asked = {
    source: { kind: "mean-difference" },
    texts: texts(dVocab),
    hook: "hook_resid_post",
    layers,
    position: "last",
    testShare: 0.25,
    seed: 0,
    draws: 20,
  } as const;
  const last = blockHook(nLayers - 1, "hook_resid_post");
  const runs = async (some: readonly DirectionText[]): Promise<void> => {
    for (const { ids } of some)
      await runner.run({ ids, reads: [{ hook: last, positions: [tokens - 1] }], cache: "none" });
  };
  await runs(asked.texts.slice(0, 4));
  const started = performance.now();
  await runs(asked.texts);
  const between = performance.now();
  const { vectors } = await makeDirection(runner, vocabulary, asked);
  const [plainMs, makeMs] = [between - started, performance.now() - between];
  const along = layers.map((layer) => ({
    hook: blockHook(layer, "hook_resid_post"),
    vector: vectors.get(layer)!,
  }));
  const ids = someIds(256, 7).map((id) => id % dVocab);
  const [runMs, readMs] = await timePair(
    3,
    () => runner.run({ ids, reads: [{ hook: last }], cache: "none" }),
    () => scoresOf(runner, { ids, along }),
  );
  return {
    pairs: nPairs,
    plainMs,
    makeMs,
    ratio: makeMs / plainMs,
    read256: { runMs, readMs, ratio: readMs / runMs },
  };
}
