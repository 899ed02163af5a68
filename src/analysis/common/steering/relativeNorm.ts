/** How large edits are beside what they are made to. */
import { throwIfCancelled, type WorkOptions } from "../../../base/cancel";
import type { Runner } from "../../../graph/runner";
import type { Edit } from "../../../protocol/edit";
import { editHook, type EditHook } from "../../../protocol/editHook";
import type { Tensor } from "../../../tensor/tensor";
import { editedPositions, touchedEntries, valueRows } from "../editValue";
import { readAt, rowOf } from "../reads";
import { norm } from "./nulls";

/** What a plain run of the prompt has at some hooks, read when it is asked for. */
export class PromptStreams {
  private readonly known = new Map<string, Promise<Tensor>>();

  constructor(
    private readonly runner: Runner,
    readonly ids: readonly number[],
  ) {}

  /** The hook's values over the prompt. */
  at(hook: string, options: WorkOptions): Promise<Tensor> {
    const known = this.known.get(hook);
    if (known) return known;
    const run = this.runner.run({ ids: this.ids, reads: [{ hook }] }, { signal: options.signal });
    const made = run.then((found) => readAt(found, hook));
    this.known.set(hook, made);
    made.catch(() => this.known.delete(hook));
    return made;
  }
}

/**
 * Per numeric edit ‖what it changes‖ / ‖what was there‖, averaged over the edited prompt positions (without position 0
 * where there are others); null for edits without a value.
 */
export async function relativeNorms(
  runner: Runner,
  edits: readonly Edit[],
  streams: PromptStreams,
  options: WorkOptions,
): Promise<(number | null)[]> {
  const norms: (number | null)[] = [];
  for (const edit of edits) {
    throwIfCancelled(options.signal);
    const rows = valueRows(edit);
    if (rows.length === 0) {
      norms.push(null);
      continue;
    }
    const there = await streams.at(edit.hook, options);
    const entries = touchedEntries(edit, editHook(edit.hook, runner.info) as EditHook);
    const all = editedPositions(edit, streams.ids.length).map((pos, i) => ({
      pos,
      row: rows[rows.length > 1 ? i : 0],
    }));
    const counted = all.some(({ pos }) => pos > 0) ? all.filter(({ pos }) => pos > 0) : all;
    const shares = counted.map(({ pos, row }) => {
      const old = rowOf(there, pos);
      const change = entries.map((e) => (edit.scale ?? 1) * (edit.op === "add" ? row[e] : row[e] - old[e]));
      return Math.hypot(...change) / norm(old, entries);
    });
    norms.push(shares.reduce((a, b) => a + b, 0) / shares.length);
  }
  return norms;
}
