/** Decides which bytes of which file are mapped for each tensor of a model. */
import { realpath } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { WorkOptions } from "../../base/cancel";
import type { SafetensorsEntry } from "../../formats/safetensors";
import { convertToFloat32 } from "./convert";
import { gatherInOneDirectory } from "./oneDirectory";
import type { WeightsFiles } from "./weightsFiles";
import { readTensors } from "./weightsTensors";

/** Where a float32 tensor lies: a byte range of a file in `directory`. */
export interface StoredTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** Name of the file inside the model's `directory`. */
  readonly file: string;
  /** First byte in the file, and number of bytes. */
  readonly offset: number;
  readonly length: number;
}

/** How to work, and where converted or linked files are kept. */
export interface PlaceOptions extends WorkOptions {
  readonly cacheDirectory: string;
  readonly cacheLimit?: number | undefined;
  /** Looks at the bytes of all weights as float32 before any are converted, and throws when they are too many. */
  readonly checkWeights?: ((bytes: number) => void) | undefined;
}

/** Places of all tensors. */
export interface Placed {
  /** Real folder of every file that is mapped. */
  readonly directory: string;
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** Number of values, stored masks and frequencies left out. */
  readonly nParams: number;
  /** Files of the cache that are mapped, to be watched beside the folder's own. */
  readonly extraFiles: readonly string[];
  /** Says that the files are no longer mapped here. */
  release(): Promise<void>;
}

/**
 * Finds a place for every tensor: where it lies, in one folder of links, or in a converted file of the cache.
 * @throws {StoreError} when headers, types or the cache do not allow it
 */
export async function placeTensors(
  folder: string,
  { names, index }: WeightsFiles,
  options: PlaceOptions,
): Promise<Placed> {
  const files = await Promise.all(
    names.map(async (name) => ({ name, real: await realpath(join(folder, name)) })),
  );
  const sources = await readTensors(files, index);
  options.checkWeights?.(sources.reduce((sum, { shape }) => sum + 4 * shape.reduce((a, b) => a * b, 1), 0));
  const tensors = new Map<string, StoredTensor>();
  const place = ({ name, shape, start, end }: SafetensorsEntry, file: string) =>
    tensors.set(name, { name, shape, file, offset: start, length: end - start });
  if (sources.some(({ dtype }) => dtype !== "F32")) {
    const converted = await convertToFloat32(sources, options);
    for (const entry of converted.layout.entries) place(entry, basename(converted.path));
    const directory = await realpath(dirname(converted.path));
    const nParams = countParameters(tensors.values());
    return { directory, tensors, nParams, extraFiles: [converted.path], release: converted.release };
  }
  const { directory, nameOf } = await gatherInOneDirectory(files, options);
  for (const source of sources) place(source, nameOf.get(source.path) as string);
  const extraFiles = [...nameOf.values()].map((name) => join(directory, name));
  const nParams = countParameters(tensors.values());
  return { directory, tensors, nParams, extraFiles, release: () => Promise.resolve() };
}

/** Buffers that some checkpoints store as floats: causal masks, and the frequencies of rotary positions. */
const buffer = /(^|\.)((attn|attention)\.(bias|masked_bias)|inv_freq|rotary_emb\..*)$/;

/** Values of all weights; stored masks and frequencies are no weights. */
function countParameters(tensors: Iterable<StoredTensor>): number {
  let n = 0;
  for (const { name, shape, length } of tensors) {
    const isBuffer =
      buffer.test(name) && (shape.length !== 1 || name.includes("rotary") || name.endsWith("inv_freq"));
    if (!isBuffer) n += length / 4;
  }
  return n;
}
