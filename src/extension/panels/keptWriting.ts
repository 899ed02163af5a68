/** What the model wrote behind a text: stored with what was looked at, for the same model and the same tokens alone. */
import type { AttentionView } from "../../protocol/attention";
import type { WrittenTokens } from "../../protocol/engineApi";
import { writtenOf } from "./attentionWriting";

interface Kept {
  readonly model: string;
  /** Ids of the text that it was written behind. */
  readonly behind: readonly number[];
  readonly written: WrittenTokens;
}

/** The written tokens as they are now. */
export class KeptWriting {
  private kept: Kept | undefined;
  /** Of a text that is looked at again. */
  private recalled = false;

  /** Takes what stands behind a view's text. */
  keep(model: string, view: AttentionView): void {
    const written = writtenOf(view);
    if (!written) return;
    const { ids } = view.window;
    this.kept = { model, behind: ids.slice(0, ids.length - written.ids.length), written };
  }

  /** What was written behind these tokens by this model; undefined where that was none, or the text is another one. */
  behind(model: string, ids: readonly number[]): WrittenTokens | undefined {
    const { kept } = this;
    return kept?.model === model && String(kept.behind) === String(ids) ? kept.written : undefined;
  }

  /** A text is run: what was written behind the one before is let go, unless it is the one it was stored with. */
  begin(): void {
    if (!this.recalled) this.kept = undefined;
    this.recalled = false;
  }

  /** Plain values to store. */
  stored(): Readonly<Record<string, unknown>> {
    return this.kept ? { written: this.kept } : {};
  }

  /** Takes stored values back; a look with nothing written has none. */
  recall({ written }: Readonly<Record<string, unknown>>): void {
    this.kept = decodeKept(written);
    this.recalled = this.kept !== undefined;
  }
}

function decodeKept(stored: unknown): Kept | undefined {
  if (typeof stored !== "object" || stored === null) return undefined;
  const { model, behind, written } = stored as Record<string, unknown>;
  const { ids, logProbs } = (written ?? {}) as Record<string, unknown>;
  if (typeof model !== "string" || !areIds(behind) || !areIds(ids) || !areNumbers(logProbs)) return undefined;
  if (ids.length === 0 || ids.length !== logProbs.length) return undefined;
  return { model, behind, written: { ids, logProbs } };
}

const areNumbers = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((one) => Number.isFinite(one));

const areIds = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((one) => Number.isSafeInteger(one) && one >= 0);
