/** `introspect tokens`: the tokens of a text of any length, with their places. */
import type { WorkOptions } from "../../base/cancel";
import { buildRunWindow, encodeWhole } from "../../engine/window";
import type { RunInput, TokenInfo, TokensResult } from "../../protocol/model";
import type { TextTokenizer } from "../../tokenizer/textTokenizer";
import { chatWindow } from "../../engine/chat";
import type { ChatMessage } from "../../tokenizer/chatTemplate";
import { CliError } from "../cliError";
import type { Command, CommandCall } from "../command";
import { factsOf, readInputOrChat, requireIds, withModel, type Session } from "../session";

/** Prints the tokens of a text, or of ids. */
export const tokensCommand: Command = {
  name: "tokens",
  summary: "the tokens of a text, whole, with their UTF-16 offsets",
  positionals: ["DIR"],
  options: ["text", "file", "ids", "chat", "bos"],
  async run({ args, out, work }) {
    const input = await readInputOrChat(args);
    await withModel(args.positionals[0], work, async (session) => {
      const { open, info } = session;
      if (input.kind === "chat") return printChat(session, input.messages, { out, work });
      if (input.kind === "ids") requireIds(info, input.ids);
      const { text, tokens, bos } = await tokensOf(open.tokenizer, input, work);
      await out.text(`{"text":${JSON.stringify(text)},"tokens":`);
      await out.list([tokens]);
      await out.text(`,${JSON.stringify(await factsOf(session, { bos }, work)).slice(1)}`);
    });
  },
};

async function printChat(
  session: Session,
  messages: readonly ChatMessage[],
  { out, work }: Pick<CommandCall, "out" | "work">,
): Promise<void> {
  const window = chatWindow(session.open, messages);
  const { text, tokens } = window;
  const { mode, template, bos, digest, device } = await factsOf(session, window, work);
  await out.value({ text, tokens, mode, template, bos, digest, device });
}

async function tokensOf(
  tokenizer: TextTokenizer | null,
  input: RunInput,
  work: WorkOptions,
): Promise<TokensResult & { readonly bos: boolean }> {
  if (!tokenizer) {
    const next = "Put the model's tokenizer.json beside its config.json.";
    throw new CliError("no-tokenizer", "This model has no tokenizer.json, so its ids have no text.", {
      next,
    });
  }
  if (input.kind === "ids") {
    const { bos } = buildRunWindow(input, tokenizer, input.ids.length);
    return { ...textOfIds(tokenizer, input.ids), bos };
  }
  const { tokens, bos } = await encodeWhole(tokenizer, input.text, { bos: input.bos, ...work });
  return { text: input.text, tokens, bos };
}

/** What is needed of a tokenizer to read ids. */
export type IdReader = Pick<TextTokenizer, "text" | "decode" | "encode" | "bosId" | "addsBos">;

/**
 * The text of ids. Where the tokenizer itself makes these ids of a text, with what it adds or without, the places are
 * its own; else each token is found in the text in turn, and parts of characters share the place of the whole.
 */
export function textOfIds(tokenizer: IdReader, ids: readonly number[]): TokensResult {
  for (const addSpecial of [true, false]) {
    const inner = addSpecial && tokenizer.addsBos && ids[0] === tokenizer.bosId ? ids.slice(1) : ids;
    const text = tokenizer.decode(inner);
    const made = tokenizer.encode(text, { addSpecial });
    if (made.ids.length === ids.length && made.ids.every((id, i) => id === ids[i])) {
      return { text, tokens: made.tokens };
    }
  }
  return foundInTurn(tokenizer, ids);
}

function foundInTurn(tokenizer: IdReader, ids: readonly number[]): TokensResult {
  const text = tokenizer.decode(ids);
  const tokens: TokenInfo[] = [];
  let at = 0;
  let i = 0;
  while (i < ids.length) {
    const whole = placeOf(tokenizer.text(ids[i]), text, at);
    if (whole) {
      tokens.push({ id: ids[i], text: text.slice(whole.start, whole.end), ...whole });
      at = whole.end;
      i++;
      continue;
    }
    const { end, next } = brokenRun(tokenizer, ids, { i, at, text });
    for (; i < next; i++)
      tokens.push({ id: ids[i], text: text.slice(at, end), start: at, end, approximate: true });
    at = end;
  }
  return { text, tokens };
}

/** Where a token's own text stands in the whole; its leading space may have been dropped at the beginning. */
function placeOf(own: string, text: string, at: number): { start: number; end: number } | null {
  if (own !== "" && text.startsWith(own, at)) return { start: at, end: at + own.length };
  const bare = own.startsWith(" ") && at === 0 ? own.slice(1) : own;
  return text.startsWith(bare, at) ? { start: at, end: at + bare.length } : null;
}

/** Ids that together make characters: up to where a later id's own text goes on. */
function brokenRun(
  tokenizer: IdReader,
  ids: readonly number[],
  from: { i: number; at: number; text: string },
): { end: number; next: number } {
  for (let next = from.i + 1; next < ids.length; next++) {
    const own = tokenizer.text(ids[next]);
    const found = own === "" ? -1 : from.text.indexOf(own, from.at + 1);
    if (found >= 0 && found - from.at <= 2 * (next - from.i)) return { end: found, next };
  }
  return { end: from.text.length, next: ids.length };
}
