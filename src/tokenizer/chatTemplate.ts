/** Chat templates as Hugging Face has them: messages to the text that a chat model was trained on. */
import { Template } from "@huggingface/jinja";
import { isObject } from "./jsonShape";
import { TokenizerError } from "./tokenizerError";

/** One message of a chat. */
export interface ChatMessage {
  readonly role: string;
  readonly content: string;
}

/** A rendered chat, and which parts of its text are messages: half-open ranges in UTF-16 units, one per message. */
export interface RenderedChat {
  readonly text: string;
  /** Null for a message whose content does not stand in the text as it was given (trimmed is as given). */
  readonly messages: readonly ({ readonly start: number; readonly end: number } | null)[];
}

/** A model's chat template. */
export interface ChatTemplate {
  /**
   * Renders messages; where the last is not the assistant's own, the beginning of its answer is put behind.
   * @throws {TokenizerError} "chat-template-failed", with what the template itself says
   */
  render(messages: readonly ChatMessage[]): RenderedChat;
}

/** Longest template that is read, in UTF-16 units; those in use have some thousands. */
const longest = 1_000_000;

/**
 * The chat template of a model: that of chat_template.jinja, else of tokenizer_config.json (of several the one named
 * "default"). Null where there is none.
 * @throws {TokenizerError} "chat-template-failed" for one that is no template
 */
export function createChatTemplate(jinja: string | null, tokenizerConfig: unknown): ChatTemplate | null {
  const config = isObject(tokenizerConfig) ? tokenizerConfig : {};
  const source = jinja ?? templateOf(config["chat_template"]);
  if (source === null) return null;
  if (source.length > longest) throw failed(`has ${source.length} characters`);
  const template = guarded(() => new Template(source));
  const render = (messages: readonly ChatMessage[]): string =>
    guarded(() =>
      template.render({
        ...specialTokens(config),
        messages: messages.map(({ role, content }) => ({ role, content })),
        add_generation_prompt: messages.at(-1)?.role !== "assistant",
      }),
    );
  return { render: (messages) => placed(render(messages), messages) };
}

function templateOf(value: unknown): string | null {
  if (typeof value === "string") return value;
  if (!Array.isArray(value)) return null;
  const entries = value.filter(isObject);
  const chosen = entries.find((entry) => entry["name"] === "default") ?? entries[0];
  const template = chosen?.["template"];
  return typeof template === "string" ? template : null;
}

/** bos_token, eos_token and their like, which templates write out. */
function specialTokens(config: Readonly<Record<string, unknown>>): Record<string, string> {
  const entries = Object.entries(config).flatMap(([name, value]) => {
    const text = isObject(value) ? value["content"] : value;
    return name.endsWith("_token") && typeof text === "string" ? [[name, text] as const] : [];
  });
  return Object.fromEntries(entries);
}

/** Finds each message in the text, in their order; templates often trim them. */
function placed(text: string, messages: readonly ChatMessage[]): RenderedChat {
  let from = 0;
  const found = messages.map(({ role, content }) => {
    // A short message may be like its own role's name, which stands before it.
    const header = text.indexOf(role, from);
    for (const start of header >= 0 ? [header + role.length, from] : [from]) {
      for (const wanted of [content, content.trim()]) {
        const at = wanted === "" ? -1 : text.indexOf(wanted, start);
        if (at < 0) continue;
        from = at + wanted.length;
        return { start: at, end: from };
      }
    }
    return null;
  });
  return { text, messages: found };
}

function guarded<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw failed(`says: ${said.split("\n")[0].slice(0, 300)}`, cause);
  }
}

function failed(problem: string, cause?: unknown): TokenizerError {
  return new TokenizerError(
    "chat-template-failed",
    `The model's chat template ${problem.replace(/\.$/, "")}.`,
    {
      next: "Change the messages so that the template takes them, or give the text itself without --chat.",
      cause,
    },
  );
}
