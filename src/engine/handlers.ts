/** The engine's side of its method map: each method opens what it names, cuts the window, and calls one analysis. */
import { isAbsolute, resolve } from "node:path";
import { attentionView } from "../analysis/attention";
import { attentionStep } from "../analysis/attention/step";
import { heatmapPart, tokenAt } from "../analysis/heatmap";
import { blockEdge } from "../analysis/blockEdge";
import { lensView } from "../analysis/lens";
import { lensDepths } from "../analysis/lens/depths";
import { lensPerplexity } from "../analysis/lens/perplexity";
import { neuronCard } from "../analysis/neuronCard";
import { neuronEffects } from "../analysis/neuronEffects";
import { neuronFile } from "../analysis/neuronFile";
import { rankNeurons } from "../analysis/neurons";
import { steer } from "../analysis/steering";
import { whyAttention } from "../analysis/whyAttention";
import type { Progress, WorkOptions } from "../base/cancel";
import type { SteerResult } from "../protocol/edit";
import type { EngineApi } from "../protocol/engineApi";
import type { RunInput, RunWindow } from "../protocol/model";
import type { Handlers, ServedWork } from "../protocol/rpc";
import { protocolVersion } from "../protocol/version";
import { directionHandlers } from "./directions/handlers";
import { measuredAlong } from "./directions/read";
import { tokenFinder, unrelatedLine } from "./effectTokens";
import { EngineError } from "./engineError";
import type { JobQueue } from "./jobQueue";
import type { HeldModel, ModelStore } from "./modelStore";
import { onnxruntimeVersion } from "./ort";
import { patchSides } from "./patchSides";
import { saveArrays } from "./saveArrays";
import { steeringHandlers } from "./steeringHandlers";
import { steerRequest } from "./steering/steerRequest";
import { buildRunWindow, withWritten } from "./window";

/** Handlers over a store of models. */
export function engineHandlers(store: ModelStore): Handlers<EngineApi> {
  return {
    "engine/hello": async () => ({
      pid: process.pid,
      onnxruntime: await onnxruntimeVersion(),
      build: protocolVersion,
    }),
    "model/open": async ({ model }, work) => (await store.get(model, work)).open.info,
    "model/digest": async ({ model }, work) => {
      const digest = await (await store.get(model, work)).open.digest(work);
      return { digest, verified: await store.verified(digest) };
    },
    "model/list": (request, work) => store.list(request, work),
    "text/tokens": async ({ model, text }, work) => {
      const { tokens } = await tokenizerOf(await store.getUnchanged(model, work)).encodeLong(text, work);
      return { text, tokens };
    },
    "lens/view": async ({ model, input, columns, k, chosen = [], lens: wanted }, work) => {
      const held = await store.getUnchanged(model, work);
      const { lens, choice } = await held.lenses.choose(wanted ?? { kind: "logit", file: null }, work);
      const through = { cache: lens?.columns ?? held.columns, translate: lens?.translate };
      // Ids that somebody chose may be another model's.
      const known = chosen.filter((id) => id < held.open.info.dVocab);
      const request = { window: windowOf(held, input), columns, k, chosen: known, ...through };
      return { ...(await lensView(held.open.runner, held.open.vocabulary, request, work)), lens: choice };
    },
    "lens/perplexity": async ({ model, input, range, lens: wanted }, work) => {
      const held = await store.getUnchanged(model, work);
      const { lens } = await held.lenses.choose(wanted ?? { kind: "logit", file: null }, work);
      const request = { window: windowOf(held, input), range, translate: lens?.translate };
      return lensPerplexity(held.open.runner, request, work);
    },
    "lens/depths": async ({ model, input, range, lens: wanted }, work) => {
      const held = await store.getUnchanged(model, work);
      const { lens, choice } = await held.lenses.choose(wanted ?? { kind: "logit", file: null }, work);
      const request = { window: windowOf(held, input), range, translate: lens?.translate };
      return { ...(await lensDepths(held.open.runner, request, work)), lens: choice };
    },
    ...neuronHandlers(store),
    ...attentionHandlers(store),
    ...directionHandlers(store),
    "heatmap/part": async ({ model, measure, from, at, ...input }, work) => {
      const held = await store.getUnchanged(model, work);
      const section = await held.heatmap.sections.get(tokenizerOf(held), input, work);
      const request = {
        section,
        measure,
        most: input.most,
        from: tokenAt(section, from) ?? section.ids.length - 1,
        at: at === undefined ? null : tokenAt(section, at),
        cache: held.heatmap.windows,
        along: measure.kind === "direction" ? await measuredAlong(held.open, measure, work) : undefined,
      };
      return heatmapPart(held.open.runner, held.open.vocabulary, request, work);
    },
    "arrays/save": async ({ read, ...saved }, work) => {
      if (read === null) return saveArrays({ ...saved, read }, work);
      const { runner, vocabulary } = (await store.getUnchanged(read.model, work)).open;
      return saveArrays({ ...saved, read: { runner, vocabulary, runs: read.runs } }, work);
    },
    "steer/run": ({ experiment, base }, work) => steerFile(store, { experiment, base }, work),
    ...steeringHandlers(store, tokenizerOf),
  };
}

type AttentionMethod = Extract<keyof EngineApi, `attention/${string}` | "patch/run">;

function attentionHandlers(store: ModelStore): Pick<Handlers<EngineApi>, AttentionMethod> {
  return {
    "attention/view": async ({ model, input, range, layer, head, scoredOn, written }, work) => {
      const held = await store.getUnchanged(model, work);
      const isRepeated = scoredOn === "repeated";
      const repeated = isRepeated ? { bosId: bosOf(held), seed: 0 } : undefined;
      const cache = isRepeated ? held.repeatedScores : held.headScores;
      const { runner, vocabulary } = held.open;
      const window = withWritten(windowOf(held, input), written?.ids ?? [], (id) => vocabulary.text(id));
      const request = { window, range, layer, head, repeated, cache, thumbnails: held.headScores };
      const view = await attentionView(runner, request, work);
      return written && written.ids.length > 0 ? { ...view, written: written.logProbs } : view;
    },
    "attention/next": async ({ model, ...request }, work) => {
      const { open } = await store.getUnchanged(model, work);
      return attentionStep(open.runner, open.vocabulary, request, work);
    },
    "attention/why": async ({ model, input, top, ...edge }, work) => {
      const held = await store.getUnchanged(model, work);
      return whyAttention(held.open.runner, { ids: windowOf(held, input).ids, edge, top }, work);
    },
    "attention/block": async ({ model, input, softmax, against, controls, ...edge }, work) => {
      const held = await store.getUnchanged(model, work);
      const request = { ids: windowOf(held, input).ids, edge, softmax, against, controls };
      return blockEdge(held.open.runner, held.open.vocabulary, request, work);
    },
    "patch/run": async ({ model, ...asked }, work) => {
      const { open } = await store.getUnchanged(model, work);
      return patchSides(open, asked, work);
    },
  };
}

type NeuronMethod = Extract<keyof EngineApi, `neurons/${string}`>;

function neuronHandlers(store: ModelStore): Pick<Handlers<EngineApi>, NeuronMethod> {
  return {
    "neurons/rank": async ({ model, input, range, k, layer, choice }, work) => {
      const held = await store.getUnchanged(model, work);
      const tokenOf = tokenFinder(held.open.tokenizer);
      const asked = { range, k, layer, tokenOf, ...(choice ? { choice } : {}) };
      const request = { window: windowOf(held, input), ...asked, records: await held.records() };
      return rankNeurons(held.open.runner, held.open.vocabulary, request, work);
    },
    "neurons/card": async ({ model, input, range, layer, neuron }, work) => {
      const held = await store.getUnchanged(model, work);
      const request = { window: windowOf(held, input), range, layer, neuron, records: await held.records() };
      return neuronCard(held.open.runner, held.open.vocabulary, request, work);
    },
    "neurons/effects": async ({ model, input, ...asked }, work) => {
      const { open } = await store.getUnchanged(model, work);
      const bos = input.kind === "text" ? input.bos : undefined;
      const { tokenizer, info } = open;
      const unrelated = await unrelatedLine({ tokenizer, nCtx: info.nCtx }, bos, work);
      const tokenOf = tokenFinder(tokenizer);
      const request = { ...asked, window: windowOf({ open }, input), tokenOf, unrelated };
      return neuronEffects(open.runner, open.vocabulary, request, work);
    },
    "neurons/places": async ({ model, text, bos, ...asked }, work) => {
      const held = await store.getUnchanged(model, work);
      const { tokens } = await tokenizerOf(held).encodeLong(text, { bos, ...work });
      const request = { ...asked, tokens, range: { start: 0, end: 0 } };
      const { places } = await neuronFile(held.open.runner, request, work);
      return { places, nTokens: tokens.length };
    },
    "neurons/file": async ({ model, text, offset, bos, range, ...asked }, work) => {
      const held = await store.getUnchanged(model, work);
      const encoding = await tokenizerOf(held).encodeLong(text, { bos, ...work });
      const tokens = encoding.tokens.map((token) => ({
        ...token,
        start: token.start + offset,
        end: token.end + offset,
      }));
      return neuronFile(held.open.runner, { ...asked, tokens, range }, work);
    },
  };
}

/** Methods whose answer nobody waits for with the eyes on it. */
const background: ReadonlySet<keyof EngineApi> = new Set(["model/digest"]);

/** The same handlers, taking turns. */
export function queued(handlers: Handlers<EngineApi>, queue: JobQueue): Handlers<EngineApi> {
  const entries = Object.entries(handlers).map(([method, handle]) => {
    const priority = background.has(method as keyof EngineApi) ? "background" : "view";
    const run = (params: never, work: ServedWork): unknown =>
      queue.run({ priority, ...work.meta }, work, (inner) => (handle as Handler)(params, inner));
    return [method, run] as const;
  });
  return Object.fromEntries(entries) as Handlers<EngineApi>;
}

type Handler = (params: never, work: ServedWork) => unknown;

/** Runs an experiment; its model's path may be relative to the experiment's own folder. */
async function steerFile(
  store: ModelStore,
  { experiment, base }: EngineApi["steer/run"]["params"],
  work: WorkOptions,
): Promise<EngineApi["steer/run"]["result"]> {
  const { path } = experiment.model;
  const { open } = await store.get(isAbsolute(path) ? path : resolve(base, path), work);
  const request = await steerRequest(open, experiment, { tokenizer: tokenizerOf({ open }), base }, work);
  let told: Progress = { done: 0, total: 1, message: "" };
  const onProgress = (progress: Progress): void => work.onProgress?.((told = progress));
  const onPart = (part: SteerResult): void => work.onProgress?.({ ...told, partial: part });
  return steer(open.runner, open.vocabulary, request, { ...work, onProgress, onPart });
}

/** The token that the model's own tokenizer puts first; null where it puts none. */
function bosOf({ open }: Pick<HeldModel, "open">): number | null {
  return open.info.addsBos ? (open.tokenizer?.bosId ?? null) : null;
}

function windowOf({ open }: Pick<HeldModel, "open">, input: RunInput): RunWindow {
  return buildRunWindow(input, open.tokenizer, open.info.nCtx);
}

function tokenizerOf({ open }: Pick<HeldModel, "open">): NonNullable<HeldModel["open"]["tokenizer"]> {
  if (open.tokenizer !== null) return open.tokenizer;
  throw new EngineError("no-tokenizer", "This model has no tokenizer.json, so it cannot read text.", {
    next: "Put the model's tokenizer.json beside its config.json, or choose another model.",
    details: { path: open.info.path },
  });
}
