/** The engine's methods about directions. */
import { nextToken } from "../../analysis/common/nextToken";
import { selectedPositions } from "../../analysis/common/selection";
import type { EngineApi } from "../../protocol/engineApi";
import type { Handlers } from "../../protocol/rpc";
import type { ModelStore } from "../modelStore";
import { buildRunWindow, withWritten } from "../window";
import { correlateFiles } from "./correlate";
import { combineFiles, compareFiles, exportFile } from "./files";
import { makeDirectionFile } from "./make";
import { mapFile } from "./map";
import { readAlong } from "./read";
import { shippedTemplates } from "./templates";

type DirectionMethod = Extract<keyof EngineApi, `directions/${string}`>;

/** Handlers over a store of models. */
export function directionHandlers(store: ModelStore): Pick<Handlers<EngineApi>, DirectionMethod> {
  return {
    "directions/make": async ({ model, spec, ...places }, work) => {
      const { open } = await store.getUnchanged(model, work);
      return makeDirectionFile(open, spec, places, work);
    },
    "directions/read": async ({ model, input, range, most, written = [], room = 0, ...asked }, work) => {
      const { open } = await store.getUnchanged(model, work);
      const { nCtx } = open.info;
      const seen = buildRunWindow(input, open.tokenizer, Math.max(Math.ceil(nCtx / 2), nCtx - room));
      const window = withWritten(seen, written, (id) => open.vocabulary.text(id));
      const behind = written.map((_, i) => seen.ids.length + i);
      const covered = range && [...selectedPositions(window, range), ...behind];
      const positions = covered && covered.slice(Math.max(0, covered.length - (most ?? covered.length)));
      const where = positions ? { positions } : {};
      const directions = await readAlong(open, { ids: window.ids, ...asked, ...where }, work);
      return { window, ...where, directions };
    },
    "directions/next": async ({ model, ids, ...asked }, work) => {
      const { open } = await store.getUnchanged(model, work);
      const directions = await readAlong(open, { ids, ...asked, positions: [ids.length - 1] }, work);
      return { next: await nextToken(open.runner, open.vocabulary, ids, work), directions };
    },
    "directions/templates": () => shippedTemplates(),
    "directions/compare": ({ files: [first, second] }) => compareFiles(first, second),
    "directions/correlate": async ({ model, ...asked }, work) => {
      const { open } = await store.getUnchanged(model, work);
      return correlateFiles(open, asked, work);
    },
    "directions/map": async ({ model, ...asked }, work) => {
      const { open } = await store.getUnchanged(model, work);
      return mapFile(open, asked, work);
    },
    "directions/combine": ({ parts, out }) => combineFiles(parts, out),
    "directions/export": ({ file, format, out }) => exportFile(file, format, out),
  };
}
