/** `introspect steer`: runs an experiment file. */
import { dirname } from "node:path";
import { steer } from "../../analysis/steering";
import { steerRequest } from "../../engine/steering/steerRequest";
import { parseJson } from "../../protocol/decode";
import { decodeExperiment } from "../../protocol/decodeExperiment";
import type { Experiment, SteerResult } from "../../protocol/edit";
import {
  parseSavedSteering,
  savedSteering,
  savedSteeringText,
  steeringChanges,
} from "../../protocol/savedSteering";
import { CliError } from "../cliError";
import type { Command } from "../command";
import type { JsonStream } from "../jsonStream";
import { bosOf } from "../options";
import { saveResult } from "../saveResult";
import { readText } from "../textFile";
import { factsOf, withModel } from "../session";

/**
 * Prints the result of a steering experiment with its controls. The model is the one named on the command line. Ends
 * with an error where an expectation is not met, or where a saved result says other than this one.
 */
export const steerCommand: Command = {
  name: "steer",
  summary: "run a steering experiment with its controls; an error where it is not what its file expects",
  positionals: ["DIR", "FILE.introspect.json"],
  options: ["bos", "save", "against"],
  async run({ args, out, work }) {
    const [folder, path] = args.positionals;
    const value = parseJson(await readText(path), path);
    decodeExperiment(value);
    const asked = bosOf(args);
    const { save, against } = args.values;
    const before = against === undefined ? null : parseSavedSteering(await readText(against));
    await withModel(folder, work, async (session) => {
      const { open, info } = session;
      const experiment = decodeExperiment(value, info);
      if (!open.tokenizer) {
        const next = "Put the model's tokenizer.json beside its config.json.";
        throw new CliError(
          "no-tokenizer",
          "This model has no tokenizer.json, so it cannot read the prompt.",
          { next },
        );
      }
      const place = { tokenizer: open.tokenizer, base: dirname(path), bos: asked };
      const request = await steerRequest(open, experiment, place, work);
      const facts = await factsOf(session, { bos: request.bos }, work);
      const result = await steer(open.runner, open.vocabulary, request, work);
      const warnings = warningsOf(
        [...(info.warnings ?? []), ...(result.warnings ?? [])],
        experiment,
        facts.digest,
      );
      await out.value({ ...result, ...facts, ...warnings });
      const after = savedSteering(result);
      if (save !== undefined) await saveResult(save, savedSteeringText(after));
      await requireAsExpected(result, before && steeringChanges(before, after), out);
    });
  },
};

/** @throws {CliError} "not-as-expected", with the sentences of what is not */
async function requireAsExpected(
  { expectations = [] }: SteerResult,
  changes: readonly string[] | null,
  out: JsonStream,
): Promise<void> {
  const unmet = expectations.filter(({ met }) => !met).map(({ says }) => says);
  const wrong = [...unmet, ...(changes ?? [])];
  if (wrong.length === 0) return;
  await out.text("\n");
  await out.flush();
  const next =
    unmet.length > 0
      ? "Look at the nulls beside each value, then change the edit or what is expected of it."
      : "Save the result anew if this change is wanted.";
  throw new CliError("not-as-expected", wrong.join(" "), { next });
}

/** What was odd about the checkpoint or the measures, and that the file was written for another model. */
function warningsOf(
  known: readonly string[],
  { model }: Experiment,
  digest: string,
): { warnings?: readonly string[] } {
  const other = `The experiment was written for another model, with the digest ${model.digest}.`;
  const isOther = model.digest !== null && model.digest !== digest;
  const warnings = isOther ? [...known, other] : known;
  return warnings.length > 0 ? { warnings } : {};
}
