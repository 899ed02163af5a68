/** Where the values of a JSON text stand, so that what is said about one can be shown there. */

/** A half-open range of offsets. */
export interface JsonPlace {
  readonly start: number;
  readonly end: number;
}

/** Deeper values have no place of their own. */
const deepest = 4;

/**
 * The places of the values of a JSON text by their paths, written as in decoders' errors: `expect[0].atLeast`. A text that
 * is no JSON has the places up to where it stops being so.
 */
export function jsonPlaces(text: string): ReadonlyMap<string, JsonPlace> {
  const places = new Map<string, JsonPlace>();
  new Scanner(text, places).value("", 0);
  return places;
}

class Scanner {
  private at = 0;

  constructor(
    private readonly text: string,
    private readonly places: Map<string, JsonPlace>,
  ) {}

  /** Reads one value; false where the text is no JSON from here on. */
  value(path: string, depth: number): boolean {
    this.space();
    const start = this.at;
    const opens = this.text[start];
    const good =
      opens === "{" || opens === "["
        ? depth < deepest
          ? this.members(path, depth, opens === "[")
          : this.skip()
        : this.scalar();
    if (good) this.places.set(path, { start, end: this.at });
    return good;
  }

  private members(path: string, depth: number, isList: boolean): boolean {
    const closes = isList ? "]" : "}";
    this.at += 1;
    this.space();
    for (let index = 0; this.text[this.at] !== closes; index++) {
      if (index > 0 && !this.take(",")) return false;
      let name = `${path}[${index}]`;
      if (!isList) {
        this.space();
        const key = this.string();
        if (key === null || !this.take(":")) return false;
        name = path === "" ? key : `${path}.${key}`;
      }
      if (!this.value(name, depth + 1)) return false;
      this.space();
    }
    this.at += 1;
    return true;
  }

  /** Passes over a list or an object whose members are of no interest. */
  private skip(): boolean {
    let depth = 0;
    for (; this.at < this.text.length; this.at++) {
      const char = this.text[this.at];
      if (char === '"') {
        if (this.string() === null) return false;
        this.at -= 1;
      } else if (char === "{" || char === "[") depth += 1;
      else if ((char === "}" || char === "]") && --depth === 0) {
        this.at += 1;
        return true;
      }
    }
    return false;
  }

  private scalar(): boolean {
    if (this.text[this.at] === '"') return this.string() !== null;
    const start = this.at;
    while (this.at < this.text.length && /[\w.+-]/.test(this.text[this.at] as string)) this.at += 1;
    return this.at > start;
  }

  private string(): string | null {
    if (this.text[this.at] !== '"') return null;
    const start = this.at;
    for (this.at += 1; this.at < this.text.length; this.at++) {
      const char = this.text[this.at];
      if (char === "\\") this.at += 1;
      else if (char === '"') {
        this.at += 1;
        return unquoted(this.text.slice(start, this.at));
      }
    }
    return null;
  }

  private take(char: string): boolean {
    this.space();
    if (this.text[this.at] !== char) return false;
    this.at += 1;
    return true;
  }

  private space(): void {
    while (/\s|\ufeff/.test(this.text[this.at] ?? "")) this.at += 1;
  }
}

function unquoted(text: string): string | null {
  try {
    return JSON.parse(text) as string;
  } catch {
    return null;
  }
}
