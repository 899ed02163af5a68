/** Finds the weights of a model folder: one file, or shards with an index. */
import { lstat, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { readJsonObject } from "./jsonFile";
import { StoreError, systemCode } from "./storeError";

/** Names of weights files in a folder, and where an index says tensors are. */
export interface WeightsFiles {
  /** Names inside the folder, in name order. */
  readonly names: readonly string[];
  /** Tensor → file, as the index has it; null for a single file. */
  readonly index: ReadonlyMap<string, string> | null;
}

const single = "model.safetensors";
const indexName = "model.safetensors.index.json";
const again = "Download the model again; a file of it is missing.";

/**
 * The weights files of a folder; a single file goes before shards, as in transformers.
 * @throws {StoreError} "weights-missing", "weights-not-safetensors", "index-malformed", "shard-missing"
 */
export async function findWeights(folder: string): Promise<WeightsFiles> {
  if (await isThere(join(folder, single))) {
    if (await isThere(join(folder, single), true)) return { names: [single], index: null };
    const message = `${single} is a link to a file that is not there.`;
    throw new StoreError("weights-missing", message, { next: again, details: { folder } });
  }
  const json = await readJsonObject(join(folder, indexName));
  if (json === null) throw await nothingToRead(folder);
  const index = readIndex(json["weight_map"]);
  const names = [...new Set(index.values())].sort();
  for (const name of names) {
    if (await isThere(join(folder, name), true)) continue;
    const message = `${indexName} names ${JSON.stringify(name)}, which is not in the folder.`;
    throw new StoreError("shard-missing", message, { next: again, details: { folder, name } });
  }
  return { names, index };
}

function readIndex(map: unknown): ReadonlyMap<string, string> {
  const next = "Download the index again.";
  if (typeof map !== "object" || map === null || Array.isArray(map) || Object.keys(map).length === 0) {
    throw new StoreError("index-malformed", `${indexName} has no weight_map.`, { next });
  }
  const index = new Map<string, string>();
  for (const [tensor, file] of Object.entries(map) as [string, unknown][]) {
    // Only plain names: an index may not point out of its folder.
    if (typeof file !== "string" || !/^[^/\\\0:]+\.safetensors$/.test(file)) {
      const said = JSON.stringify(file)?.slice(0, 80);
      throw new StoreError("index-malformed", `${indexName} names ${said} as a weights file.`, { next });
    }
    index.set(tensor, file);
  }
  return index;
}

async function nothingToRead(folder: string): Promise<StoreError> {
  const names = await readdir(folder);
  const other = names.find((name) => /^pytorch_model.*\.bin$|\.(pth?|ckpt|h5|msgpack|gguf)$/.test(name));
  if (other === undefined) {
    const adapter = names.includes("adapter_model.safetensors");
    const next = adapter
      ? "It holds an adapter: merge it into its base model (merge_and_unload) and save that."
      : "Choose the folder that holds model.safetensors beside config.json.";
    return new StoreError("weights-missing", `${folder} has no model.safetensors.`, { next });
  }
  const message = `${folder} has its weights in ${other}; only safetensors files are read.`;
  const next =
    "Convert it once with transformers: AutoModelForCausalLM.from_pretrained(FOLDER).save_pretrained(FOLDER, safe_serialization=True).";
  return new StoreError("weights-not-safetensors", message, { next, details: { folder, other } });
}

async function isThere(path: string, followLinks = false): Promise<boolean> {
  try {
    if (!(await lstat(path)).isSymbolicLink() || !followLinks) return true;
    return (await stat(path)).isFile();
  } catch (thrown) {
    if (["ENOENT", "ENOTDIR", "ELOOP"].includes(systemCode(thrown))) return false;
    throw new StoreError("file-unreadable", `${path} cannot be looked at.`, {
      next: "Check that you may read the folder.",
      cause: thrown,
    });
  }
}
