/** Words inside a PNG: iTXt chunks, which any viewer passes over. Source: PNG specification, third edition, 11.3.3. */
import { crc32 } from "../../../src/base/crc32";
import { wellFormed } from "../../../src/base/shell";

/** Signature and IHDR, which always come first and are as long in every file. */
const headLength = 8 + 25;

/** The picture with a text under a keyword of ASCII letters; both are base64. */
export function pngWithText(base64: string, keyword: string, text: string): string {
  const png = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  const chunk = textChunk(keyword, text);
  const parts = [png.subarray(0, headLength), chunk, png.subarray(headLength)];
  return encode(parts);
}

/** Length, type, keyword, no compression, no language, no translated keyword, UTF-8 text, checksum. */
function textChunk(keyword: string, text: string): Uint8Array {
  const body = new TextEncoder().encode(`iTXt${keyword}\0\0\0\0\0${wellFormed(text)}`);
  const chunk = new Uint8Array(body.length + 8);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, body.length - 4);
  chunk.set(body, 4);
  view.setUint32(4 + body.length, crc32(body));
  return chunk;
}

function encode(parts: readonly Uint8Array[]): string {
  let binary = "";
  for (const part of parts) {
    for (let i = 0; i < part.length; i += 0x8000)
      binary += String.fromCharCode(...part.subarray(i, i + 0x8000));
  }
  return btoa(binary);
}
