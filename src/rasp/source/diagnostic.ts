/** Remarks on a program's text, whether it runs or not. */
import type { SourceRange } from "./range";

/** "error" keeps the statement from running; "warning" and "hint" explain what will surprise. */
export type Severity = "error" | "warning" | "hint";

/** A remark: a code to test, a sentence to read, and what to write instead. */
export interface Diagnostic {
  readonly severity: Severity;
  /** An error kind, or the name of a trap or of a lint rule. */
  readonly code: string;
  readonly message: string;
  readonly range: SourceRange;
  readonly next?: string | undefined;
}
