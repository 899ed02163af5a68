/** The RASP page as tables. */
import type { RaspGeneration } from "../../../src/protocol/raspPanel";
import type { RaspPicture, RaspRow, RaspStep } from "../../../src/protocol/raspPicture";
import type { TableCell, TableData } from "../../shared/table";
import { visibleText } from "../../shared/tokenText";
import { codeText, countedBy, headsIn, ruleWords, stepName } from "./words";

const cellsOf = (row: RaspRow): string[] => row.cells.map((cell) => visibleText(cell));
const named = (what: string, row: RaspRow): string => `${what} ${codeText(row.label)}`;

/** A matrix with the sequences around it, or an elementwise step position by position. */
export function stepTable(picture: RaspPicture, step: RaspStep): TableData {
  return step.matrix ? matrixTable(picture, step, step.matrix) : elementwiseTable(picture, step);
}

function matrixTable(picture: RaspPicture, step: RaspStep, matrix: readonly string[]): TableData {
  const { comparisons, operands, result } = step;
  const keys = Array.from({ length: matrix[0]?.length ?? 0 }, (_, key) => place(picture, key));
  const blank = comparisons.map((): TableCell => null);
  const along = (what: string, row: RaspRow): readonly TableCell[] => [
    named(what, row),
    ...blank,
    ...cellsOf(row),
    ...(result ? [null] : []),
  ];
  return {
    caption: `${stepName(step)}: 1 where the query (row) selects the key (column). ${ruleWords(step)}`,
    columns: [
      "query",
      ...comparisons.map(({ queries }) => codeText(queries.label)),
      ...keys,
      ...(result ? ["result"] : []),
    ],
    rows: [
      ...comparisons.map((one) => along("keys", one.keys)),
      ...matrix.map((row, query) => [
        place(picture, query),
        ...comparisons.map(({ queries }) => visibleText(queries.cells[query] ?? null)),
        ...[...row].map(Number),
        ...(result ? [visibleText(result.cells[query] ?? null)] : []),
      ]),
      ...operands.map((row) => along("values", row)),
    ],
  };
}

function elementwiseTable(picture: RaspPicture, step: RaspStep): TableData {
  const { operands, result } = step;
  const rows = [...operands, ...(result ? [result] : [])];
  const positions = result?.cells.length ?? 0;
  return {
    caption: `${stepName(step)}. ${ruleWords(step)}`,
    columns: ["position", ...operands.map(({ label }) => codeText(label)), ...(result ? ["result"] : [])],
    rows: Array.from({ length: positions }, (_, i) => [
      place(picture, i),
      ...rows.map(({ cells }) => visibleText(cells[i] ?? null)),
    ]),
  };
}

const place = ({ tokens, first }: RaspPicture, drawn: number): string =>
  tokens[drawn] === undefined ? String(first + drawn) : `${first + drawn} ${visibleText(tokens[drawn])}`;

/** All steps, in order of computation. */
export function programTable({ steps }: RaspPicture): TableData {
  return {
    caption: "Steps of the program in order of computation; layer 0 is before any attention",
    columns: ["step", "name", "expression", "kind", "layer", "head", "reducer", "if empty", "result"],
    rows: steps.map((step) => [
      step.step,
      step.name === null ? null : codeText(step.name),
      codeText(step.expression),
      step.kind,
      step.layer,
      step.head,
      step.reducer,
      step.reducer === null || step.empty === null ? null : visibleText(step.empty),
      step.result ? cellsOf(step.result).join(" ") : null,
    ]),
  };
}

/** Heads per layer, by who counts. */
export function countsTable({ counts, layers }: RaspPicture): TableData {
  return {
    caption: "Heads of each layer",
    columns: ["counted by", "rule", ...Array.from({ length: layers }, (_, i) => `layer ${i + 1}`), "total"],
    rows: counts.map((count) => [countedBy[count.by], count.by, ...count.headsPerLayer, headsIn(count)]),
  };
}

/** Prompt and generated tokens. */
export function generationTable({ prompt, generated }: RaspGeneration): TableData {
  const row = (token: string, i: number, what: string): readonly TableCell[] => [i, visibleText(token), what];
  return {
    caption: "Tokens of the run",
    columns: ["position", "token", "from"],
    rows: [
      ...prompt.map((token, i) => row(token, i, "prompt")),
      ...generated.map((token, i) => row(token, prompt.length + i, "generated")),
    ],
  };
}
