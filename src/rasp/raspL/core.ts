/** The core of RASP-L: everything else is made of it. */
import { canonicalLambda } from "../embedded/canonical";
import type { Predicate } from "../ir/nodes";
import { PyBuiltin, nameOfValue, type PyValue } from "../python/run/values";
import { truth } from "../python/run/operators";
import { RaspError } from "../source/raspError";
import type { Comparison } from "../values/compare";
import { comparing, number, sequence, type Aggregation, type RaspLRun } from "./run";
import { RaspLSelector } from "./sequences";

/** A function of RASP-L: given its arguments in the order of its signature. */
export type RaspLFunction = (run: RaspLRun, args: (PyValue | undefined)[]) => PyValue;

/** The comparisons that RASP-L names. */
export const comparisons: Readonly<Record<string, Comparison>> = {
  equals: "==",
  leq: "<=",
  lt: "<",
  geq: ">=",
  gt: ">",
};

/** The core functions by their signature. */
export const core: Readonly<Record<string, RaspLFunction>> = {
  "full(x, const)": (run, [x, c]) => run.full(sequence(x, "full"), number(c, "full")),
  "fill(x, const)": (run, [x, c]) => run.full(sequence(x, "fill"), number(c, "fill")),
  "indices(x)": (run, [x]) => run.indices(sequence(x, "indices")),
  "tok_map(x, func)": (run, [x, func]) => run.applied(func!, [sequence(x, "tok_map")], "tok_map"),
  "seq_map(x, y, func)": (run, [x, y, func]) =>
    run.applied(func!, [sequence(x, "seq_map"), sequence(y, "seq_map")], "seq_map"),
  "select(k, q, pred, causal?)": (run, [k, q, pred, causal]) =>
    run.select(
      sequence(k, "select"),
      sequence(q, "select"),
      predicateOf(run, pred, "select"),
      causal === undefined || truth(causal),
    ),
  "sel_width(A)": (run, [selector]) => run.width(selectorOf(selector, "sel_width")),
  "aggr_mean(A, v, default?)": (run, [a, v, empty]) => aggregated(run, [a, v, empty], "mean"),
  "aggr_max(A, v, default?)": (run, [a, v, empty]) => aggregated(run, [a, v, empty], "max"),
  "aggr(A, v, default?, reduction?)": (run, [a, v, empty, reduction]) =>
    aggregated(run, [a, v, empty], reductionOf(reduction)),
  "kqv(k, q, v, pred, default?, reduction?)": (run, [k, q, v, pred, empty, reduction]) => {
    const selector = run.select(sequence(k, "kqv"), sequence(q, "kqv"), predicateOf(run, pred, "kqv"));
    return aggregated(run, [selector, v, empty], reductionOf(reduction));
  },
};

function aggregated(
  run: RaspLRun,
  [selector, values, empty]: readonly (PyValue | undefined)[],
  reduction: Aggregation["reduction"],
): PyValue {
  const missing = empty === undefined ? 0 : number(empty, "default");
  return run.aggregate(selectorOf(selector, "An aggregate"), sequence(values, "An aggregate"), {
    default: missing,
    reduction,
  });
}

function reductionOf(value: PyValue | undefined): Aggregation["reduction"] {
  if (value === undefined) return "mean";
  if (value === "mean" || value === "max" || value === "min") return value;
  throw new RaspError("arguments", 'reduction is "mean", "max" or "min".');
}

function selectorOf(value: PyValue | undefined, what: string): RaspLSelector {
  if (value instanceof RaspLSelector) return value;
  throw new RaspError("type", `${what} takes a selector, not ${nameOfValue(value ?? null)}.`);
}

/** equals, leq, … are comparisons; other functions are asked for each pair. */
function predicateOf(run: RaspLRun, value: PyValue | undefined, what: string): Predicate {
  if (value instanceof PyBuiltin && Object.hasOwn(comparisons, value.name))
    return comparing(comparisons[value.name]);
  const plain = canonicalLambda(value ?? null);
  if (plain !== null && /^lambda \w+, \w+: (True|1)$/.test(plain.text))
    return { kind: "always", value: true };
  return run.embedding.predicate(value ?? null, what);
}
