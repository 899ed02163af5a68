/** A model opened for one command, and the input the command was given. */
import { dirname } from "node:path";
import { RecordActivations } from "../analysis/common/activations";
import { editsOfSequence, requireSequences } from "../analysis/batch";
import type { PairEncoder } from "../analysis/common/editValue";
import type { WorkOptions } from "../base/cancel";
import { CancelledError } from "../base/errors";
import { parseJson } from "../protocol/decode";
import { decodeChat } from "../protocol/decodeChat";
import { decodeEdits } from "../protocol/decodeEdit";
import type { Edit } from "../protocol/edit";
import type { ModelInfo, RunContext, RunInput, RunWindow } from "../protocol/model";
import { withDirections } from "../engine/directionFile";
import { chatWindow, type ChatWindow } from "../engine/chat";
import { openModel, type OpenModel } from "../engine/model";
import { pairEncoderOf } from "../engine/pairEncoder";
import { defaultCacheDirectory } from "../engine/store/cacheDirectory";
import { buildRunWindow } from "../engine/window";
import type { ChatMessage } from "../tokenizer/chatTemplate";
import { CliError, usageError } from "./cliError";
import type { ModelWork } from "./command";
import { edgeEdits } from "./edges";
import { bosOf, idList, type ParsedArguments } from "./options";
import { readText } from "./textFile";

/** A model as a command uses it. */
export interface Session {
  readonly open: OpenModel;
  readonly info: ModelInfo;
  /** Null where the model has no tokenizer. */
  readonly encoder: PairEncoder | null;
}

/**
 * Opens the model that a command names, and closes it when the command is done.
 * @throws {EngineError} "model-changed" when its files were changed before or while it was used
 */
export async function withModel(
  path: string,
  work: ModelWork,
  use: (session: Session) => Promise<void>,
): Promise<void> {
  const open = await openModel(path, { cacheDirectory: defaultCacheDirectory(), ...work });
  try {
    await open.checkUnchanged();
    await use({ open, info: open.info, encoder: pairEncoderOf(open.tokenizer) }).catch(
      async (error: unknown) => {
        // What a run makes of weights that went away or changed says nothing; that they did is told instead.
        if (!(error instanceof CancelledError)) await open.checkUnchanged();
        throw error;
      },
    );
    await open.checkUnchanged();
  } finally {
    open.dispose();
  }
}

/** The input of a command, read and not yet tokenised. */
export type CliInput = RunInput | { readonly kind: "chat"; readonly messages: readonly ChatMessage[] };

/**
 * The input that one of --text, --file and --ids gives, with what --prefix and --bos say of it. Files are read here,
 * before a model is opened.
 * @throws {CliError} "usage" unless there is exactly one, or for ids with a prefix or BOS; what readText finds wrong
 */
export async function readInput(args: ParsedArguments): Promise<RunInput> {
  const { values } = args;
  const given = (["text", "file", "ids"] as const).filter((name) => values[name] !== undefined);
  if (given.length !== 1) {
    const said = given.length === 0 ? "There is no input" : `There are ${given.length} inputs`;
    throw usageError(`${said}.`, "Give one of --text S, --file F and --ids 1,2,3.");
  }
  const bos = bosOf(args);
  if (values.ids !== undefined) {
    const extra = (["prefix", "bos"] as const).find((name) => values[name] !== undefined);
    if (extra === undefined) return { kind: "ids", ids: idList(values.ids) };
    throw usageError(`--${extra} does not go with --ids.`, "Ids are taken as they are; give all of them.");
  }
  const text = values.text ?? (await readText(values.file ?? "-"));
  return { kind: "text", text, offset: 0, context: contextFrom(values.prefix, 0), bos };
}

/**
 * The same for commands that also take --chat: JSON in a file (ending in .json, or - for standard input) or on the
 * command line, else what a user says.
 * @throws {CliError} "usage", and what readText finds wrong; {DecodeError} what is wrong with the messages
 */
export async function readInputOrChat(args: ParsedArguments): Promise<CliInput> {
  const { chat, ...others } = args.values;
  if (chat === undefined) return readInput(args);
  const extra = (["text", "file", "ids", "prefix", "bos"] as const).find(
    (name) => others[name] !== undefined,
  );
  if (extra !== undefined)
    throw usageError(`--${extra} does not go with --chat.`, "The template writes all that the model sees.");
  return { kind: "chat", messages: await readMessages(chat) };
}

async function readMessages(given: string): Promise<ChatMessage[]> {
  if (given === "-" || given.endsWith(".json")) return decodeChat(parseJson(await readText(given), given));
  if (/^\s*[[{]/.test(given)) return decodeChat(parseJson(given, "--chat"));
  return [{ role: "user", content: given }];
}

/** What stands before an offset of the text: the prefix where one is given. */
export function contextFrom(prefix: string | undefined, from: number): RunContext {
  return prefix === undefined ? { kind: "document" } : { kind: "prefix", from, prefix };
}

/**
 * The window of an input: the last tokens of a long text, `most` at most; ids as they are.
 * @throws {CliError} "bad-ids"; {EngineError} "no-tokenizer", "prefix-too-long", "no-chat-template"; {TokenizerError} "no-bos-token", "chat-template-failed"
 */
export function windowOf({ open, info }: Session, input: CliInput, most = info.nCtx): RunWindow | ChatWindow {
  if (input.kind === "chat") return chatWindow(open, input.messages);
  if (input.kind === "ids") requireIds(info, input.ids);
  return buildRunWindow(input, open.tokenizer, most);
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

/** Which of how many inputs one is, counted from 0; one alone is the first of one. */
export interface Place {
  readonly sequence: number;
  readonly sequences: number;
}

/**
 * The edits that --edit and --edge give: those of the file (a list, one edit, or an object with the field `edits`, such
 * as an experiment), then the masked edges. Direction files are found from the edit file's folder.
 * @param at  positions of the prompt, added tokens included, and which sequence of a batch it is
 * @throws {CliError} what readText finds wrong; {DecodeError} what is wrong inside; {EngineError} "bad-direction",
 *   "direction-of-another-model";
 *   {AnalysisError} "out-of-range" for a sequence that the batch lacks
 */
export async function readEdits(
  { values }: ParsedArguments,
  { open, info }: Session,
  at: Place & { readonly promptLength: number },
  work: ModelWork,
): Promise<Edit[]> {
  const edges = edgeEdits(values.edge, info, at.promptLength);
  const path = values.edit;
  if (path === undefined) return edges;
  const value = parseJson(await readText(path), path);
  const inner = typeof value === "object" && value !== null && "edits" in value ? value.edits : value;
  const edits = await withDirections(decodeEdits(inner, "edits", info), {
    base: dirname(path),
    digest: await open.digest(work),
  });
  edits.forEach((edit) => requireSequences(edit, at.sequences));
  return editsOfSequence([...edits, ...edges], at.sequence);
}

/** What was read over the model's records; null where it has none. */
export async function recordsOf({ open }: Session): Promise<RecordActivations | null> {
  const records = await open.records();
  return records && new RecordActivations(open.runner, records);
}

/** What every answer carries beside its own fields. */
export interface AnswerFacts {
  /** Where the window starts, whether the text was cut for it, and what stood before it. Absent where nothing is windowed. */
  readonly window?: Pick<RunWindow, "start" | "truncated" | "context">;
  /** Whether a beginning-of-sequence token came first. */
  readonly bos: boolean;
  readonly digest: string;
  /** What the model ran on; every device but the CPU is untested. */
  readonly device: string;
  /** "raw": the text as it is. "chat": messages, through the model's chat template. */
  readonly mode: "raw" | "chat";
  /** Positions of the tokens that the template wrote, which belong to no message. Absent for raw texts. */
  readonly template?: readonly number[];
  /** What was odd about the checkpoint and how it was read; absent when nothing was. */
  readonly warnings?: readonly string[];
}

/** The facts of one answer about a window, or about tokens that are not windowed. */
export async function factsOf(
  { open, info }: Session,
  ran: RunWindow | ChatWindow | Pick<RunWindow, "bos">,
  work: WorkOptions,
): Promise<AnswerFacts> {
  const window =
    "start" in ran ? { start: ran.start, truncated: ran.truncated, context: ran.context } : undefined;
  return {
    ...(window ? { window } : {}),
    bos: ran.bos,
    digest: await open.digest(work),
    device: open.device.name,
    ...modeOf(ran),
    ...(info.warnings ? { warnings: info.warnings } : {}),
  };
}

function modeOf(
  ran: RunWindow | ChatWindow | Pick<RunWindow, "bos">,
): Pick<AnswerFacts, "mode" | "template"> {
  if (!("mode" in ran)) return { mode: "raw" };
  return { mode: "chat", template: ran.tokens.flatMap(({ template }, i) => (template ? [i] : [])) };
}
