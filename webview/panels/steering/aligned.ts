/** How far the next token moved: towards the tokens that steering should favour, and elsewhere. */
import type { AlignedParts, SteerResult } from "../../../src/protocol/edit";
import { h } from "../../shared/dom";
import { number, probability } from "../../shared/format";
import { inLogUnit, logUnit } from "../../shared/logUnit";
import type { TableData } from "../../shared/table";
import { tokenFace } from "../../shared/tokenStrip";
import { shuffledWords } from "./words";

type Aligned = NonNullable<SteerResult["aligned"]>;

/** The aligned tokens with their probabilities, and each part with where it stands among the nulls. */
export function alignedList(result: SteerResult): readonly HTMLElement[] {
  const { aligned } = result;
  if (!aligned) return [];
  const tokens = aligned.tokens.map(({ id, text, default: before, steered }) =>
    h(
      "li",
      {},
      tokenFace(text, id),
      h("span", { class: "num muted" }, `${probability(before)} → ${probability(steered)}`),
    ),
  );
  const parts = partNames.map(([name, of]) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, name),
      h("td", { class: "num" }, number(inLogUnit(of(aligned.steered)))),
      ...nulls(aligned, result).map(({ draws }) => h("td", { class: "num muted" }, range(draws.map(of)))),
    ),
  );
  const head = [logUnit(), ...nulls(aligned, result).map(({ draws, what }) => `${draws.length} ${what}`)];
  return [
    h("div", { class: "moved" }, h("h3", { class: "part-title" }, "Aligned tokens"), h("ul", {}, ...tokens)),
    h(
      "div",
      { class: "table-scroll", tabindex: 0, role: "region", "aria-label": "Parts of the change" },
      h(
        "table",
        {},
        h("thead", {}, h("tr", {}, h("td", {}), ...head.map((one) => h("th", { scope: "col" }, one)))),
        h("tbody", {}, ...parts),
      ),
    ),
  ];
}

const partNames: readonly (readonly [string, (parts: AlignedParts) => number])[] = [
  ["effectiveness", ({ effectiveness }) => effectiveness],
  ["disruption", ({ disruption }) => disruption],
  ["of the KL, aligned tokens", ({ kl }) => kl.aligned],
  ["of the KL, the rest", ({ kl }) => kl.rest],
];

function nulls(
  { isotropic, shuffled = [] }: Aligned,
  result: SteerResult,
): readonly { readonly draws: readonly AlignedParts[]; readonly what: string }[] {
  return [
    { draws: isotropic, what: "random directions" },
    { draws: shuffled, what: shuffledWords(result).what },
  ].filter(({ draws }) => draws.length > 0);
}

/** From the least to the most. */
function range(values: readonly number[]): string {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return `${number(inLogUnit(low))} to ${number(inLogUnit(high))}`;
}

/** The same as a table, a line per run. */
export function alignedTable(result: SteerResult): TableData {
  const { aligned } = result;
  const row = (run: string, parts: AlignedParts): (string | number | null)[] => [
    run,
    ...partNames.map(([, of]) => inLogUnit(of(parts))),
  ];
  return {
    caption: `The next token's change, split into aligned tokens and the rest (${logUnit()})`,
    columns: ["run", ...partNames.map(([name]) => name)],
    rows: aligned
      ? [
          row("steered", aligned.steered),
          ...nulls(aligned, result).flatMap(({ draws, what }) =>
            draws.map((one, i) => row(`${what}: ${i + 1}`, one)),
          ),
        ]
      : [],
  };
}
