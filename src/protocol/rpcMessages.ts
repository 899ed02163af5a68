/** What the rpc peers say to each other on the wire, and the check that a message is one of these. */
import type { Progress } from "../base/cancel";
import type { ErrorData } from "../base/errors";

/** What a call says of itself beside its parameters. */
export interface CallMeta {
  /** Names what the answer is shown in; a newer call for the same view cancels the older one on the other side. */
  readonly view?: string;
  /** "background" work waits while other work is done; "view", the default, is what a person looks at. */
  readonly priority?: "view" | "background";
}

/** Asks the other side to run a method. Ids are the sender's own and never used twice. */
export interface RequestMessage {
  readonly rpc: "request";
  readonly id: number;
  readonly method: string;
  readonly params: unknown;
  readonly meta?: CallMeta;
}

/** The sender no longer wants the answer to its request `id`; a reply is still due. */
export interface CancelMessage {
  readonly rpc: "cancel";
  readonly id: number;
}

/** How far the request `id` has come. */
export interface ProgressMessage {
  readonly rpc: "progress";
  readonly id: number;
  readonly progress: Progress;
}

/** The one answer to the request `id`: `ok` or `error`, never both, never neither. */
export type ReplyMessage =
  | { readonly rpc: "reply"; readonly id: number; readonly ok: unknown }
  | { readonly rpc: "reply"; readonly id: number; readonly error: ErrorData };

/** Something happened; no answer is expected. */
export interface EventMessage {
  readonly rpc: "event";
  readonly event: string;
  readonly data: unknown;
}

/** Everything that may stand on the wire. */
export type RpcMessage = RequestMessage | CancelMessage | ProgressMessage | ReplyMessage | EventMessage;

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null;
const isId = (value: unknown): value is number => Number.isSafeInteger(value);

/** Whether a value is a progress report: finite numbers and words. */
export function isProgress(value: unknown): value is Progress {
  if (!isFields(value)) return false;
  return (
    Number.isFinite(value["done"]) && Number.isFinite(value["total"]) && typeof value["message"] === "string"
  );
}

/** Whether a value is error data; `next` and `details` may be absent. */
export function isErrorData(value: unknown): value is ErrorData {
  if (!isFields(value)) return false;
  if (typeof value["code"] !== "string" || typeof value["message"] !== "string") return false;
  const { next, details } = value;
  return (next === undefined || typeof next === "string") && (details === undefined || isFields(details));
}

/** Longest name of a view. */
const longestView = 200;

/** What a received request says of itself; what is not understood is left out. */
function readMeta(value: unknown): { meta?: CallMeta } {
  if (!isFields(value)) return {};
  const { view, priority } = value;
  const isNamed = typeof view === "string" && view.length <= longestView;
  const isRanked = priority === "view" || priority === "background";
  return { meta: { ...(isNamed ? { view } : {}), ...(isRanked ? { priority } : {}) } };
}

function readReply(message: Fields): ReplyMessage | null {
  const id = message["id"] as number;
  if (isErrorData(message["error"])) return { rpc: "reply", id, error: message["error"] };
  if (Object.hasOwn(message, "ok") && !Object.hasOwn(message, "error"))
    return { rpc: "reply", id, ok: message["ok"] };
  const error = { code: "bad-reply", message: "The answer had neither a result nor an error." };
  return { rpc: "reply", id, error };
}

/**
 * The message that a received value is, or null when it is none of ours.
 * A reply that answers nothing becomes an error reply "bad-reply", so that its call does not wait for ever.
 */
export function readMessage(value: unknown): RpcMessage | null {
  if (!isFields(value)) return null;
  const { rpc, id } = value;
  if (rpc === "event") {
    return typeof value["event"] === "string" ? { rpc, event: value["event"], data: value["data"] } : null;
  }
  if (!isId(id)) return null;
  switch (rpc) {
    case "request":
      return typeof value["method"] === "string"
        ? { rpc, id, method: value["method"], params: value["params"], ...readMeta(value["meta"]) }
        : null;
    case "cancel":
      return { rpc, id };
    case "progress":
      return isProgress(value["progress"]) ? { rpc, id, progress: value["progress"] } : null;
    case "reply":
      return readReply(value);
    default:
      return null;
  }
}
