/** Errors about graphs and what they are made of. */
import { CodedError } from "../base/errors";

/** Codes of errors about graphs, families and plans. */
export type GraphErrorCode =
  | "unknown-family"
  | "unsupported-config"
  | "missing-tensor"
  | "wrong-shape"
  | "bad-edit"
  | "bad-plan"
  | "too-long";

/** A model that cannot be built, or a plan that does not fit it. */
export class GraphError extends CodedError<GraphErrorCode> {}
