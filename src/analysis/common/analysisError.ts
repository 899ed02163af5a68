/** Errors of analyses. */
import { CodedError } from "../../base/errors";

/** Codes of errors of analyses. */
export type AnalysisErrorCode =
  | "empty-input"
  | "empty-selection"
  | "out-of-range"
  | "prompt-too-short"
  | "no-tokenizer"
  | "no-space-token"
  | "missing-hook"
  | "shape-mismatch"
  | "unread-file"
  | "identity-broken"
  | "too-little-text"
  | "bad-target"
  | "no-direct-path"
  | "only-edge"
  | "no-parts"
  | "not-aligned"
  | "same-answer"
  | "too-large"
  | "too-few-pairs"
  | "too-few-labels"
  | "not-finite";

/** An analysis that cannot be made, or whose own check failed. */
export class AnalysisError extends CodedError<AnalysisErrorCode> {}

/**
 * Returns at once when there is something to run on.
 * @throws {AnalysisError} "empty-input"
 */
export function requireIds(ids: readonly number[]): void {
  if (ids.length > 0) return;
  const next = "Give some text; this model's tokenizer puts no token before an empty one.";
  throw new AnalysisError("empty-input", "There is no token to run on.", { next });
}
