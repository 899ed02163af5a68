/** Errors about files whose bytes are not what their format promises. */
import { CodedError } from "../base/errors";

/** What can be wrong with a safetensors file. */
export type SafetensorsErrorCode =
  | "safetensors-too-short"
  | "safetensors-header-too-large"
  | "safetensors-header-truncated"
  | "safetensors-header-not-json"
  | "safetensors-header-malformed"
  | "safetensors-duplicate-name"
  | "safetensors-unknown-dtype"
  | "safetensors-bad-shape"
  | "safetensors-bad-offsets"
  | "safetensors-past-end"
  | "safetensors-size-mismatch"
  | "safetensors-overlap"
  | "safetensors-gap"
  | "safetensors-trailing-bytes";

/** What can be wrong with a .npy or .npz file, or with what should become one. */
export type NpyErrorCode =
  "npy-malformed" | "npy-unsupported" | "npy-shape-mismatch" | "npz-malformed" | "npz-unsupported";

/** What can be wrong with a GGUF file, or with what should become one. */
export type GgufErrorCode = "gguf-malformed" | "gguf-unsupported";

/** A file that breaks the rules of its format, or uses a part of it that is not read here. */
export class FormatError extends CodedError<SafetensorsErrorCode | NpyErrorCode | GgufErrorCode> {}
