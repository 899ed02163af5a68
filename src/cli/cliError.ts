/** Errors of the command line. */
import { CodedError } from "../base/errors";

/** Codes of errors about what was given to a command; "usage" ends with status 2, the others with 1. */
export type CliErrorCode =
  | "usage"
  | "file-not-found"
  | "file-unreadable"
  | "file-not-utf8"
  | "file-too-large"
  | "file-not-written"
  | "bad-ids"
  | "bad-range"
  | "no-tokenizer"
  | "verify-failed"
  | "other-text"
  | "lines-failed"
  | "program-failed"
  | "file-malformed"
  | "device-unavailable"
  | "process-ended"
  | "not-as-expected";

/** Something wrong with what was given to a command. */
export class CliError extends CodedError<CliErrorCode> {}

/** A command that was not called as it should be. */
export function usageError(message: string, next = "Run `introspect --help`."): CliError {
  return new CliError("usage", message, { next });
}
