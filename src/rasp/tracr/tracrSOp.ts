/** Tracr's s-ops and their operators. */
import { SOpObject } from "../embedded/objects";
import type { ElementwiseFunction, SOp } from "../ir/nodes";
import { matched, signature } from "../python/run/arguments";
import { binary, compare, truth } from "../python/run/operators";
import {
  PyBuiltin,
  PyObject,
  asAtom,
  fromAtom,
  nameOfValue,
  repr,
  type CallArguments,
  type PyValue,
} from "../python/run/values";
import type { BinarySign } from "../python/syntax/tree";
import { RaspError } from "../source/raspError";
import type { Atom } from "../values/atom";
import type { Comparison } from "../values/compare";
import { annotated, inputOf } from "./annotations";
import type { TracrRun } from "./run";

const BINARY = new Set<BinarySign>(["+", "-", "*", "/", "&", "|"]);

/** An s-op. */
export class TracrSOp extends SOpObject {
  constructor(
    readonly run: TracrRun,
    node: SOp,
  ) {
    super(node);
  }

  override binary(sign: BinarySign, other: PyValue, reflected: boolean): PyValue | undefined {
    if (!BINARY.has(sign)) {
      throw new RaspError(
        "type",
        `Tracr's s-ops have no ${sign}.`,
        null,
        `Write Map(lambda x: x ${sign} …, s).`,
      );
    }
    const work = (a: Atom, b: Atom): Atom => (reflected ? applied(sign, b, a) : applied(sign, a, b));
    if (other instanceof TracrSOp) {
      const func = { name: sign, key: `tracr ${sign}`, apply: ([a, b]: readonly Atom[]) => work(a, b) };
      return new TracrSOp(this.run, this.run.map(func, [this.node, other.node], "sequence-map"));
    }
    const constant = constantOf(other, sign);
    const shown = reflected ? `${repr(other)} ${sign} x` : `x ${sign} ${repr(other)}`;
    return mapped(this, { name: shown, key: `tracr ${shown}`, apply: ([a]) => work(a, constant) });
  }

  override compare(sign: Comparison, other: PyValue): PyValue | undefined {
    if (other instanceof TracrSOp) {
      this.run.embedding.remark({
        code: "comparison-of-s-ops",
        severity: "error",
        message: `Tracr compares an s-op with a constant only; ${sign} of two s-ops does not compare their values.`,
        next: `Write SequenceMap(lambda x, y: x ${sign} y, a, b).`,
      });
      throw new RaspError(
        "type",
        `${sign} compares an s-op with a constant, not with another s-op.`,
        null,
        `Write SequenceMap(lambda x, y: x ${sign} y, a, b).`,
      );
    }
    const constant = constantOf(other, sign);
    const shown = `x ${sign} ${repr(other)}`;
    return mapped(this, {
      name: shown,
      key: `tracr ${shown}`,
      apply: ([a]) => asAtom(compare(sign, fromAtom(a), fromAtom(constant))) as Atom,
    });
  }

  override unary(sign: "-" | "+" | "~"): PyValue | undefined {
    if (sign !== "~") {
      throw new RaspError("type", `Tracr's s-ops have no ${sign} in front.`, null, "Write -1 * s.");
    }
    return negated(this);
  }

  override truth(): boolean {
    this.run.embedding.remark({
      code: "truth-of-s-op",
      message: "Python's and, or, not and if do not look into an s-op: it always counts as true.",
      next: "Use & and | and ~ on s-ops.",
    });
    return true;
  }

  override call(args: CallArguments): PyValue {
    const [input] = matched(signature("s(sequence)"), args);
    return this.run.applied(this.node, inputOf(this.run, input as PyValue));
  }

  override attribute(name: string): PyValue | undefined {
    if (name !== "named" && name !== "annotated") return undefined;
    return new PyBuiltin(name, (args) => annotated(this.run, { self: this, node: this.node, name, args }));
  }
}

/** `&` and `|` give one of their operands, as Python's and and or do. */
function applied(sign: BinarySign, a: Atom, b: Atom): Atom {
  if (sign === "&") return truth(fromAtom(a)) ? b : a;
  if (sign === "|") return truth(fromAtom(a)) ? a : b;
  return asAtom(binary(sign, fromAtom(a), fromAtom(b))) as Atom;
}

function constantOf(value: PyValue, sign: string): Atom {
  const atom = value instanceof PyObject ? undefined : asAtom(value);
  if (atom !== undefined) return atom;
  throw new RaspError(
    "type",
    `${sign} takes an s-op and a constant or another s-op, not ${nameOfValue(value)}.`,
  );
}

/** An elementwise s-op of one; a map of a map becomes one map, as in Tracr. */
export function mapped(sop: TracrSOp, func: ElementwiseFunction): TracrSOp {
  const { run, node } = sop;
  if (node.kind === "map" && node.operands.length === 1) {
    const inner = node.function;
    const keyed = func.key === undefined || inner.key === undefined;
    const fused: ElementwiseFunction = {
      name: `${func.name} of ${inner.name}`,
      ...(keyed ? {} : { key: `${func.key} of ${inner.key}` }),
      // The outer function sees what the inner one gives, even None.
      apply: (operands, budget) => func.apply([inner.apply(operands, budget)], budget),
    };
    return new TracrSOp(run, run.map(fused, node.operands));
  }
  return new TracrSOp(run, run.map(func, [node]));
}

/** `not` at each position. */
export function negated(sop: TracrSOp): TracrSOp {
  return mapped(sop, { name: "not", key: "tracr not", apply: ([a]) => !truth(fromAtom(a)) });
}
