/** Identity checks of a checkpoint, as `introspect verify` prints them. */
import type { LensFacts } from "./lensFile";

/** One check: the worst difference that was found, and the one that is allowed. */
export interface VerifyCheck {
  readonly check: string;
  /** What was compared, in a sentence. */
  readonly what: string;
  /** Largest difference found, in `unit`; null where the check does not apply to this model (then `note` says why). */
  readonly worst: number | null;
  readonly bound: number;
  /** "values": how many numbers differ in any bit; "relative": of the compared tensor's own largest value. */
  readonly unit: "values" | "relative";
  readonly passed: boolean;
  readonly note?: string;
}

/** Answer of `introspect verify`. */
export interface VerifyResult {
  readonly device: string;
  readonly nTokens: number;
  readonly checks: readonly VerifyCheck[];
  /** Of the trained lens that was given, with what its file says; absent where none was. */
  readonly lens?: Omit<LensFacts, "file" | "warning">;
  readonly lensChecks?: readonly VerifyCheck[];
  /** Whether all were, the lens's too. */
  readonly passed: boolean;
  /** The model's digest: what was verified. */
  readonly digest: string;
}

/** What is remembered of the last `introspect verify` of a model on a device. */
export interface VerifyRecord {
  readonly device: string;
  readonly passed: boolean;
  /** Names of the checks that failed. */
  readonly failed: readonly string[];
  /** When, as an ISO 8601 time. */
  readonly at: string;
}
