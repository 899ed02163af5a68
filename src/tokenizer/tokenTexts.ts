/** How ids read: one by itself, or many as text. */
import { byteOfCharacter } from "./byteAlphabet";
import type { TokenizerSpec } from "./tokenizerSpec";

type Part =
  { readonly kind: "bytes"; readonly bytes: Uint8Array } | { readonly kind: "text"; readonly text: string };

/** Texts of the ids of one tokenizer. */
export class TokenTexts {
  private readonly pieceOf = new Map<number, string>();
  private readonly addedOf = new Map<number, string>();
  private readonly utf8 = new TextEncoder();

  constructor(private readonly spec: TokenizerSpec) {
    for (const [piece, id] of spec.model.vocab) this.pieceOf.set(id, piece);
    for (const { id, content } of spec.addedTokens) this.addedOf.set(id, content);
  }

  /** The id of a token by its exact name; null when there is none. */
  idOf(name: string): number | null {
    return (
      this.spec.addedTokens.find((token) => token.content === name)?.id ??
      this.spec.model.vocab.get(name) ??
      null
    );
  }

  /** One id by itself: spaces as they are, bytes that are no character as <0xE2>, unknown ids in brackets. */
  text(id: number): string {
    const part = this.part(id);
    return part.kind === "text" ? part.text : showBytes(part.bytes);
  }

  /** Text of a sequence; bytes that form no character become U+FFFD. */
  decode(ids: readonly number[]): string {
    let text = "";
    let pending: number[] = [];
    const flush = () => {
      if (pending.length > 0)
        text += new TextDecoder("utf-8", { ignoreBOM: true }).decode(Uint8Array.from(pending));
      pending = [];
    };
    for (const [i, id] of ids.entries()) {
      const part = this.part(id);
      if (part.kind === "bytes") {
        for (const byte of part.bytes) pending.push(byte);
        continue;
      }
      flush();
      const strips = i === 0 && this.spec.stripsLeadingSpace && part.text.startsWith(" ");
      text += strips ? part.text.slice(1) : part.text;
    }
    flush();
    return text;
  }

  private part(id: number): Part {
    const added = this.addedOf.get(id);
    if (added !== undefined) return { kind: "text", text: added };
    const piece = this.pieceOf.get(id);
    if (piece === undefined) return { kind: "text", text: `[${id}]` };
    if (this.spec.symbols.kind === "bytes") return { kind: "bytes", bytes: this.bytesOf(piece) };
    const byte = this.spec.model.byteFallback ? /^<0x([0-9A-Fa-f]{2})>$/.exec(piece) : null;
    if (byte !== null) return { kind: "bytes", bytes: Uint8Array.of(Number.parseInt(byte[1], 16)) };
    const { spaceMark } = this.spec;
    return { kind: "text", text: spaceMark === null ? piece : piece.replaceAll(spaceMark, " ") };
  }

  /** A piece with characters outside the byte alphabet stands for itself, as in the reference implementation. */
  private bytesOf(piece: string): Uint8Array {
    const bytes = Array.from(piece, (character) => byteOfCharacter.get(character));
    return bytes.every((byte) => byte !== undefined) ? Uint8Array.from(bytes) : this.utf8.encode(piece);
  }
}

/** Bytes as text, each byte that belongs to no whole character as <0xE2>. */
export function showBytes(bytes: Uint8Array): string {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let text = "";
  for (let i = 0; i < bytes.length;) {
    const length = bytes[i] < 0xc0 ? 1 : bytes[i] < 0xe0 ? 2 : bytes[i] < 0xf0 ? 3 : 4;
    try {
      text += decoder.decode(bytes.subarray(i, i + length));
      i += length;
    } catch {
      text += `<0x${bytes[i].toString(16).toUpperCase().padStart(2, "0")}>`;
      i++;
    }
  }
  return text;
}
