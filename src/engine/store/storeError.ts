/** Errors about a model's folder and the files in it. */
import { CodedError } from "../../base/errors";

/** What can be wrong with a model's folder. */
export type StoreErrorCode =
  | "folder-missing"
  | "folder-not-a-folder"
  | "folder-unreadable"
  | "config-missing"
  | "json-malformed"
  | "json-too-large"
  | "file-unreadable"
  | "weights-missing"
  | "weights-not-safetensors"
  | "weights-malformed"
  | "index-malformed"
  | "shard-missing"
  | "tensor-missing"
  | "tensor-twice"
  | "unsupported-dtype"
  | "no-space"
  | "cache-unwritable"
  | "weights-changed";

/** A model folder that cannot be opened, with what to do about it. */
export class StoreError extends CodedError<StoreErrorCode> {}

/** The code of a failed system call ("ENOENT" …); an empty string for anything else. */
export function systemCode(thrown: unknown): string {
  const { code, syscall } = (thrown ?? {}) as { code?: unknown; syscall?: unknown };
  return typeof code === "string" && typeof syscall === "string" ? code : "";
}
