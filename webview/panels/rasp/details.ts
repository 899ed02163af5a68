/** What the inspector says of a step, a query and a position. */
import type { RaspPicture, RaspRow, RaspStep } from "../../../src/protocol/raspPicture";
import { h, type Child } from "../../shared/dom";
import { facts, type Rail } from "../../shared/rail";
import { tokenFace } from "../../shared/tokenStrip";
import { matrixSummary, placeName, selectedKeys, selectedWords, selectsNothing } from "./positions";
import { codeText, letterOf, stepName, whereWords } from "./words";

/** Values that are listed before the rest is counted. */
const LISTED = 12;

type Fact = readonly [name: string, value: Child];

const valueAt = (row: RaspRow, position: number): Child => {
  const cell = row.cells[position];
  return cell === undefined ? "–" : tokenFace(cell);
};

const values = (row: RaspRow, positions: readonly number[], beyond: number): Child => {
  const listed = positions
    .slice(0, LISTED)
    .flatMap((position, i) => [i > 0 ? ", " : null, valueAt(row, position)]);
  const more = Math.max(0, positions.length - LISTED) + beyond;
  const rest = more === 0 ? null : positions.length === 0 ? `${more} not drawn` : `, … ${more} more`;
  return h(
    "span",
    {},
    ...(positions.length === 0 && beyond === 0 ? ["none"] : listed).filter((child) => child !== null),
    ...(rest ? [rest] : []),
  );
};

/** A step as a whole. */
export function showStep(rail: Rail, step: RaspStep): void {
  const rows: Fact[] = [["stands in", whereWords(step)]];
  const summary = matrixSummary(step);
  if (summary) rows.push(["selector", summary]);
  if (step.matrix && step.rule !== null) rows.push(["rule", code(step.rule)]);
  if (step.reducer !== null) rows.push(["reducer", step.reducer]);
  if (step.reducer !== null && step.empty !== null) rows.push(["if nothing", code(step.empty)]);
  if (step.result) rows.push(["type", step.result.type === "mixed" ? "mixed types" : step.result.type]);
  rail.show([code(stepName(step))], facts(rows));
}

/** A query of a matrix, and the key that is looked at. */
export function showQuery(
  rail: Rail,
  picture: RaspPicture,
  step: RaspStep,
  { query, key }: { readonly query: number; readonly key: number },
): void {
  const matrix = step.matrix ?? [];
  const selected = selectedKeys(matrix, query);
  const many = step.comparisons.length > 1;
  const compared = step.comparisons.flatMap((one, i): Fact[] => {
    const name = many ? `${letterOf(i)}: ` : "";
    return [
      [
        `${name}key ${codeText(one.sign)} query`,
        h("span", { class: "mono" }, valueAt(one.keys, key), ` ${one.sign} `, valueAt(one.queries, query)),
      ],
    ];
  });
  const result: Fact[] = step.result ? [["result", strong(valueAt(step.result, query))]] : [];
  const taken = step.operands.map((row): Fact => [
    `${codeText(row.label)} there`,
    values(row, selected, step.beyond?.[query] ?? 0),
  ]);
  const by: Fact[] =
    selectsNothing(step, query) && step.empty !== null
      ? [["if nothing", code(step.empty)]]
      : step.reducer !== null
        ? [["reducer", step.reducer]]
        : [];
  rail.show(
    [`Query ${placeName(picture, query)}`],
    facts([["selects", selectedWords(picture, step, query)], ...taken, ...by, ...result]),
    h(
      "h3",
      { class: "part-title" },
      `Key ${placeName(picture, key)}: ${matrix[query]?.[key] === "1" ? "selected" : "not selected"}`,
    ),
    facts(compared),
  );
}

/** A position of an elementwise step. */
export function showPosition(rail: Rail, picture: RaspPicture, step: RaspStep, position: number): void {
  const rows = step.operands.map((row): Fact => [codeText(row.label), valueAt(row, position)]);
  const result: Fact[] = step.result ? [["result", strong(valueAt(step.result, position))]] : [];
  rail.show([`Position ${placeName(picture, position)}`], facts([...rows, ...result]));
}

const code = (text: string): HTMLElement => h("span", { class: "mono" }, codeText(text));
const strong = (child: Child): HTMLElement => h("strong", {}, child);
