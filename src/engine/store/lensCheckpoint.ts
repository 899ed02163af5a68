/** A fit that was stopped, kept beside the lens that it would become. */
import { readFile, rm } from "node:fs/promises";
import { basename } from "node:path";
import { headerLength, parseHeader, prefixLength } from "../../formats/safetensors";
import { writeSafetensors } from "../../formats/safetensorsWriter";
import { type FitState, restoreFit, storeFit } from "../../analysis/lens/fit/state";
import { EngineError } from "../engineError";
import { bytesOf, writeWhole } from "./lensFile";

const format = "introspect-lens-checkpoint-1";

/** Where the checkpoint of a lens file lies. */
export function checkpointPath(out: string): string {
  return `${out}.part`;
}

/** Keeps a state; `settings` say what it belongs to. Rejects with {EngineError} "lens-not-written". */
export async function writeCheckpoint(out: string, state: FitState, settings: string): Promise<void> {
  const { arrays, notes } = storeFit(state);
  const entries = [...arrays];
  const tensors = entries.map(([name, { length, BYTES_PER_ELEMENT }]) => {
    return { name, dtype: BYTES_PER_ELEMENT === 8 ? ("F64" as const) : ("F32" as const), shape: [length] };
  });
  const data = entries.map(([, array]) => bytesOf(array));
  await writeWhole(checkpointPath(out), writeSafetensors(tensors, data, { format, settings, notes }));
}

/**
 * The state that was kept; null where there is none.
 * @throws {EngineError} "lens-unfinished" where it belongs to other settings or cannot be read
 */
export async function readCheckpoint(
  out: string,
  settings: string,
  dModel: number,
): Promise<FitState | null> {
  const path = checkpointPath(out);
  let file: Buffer;
  try {
    file = await readFile(path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw unusable(path, "cannot be read", cause);
  }
  try {
    const length = headerLength(file.subarray(0, prefixLength), file.length);
    const { metadata, tensors } = parseHeader(
      file.subarray(prefixLength, prefixLength + length),
      file.length,
    );
    if (metadata["format"] !== format || metadata["settings"] !== settings)
      throw unusable(path, "was begun with another model, text or setting");
    const arrays = new Map(
      [...tensors.values()].map(({ name, dtype, start, end }) => {
        const bytes = new Uint8Array(file.subarray(start, end)).buffer;
        return [name, dtype === "F64" ? new Float64Array(bytes) : new Float32Array(bytes)] as const;
      }),
    );
    const state = restoreFit({ arrays, notes: metadata["notes"] ?? "" }, dModel);
    if (state === null) throw unusable(path, "is not whole");
    return state;
  } catch (cause) {
    if (cause instanceof EngineError) throw cause;
    throw unusable(path, "cannot be read", cause);
  }
}

/** Removes what was kept. */
export async function removeCheckpoint(out: string): Promise<void> {
  await rm(checkpointPath(out), { force: true });
}

function unusable(path: string, why: string, cause?: unknown): EngineError {
  const next = `Repeat the call it was begun with to go on, or remove ${path} to begin anew.`;
  return new EngineError("lens-unfinished", `The unfinished lens ${basename(path)} ${why}.`, { next, cause });
}
