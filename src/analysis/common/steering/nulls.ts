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

/** The field of an edit with the vectors that say which way it goes. */
const fieldOf = ({ op }: Edit): "value" | "subspace" => (op === "interchange" ? "subspace" : "value");

/** Whether the vectors of an edit span what is taken out, kept or exchanged; their lengths then say nothing. */
const spans = ({ op }: Edit): boolean => op === "project-out" || op === "keep" || op === "interchange";

/**
 * The vectors of a numeric edit that others could stand for: what is added, set or taken as mean, and what spans the part
 * that is taken out, kept or exchanged. None of an edit that has no direction, such as a clamp.
 */
function directed(edit: Edit): readonly (readonly number[])[] {
  if (!spans(edit)) return valueRows(edit);
  const given = edit[fieldOf(edit)];
  if (!Array.isArray(given) || given.length === 0) return [];
  return (Array.isArray(given[0]) ? given : [given]) as readonly (readonly number[])[];
}

/** Whether an edit has vectors that others could stand for. */
export const hasDirection = (edit: Edit): boolean => directed(edit).length > 0;

/**
 * Per random direction the numeric edits with every vector that has a direction replaced by one of equal norm; none
 * where there is none.
 */
export function isotropicNulls(
  runner: Runner,
  edits: readonly Edit[],
  { draws, seed }: { readonly draws: number; readonly seed: number },
): Edit[][] {
  if (!edits.some(hasDirection)) return [];
  const normal = gaussian(seededRandom(seed));
  return Array.from({ length: draws }, () =>
    edits.map((edit) => {
      if (!hasDirection(edit)) return edit;
      const { entries, width } = touched(runner, edit);
      const rows = directed(edit).map(() => {
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
  /** Per edit, its direction made anew under shuffled labels, once per draw; null where that is not known of it. */
  readonly labels?: readonly (readonly ArrayLike<number>[] | null)[] | undefined;
}

/**
 * Where the pairs are known that a direction was fitted to, per draw what the same way makes of them under shuffled
 * labels, brought to the real one's norm. Else, per random pair of prompts, the numeric edits with every vector that has
 * a direction replaced by the difference of the two at the same hook, brought to the norms of the real one, row by row.
 * A value that came from no pair of texts is replaced by what two random texts of eight tokens differ by at their last.
 * None where there is no such vector.
 */
export async function shuffledNulls(
  runner: Runner,
  edits: readonly Edit[],
  asked: PairDraws,
  options: WorkOptions,
): Promise<Edit[][]> {
  if (!edits.some(hasDirection)) return [];
  // Another stream of numbers than that of the random directions.
  const random = seededRandom(asked.seed ^ 0x5eed);
  const all: Edit[][] = [];
  for (let draw = 0; draw < asked.draws; draw++) {
    throwIfCancelled(options.signal);
    const replaced: Edit[] = [];
    // Edits of equal lengths are of one pair: several layers are pushed by one concept.
    const pairs = new Map<number, readonly [readonly number[], readonly number[]]>();
    for (const [i, edit] of edits.entries()) {
      if (!hasDirection(edit)) {
        replaced.push(edit);
        continue;
      }
      const { entries } = touched(runner, edit);
      const relabelled = asked.labels?.[i]?.[draw];
      if (relabelled !== undefined) {
        replaced.push(withRows(edit, [Array.from(relabelled)], entries));
        continue;
      }
      const n = pairLength(asked.given[i], directed(edit));
      const source = { encoder: asked.encoder, random };
      const pair = pairs.get(n.tokens) ?? randomPair(runner, n, source);
      pairs.set(n.tokens, pair);
      const rows = await differences(runner, edit.hook, pair, options);
      const made = n.isPair ? rows : [rows[rows.length - 1]];
      // A span of several directions stays one: each has a pair of its own.
      while (spans(edit) && made.length < directed(edit).length)
        made.push((await differences(runner, edit.hook, randomPair(runner, n, source), options)).at(-1)!);
      replaced.push(withRows(edit, made, entries));
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
  const scaled = directed(edit).map((real, i) => {
    const row = rows[Math.min(i, rows.length - 1)];
    const own = norm(row, entries);
    const ratio = own > 0 ? norm(real, entries) / own : 0;
    const value = new Array<number>(row.length).fill(0);
    for (const e of entries) value[e] = row[e] * ratio;
    return value;
  });
  const field = fieldOf(edit);
  const isList = Array.isArray((edit[field] as EditRows)[0]);
  return { ...edit, [field]: isList ? scaled : scaled[0] };
}

/** Length of a row among some entries. */
export function norm(row: ArrayLike<number>, entries: readonly number[]): number {
  return Math.sqrt(entries.reduce((sum, e) => sum + row[e] * row[e], 0));
}
