/** The controls of an experiment: zero strength, and random directions as small multiples. */
import type { SteerResult } from "../../../src/protocol/edit";
import { klStrip } from "../../plots/klStrip";
import { h } from "../../shared/dom";
import { number } from "../../shared/format";
import { theme } from "../../shared/theme";
import { visibleText } from "../../shared/tokenText";
import { isSame, normSentence, nullSentence, partsFrom, zeroSentence } from "./words";
import { inLogUnit, logUnit } from "../../shared/logUnit";

/** Everything that vouches for the result, or does not. */
export function controlParts(result: SteerResult, width: number): readonly HTMLElement[] {
  const good = isSame(result.default, result.controls.zero);
  const verdict = h(
    "p",
    { class: good ? "verdict" : "verdict bad" },
    h("span", { "aria-hidden": "true" }, good ? "✓ " : "✗ "),
    zeroSentence(result),
  );
  const norm = h("p", { class: "num" }, normSentence(result));
  const compared = h("p", {}, nullSentence(result));
  // That the edit changed no word is said before all else.
  const parts: HTMLElement[] =
    result.partsAt === null ? [compared, verdict, norm] : [verdict, norm, compared];
  if (result.kl.isotropic.length > 0) {
    const strip = klStrip(inLogUnit(result.kl.steered), result.kl.isotropic.map(inLogUnit), {
      width: Math.min(width, 520),
      theme: theme(),
      unit: logUnit(),
    });
    parts.push(
      h(
        "figure",
        { class: "kl" },
        strip,
        h(
          "figcaption",
          { class: "note" },
          "KL(default ‖ steered) of the first new token; each tick is a random direction.",
        ),
      ),
    );
  }
  return parts;
}

/** Each random direction's continuation in small, dim as far as it says what the default says. */
export function multiples(result: SteerResult): HTMLElement {
  const items = result.controls.isotropic.map((draw, i) => {
    const at = partsFrom(result.default, draw);
    const tokens = draw.ids.map((id, j) => visibleText(draw.tokens[j] ?? null, id));
    // Each token stays whole, so that lines break between tokens only.
    const bits = (from: number, to: number): HTMLElement[] =>
      tokens.slice(from, to).map((token) => h("span", { class: "bit" }, token));
    const end = at ?? tokens.length;
    return h(
      "li",
      { class: "multiple" },
      h(
        "span",
        { class: "multiple-head num" },
        `${i + 1}`,
        h(
          "span",
          { class: "muted" },
          ` KL ${number(result.kl.isotropic[i])} · ${at === null ? "same" : `parts at ${at + 1}`}`,
        ),
      ),
      h(
        "span",
        { class: "multiple-text mono" },
        h("span", { class: "muted" }, ...bits(0, end)),
        h("mark", {}, ...bits(end, tokens.length)),
      ),
    );
  });
  return h("ul", { class: "multiples", "aria-label": "Random directions" }, ...items);
}
