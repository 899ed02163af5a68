/**
 * The one intermediate form that every dialect becomes: a graph of s-ops and selectors.
 *
 * An s-op is a function from an input sequence to a sequence; a selector, to a boolean matrix (row = query =
 * output position, column = key = input position). Nodes are data and never change; an operand's id is always
 * smaller than the id of what is made of it, so ascending ids are an order of evaluation.
 */
import type { SourceRange } from "../source/range";
import type { Atom } from "../values/atom";
import type { Comparison } from "../values/compare";
import type { Budget } from "./budget";
import type { Reducer } from "./reducers";

/** What every node carries. */
interface NodeBase {
  /** Identity, in order of creation: two equal selectors that were written twice have two. */
  readonly id: number;
  /** Equal for nodes that compute the same thing in the same way: what a compiler may share. */
  readonly shape: number;
  /** Where in the program it was made; null for what the language itself provides. */
  readonly range: SourceRange | null;
}

/** The base sequences: the input as it is or converted, and the position numbers. */
export type InputName = "asis" | "str" | "int" | "float" | "bool";

/** The input's tokens, converted. */
export interface InputNode extends NodeBase {
  readonly kind: "input";
  readonly name: InputName;
}

/** A named integer array of RASP-L, bound when the program runs. */
export interface VariableNode extends NodeBase {
  readonly kind: "variable";
  readonly name: string;
}

/** 0, 1, 2, … as long as the input, or as the s-op given. */
export interface IndicesNode extends NodeBase {
  readonly kind: "indices";
  readonly of: SOp | null;
}

/** The same atom at every position. */
export interface ConstantNode extends NodeBase {
  readonly kind: "constant";
  readonly value: Atom;
}

/** A sequence written out in the program (RASPy): as long as it is, whatever the input. */
export interface LiteralNode extends NodeBase {
  readonly kind: "literal";
  readonly values: readonly Atom[];
}

/** An elementwise function. */
export interface ElementwiseFunction {
  /** What the picture shows: an operator sign or a name. */
  readonly name: string;
  /** Equal for functions that compute the same; a closure without a key is equal to itself alone. */
  readonly key?: string;
  /** One position's operands to its value; may throw RaspError. Functions of the program itself count their steps. */
  apply(operands: readonly Atom[], budget: Budget): Atom;
}

/** An elementwise function of s-ops; as long as the shortest operand that is no constant. */
export interface MapNode extends NodeBase {
  readonly kind: "map";
  readonly function: ElementwiseFunction;
  readonly operands: readonly SOp[];
}

/** For each query, the values at the selected keys reduced to one: an attention head. */
export interface AggregateNode extends NodeBase {
  readonly kind: "aggregate";
  readonly selector: Selector;
  /** Null for a reducer that only counts. */
  readonly value: SOp | null;
  readonly reducer: Reducer;
  /** Where nothing is selected. */
  readonly default: Atom;
}

/** A function from an input to a sequence. */
export type SOp =
  InputNode | VariableNode | IndicesNode | ConstantNode | LiteralNode | MapNode | AggregateNode;

/** What is asked of a key and a query. */
export type Predicate =
  | { readonly kind: "comparison"; readonly sign: Comparison }
  | { readonly kind: "always"; readonly value: boolean }
  | {
      readonly kind: "function";
      readonly name: string;
      readonly key?: string;
      /** Anything but a bool counts by its truth. */
      test(key: Atom, query: Atom, budget: Budget): boolean;
    };

/** `predicate(key, query)` for each pair; with `causal`, false where the key comes after the query. */
export interface SelectNode extends NodeBase {
  readonly kind: "select";
  readonly key: SOp;
  readonly query: SOp;
  readonly predicate: Predicate;
  readonly causal: boolean;
}

/** Two selectors, cell by cell. */
export interface CombinedNode extends NodeBase {
  readonly kind: "and" | "or";
  readonly left: Selector;
  readonly right: Selector;
}

/** The complement. */
export interface NotNode extends NodeBase {
  readonly kind: "not";
  readonly operand: Selector;
}

/** A function from an input to a boolean matrix. */
export type Selector = SelectNode | CombinedNode | NotNode;

/** Any node. */
export type RaspNode = SOp | Selector;

/** True for selectors. */
export function isSelector(node: RaspNode): node is Selector {
  return node.kind === "select" || node.kind === "and" || node.kind === "or" || node.kind === "not";
}

/** What a node is made of. */
export function operandsOf(node: RaspNode): readonly RaspNode[] {
  switch (node.kind) {
    case "input":
    case "variable":
    case "constant":
    case "literal":
      return [];
    case "indices":
      return node.of === null ? [] : [node.of];
    case "map":
      return node.operands;
    case "aggregate":
      return node.value === null ? [node.selector] : [node.selector, node.value];
    case "select":
      return [node.key, node.query];
    case "and":
    case "or":
      return [node.left, node.right];
    case "not":
      return [node.operand];
  }
}

/**
 * The nodes that some nodes are made of, themselves included, operands before what is made of them. Those that are
 * `done`, and what only they are made of, are left out.
 */
export function reachable(
  roots: readonly RaspNode[],
  done: (node: RaspNode) => boolean = () => false,
): RaspNode[] {
  const found = new Map<number, RaspNode>();
  const waiting = [...roots];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (found.has(node.id) || done(node)) continue;
    found.set(node.id, node);
    waiting.push(...operandsOf(node));
  }
  return [...found.values()].sort((a, b) => a.id - b.id);
}
