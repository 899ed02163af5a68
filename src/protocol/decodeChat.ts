/** Chats from files: a list of messages, or an object with the field `messages`. */
import { asList, asObject, asText, badField } from "./decode";

/** One message of a chat. */
export interface DecodedMessage {
  readonly role: string;
  readonly content: string;
}

const mostMessages = 10_000;

/**
 * The messages of a chat. A content may be a text or a list of text parts, which are joined.
 * @throws {DecodeError} "bad-field"
 */
export function decodeChat(value: unknown): DecodedMessage[] {
  const isWrapped = typeof value === "object" && value !== null && !Array.isArray(value);
  const list = asList(isWrapped ? asObject(value, "chat")["messages"] : value, "messages");
  if (list.length === 0) throw badField("messages", "is an empty list");
  if (list.length > mostMessages)
    throw badField("messages", `has ${list.length} entries; ${mostMessages} are the most`);
  return list.map((entry, i) => {
    const path = `messages[${i}]`;
    const message = asObject(entry, path);
    const role = asText(message["role"], `${path}.role`);
    if (role === "") throw badField(`${path}.role`, "is empty");
    return { role, content: contentOf(message["content"], `${path}.content`) };
  });
}

function contentOf(value: unknown, path: string): string {
  if (!Array.isArray(value)) return asText(value, path);
  return value
    .map((part, i) => asText(asObject(part, `${path}[${i}]`)["text"], `${path}[${i}].text`))
    .join("");
}
