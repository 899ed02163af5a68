/** Models that edits are tested on, and the few calls that tests of edits make of them. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seededRandom } from "../../src/base/random";
import type { Edit } from "../../src/protocol/edit";
import type { Tensor } from "../../src/tensor/tensor";
import { type OpenRunner, openRunner } from "./openRunner";
import { hasOracle, oracleDir } from "./oracle";
import { writeTinyCheckpoint } from "./tinyCheckpoint";
import { tinyModel } from "./tinyModel";

/** Layer whose hooks are edited. */
export const editedLayer = 1;
/** Tokens of the prompts. */
export const promptLength = 20;

/** An open model with two prompts of one length. */
export class EditSubject {
  private constructor(
    private readonly open: OpenRunner,
    readonly ids: readonly number[],
    readonly otherIds: readonly number[],
    private readonly folder: string | null,
  ) {}

  /** Opens a model; without a folder, a tiny one of GPT-2's shape with random weights. */
  static async open(folder: string | null): Promise<EditSubject> {
    const own = folder === null ? mkdtempSync(join(tmpdir(), "introspect-edits-")) : null;
    if (own !== null) writeTinyCheckpoint(own, tinyModel(tinyShape));
    const open = await openRunner(folder ?? (own as string));
    const { dVocab } = open.runner.info;
    return new EditSubject(open, someIds(promptLength, dVocab, 1), someIds(promptLength, dVocab, 2), own);
  }

  get runner(): OpenRunner["runner"] {
    return this.open.runner;
  }

  /** Logits at the end of the prompt. */
  async logits(edits: readonly Edit[], ids = this.ids): Promise<Float32Array> {
    return (await this.runner.logitsAt({ ids, edits, position: -1 })).logits;
  }

  /** What a hook has at every position. */
  async read(hook: string, edits: readonly Edit[] = [], ids = this.ids): Promise<Tensor> {
    const { reads } = await this.runner.run({ ids, reads: [{ hook }], edits, cache: "none" });
    return reads.get(hook) as Tensor;
  }

  close(): void {
    this.open.dispose();
    if (this.folder !== null) rmSync(this.folder, { recursive: true });
  }
}

const tinyShape = {
  nLayers: 4,
  nHeads: 4,
  dModel: 16,
  dMlp: 40,
  dVocab: 60,
  nCtx: 64,
  kind: "gpt",
  seed: 11,
} as const;

/** Folders of the models, by name. */
export const editSubjects: readonly (readonly [name: string, folder: string | null])[] = [
  ["a tiny model of GPT-2's shape", null],
  ...(hasOracle("stories260K") ? [["stories260K", oracleDir("stories260K/hf")] as const] : []),
];

/** Ids that mean nothing, the same on every machine. */
export function someIds(n: number, dVocab: number, seed: number): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: n }, () => Math.floor(random() * dVocab));
}

/** The bits of float32 values. */
export function bits(values: ArrayLike<number>): number[] {
  return [...new Uint32Array(Float32Array.from(values).buffer)];
}
