/**
 * Edits that say nothing, as large as those that do: random directions, and random prompt pairs through the same
 * pipeline. What comes of the real ones is shown among what comes of these.
 */
import { throwIfCancelled, type WorkOptions } from "../../../base/cancel";
import { gaussian, permutation, seededRandom } from "../../../base/random";
import type { Runner } from "../../../graph/runner";
import type { Edit, EditRows } from "../../../protocol/edit";
import { editHook, type EditHook } from "../../../protocol/editHook";
import { type PairEncoder, touchedEntries, valueRows } from "../editValue";
import { indices, readAt, rowOf } from "../reads";
import { commonWords } from "./commonWords";

/** Tokens of a random text that stands for a vector which came from no text. */
const usualLength = 8;

/** Whether an edit adds something, so that something else could be added. */
export function adds(edit: Edit): boolean {
  return edit.op === "add" && valueRows(edit).length > 0;
}

/** Per random direction the numeric edits with every added value replaced by one of equal norm; none where nothing is added. */
export function isotropicNulls(
  runner: Runner,
  edits: readonly Edit[],
  { draws, seed }: { readonly draws: number; readonly seed: number },
): Edit[][] {
  if (!edits.some(adds)) return [];
  const normal = gaussian(seededRandom(seed));
  return Array.from({ length: draws }, () =>
    edits.map((edit) => {
      if (!adds(edit)) return edit;
      const { entries, width } = touched(runner, edit);
      const rows = valueRows(edit).map(() => {
        const drawn = new Array<number>(width).fill(0);
        for (const e of entries) drawn[e] = normal();
        return drawn;
      });
      return withRows(edit, rows, entries);
    }),
  );
}

/** What random prompt pairs are made of. */
export interface PairDraws {
  /** The edits as they were written: texts say how long the random ones are. */
  readonly given: readonly Edit[];
  readonly encoder: PairEncoder | null;
  readonly draws: number;
  readonly seed: number;
}

/**
 * Per random pair of prompts the numeric edits with every added value replaced by the difference of the two at the same
 * hook, brought to the norms of the real one, row by row. A value that came from no pair of texts is replaced by what
 * two random texts of eight tokens differ by at their last. None where nothing is added.
 */
export async function shuffledNulls(
  runner: Runner,
  edits: readonly Edit[],
  asked: PairDraws,
  options: WorkOptions,
): Promise<Edit[][]> {
  if (!edits.some(adds)) return [];
  // Another stream of numbers than that of the random directions.
  const random = seededRandom(asked.seed ^ 0x5eed);
  const all: Edit[][] = [];
  for (let draw = 0; draw < asked.draws; draw++) {
    throwIfCancelled(options.signal);
    const replaced: Edit[] = [];
    // Edits of equal lengths are of one pair: several layers are pushed by one concept.
    const pairs = new Map<number, readonly [readonly number[], readonly number[]]>();
    for (const [i, edit] of edits.entries()) {
      if (!adds(edit)) {
        replaced.push(edit);
        continue;
      }
      const n = pairLength(asked.given[i], valueRows(edit));
      const pair = pairs.get(n.tokens) ?? randomPair(runner, n, { encoder: asked.encoder, random });
      pairs.set(n.tokens, pair);
      const rows = await differences(runner, edit.hook, pair, options);
      replaced.push(withRows(edit, n.isPair ? rows : [rows[rows.length - 1]], touched(runner, edit).entries));
    }
    all.push(replaced);
  }
  return all;
}

/** How many tokens a random pair has, from which on its texts differ, and whether the real value has a row for each. */
interface PairLength {
  readonly tokens: number;
  readonly from: number;
  readonly isPair: boolean;
}

function pairLength({ value }: Edit, rows: readonly (readonly number[])[]): PairLength {
  const isText = value !== undefined && !Array.isArray(value) && !("direction" in value);
  if (!isText) return { tokens: usualLength, from: usualLength - 1, isPair: false };
  const from = rows.findIndex((row) => row.some((x) => x !== 0));
  return { tokens: rows.length, from: Math.max(0, from), isPair: true };
}

function randomPair(
  runner: Runner,
  { tokens: n, from }: PairLength,
  { encoder, random }: { readonly encoder: PairEncoder | null; readonly random: () => number },
): readonly [readonly number[], readonly number[]] {
  const order = permutation(commonWords.length, random).map((i) => commonWords[i]);
  const half = Math.floor(order.length / 2);
  const { dVocab } = runner.info;
  const ids = (words: readonly string[]): readonly number[] => {
    const made = encoder?.encodeWithBos(words.join(" ")) ?? [];
    return indices(n).map((i) => made[i] ?? Math.floor(random() * dVocab));
  };
  const [plus, minus] = [ids(order.slice(0, half)), ids(order.slice(half))];
  // Prompts that begin alike, as short ones may, would add nothing there; the real ones do.
  const isSame = plus.slice(0, from + 1).every((id, i) => id === minus[i]);
  return [plus, isSame ? minus.with(from, (minus[from] + 1) % dVocab) : minus];
}

async function differences(
  runner: Runner,
  hook: string,
  [plus, minus]: readonly [readonly number[], readonly number[]],
  options: WorkOptions,
): Promise<number[][]> {
  const read = async (ids: readonly number[]): Promise<number[][]> => {
    const plan = { ids, reads: [{ hook }], cache: "none" as const };
    const found = readAt(await runner.run(plan, { signal: options.signal }), hook);
    return ids.map((_, position) => Array.from(rowOf(found, position)));
  };
  const [a, b] = [await read(plus), await read(minus)];
  return a.map((row, i) => row.map((x, d) => x - b[i][d]));
}

function touched(runner: Runner, edit: Edit): { entries: readonly number[]; width: number } {
  const hook = editHook(edit.hook, runner.info) as EditHook;
  return { entries: touchedEntries(edit, hook), width: hook.width };
}

/** The edit with other rows, each as long as the one it stands for among the entries that are touched. */
function withRows(edit: Edit, rows: readonly (readonly number[])[], entries: readonly number[]): Edit {
  const scaled = valueRows(edit).map((real, i) => {
    const row = rows[Math.min(i, rows.length - 1)];
    const own = norm(row, entries);
    const ratio = own > 0 ? norm(real, entries) / own : 0;
    const value = new Array<number>(row.length).fill(0);
    for (const e of entries) value[e] = row[e] * ratio;
    return value;
  });
  const isList = Array.isArray((edit.value as EditRows)[0]);
  return { ...edit, value: isList ? scaled : scaled[0] };
}

/** Length of a row among some entries. */
export function norm(row: ArrayLike<number>, entries: readonly number[]): number {
  return Math.sqrt(entries.reduce((sum, e) => sum + row[e] * row[e], 0));
}
