/** JSON written piece by piece, so that long answers are never held whole. */
import type { Writable } from "node:stream";

/** Characters gathered before they are handed on. */
const gathered = 65_536;

/** Writes text to a stream and waits where the reader is slower. */
export class JsonStream {
  private waiting = "";
  private written = false;

  constructor(private readonly stream: Writable) {}

  /** Whether anything was written: an answer of no lines has no end of a line either. */
  get begun(): boolean {
    return this.written;
  }

  /** Writes text as it is. */
  async text(text: string): Promise<void> {
    this.written ||= text !== "";
    this.waiting += text;
    if (this.waiting.length >= gathered) await this.flush();
  }

  /** Writes one value. */
  async value(value: unknown): Promise<void> {
    await this.text(JSON.stringify(value));
  }

  /** Writes a list whose items come in pieces. */
  async list(pieces: AsyncIterable<readonly unknown[]> | Iterable<readonly unknown[]>): Promise<void> {
    await this.text("[");
    let first = true;
    for await (const piece of pieces) {
      for (const item of piece) {
        await this.text(first ? JSON.stringify(item) : `,${JSON.stringify(item)}`);
        first = false;
      }
    }
    await this.text("]");
  }

  /** Hands on what is gathered; resolves when the reader has taken it. */
  async flush(): Promise<void> {
    const text = this.waiting;
    this.waiting = "";
    if (text === "") return;
    await new Promise<void>((resolve, reject) => {
      this.stream.write(text, (error) => (error ? reject(error) : resolve()));
    });
  }
}
