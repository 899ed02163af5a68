/** Makes a direction as a spec asks for it, and writes its file. */
import { access, constants } from "node:fs/promises";
import { basename, dirname, extname, isAbsolute, resolve } from "node:path";
import { type DirectionRequest, type DirectionResult, makeDirection } from "../../analysis/directions";
import { makeTaskVector } from "../../analysis/directions/task";
import type { WorkOptions } from "../../base/cancel";
import type {
  DirectionHeader,
  DirectionMade,
  DirectionSpec,
  DirectionTemplate,
  TaskAccuracy,
  TextPair,
} from "../../protocol/direction";
import type { TextTokenizer } from "../../tokenizer/textTokenizer";
import { EngineError } from "../engineError";
import type { OpenModel } from "../model";
import { writeDirection } from "../store/directionStore";
import { importVectors, layersFrom, neuronVectors, subjectOf, unembedVectors } from "./given";
import { readPairs } from "./pairsFile";
import { templateOf } from "./templates";
import { distinct, encodePairs, encodePrompts, framed, pairsDigest, type RunTexts } from "./texts";

/** Where things are. */
export interface MakePlaces {
  /** Folder from which the spec's paths start. */
  readonly base: string;
  /** F.json. */
  readonly out: string;
}

/**
 * Makes it.
 * @throws {EngineError} "bad-pairs", "bad-request", "bad-direction" and its like, "no-tokenizer", "file-not-written";
 *   {AnalysisError} what analysis/directions.ts and directions/task.ts find wrong
 */
export async function makeDirectionFile(
  open: OpenModel,
  spec: DirectionSpec,
  places: MakePlaces,
  work: WorkOptions,
): Promise<DirectionMade> {
  await requireWritable(places.out);
  const template = typeof spec.template === "string" ? await templateOf(spec.template) : null;
  const given = await pairsOf(spec, template, places.base);
  const { pairs, warnings } = distinct(given, spec.method !== "task");
  const digest = await open.digest(work);
  const made = await resultOf(open, spec, { pairs, base: places.base, digest }, work);
  const { result, texts, hook = spec.hook, task } = made;
  const header: Omit<DirectionHeader, "vectors"> = {
    version: 1,
    kind: "direction",
    name: spec.name ?? basename(places.out, extname(places.out)),
    model: { path: open.info.path, digest, family: open.info.family },
    hook,
    method: spec.method,
    ...(template === null ? {} : { template: template.name }),
    position: spec.position,
    bos: texts.bos,
    layers: result.layers,
    bestLayer: result.bestLayer,
    chosenOn: result.chosenOn,
    data: {
      pairs: pairs.length,
      digest: pairs.length === 0 ? null : pairsDigest(pairs),
      testShare: spec.testShare,
      seed: spec.seed,
      ...keptOf(pairs, spec),
      texts: result.texts,
    },
    ...(task === undefined ? {} : { task }),
    warnings: [...warnings, ...result.warnings],
  };
  return { ...(await writeDirection(places.out, header, result.vectors)), file: places.out };
}

/** Longest pairs that a header holds, in UTF-16 units. */
const mostKept = 500_000;

/** Pairs that stand nowhere else, as far as a header holds them. */
function keptOf(
  pairs: readonly TextPair[],
  { pairs: given }: DirectionSpec,
): Pick<DirectionHeader["data"], "kept"> {
  const length = pairs.reduce((sum, [a, b]) => sum + (a?.length ?? 0) + (b?.length ?? 0), 0);
  return given === undefined || pairs.length === 0 || length > mostKept ? {} : { kept: pairs };
}

async function requireWritable(out: string): Promise<void> {
  await access(dirname(resolve(out)), constants.W_OK).catch((cause: unknown) => {
    const why = (cause as NodeJS.ErrnoException).code ?? String(cause);
    const next = "Choose a folder that exists and that you may write to.";
    throw new EngineError("file-not-written", `${out} cannot be written: ${why}.`, { next, cause });
  });
}

/** The pairs of a spec in their frame: its own, or the template's. */
async function pairsOf(
  spec: DirectionSpec,
  template: DirectionTemplate | null,
  base: string,
): Promise<readonly TextPair[]> {
  const { pairs } = spec;
  const own = typeof spec.template === "object" ? spec.template : null;
  const frame = template?.frame ?? own;
  if (pairs === undefined) return framed(template?.pairs ?? [], frame);
  if (!("file" in pairs)) return framed(pairs, frame);
  return framed(await readPairs(pathFrom(base, pairs.file), pairs), frame);
}

const pathFrom = (base: string, file: string): string => (isAbsolute(file) ? file : resolve(base, file));

/** What is made, and the hook where a file says another one. */
interface Made {
  readonly result: DirectionResult;
  readonly texts: RunTexts;
  readonly hook?: string;
  readonly task?: TaskAccuracy;
}

/** What a spec stands for. */
interface Given {
  readonly pairs: readonly TextPair[];
  readonly base: string;
  readonly digest: string;
}

async function resultOf(
  open: OpenModel,
  spec: DirectionSpec,
  given: Given,
  work: WorkOptions,
): Promise<Made> {
  const { runner, vocabulary, info } = open;
  const layers = spec.layers === "all" ? Array.from({ length: info.nLayers }, (_, l) => l) : spec.layers;
  if (spec.method === "task") return taskOf(open, spec, { layers, pairs: given.pairs }, work);
  const texts = textsOf(open, spec, given.pairs);
  const request = {
    texts: texts.texts,
    hook: spec.hook,
    position: spec.position,
    testShare: spec.testShare,
    seed: spec.seed,
    draws: spec.draws,
  };
  const source = await sourceOf(open, spec, { layers, ...given });
  const result = await makeDirection(runner, vocabulary, { ...request, ...source }, work);
  return { result, texts, ...(source.hook === undefined ? {} : { hook: source.hook }) };
}

async function sourceOf(
  open: OpenModel,
  spec: DirectionSpec,
  { layers, base, digest }: Given & { readonly layers: readonly number[] },
): Promise<Pick<DirectionRequest, "source" | "layers"> & { readonly hook?: string }> {
  switch (spec.method) {
    case "unembed":
      return unembedVectors(open, spec, layers);
    case "neurons":
      return neuronVectors(open, spec, layers);
    case "head":
      return { source: { kind: "head", ...spec.head! }, layers: layersFrom(layers, spec.head!.layer) };
    case "import":
      return importVectors(pathFrom(base, spec.file!), spec, subjectOf(open, digest));
    case "pca":
    case "logistic":
      return { source: { kind: spec.method }, layers };
    default:
      return { source: { kind: "mean-difference" }, layers };
  }
}

function textsOf(open: OpenModel, spec: DirectionSpec, pairs: readonly TextPair[]): RunTexts {
  if (pairs.length === 0) return { texts: [], bos: false };
  const encoding = { tokenizer: tokenizerOf(open), nCtx: open.info.nCtx, bos: spec.bos };
  if (spec.method !== "prompt-pair") return encodePairs(pairs, encoding);
  if (pairs.length === 1) return encodePrompts(pairs[0], encoding);
  throw new EngineError("bad-pairs", `"prompt-pair" takes one pair of prompts, not ${pairs.length}.`, {
    next: 'Give one, or take the method "mean-difference".',
  });
}

async function taskOf(
  open: OpenModel,
  spec: DirectionSpec,
  { layers, pairs }: { readonly layers: readonly number[]; readonly pairs: readonly TextPair[] },
  work: WorkOptions,
): Promise<Made> {
  const tokenizer = tokenizerOf(open);
  const whole = pairs.map(([input, output], i) => {
    if (input !== null && output !== null) return [input, output] as const;
    throw new EngineError("bad-pairs", `Demonstration ${i + 1} lacks its input or output.`, {
      next: "Give both.",
    });
  });
  const bos = spec.bos ?? "auto";
  const request = {
    pairs: whole,
    encode: (text: string) => withoutEnd(tokenizer, text, bos),
    hook: spec.hook,
    layers,
    testShare: spec.testShare,
    seed: spec.seed,
    draws: spec.draws,
    demonstrations: spec.demonstrations,
  };
  const { task, ...result } = await makeTaskVector(open.runner, open.vocabulary, request, work);
  const begins = tokenizer.bosId !== null && request.encode("a")[0] === tokenizer.bosId;
  return { result, texts: { texts: [], bos: begins }, task };
}

/** Ids of a text without what the tokenizer adds behind it. */
function withoutEnd(
  tokenizer: TextTokenizer,
  text: string,
  bos: NonNullable<DirectionSpec["bos"]>,
): number[] {
  const { tokens } = tokenizer.encode(text, { bos });
  let end = tokens.length;
  while (end > 1 && tokens[end - 1].special === true && tokens[end - 1].start === tokens[end - 1].end) end--;
  return tokens.slice(0, end).map(({ id }) => id);
}

function tokenizerOf({ tokenizer, info }: OpenModel): TextTokenizer {
  if (tokenizer !== null) return tokenizer;
  throw new EngineError("no-tokenizer", "This model has no tokenizer.json, so it cannot read text.", {
    next: "Put the model's tokenizer.json beside its config.json, or choose another model.",
    details: { path: info.path },
  });
}
