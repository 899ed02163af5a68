/** Tracr's RASP (Lindner et al. 2023): constructors of s-ops and selectors in Python, with encodings and None. */
import { embeddedDialect } from "../embedded/dialect";
import type { Embedding } from "../embedded/embedding";
import { runEmbedded } from "../embedded/execute";
import type { EmbeddedLanguage } from "../embedded/language";
import type { Predicate } from "../ir/nodes";
import { count, meanOrNone } from "../ir/reducers";
import { matched, signature } from "../python/run/arguments";
import { binary, truth } from "../python/run/operators";
import { PyBuiltin, PyNamespace, asAtom, fromAtom, nameOfValue, type PyValue } from "../python/run/values";
import type { Dialect, ExecuteOptions, Execution } from "../program";
import { RaspError } from "../source/raspError";
import type { Atom } from "../values/atom";
import { atomText } from "../values/show";
import { inputOf } from "./annotations";
import { TracrRun, type Encoding } from "./run";
import { TracrSOp, mapped, negated } from "./tracrSOp";
import { TracrComparison, TracrSelector, combined, complement, tracrComparisons } from "./tracrSelector";

type Constructor = (run: TracrRun, args: (PyValue | undefined)[]) => PyValue;

const CONSTRUCTORS: Readonly<Record<string, Constructor>> = {
  "Map(f, inner, simplify?)": (run, [f, inner, simplify]) => {
    const func = run.embedding.elementwise(f!, "Map");
    const sop = sopOf(inner, "Map");
    if (simplify !== undefined && !truth(simplify)) return new TracrSOp(run, run.map(func, [sop.node]));
    return mapped(sop, func);
  },
  "SequenceMap(f, fst, snd)": (run, [f, fst, snd]) => {
    const func = run.embedding.elementwise(f!, "SequenceMap");
    const operands = [sopOf(fst, "SequenceMap").node, sopOf(snd, "SequenceMap").node];
    return new TracrSOp(run, run.map(func, operands, "sequence-map"));
  },
  "LinearSequenceMap(fst, snd, fst_fac, snd_fac)": (run, [fst, snd, a, b]) => {
    const factors = [factor(a), factor(b)] as const;
    const [x, y] = factors.map(fromAtom);
    const apply = (operands: readonly Atom[]): Atom => {
      const [left, right] = operands.map(fromAtom);
      return asAtom(binary("+", binary("*", x, left), binary("*", y, right))) as Atom;
    };
    const name = `${atomText(factors[0])}·x + ${atomText(factors[1])}·y`;
    const operands = [sopOf(fst, "LinearSequenceMap").node, sopOf(snd, "LinearSequenceMap").node];
    const node = run.map({ name, key: `tracr linear ${name}`, apply }, operands, "linear-sequence-map");
    run.factors.set(node.id, factors);
    return new TracrSOp(run, node);
  },
  "Full(fill)": (run, [value]) => {
    const atom = asAtom(value!);
    if (atom === undefined) throw new RaspError("type", `Full takes one value, not ${nameOfValue(value!)}.`);
    return new TracrSOp(
      run,
      run.make(() => run.embedding.graph.constant(atom)),
    );
  },
  "ConstantSOp(value, check_length?)": (run, [value]) => {
    const atoms = inputOf(run, value!);
    return new TracrSOp(
      run,
      run.make(() => run.embedding.graph.literal(atoms)),
    );
  },
  "Select(keys, queries, predicate)": (run, [keys, queries, predicate]) =>
    new TracrSelector(
      run,
      run.select(sopOf(keys, "Select").node, sopOf(queries, "Select").node, predicateOf(run, predicate!)),
    ),
  "ConstantSelector(value, check_length?)": constantSelector,
  "SelectorWidth(selector)": (run, [selector]) => {
    const { node } = selectorOf(selector, "SelectorWidth");
    const parts = { selector: node, value: null, reducer: count, default: 0 };
    return new TracrSOp(
      run,
      run.make(() => run.embedding.graph.aggregate(parts), "selector-width"),
    );
  },
  "Aggregate(selector, sop, default?)": (run, [selector, sop, missing]) => {
    const empty = asAtom(missing ?? null);
    if (empty === undefined) throw new RaspError("type", "The default of Aggregate is one value.");
    const parts = {
      selector: selectorOf(selector, "Aggregate").node,
      value: sopOf(sop, "Aggregate").node,
      reducer: meanOrNone,
      default: empty,
    };
    return new TracrSOp(
      run,
      run.make(() => run.embedding.graph.aggregate(parts)),
    );
  },
  "SelectorAnd(fst, snd)": (_run, [a, b]) =>
    combined(selectorOf(a, "SelectorAnd"), selectorOf(b, "SelectorAnd"), "and", false),
  "SelectorOr(fst, snd)": (_run, [a, b]) =>
    combined(selectorOf(a, "SelectorOr"), selectorOf(b, "SelectorOr"), "or", false),
  "SelectorNot(inner)": (_run, [inner]) => complement(selectorOf(inner, "SelectorNot"), false),
  "selector_and(fst, snd)": (_run, [a, b]) =>
    combined(selectorOf(a, "selector_and"), selectorOf(b, "selector_and"), "and"),
  "selector_or(fst, snd)": (_run, [a, b]) =>
    combined(selectorOf(a, "selector_or"), selectorOf(b, "selector_or"), "or"),
  "selector_not(inner)": (_run, [inner]) => complement(selectorOf(inner, "selector_not")),
  "sop_not(sop)": (_run, [sop]) => negated(sopOf(sop, "sop_not")),
  "numerical(sop)": (run, [sop]) => encoded(run, sop, "numerical"),
  "categorical(sop)": (run, [sop]) => encoded(run, sop, "categorical"),
};

function encoded(run: TracrRun, value: PyValue | undefined, encoding: Encoding): PyValue {
  const sop = sopOf(value, encoding);
  run.declare(sop.node, encoding);
  return sop;
}

function sopOf(value: PyValue | undefined, what: string): TracrSOp {
  if (value instanceof TracrSOp) return value;
  throw new RaspError(
    "type",
    `${what} takes an s-op, not ${nameOfValue(value ?? null)}.`,
    null,
    "Full(v) makes an s-op of one value.",
  );
}

function selectorOf(value: PyValue | undefined, what: string): TracrSelector {
  if (value instanceof TracrSelector) return value;
  throw new RaspError("type", `${what} takes a selector, not ${nameOfValue(value ?? null)}.`);
}

function factor(value: PyValue | undefined): Atom {
  const atom = asAtom(value as PyValue);
  if (atom !== undefined && typeof atom !== "string" && atom !== null) return atom;
  throw new RaspError("type", "The factors of LinearSequenceMap are numbers.");
}

function predicateOf(run: TracrRun, value: PyValue): Predicate {
  if (value instanceof TracrComparison) return value.predicate;
  const predicate = run.embedding.predicate(value, "Select");
  if (predicate.kind !== "comparison") return predicate;
  // A lambda, unlike a named comparison, takes None as Python does.
  const { sign } = predicate;
  const func = run.embedding.elementwise(value, "Select");
  return {
    kind: "function",
    name: sign,
    key: `tracr lambda ${sign}`,
    test: (key, query, budget) => truth(fromAtom(func.apply([key, query], budget))),
  };
}

function constantSelector(run: TracrRun, [value]: (PyValue | undefined)[]): PyValue {
  const rows = run.embedding.interpreter
    .all(value!)
    .map((row) => run.embedding.interpreter.all(row).map((cell) => truth(cell)));
  const { graph } = run.embedding;
  const test = (key: Atom, query: Atom): boolean => rows[Number(query)]?.[Number(key)] ?? false;
  const predicate: Predicate = { kind: "function", name: "constant", test };
  const positions = run.make(() => graph.indices());
  return new TracrSelector(run, run.select(positions, positions, predicate));
}

/** What a run of Tracr kept, for validation and the compiler. */
const runs = new WeakMap<Embedding, TracrRun>();

const tracrLanguage: EmbeddedLanguage = {
  name: "tracr",
  title: "Tracr",
  modules: ["tracr"],
  names: [
    "tokens",
    "indices",
    "length",
    "Comparison",
    "Encoding",
    ...Object.keys(tracrComparisons),
    ...Object.keys(CONSTRUCTORS).map((text) => signature(text).name),
  ],
  library(embedding) {
    const run = new TracrRun(embedding);
    runs.set(embedding, run);
    const { graph } = embedding;
    const found = new Map<string, PyValue>();
    const tokens = graph.input("asis");
    found.set("tokens", new TracrSOp(run, tokens));
    found.set("indices", new TracrSOp(run, graph.indices()));
    const everything = graph.select({
      key: tokens,
      query: tokens,
      predicate: { kind: "always", value: true },
    });
    const length = graph.aggregate({ selector: everything, value: null, reducer: count, default: 0 });
    run.kinds.set(length.id, "length");
    found.set("length", new TracrSOp(run, length));
    for (const [text, work] of Object.entries(CONSTRUCTORS)) {
      const shape = signature(text);
      found.set(shape.name, new PyBuiltin(shape.name, (args) => work(run, matched(shape, args))));
    }
    const comparisons = Object.entries(tracrComparisons).map(([name, sign]): [string, PyValue] => [
      name,
      new TracrComparison(name, sign),
    ]);
    for (const [name, comparison] of comparisons) found.set(name, comparison);
    found.set("Comparison", new PyNamespace("Comparison", new Map(comparisons)));
    const encodings = new Map<string, PyValue>([
      ["NUMERICAL", "numerical"],
      ["CATEGORICAL", "categorical"],
    ]);
    found.set("Encoding", new PyNamespace("Encoding", encodings));
    return found;
  },
};

/** A Tracr program that was run, with what a compiler asks of it. */
export interface TracrProgram {
  readonly execution: Execution;
  readonly run: TracrRun;
}

/** Runs a program's text and keeps its encodings. Never throws. */
export function runTracr(text: string, options: ExecuteOptions): TracrProgram {
  const { execution, embedding } = runEmbedded(tracrLanguage, text, options);
  return { execution, run: runs.get(embedding) as TracrRun };
}

/** Tracr's RASP. */
export const tracr: Dialect = embeddedDialect(tracrLanguage);
