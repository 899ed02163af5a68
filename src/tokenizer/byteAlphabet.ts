/** The alphabet of byte-level tokenizers: each byte is written as one printable character. Source: GPT-2's encoder.py. */

const printable = (byte: number): boolean =>
  (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);

/** The character of each byte. */
export const characterOfByte: readonly string[] = makeAlphabet();

/** The byte of each character; characters outside the alphabet are missing. */
export const byteOfCharacter: ReadonlyMap<string, number> = new Map(
  characterOfByte.map((c, byte) => [c, byte]),
);

function makeAlphabet(): string[] {
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(printable(byte) ? byte : next++));
}
