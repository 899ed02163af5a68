/** Options of the commands: read strictly, each checked before any work begins. */
import { bosPolicies, type BosPolicy } from "../base/bosPolicy";
import { parseArgs } from "node:util";
import { CliError, usageError } from "./cliError";

/** What each option is, as the help says it. */
export const optionTexts = {
  text: "--text S            the text itself",
  file: "--file F            a UTF-8 file; - reads standard input",
  chat: "--chat F.json|TEXT  a chat, rendered by the model's template: [{role, content}], or what a user says",
  batch: "--batch F.jsonl     many inputs, one a line: {text|ids|chat, prefix, bos}; answers are lines too",
  ids: "--ids 1,2,3         token ids, taken as they are",
  top: "--top K             tokens listed per position (5), or neurons (20)",
  read: "--read HOOK,HOOK    hooks to read; also patterns: blocks.*.attn.hook_pattern, blocks.{0..3}.hook_resid_post",
  edit: "--edit EDITS.json   edits to apply",
  edge: "--edge L:H:Q:K      attention edges to mask: layers, heads, queries, keys, each *, N, A..B, A.. or a list; more with ;",
  length: "--length N          random tokens that are repeated (50)",
  at: "--at L:H:Q:K        one attention edge: layer, head, query, key; positions may count from the end (-1)",
  softmax:
    "--softmax WHERE     blocked before it (default): the row renormalises; or after it: the row loses the weight",
  controls:
    "--controls KIND     other edges blocked beside it: matched (nearest in weight, default) or random",
  base: "--base TEXT         the text that is patched",
  "base-range":
    "--base-range A:B    in place of --base: a range of --file, UTF-16 offsets, seen in its context",
  "source-range": "--source-range A:B  in place of --source: a range of --source-file, else of --file",
  "source-file": "--source-file F     the file of --source-range, where it is another one",
  source: "--source TEXT       the text whose values are patched into it",
  align:
    "--align B:S,B:S     positions of base and source that correspond, BOS counted; front or end: one to one (found from the tokens)",
  out: "--out F             file to write: the values that were read (.npz), a lens (.safetensors) or a direction (.json)",
  range: "--range START:END   selection, UTF-16 offsets in the text (with --ids: positions)",
  context:
    "--context KIND      before the selection: document (the text there, default) or selection (nothing)",
  prefix:
    "--prefix S          put right before the text (neurons: before the selection, alone; heatmap: its own tokens are left out)",
  bos: "--bos POLICY        BOS before the text: auto (the tokenizer's own policy, default), always, never",
  choices: "--choices A|B        continuations of the text to compare; or a file, one a line or a JSON list",
  measure:
    "--measure M         surprisal (default), bits, rank, entropy, depth, neuron:L.N, norm:HOOK, direction:FILE@LAYER, attention-from:L.H@POS, attention-to:L.H@POS",
  window: "--window N          most tokens of a window (what the model sees, up to 1,024)",
  generate: "--generate N        the model writes N tokens behind the text, which are read too",
  "max-tokens": "--max-tokens N      most new tokens",
  temperature: "--temperature T     0 is greedy (default)",
  seed: "--seed S            seed of what is drawn at random (0)",
  "top-k": "--top-k K           draw from the K most likely tokens only (0: all)",
  "top-p": "--top-p P           draw from the fewest tokens whose probabilities reach P only (1: all)",
  lens: "--lens LENS         a trained lens to read the rows through (a file that lens-fit made)",
  tokens: "--tokens N          tokens of the text to use, held-out ones included (20000)",
  steps: "--steps N           KL steps after least squares (250); 0: least squares alone",
  "held-out":
    "--held-out SHARE|F  share of the text, from its end, to judge the lens on (0.2); or another file",
  device:
    "--device D          cpu (default), auto, cuda, webgpu, dml, coreml, tensorrt; all but cpu are untested",
  "memory-budget": "--memory-budget GB  most memory a model may take",
  "cuda-libraries": "--cuda-libraries F  folder of the CUDA libraries",
  to: "--to DIR            folder that gets the model's own folder (the one that Choose Model looks into)",
  by: "--by ORDER          z (default), write (|activation| · what it writes), logProb or logitDiff (direct effect)",
  head: "--head L.H          an attention head: layer and head, counted from 0",
  layer: "--layer L           a layer, counted from 0 (neurons: of this layer alone)",
  neuron: "--neuron N          a neuron of the layer, counted from 0",
  position:
    "--position P        effects are on the prediction after this position (-1: the last; selection's last, or the neuron's strongest)",
  token:
    "--token T           the token that is measured: #ID, or a text that is one token; left out, the text's next one, else the likeliest",
  minus:
    "--minus T           the token whose logit is taken off for the logit difference; left out, the likeliest other one",
  ablate:
    "--ablate HOW        what neurons are set to: mean (over the text beside the selection, default) or zero",
  dialect:
    "--dialect D         rasp, raspy, rasp-l or tracr (by the file's ending: .rasp, .raspy, .raspl, .tracr)",
  input:
    "--input JSON        what the program runs on (its own example): '\"hello\"', '[1, 2]', '{\"x\": [1, 2]}'",
  integers: "--integers KIND     RASP-L: any (default), or int8: a value outside -128 to 127 is an error",
  direction: "--direction F       a direction's file (that direction make wrote)",
  layers: "--layers A-B        a band of layers: the mean of their scores",
  format: "--format FORMAT     npz (arrays) or gguf (a control vector, as llama.cpp reads it)",
  weights: "--weights W,W       what each direction is multiplied by (1)",
  where: "--where WHERE       where each text is read: mean (over its tokens, default) or last",
  metric: "--metric M          distance of silhouettes: euclidean (default) or cosine",
  perplexity: "--perplexity P      of t-SNE: about how many neighbours count (30)",
  draws: "--draws N           shuffles of the labels (200)",
  strongest: "--strongest X       largest factor a neuron is amplified by (8)",
  save: "--save F            also writes the outcome to F, rounded and laid out for review (NAME.introspect.result.json)",
  against: "--against F         an outcome saved before; an error where this one says otherwise",
  alternatives: "--alternatives N    list the N most likely tokens beside each new one",
} as const;

/** Name of an option that takes a value. */
export type OptionName = keyof typeof optionTexts;

/** Arguments of one call, not yet interpreted. */
export interface ParsedArguments {
  readonly positionals: readonly string[];
  readonly values: Readonly<Partial<Record<OptionName, string>>>;
  readonly help: boolean;
  readonly progress: boolean;
}

/**
 * Splits the arguments that follow a command's name.
 * @throws {CliError} "usage" for options the command does not have
 */
export function parseArguments(argv: readonly string[], allowed: readonly OptionName[]): ParsedArguments {
  const options = Object.fromEntries(allowed.map((name) => [name, { type: "string" as const }]));
  const flags = { help: { type: "boolean", short: "h" }, progress: { type: "boolean" } } as const;
  try {
    const { values, positionals, tokens } = parseArgs({
      args: withEquals(argv, allowed),
      options: { ...options, ...flags },
      allowPositionals: true,
      strict: true,
      tokens: true,
    });
    const named = tokens.flatMap((token) => (token.kind === "option" ? [token.name] : []));
    const twice = named.find((name, i) => name in options && named.indexOf(name) < i);
    if (twice !== undefined) throw usageError(`--${twice} is given twice.`, "Give it once.");
    const {
      help = false,
      progress = false,
      ...rest
    } = values as Record<string, string | boolean | undefined>;
    return {
      positionals,
      values: rest as ParsedArguments["values"],
      help: help === true,
      progress: progress === true,
    };
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    const [sentence] = (cause instanceof Error ? cause.message : String(cause)).split(/\. |\n/);
    throw usageError(`${sentence}.`);
  }
}

/** `--text -x` as `--text=-x`: a value may begin with a dash. */
function withEquals(argv: readonly string[], allowed: readonly string[]): string[] {
  const joined: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const takesNext = allowed.some((name) => argv[i] === `--${name}`) && i + 1 < argv.length;
    joined.push(takesNext ? `${argv[i]}=${argv[++i]}` : argv[i]);
    if (argv[i] === "--") return [...joined, ...argv.slice(i + 1)];
  }
  return joined;
}

/**
 * A whole number.
 * @throws {CliError} "usage"
 */
export function wholeNumber(
  name: OptionName,
  text: string,
  min: number,
  max = Number.MAX_SAFE_INTEGER,
): number {
  const value = /^[+-]?\d+$/.test(text) ? Number(text) : NaN;
  if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
  const limits = max === Number.MAX_SAFE_INTEGER ? `from ${min}` : `from ${min} to ${max}`;
  throw usageError(`--${name} takes a whole number ${limits}, not ${quoted(text)}.`);
}

/**
 * A number that is not negative.
 * @throws {CliError} "usage"
 */
export function nonNegative(name: OptionName, text: string): number {
  const value = text.trim() === "" ? NaN : Number(text);
  if (Number.isFinite(value) && value >= 0) return value;
  throw usageError(`--${name} takes a number from 0, not ${quoted(text)}.`);
}

/**
 * A share: above 0, at most 1.
 * @throws {CliError} "usage"
 */
export function shareOf(name: OptionName, text: string): number {
  const value = text.trim() === "" ? NaN : Number(text);
  if (value > 0 && value <= 1) return value;
  throw usageError(`--${name} takes a number above 0, at most 1, not ${quoted(text)}.`);
}

/**
 * A list of ids, separated by commas or spaces.
 * @throws {CliError} "usage"
 */
export function idList(text: string): number[] {
  if (text.trim() === "") throw usageError("--ids is empty.", "Give ids as in --ids 1,2,3.");
  const parts = text.trim().split(/\s*,\s*|\s+/);
  return parts.map((part) => wholeNumber("ids", part, 0));
}

/**
 * A half-open range.
 * @throws {CliError} "usage"
 */
export function rangeOf(text: string): { start: number; end: number } {
  const found = /^(\d+):(\d+)$/.exec(text.trim());
  if (!found)
    throw usageError(
      `--range takes START:END, not ${quoted(text)}.`,
      "Give two offsets as in --range 10:24.",
    );
  return { start: wholeNumber("range", found[1], 0), end: wholeNumber("range", found[2], 0) };
}

/**
 * One of some words.
 * @throws {CliError} "usage"
 */
export function oneOf<Word extends string>(name: OptionName, text: string, words: readonly Word[]): Word {
  const found = words.find((word) => word === text);
  if (found !== undefined) return found;
  throw usageError(`--${name} takes ${words.join(", ")}, not ${quoted(text)}.`);
}

/**
 * The policy that --bos gives; undefined where it is left out.
 * @throws {CliError} "usage"
 */
export function bosOf({ values }: ParsedArguments): BosPolicy | undefined {
  return values.bos === undefined ? undefined : oneOf("bos", values.bos, bosPolicies);
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}
