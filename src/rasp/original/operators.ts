/** Operators on every kind of value. */
import type { Graph } from "../ir/graph";
import type { RaspValue } from "../program";
import { RaspError } from "../source/raspError";
import { asInt, isTruthy, type Atom } from "../values/atom";
import { atomsEqual, atomKey } from "../values/compare";
import { negate, positive, roundHalfEven } from "../values/arithmetic";
import { describe } from "./closure";
import { asSOp, binaryAtoms, binaryFunction, choose, unaryFunctions } from "./elementwise";
import type { BinarySign } from "./tree";

/** Longer lists are refused: `[0] * 10^9` would fill the memory. */
const MAX_ITEMS = 1_000_000;

/** An atom as a value. */
export function atomValue(atom: Atom): RaspValue {
  return { kind: "atom", atom };
}

/** Python's truth of a value. */
export function truthOf(value: RaspValue): boolean {
  if (value.kind === "atom") return isTruthy(value.atom);
  if (value.kind === "list") return value.items.length > 0;
  return value.kind === "dict" ? value.entries.length > 0 : true;
}

/**
 * One of the binary operators.
 * @throws {RaspError} "type" for operands that it does not take, and what the atoms' operators throw
 */
export function binary(graph: Graph, sign: BinarySign, left: RaspValue, right: RaspValue): RaspValue {
  const logic = sign === "and" || sign === "or";
  if (left.kind === "selector" || right.kind === "selector") {
    if (!logic) {
      throw new RaspError(
        "type",
        `Cannot apply ${sign} to ${left.kind === right.kind ? "selectors" : "a selector"}.`,
        null,
        "Selectors are combined with and, or and not; aggregate makes an s-op of one.",
      );
    }
    if (left.kind !== "selector" || right.kind !== "selector") {
      const other = left.kind === "selector" ? right : left;
      throw new RaspError("type", `Cannot apply ${sign} between a selector and ${describe(other)}.`);
    }
    return { kind: "selector", node: graph.combine(sign, left.node, right.node) };
  }
  if (left.kind === "sop" || right.kind === "sop") {
    const unsuited = (): RaspError =>
      new RaspError("type", `Cannot apply ${sign} to ${describe(left)} and ${describe(right)}.`);
    const operands = [asSOp(graph, left, unsuited), asSOp(graph, right, unsuited)];
    return { kind: "sop", node: graph.map(binaryFunction(sign), operands) };
  }
  if (sign === "and") return truthOf(left) ? right : left;
  if (sign === "or") return truthOf(left) ? left : right;
  if (left.kind === "atom" && right.kind === "atom")
    return atomValue(binaryAtoms(sign, left.atom, right.atom));
  return containers(sign, left, right);
}

function containers(sign: BinarySign, left: RaspValue, right: RaspValue): RaspValue {
  if (sign === "==") return atomValue(sameValue(left, right));
  if (sign === "+" && left.kind === "list" && right.kind === "list") {
    return listOf([...left.items, ...right.items]);
  }
  const [list, times] = left.kind === "list" ? [left, right] : [right, left];
  if (sign === "*" && list.kind === "list" && times.kind === "atom") {
    const count = asInt(times.atom);
    if (count !== null) return repeated(list.items, Number(count));
  }
  throw new RaspError("type", `Cannot apply ${sign} to ${describe(left)} and ${describe(right)}.`);
}

function repeated(items: readonly RaspValue[], count: number): RaspValue {
  if (items.length * count > MAX_ITEMS) throw tooLong();
  return listOf(Array.from({ length: Math.max(0, count) }, () => items).flat());
}

function tooLong(): RaspError {
  return new RaspError(
    "limit",
    `A list has at most ${MAX_ITEMS.toLocaleString("en")} items.`,
    null,
    "Make it shorter.",
  );
}

/**
 * A list.
 * @throws {RaspError} "limit" for one that is too long
 */
export function listOf(items: readonly RaspValue[]): RaspValue {
  if (items.length > MAX_ITEMS) throw tooLong();
  return { kind: "list", items };
}

/** Equality of values: atoms by value, lists and dicts by their contents, the rest by identity. */
function sameValue(a: RaspValue, b: RaspValue): boolean {
  if (a.kind === "atom" && b.kind === "atom") return atomsEqual(a.atom, b.atom);
  if (a.kind === "list" && b.kind === "list") {
    return a.items.length === b.items.length && a.items.every((item, i) => sameValue(item, b.items[i]));
  }
  if (a.kind === "dict" && b.kind === "dict") {
    const others = new Map(b.entries.map(([key, value]) => [atomKey(key), value]));
    const same = ([key, value]: readonly [Atom, RaspValue]): boolean => {
      const other = others.get(atomKey(key));
      return other !== undefined && sameValue(value, other);
    };
    return a.entries.length === b.entries.length && a.entries.every(same);
  }
  if ((a.kind === "sop" || a.kind === "selector") && a.kind === b.kind) return a.node === b.node;
  return a === b;
}

/**
 * not, minus and plus.
 * @throws {RaspError} "type" for an operand that it does not take
 */
export function unary(graph: Graph, sign: "not" | "-" | "+", operand: RaspValue): RaspValue {
  if (operand.kind === "sop") return { kind: "sop", node: graph.map(unaryFunctions[sign], [operand.node]) };
  if (sign === "not") {
    if (operand.kind === "selector") return { kind: "selector", node: graph.not(operand.node) };
    return atomValue(!truthOf(operand));
  }
  if (operand.kind === "atom") return atomValue(sign === "-" ? negate(operand.atom) : positive(operand.atom));
  throw new RaspError("type", `Cannot apply ${sign} to ${describe(operand)}.`);
}

/**
 * round and indicator.
 * @throws {RaspError} "type" for an operand that it does not take
 */
export function wrapped(graph: Graph, kind: "round" | "indicator", operand: RaspValue): RaspValue {
  if (operand.kind === "sop") return { kind: "sop", node: graph.map(unaryFunctions[kind], [operand.node]) };
  if (kind === "round" && operand.kind === "atom") return atomValue(roundHalfEven(operand.atom));
  const takes = kind === "round" ? "an s-op or a number" : "an s-op";
  throw new RaspError("type", `${kind} takes ${takes}, not ${describe(operand)}.`);
}

/**
 * A choice at every position.
 * @throws {RaspError} "type" for branches that are neither s-ops nor atoms, and for a selector as condition
 */
export function chosen(graph: Graph, condition: RaspValue, then: RaspValue, otherwise: RaspValue): RaspValue {
  const operands = [condition, then, otherwise].map((value) =>
    asSOp(
      graph,
      value,
      () =>
        new RaspError("type", `A choice at every position takes s-ops and atoms, not ${describe(value)}.`),
    ),
  );
  return { kind: "sop", node: graph.map(choose, operands) };
}
