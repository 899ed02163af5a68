/** A model opened for one command, and the input the command was given. */
import { RecordActivations } from "../analysis/common/activations";
import type { PairEncoder } from "../analysis/common/editValue";
import type { WorkOptions } from "../base/cancel";
import { parseJson } from "../protocol/decode";
import { decodeEdits } from "../protocol/decodeEdit";
import type { Edit } from "../protocol/edit";
import type { ModelInfo, RunInput, RunWindow } from "../protocol/model";
import { openModel, type OpenModel } from "../engine/model";
import { pairEncoderOf } from "../engine/pairEncoder";
import { defaultCacheDirectory } from "../engine/store/cacheDirectory";
import { buildRunWindow } from "../engine/window";
import { CliError, usageError } from "./cliError";
import { idList, type ParsedArguments } from "./options";
import { readText } from "./textFile";

/** A model as a command uses it. */
export interface Session {
  readonly open: OpenModel;
  readonly info: ModelInfo;
  /** Null where the model has no tokenizer. */
  readonly encoder: PairEncoder | null;
}

/** Opens the model that a command names, and closes it when the command is done. */
export async function withModel(
  path: string,
  work: WorkOptions,
  use: (session: Session) => Promise<void>,
): Promise<void> {
  const open = await openModel(path, { cacheDirectory: defaultCacheDirectory(), ...work });
  try {
    await open.checkUnchanged();
    await use({ open, info: open.info, encoder: pairEncoderOf(open.tokenizer) });
  } finally {
    open.dispose();
  }
}

/** The input of a command, read but not tokenised. */
export type CliInput =
  { readonly kind: "text"; readonly text: string } | { readonly kind: "ids"; readonly ids: number[] };

/**
 * The input that one of --text, --file and --ids gives. Files are read here, before a model is opened.
 * @throws {CliError} "usage" unless there is exactly one, and what readText finds wrong
 */
export async function readInput({ values }: ParsedArguments): Promise<CliInput> {
  const given = (["text", "file", "ids"] as const).filter((name) => values[name] !== undefined);
  if (given.length !== 1) {
    const said = given.length === 0 ? "There is no input" : `There are ${given.length} inputs`;
    throw usageError(`${said}.`, "Give one of --text S, --file F and --ids 1,2,3.");
  }
  if (values.ids !== undefined) return { kind: "ids", ids: idList(values.ids) };
  return { kind: "text", text: values.text ?? (await readText(values.file ?? "-")) };
}

/**
 * The window of an input: the last tokens of a long text, `most` at most; ids as they are.
 * @throws {CliError} "bad-ids"; {EngineError} "no-tokenizer"
 */
export function windowOf({ open, info }: Session, input: CliInput, most = info.nCtx): RunWindow {
  if (input.kind === "ids") requireIds(info, input.ids);
  const whole: RunInput = input.kind === "ids" ? input : { ...input, offset: 0 };
  return buildRunWindow(whole, open.tokenizer, most);
}

/**
 * Returns at once when the model has all these ids.
 * @throws {CliError} "bad-ids"
 */
export function requireIds(info: ModelInfo, ids: readonly number[]): void {
  const wrong = ids.find((id) => id >= info.dVocab);
  if (wrong === undefined) return;
  const next = `Ids of this model go from 0 to ${info.dVocab - 1}.`;
  throw new CliError("bad-ids", `The model has no token with the id ${wrong}.`, { next });
}

/**
 * The edits of a file: a list, one edit, or an object with the field `edits`, such as an experiment.
 * @throws {CliError} what readText finds wrong; {DecodeError} what is wrong inside
 */
export async function readEdits(path: string | undefined, info: ModelInfo): Promise<Edit[]> {
  if (path === undefined) return [];
  const value = parseJson(await readText(path), path);
  const inner = typeof value === "object" && value !== null && "edits" in value ? value.edits : value;
  return decodeEdits(inner, "edits", info);
}

/** What was read over the model's records; null where it has none. */
export async function recordsOf({ open }: Session): Promise<RecordActivations | null> {
  const records = await open.records();
  return records && new RecordActivations(open.runner, records);
}

/** What every answer carries beside its own fields. */
export interface AnswerFacts {
  /** Where the window starts, whether the text was cut for it, and whether it begins with BOS. Absent without a window. */
  readonly window?: Pick<RunWindow, "start" | "truncated" | "bos">;
  readonly digest: string;
  /** Texts are run as they are; chat templates are not applied. */
  readonly mode: "raw";
  /** What was odd about the checkpoint and how it was read; absent when nothing was. */
  readonly warnings?: readonly string[];
}

/** The facts of one answer. */
export async function factsOf(
  { open, info }: Session,
  window: RunWindow | null,
  work: WorkOptions,
): Promise<AnswerFacts> {
  return {
    ...(window ? { window: { start: window.start, truncated: window.truncated, bos: window.bos } } : {}),
    digest: await open.digest(work),
    mode: "raw",
    ...(info.warnings ? { warnings: info.warnings } : {}),
  };
}
