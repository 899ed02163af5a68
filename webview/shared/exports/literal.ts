/** Texts inside a Python script. */
import { wellFormed } from "../../../src/base/shell";

/** A Python string; JSON's escapes are Python's too. What cannot be seen is escaped. */
export function literal(text: string): string {
  const invisible = /[\u007f-\u00a0\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;
  return JSON.stringify(wellFormed(text)).replace(
    invisible,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
