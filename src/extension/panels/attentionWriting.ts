/** What the model writes behind an attention panel's text: token by token, each with its row as it comes. */
import { mostShown, type AttentionStep, type AttentionView } from "../../protocol/attention";
import type { WrittenTokens } from "../../protocol/engineApi";
import type { RunInput, ScoredToken, TokenInfo } from "../../protocol/model";
import type { AttentionPanelData } from "../../protocol/panelApi";
import type { Services } from "../services";
import type { JobWork } from "./panelTask";

/** Least milliseconds between two pictures with more rows. */
const shownEveryMs = 100;

/** What was written behind a view's text; undefined where nothing was. */
export function writtenOf({ window, written }: AttentionView): WrittenTokens | undefined {
  if (written === undefined) return undefined;
  return { ids: window.ids.slice(window.ids.length - written.length), logProbs: written };
}

/** What edges of a view are run on: its text, or where something was written behind it all its ids. */
export function inputOf(view: AttentionView, input: RunInput): RunInput {
  return view.written === undefined ? input : { kind: "ids", ids: view.window.ids };
}

/** How many more tokens there is room for, in the picture and in what the model sees. */
export function roomFor({ positions, unshown, window }: AttentionView, nCtx: number): number {
  if (unshown > 0) return 0;
  return Math.max(0, Math.min(mostShown - positions.length, nCtx - window.ids.length));
}

/** How a view is continued. */
export interface Writing {
  readonly view: AttentionPanelData;
  readonly model: string;
  readonly tokens: number;
  /** What is being done, in words. */
  readonly says: (done: number, total: number) => string;
  /** Called with what there is so far, now and then. */
  readonly onMore: (view: AttentionPanelData) => void;
}

/** Writes behind a view, the most likely token each time. Cancelling ends it before the next token. */
export async function write(
  { engine }: { readonly engine: Pick<Services["engine"], "call"> },
  { view: from, model, tokens, says, onMore }: Writing,
  work: JobWork,
): Promise<AttentionPanelData> {
  let view = from;
  const step = (positions: readonly number[]): Promise<AttentionStep> => {
    const { layer, head, valueNorms } = view.pattern;
    const norms = valueNorms ? { valueNorms: Array.from(valueNorms) } : {};
    const params = { model, ids: view.window.ids, layer, head, positions, ...norms };
    return engine.call("attention/next", params, work);
  };
  let { next } = await step([view.window.ids.length - 1]);
  let shown = Date.now();
  for (let done = 1; done <= tokens; done++) {
    view = withToken(view, next);
    const made = await step(view.positions);
    view = withRow(view, made);
    next = made.next;
    if (Date.now() - shown >= shownEveryMs || done === tokens) {
      shown = Date.now();
      onMore(view);
    }
    work.onProgress({ done, total: tokens, message: says(done, tokens) });
  }
  return view;
}

function withToken(view: AttentionPanelData, { id, text, logProb }: ScoredToken): AttentionPanelData {
  const { window, positions, written = [] } = view;
  const end = window.tokens.at(-1)?.end ?? window.start;
  const token: TokenInfo = { id, text, start: end, end, generated: true };
  return {
    ...view,
    window: { ...window, ids: [...window.ids, id], tokens: [...window.tokens, token] },
    positions: [...positions, window.ids.length],
    written: [...written, logProb],
  };
}

function withRow(view: AttentionPanelData, step: AttentionStep): AttentionPanelData {
  const { pattern } = view;
  const { weighted, valueNorms } = pattern;
  return {
    ...view,
    pattern: {
      ...pattern,
      rows: [...pattern.rows, step.row],
      outside: [...pattern.outside, step.outside],
      ...(weighted && step.weighted ? { weighted: [...weighted, step.weighted] } : {}),
      ...(valueNorms && step.valueNorm !== undefined
        ? { valueNorms: Float32Array.from([...valueNorms, step.valueNorm]) }
        : {}),
    },
  };
}
