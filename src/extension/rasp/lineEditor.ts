/** The line that is being typed in a terminal: what keys do to it, and what the terminal must print for that. */

/** What a key came to. */
export interface LineStep {
  /** To print. */
  readonly echo: string;
  /** Lines that were finished. */
  readonly lines: readonly string[];
  /** Ctrl-C and Ctrl-D. */
  readonly signal: "interrupt" | "end" | null;
}

const CLEAR_LINE = "\r\u001b[K";

/** A line with a cursor and a history. */
export class LineEditor {
  /** By code points, so that no key takes half a letter away. */
  private line: string[] = [];
  private cursor = 0;
  private readonly history: string[] = [];
  private at = 0;

  /** @param prompt  what stands before the line */
  constructor(private prompt: string) {}

  /** Another prompt, for the next line. */
  begin(prompt: string): string {
    this.prompt = prompt;
    return this.prompt;
  }

  /** What was typed or pasted; a paste may hold several lines. */
  type(data: string): LineStep {
    const lines: string[] = [];
    let echo = "";
    let signal: LineStep["signal"] = null;
    for (const key of keysOf(data)) {
      if (key === "\r" || key === "\n") {
        lines.push(this.line.join(""));
        echo += "\r\n";
        this.keep();
      } else if (key === "\u0003" || key === "\u0004") {
        if (key === "\u0004" && this.line.length > 0) continue;
        signal = key === "\u0003" ? "interrupt" : "end";
        this.line = [];
        this.cursor = 0;
      } else if (this.edit(key)) echo += this.redraw();
    }
    return { echo, lines, signal };
  }

  /** What repaints the line as it stands. */
  redraw(): string {
    const back = this.line.length - this.cursor;
    return `${CLEAR_LINE}${this.prompt}${this.line.join("")}${back > 0 ? `\u001b[${back}D` : ""}`;
  }

  private keep(): void {
    const text = this.line.join("");
    if (text.trim() !== "" && this.history.at(-1) !== text) this.history.push(text);
    this.at = this.history.length;
    this.line = [];
    this.cursor = 0;
  }

  /** True where something changed. */
  private edit(key: string): boolean {
    switch (key) {
      case "\u007f":
      case "\b":
        if (this.cursor === 0) return false;
        this.cursor--;
        this.line.splice(this.cursor, 1);
        return true;
      case "\u001b[3~":
        this.line.splice(this.cursor, 1);
        return true;
      case "\u001b[D":
        this.cursor = Math.max(0, this.cursor - 1);
        return true;
      case "\u001b[C":
        this.cursor = Math.min(this.line.length, this.cursor + 1);
        return true;
      case "\u001b[H":
      case "\u0001":
        this.cursor = 0;
        return true;
      case "\u001b[F":
      case "\u0005":
        this.cursor = this.line.length;
        return true;
      case "\u0015":
        this.line = this.line.slice(this.cursor);
        this.cursor = 0;
        return true;
      case "\u001b[A":
        return this.recall(this.at - 1);
      case "\u001b[B":
        return this.recall(this.at + 1);
    }
    // Other control sequences are no text.
    if (key.startsWith("\u001b") || key < " ") return false;
    this.line.splice(this.cursor, 0, key);
    this.cursor++;
    return true;
  }

  private recall(at: number): boolean {
    if (at < 0 || at > this.history.length) return false;
    this.at = at;
    this.line = [...(this.history[at] ?? "")];
    this.cursor = this.line.length;
    return true;
  }
}

function keysOf(data: string): string[] {
  // eslint-disable-next-line no-control-regex -- terminals send control sequences
  return data.replaceAll("\r\n", "\r").match(/\u001b\[[0-9;]*[A-Za-z~]|\u001b.?|[\s\S]/gu) ?? [];
}
