/** The one error shape of the project: a code to test, a sentence to read, a next step to take. */

/** What an error carries besides its sentence. */
export interface ErrorFacts {
  /** The one thing the reader can do next, as a sentence. */
  readonly next?: string;
  /** Plain data for logs and tests; never shown as it is. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** An error with a code from a closed union; each area derives its own class. Tests compare the code, never the text. */
export class CodedError<Code extends string = string> extends Error {
  readonly code: Code;
  readonly next: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: Code, message: string, facts: ErrorFacts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.name = new.target.name;
    this.code = code;
    this.next = facts.next;
    this.details = facts.details ?? {};
  }
}

/** Raised when the caller no longer wants the answer; never shown as a failure. */
export class CancelledError extends CodedError<"cancelled"> {
  constructor(message = "Cancelled.") {
    super("cancelled", message);
  }
}

/** An error as it crosses a process or reaches the command line: plain JSON. */
export interface ErrorData {
  readonly code: string;
  readonly message: string;
  readonly next?: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** Any thrown value as plain data; what is not a CodedError has the code "internal". */
export function toErrorData(thrown: unknown): ErrorData {
  if (thrown instanceof CodedError) {
    const next = thrown.next === undefined ? {} : { next: thrown.next };
    return { code: thrown.code, message: thrown.message, ...next, details: thrown.details };
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return { code: "internal", message };
}

/** The error that plain data describes, so that a caller on the other side can throw it again. */
export function fromErrorData(data: ErrorData): CodedError {
  if (data.code === "cancelled") return new CancelledError(data.message);
  const next = data.next === undefined ? {} : { next: data.next };
  return new CodedError(data.code, data.message, { ...next, details: data.details ?? {} });
}
