/** Makes the nodes of a program: gives each its identity and finds those that are equal. */
import type { SourceRange } from "../source/range";
import type { Atom } from "../values/atom";
import { atomText } from "../values/show";
import type {
  AggregateNode,
  CombinedNode,
  ConstantNode,
  ElementwiseFunction,
  IndicesNode,
  InputName,
  InputNode,
  LiteralNode,
  MapNode,
  NotNode,
  Predicate,
  SelectNode,
  Selector,
  SOp,
  VariableNode,
} from "./nodes";
import type { Reducer } from "./reducers";

/** The parts of an aggregate. */
export interface AggregateParts {
  readonly selector: Selector;
  readonly value: SOp | null;
  readonly reducer: Reducer;
  readonly default: Atom;
}

/** The parts of a select; `causal` is false unless given. */
export interface SelectParts {
  readonly key: SOp;
  readonly query: SOp;
  readonly predicate: Predicate;
  readonly causal?: boolean;
}

/** One program's nodes. `at` is where the following nodes are made, for their `range`. */
export class Graph {
  private readonly shapes = new Map<string, number>();
  private count = 0;
  private range: SourceRange | null = null;

  /** How many nodes were made. */
  get size(): number {
    return this.count;
  }

  /** Runs work whose nodes have this range; what it calls may set a narrower one. */
  at<T>(range: SourceRange | null, work: () => T): T {
    const outer = this.range;
    this.range = range;
    try {
      return work();
    } finally {
      this.range = outer;
    }
  }

  input(name: InputName): InputNode {
    return { kind: "input", name, ...this.node(`input ${name}`) };
  }

  variable(name: string): VariableNode {
    return { kind: "variable", name, ...this.node(`variable ${name}`) };
  }

  indices(of: SOp | null = null): IndicesNode {
    return { kind: "indices", of, ...this.node(`indices ${of?.shape ?? ""}`) };
  }

  constant(value: Atom): ConstantNode {
    return { kind: "constant", value, ...this.node(`constant ${atomText(value)}`) };
  }

  literal(values: readonly Atom[]): LiteralNode {
    return { kind: "literal", values, ...this.node(`literal ${JSON.stringify(values.map(atomText))}`) };
  }

  map(func: ElementwiseFunction, operands: readonly SOp[]): MapNode {
    const key = func.key ?? `closure ${this.count}`;
    const shape = `map ${key} of ${operands.map((operand) => operand.shape).join()}`;
    return { kind: "map", function: func, operands, ...this.node(shape) };
  }

  aggregate(parts: AggregateParts): AggregateNode {
    const { selector, value, reducer } = parts;
    const shape = `${reducer.name} ${selector.shape} ${value?.shape ?? ""} ${atomText(parts.default)}`;
    return { kind: "aggregate", selector, value, reducer, default: parts.default, ...this.node(shape) };
  }

  select({ key, query, predicate, causal = false }: SelectParts): SelectNode {
    const shape = `select ${key.shape} ${query.shape} ${predicateKey(predicate, this.count)} ${causal}`;
    return { kind: "select", key, query, predicate, causal, ...this.node(shape) };
  }

  combine(kind: "and" | "or", left: Selector, right: Selector): CombinedNode {
    // Both orders are the same matrix.
    const [low, high] = left.shape < right.shape ? [left, right] : [right, left];
    return { kind, left, right, ...this.node(`${kind} ${low.shape} ${high.shape}`) };
  }

  not(operand: Selector): NotNode {
    return { kind: "not", operand, ...this.node(`not ${operand.shape}`) };
  }

  private node(shapeText: string): { id: number; shape: number; range: SourceRange | null } {
    let shape = this.shapes.get(shapeText);
    if (shape === undefined) {
      shape = this.shapes.size;
      this.shapes.set(shapeText, shape);
    }
    return { id: this.count++, shape, range: this.range };
  }
}

function predicateKey(predicate: Predicate, count: number): string {
  if (predicate.kind === "comparison") return predicate.sign;
  if (predicate.kind === "always") return String(predicate.value);
  return predicate.key ?? `closure ${count}`;
}
