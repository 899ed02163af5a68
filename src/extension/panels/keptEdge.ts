/** The edge of a head that was taken apart, and how it was blocked: stored with what was looked at, for the same text and head alone. */
import { edgeControls, type BlockParams } from "../../protocol/attentionEdge";

/** Positions of the window. */
export interface EdgeAt {
  readonly query: number;
  readonly key: number;
}

/** The edge as it is now. */
export class KeptEdge {
  private at: EdgeAt | undefined;
  private asked: readonly BlockParams[] = [];
  /** Of a text that is looked at again: its positions are meant. */
  private recalled = false;

  /** The edge that belongs to what is shown. */
  get value(): EdgeAt | undefined {
    return this.at;
  }

  /** How it was blocked, each way once. */
  get blocks(): readonly BlockParams[] {
    return this.asked;
  }

  /** Takes an edge, or none; it is not blocked yet. */
  choose(at: EdgeAt | undefined): void {
    this.at = at;
    this.asked = [];
  }

  /** Notes that the edge was blocked. */
  blocked(block: BlockParams): void {
    this.asked = [...this.asked.filter(({ softmax }) => softmax !== block.softmax), block];
  }

  /** A text is run: the edge of the one before is let go, unless it is the one it was stored with. */
  begin(): void {
    if (!this.recalled) this.choose(undefined);
    this.recalled = false;
  }

  /** Plain values to store. */
  stored(): Readonly<Record<string, unknown>> {
    return this.at ? { edge: { ...this.at, blocks: this.asked } } : {};
  }

  /** Takes stored values back; a look without an edge has none. */
  recall({ edge }: Readonly<Record<string, unknown>>): void {
    const { query, key, blocks } = (edge ?? {}) as Record<string, unknown>;
    this.choose(isIndex(query) && isIndex(key) ? { query, key } : undefined);
    this.recalled = this.at !== undefined;
    if (!this.at || !Array.isArray(blocks)) return;
    for (const block of blocks as (Record<string, unknown> | null)[]) {
      const { softmax, against, controls } = block ?? {};
      const kind = edgeControls.find((one) => one === controls);
      if (softmax === "before" || softmax === "after")
        this.blocked({
          softmax,
          ...(isIndex(against) ? { against } : {}),
          ...(kind ? { controls: kind } : {}),
        });
    }
  }
}

const isIndex = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
