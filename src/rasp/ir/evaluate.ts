/** The one evaluator: what the nodes of a program are on an input. */
import { RaspError } from "../source/raspError";
import type { Atom } from "../values/atom";
import { sequenceType, type Sequence } from "../values/sequence";
import { aggregateRows } from "./aggregateRows";
import { Budget } from "./budget";
import { converted } from "./inputs";
import type { Matrix } from "./matrix";
import {
  isSelector,
  reachable,
  type MapNode,
  type RaspNode,
  type SelectNode,
  type Selector,
  type SOp,
} from "./nodes";
import { fillCells } from "./selectCells";

/** What a program runs on, and how. */
export interface EvaluationOptions {
  readonly tokens: readonly Atom[];
  /** RASP-L's named arrays. */
  readonly variables?: ReadonlyMap<string, readonly Atom[]>;
  /** Original RASP: each sequence must have one type. */
  readonly typed?: boolean;
  /** Tracr: every selector is masked so that no query sees a later key. */
  readonly causal?: boolean;
  readonly budget?: Budget;
}

/** Evaluates nodes on one input; what was computed is kept, and equal nodes are computed once. */
export class Evaluator {
  private readonly sequences = new Map<number, Sequence>();
  private readonly matrices = new Map<number, Matrix>();
  private readonly budget: Budget;

  constructor(private readonly options: EvaluationOptions) {
    this.budget = options.budget ?? new Budget();
  }

  /** True where no query sees a later key, whatever a selector says. */
  get causal(): boolean {
    return this.options.causal === true;
  }

  /**
   * An s-op's values.
   * @throws {RaspError} with the range of the node that failed
   */
  sop(node: SOp): Sequence {
    this.compute(node);
    return this.known(node);
  }

  /**
   * A selector's matrix, masked where the evaluation is causal.
   * @throws {RaspError} with the range of the node that failed
   */
  selector(node: Selector): Matrix {
    this.compute(node);
    return this.knownMatrix(node);
  }

  private compute(root: RaspNode): void {
    if (this.isKnown(root)) return;
    // In order of ids instead of recursively: a program may stack tens of thousands of nodes.
    for (const node of reachable([root], (done) => this.isKnown(done))) {
      // An equal node may have come before it.
      if (this.isKnown(node)) continue;
      try {
        if (isSelector(node)) this.matrices.set(node.shape, this.matrixOf(node));
        else this.sequences.set(node.shape, this.sequenceOf(node));
      } catch (error) {
        throw error instanceof RaspError && node.range !== null ? error.at(node.range) : error;
      }
    }
  }

  private isKnown(node: RaspNode): boolean {
    return isSelector(node) ? this.matrices.has(node.shape) : this.sequences.has(node.shape);
  }

  private known(node: SOp): Sequence {
    return this.sequences.get(node.shape) as Sequence;
  }

  private knownMatrix(node: Selector): Matrix {
    return this.matrices.get(node.shape) as Matrix;
  }

  private sequenceOf(node: SOp): Sequence {
    const values = this.valuesOf(node);
    this.budget.compute(values.length);
    if (this.options.typed) sequenceType(values);
    return values;
  }

  private valuesOf(node: SOp): Sequence {
    const { tokens, variables } = this.options;
    switch (node.kind) {
      case "input":
        return converted(tokens, node.name);
      case "variable": {
        const array = variables?.get(node.name);
        if (array === undefined)
          throw new RaspError("undefined-variable", `The input has no array ${node.name}.`);
        return array;
      }
      case "indices":
        return (node.of === null ? tokens : this.known(node.of)).map((_, i) => i);
      case "constant":
        return tokens.map(() => node.value);
      case "literal":
        return node.values;
      case "map":
        return this.mapped(node);
      case "aggregate": {
        const matrix = this.knownMatrix(node.selector);
        this.budget.compute(matrix.cells.length);
        return aggregateRows(matrix, node.value === null ? null : this.known(node.value), node);
      }
    }
  }

  private mapped(node: MapNode): Sequence {
    const varying = node.operands.filter((operand) => operand.kind !== "constant");
    const lengths = varying.map((operand) => this.known(operand).length);
    const length = varying.length === 0 ? this.options.tokens.length : Math.min(...lengths);
    const columns = node.operands.map((operand) =>
      operand.kind === "constant" ? new Array<Atom>(length).fill(operand.value) : this.known(operand),
    );
    const values = new Array<Atom>(length);
    for (let i = 0; i < length; i++)
      values[i] = node.function.apply(
        columns.map((column) => column[i]),
        this.budget,
      );
    return values;
  }

  private matrixOf(node: Selector): Matrix {
    switch (node.kind) {
      case "select":
        return this.selected(node);
      case "not": {
        const { rows, columns, cells } = this.knownMatrix(node.operand);
        this.budget.keep(rows, columns);
        const made = { rows, columns, cells: cells.map((cell) => 1 - cell) };
        if (this.options.causal) maskLater(made);
        return made;
      }
      case "and":
      case "or": {
        const [left, right] = [this.knownMatrix(node.left), this.knownMatrix(node.right)];
        const { rows, columns } = left;
        if (right.rows !== rows || right.columns !== columns) {
          throw new RaspError(
            "type",
            `Selectors of ${rows} × ${columns} and ${right.rows} × ${right.columns} cannot be combined.`,
          );
        }
        this.budget.keep(rows, columns);
        const cells = new Uint8Array(rows * columns);
        if (node.kind === "and")
          for (let i = 0; i < cells.length; i++) cells[i] = left.cells[i] & right.cells[i];
        else for (let i = 0; i < cells.length; i++) cells[i] = left.cells[i] | right.cells[i];
        return { rows, columns, cells };
      }
    }
  }

  private selected(node: SelectNode): Matrix {
    const [keys, queries] = this.sides(node);
    this.budget.keep(queries.length, keys.length);
    const cells = new Uint8Array(queries.length * keys.length);
    fillCells(cells, { keys, queries, predicate: node.predicate, budget: this.budget });
    const matrix = { rows: queries.length, columns: keys.length, cells };
    if (node.causal || this.options.causal) maskLater(matrix);
    return matrix;
  }

  /** Keys and queries; a constant side is as long as the other. */
  private sides({ key, query }: SelectNode): [Sequence, Sequence] {
    const [keys, queries] = [this.known(key), this.known(query)];
    if (key.kind === "constant" && query.kind !== "constant") return [queries.map(() => key.value), queries];
    if (query.kind === "constant" && key.kind !== "constant") return [keys, keys.map(() => query.value)];
    return [keys, queries];
  }
}

function maskLater({ rows, columns, cells }: Matrix): void {
  for (let row = 0; row < rows; row++)
    cells.fill(0, Math.min(columns, row + 1) + row * columns, (row + 1) * columns);
}
