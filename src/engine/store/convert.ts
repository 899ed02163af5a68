/** Converts f16 and bf16 weights once to a float32 file in the cache, piece by piece. */
import { mkdir, open, readdir, rename, rm, stat, type FileHandle } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CancelledError } from "../../base/errors";
import { throwIfCancelled, type WorkOptions } from "../../base/cancel";
import { layOutSafetensors, type SafetensorsLayout } from "../../formats/safetensorsWriter";
import { bf16ToF32, f16ToF32 } from "../../tensor/dtypes";
import { evictConverted, markInUse, usedMark } from "./convertedCache";
import { changeSince, fileIdentity, identityKey, type FileIdentity } from "./fileIdentity";
import { checkFreeSpace } from "./freeSpace";
import { readSafetensorsHeader } from "./safetensorsFile";
import { StoreError } from "./storeError";
import type { SourceTensor } from "./weightsTensors";

/** Values per step: 8 MB of float32, so that stopping is prompt and memory stays small. */
const chunkValues = 2 * 1024 * 1024;

/** A converted file: its path and the places of its tensors. */
export interface Converted {
  readonly path: string;
  readonly layout: SafetensorsLayout;
  /** Says that this process has no more use for the file: it may then be removed to make room. */
  release(): Promise<void>;
}

/** Bytes of converted weights that are kept where no limit is set. */
const defaultLimit = 64e9;

/** How to convert. `freeBytes` is for tests. */
export interface ConvertOptions extends WorkOptions {
  readonly cacheDirectory: string;
  /** Most bytes of converted weights that stay in the cache; those in use are never removed. */
  readonly cacheLimit?: number | undefined;
  readonly freeBytes?: (folder: string) => Promise<number>;
}

/**
 * All tensors as float32 in one file of the cache, named by what the source files are (path, inode, size, time);
 * an earlier conversion of the same files is used again. Progress counts bytes written.
 * @throws {StoreError} "no-space", "cache-unwritable", "weights-changed"
 */
export async function convertToFloat32(
  tensors: readonly SourceTensor[],
  options: ConvertOptions,
): Promise<Converted> {
  const paths = [...new Set(tensors.map((t) => t.path))];
  const sources = await Promise.all(paths.map(fileIdentity));
  const path = join(options.cacheDirectory, "converted", `${identityKey(sources)}.safetensors`);
  const layout = layOutSafetensors(
    tensors.map(({ name, shape }) => ({ name, shape, dtype: "F32" })),
    { format: "introspect-float32-1" },
  );
  await mkdir(dirname(path), { recursive: true }).catch(() => {});
  const release = await markInUse(path);
  if (await isThere(path, layout)) return { path, layout, release };
  const temporary = `${path}.${process.pid}.${Date.now().toString(36)}.part`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await removeAbandoned(dirname(path));
    await evictConverted(dirname(path), Math.max(0, (options.cacheLimit ?? defaultLimit) - layout.fileSize));
    await checkFreeSpace(dirname(path), layout.fileSize, options.freeBytes);
    await write(temporary, tensors, { ...options, layout });
    await checkUnchanged(sources);
    // Another process may have been faster; a file that it maps cannot be replaced everywhere.
    if (!(await isThere(path, layout))) await rename(temporary, path);
  } catch (thrown) {
    await release();
    await rm(usedMark(path), { force: true }).catch(() => {});
    throw asStoreError(thrown, path);
  } finally {
    await rm(temporary, { force: true }).catch(() => {});
  }
  return { path, layout, release };
}

/** Parts this old belong to a conversion that was killed. */
const abandonedAfterMs = 24 * 3600 * 1000;

async function removeAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.endsWith(".part")) continue;
    const part = join(folder, name);
    const found = await stat(part).catch(() => null);
    if (found !== null && Date.now() - found.mtimeMs > abandonedAfterMs) await rm(part, { force: true });
  }
}

/** A whole file with the same tensors at the same places. */
async function isThere(path: string, layout: SafetensorsLayout): Promise<boolean> {
  try {
    const { tensors } = await readSafetensorsHeader(path);
    return layout.entries.every(({ name, start, end }) => {
      const found = tensors.get(name);
      return found?.dtype === "F32" && found.start === start && found.end === end;
    });
  } catch {
    return false;
  }
}

async function write(
  path: string,
  tensors: readonly SourceTensor[],
  options: WorkOptions & { readonly layout: SafetensorsLayout },
): Promise<void> {
  const target = await open(path, "wx");
  const sources = new Map<string, FileHandle>();
  try {
    await target.writeFile(options.layout.head);
    let done = options.layout.head.length;
    for (const tensor of tensors) {
      let source = sources.get(tensor.path);
      if (source === undefined) sources.set(tensor.path, (source = await open(tensor.path, "r")));
      for await (const values of valuesOf(tensor, source)) {
        throwIfCancelled(options.signal);
        await writeAll(target, values);
        done += values.byteLength;
        const message = "Converting the weights to float32, once";
        options.onProgress?.({ done, total: options.layout.fileSize, message });
      }
    }
    await target.sync();
  } finally {
    await target.close();
    for (const source of sources.values()) await source.close();
  }
}

async function* valuesOf(tensor: SourceTensor, source: FileHandle): AsyncGenerator<Float32Array> {
  const width = tensor.dtype === "F32" ? 4 : 2;
  const most = Math.min(chunkValues, (tensor.end - tensor.start) / width);
  const raw = new Uint8Array(most * width);
  const values = new Float32Array(most);
  for (let at = tensor.start; at < tensor.end;) {
    const length = Math.min(raw.length, tensor.end - at);
    await readAll(source, raw.subarray(0, length), at);
    const n = length / width;
    const part = values.subarray(0, n);
    if (tensor.dtype === "F32") part.set(new Float32Array(raw.buffer, 0, n));
    else if (tensor.dtype === "BF16") bf16ToF32(new Uint16Array(raw.buffer, 0, n), part);
    else f16ToF32(new Uint16Array(raw.buffer, 0, n), part);
    yield part;
    at += length;
  }
}

async function readAll(handle: FileHandle, into: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < into.length;) {
    const { bytesRead } = await handle.read(into, done, into.length - done, position + done);
    if (bytesRead === 0) throw changed("A weights file became shorter while it was converted.");
    done += bytesRead;
  }
}

async function writeAll(handle: FileHandle, values: Float32Array): Promise<void> {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  for (let done = 0; done < bytes.length;) {
    done += (await handle.write(bytes, done, bytes.length - done)).bytesWritten;
  }
}

async function checkUnchanged(sources: readonly FileIdentity[]): Promise<void> {
  const sentence = await changeSince(sources);
  if (sentence !== null) throw changed(sentence);
}

const changed = (sentence: string): StoreError =>
  new StoreError("weights-changed", sentence, {
    next: "Wait until the file is complete, then open the model again.",
  });

function asStoreError(thrown: unknown, path: string): unknown {
  if (thrown instanceof StoreError || thrown instanceof CancelledError) return thrown;
  const message = `The converted weights could not be written to ${path}.`;
  const next = "Check that the cache folder can be written and has room.";
  return new StoreError("cache-unwritable", message, { next, cause: thrown });
}
