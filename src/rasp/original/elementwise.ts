/** The elementwise functions of the language. Each has a key, so that equal steps are known to be equal. */
import type { Graph } from "../ir/graph";
import type { ElementwiseFunction, SOp } from "../ir/nodes";
import type { RaspError } from "../source/raspError";
import { arithmetic, negate, positive, roundHalfEven } from "../values/arithmetic";
import { isTruthy, type Atom } from "../values/atom";
import { atomKey, compareAtoms } from "../values/compare";
import { atomText } from "../values/show";
import type { RaspValue } from "../program";
import type { BinarySign } from "./tree";

/** An atom with an atom, by one of the operators that are not logic. */
export function binaryAtoms(sign: Exclude<BinarySign, "and" | "or">, a: Atom, b: Atom): Atom {
  switch (sign) {
    case "==":
    case "<":
    case "<=":
    case ">":
    case ">=":
      return compareAtoms(sign, a, b);
    case "^":
      return arithmetic("power", a, b);
    default:
      return arithmetic(sign, a, b);
  }
}

function define(name: string, apply: (operands: readonly Atom[]) => Atom): ElementwiseFunction {
  return { name, key: `rasp ${name}`, apply };
}

const binaries = new Map<BinarySign, ElementwiseFunction>(
  (["^", "*", "/", "%", "+", "-", "==", "<=", ">=", ">", "<"] as const).map((sign) => [
    sign,
    define(sign, ([a, b]) => binaryAtoms(sign, a, b)),
  ]),
);
binaries.set(
  "and",
  define("and", ([a, b]) => isTruthy(a) && isTruthy(b)),
);
binaries.set(
  "or",
  define("or", ([a, b]) => isTruthy(a) || isTruthy(b)),
);

/** The function of a binary operator. */
export function binaryFunction(sign: BinarySign): ElementwiseFunction {
  return binaries.get(sign) as ElementwiseFunction;
}

/** The functions of one operand. */
export const unaryFunctions = {
  not: define("not", ([a]) => !isTruthy(a)),
  "-": define("negate", ([a]) => negate(a)),
  "+": define("positive", ([a]) => positive(a)),
  round: define("round", ([a]) => roundHalfEven(a)),
  indicator: define("indicator", ([a]) => (isTruthy(a) ? 1 : 0)),
} as const;

/** `a if c else b`, of c, a and b. */
export const choose = define("if", ([condition, then, otherwise]) =>
  isTruthy(condition) ? then : otherwise,
);

/** Whether the operand is one of some atoms. */
export function member(atoms: readonly Atom[]): ElementwiseFunction {
  const keys = new Set(atoms.map(atomKey));
  return {
    name: `in [${atoms.map(atomText).join(", ")}]`,
    key: `rasp in ${JSON.stringify([...keys].sort())}`,
    apply: ([element]) => keys.has(atomKey(element)),
  };
}

/** What a table has for the operand; `read` throws where it has nothing. */
export function lookup(name: string, key: string, read: (index: Atom) => Atom): ElementwiseFunction {
  return { name, key: `rasp lookup ${key}`, apply: ([index]) => read(index) };
}

/**
 * An atom as an s-op that has it everywhere; an s-op as it is.
 * @throws {RaspError} "type" for anything else, with the sentence given
 */
export function asSOp(graph: Graph, value: RaspValue, otherwise: () => RaspError): SOp {
  if (value.kind === "sop") return value.node;
  if (value.kind === "atom") return graph.constant(value.atom);
  throw otherwise();
}
