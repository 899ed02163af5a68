/** What one run of a RASP-L program keeps beside the graph, and how its nodes are made. */
import type { Embedding } from "../embedded/embedding";
import type { ElementwiseFunction, Predicate, SOp } from "../ir/nodes";
import { count, largest, smallest, truncatedMean } from "../ir/reducers";
import { PyFunction, isScalar, nameOfValue, type PyValue } from "../python/run/values";
import { RaspError } from "../source/raspError";
import { Float, asInt, asNumber, isNumeric, type Atom, type Int } from "../values/atom";
import { intOfWhole } from "../values/arithmetic";
import { compareAtoms, nameOfType, type Comparison } from "../values/compare";
import { RaspLSelector, RaspLSequence } from "./sequences";

const REDUCERS = { mean: truncatedMean, max: largest, min: smallest } as const;

/** The parts of an aggregate of RASP-L. */
export interface Aggregation {
  readonly default: Atom;
  readonly reduction: keyof typeof REDUCERS;
}

/** One run. */
export class RaspLRun {
  /** Which function of the program a node came from: the lint looks into it. */
  readonly functions = new Map<number, PyFunction>();
  /** Nodes inside the library's functions, which are not the author's to answer for. */
  readonly inLibrary = new Set<number>();

  constructor(readonly embedding: Embedding) {}

  /** An elementwise s-op. */
  map(func: ElementwiseFunction, operands: readonly SOp[]): RaspLSequence {
    const { embedding } = this;
    return new RaspLSequence(
      this,
      embedding.make(() => embedding.graph.map(func, operands)),
    );
  }

  /** A function of the program at each position; what it gives becomes an int. */
  applied(func: PyValue, sequences: readonly RaspLSequence[], what: string): RaspLSequence {
    const inner = this.embedding.elementwise(func, what);
    const key = inner.key === undefined ? {} : { key: `int ${inner.key}` };
    const made = this.map(
      { name: inner.name, ...key, apply: (operands, budget) => truncated(inner.apply(operands, budget)) },
      sequences.map(({ node }) => node),
    );
    if (func instanceof PyFunction) this.functions.set(made.node.id, func);
    return made;
  }

  /** `c` as often as `x` is long. */
  full(x: RaspLSequence, c: Int): RaspLSequence {
    return this.map({ name: `full ${c}`, key: `full ${c}`, apply: () => c }, [x.node]);
  }

  indices(x: RaspLSequence): RaspLSequence {
    const { embedding } = this;
    return new RaspLSequence(
      this,
      embedding.make(() => embedding.graph.indices(x.node)),
    );
  }

  /** Where `predicate(key, query)` holds, and the key is not later than the query. */
  select(keys: RaspLSequence, queries: RaspLSequence, predicate: Predicate, causal = true): RaspLSelector {
    const { embedding } = this;
    const parts = { key: keys.node, query: queries.node, predicate, causal };
    return new RaspLSelector(
      embedding,
      embedding.make(() => embedding.graph.select(parts)),
    );
  }

  width(selector: RaspLSelector): RaspLSequence {
    return this.head(selector, null, count, 0);
  }

  aggregate(
    selector: RaspLSelector,
    values: RaspLSequence,
    { default: empty, reduction }: Aggregation,
  ): RaspLSequence {
    return this.head(selector, values.node, REDUCERS[reduction], empty);
  }

  private head(
    selector: RaspLSelector,
    value: SOp | null,
    reducer: (typeof REDUCERS)["mean"],
    empty: Atom,
  ): RaspLSequence {
    const { embedding } = this;
    const parts = { selector: selector.node, value, reducer, default: empty };
    return new RaspLSequence(
      this,
      embedding.make(() => embedding.graph.aggregate(parts)),
    );
  }

  /** Runs a function of the library: all nodes it makes but its result are the library's. */
  library(work: () => RaspLSequence): RaspLSequence {
    const first = this.embedding.graph.size;
    const made = work();
    for (let id = first; id < this.embedding.graph.size; id++) this.inLibrary.add(id);
    this.inLibrary.delete(made.node.id);
    return made;
  }
}

/** A comparison as a predicate. */
export function comparing(sign: Comparison): Predicate {
  return { kind: "comparison", sign };
}

/** A comparison as an elementwise function that gives 0 or 1. */
export function comparingInts(sign: Comparison): ElementwiseFunction {
  return { name: sign, key: `int ${sign}`, apply: ([a, b]) => Number(compareAtoms(sign, a, b)) };
}

/**
 * What becomes of a value in an array of ints: cut toward zero.
 * @throws {RaspError} "type" for anything but a number
 */
export function truncated(value: Atom): Int {
  if (!isNumeric(value)) {
    throw new RaspError("type", `Sequences of RASP-L hold ints, not ${nameOfType(value)}.`);
  }
  if (!(value instanceof Float)) return asInt(value) as Int;
  if (!Number.isFinite(value.value))
    throw new RaspError("arithmetic", "Infinity and NaN do not become ints.");
  return intOfWhole(Math.trunc(asNumber(value)));
}

/**
 * An argument that must be a sequence.
 * @throws {RaspError} "type"
 */
export function sequence(value: PyValue | undefined, what: string): RaspLSequence {
  if (value instanceof RaspLSequence) return value;
  const next =
    value !== undefined && isScalar(value) ? "full(x, c) makes a sequence of one number." : undefined;
  throw new RaspError("type", `${what} takes a sequence, not ${nameOfValue(value ?? null)}.`, null, next);
}

/**
 * An argument that must be a number, as an int.
 * @throws {RaspError} "type"
 */
export function number(value: PyValue | undefined, what: string): Int {
  if (value !== undefined && isScalar(value) && isNumeric(value)) return truncated(value);
  throw new RaspError("type", `${what} takes a number, not ${nameOfValue(value ?? null)}.`);
}
