/** RASP-L's library, made of its core. At each position, only what stands there and before it counts. */
import { truth } from "../python/run/operators";
import { fromAtom } from "../python/run/values";
import type { ElementwiseFunction } from "../ir/nodes";
import { RaspError } from "../source/raspError";
import { arithmetic } from "../values/arithmetic";
import type { Int } from "../values/atom";
import type { RaspLFunction } from "./core";
import { comparing, comparingInts, number, sequence, truncated, type RaspLRun } from "./run";
import type { RaspLSequence } from "./sequences";

const equals = comparing("==");
const truthOfKey = {
  kind: "function",
  name: "key",
  key: "truth of key",
  test: (key: Parameters<typeof fromAtom>[0]) => truth(fromAtom(key)),
} as const;

const chosen: ElementwiseFunction = {
  name: "where",
  key: "where",
  apply: ([condition, then, otherwise]) => truncated(truth(fromAtom(condition)) ? then : otherwise),
};

/** The value at the first or last key that equals the query. */
interface Lookup {
  readonly keys: RaspLSequence;
  readonly queries: RaspLSequence;
  readonly values: RaspLSequence;
  readonly default: Int;
  readonly reduction?: "mean" | "max" | "min";
}

function lookup(
  run: RaspLRun,
  { keys, queries, values, default: empty, reduction = "mean" }: Lookup,
): RaspLSequence {
  return run.aggregate(run.select(keys, queries, equals), values, { default: empty, reduction });
}

function shifted(run: RaspLRun, x: RaspLSequence, by: Int, empty: Int): RaspLSequence {
  return lookup(run, {
    keys: plus(run, run.indices(x), by),
    queries: run.indices(x),
    values: x,
    default: empty,
  });
}

function plus(run: RaspLRun, x: RaspLSequence, by: Int): RaspLSequence {
  return run.map({ name: "+", key: `plus ${by}`, apply: ([a]) => arithmetic("+", a, by) }, [x.node]);
}

function counted(run: RaspLRun, keys: RaspLSequence, queries: RaspLSequence): RaspLSequence {
  return run.width(run.select(keys, queries, equals));
}

function occurrence(
  run: RaspLRun,
  [x, queries]: readonly [RaspLSequence, RaspLSequence],
  empty: Int,
  reduction: "min" | "max",
): RaspLSequence {
  return lookup(run, { keys: x, queries, values: run.indices(x), default: empty, reduction });
}

function picked(run: RaspLRun, x: RaspLSequence, at: RaspLSequence, empty: Int): RaspLSequence {
  return lookup(run, { keys: run.indices(x), queries: at, values: x, default: empty });
}

function extreme(run: RaspLRun, x: RaspLSequence, reduction: "min" | "max"): RaspLSequence {
  const always = { kind: "always", value: true } as const;
  return run.aggregate(run.select(x, x, always), x, { default: 0, reduction });
}

/** What stands behind the first occurrence of each query among the keys. */
interface Induction {
  readonly keys: RaspLSequence;
  readonly queries: RaspLSequence;
  readonly values: RaspLSequence;
  readonly offset: Int;
  readonly default: Int;
  /** Where the keys do not reach. */
  readonly nowhere: Int;
}

function inducted(
  run: RaspLRun,
  { keys, queries, values, offset, default: empty, nowhere }: Induction,
): RaspLSequence {
  const at = occurrence(run, [shifted(run, keys, offset, nowhere), queries], nowhere, "min");
  return picked(run, values, at, empty);
}

type Args = Parameters<RaspLFunction>[1];
type Work = (run: RaspLRun, args: Args) => RaspLSequence;

const optional = (value: Args[number], missing: Int, what: string): Int =>
  value === undefined ? missing : number(value, what);

const functions: Readonly<Record<string, Work>> = {
  "shift_right(x, n, default?)": (run, [x, n, empty]) =>
    shifted(run, sequence(x, "shift_right"), number(n, "shift_right"), optional(empty, 0, "default")),
  "cumsum(bool_array)": (run, [b]) => {
    const counts = sequence(b, "cumsum");
    return run.width(run.select(counts, counts, truthOfKey));
  },
  "where(condition, x_if, y_else)": (run, args) =>
    run.map(
      chosen,
      args.map((arg) => sequence(arg, "where").node),
    ),
  "mask(x, bool_mask, mask_val?)": (run, [x, m, value]) => {
    const [kept, mask] = [sequence(x, "mask"), sequence(m, "mask")];
    const other = run.full(kept, optional(value, 0, "mask_val"));
    return run.map(chosen, [mask.node, kept.node, other.node]);
  },
  "maximum(x)": (run, [x]) => extreme(run, sequence(x, "maximum"), "max"),
  "minimum(x)": (run, [x]) => extreme(run, sequence(x, "minimum"), "min"),
  "num_prev(x, queries)": (run, [x, q]) => counted(run, sequence(x, "num_prev"), sequence(q, "num_prev")),
  "has_seen(x, queries)": (run, [x, q]) => {
    const keys = sequence(x, "has_seen");
    return lookup(run, { keys, queries: sequence(q, "has_seen"), values: run.full(keys, 1), default: 0 });
  },
  "firsts(x, queries, default?)": (run, [x, q, empty]) =>
    occurrence(run, [sequence(x, "firsts"), sequence(q, "firsts")], optional(empty, -1, "default"), "min"),
  "lasts(x, queries, default?)": (run, [x, q, empty]) =>
    occurrence(run, [sequence(x, "lasts"), sequence(q, "lasts")], optional(empty, -1, "default"), "max"),
  "index_select(x, idx, default?)": (run, [x, at, empty]) =>
    picked(run, sequence(x, "index_select"), sequence(at, "index_select"), optional(empty, 0, "default")),
  "first_true(x, default?)": (run, [x, empty]) => {
    const flags = sequence(x, "first_true");
    const ones = run.full(flags, 1);
    return lookup(run, {
      keys: flags,
      queries: ones,
      values: run.indices(flags),
      default: optional(empty, -1, "default"),
      reduction: "min",
    });
  },
  "binary_mode(x)": (run, [x]) => {
    const bits = sequence(x, "binary_mode");
    const [zeros, ones] = [counted(run, bits, run.full(bits, 0)), counted(run, bits, run.full(bits, 1))];
    return run.map(comparingInts(">"), [ones.node, zeros.node]);
  },
  "induct_kqv(k, q, v, offset, default?, null_val?)": (run, [k, q, v, offset, empty, nowhere]) =>
    inducted(run, {
      keys: sequence(k, "induct_kqv"),
      queries: sequence(q, "induct_kqv"),
      values: sequence(v, "induct_kqv"),
      offset: number(offset, "offset"),
      default: optional(empty, 0, "default"),
      nowhere: optional(nowhere, -999, "null_val"),
    }),
  "induct(k, q, offset, default?, null_val?)": (run, [k, q, offset, empty, nowhere]) =>
    inducted(run, {
      keys: sequence(k, "induct"),
      queries: sequence(q, "induct"),
      values: sequence(k, "induct"),
      offset: number(offset, "offset"),
      default: optional(empty, 0, "default"),
      nowhere: optional(nowhere, -999, "null_val"),
    }),
  "induct_prev(k, q, offset, default?, null_val?)": (run, [k, q, offset, empty, nowhere]) => {
    const keys = sequence(k, "induct_prev");
    const at = occurrence(
      run,
      [keys, sequence(q, "induct_prev")],
      optional(nowhere, -999, "null_val"),
      "min",
    );
    const earlier = plus(run, at, number(offset, "offset"));
    return picked(run, keys, earlier, optional(empty, 0, "default"));
  },
};

/** The library by signature; the nodes inside its functions are marked as its own. */
export const library: Readonly<Record<string, RaspLFunction>> = {
  ...Object.fromEntries(
    Object.entries(functions).map(([text, work]): [string, RaspLFunction] => [
      text,
      (run, args) => run.library(() => work(run, args)),
    ]),
  ),
  "argmax(x)": () => broken("argmax", 'kqv(x, maximum(x), indices(x), equals, reduction="max")'),
  "argmin(x)": () => broken("argmin", 'kqv(x, minimum(x), indices(x), equals, reduction="max")'),
  "mode(x)": () =>
    broken(
      "mode",
      'n = num_prev(x, x); index_select(x, kqv(n, maximum(n), indices(x), equals, reduction="max"))',
    ),
};

/** These fail in the published library; what was meant can be written in a line. */
function broken(name: string, instead: string): never {
  throw new RaspError(
    "arguments",
    `${name} does not work in the published RASP-L library: it calls kqv without a predicate.`,
    null,
    `Write ${instead}.`,
  );
}
