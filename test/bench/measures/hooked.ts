/** What reading costs, against runs that read nothing. */
import type { OpenModel } from "../../../src/engine/model";
import { blockHook } from "../../../src/graph/hooks";
import type { ReadSpec } from "../../../src/graph/runner";
import { someIds } from "./inputs";
import { timeOf, timePair } from "./timing";

/** 256 tokens at once: every hook declared and one position fetched; every hook reduced in the graph; everything fetched. */
export async function hooks256(model: OpenModel): Promise<object> {
  const { nLayers, hooks } = model.runner.info;
  const blocks = hooks.filter((hook) => hook.startsWith("blocks.") && !hook.endsWith("hook_result"));
  const free = run(model, [{ hook: blockHook(nLayers - 1, "hook_resid_post"), positions: [255] }]);
  const against = async (reads: ReadSpec[]): Promise<number> => {
    const [plain, hooked] = await timePair(5, free, run(model, reads));
    return hooked / plain;
  };
  return {
    hookFreeMs: await timeOf(5, free),
    allHooksOnePositionRatio: await against(blocks.map((hook) => ({ hook, positions: [255] }))),
    allHooksReducedRatio: await against(blocks.map((hook) => ({ hook, reduce: { kind: "norm" } }))),
    allHooksFetchedRatio: await against(blocks.map((hook) => ({ hook }))),
  };
}

/** 1,024 tokens in chunks, the residual stream read before every block and after the last. */
export async function residuals1024({ runner }: OpenModel): Promise<object> {
  const { nLayers } = runner.info;
  const ids = someIds(1024, 3);
  const reads = Array.from({ length: nLayers }, (_, l) => ({ hook: blockHook(l, "hook_resid_pre") }));
  reads.push({ hook: blockHook(nLayers - 1, "hook_resid_post") });
  return { ms: await timeOf(3, () => runner.run({ ids, reads, cache: "none" })) };
}

function run({ runner }: OpenModel, reads: ReadSpec[]): () => Promise<unknown> {
  const ids = someIds(256, 2);
  return () => runner.run({ ids, reads, cache: "none" });
}
