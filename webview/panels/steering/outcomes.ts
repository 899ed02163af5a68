/** What an experiment was expected to come to, and which next tokens it moved most. */
import type { MovedToken, SteerResult } from "../../../src/protocol/edit";
import type { ExpectationResult } from "../../../src/protocol/steeringMeasure";
import { h } from "../../shared/dom";
import { percent, probability } from "../../shared/format";
import { inLogUnit, logUnit } from "../../shared/logUnit";
import type { TableData } from "../../shared/table";
import { tokenFace } from "../../shared/tokenStrip";
import { visibleText } from "../../shared/tokenText";
import { shuffledWords } from "./words";

/** One line per expectation: whether it was met, its sentence, and where it stands among the nulls. */
export function expectationList(result: SteerResult): HTMLElement {
  const { expectations = [] } = result;
  return h(
    "ul",
    { class: "expectations" },
    ...expectations.map((one) =>
      h(
        "li",
        { class: one.met ? "expectation met" : "expectation unmet" },
        h("span", { class: "expectation-mark", "aria-hidden": "true" }, one.met ? "✓" : "✗"),
        h("span", {}, one.says, h("span", { class: "muted" }, nullWords(one, shuffledWords(result).what))),
      ),
    ),
  );
}

function nullWords({ percentiles, nulls }: ExpectationResult, shuffled: string): string {
  if (!percentiles || !nulls) return "";
  const of = (share: number | null, n: number, what: string): string[] =>
    share === null ? [] : [`${percent(share)} of ${n} ${what}`];
  const said = [
    ...of(percentiles.isotropic, nulls.isotropic.length, "random directions"),
    ...of(percentiles.shuffled, nulls.shuffled.length, shuffled),
  ];
  return said.length === 0 ? "" : ` Above ${said.join(", ")}.`;
}

/** The expectations as a table. */
export function expectationTable({ expectations = [] }: SteerResult): TableData {
  return {
    caption: "What was expected, and what was measured",
    columns: [
      "expectation",
      "met",
      "value",
      "at least",
      "at most",
      "default",
      "steered",
      "texts",
      "interval low",
      "interval high",
      "above share of random directions",
      "above share of shuffled labels or random prompt pairs",
    ],
    rows: expectations.map((one) => [
      one.name,
      one.met ? "yes" : "no",
      one.value,
      one.atLeast ?? null,
      one.atMost ?? null,
      one.default,
      one.steered,
      one.drawn?.n ?? null,
      one.drawn?.interval[0] ?? null,
      one.drawn?.interval[1] ?? null,
      one.percentiles?.isotropic ?? null,
      one.percentiles?.shuffled ?? null,
    ]),
  };
}

/** Tokens whose probability behind the prompt rose most beside those whose fell most. */
export function movedLists({ moved }: SteerResult): readonly HTMLElement[] {
  if (!moved) return [];
  const list = (title: string, tokens: readonly MovedToken[]): HTMLElement =>
    h(
      "div",
      { class: "moved" },
      h("h3", { class: "part-title" }, title),
      h(
        "ul",
        {},
        ...tokens.map(({ id, text, default: before, steered }) =>
          h(
            "li",
            {},
            tokenFace(text, id),
            h("span", { class: "num muted" }, `${probability(before)} → ${probability(steered)}`),
          ),
        ),
      ),
    );
  return [list("Rose most", moved.up), list("Fell most", moved.down)];
}

/** The same as a table. */
export function movedTable({ moved }: SteerResult): TableData {
  const rows = (tokens: readonly MovedToken[]): (string | number)[][] =>
    tokens.map(({ id, text, default: before, steered }) => [
      visibleText(text, id),
      id,
      Math.exp(before),
      Math.exp(steered),
      inLogUnit(steered - before),
    ]);
  return {
    caption: "Next tokens behind the prompt whose probability moved most",
    columns: ["token", "id", "default", "steered", `change (${logUnit()})`],
    rows: moved ? [...rows(moved.up), ...rows(moved.down)] : [],
  };
}
