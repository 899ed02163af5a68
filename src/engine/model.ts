/** Opens a checkpoint folder as a model that can be run: weights mapped, tokenizer checked, nothing computed yet. */
import type { WorkOptions } from "../base/cancel";
import { throwIfCancelled } from "../base/cancel";
import type { Logger } from "../base/log";
import type { LensMath } from "../graph/lensMath";
import type { ModelRecords, Runner, Vocabulary } from "../graph/runner";
import type { ModelSpec } from "../graph/modelSpec";
import type { ModelInfo } from "../protocol/model";
import { type ChatTemplate, createChatTemplate } from "../tokenizer/chatTemplate";
import { createTokenizer, type TextTokenizer } from "../tokenizer/textTokenizer";
import { type ChosenDevice, chooseDevice } from "./devices";
import { EngineError } from "./engineError";
import { familyOf, modelSpecOf } from "./families";
import { memoryBudget, modelUse, requireMemory, workingBytes } from "./memory";
import { modelInfo } from "./modelInfo";
import { ModelRunner } from "./modelRunner";
import { OrtLensMath } from "./run/lensMath";
import { SessionPool } from "./sessionPool";
import { type ModelFolder, openModelFolder } from "./store/modelFolder";
import { readModelRecords } from "./store/records";
import { unembedDigest } from "./store/unembedDigest";
import { threadCount } from "./threads";

/** An opened model. `info.digest` stays null; `digest()` computes it once. */
export interface OpenModel {
  readonly info: ModelInfo;
  /** What runs it; its note is among the warnings of `info`. */
  readonly device: ChosenDevice;
  readonly runner: Runner;
  /** What trained lenses are fitted with and read through. */
  readonly lensMath: LensMath;
  /** Null when the folder has no tokenizer.json: only ids can be run. */
  readonly tokenizer: TextTokenizer | null;
  readonly vocabulary: Vocabulary;
  /**
   * The model's chat template, null where it has none.
   * @throws {TokenizerError} "chat-template-failed" for one that is no template
   */
  chat(): ChatTemplate | null;
  /** What is known of the neurons from held-out text; null where the folder says nothing that fits. */
  records(): Promise<ModelRecords | null>;
  /** The trained lens beside the model, null where there is none; see `HeldLenses`. */
  readonly lensFile: string | null;
  /** SHA-256 of final norm and unembedding as they are used, as hex: what a lens must have been fitted for. */
  unembedDigest(): Promise<string>;
  /** SHA-256 of config.json, tokenizer.json and weights, as hex. */
  digest(options?: WorkOptions): Promise<string>;
  /**
   * Makes sure that the mapped files are still what was opened.
   * @throws {EngineError} "model-changed"
   */
  checkUnchanged(): Promise<void>;
  /** Number of graph variants held. */
  sessions(): number;
  dispose(): void;
}

/** How a model is opened. */
export interface OpenOptions extends WorkOptions {
  readonly cacheDirectory: string;
  /** Threads per session; min(physical cores, 8) by default. */
  readonly threads?: number;
  readonly logger?: Logger;
  /** Most bytes the model may take; decided by the machine where it is left out. */
  readonly memoryBudget?: number | undefined;
  /** Most bytes of converted weights kept in the cache. */
  readonly cacheLimit?: number | undefined;
  /** See `deviceNames`; the CPU where it is left out. */
  readonly device?: string | undefined;
}

/**
 * Opens a model.
 * @throws {StoreError} for what is wrong with the folder, {GraphError} for the family, {TokenizerError} for the tokenizer
 */
export async function openModel(path: string, options: OpenOptions): Promise<OpenModel> {
  const budget = memoryBudget(options.memoryBudget);
  let weights = 0;
  const checkWeights = (bytes: number): void => {
    weights = bytes;
    requireMemory(bytes, budget, modelUse("its weights as float32"));
  };
  const folder = await openModelFolder(path, { ...options, checkConfig: familyOf, checkWeights });
  try {
    throwIfCancelled(options.signal);
    const spec = modelSpecOf(folder.config, folder.tensors);
    const needed = weights + workingBytes(spec);
    requireMemory(needed, budget, modelUse("its weights as float32, and what running it takes"));
    return modelOf(folder, spec, {
      ...options,
      room: budget - needed,
      chosen: await chooseDevice(options.device),
    });
  } catch (error) {
    await folder.release();
    throw error;
  }
}

function modelOf(
  folder: ModelFolder,
  spec: ModelSpec,
  options: OpenOptions & { readonly chosen: ChosenDevice; readonly room: number },
): OpenModel {
  const { path } = folder;
  const tokenizer =
    folder.tokenizerJson === null
      ? null
      : createTokenizer(folder.tokenizerJson, folder.tokenizerConfig, spec.dVocab);
  const info = modelInfo(spec, {
    path,
    warnings: [
      ...(tokenizer === null ? [] : tokenizerWarnings(tokenizer)),
      ...(options.chosen.note === null ? [] : [options.chosen.note]),
    ],
    nParams: folder.nParams,
    hasTokenizer: tokenizer !== null,
    addsBos: tokenizer?.addsBos ?? false,
    hasRecords: folder.recordsFile !== null,
  });
  const threads = options.threads ?? threadCount();
  const pool = new SessionPool({ directory: folder.directory, threads, device: options.chosen.name });
  let records: Promise<ModelRecords | null> | undefined;
  let digest: Promise<string> | undefined;
  let unembedding: Promise<string> | undefined;
  return {
    info,
    device: options.chosen,
    runner: new ModelRunner(info, spec, folder.tensors, { pool, room: options.room }),
    lensMath: new OrtLensMath(spec, folder.tensors, pool),
    tokenizer,
    vocabulary: vocabularyOf(tokenizer),
    chat: () => createChatTemplate(folder.chatTemplate, folder.tokenizerConfig),
    records: () => (records ??= readModelRecords(folder.recordsFile, info, options.logger)),
    lensFile: folder.lensFile,
    unembedDigest: () =>
      (unembedding ??= unembedDigest(spec, folder.tensors, folder.directory).catch((error: unknown) => {
        unembedding = undefined;
        throw error;
      })),
    digest: (work) =>
      (digest ??= folder.digest(work).catch((error: unknown) => {
        digest = undefined;
        throw error;
      })),
    checkUnchanged: async () => {
      const why = await folder.changed();
      if (why === null) return;
      const next = "The model is opened anew on the next request; try again.";
      throw new EngineError("model-changed", why, { next, details: { path } });
    },
    sessions: () => pool.size,
    dispose: () => {
      pool.dispose();
      void folder.release();
    },
  };
}

/** Vocabularies are padded by some hundreds of entries at most; a tokenizer far smaller belongs to another model. */
const leastShare = 0.9;

function tokenizerWarnings(tokenizer: TextTokenizer): string[] {
  let n = tokenizer.dVocab;
  while (n > 0 && tokenizer.text(n - 1) === `[${n - 1}]`) n--;
  if (n >= leastShare * tokenizer.dVocab) return [];
  const said = `tokenizer.json has ${n} entries where the model has ${tokenizer.dVocab}`;
  return [`${said}; it may belong to another model.`];
}

function vocabularyOf(tokenizer: TextTokenizer | null): Vocabulary {
  if (tokenizer === null) return { text: () => null, decode: () => null };
  return { text: (id) => tokenizer.text(id), decode: (ids) => tokenizer.decode(ids) };
}
