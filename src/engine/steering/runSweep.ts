/** A sweep of steering on an open model: the same for editor and command line. */
import { createHash } from "node:crypto";
import { steeringSweep, type SteeringSweepRequest } from "../../analysis/steeringSweep";
import type { BosPolicy } from "../../base/bosPolicy";
import type { WorkOptions } from "../../base/cancel";
import { filledIn } from "../../protocol/decodeSweep";
import type { Edit } from "../../protocol/edit";
import type { SteeringSweepPlan, SteeringSweepRan } from "../../protocol/steeringSweep";
import type { TextTokenizer } from "../../tokenizer/textTokenizer";
import { withDirections } from "../directionFile";
import type { OpenModel } from "../model";
import { pairEncoderOf } from "../pairEncoder";
import { encodeWhole } from "../window";
import { readyMeasure } from "./readyMeasures";
import { SweepFile } from "./sweepFile";

/** Where a sweep stands. */
export interface SweepPlace {
  readonly tokenizer: TextTokenizer;
  /** Folder from which paths in the plan start. */
  readonly base: string;
  /** File in which cells outlive a crash; none where it is left out. */
  readonly kept?: string | undefined;
}

/**
 * Runs a plan, from what its file of cells has, and removes that file when it is done.
 * @throws {DecodeError} "bad-field"; {EngineError} "bad-direction", "direction-of-another-model", "bad-texts",
 *   "sweep-of-another-plan", "file-not-written"; {AnalysisError} what the analysis finds wrong
 */
export async function runSweep(
  open: OpenModel,
  plan: SteeringSweepPlan,
  { tokenizer, base, kept }: SweepPlace,
  work: WorkOptions,
): Promise<SteeringSweepRan> {
  const { prompt, bos, sampling } = plan;
  const { ids, bos: hasBos } = await encodeWhole(tokenizer, prompt, { bos, signal: work.signal });
  const digest = await open.digest(work);
  const told = { info: open.info, tokenizer, prompt, sampling };
  const setting = { ...told, bos: bos as BosPolicy | undefined, base, digest };
  const effect = await readyMeasure(plan.effect, setting, "effect", work);
  const cost = await readyMeasure(plan.cost, setting, "cost", work);
  const readFiles = (edits: readonly Edit[]): Promise<Edit[]> => withDirections(edits, { base, digest });
  const encoder = pairEncoderOf(tokenizer);
  const request: SteeringSweepRequest = { plan, ids, encoder, effect, cost, readFiles };
  const settings = kept === undefined ? "" : await settingsOf(request, { digest, readFiles, open });
  const keeper = kept === undefined ? null : await SweepFile.open(kept, settings);
  const { runner, vocabulary } = open;
  const result = await steeringSweep(runner, vocabulary, { ...request, ...(keeper ? { keeper } : {}) }, work);
  await keeper?.remove();
  const warnings = [...otherModel(plan, digest), ...unkept(kept !== undefined && keeper === null)];
  return { ...result, warnings: [...warnings, ...result.warnings], bos: hasBos, digest };
}

function otherModel({ model }: SteeringSweepPlan, digest: string): string[] {
  if (!model || model.digest === null || model.digest === digest) return [];
  return [`The plan was written for another model, with the digest ${model.digest}.`];
}

function unkept(isLost: boolean): string[] {
  return isLost ? ["What was measured could not be kept beside the plan; a crash would have lost it."] : [];
}

/** SHA-256 of everything that cells depend on: the model, the plan, and what its files hold. */
async function settingsOf(
  { plan, ids, effect, cost }: SteeringSweepRequest,
  of: {
    readonly digest: string;
    readonly readFiles: (edits: readonly Edit[]) => Promise<Edit[]>;
    readonly open: OpenModel;
  },
): Promise<string> {
  const layers =
    plan.layers === "all" ? Array.from({ length: of.open.info.nLayers }, (_, i) => i) : plan.layers;
  const hash = createHash("sha256");
  hash.update(JSON.stringify({ digest: of.digest, plan, ids, effect, cost }));
  for (const layer of layers) hash.update(JSON.stringify(await directions(plan, layer, of.readFiles)));
  return hash.digest("hex");
}

/** The numbers of a layer's direction files. */
async function directions(
  plan: SteeringSweepPlan,
  layer: number,
  readFiles: (edits: readonly Edit[]) => Promise<Edit[]>,
): Promise<unknown[]> {
  const read: unknown[] = [];
  for (const [i, template] of plan.edits.entries()) {
    const { value, hook } = filledIn(template, { layer, strength: 1 }, `edits[${i}]`) as Record<
      string,
      unknown
    >;
    if (typeof value !== "object" || value === null || !("direction" in value) || typeof hook !== "string")
      continue;
    const [edit] = await readFiles([
      { hook, op: "add", positions: "last", value: value as { direction: string } },
    ]);
    read.push(edit.value);
  }
  return read;
}
