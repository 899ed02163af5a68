/** Experiments whose strength is being dragged: what was prepared for the last few of them. */
import { StrengthSteps } from "../../analysis/steering/step";
import type { WorkOptions } from "../../base/cancel";
import type { Experiment, SteerStep } from "../../protocol/edit";
import type { TextTokenizer } from "../../tokenizer/textTokenizer";
import { withDirections } from "../directionFile";
import type { OpenModel } from "../model";
import { pairEncoderOf } from "../pairEncoder";
import { encodeWhole } from "../window";

const mostKept = 4;

/** Prepared experiments of one model. */
export class StepCache {
  private readonly known = new Map<string, StrengthSteps>();

  /** The experiment at its strengths; whatever else of it is as in an earlier call is taken from there. */
  async step(
    open: OpenModel,
    experiment: Experiment,
    { tokenizer, base }: { readonly tokenizer: TextTokenizer; readonly base: string },
    work: WorkOptions,
  ): Promise<SteerStep> {
    const { prompt, bos, sampling } = experiment;
    // Files are read anew: they may be others than a moment ago.
    const edits = await withDirections(experiment.edits, { base, digest: await open.digest(work) });
    const key = JSON.stringify({ prompt, bos, sampling, edits: edits.map(({ scale: _, ...rest }) => rest) });
    const steps =
      this.known.get(key) ?? (await this.prepare(open, { ...experiment, edits }, tokenizer, work));
    this.known.delete(key);
    this.known.set(key, steps);
    for (const old of [...this.known.keys()].slice(0, -mostKept)) this.known.delete(old);
    return steps.at(
      edits.map(({ scale }) => scale),
      work,
    );
  }

  private async prepare(
    { runner, vocabulary }: OpenModel,
    { prompt, bos, sampling, edits }: Experiment,
    tokenizer: TextTokenizer,
    { signal }: WorkOptions,
  ): Promise<StrengthSteps> {
    const { ids } = await encodeWhole(tokenizer, prompt, { bos, signal });
    const asked = { ids, edits, sampling, encoder: pairEncoderOf(tokenizer) };
    return StrengthSteps.prepare(runner, vocabulary, asked, { signal });
  }
}
