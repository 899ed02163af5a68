/** Values of a program in words, for hovers, hints and listings. */
import type { Evaluator } from "../ir/evaluate";
import type { Matrix } from "../ir/matrix";
import type { RaspValue } from "../program";
import type { Atom } from "../values/atom";
import { sequenceText, type Sequence } from "../values/sequence";
import { atomText, cellText } from "../values/show";

/** How a language writes a sequence: with one type for all (original RASP), or each value as it is. */
export type SequenceStyle = "typed" | "plain";

/**
 * The value in one line.
 * @throws {RaspError} where it cannot be computed on the input
 */
export function shortText(value: RaspValue, evaluator: Evaluator, style: SequenceStyle): string {
  switch (value.kind) {
    case "sop":
      return sequenceLine(evaluator.sop(value.node), style);
    case "sequence":
      return sequenceLine(value.values, style);
    case "selector":
      return matrixLine(evaluator.selector(value.node));
    case "matrix":
      return matrixLine(value.matrix);
    case "atom":
      return atomText(value.atom);
    case "list":
      return `[${value.items.map((item) => shortText(item, evaluator, style)).join(", ")}]`;
    case "dict":
      return `{${value.entries.map(([key, item]) => `${atomText(key)}: ${shortText(item, evaluator, style)}`).join(", ")}}`;
    case "function":
      return `${value.name}(${value.parameters.join(", ")})`;
  }
}

/**
 * The value in full: a selector as a grid of queries and keys.
 * @param tokens labels of positions
 * @throws {RaspError} where it cannot be computed on the input
 */
export function longText(
  value: RaspValue,
  evaluator: Evaluator,
  style: SequenceStyle,
  tokens: Sequence,
): string {
  if (value.kind === "selector") return gridText(evaluator.selector(value.node), tokens);
  if (value.kind === "matrix") return gridText(value.matrix, []);
  return shortText(value, evaluator, style);
}

function sequenceLine(values: Sequence, style: SequenceStyle): string {
  return style === "typed" ? sequenceText(values) : `[${values.map(atomText).join(", ")}]`;
}

function matrixLine({ rows, columns, cells }: Matrix): string {
  let selected = 0;
  for (const cell of cells) selected += cell;
  return `${rows} × ${columns} selector, ${selected} selected`;
}

/** At most so many rows and columns are written. */
const GRID = 40;

function gridText({ rows, columns, cells }: Matrix, tokens: Sequence): string {
  const label = (position: number): string => labelOf(tokens[position], position);
  const [height, width] = [Math.min(rows, GRID), Math.min(columns, GRID)];
  const places = Array.from({ length: Math.max(height, width) }, (_, position) => label(position));
  const wide = Math.max(1, ...places.map((text) => [...text].length));
  const pad = (text: string): string => text + " ".repeat(Math.max(0, wide - [...text].length));
  const lines = [[pad(""), ...places.slice(0, width).map(pad)].join(" ")];
  for (let row = 0; row < height; row++) {
    const line = Array.from(cells.subarray(row * columns, row * columns + width), (cell) =>
      pad(cell ? "1" : "·"),
    );
    lines.push([pad(places[row]), ...line].join(" "));
  }
  const cut = rows > height || columns > width ? [`… ${rows} × ${columns} in all`] : [];
  return [...lines, ...cut].map((line) => line.trimEnd()).join("\n");
}

function labelOf(token: Atom | undefined, position: number): string {
  if (token === undefined) return String(position);
  const text = cellText(token);
  return text.trim() === "" ? "␣" : text.replaceAll(/\s/g, "␣");
}
