/** Measures of steering made ready: texts tokenised, files read. */
import { isAbsolute, resolve } from "node:path";
import { readFile } from "node:fs/promises";
import type { WorkOptions } from "../../base/cancel";
import type { BosPolicy } from "../../base/bosPolicy";
import { AnalysisError } from "../../analysis/common/analysisError";
import {
  counterOf,
  drawsOf,
  type ForcedText,
  type ReadyChoice,
  type ReadyMeasure,
} from "../../analysis/common/steering/readyMeasure";
import { blockHook } from "../../graph/hooks";
import { badField, parseJson } from "../../protocol/decode";
import type { Sampling } from "../../protocol/edit";
import type { ModelInfo } from "../../protocol/model";
import type { SteeringMeasure, TextSet } from "../../protocol/steeringMeasure";
import type { TextTokenizer } from "../../tokenizer/textTokenizer";
import { choicesBehind } from "../choicesBehind";
import { withDirections } from "../directionFile";
import { encodeWhole } from "../window";
import { textsOf } from "./textSet";

/** What measures are made ready with. */
export interface MeasureSetting {
  readonly info: ModelInfo;
  readonly tokenizer: TextTokenizer;
  readonly prompt: string;
  readonly bos: BosPolicy | undefined;
  readonly sampling: Sampling;
  /** Folder from which paths start. */
  readonly base: string;
  /** The model's. */
  readonly digest: string;
}

/**
 * A measure that can be taken.
 * @param path  where it stands in its file, for what is wrong with it
 * @throws {DecodeError} "bad-field"; {EngineError} "bad-texts", "bad-direction"; {AnalysisError} "empty-input"
 */
export async function readyMeasure(
  measure: SteeringMeasure,
  setting: MeasureSetting,
  path: string,
  work: WorkOptions,
): Promise<ReadyMeasure> {
  const { prompt, sampling } = setting;
  switch (measure.of) {
    case "logProb":
      return { of: measure.of, run: behind(setting, measure.prompt ?? prompt, [measure.text])[0] };
    case "probability":
      return { of: measure.of, runs: behind(setting, prompt, measure.words) };
    case "perplexityRatio":
      return perplexityOf(measure, setting, work);
    case "choiceAccuracy":
      return {
        of: measure.of,
        by: measure.by ?? "total",
        items: measure.items.map(({ prompt: own = prompt, choices, answer }) => ({
          answer,
          choices: behind(setting, own, choices),
        })),
      };
    case "score":
      return {
        of: measure.of,
        ...(await directionAt(measure, setting, path)),
        texts: measure.on === undefined ? null : await idsOf(measure.on, setting, work),
      };
    case "kl":
      return measure;
    case "effectiveness":
    case "disruption":
      return { of: measure.of, aligned: alignedIds(measure.words, setting) };
    default:
      return { of: measure.of, ...drawsOf(measure, sampling), count: counterOf(measure) };
  }
}

function behind(
  { tokenizer, bos }: MeasureSetting,
  prompt: string,
  texts: readonly string[],
): (ForcedText & ReadyChoice)[] {
  return choicesBehind(tokenizer, prompt, texts, bos).map(({ text, ids, from, bytes }) => {
    const [before, forced] = [ids.slice(0, from), ids.slice(from)];
    if (forced.length > 0 && before.length > 0) return { ids: before, forced, bytes };
    const message =
      forced.length === 0
        ? `The continuation ${JSON.stringify(text.slice(0, 40))} has no token of its own.`
        : `Nothing stands before the continuation ${JSON.stringify(text.slice(0, 40))}.`;
    throw new AnalysisError("empty-input", message, { next: "Give a prompt and another continuation." });
  });
}

/**
 * The tokens with which words begin behind the prompt, each once.
 * @throws {AnalysisError} "empty-input"
 */
export function alignedIds(words: readonly string[], setting: MeasureSetting): readonly number[] {
  return [...new Set(behind(setting, setting.prompt, words).map(({ forced }) => forced[0]))];
}

/** Texts that are padded stay whole: how long the pieces are that fit behind the padding is seen with each edit. */
async function perplexityOf(
  { of, on, pad = false }: Extract<SteeringMeasure, { of: "perplexityRatio" }>,
  setting: MeasureSetting,
  work: WorkOptions,
): Promise<ReadyMeasure> {
  if (!pad) return { of, texts: await idsOf(on, setting, work) };
  const texts = await idsOf(on, setting, work, Infinity);
  return { of, texts, pad: { bosId: setting.tokenizer.bosId } };
}

/** Ids of texts; one that is longer than the context is cut into pieces of it. */
async function idsOf(
  set: TextSet,
  setting: MeasureSetting,
  work: WorkOptions,
  longest = setting.info.nCtx,
): Promise<(readonly number[])[]> {
  const { tokenizer, bos, base } = setting;
  const all: (readonly number[])[] = [];
  for (const text of await textsOf(set, base)) {
    const { ids } = await encodeWhole(tokenizer, text, { bos, signal: work.signal });
    for (let start = 0; start < ids.length; start += longest) all.push(ids.slice(start, start + longest));
  }
  return all;
}

async function directionAt(
  { direction, layer: given }: Extract<SteeringMeasure, { of: "score" }>,
  { base, digest, info }: MeasureSetting,
  path: string,
): Promise<{ readonly hook: string; readonly vector: readonly number[] }> {
  const layer = given ?? (await bestLayer(isAbsolute(direction) ? direction : resolve(base, direction)));
  if (layer === null)
    throw badField(
      `${path}.layer`,
      `is missing, and ${direction} names no best layer`,
      "Give the block's index.",
    );
  if (layer >= info.nLayers)
    throw badField(`${path}.layer`, `is ${layer}, but the model has ${info.nLayers} layers`);
  const hook = blockHook(layer, "hook_resid_post");
  const edit = { hook, op: "add", value: { direction }, positions: "last" } as const;
  const [{ value }] = await withDirections([edit], { base, digest });
  const rows = value as readonly number[] | readonly (readonly number[])[];
  const vector = (Array.isArray(rows[0]) ? rows[0] : rows) as readonly number[];
  if (vector.length !== info.dModel)
    throw badField(`${path}.direction`, `has ${vector.length} numbers; the stream has ${info.dModel}`);
  if (!vector.some((x) => x !== 0)) throw badField(`${path}.direction`, "is zero, which points nowhere");
  return { hook, vector };
}

/** The best layer that a direction file's header names; null for any other file. */
async function bestLayer(path: string): Promise<number | null> {
  if (!path.endsWith(".json")) return null;
  const text = await readFile(path, "utf8").catch(() => null);
  if (text === null) return null;
  const header = parseJson(text, path) as { readonly bestLayer?: unknown } | null;
  return Number.isInteger(header?.bestLayer) ? (header?.bestLayer as number) : null;
}
