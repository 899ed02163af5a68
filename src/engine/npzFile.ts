/** An .npz file written whole or not at all. */
import type { WrittenArray } from "../formats/npy";
import { npzParts } from "../formats/npz";
import { writeWhole } from "./writeWhole";

/**
 * Writes arrays under their names.
 * @throws {EngineError} "file-not-written"; {FormatError} what `npzParts` throws
 */
export async function writeNpzFile(path: string, arrays: ReadonlyMap<string, WrittenArray>): Promise<void> {
  await writeWhole(path, npzParts(arrays));
}
