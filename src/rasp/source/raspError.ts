/** What can go wrong when a program is read or run. */
import { CodedError } from "../../base/errors";
import type { SourceRange } from "./range";

/** The kinds of errors, the same in every dialect. */
export type RaspErrorKind =
  | "syntax"
  | "undefined-variable"
  | "reserved-name"
  | "arguments"
  | "type"
  | "index"
  | "arithmetic"
  | "token-conversion"
  | "load"
  | "not-callable"
  | "limit"
  | "unsupported"
  | "vocabulary"
  | "sequence-length"
  | "reserved-token"
  | "none-in-comparison";

/** An error of a program, with the place that caused it once it is known. */
export class RaspError extends CodedError<RaspErrorKind> {
  constructor(
    kind: RaspErrorKind,
    message: string,
    readonly range: SourceRange | null = null,
    next?: string,
  ) {
    super(kind, message, next === undefined ? {} : { next });
  }

  /** The same error at a place; one that has its place already keeps it, as the innermost is the cause. */
  at(range: SourceRange): RaspError {
    return this.range === null ? new RaspError(this.code, this.message, range, this.next) : this;
  }
}
