/** Which token of one text corresponds to which of another, told openly: one to one, or not at all. */
import { commonPrefix } from "../../base/commonPrefix";
import type { PatchAlign, PatchAlignment, PatchPair } from "../../protocol/patch";
import { AnalysisError } from "../common/analysisError";
import { indices } from "../common/reads";

/**
 * Texts of the same number of tokens correspond one to one. Others do where they begin and end alike; of what differs
 * between, the last tokens correspond (where a name ends, it has been read), and the rest of it has no partner.
 * @throws {AnalysisError} "not-aligned" where nothing corresponds
 */
export function alignTokens(base: readonly number[], source: readonly number[]): PatchAlignment {
  return alignParts({ ids: base, from: 0 }, { ids: source, from: 0 });
}

/** Ids of a run, and from where on they are compared. */
export interface AlignedPart {
  readonly ids: readonly number[];
  readonly from: number;
}

/**
 * The same for parts of two runs, each behind a context of its own; nothing of a context corresponds to anything.
 * @throws {AnalysisError} "not-aligned" where nothing corresponds
 */
export function alignParts(base: AlignedPart, source: AlignedPart): PatchAlignment {
  const { kind, pairs } = paired(base.ids.slice(base.from), source.ids.slice(source.from));
  const moved = pairs.map((pair) => ({ base: pair.base + base.from, source: pair.source + source.from }));
  return checked({ kind, pairs: moved, same: sameIn(moved, base.ids, source.ids) });
}

/**
 * The alignment that was asked for; found from the tokens where none was.
 * @throws {AnalysisError} "not-aligned"
 */
export function alignAs(
  asked: PatchAlign | undefined,
  base: AlignedPart,
  source: AlignedPart,
): PatchAlignment {
  if (asked === undefined) return alignParts(base, source);
  const pairs = asked === "front" || asked === "end" ? fromEdge(asked, base, source) : asked;
  return givenAlignment(pairs, base.ids, source.ids);
}

/** Pairs one to one from where both parts begin, or end; what they begin with corresponds in either case. */
function fromEdge(edge: "front" | "end", base: AlignedPart, source: AlignedPart): PatchPair[] {
  const [one, other] = [base, source].map(({ ids, from }) => ids.slice(from));
  const shorter = Math.min(one.length, other.length);
  const front = edge === "front" ? shorter : commonPrefix(one, other);
  const pairs = indices(front).map((i) => ({ base: base.from + i, source: source.from + i }));
  const back = indices(shorter - front).reverse();
  const ends = back.map((i) => ({ base: base.ids.length - 1 - i, source: source.ids.length - 1 - i }));
  return [...pairs, ...ends];
}

/** Pairs at the front of which nothing before or at them differs in two runs. */
function sameIn(pairs: readonly PatchPair[], base: readonly number[], source: readonly number[]): number {
  const front = commonPrefix(base, source);
  const same = pairs.findIndex((pair) => pair.base >= front || pair.base !== pair.source);
  return same < 0 ? pairs.length : same;
}

function paired(base: readonly number[], source: readonly number[]): Pick<PatchAlignment, "kind" | "pairs"> {
  if (base.length === source.length)
    return { kind: "equal", pairs: indices(base.length).map((i) => ({ base: i, source: i })) };
  const front = commonPrefix(base, source);
  const shorter = Math.min(base.length, source.length);
  let back = 0;
  while (back < shorter - front && base.at(-1 - back) === source.at(-1 - back)) back++;
  if (back === 0) {
    const message = `The two texts have ${base.length} and ${source.length} tokens and do not end alike, so that no position of one stands for one of the other.`;
    throw new AnalysisError("not-aligned", message, {
      next: "Say which positions correspond, or choose texts with as many tokens or that end with the same words.",
    });
  }
  const pairs: PatchPair[] = indices(front).map((i) => ({ base: i, source: i }));
  const [baseEnd, sourceEnd] = [base.length - back, source.length - back];
  if (baseEnd > front && sourceEnd > front) pairs.push({ base: baseEnd - 1, source: sourceEnd - 1 });
  pairs.push(...indices(back).map((i) => ({ base: baseEnd + i, source: sourceEnd + i })));
  return { kind: "spans", pairs };
}

/**
 * Pairs as they were asked for.
 * @throws {AnalysisError} "not-aligned" for positions that there are not, or that do not ascend
 */
export function givenAlignment(
  pairs: readonly PatchPair[],
  base: readonly number[],
  source: readonly number[],
): PatchAlignment {
  const wrong = pairs.find(
    (pair) => !(isIndex(pair.base, base.length) && isIndex(pair.source, source.length)),
  );
  if (wrong) {
    const message = `There is no pair ${wrong.base}:${wrong.source} in texts of ${base.length} and ${source.length} tokens.`;
    throw new AnalysisError("not-aligned", message, {
      next: "Give positions of the base and of the source.",
    });
  }
  if (pairs.some((pair, i) => i > 0 && pair.base <= pairs[i - 1].base)) {
    const message = "The pairs of an alignment do not ascend, or name a position of the base twice.";
    throw new AnalysisError("not-aligned", message, {
      next: "Give each position of the base once, in order.",
    });
  }
  return checked({ kind: "given", pairs, same: sameIn(pairs, base, source) });
}

const isIndex = (value: number, below: number): boolean =>
  Number.isInteger(value) && value >= 0 && value < below;

function checked(alignment: PatchAlignment): PatchAlignment {
  if (alignment.same < alignment.pairs.length) return alignment;
  throw new AnalysisError(
    "not-aligned",
    "The two texts are the same, token by token: there is nothing to patch.",
    {
      next: "Choose another text for one of them.",
    },
  );
}
