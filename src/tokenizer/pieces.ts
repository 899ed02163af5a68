/** Cuts a section of text into the pieces that the model sees one by one. */
import type { Splitter, Symbols } from "./tokenizerSpec";

/** Units [start, end) of a section, with what is put before them (a space or its mark; "" for nothing). */
export interface Piece {
  readonly start: number;
  readonly end: number;
  readonly prefix: string;
}

/** How a section is cut. */
export interface Cutting {
  readonly splitters: readonly Splitter[];
  readonly symbols: Symbols;
}

/** The pieces of a section, in order. `first`: the section is at the very beginning of the original text. */
export function* piecesOf(text: string, first: boolean, { splitters, symbols }: Cutting): Generator<Piece> {
  for (const [start, end] of cut(text, 0, text.length, splitters)) {
    if (symbols.kind === "bytes") yield* bytePieces(text, start, end, symbols);
    else if (symbols.kind === "characters") yield { start, end, prefix: "" };
    else yield* metaspacePieces(text, start, end, { symbols, first: first && start === 0 });
  }
}

/** Applies splitters one inside the other, lazily, so that a long text is never held as a list of pieces. */
function* cut(
  text: string,
  start: number,
  end: number,
  [splitter, ...rest]: readonly Splitter[],
): Generator<readonly [number, number]> {
  if (start >= end) return;
  if (splitter === undefined) {
    yield [start, end];
    return;
  }
  for (const [from, to] of cutOnce(text, start, end, splitter)) yield* cut(text, from, to, rest);
}

/** The pattern sees only the piece: what lies outside is no context, as in the reference implementation. */
function* cutOnce(
  text: string,
  start: number,
  end: number,
  { pattern, behavior }: Splitter,
): Generator<readonly [number, number]> {
  const piece = start === 0 && end === text.length ? text : text.slice(start, end);
  let done = start;
  let run: [number, number] | null = null;
  for (const match of piece.matchAll(pattern)) {
    if (match[0] === "") continue;
    const from = start + match.index;
    const to = from + match[0].length;
    if (run !== null && (run[1] !== from || behavior !== "contiguous")) {
      yield run;
      run = null;
    }
    if (done < from && behavior !== "keep-matches") yield [done, from];
    run = [run?.[0] ?? from, to];
    done = to;
  }
  if (run !== null) yield run;
  if (done < end && behavior !== "keep-matches") yield [done, end];
}

/** The added space takes part in the pattern: it joins the word that follows. */
function* bytePieces(
  text: string,
  start: number,
  end: number,
  { addPrefixSpace, pattern }: Extract<Symbols, { kind: "bytes" }>,
): Generator<Piece> {
  const prefix = addPrefixSpace && text[start] !== " " ? " " : "";
  if (pattern === null) {
    yield { start, end, prefix };
    return;
  }
  const piece = prefix + text.slice(start, end);
  const shift = start - prefix.length;
  for (const [from, to] of cutOnce(piece, 0, piece.length, { pattern, behavior: "isolated" })) {
    yield { start: Math.max(start, shift + from), end: shift + to, prefix: from === 0 ? prefix : "" };
  }
}

interface MetaspacePlace {
  readonly symbols: Extract<Symbols, { kind: "metaspace" }>;
  readonly first: boolean;
}

function* metaspacePieces(text: string, start: number, end: number, place: MetaspacePlace): Generator<Piece> {
  const { mark, prepend, split } = place.symbols;
  const isMark = (i: number) => text[i] === mark || text[i] === " ";
  const wanted = prepend === "always" || (prepend === "first" && place.first);
  let from = start;
  if (split) {
    for (let i = start + 1; i < end; i++) {
      if (!isMark(i)) continue;
      yield { start: from, end: i, prefix: from === start && wanted && !isMark(start) ? mark : "" };
      from = i;
    }
  }
  yield { start: from, end, prefix: from === start && wanted && !isMark(start) ? mark : "" };
}
