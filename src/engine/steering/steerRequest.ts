/** An experiment made ready to run on an open model: the same for editor and command line. */
import { pairOf } from "../../analysis/common/steering/variants";
import type { SteerRequest } from "../../analysis/steering/report";
import type { ReadyExpectation } from "../../analysis/steering/expectations";
import type { BosPolicy } from "../../base/bosPolicy";
import type { WorkOptions } from "../../base/cancel";
import { decodeEdits } from "../../protocol/decodeEdit";
import type { Experiment } from "../../protocol/edit";
import type { TextTokenizer } from "../../tokenizer/textTokenizer";
import { withDirections } from "../directionFile";
import type { OpenModel } from "../model";
import { pairEncoderOf } from "../pairEncoder";
import { encodeWhole } from "../window";
import { labelShuffles } from "./labelShuffles";
import { alignedIds, type MeasureSetting, readyMeasure } from "./readyMeasures";

/** What an experiment is run with beside itself. */
export interface ExperimentPlace {
  readonly tokenizer: TextTokenizer;
  /** Folder from which paths in the experiment start. */
  readonly base: string;
  /** Instead of the experiment's own. */
  readonly bos?: BosPolicy | undefined;
}

/**
 * Reads the experiment's files and tokenises its texts.
 * @throws {DecodeError} "bad-field"; {EngineError} "bad-direction", "direction-of-another-model", "bad-texts"; {AnalysisError} "empty-input"
 */
export async function steerRequest(
  open: OpenModel,
  experiment: Experiment,
  { tokenizer, base, bos: asked }: ExperimentPlace,
  work: WorkOptions,
): Promise<SteerRequest> {
  const bos = asked ?? experiment.bos;
  const quiet = { bos, signal: work.signal };
  const { prompt, sampling } = experiment;
  const whole = await encodeWhole(tokenizer, prompt, { bos, ...work });
  const digest = await open.digest(work);
  const edits = await withDirections(experiment.edits, { base, digest });
  const { isotropic, shuffled: draws = isotropic, seed } = experiment.controls;
  const labels = await labelShuffles(open, experiment.edits, { base, draws, seed }, work);
  // Directions are numbers now, whose widths can be checked.
  decodeEdits(edits, "edits", open.info);
  const text = promptingText(experiment);
  const prompting = text === null ? null : (await encodeWhole(tokenizer, joined(text, prompt), quiet)).ids;
  // A control that does not fit is left out; the experiment itself does fit, or says so.
  const fits = prompting !== null && prompting.length <= open.info.nCtx;
  const setting: MeasureSetting = { info: open.info, tokenizer, prompt, bos, sampling, base, digest };
  const expect: ReadyExpectation[] = [];
  for (const [i, expectation] of (experiment.expect ?? []).entries()) {
    expect.push({ expectation, measure: await readyMeasure(expectation, setting, `expect[${i}]`, work) });
  }
  return {
    experiment: { ...experiment, edits },
    ids: whole.ids,
    bos: whole.bos,
    encoder: pairEncoderOf(tokenizer),
    digest,
    prompting: text !== null && prompting !== null && fits ? { text, ids: prompting } : null,
    expect,
    ...(experiment.aligned ? { aligned: alignedIds(experiment.aligned, setting) } : {}),
    labels,
  };
}

/** What prompting puts before the prompt: what the file says, else the first text that is added. */
function promptingText({ controls, edits }: Experiment): string | null {
  if (controls.prompting !== undefined) return controls.prompting === "" ? null : controls.prompting;
  for (const edit of edits) {
    const pair = pairOf(edit);
    if (pair !== null && "text" in pair && pair.text.trim() !== "") return pair.text;
  }
  return null;
}

/** Two texts with a space between them, unless there is one. */
function joined(text: string, prompt: string): string {
  return /\s$/.test(text) || /^\s/.test(prompt) || prompt === "" ? text + prompt : `${text} ${prompt}`;
}
