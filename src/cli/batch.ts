/** One input or many: a command's answer for the input that its options give, or a line for each line of a JSONL file. */
import { Writable } from "node:stream";
import { bosPolicies } from "../base/bosPolicy";
import { throwIfCancelled } from "../base/cancel";
import { CancelledError, toErrorData } from "../base/errors";
import { asInteger, asList, asObject, asOneOf, asText, badField, parseJson } from "../protocol/decode";
import { decodeChat } from "../protocol/decodeChat";
import { CliError, usageError } from "./cliError";
import type { CommandCall } from "./command";
import { JsonStream } from "./jsonStream";
import type { OptionName } from "./options";
import { contextFrom, readInputOrChat, withModel, type CliInput, type Place, type Session } from "./session";
import { readText } from "./textFile";

/** Writes the answer for one input: one JSON object on `out`. */
export type Answer = (session: Session, input: CliInput, out: JsonStream, place: Place) => Promise<void>;

/** Options that say what the input is; a batch says it line by line. */
const inputOptions: readonly OptionName[] = ["text", "file", "ids", "chat", "prefix", "bos", "out"];

/**
 * Answers the input of the options, or with --batch every line of the file: one JSON line each, with its `line` number.
 * A line that cannot be answered gives `{line, error: {code, message, next}}`, and the rest goes on.
 * @throws {CliError} "usage", what readText finds wrong, and, after the last line, "lines-failed" where lines gave errors; {EngineError} "model-changed"
 */
export async function answerInputs(call: CommandCall, answer: Answer): Promise<void> {
  const { args, out, work } = call;
  const [folder] = args.positionals;
  if (args.values.batch === undefined) {
    const input = await readInputOrChat(args);
    return withModel(folder, work, (session) => answer(session, input, out, { sequence: 0, sequences: 1 }));
  }
  const extra = inputOptions.find((name) => args.values[name] !== undefined);
  if (extra !== undefined)
    throw usageError(
      `--${extra} does not go with --batch.`,
      extra === "out" ? "Run the inputs one by one." : "Say it in the file's lines.",
    );
  const lines = (await readText(args.values.batch)).replace(/^\uFEFF/, "").split(/\r?\n/);
  const wanted = lines.flatMap((text, i) => (text.trim() === "" ? [] : [{ text, line: i + 1 }]));
  return withModel(folder, work, async (session) => {
    const failed: number[] = [];
    for (const [i, { text, line }] of wanted.entries()) {
      throwIfCancelled(work.signal);
      work.onProgress?.({ done: i, total: wanted.length, message: "Answering lines" });
      const place = { sequence: i, sequences: wanted.length };
      const { json, answered } = await answerLine(session, text, (...line) => answer(...line, place));
      // A batch may take hours: a model that is written to meanwhile is noticed before the answer it was used for.
      await session.open.checkUnchanged();
      if (!answered) failed.push(line);
      await out.text(`${i === 0 ? "" : "\n"}{"line":${line},${json.slice(1)}`);
      await out.flush();
    }
    if (failed.length > 0) {
      await out.text("\n");
      await out.flush();
      throw linesFailed(failed, wanted.length);
    }
  });
}

function linesFailed(failed: readonly number[], n: number): CliError {
  const named = failed.slice(0, 5).join(", ") + (failed.length > 5 ? ", …" : "");
  return new CliError("lines-failed", `${failed.length} of ${n} lines gave an error: ${named}.`, {
    next: "Each of these lines' answers says what is wrong with it.",
  });
}

/** The answer of a line as a JSON object, or its error; held whole, so that a failure in the middle leaves no half of one. */
async function answerLine(
  session: Session,
  text: string,
  answer: (session: Session, input: CliInput, out: JsonStream) => Promise<void>,
): Promise<{ readonly json: string; readonly answered: boolean }> {
  const parts: string[] = [];
  const held = new Writable({
    write: (part: Buffer, _encoding, done) => {
      parts.push(part.toString("utf8"));
      done();
    },
  });
  const out = new JsonStream(held);
  try {
    await answer(session, inputOfLine(text), out);
    await out.flush();
    return { json: parts.join(""), answered: true };
  } catch (thrown) {
    if (thrown instanceof CancelledError) throw thrown;
    const { code, message, next } = toErrorData(thrown);
    const error = { code, message, ...(next === undefined ? {} : { next }) };
    return { json: JSON.stringify({ error }), answered: false };
  }
}

/**
 * The input that a line of a batch gives: an object with one of `text`, `ids` and `chat`; with `text` also `prefix` and
 * `bos`. A JSON string is a text.
 * @throws {DecodeError} "not-json", "bad-field"
 */
export function inputOfLine(text: string): CliInput {
  const value = parseJson(text, "The line");
  const context = contextFrom(undefined, 0);
  if (typeof value === "string") return { kind: "text", text: value, offset: 0, context, bos: "auto" };
  const line = asObject(value, "line", ["text", "ids", "chat", "prefix", "bos"]);
  const given = ["text", "ids", "chat"].filter((name) => line[name] !== undefined);
  if (given.length !== 1) throw badField("line", "needs one of text, ids and chat");
  const extra = ["prefix", "bos"].find((name) => line[name] !== undefined);
  if (given[0] !== "text" && extra !== undefined) throw badField(extra, `does not go with ${given[0]}`);
  if (line["ids"] !== undefined) {
    const ids = asList(line["ids"], "ids").map((id, i) => asInteger(id, `ids[${i}]`, { min: 0 }));
    return { kind: "ids", ids };
  }
  if (line["chat"] !== undefined) return { kind: "chat", messages: decodeChat(line["chat"]) };
  const prefix = line["prefix"] === undefined ? undefined : asText(line["prefix"], "prefix");
  return {
    kind: "text",
    text: asText(line["text"], "text"),
    offset: 0,
    context: contextFrom(prefix, 0),
    bos: asOneOf(line["bos"] ?? "auto", "bos", bosPolicies),
  };
}
