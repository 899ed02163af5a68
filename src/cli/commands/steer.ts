/** `introspect steer`: runs an experiment file. */
import { dirname } from "node:path";
import { steer } from "../../analysis/steering";
import { withDirections } from "../../engine/directionFile";
import { parseJson } from "../../protocol/decode";
import { decodeExperiment } from "../../protocol/decodeExperiment";
import { encodeWhole } from "../../engine/window";
import type { Experiment } from "../../protocol/edit";
import { CliError } from "../cliError";
import type { Command } from "../command";
import { bosOf } from "../options";
import { readText } from "../textFile";
import { factsOf, withModel } from "../session";

/** Prints the result of a steering experiment with its controls. The model is the one named on the command line. */
export const steerCommand: Command = {
  name: "steer",
  summary: "run a steering experiment with its controls",
  positionals: ["DIR", "FILE.introspect.json"],
  options: ["bos"],
  async run({ args, out, work }) {
    const [folder, path] = args.positionals;
    const value = parseJson(await readText(path), path);
    decodeExperiment(value);
    const asked = bosOf(args);
    await withModel(folder, work, async (session) => {
      const { open, info, encoder } = session;
      const experiment = decodeExperiment(value, info);
      if (!open.tokenizer) {
        const next = "Put the model's tokenizer.json beside its config.json.";
        throw new CliError(
          "no-tokenizer",
          "This model has no tokenizer.json, so it cannot read the prompt.",
          { next },
        );
      }
      const policy = asked ?? experiment.bos;
      const { ids, bos } = await encodeWhole(open.tokenizer, experiment.prompt, { bos: policy, ...work });
      const facts = await factsOf(session, { bos }, work);
      const { digest } = facts;
      const edits = await withDirections(experiment.edits, dirname(path));
      const request = { experiment: { ...experiment, edits }, ids, bos, encoder, digest };
      const result = await steer(open.runner, open.vocabulary, request, work);
      await out.value({ ...result, ...facts, ...warningsOf(info.warnings ?? [], experiment, digest) });
    });
  },
};

/** What was odd about the checkpoint, and that the file was written for another model. */
function warningsOf(
  ofModel: readonly string[],
  { model }: Experiment,
  digest: string,
): { warnings?: readonly string[] } {
  const other = `The experiment was written for another model, with the digest ${model.digest}.`;
  const isOther = model.digest !== null && model.digest !== digest;
  const warnings = isOther ? [...ofModel, other] : ofModel;
  return warnings.length > 0 ? { warnings } : {};
}
