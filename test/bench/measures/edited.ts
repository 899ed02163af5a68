/** What edits cost, against plain runs. */
import type { OpenModel } from "../../../src/engine/model";
import { blockHook } from "../../../src/graph/hooks";
import { someIds } from "./inputs";
import { timePair } from "./timing";

const promptLength = 64;

/** 32 new tokens behind 64: plain, and with a direction added at every step. */
export async function steeredGeneration({ runner }: OpenModel): Promise<object> {
  const ids = someIds(promptLength, 4);
  const sampling = { maxTokens: 32, temperature: 0, seed: 0 };
  const value = Array.from({ length: runner.info.dModel }, (_, i) => Math.sin(i));
  const edit = {
    hook: blockHook(6, "hook_resid_pre"),
    op: "add" as const,
    value,
    positions: "every-step" as const,
  };
  const [plainMs, steeredMs] = await timePair(
    3,
    () => runner.generate({ ids, sampling }),
    () => runner.generate({ ids, sampling, edits: [edit] }),
  );
  return { plainMs, steeredMs, speedRatio: plainMs / steeredMs };
}

/** The residual stream set at one layer and position after another, against as many full runs. */
export async function patchSweep({ runner }: OpenModel): Promise<object> {
  const { nLayers, dModel } = runner.info;
  const ids = someIds(promptLength, 5);
  const last = { hook: blockHook(nLayers - 1, "hook_resid_post"), positions: [promptLength - 1] };
  const value = Array.from({ length: dModel }, (_, i) => Math.cos(i));
  const places = Array.from({ length: nLayers * 8 }, (_, i) => ({ layer: i >> 3, position: (i & 7) * 8 }));
  const sweep = async (): Promise<void> => {
    const base = await runner.base(ids);
    for (const { layer, position } of places) {
      const edit = {
        hook: blockHook(layer, "hook_resid_pre"),
        op: "set" as const,
        value,
        positions: [position],
      };
      await base.final({ edits: [edit], positions: last.positions });
    }
  };
  const [fullMs, sweepMs] = await timePair(3, () => runner.run({ ids, reads: [last], cache: "none" }), sweep);
  return { cells: places.length, fullRunMs: fullMs, sweepMs, ratio: sweepMs / (fullMs * places.length) };
}
