/** The engine's methods about directions. */
import type { EngineApi } from "../../protocol/engineApi";
import type { Handlers } from "../../protocol/rpc";
import type { ModelStore } from "../modelStore";
import { buildRunWindow } from "../window";
import { combineFiles, compareFiles, exportFile } from "./files";
import { makeDirectionFile } from "./make";
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
    "directions/read": async ({ model, input, files, layers }, work) => {
      const { open } = await store.getUnchanged(model, work);
      const window = buildRunWindow(input, open.tokenizer, open.info.nCtx);
      return { window, directions: await readAlong(open, { ids: window.ids, files, layers }, work) };
    },
    "directions/templates": () => shippedTemplates(),
    "directions/compare": ({ files: [first, second] }) => compareFiles(first, second),
    "directions/combine": ({ parts, out }) => combineFiles(parts, out),
    "directions/export": ({ file, format, out }) => exportFile(file, format, out),
  };
}
