/** A token appended to a text, as a keystroke does it. */
import { lensView } from "../../../src/analysis/lens";
import { LensColumns } from "../../../src/analysis/lens/columns";
import type { OpenModel } from "../../../src/engine/model";
import { blockHook } from "../../../src/graph/hooks";
import type { RunWindow } from "../../../src/protocol/model";
import { someIds } from "./inputs";
import { timeOf } from "./timing";

/** One token appended to 256 cached ones: alone, and with the lens of all layers for its column. */
export async function appendedToken(model: OpenModel): Promise<object> {
  const { runner, vocabulary } = model;
  const plainMs = await appendTo(model, 256);
  const ids = someIds(256, 1);
  const cache = new LensColumns();
  await lensView(runner, vocabulary, { window: windowOf(ids), columns: 16, k: 5, cache });
  const lensMs = await timeOf(15, (i) =>
    lensView(runner, vocabulary, { window: windowOf(grown(ids, i)), columns: 16, k: 5, cache }),
  );
  return { cached: 256, plainMs, withLensOfAllLayersMs: lensMs, ratio: lensMs / plainMs };
}

/** What cached keys and values cost: a token behind 1,000 against one behind 256. */
export async function cachedLength(model: OpenModel): Promise<object> {
  const at256 = await appendTo(model, 256);
  const at1000 = await appendTo(model, 1000);
  return { cached256Ms: at256, cached1000Ms: at1000, ratio: at1000 / at256 };
}

async function appendTo({ runner }: OpenModel, cached: number): Promise<number> {
  const last = blockHook(runner.info.nLayers - 1, "hook_resid_post");
  const ids = someIds(cached, 1);
  await runner.run({ ids, reads: [{ hook: last, positions: [cached - 1] }] });
  return timeOf(15, (i) => runner.run({ ids: grown(ids, i), reads: [{ hook: last, positions: [cached] }] }));
}

function grown(ids: readonly number[], i: number): number[] {
  return [...ids, (i + 5) * 7];
}

function windowOf(ids: number[]): RunWindow {
  const tokens = ids.map((id, i) => ({ id, text: null, start: i, end: i + 1 }));
  return { ids, tokens, start: 0, truncated: false, bos: false, context: "document" };
}
