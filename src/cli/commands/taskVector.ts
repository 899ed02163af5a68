/** `introspect task-vector`: what demonstrations leave behind, put where there were none. */
import { dirname } from "node:path";
import { runTaskVectors } from "../../engine/steering/runTaskVectors";
import { parseTaskVectorPlan } from "../../protocol/decodeTaskVector";
import { CliError } from "../cliError";
import type { Command } from "../command";
import { readText } from "../textFile";
import { factsOf, withModel } from "../session";

/** Prints accuracies by layer, conflicts between tasks, and answers to new queries. */
export const taskVectorCommand: Command = {
  name: "task-vector",
  summary: "task vectors: accuracy by layer with demonstrations, with their vector alone, and with neither",
  positionals: ["DIR", "PLAN.json"],
  options: [],
  async run({ args, out, work }) {
    const [folder, path] = args.positionals;
    const plan = parseTaskVectorPlan(await readText(path));
    await withModel(folder, work, async (session) => {
      const { tokenizer } = session.open;
      if (tokenizer === null) {
        const next = "Put the model's tokenizer.json beside its config.json.";
        throw new CliError("no-tokenizer", "This model has no tokenizer.json, so it cannot read text.", {
          next,
        });
      }
      const place = { tokenizer, base: path === "-" ? "." : dirname(path) };
      const result = await runTaskVectors(session.open, plan, place, work);
      const bosId = tokenizer.bosId;
      const bos = bosId !== null && tokenizer.encode("").ids[0] === bosId;
      const facts = await factsOf(session, { bos }, work);
      const warnings = [...(session.info.warnings ?? []), ...result.warnings];
      await out.value({ ...result, ...facts, warnings });
    });
  },
};
