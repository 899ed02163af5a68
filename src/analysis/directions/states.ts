/** What the model has at its hooks for each text: one run per text, all layers and places at once, picked in the graph. */
import { throwIfCancelled, type WorkOptions } from "../../base/cancel";
import type { ReadSpec, Runner } from "../../graph/runner";
import { editHook } from "../../protocol/editHook";
import type { DirectionPosition } from "../../protocol/direction";
import { AnalysisError } from "../common/analysisError";
import { readAt } from "../common/reads";
import type { Rows } from "../common/vectors";
import type { Label } from "./methods";

/** A text of one class, tokenised. */
export interface DirectionText extends Label {
  readonly ids: readonly number[];
  /** Positions that may be averaged: neither position 0 nor added tokens. */
  readonly counted: readonly number[];
  /** What it is called where something is wrong with it; left out, its side of its pair. */
  readonly name?: string;
}

/** What is read of each text. */
export interface StatesRequest {
  readonly texts: readonly DirectionText[];
  readonly position: DirectionPosition;
  /** Full names of hooks; each becomes rows of its width. */
  readonly hooks: readonly string[];
  /** Read besides, of one head alone. */
  readonly head?: { readonly hook: string; readonly head: number };
}

/** Rows by hook, one per text. */
export type States = ReadonlyMap<string, Rows>;

/** Most bytes of rows that are held. */
const mostBytes = 2 * 1024 ** 3;

/** Name of the read of the last position's embedding, from which leaks are told. */
export const embeddingRows = "last embedding";

/**
 * Runs each different text once.
 * @throws {AnalysisError} "too-large", "not-finite", "missing-hook"
 */
export async function readStates(
  runner: Runner,
  request: StatesRequest,
  options: WorkOptions,
): Promise<States> {
  const { texts, hooks, head } = request;
  const { info } = runner;
  const widths = new Map(hooks.map((hook) => [hook, editHook(hook, info)?.width ?? 0]));
  if (head) widths.set(head.hook, info.dModel);
  if (info.hooks.includes("hook_embed")) widths.set(embeddingRows, info.dModel);
  const perText = [...widths.values()].reduce((sum, width) => sum + 4 * width, 0);
  if (perText * texts.length > mostBytes) throw tooLarge(texts.length, hooks.length);
  const rows = new Map(
    [...widths].map(([name, width]) => [name, { data: new Float32Array(width * texts.length), width }]),
  );
  const first = new Map<string, number>();
  for (const [i, text] of texts.entries()) {
    throwIfCancelled(options.signal);
    options.onProgress?.({ done: i, total: texts.length, message: "Reading the texts" });
    const key = `${text.ids.join()} ${text.counted.length}`;
    const same = first.get(key);
    if (same === undefined) await readText(runner, { request, text, i, rows }, options);
    else
      for (const one of rows.values())
        one.data.copyWithin(i * one.width, same * one.width, (same + 1) * one.width);
    first.set(key, same ?? i);
  }
  return rows;
}

async function readText(
  runner: Runner,
  of: {
    readonly request: StatesRequest;
    readonly text: DirectionText;
    readonly i: number;
    readonly rows: ReadonlyMap<string, { readonly data: Float32Array; readonly width: number }>;
  },
  { signal }: WorkOptions,
): Promise<void> {
  const { request, text, i, rows } = of;
  const { hooks, head } = request;
  const at = placeOf(text, request.position);
  const reads: ReadSpec[] = hooks.map((hook) => ({ hook, as: hook, ...at }));
  if (head) reads.push({ hook: head.hook, as: head.hook, heads: [head.head], ...at });
  if (rows.has(embeddingRows))
    reads.push({ hook: "hook_embed", as: embeddingRows, positions: [text.ids.length - 1] });
  const run = await runner.run({ ids: text.ids, reads, cache: "none" }, { signal });
  for (const [name, { data, width }] of rows) {
    const values = readAt(run, name).data;
    if (!values.every(Number.isFinite)) throw notFinite(name, text);
    data.set(values.subarray(0, width), i * width);
  }
}

/** A text that has no counted position is read at its last. */
function placeOf({ ids, counted }: DirectionText, position: DirectionPosition): Partial<ReadSpec> {
  const last = { positions: [ids.length - 1] };
  if (position === "last" || counted.length === 0) return last;
  return { positions: counted, reduce: { kind: "mean" } };
}

function tooLarge(texts: number, hooks: number): AnalysisError {
  const said = `The states of ${texts} texts at ${hooks} layers take more than 2 GiB.`;
  return new AnalysisError("too-large", said, { next: "Give fewer pairs or fewer layers." });
}

function notFinite(hook: string, { pair, positive, name }: DirectionText): AnalysisError {
  const side = positive ? "positive" : "negative";
  const which = name ?? `the ${side} text of pair ${pair + 1}`;
  const said = `The model has numbers at ${hook} that are not finite, on ${which}.`;
  return new AnalysisError("not-finite", said, { next: "Check the model with `introspect verify`." });
}
