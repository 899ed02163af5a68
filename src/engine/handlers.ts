/** The engine's side of its method map: each method opens what it names, cuts the window, and calls one analysis. */
import { isAbsolute, resolve } from "node:path";
import { attentionView } from "../analysis/attention";
import { lensView } from "../analysis/lens";
import { neuronCard } from "../analysis/neuronCard";
import { rankNeurons } from "../analysis/neurons";
import { runExperiment } from "../analysis/steering";
import type { WorkOptions } from "../base/cancel";
import type { EngineApi } from "../protocol/engineApi";
import type { RunInput, RunWindow } from "../protocol/model";
import type { Handlers } from "../protocol/rpc";
import { protocolVersion } from "../protocol/version";
import { EngineError } from "./engineError";
import type { HeldModel, ModelStore } from "./modelStore";
import { onnxruntimeVersion } from "./ort";
import { buildRunWindow } from "./window";

/** Handlers over a store of models. */
export function engineHandlers(store: ModelStore): Handlers<EngineApi> {
  return {
    "engine/hello": async () => ({ pid: process.pid, onnxruntime: await onnxruntimeVersion(), build: protocolVersion }),
    "model/open": async ({ model }, work) => (await store.get(model, work)).open.info,
    "model/digest": async ({ model }, work) => ({ digest: await (await store.get(model, work)).open.digest(work) }),
    "text/tokens": async ({ model, text }, work) => {
      const { tokens } = await tokenizerOf(await store.get(model, work)).encodeLong(text, work);
      return { text, tokens };
    },
    "lens/view": async ({ model, input, columns, k }, work) => {
      const held = await store.get(model, work);
      const request = { window: windowOf(held, input), columns, k, cache: held.columns };
      return lensView(held.open.runner, held.open.vocabulary, request, work);
    },
    "neurons/rank": async ({ model, input, range, k }, work) => {
      const held = await store.get(model, work);
      const request = { window: windowOf(held, input), range, k, records: await held.records() };
      return rankNeurons(held.open.runner, held.open.vocabulary, request, work);
    },
    "neurons/card": async ({ model, input, range, layer, neuron }, work) => {
      const held = await store.get(model, work);
      const request = { window: windowOf(held, input), range, layer, neuron, records: await held.records() };
      return neuronCard(held.open.runner, held.open.vocabulary, request, work);
    },
    "attention/view": async ({ model, input, range, layer, head }, work) => {
      const held = await store.get(model, work);
      return attentionView(held.open.runner, { window: windowOf(held, input), range, layer, head }, work);
    },
    "steer/run": ({ experiment, base }, work) => steer(store, { experiment, base }, work),
  };
}

async function steer(store: ModelStore, { experiment, base }: EngineApi["steer/run"]["params"], work: WorkOptions) {
  const { path } = experiment.model;
  const held = await store.get(isAbsolute(path) ? path : resolve(base, path), work);
  const digest = await held.open.digest(work);
  return runExperiment(held.open.runner, held.open.vocabulary, { experiment, tokenizer: tokenizerOf(held), digest }, work);
}

function windowOf({ open }: HeldModel, input: RunInput): RunWindow {
  return buildRunWindow(input, open.tokenizer, open.info.nCtx);
}

function tokenizerOf({ open }: HeldModel): NonNullable<HeldModel["open"]["tokenizer"]> {
  if (open.tokenizer !== null) return open.tokenizer;
  throw new EngineError("no-tokenizer", "This model has no tokenizer.json, so it cannot read text.", {
    next: "Put the model's tokenizer.json beside its config.json, or choose another model.",
    details: { path: open.info.path },
  });
}
