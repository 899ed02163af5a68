/** Opens a model's folder as Hugging Face lays it out, and says where each tensor lies. */
import { access, readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { throwIfCancelled, type WorkOptions } from "../../base/cancel";
import { modelDigest } from "./digest";
import { changeSince, fileIdentity, optionalIdentity, type OptionalIdentity } from "./fileIdentity";
import { readJsonFile, readJsonObject, readTextFile } from "./jsonFile";
import { placeTensors, type StoredTensor } from "./placeTensors";
import { StoreError, systemCode } from "./storeError";
import { findWeights } from "./weightsFiles";

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
  /** chat_template.jinja, null when absent. */
  readonly chatTemplate: string | null;
  /** Folder that holds every weights file to map (real path: onnxruntime refuses symlinks that leave the folder). */
  readonly directory: string;
  /** All float32; converted when the checkpoint was f16 or bf16. Integer and boolean buffers are left out. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** Number of values in `tensors`. */
  readonly nParams: number;
  /** Absolute path of records.safetensors, null when absent. */
  readonly recordsFile: string | null;
  /** Absolute path of lens.safetensors, null when absent. */
  readonly lensFile: string | null;
  /** A sentence when a file changed, shrank or vanished since opening; null when all is as it was. Cheap. */
  changed(): Promise<string | null>;
  /** SHA-256 over config.json, tokenizer.json and the shards in name order, as hex. */
  digest(options?: WorkOptions): Promise<string>;
  /** Says that the weights are no longer mapped here: converted ones may then be removed to make room. */
  release(): Promise<void>;
}

/** How to open a folder. */
export interface OpenOptions extends WorkOptions {
  /** Where converted weights and digests are kept; it is made when needed. */
  readonly cacheDirectory: string;
  /** Looks at config.json before anything costly is done, and throws when the model cannot be used. */
  readonly checkConfig?: (config: Readonly<Record<string, unknown>>) => void;
  /** Looks at the bytes of all weights as float32 before any are converted, and throws when they are too many. */
  readonly checkWeights?: (bytes: number) => void;
  /** Most bytes of converted weights kept in the cache. */
  readonly cacheLimit?: number | undefined;
}

/**
 * Opens a model folder: reads its settings and the headers of its weights; converts f16 and bf16 weights once.
 * @throws {StoreError} a code for each way in which a folder can be unfit
 */
export async function openModelFolder(path: string, options: OpenOptions): Promise<ModelFolder> {
  try {
    return await open(path, options);
  } catch (cause) {
    if (systemCode(cause) === "") throw cause;
    const message = `A file in ${path} could not be read (${systemCode(cause)}).`;
    const next = "Check that the folder is complete and that you may read its files.";
    throw new StoreError("file-unreadable", message, { next, cause });
  }
}

async function open(path: string, options: OpenOptions): Promise<ModelFolder> {
  await checkFolder(path);
  const { names, index } = await findWeights(path);
  const settings = await existing(path, ["config.json", "tokenizer.json", "tokenizer_config.json"]);
  const shards = names.map((name) => join(path, name));
  // Taken before anything is read, so that a change in between is noticed too.
  const optional = [
    ...["config.json", "tokenizer.json", "tokenizer_config.json", chatTemplateName],
    "records.safetensors",
  ];
  const watched: OptionalIdentity[] = [
    ...(await Promise.all(optional.map((name) => optionalIdentity(join(path, name))))),
    ...(await Promise.all(shards.map(fileIdentity))),
  ];
  const config = await readConfig(path);
  options.checkConfig?.(config);
  const tokenizerJson = await readJsonFile(join(path, "tokenizer.json"));
  const tokenizerConfig = await readJsonFile(join(path, "tokenizer_config.json"));
  throwIfCancelled(options.signal);
  const placed = await placeTensors(path, { names, index }, options);
  const mapped = await Promise.all(placed.extraFiles.map(fileIdentity));
  const hashed = [...settings.filter((file) => basename(file) !== "tokenizer_config.json"), ...shards];
  return {
    path,
    config,
    tokenizerJson,
    tokenizerConfig,
    chatTemplate: await readTextFile(join(path, chatTemplateName)),
    directory: placed.directory,
    tensors: placed.tensors,
    nParams: placed.nParams,
    recordsFile: (await existing(path, ["records.safetensors"]))[0] ?? null,
    lensFile: (await existing(path, ["lens.safetensors"]))[0] ?? null,
    changed: () => changeSince([...watched, ...mapped]),
    digest: (work) => modelDigest(hashed, options.cacheDirectory, work),
    release: placed.release,
  };
}

const chatTemplateName = "chat_template.jinja";

async function readConfig(folder: string): Promise<Readonly<Record<string, unknown>>> {
  const config = await readJsonObject(join(folder, "config.json"));
  if (config !== null) return config;
  const next =
    "Choose the folder of a Hugging Face checkpoint: config.json, model.safetensors, tokenizer.json.";
  throw new StoreError("config-missing", `${folder} has no config.json.`, { next });
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
