/** `introspect sweep`: edits over layers, positions, strengths, in one plan. */
import { dirname } from "node:path";
import { sweep } from "../../analysis/sweep";
import { runSweep } from "../../engine/steering/runSweep";
import { parseAnySweep } from "../../protocol/decodeSteeringSweep";
import type { SteeringSweepPlan } from "../../protocol/steeringSweep";
import type { SweepPlan, SweepText } from "../../protocol/sweep";
import { savedSweepText } from "../../protocol/savedSweep";
import { CliError, usageError } from "../cliError";
import type { Command, CommandCall, ModelWork } from "../command";
import type { JsonStream } from "../jsonStream";
import { factsOf, requireIds, withModel, type Session } from "../session";
import { saveResult } from "../saveResult";
import { readText } from "../textFile";

/**
 * Prints a sweep: cells, each as soon as it is measured, or steering over layers × strengths. Of the latter, what was
 * measured outlives a crash in a file beside the plan, from which the same call goes on.
 */
export const sweepCommand: Command = {
  name: "sweep",
  summary: "edits over axes measured cell by cell, or steering over layers × strengths, effect against cost",
  positionals: ["DIR", "PLAN.json"],
  options: ["save"],
  async run({ args, out, work }) {
    const [folder, path] = args.positionals;
    const { save } = args.values;
    const { kind, plan } = parseAnySweep(await readText(path));
    if (kind === "steering") return sweepSteering(folder, plan, { path, save, out, work });
    if (save === undefined) return sweepCells(folder, plan, { out, work });
    throw usageError("--save goes with a plan of layers and strengths.", "Redirect the output instead.");
  },
};

async function sweepSteering(
  folder: string,
  plan: SteeringSweepPlan,
  { path, save, out, work }: { path: string; save: string | undefined; out: JsonStream; work: ModelWork },
): Promise<void> {
  await withModel(folder, work, async (session) => {
    const { tokenizer } = session.open;
    if (tokenizer === null) throw noTokenizer();
    const kept = path === "-" ? undefined : `${path}.part`;
    const place = { tokenizer, base: path === "-" ? "." : dirname(path), kept };
    const ran = await runSweep(session.open, plan, place, work);
    const { bos, digest: _, ...result } = ran;
    const facts = await factsOf(session, { bos }, work);
    const warnings = [...(session.info.warnings ?? []), ...result.warnings];
    await out.value({ ...result, ...facts, warnings });
    if (save !== undefined) await saveResult(save, savedSweepText(ran));
  });
}

async function sweepCells(
  folder: string,
  plan: SweepPlan,
  { out, work }: Pick<CommandCall, "out" | "work">,
): Promise<void> {
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
}

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
  throw noTokenizer();
}

function noTokenizer(): CliError {
  const next = "Give ids, or put the model's tokenizer.json beside its config.json.";
  return new CliError("no-tokenizer", "This model has no tokenizer.json, so it cannot read text.", { next });
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
