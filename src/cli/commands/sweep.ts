/** `introspect sweep`: edits over layers, positions, strengths, in one plan. */
import { sweep } from "../../analysis/sweep";
import { parseSweep } from "../../protocol/decodeSweep";
import type { SweepText } from "../../protocol/sweep";
import { CliError } from "../cliError";
import type { Command } from "../command";
import type { JsonStream } from "../jsonStream";
import { factsOf, requireIds, withModel, type Session } from "../session";
import { readText } from "../textFile";

/** Prints a sweep's cells, each as soon as it is measured. */
export const sweepCommand: Command = {
  name: "sweep",
  summary: "edits over axes such as layers, positions and strengths, measured cell by cell",
  positionals: ["DIR", "PLAN.json"],
  options: [],
  async run({ args, out, work }) {
    const [folder, path] = args.positionals;
    const plan = parseSweep(await readText(path));
    await withModel(folder, work, async (session) => {
      const { open, encoder } = session;
      const base = idsOf(session, plan.base);
      const sourceIds = plan.source === undefined ? null : idsOf(session, plan.source).ids;
      const tokenOf = (text: string): number | null => {
        const made = open.tokenizer?.encode(text, { addSpecial: false }).ids ?? [];
        return made.length === 1 ? made[0] : null;
      };
      const request = { plan, ids: base.ids, sourceIds, encoder, tokenOf };
      const { axes, measures, baseline, cells } = await sweep(open.runner, request, work);
      const head = { ids: base.ids, axes, measures, baseline };
      await out.text(`${JSON.stringify(head).slice(0, -1)},"cells":`);
      await out.list(written(cells(work), out, open.checkUnchanged));
      const facts = await factsOf(session, { bos: base.bos }, work);
      await out.text(`,${JSON.stringify(facts).slice(1)}`);
    });
  },
};

function idsOf({ open, info }: Session, given: SweepText): { ids: readonly number[]; bos: boolean } {
  if ("ids" in given) {
    requireIds(info, given.ids);
    const bosId = open.tokenizer?.bosId ?? null;
    return { ids: given.ids, bos: bosId !== null && given.ids[0] === bosId };
  }
  if (open.tokenizer !== null) {
    const { ids, tokens } = open.tokenizer.encode(given.text);
    return { ids, bos: tokens[0]?.special === true && tokens[0].start === tokens[0].end };
  }
  const next = "Give ids, or put the model's tokenizer.json beside its config.json.";
  throw new CliError("no-tokenizer", "This model has no tokenizer.json, so it cannot read text.", { next });
}

/** Hands each item on, checked, before the next is computed, so that a reader sees results as they come. */
async function* written<Item>(
  items: AsyncIterable<Item>,
  out: JsonStream,
  check: () => Promise<void>,
): AsyncGenerator<Item[]> {
  for await (const item of items) {
    await check();
    yield [item];
    await out.flush();
  }
}
