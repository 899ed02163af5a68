/** `introspect run`: top tokens at every position, hooks read, edits applied. */
import { plainRun, runAbout } from "../../analysis/run";
import { writeNpzFile } from "../../engine/npzFile";
import type { NpyArray } from "../../formats/npy";
import { matchHooks, splitPatterns } from "../../graph/hookPattern";
import type { Tensor } from "../../tensor/tensor";
import { answerInputs } from "../batch";
import { usageError } from "../cliError";
import type { Command } from "../command";
import { wholeNumber } from "../options";
import { readEdits, factsOf, windowOf } from "../session";

/** Prints a run's top tokens and norms of what was read. */
export const runCommand: Command = {
  name: "run",
  summary: "run a text: top tokens at every position, hooks read, edits applied",
  positionals: ["DIR"],
  options: ["text", "file", "ids", "chat", "batch", "prefix", "bos", "top", "read", "edit", "edge", "out"],
  async run(call) {
    const { args, work } = call;
    const { values } = args;
    const k = wholeNumber("top", values.top ?? "5", 1);
    const patterns = patternList(values.read);
    await answerInputs(call, async (session, input, out, place) => {
      const { open, info, encoder } = session;
      const reads = [...new Set(patterns.flatMap((pattern) => matchHooks(pattern, info.hooks)))];
      const window = windowOf(session, input);
      const { ids } = window;
      const edits = await readEdits(args, session, { promptLength: ids.length, ...place }, work);
      const request = { ids, reads, values: values.out !== undefined, edits, encoder };
      const run = await plainRun(open.runner, open.vocabulary, request, work);
      if (values.out !== undefined) await writeReads(values.out, ids, run.values);
      await out.text(`{"about":"${runAbout}","ids":${JSON.stringify(ids)},"top":`);
      await out.list(run.top(k, work));
      const facts = { reads: run.reads, ...(await factsOf(session, window, work)) };
      await out.text(`,${JSON.stringify(facts).slice(1)}`);
    });
  },
};

function patternList(text: string | undefined): string[] {
  if (text === undefined) return [];
  const patterns = splitPatterns(text);
  if (patterns.includes(""))
    throw usageError("--read has an empty name.", "Give hooks as in --read hook_embed.");
  return patterns;
}

/** Writes what was read, with the ids that it was read on. */
async function writeReads(
  path: string,
  ids: readonly number[],
  reads: ReadonlyMap<string, Tensor>,
): Promise<void> {
  const arrays = new Map<string, NpyArray>(reads);
  arrays.set("ids", { shape: [ids.length], data: BigInt64Array.from(ids, BigInt) });
  await writeNpzFile(path, arrays);
}
