/** Tracr's selectors; where it can, it makes one select of two. */
import { OperableSelector } from "../embedded/selectorOperators";
import type { Budget } from "../ir/budget";
import type { Predicate, Selector, SelectNode, SOp } from "../ir/nodes";
import { matched, signature } from "../python/run/arguments";
import { PyBuiltin, PyObject, asAtom, type CallArguments, type PyValue } from "../python/run/values";
import { RaspError } from "../source/raspError";
import type { Atom } from "../values/atom";
import { compareAtoms, type Comparison } from "../values/compare";
import { annotated, inputOf } from "./annotations";
import type { TracrRun } from "./run";

/** Tracr's named comparisons. */
export const tracrComparisons: Readonly<Record<string, Comparison | boolean>> = {
  EQ: "==",
  LT: "<",
  LEQ: "<=",
  GT: ">",
  GEQ: ">=",
  NEQ: "!=",
  TRUE: true,
  FALSE: false,
};

/** One of the named comparisons, which refuse None. */
export class TracrComparison extends PyObject {
  readonly typeName = "a comparison";
  readonly predicate: Predicate;

  constructor(
    readonly name: string,
    sign: Comparison | boolean,
  ) {
    super();
    const test = (key: Atom, query: Atom): boolean => {
      if (key === null || query === null) throw noneCompared(name, key === null ? "key" : "query");
      return typeof sign === "boolean" ? sign : compareAtoms(sign, key, query);
    };
    const shown = typeof sign === "boolean" ? name : sign;
    this.predicate = { kind: "function", name: shown, key: `tracr ${name}`, test };
  }

  override call(args: CallArguments): PyValue {
    const values = matched(signature(`${this.name}(key, query)`), args).map((value) =>
      asAtom(value as PyValue),
    );
    const [key, query] = values;
    if (key === undefined || query === undefined) {
      throw new RaspError("type", `${this.name} compares two values of a sequence.`);
    }
    return asked(this.predicate, key, query);
  }
}

function asked(predicate: Predicate, key: Atom, query: Atom, budget?: Budget): boolean {
  if (predicate.kind === "function") return predicate.test(key, query, budget as Budget);
  return predicate.kind === "always" ? predicate.value : compareAtoms(predicate.sign, key, query);
}

function noneCompared(name: string, side: "key" | "query"): RaspError {
  return new RaspError(
    "none-in-comparison",
    `A ${side} is None here, which ${name} does not compare.`,
    null,
    "None comes of an aggregate that selects nothing: give it a default, or use a lambda that takes None.",
  );
}

/** A selector. */
export class TracrSelector extends OperableSelector {
  constructor(
    readonly run: TracrRun,
    node: Selector,
  ) {
    super(run.embedding, node);
  }

  protected override combined(kind: "and" | "or", other: OperableSelector): TracrSelector {
    return combined(this, other, kind);
  }

  protected override complement(): TracrSelector {
    return complement(this);
  }

  override call(args: CallArguments): PyValue {
    const [input] = matched(signature("selector(sequence)"), args);
    return this.run.appliedSelector(this.node, inputOf(this.run, input as PyValue));
  }

  override attribute(name: string): PyValue | undefined {
    if (name !== "named" && name !== "annotated") return undefined;
    return new PyBuiltin(name, (args) => annotated(this.run, { self: this, node: this.node, name, args }));
  }
}

/** The opposite; of a single select, a single select. */
export function complement({ run, node }: TracrSelector, simplify = true): TracrSelector {
  if (!simplify || node.kind !== "select") {
    return new TracrSelector(
      run,
      run.make(() => run.embedding.graph.not(node)),
    );
  }
  const { predicate } = node;
  const inverse: Predicate = {
    kind: "function",
    name: `not ${nameOf(predicate)}`,
    ...keyed((key) => `not ${key}`, predicate),
    test: (key, query, budget) => !asked(predicate, key, query, budget),
  };
  return new TracrSelector(run, run.select(node.key, node.query, inverse));
}

/** Both or either; of two selects over the same keys and queries, a single select. */
export function combined(
  first: TracrSelector,
  second: OperableSelector,
  kind: "and" | "or",
  simplify = true,
): TracrSelector {
  const { run } = first;
  const [a, b] = [first.node, second.node];
  const single = simplify && a.kind === "select" && b.kind === "select" ? joined(run, a, b, kind) : null;
  return new TracrSelector(run, single ?? run.make(() => run.embedding.graph.combine(kind, a, b)));
}

function joined(run: TracrRun, a: SelectNode, b: SelectNode, kind: "and" | "or"): Selector | null {
  const key = shared(a.key, b.key);
  const query = shared(a.query, b.query);
  if (key === null || query === null) return null;
  const predicate: Predicate = {
    kind: "function",
    name: `${nameOf(a.predicate)} ${kind} ${nameOf(b.predicate)}`,
    ...keyed((x, y) => `(${x} ${fill(a)}) ${kind} (${y} ${fill(b)})`, a.predicate, b.predicate),
    test: (k, q, budget) => {
      const ask = (node: SelectNode): boolean =>
        asked(node.predicate, filled(node.key, key, k), filled(node.query, query, q), budget);
      return kind === "and" ? ask(a) && ask(b) : ask(a) || ask(b);
    },
  };
  return run.select(key, query, predicate);
}

/** The s-op that stands for both: the same one, or the other where one is the same constant everywhere. */
function shared(a: SOp, b: SOp): SOp | null {
  if (a === b) return a;
  if (b.kind === "constant") return a;
  return a.kind === "constant" ? b : null;
}

/** What a select's own side says where the joined one says `value`. */
function filled(own: SOp, joint: SOp, value: Atom): Atom {
  return own !== joint && own.kind === "constant" ? own.value : value;
}

function fill(node: SelectNode): string {
  return `${node.key.kind === "constant" ? node.key.shape : ""}/${node.query.kind === "constant" ? node.query.shape : ""}`;
}

function nameOf(predicate: Predicate): string {
  if (predicate.kind === "function") return predicate.name;
  return predicate.kind === "comparison" ? predicate.sign : String(predicate.value);
}

function keyed(make: (...keys: string[]) => string, ...predicates: Predicate[]): { key?: string } {
  const keys = predicates.map((one) => (one.kind === "function" ? one.key : nameOf(one)));
  return keys.some((key) => key === undefined) ? {} : { key: make(...(keys as string[])) };
}
