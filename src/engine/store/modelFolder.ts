/** Opens a model's folder as Hugging Face lays it out, and says where each tensor lies. */
import { basename, dirname, join } from "node:path";
import { access, readdir, realpath, stat } from "node:fs/promises";
import type { WorkOptions } from "../../base/cancel";
import { throwIfCancelled } from "../../base/cancel";
import { changeSince, fileIdentity, type FileIdentity } from "./fileIdentity";
import { modelDigest } from "./digest";
import { readJsonFile, readJsonObject } from "./jsonFile";
import { readSafetensorsHeader } from "./safetensorsFile";
import { StoreError, systemCode } from "./storeError";

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

/** An opened model folder. Nothing stays open; the weights are only pointed at. */
export interface ModelFolder {
  /** The folder as it was named. */
  readonly path: string;
  /** config.json. */
  readonly config: Readonly<Record<string, unknown>>;
  /** tokenizer.json, null when absent. */
  readonly tokenizerJson: unknown;
  /** tokenizer_config.json, null when absent. */
  readonly tokenizerConfig: unknown;
  /** Folder that holds every weights file to map (real path: onnxruntime refuses symlinks that leave the folder). */
  readonly directory: string;
  /** All float32; converted when the checkpoint was f16 or bf16. Integer and boolean buffers are left out. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** Number of values in `tensors`. */
  readonly nParams: number;
  /** Absolute path of records.safetensors, null when absent. */
  readonly recordsFile: string | null;
  /** A sentence when a file changed, shrank or vanished since opening; null when all is as it was. Cheap. */
  changed(): Promise<string | null>;
  /** SHA-256 over config.json, tokenizer.json and the shards in name order, as hex. */
  digest(options?: WorkOptions): Promise<string>;
}

/**
 * Opens a model folder: reads its settings and the headers of its weights.
 * @throws {StoreError} a code for each way in which a folder can be unfit
 */
export async function openModelFolder(
  path: string,
  options: WorkOptions & { readonly cacheDirectory: string },
): Promise<ModelFolder> {
  await checkFolder(path);
  const config = await readJsonObject(join(path, "config.json"));
  if (config === null) {
    const next =
      "Choose the folder of a Hugging Face checkpoint: config.json, model.safetensors, tokenizer.json.";
    throw new StoreError("config-missing", `${path} has no config.json.`, { next });
  }
  const tokenizerJson = await readJsonFile(join(path, "tokenizer.json"));
  const tokenizerConfig = await readJsonFile(join(path, "tokenizer_config.json"));
  throwIfCancelled(options.signal);
  const weights = join(path, "model.safetensors");
  const real = await realpath(weights);
  const header = await readSafetensorsHeader(real);
  const tensors = new Map<string, StoredTensor>();
  for (const { name, shape, start, end, dtype } of header.tensors.values()) {
    if (dtype !== "F32") continue;
    tensors.set(name, { name, shape, file: basename(real), offset: start, length: end - start });
  }
  const present = await existing(path, ["config.json", "tokenizer.json", "tokenizer_config.json"]);
  const watched: FileIdentity[] = await Promise.all([...present, weights].map(fileIdentity));
  const hashed = [...present.filter((f) => !f.endsWith("tokenizer_config.json")), weights];
  return {
    path,
    config,
    tokenizerJson,
    tokenizerConfig,
    directory: dirname(real),
    tensors,
    nParams: [...tensors.values()].reduce((sum, t) => sum + t.length / 4, 0),
    recordsFile: (await existing(path, ["records.safetensors"]))[0] ?? null,
    changed: () => changeSince(watched),
    digest: (work) => modelDigest(hashed, options.cacheDirectory, work),
  };
}

async function checkFolder(path: string): Promise<void> {
  const next = "Choose the folder that holds config.json and model.safetensors.";
  try {
    if (!(await stat(path)).isDirectory()) {
      throw new StoreError("folder-not-a-folder", `${path} is a file, not a folder.`, { next });
    }
    await readdir(path);
  } catch (thrown) {
    if (thrown instanceof StoreError) throw thrown;
    const missing = ["ENOENT", "ENOTDIR"].includes(systemCode(thrown));
    if (missing)
      throw new StoreError("folder-missing", `There is no folder ${path}.`, { next, cause: thrown });
    throw new StoreError("folder-unreadable", `${path} cannot be read.`, {
      next: "Check that you may read the folder.",
      cause: thrown,
    });
  }
}

async function existing(folder: string, names: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const name of names) {
    const file = join(folder, name);
    if (
      await access(file).then(
        () => true,
        () => false,
      )
    )
      found.push(file);
  }
  return found;
}
