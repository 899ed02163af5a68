/** What can be said of a model's folder before it is opened: settings and headers are read, no weights. */
import { realpath, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { CodedError, toErrorData, type ErrorData } from "../base/errors";
import type { ModelSpec } from "../graph/modelSpec";
import type { ListedModel } from "../protocol/modelList";
import { EngineError } from "./engineError";
import { familyOf, modelSpecOf } from "./families";
import { modelUse, requireMemory, workingBytes } from "./memory";
import { readJsonObject } from "./store/jsonFile";
import { StoreError } from "./store/storeError";
import { findWeights } from "./store/weightsFiles";
import { readTensors, type SourceTensor } from "./store/weightsTensors";

/** What is known of a folder; null where it cannot be told. */
export type FolderFacts = Pick<
  ListedModel,
  "family" | "parameters" | "bytes" | "needed" | "fits" | "problem"
>;

/** Looks at a folder; whatever is wrong with it is told as its `problem`, nothing is thrown. */
export async function inspectFolder(folder: string, budget: number): Promise<FolderFacts> {
  const facts: Writable<FolderFacts> = {
    family: null,
    parameters: null,
    bytes: null,
    needed: null,
    fits: null,
  };
  try {
    await fill(facts, folder, budget);
  } catch (thrown) {
    facts.problem = shortened(thrown, folder);
  }
  return facts;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

async function fill(facts: Writable<FolderFacts>, folder: string, budget: number): Promise<void> {
  const config = await readConfig(folder);
  const family = config["model_type"];
  facts.family = typeof family === "string" ? family.slice(0, 60) : null;
  familyOf(config);
  const { names, index } = await findWeights(folder);
  const settings = ["config.json", "tokenizer.json"].map((name) => join(folder, name));
  const files = await Promise.all(
    names.map(async (name) => ({ name, real: await realpath(join(folder, name)) })),
  );
  const sizes = await Promise.all([...settings, ...files.map(({ real }) => real)].map(sizeOf));
  facts.bytes = sizes.reduce((sum: number, size) => sum + (size ?? 0), 0);
  const tensors = await readTensors(files, index);
  facts.parameters = tensors.reduce((sum, { shape }) => sum + valuesOf(shape), 0);
  const spec = specOf(config, tensors);
  facts.needed = 4 * facts.parameters + workingBytes(spec);
  facts.fits = facts.needed <= budget;
  requireMemory(facts.needed, budget, modelUse("its weights as float32, and what running it takes"));
  if (sizes[1] === null) {
    throw new EngineError("no-tokenizer", "It has no tokenizer.json, so it cannot read text.", {
      next: "Put the model's tokenizer.json beside its config.json, or give ids on the command line.",
    });
  }
}

async function readConfig(folder: string): Promise<Readonly<Record<string, unknown>>> {
  if (!(await stat(folder).catch(() => null))?.isDirectory()) {
    throw new StoreError("folder-missing", "The folder is not there.", {
      next: "Choose another model, or put the folder back.",
    });
  }
  const config = await readJsonObject(join(folder, "config.json"));
  if (config !== null) return config;
  throw new StoreError("config-missing", "It has no config.json.", {
    next: "Choose the folder of a Hugging Face checkpoint: config.json, model.safetensors, tokenizer.json.",
  });
}

/** The model's parts; places of weights are not needed for that, only their shapes. */
function specOf(config: Readonly<Record<string, unknown>>, tensors: readonly SourceTensor[]): ModelSpec {
  const weights = tensors.map(({ name, shape, path, start }) => {
    return [name, { shape, file: basename(path), offset: start, length: 4 * valuesOf(shape) }] as const;
  });
  return modelSpecOf(config, new Map(weights));
}

const valuesOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** Bytes of a file, links followed; null where it is not there. */
async function sizeOf(path: string): Promise<number | null> {
  return stat(path).then(
    ({ size }) => size,
    () => null,
  );
}

/** What is wrong, in a sentence that needs not repeat the folder it stands under. */
function shortened(thrown: unknown, folder: string): ErrorData {
  const { code, message, next } = toErrorData(thrown);
  const said = thrown instanceof CodedError ? message : "It could not be read.";
  return {
    code,
    message: said.replaceAll(`${folder} has`, "It has"),
    ...(next === undefined ? {} : { next }),
  };
}
