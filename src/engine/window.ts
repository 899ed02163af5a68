/** The part of an input that a run sees: tokens of a window that fits the model's context. */
import type { BosPolicy } from "../base/bosPolicy";
import type { WorkOptions } from "../base/cancel";
import { windowStarts } from "../base/window";
import type { RunContext, RunInput, RunWindow, TextInput, TokenInfo } from "../protocol/model";
import type { TextTokenizer } from "../tokenizer/textTokenizer";
import { EngineError } from "./engineError";

/**
 * The window of an input. Text is cut where src/base/window.ts says until its tokens fit; a custom prefix is kept whole
 * and tokenised together with the text behind it. Ids are taken as they are, however many.
 * @throws {EngineError} "no-tokenizer" for text where the model has none; "prefix-too-long" where it leaves no room
 * @throws {TokenizerError} "text-too-long", "no-bos-token"
 */
export function buildRunWindow(input: RunInput, tokenizer: TextTokenizer | null, nCtx: number): RunWindow {
  if (input.kind === "ids") return idsWindow(input.ids, tokenizer);
  if (tokenizer === null) {
    const next = "Put the model's tokenizer.json beside its config.json; the command line can also run ids.";
    throw new EngineError("no-tokenizer", "This model has no tokenizer.json, so it cannot read text.", {
      next,
    });
  }
  let window: RunWindow | undefined;
  for (const start of startsIn(input, nCtx)) {
    window = textWindow(input, start, tokenizer);
    if (window.ids.length <= nCtx) return window;
  }
  window ??= textWindow(input, input.offset, tokenizer);
  if (prefixOf(input) !== "" && window.ids.length > nCtx) {
    const next = `Use a shorter prefix: the model sees ${nCtx} tokens at once.`;
    throw new EngineError("prefix-too-long", "The prefix leaves no room for the text behind it.", { next });
  }
  return window;
}

const documentContext: RunContext = { kind: "document" };

/** Where the text that a run may see begins: nothing of the document before it counts. */
function beginOf({ context = documentContext }: TextInput): number {
  return context.kind === "document" ? 0 : context.from;
}

function prefixOf({ context = documentContext }: TextInput): string {
  return context.kind === "prefix" ? context.prefix : "";
}

/** Places to start at, in offsets of the document; found as in a document that begins where the seen text does. */
function* startsIn(input: TextInput, nCtx: number): Generator<number> {
  const begin = beginOf(input);
  const piece = { text: input.text, offset: Math.max(0, input.offset - begin) };
  for (const start of windowStarts(piece, nCtx)) yield start + begin;
}

function textWindow(input: TextInput, start: number, tokenizer: TextTokenizer): RunWindow {
  const prefix = prefixOf(input);
  const { ids, tokens } = tokenizer.encode(prefix + input.text.slice(start - input.offset), {
    bos: input.bos ?? "auto",
  });
  return {
    ids,
    tokens: tokens.map((token) => inDocument(token, prefix.length, start)),
    start,
    truncated: start > input.offset,
    bos: isAdded(tokens[0]),
    context: input.context?.kind ?? "document",
  };
}

/**
 * A token of prefix and text with its place in the document. Tokens of the prefix stand where the text begins and cover
 * nothing; one that reaches over the border keeps what it covers of the document.
 */
function inDocument(token: TokenInfo, prefixLength: number, start: number): TokenInfo {
  const place = (at: number): number => start + Math.max(0, at - prefixLength);
  const moved = { ...token, start: place(token.start), end: place(token.end) };
  if (isAdded(token) || token.start >= prefixLength) return moved;
  return token.end <= prefixLength ? { ...moved, prefix: true } : { ...moved, approximate: true };
}

/** Ids of a text of any length, uncut, and whether BOS stands first. */
export interface WholeText {
  readonly ids: readonly number[];
  readonly tokens: readonly TokenInfo[];
  readonly bos: boolean;
}

/** The whole of a text as tokens: for what is never windowed, such as prompts. Errors as of `TextTokenizer.encodeLong`. */
export async function encodeWhole(
  tokenizer: TextTokenizer,
  text: string,
  options: { readonly bos: BosPolicy | undefined } & WorkOptions,
): Promise<WholeText> {
  const { ids, tokens } = await tokenizer.encodeLong(text, { ...options, bos: options.bos ?? "auto" });
  return { ids, tokens, bos: isAdded(tokens[0]) };
}

/** A window with what the model wrote behind its text: tokens that cover nothing of the document. */
export function withWritten(
  window: RunWindow,
  ids: readonly number[],
  text: (id: number) => string | null,
): RunWindow {
  const end = window.tokens.at(-1)?.end ?? window.start;
  const tokens = ids.map((id): TokenInfo => ({ id, text: text(id), start: end, end, generated: true }));
  return { ...window, ids: [...window.ids, ...ids], tokens: [...window.tokens, ...tokens] };
}

function isAdded(token: TokenInfo | undefined): boolean {
  return token?.special === true && token.start === token.end;
}

/** For ids, offsets count ids. A first id that is the tokenizer's BOS is one. */
function idsWindow(ids: readonly number[], tokenizer: TextTokenizer | null): RunWindow {
  const text = (id: number): string | null => tokenizer?.text(id) ?? null;
  return {
    ids,
    tokens: ids.map((id, i) => ({ id, text: text(id), start: i, end: i + 1 })),
    start: 0,
    truncated: false,
    bos: tokenizer !== null && tokenizer.bosId !== null && ids[0] === tokenizer.bosId,
    context: "document",
  };
}
