/** Which weights the pattern's pictures show: the pattern itself, or times the lengths of the value vectors. */
import type { AttentionPanelData } from "../../../src/protocol/panelApi";
import { number, percent } from "../../shared/format";

/** A view whose rows are shares of the scale, with the scale's ends and what a share is in words. */
export interface ScaledView {
  readonly view: AttentionPanelData;
  readonly low: string;
  readonly high: string;
  readonly label: string;
  readonly words: (share: number) => string;
}

/** The weights as they are drawn: all of a pattern is 1; lengths of values have no end of their own, so their largest is. */
export function scaledView(view: AttentionPanelData, byValue: boolean): ScaledView {
  const { weighted } = view.pattern;
  if (!byValue || !weighted) return { view, low: "0%", high: "100%", label: "attention", words: percent };
  const max = weighted.reduce((most, row) => Math.max(most, ...row), 1e-12);
  const rows = weighted.map((row) => row.map((x) => x / max));
  return {
    view: { ...view, pattern: { ...view.pattern, rows } },
    low: "0",
    high: number(max),
    label: "pattern × ‖value‖",
    words: (share) => number(share * max),
  };
}
