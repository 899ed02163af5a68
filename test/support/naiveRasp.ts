/**
 * A second evaluator of the intermediate form, as plain as can be: one position at a time, nothing kept, its own
 * comparisons and reducers. It shares no code with the first but the values' representation.
 */
import { Budget } from "../../src/rasp/ir/budget";
import type { AggregateNode, Predicate, Selector, SOp } from "../../src/rasp/ir/nodes";
import { Float, type Atom } from "../../src/rasp/values/atom";

/** What is evaluated on. */
export interface NaiveInput {
  readonly tokens: readonly Atom[];
  readonly causal: boolean;
}

/** Thrown where a value cannot be computed. */
export class NaiveError extends Error {}

/** The value of an s-op at a position. */
export function naiveAt(node: SOp, i: number, input: NaiveInput): Atom {
  switch (node.kind) {
    case "input":
      return naiveToken(input.tokens[i], node.name);
    case "indices":
      return i;
    case "constant":
      return node.value;
    case "map":
      return node.function.apply(
        node.operands.map((operand) => naiveAt(operand, i, input)),
        new Budget(),
      );
    case "aggregate":
      return naiveAggregate(node, i, input);
    default:
      throw new NaiveError(`no ${node.kind} here`);
  }
}

/** Whether a query selects a key. */
export function naiveSelects(node: Selector, query: number, key: number, input: NaiveInput): boolean {
  if (input.causal && key > query) return false;
  switch (node.kind) {
    case "select":
      if (node.causal && key > query) return false;
      return holds(node.predicate, naiveAt(node.key, key, input), naiveAt(node.query, query, input));
    case "and":
      return naiveSelects(node.left, query, key, input) && naiveSelects(node.right, query, key, input);
    case "or":
      return naiveSelects(node.left, query, key, input) || naiveSelects(node.right, query, key, input);
    case "not":
      return !naiveSelects(node.operand, query, key, input);
  }
}

function naiveToken(token: Atom, name: string): Atom {
  const text = String(token);
  if (name === "asis") return token;
  if (name === "str") return text;
  if (name === "bool") return typeof token === "string" ? text !== "" : Number(token) !== 0;
  if (!/^-?\d+$/.test(text)) throw new NaiveError("no number");
  return name === "int" ? Number(text) : new Float(Number(text));
}

function holds(predicate: Predicate, key: Atom, query: Atom): boolean {
  if (predicate.kind === "always") return predicate.value;
  if (predicate.kind === "function") return predicate.test(key, query, new Budget());
  const { sign } = predicate;
  const texts = [key, query].filter((atom) => typeof atom === "string").length;
  if (texts === 1) {
    if (sign === "==" || sign === "!=") return sign === "!=";
    throw new NaiveError("unlike types");
  }
  const [a, b] = texts === 2 ? [String(key), String(query)] : [numberOf(key), numberOf(query)];
  return { "==": a === b, "!=": a !== b, "<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b }[sign];
}

function numberOf(atom: Atom): number {
  if (atom instanceof Float) return atom.value;
  if (typeof atom === "number" || typeof atom === "boolean") return Number(atom);
  throw new NaiveError("no number");
}

function naiveAggregate(node: AggregateNode, i: number, input: NaiveInput): Atom {
  const { value } = node;
  const positions = input.tokens.map((_, at) => at);
  const chosen = positions.filter((key) => naiveSelects(node.selector, i, key, input));
  if (chosen.length === 0) return node.default;
  if (value === null || node.reducer.name === "count") return chosen.length;
  const values = chosen.map((key) => naiveAt(value, key, input));
  if (values.length === 1 && ["mean", "mean-or-none", "sum"].includes(node.reducer.name)) return values[0];
  const isFloat = values.some((each) => each instanceof Float);
  switch (node.reducer.name) {
    case "mean": {
      const all = positions.map((key) => naiveAt(value, key, input));
      all.forEach(numberOf);
      if (all.every((each) => typeof each === "boolean")) throw new NaiveError("bools");
      return new Float(total(values) / values.length);
    }
    case "mean-or-none":
      return new Float(total(values) / values.length);
    case "sum":
      return isFloat ? new Float(total(values)) : total(values);
    case "truncated-mean":
      return Math.trunc(total(values) / values.length) + 0;
    case "max":
    case "min": {
      const sign = node.reducer.name === "max" ? ">" : "<";
      const better = (a: Atom, b: Atom): boolean => holds({ kind: "comparison", sign }, a, b);
      return values.reduce((best, each) => (better(each, best) ? each : best));
    }
    default:
      throw new NaiveError(`no reducer ${node.reducer.name}`);
  }
}

function total(values: readonly Atom[]): number {
  return values.reduce<number>((sum, value) => sum + numberOf(value), 0);
}
