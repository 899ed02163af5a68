/** Reads the headers of all weights files of a model and decides what of them is a tensor to use. */
import type { SafetensorsEntry } from "../../formats/safetensors";
import { readSafetensorsHeader } from "./safetensorsFile";
import { StoreError } from "./storeError";

/** A float tensor as a checkpoint has it: `start` and `end` are bytes of the file `path`. */
export interface SourceTensor extends SafetensorsEntry {
  readonly dtype: "F32" | "F16" | "BF16";
  /** Real path of the file it is in. */
  readonly path: string;
}

/** A weights file: its name in the model's folder and its real path. */
export interface WeightsFile {
  readonly name: string;
  readonly real: string;
}

const again = "Download the model again; its index and its files do not fit.";

/**
 * The float tensors of a model, in file order. Integer and boolean buffers (masks, positions) are left out.
 * @throws {StoreError} "tensor-missing", "tensor-twice", "unsupported-dtype", "weights-malformed"
 */
export async function readTensors(
  files: readonly WeightsFile[],
  index: ReadonlyMap<string, string> | null,
): Promise<SourceTensor[]> {
  const found = new Map<string, SourceTensor>();
  const present = new Set<string>();
  for (const { name: file, real } of files) {
    const { tensors } = await readSafetensorsHeader(real);
    for (const entry of tensors.values()) {
      const home = index?.get(entry.name);
      if (home !== undefined && home !== file) continue;
      if (present.has(entry.name)) {
        throw new StoreError("tensor-twice", `Two files hold the tensor ${entry.name}.`, { next: again });
      }
      present.add(entry.name);
      if (isUsed(entry)) found.set(entry.name, { ...entry, path: real });
    }
  }
  for (const [tensor, file] of index ?? []) {
    if (present.has(tensor)) continue;
    const message = `The index says that ${file} holds the tensor ${tensor}, but it does not.`;
    throw new StoreError("tensor-missing", message, { next: again, details: { tensor, file } });
  }
  if (found.size === 0) {
    const next = "Look whether this folder really holds a model's weights.";
    throw new StoreError("weights-missing", "The weights files hold no floating point tensor.", { next });
  }
  return [...found.values()];
}

type UsedEntry = SafetensorsEntry & { readonly dtype: "F32" | "F16" | "BF16" };

function isUsed(entry: SafetensorsEntry): entry is UsedEntry {
  switch (entry.dtype) {
    case "F32":
    case "F16":
    case "BF16":
      return true;
    case "BOOL":
    case "U8":
    case "I16":
    case "U16":
    case "I32":
    case "U32":
    case "I64":
    case "U64":
      // A weight of integers is a quantized one; anything else of integers is a buffer such as a mask.
      if (!/weight$/.test(entry.name)) return false;
  }
  const message = `The tensor ${entry.name} is ${entry.dtype}; only F32, F16 and BF16 weights are read.`;
  throw new StoreError("unsupported-dtype", message, {
    next: "Use the checkpoint in float32, float16 or bfloat16, not a quantized one.",
    details: { tensor: entry.name, dtype: entry.dtype },
  });
}
