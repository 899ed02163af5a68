/** The texts of pairs as they are run: through their frame, each once, tokenised. */
import { createHash } from "node:crypto";
import type { DirectionText } from "../../analysis/directions/states";
import type { BosPolicy } from "../../base/bosPolicy";
import type { PairFrame, TextPair } from "../../protocol/direction";
import { isCounted, type TokenInfo } from "../../protocol/model";
import type { TextTokenizer } from "../../tokenizer/textTokenizer";
import { EngineError } from "../engineError";
import { pairEncoderOf } from "../pairEncoder";

/** Pairs without their repetitions, and what is to be said about those. */
export interface DistinctPairs {
  readonly pairs: readonly TextPair[];
  readonly warnings: readonly string[];
}

/** Texts with what the header says of them. */
export interface RunTexts {
  readonly texts: readonly DirectionText[];
  readonly bos: boolean;
}

/** Each side of the pairs in its frame. */
export function framed(pairs: readonly TextPair[], frame: PairFrame | null): readonly TextPair[] {
  if (frame === null) return pairs;
  const put = (text: string | null, into: string): string | null =>
    text === null ? null : into.split("{}").join(text);
  return pairs.map(([positive, negative]) => [put(positive, frame.positive), put(negative, frame.negative)]);
}

/** SHA-256 of pairs, as hex. */
export function pairsDigest(pairs: readonly TextPair[]): string {
  return createHash("sha256").update(JSON.stringify(pairs)).digest("hex");
}

/**
 * Pairs that are given twice would be held out from themselves: each is kept once.
 * @param classes  whether the two sides are classes, and not inputs with their outputs
 */
export function distinct(pairs: readonly TextPair[], classes: boolean): DistinctPairs {
  const kept = new Map(pairs.map((pair) => [JSON.stringify(pair), pair]));
  const warnings: string[] = [];
  const twice = pairs.length - kept.size;
  if (twice > 0)
    warnings.push(`Duplicates: ${twice} of ${pairs.length} pairs are repetitions; each pair is used once.`);
  const all = [...kept.values()];
  if (!classes) return { pairs: all, warnings };
  const positive = new Set(all.map(([one]) => one).filter((one) => one !== null));
  const both = new Set(all.map(([, other]) => other).filter((one) => one !== null && positive.has(one))).size;
  if (both > 0) warnings.push(`Duplicates: ${both} texts stand on both sides.`);
  const texts = all.flatMap(([one, other]) => [one, other].filter((text) => text !== null));
  const again = texts.length - new Set(texts).size;
  if (again > 0 && both === 0)
    warnings.push(
      `Duplicates: ${again} texts stand in several pairs, so what is held out may in part have been fitted to.`,
    );
  return { pairs: all, warnings };
}

/**
 * Tokenises the texts of pairs. What the tokenizer adds behind a text is not run.
 * @throws {EngineError} "bad-pairs" for a text without tokens or one that the model cannot see whole; {TokenizerError} "no-bos-token"
 */
export function encodePairs(
  pairs: readonly TextPair[],
  {
    tokenizer,
    nCtx,
    bos = "auto",
  }: { readonly tokenizer: TextTokenizer; readonly nCtx: number; readonly bos?: BosPolicy | undefined },
): RunTexts {
  let begins = false;
  const texts = pairs.flatMap((sides, pair) =>
    sides.flatMap((text, side): DirectionText[] => {
      if (text === null) return [];
      const own = encodeText(text, { tokenizer, bos });
      if (own.ids.length === 0) throw bad(pair, side, "has no tokens", "Take the pair out, or give a text.");
      if (own.ids.length > nCtx) throw tooLong(pair, side, own.ids.length, nCtx);
      begins ||= own.begins;
      return [{ ids: own.ids, counted: own.counted, positive: side === 0, pair }];
    }),
  );
  return { texts, bos: begins };
}

/**
 * Ids of a text without what the tokenizer adds behind it, the positions that count, and whether something was added
 * before it.
 * @throws {TokenizerError} "no-bos-token"
 */
export function encodeText(
  text: string,
  { tokenizer, bos }: { readonly tokenizer: TextTokenizer; readonly bos: BosPolicy },
): Pick<DirectionText, "ids" | "counted"> & { readonly begins: boolean } {
  const { tokens } = tokenizer.encode(text, { bos });
  let end = tokens.length;
  while (end > 0 && isAdded(tokens[end - 1])) end--;
  const own = tokens.slice(0, end);
  const counted = own.flatMap((token, i) => (isCounted(token, i) ? [i] : []));
  return { ids: own.map(({ id }) => id), counted, begins: isAdded(own[0]) };
}

/**
 * The two prompts of an activation addition: behind BOS unless something else is asked for, the shorter padded at its
 * right with the space token.
 * @throws {EngineError} "bad-pairs"; {TokenizerError} "no-bos-token"
 */
export function encodePrompts(
  [positive, negative]: TextPair,
  {
    tokenizer,
    nCtx,
    bos,
  }: { readonly tokenizer: TextTokenizer; readonly nCtx: number; readonly bos?: BosPolicy | undefined },
): RunTexts {
  const encoder = pairEncoderOf(tokenizer)!;
  const encode = (text: string): readonly number[] =>
    bos === undefined ? encoder.encodeWithBos(text) : tokenizer.encode(text, { bos }).ids;
  const both = [positive, negative].map((text, side) => {
    if (text === null) throw bad(0, side, "is missing", "Give both prompts.");
    return encode(text);
  });
  const n = Math.max(...both.map((ids) => ids.length));
  if (n === 0) throw bad(0, 0, "has no tokens", "Give some text.");
  if (n > nCtx) throw tooLong(0, 0, n, nCtx);
  const { spaceId } = encoder;
  if (spaceId === null && both.some((ids) => ids.length < n))
    throw bad(
      0,
      0,
      "has another length, and there is no space token to pad with",
      "Use prompts of as many tokens.",
    );
  const counted = Array.from({ length: n - 1 }, (_, i) => i + 1);
  const texts = both.map((ids, side): DirectionText => ({
    ids: [...ids, ...Array.from({ length: n - ids.length }, () => spaceId ?? 0)],
    counted,
    positive: side === 0,
    pair: 0,
  }));
  return { texts, bos: tokenizer.bosId !== null && texts[0].ids[0] === tokenizer.bosId };
}

function isAdded(token: TokenInfo | undefined): boolean {
  return token?.special === true && token.start === token.end;
}

function tooLong(pair: number, side: number, n: number, nCtx: number): EngineError {
  return bad(pair, side, `has ${n} tokens; the model sees ${nCtx}`, "Give a part of it.");
}

function bad(pair: number, side: number, why: string, next: string): EngineError {
  const which = `The ${side === 0 ? "positive" : "negative"} text of pair ${pair + 1}`;
  return new EngineError("bad-pairs", `${which} ${why}.`, { next, details: { pair } });
}
