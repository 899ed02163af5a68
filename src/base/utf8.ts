/** UTF-8 without any platform's classes. */

/** Marks the first byte of a character of two, three or four bytes, by the number of bytes that follow. */
const leadByte = [0, 0xc0, 0xe0, 0xf0];

/** Bytes of a text; an unpaired surrogate becomes U+FFFD, as encoders do. */
export function encodeUtf8(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 3);
  let used = 0;
  for (let i = 0; i < text.length; i++) {
    let code = text.codePointAt(i) as number;
    if (code > 0xffff) i++;
    else if (code >= 0xd800 && code <= 0xdfff) code = 0xfffd;
    if (code < 0x80) bytes[used++] = code;
    else {
      const more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
      bytes[used++] = (leadByte[more] as number) | (code >> (6 * more));
      for (let shift = 6 * (more - 1); shift >= 0; shift -= 6) bytes[used++] = 0x80 | ((code >> shift) & 0x3f);
    }
  }
  return bytes.slice(0, used);
}
