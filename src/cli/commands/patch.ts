/** `introspect patch`: what one text's values do in another, layer by position. */
import { patchRuns } from "../../analysis/patch";
import { patchText } from "../../engine/patchText";
import type { PatchAlign } from "../../protocol/patch";
import { readPairs } from "../../protocol/patchPairs";
import { CliError, usageError } from "../cliError";
import type { Command } from "../command";
import { tokenOf } from "../edgeOption";
import { wholeNumber } from "../options";
import { patchInputOptions, readPatchInput } from "../patchInput";
import { factsOf, withModel } from "../session";

/** Prints effects by layer and position, with self-patches and noise. */
export const patchCommand: Command = {
  name: "patch",
  summary: "one text's values patched into another: effects by layer and position, with controls",
  positionals: ["DIR"],
  options: [...patchInputOptions, "align", "token", "minus", "seed"],
  async run({ args, out, work }) {
    const { align: asked } = args.values;
    const align = asked === undefined ? undefined : alignOf(asked);
    const seed = wholeNumber("seed", args.values.seed ?? "0", 0);
    const sides = await readPatchInput(args);
    await withModel(args.positionals[0], work, async (session) => {
      const { tokenizer, runner, vocabulary } = session.open;
      if (tokenizer === null) throw noTokenizer();
      const { bos, context, ...base } = patchText(sides.base, tokenizer, session.info.nCtx);
      const { ids, tokens, from } = patchText(sides.source, tokenizer, session.info.nCtx);
      const [token, against] = [tokenOf(args, "token", session), tokenOf(args, "minus", session)];
      const request = { base, source: { ids, tokens, from }, align, token, against, seed };
      const result = await patchRuns(runner, vocabulary, request, work);
      await out.value({ ...result, context, ...(await factsOf(session, { bos }, work)) });
    });
  },
};

/** @throws {CliError} "usage" */
function alignOf(text: string): PatchAlign {
  if (text === "front" || text === "end") return text;
  const pairs = readPairs(text);
  if (!("wrong" in pairs)) return pairs;
  const said = `--align takes front, end or B:S,B:S, not ${JSON.stringify(pairs.wrong)}.`;
  throw usageError(said, "Give pairs of positions as in --align 3:3,4:6.");
}

function noTokenizer(): CliError {
  const next = "Put the model's tokenizer.json beside its config.json.";
  return new CliError("no-tokenizer", "This model has no tokenizer.json, so it cannot read text.", { next });
}
