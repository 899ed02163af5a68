/** A chat as a run sees it: rendered by the model's template, tokenised as it stands, template tokens marked. */
import type { RunWindow, TokenInfo } from "../protocol/model";
import type { ChatMessage, RenderedChat } from "../tokenizer/chatTemplate";
import { EngineError } from "./engineError";
import type { OpenModel } from "./model";

/** The window of a chat, and the text that the template made of it. */
export interface ChatWindow extends RunWindow {
  readonly mode: "chat";
  readonly text: string;
}

/**
 * Renders and tokenises a chat. The template writes special tokens out itself, so the tokenizer adds none; a chat is
 * never cut.
 * @throws {EngineError} "no-tokenizer", "no-chat-template"; {TokenizerError} "chat-template-failed"
 */
export function chatWindow(
  { tokenizer, chat, info }: Pick<OpenModel, "tokenizer" | "chat" | "info">,
  messages: readonly ChatMessage[],
): ChatWindow {
  if (tokenizer === null) {
    const next = "Put the model's tokenizer.json beside its config.json.";
    throw new EngineError("no-tokenizer", "This model has no tokenizer.json, so it cannot read a chat.", {
      next,
    });
  }
  const template = chat();
  if (template === null) {
    const next =
      "Give the text itself without --chat, or put the model's chat_template.jinja beside its config.json.";
    throw new EngineError("no-chat-template", "This model's tokenizer has no chat template.", {
      next,
      details: { path: info.path },
    });
  }
  const rendered = template.render(messages);
  const { ids, tokens } = tokenizer.encode(rendered.text, { addSpecial: false, bos: "never" });
  return {
    mode: "chat",
    text: rendered.text,
    ids,
    tokens: tokens.map((token) => (isTemplate(token, rendered) ? { ...token, template: true } : token)),
    start: 0,
    truncated: false,
    bos: tokenizer.bosId !== null && ids[0] === tokenizer.bosId,
    context: "document",
  };
}

/** A token is the template's when no part of it belongs to a message. */
function isTemplate({ start, end }: TokenInfo, { messages }: RenderedChat): boolean {
  return !messages.some((one) => one !== null && start < one.end && end > one.start);
}
