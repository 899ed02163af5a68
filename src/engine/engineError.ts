/** Errors of the engine process. */
import { CodedError } from "../base/errors";

/** Codes of errors of the engine. */
export type EngineErrorCode =
  | "runtime-missing"
  | "run-failed"
  | "model-changed"
  | "too-large"
  | "unknown-device"
  | "no-tokenizer"
  | "no-chat-template"
  | "prefix-too-long"
  | "bad-request"
  | "bad-ids"
  | "bad-direction"
  | "direction-of-another-model"
  | "direction-width"
  | "bad-pairs"
  | "bad-set"
  | "bad-lens"
  | "lens-of-another-model"
  | "lens-unfinished"
  | "lens-not-written"
  | "file-not-written"
  | "bad-texts"
  | "sweep-of-another-plan"
  | "not-finite";

/** Something the engine could not do. */
export class EngineError extends CodedError<EngineErrorCode> {}
