/** What string literals of Python mean. */

const SIMPLE: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  "\\": "\\",
  "'": "'",
  '"': '"',
  "0": "\0",
  a: "\x07",
  b: "\b",
  f: "\f",
  v: "\v",
  "\n": "",
};

/** A string token taken apart. */
export interface StringToken {
  readonly formatted: boolean;
  readonly raw: boolean;
  /** What stands between the quotes, and where that begins in the token. */
  readonly inside: string;
  readonly insideStart: number;
}

/** Prefix, quotes and inside of a string token. */
export function takeApart(text: string): StringToken {
  const prefix = /^[a-zA-Z]*/.exec(text)?.[0] ?? "";
  const quotes = /^("""|''')/.test(text.slice(prefix.length)) ? 3 : 1;
  return {
    formatted: /f/i.test(prefix),
    raw: /r/i.test(prefix),
    inside: text.slice(prefix.length + quotes, text.length - quotes),
    insideStart: prefix.length + quotes,
  };
}

/** Escapes replaced by what they stand for; unknown ones stay as they are, as in Python. */
export function unescaped(inside: string): string {
  return inside.replace(
    /\\(x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}|[0-7]{1,3}|\r?\n|[\s\S])/g,
    (all: string, code: string) => {
      const first = code[0];
      if ((first === "x" || first === "u" || first === "U") && code.length > 1) {
        const point = Number.parseInt(code.slice(1), 16);
        return point <= 0x10ffff ? String.fromCodePoint(point) : all;
      }
      if (/^[0-7]/.test(code)) return String.fromCharCode(Number.parseInt(code, 8));
      if (code === "\r\n") return "";
      return SIMPLE[code] ?? all;
    },
  );
}
