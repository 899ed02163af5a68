/**
 * A program's steps on an input, for the picture: which nodes are drawn, with all that stands around each matrix.
 *
 * Drawn are all aggregates (with their selectors), selectors that are results, and elementwise functions except those
 * without a name that feed one other elementwise function alone (as tech-srl/RASP's draw leaves them out).
 */
import type { RaspRow, RaspStep } from "../../protocol/raspPicture";
import type { Evaluator } from "../ir/evaluate";
import { describe, predicateText, type NodeNames } from "../ir/describe";
import type { Matrix } from "../ir/matrix";
import {
  isSelector,
  operandsOf,
  reachable,
  type RaspNode,
  type SelectNode,
  type Selector,
  type SOp,
} from "../ir/nodes";
import { schedule, type HeadSharing } from "../ir/schedule";
import { typeOf } from "../values/atom";
import type { Sequence } from "../values/sequence";
import { cellText } from "../values/show";

/** The steps of a result, and how many layers and heads they make. */
export interface PictureSteps {
  readonly steps: readonly RaspStep[];
  readonly result: number;
  readonly layers: number;
  readonly headsPerLayer: (sharing: HeadSharing) => readonly number[];
}

/** Which positions are drawn: so many from the first one, of which there may be fewer. */
export interface DrawnPositions {
  readonly first: number;
  readonly most: number;
}

/**
 * The steps of one result.
 * @throws {RaspError} where the program fails on this input
 */
export function pictureOf(
  root: RaspNode,
  names: NodeNames,
  evaluator: Evaluator,
  positions: DrawnPositions,
): PictureSteps {
  const plan = schedule([root], "equal");
  const drawn = nodesToDraw(root, names);
  // Equal nodes are one step, so that a selector written twice is drawn once.
  const numbers = new Map<string, number>();
  for (const node of drawn) if (!numbers.has(keyOf(node))) numbers.set(keyOf(node), numbers.size);
  const stepOf = (node: RaspNode): number | null => numbers.get(keyOf(node)) ?? null;
  const cut = (sequence: Sequence): Sequence =>
    sequence.slice(positions.first, positions.first + positions.most);
  const row = (node: SOp): RaspRow => ({
    label: names.get(node.id) ?? describe(node, names),
    cells: cut(evaluator.sop(node)).map(cellText),
    type: kindOf(evaluator.sop(node)),
    step: stepOf(node),
  });
  const headOf = headNumbers(drawn, (node) => plan.layerOf(node));
  const steps: RaspStep[] = [];
  for (const node of drawn) {
    if (steps.length > (stepOf(node) ?? 0)) continue;
    steps.push(
      stepFor(node, {
        row,
        names,
        evaluator,
        positions,
        step: steps.length,
        layer: plan.layerOf(node),
        head: headOf(node),
      }),
    );
  }
  return {
    steps,
    result: stepOf(root) ?? steps.length - 1,
    layers: plan.layers,
    headsPerLayer: (sharing) => schedule([root], sharing).headsPerLayer,
  };
}

function keyOf(node: RaspNode): string {
  return `${isSelector(node) ? "selector" : "sop"} ${node.shape}`;
}

/** Numbers the heads of each layer in order of their first step. */
function headNumbers(
  nodes: readonly RaspNode[],
  layerOf: (node: RaspNode) => number,
): (node: RaspNode) => number | null {
  const layers = new Map<number, Map<number, number>>();
  for (const node of nodes) {
    if (node.kind !== "aggregate") continue;
    const heads = layers.get(layerOf(node)) ?? new Map<number, number>();
    layers.set(layerOf(node), heads);
    if (!heads.has(node.selector.shape)) heads.set(node.selector.shape, heads.size);
  }
  return (node) =>
    node.kind === "aggregate" ? (layers.get(layerOf(node))?.get(node.selector.shape) ?? null) : null;
}

function nodesToDraw(root: RaspNode, names: NodeNames): RaspNode[] {
  const nodes = reachable([root]);
  const users = new Map<number, RaspNode[]>();
  for (const node of nodes) {
    for (const operand of operandsOf(node)) users.set(operand.id, [...(users.get(operand.id) ?? []), node]);
  }
  return nodes.filter((node) => {
    if (node === root) return true;
    if (isSelector(node) || node.kind === "constant" || node.kind === "literal") return false;
    if (node.kind !== "map") return node.kind === "aggregate";
    const uses = users.get(node.id) ?? [];
    return names.has(node.id) || uses.length > 1 || uses.some((user) => user.kind !== "map");
  });
}

interface StepContext {
  readonly row: (node: SOp) => RaspRow;
  readonly names: NodeNames;
  readonly evaluator: Evaluator;
  readonly positions: DrawnPositions;
  readonly step: number;
  readonly layer: number;
  readonly head: number | null;
}

function stepFor(node: RaspNode, context: StepContext): RaspStep {
  const { row, names, evaluator, step, layer, head } = context;
  const plain = {
    step,
    name: names.get(node.id) ?? null,
    expression: describe(node, names),
    layer,
    range: node.range,
    comparisons: [],
    rule: null,
    combination: null,
    head,
    matrix: null,
    beyond: null,
    operands: [],
    reducer: null,
    empty: null,
    result: null,
  };
  const attention = (
    selector: Selector,
  ): Pick<RaspStep, "comparisons" | "rule" | "combination" | "matrix" | "beyond"> => ({
    comparisons: comparisonsOf(selector).map((select) => ({
      keys: row(select.key),
      queries: row(select.query),
      sign: predicateText(select.predicate),
      causal: select.causal || evaluator.causal,
    })),
    combination: combinationOf(selector),
    rule: names.get(selector.id) ?? describe(selector, names),
    ...matrixParts(evaluator.selector(selector), context.positions),
  });
  if (isSelector(node)) return { ...plain, kind: "selector", ...attention(node) };
  if (node.kind === "aggregate") {
    return {
      ...plain,
      kind: "attention",
      ...attention(node.selector),
      operands: node.value === null ? [] : [row(node.value)],
      reducer: node.reducer.name,
      empty: node.default === null ? "None" : cellText(node.default),
      result: row(node),
    };
  }
  const operands = node.kind === "map" ? node.operands.map(row) : [];
  return { ...plain, kind: node.kind === "map" ? "elementwise" : "input", operands, result: row(node) };
}

/** The selects that a selector is made of, each once, in order of their making. */
function comparisonsOf(selector: Selector): SelectNode[] {
  const found = new Map<number, SelectNode>();
  const seen = new Set<number>();
  const waiting: Selector[] = [selector];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (seen.has(node.id)) continue;
    seen.add(node.id);
    if (node.kind === "select") found.set(node.shape, node);
    else if (node.kind === "not") waiting.push(node.operand);
    else waiting.push(node.left, node.right);
  }
  return [...found.values()].sort((a, b) => a.id - b.id);
}

const LETTERS = "abcdefghijklmnopqrstuvwxyz";
/** Parts of a combination that are written out. */
const MOST_PARTS = 60;

/** How the selects make the selector, by the letters of their order; null where one alone does. */
function combinationOf(selector: Selector): string | null {
  if (selector.kind === "select") return null;
  const letters = new Map(
    comparisonsOf(selector).map(({ shape }, i) => [shape, LETTERS[i] ?? `s${i}`] as const),
  );
  // Shared parts are written out each time, so that a small graph may be an endless text.
  let left = MOST_PARTS;
  const text = (node: Selector, outermost = false): string => {
    if (left-- <= 0) return "…";
    if (node.kind === "select") return letters.get(node.shape) ?? "";
    if (node.kind === "not") return `not ${text(node.operand)}`;
    const both = `${text(node.left)} ${node.kind} ${text(node.right)}`;
    return outermost ? both : `(${both})`;
  };
  return text(selector, true);
}

function matrixParts(
  { rows, columns, cells }: Matrix,
  { first, most }: DrawnPositions,
): { readonly matrix: string[]; readonly beyond: number[] | null } {
  const numbers = Array.from({ length: Math.max(0, Math.min(rows - first, most)) }, (_, i) => first + i);
  const rowOf = (query: number): Uint8Array => cells.subarray(query * columns, (query + 1) * columns);
  const drawn = (query: number): Uint8Array => rowOf(query).subarray(first, first + most);
  const count = (row: Uint8Array): number => row.reduce((sum, cell) => sum + cell, 0);
  const isWhole = first === 0 && columns <= most;
  return {
    matrix: numbers.map((query) => drawn(query).join("")),
    beyond: isWhole ? null : numbers.map((query) => count(rowOf(query)) - count(drawn(query))),
  };
}

function kindOf(sequence: Sequence): string {
  const types = new Set(sequence.map(typeOf));
  if (types.size === 1) return [...types][0];
  // Where one value is selected it stays as it is, so that a row of means may hold ints too.
  return types.size === 2 && types.has("int") && types.has("float") ? "float" : "mixed";
}
