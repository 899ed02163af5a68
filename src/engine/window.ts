/** The part of an input that a run sees: tokens of a window that fits the model's context. */
import { windowStarts } from "../base/window";
import type { RunInput, RunWindow, TokenInfo } from "../protocol/model";
import type { TextTokenizer } from "../tokenizer/textTokenizer";
import { EngineError } from "./engineError";

/**
 * The window of an input. Text is cut where src/base/window.ts says until its tokens fit, and tokenised by the
 * tokenizer's own policy on BOS; ids are taken as they are, however many.
 * @throws {EngineError} "no-tokenizer" for text where the model has none
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
  for (const start of windowStarts(input, nCtx)) {
    window = textWindow(input, start, tokenizer);
    if (window.ids.length <= nCtx) break;
  }
  return window ?? textWindow(input, input.offset, tokenizer);
}

function textWindow(
  input: { readonly text: string; readonly offset: number },
  start: number,
  tokenizer: TextTokenizer,
): RunWindow {
  const { ids, tokens } = tokenizer.encode(input.text.slice(start - input.offset));
  return {
    ids,
    tokens: tokens.map((token) => ({ ...token, start: token.start + start, end: token.end + start })),
    start,
    truncated: start > input.offset,
    bos: isAdded(tokens[0]),
  };
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
  };
}
