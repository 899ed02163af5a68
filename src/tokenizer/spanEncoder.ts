/** Turns text into tokens with exact ranges, following a checked tokenizer. */
import { AddedTokenFinder } from "./addedTokenFinder";
import { originEnd, originStart, plainText, sliceMapped, type MappedText } from "./mappedText";
import { normalize } from "./normalize";
import { piecesOf, type Piece } from "./pieces";
import { SpanCollector, type Encoding } from "./spanCollector";
import { TokenizerError } from "./tokenizerError";
import type { AddedToken, TokenizerSpec } from "./tokenizerSpec";
import { WordEncoder } from "./words";

/** Units of text between two places where a long encoding can be stopped. */
const stepLength = 1 << 16;

/** Ids that are put before and after a text. */
export type AddedIds = Pick<TokenizerSpec, "before" | "after">;

/** Encodes texts with one tokenizer. */
export class SpanEncoder {
  private readonly plainFinder: AddedTokenFinder;
  private readonly normalizedFinder: AddedTokenFinder;
  private readonly words: WordEncoder;

  /** @param nameOf how an added token's id reads */
  constructor(
    private readonly spec: TokenizerSpec,
    private readonly nameOf: (id: number) => string,
  ) {
    const content = (token: AddedToken) =>
      token.normalized ? normalize(plainText(token.content, 0), spec.normalizers).text : token.content;
    const looksInNormalized = (token: AddedToken) => token.normalized && spec.normalizers.length > 0;
    const finder = (tokens: readonly AddedToken[]) =>
      new AddedTokenFinder(tokens.map((token) => ({ token, content: content(token) })));
    this.plainFinder = finder(spec.addedTokens.filter((token) => !looksInNormalized(token)));
    this.normalizedFinder = finder(spec.addedTokens.filter(looksInNormalized));
    this.words = new WordEncoder(spec.model, spec.symbols.kind === "bytes");
  }

  /**
   * Encodes a text step by step: yields the number of units done, returns the tokens.
   * @throws {TokenizerError} "text-too-long" when a pattern exhausts the stack of the regular expression engine, or a
   * run of symbols without a place to cut is longer than what is merged at once
   */
  *encode(given: string, added: AddedIds): Generator<number, Encoding> {
    try {
      return yield* this.encodeAll(given, added);
    } catch (thrown) {
      if (!(thrown instanceof RangeError)) throw thrown;
      const message = `This text of ${given.length} characters has a run without a break that is too long to cut.`;
      throw new TokenizerError("text-too-long", message, { next: "Select less of it.", cause: thrown });
    }
  }

  private *encodeAll(given: string, added: AddedIds): Generator<number, Encoding> {
    const { text, lone } = replaceLoneSurrogates(given);
    const spans = new SpanCollector(text, lone);
    for (const id of added.before) spans.addSpecial(id, this.nameOf(id), 0);
    for (const { token, start, end } of this.plainFinder.split(text)) {
      if (token !== null) spans.add(token.id, start, end, false);
      else yield* this.encodeSection(plainText(text.slice(start, end), start), spans);
    }
    for (const id of added.after) spans.addSpecial(id, this.nameOf(id), text.length);
    return spans.finish();
  }

  private *encodeSection(section: MappedText, spans: SpanCollector): Generator<number> {
    const normalized = normalize(section, this.spec.normalizers);
    let reported = spans.position;
    for (const { token, start, end } of this.normalizedFinder.split(normalized.text)) {
      if (token !== null) {
        const range = [originStart(normalized, start), originEnd(normalized, end - 1)] as const;
        spans.add(token.id, range[0], range[1], normalized.approximate);
        continue;
      }
      const part = sliceMapped(normalized, start, end);
      const first = part.text !== "" && originStart(part, 0) === 0;
      for (const piece of piecesOf(part.text, first, this.spec)) {
        this.encodePiece(part, piece, spans);
        if (spans.position - reported >= stepLength) yield (reported = spans.position);
      }
    }
  }

  private encodePiece(section: MappedText, { start, end, prefix }: Piece, spans: SpanCollector): void {
    const { symbols } = this.spec;
    const raw = prefix + section.text.slice(start, end);
    const whole = symbols.kind === "metaspace" ? raw.replaceAll(" ", symbols.mark) : raw;
    this.words.encode(whole, ({ ids, starts, ends }, shift) => {
      const base = start - prefix.length + shift;
      for (let i = 0; i < ids.length; i++) {
        const from = Math.max(start, base + starts[i]);
        const to = Math.max(start, base + ends[i]);
        const at = originStartOrEnd(section, from);
        spans.add(ids[i], at, from < to ? originEnd(section, to - 1) : at, section.approximate);
      }
    });
  }
}

function originStartOrEnd(section: MappedText, i: number): number {
  if (i < section.text.length) return originStart(section, i);
  return i > 0 ? originEnd(section, i - 1) : section.base;
}

/** The text with U+FFFD for each unpaired surrogate, which no encoding can carry, and where those were. */
function replaceLoneSurrogates(given: string): { text: string; lone: number[] } {
  const lone: number[] = [];
  const text = given.replace(/\p{Surrogate}/gu, (_, at: number) => {
    lone.push(at);
    return "\ufffd";
  });
  return { text, lone };
}
