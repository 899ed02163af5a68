/** `introspect attention`: one head's pattern over a selection and what the model writes behind it, as the panel shows it. */
import { shownPattern } from "../../analysis/attention";
import { attentionStep } from "../../analysis/attention/step";
import { withWritten } from "../../engine/window";
import type { RunWindow } from "../../protocol/model";
import { usageError } from "../cliError";
import type { Command, ModelWork } from "../command";
import { wholeNumber } from "../options";
import { readSelection } from "../selectionInput";
import { factsOf, readInput, windowOf, withModel, type Session } from "../session";

/** Prints one head's pattern: a row per query. */
export const attentionCommand: Command = {
  name: "attention",
  summary: "one head's attention pattern, row by row; tokens that the model writes included",
  positionals: ["DIR"],
  options: ["text", "file", "ids", "range", "context", "prefix", "bos", "head", "max-tokens"],
  async run({ args, out, work }) {
    const { values } = args;
    const head = headOf(values.head);
    const n = wholeNumber("max-tokens", values["max-tokens"] ?? "0", 0);
    const everything = { start: 0, end: Number.MAX_SAFE_INTEGER };
    const asked =
      values.range === undefined
        ? { input: await readInput(args), range: everything }
        : await readSelection(args);
    await withModel(args.positionals[0], work, async (session) => {
      const window = windowOf(session, asked.input);
      const made = await written(session, { window, n, ...head }, work);
      const { vocabulary, runner } = session.open;
      const ran = withWritten(window, made.ids, (id) => vocabulary.text(id));
      const request = { window: ran, range: asked.range, ...head };
      const { pattern, positions, unshown } = await shownPattern(runner, request, work);
      const { rows, weighted, valueNorms, ...rest } = pattern;
      const lists = (of: readonly Float32Array[]): number[][] => of.map((row) => Array.from(row));
      await out.value({
        about: "this",
        ...rest,
        positions,
        unshown,
        tokens: positions.map((pos) => ran.tokens[pos]),
        rows: lists(rows),
        ...(weighted ? { weighted: lists(weighted) } : {}),
        ...(valueNorms ? { valueNorms: Array.from(valueNorms) } : {}),
        written: made,
        ids: ran.ids,
        ...(await factsOf(session, window, work)),
      });
    });
  },
};

function headOf(text: string | undefined): { layer: number; head: number } {
  const found = /^(\d{1,6})\.(\d{1,6})$/.exec(text?.trim() ?? "");
  if (!found) throw usageError("--head takes L.H.", "Give layer and head as in --head 3.2.");
  return { layer: Number(found[1]), head: Number(found[2]) };
}

/** What the model writes behind a window, the most likely token each time, as the panel has it written. */
async function written(
  { open, info }: Session,
  { window, n, layer, head }: { window: RunWindow; n: number; layer: number; head: number },
  work: ModelWork,
): Promise<{ ids: number[]; logProbs: number[] }> {
  const made = { ids: [] as number[], logProbs: [] as number[] };
  while (made.ids.length < n) {
    const ids = [...window.ids, ...made.ids];
    if (ids.length >= info.nCtx) break;
    const request = { ids, layer, head, positions: [ids.length - 1] };
    const { next } = await attentionStep(open.runner, open.vocabulary, request, work);
    made.ids.push(next.id);
    made.logProbs.push(next.logProb);
    work.onProgress?.({ done: made.ids.length, total: n, message: "Writing tokens" });
  }
  return made;
}
