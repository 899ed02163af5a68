/** A continuation as tokens with their probabilities, the parting token marked. */
import type { GenerateResult } from "../../../src/protocol/edit";
import { h } from "../../shared/dom";
import { probability } from "../../shared/format";
import { theme } from "../../shared/theme";
import { TokenStrip, type StripToken } from "../../shared/tokenStrip";

/** Which token is looked at. */
export type InspectToken = (result: GenerateResult, index: number) => void;

/** A named continuation; two of equal width wrap alike as long as they say the same. */
export class Continuation {
  readonly element: HTMLElement;
  private readonly strip: TokenStrip;
  private result: GenerateResult | null = null;

  constructor(
    private readonly label: string,
    onInspect: InspectToken,
  ) {
    this.strip = new TokenStrip({
      label: `${label} continuation`,
      onInspect: (index) => this.result && onInspect(this.result, index),
    });
    this.element = h(
      "div",
      { class: "continuation" },
      h("h3", { class: "part-title" }, label),
      this.strip.element,
    );
  }

  /** Shows a continuation that leaves the other one at `partsAt`. */
  update(result: GenerateResult, partsAt: number | null): void {
    this.result = result;
    this.strip.update(stripTokens(result, partsAt), {
      label: `${this.label} continuation`,
      scale: (v) => theme().sequential(v),
    });
  }
}

function stripTokens(result: GenerateResult, partsAt: number | null): readonly StripToken[] {
  return result.ids.map((id, i) => {
    const parts = i === partsAt;
    const words = probability(result.logProbs[i]);
    return {
      id,
      text: result.tokens[i] ?? null,
      // New tokens stand in no document: each has a place of its own.
      start: i,
      end: i,
      value: Math.exp(result.logProbs[i] ?? -Infinity),
      under: words,
      mark: parts ? ("part" as const) : undefined,
      says: parts ? `${words}, here the texts part` : words,
    };
  });
}
