/** The engine's methods about steering beside `steer/run`. */
import { isAbsolute, resolve } from "node:path";
import type { EngineApi } from "../protocol/engineApi";
import type { Handlers } from "../protocol/rpc";
import type { OpenModel } from "./model";
import type { ModelStore } from "./modelStore";
import { runSweep } from "./steering/runSweep";
import { runTaskVectors } from "./steering/runTaskVectors";
import { StepCache } from "./steering/stepCache";
import type { TextTokenizer } from "../tokenizer/textTokenizer";

type SteeringMethod = "steer/step" | "steer/sweep" | "tasks/vector";

/** Handlers over a store of models. */
export function steeringHandlers(
  store: ModelStore,
  tokenizerOf: (held: { readonly open: OpenModel }) => TextTokenizer,
): Pick<Handlers<EngineApi>, SteeringMethod> {
  const steps = new WeakMap<OpenModel, StepCache>();
  return {
    "steer/step": async ({ experiment, base }, work) => {
      const { path } = experiment.model;
      const { open } = await store.getUnchanged(isAbsolute(path) ? path : resolve(base, path), work);
      const cache = steps.get(open) ?? new StepCache();
      steps.set(open, cache);
      return cache.step(open, experiment, { tokenizer: tokenizerOf({ open }), base }, work);
    },
    "steer/sweep": async ({ model, plan, base, kept }, work) => {
      const { open } = await store.getUnchanged(model, work);
      return runSweep(open, plan, { tokenizer: tokenizerOf({ open }), base, kept }, work);
    },
    "tasks/vector": async ({ model, plan, base }, work) => {
      const { open } = await store.getUnchanged(model, work);
      return runTaskVectors(open, plan, { tokenizer: tokenizerOf({ open }), base }, work);
    },
  };
}
