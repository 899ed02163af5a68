/** RASP-L's sequences: integer arrays with numpy's operators, built as s-ops. */
import type { Embedding } from "../embedded/embedding";
import { SOpObject, SelectorObject } from "../embedded/objects";
import type { ElementwiseFunction, SOp, Selector } from "../ir/nodes";
import { isScalar, nameOfValue, repr, type PyValue } from "../python/run/values";
import type { BinarySign } from "../python/syntax/tree";
import { RaspError } from "../source/raspError";
import { asInt, isNumeric, toInt, typeOf, type Atom } from "../values/atom";
import { arithmetic, negate, positive, type Arithmetic } from "../values/arithmetic";
import { compareAtoms, type Comparison } from "../values/compare";
import type { RaspLRun } from "./run";

/** A sequence. */
export class RaspLSequence extends SOpObject {
  override readonly typeName = "a sequence";

  constructor(
    readonly run: RaspLRun,
    node: SOp,
  ) {
    super(node);
  }

  override binary(sign: BinarySign, other: PyValue, reflected: boolean): PyValue | undefined {
    const operand = operandOf(this, other, sign);
    const [left, right] = reflected ? [operand, this.node] : [this.node, operand];
    const name = sign === "^" ? "**" : sign;
    return this.run.map({ name, key: `numpy ${name}`, apply: ([a, b]) => numpy(sign, a, b) }, [left, right]);
  }

  override compare(sign: Comparison, other: PyValue): PyValue | undefined {
    const operand = operandOf(this, other, sign);
    const apply: ElementwiseFunction["apply"] = ([a, b]) => compareAtoms(sign, a, b);
    return this.run.map({ name: sign, key: sign, apply }, [this.node, operand]);
  }

  override unary(sign: "-" | "+" | "~"): PyValue | undefined {
    return this.run.map({ name: sign, key: `numpy unary ${sign}`, apply: ([a]) => numpyUnary(sign, a) }, [
      this.node,
    ]);
  }

  override truth(): boolean {
    throw new RaspError(
      "type",
      "A whole sequence is neither true nor false: Python's and, or, not and if do not look at its positions.",
      null,
      "Use & and |, where(condition, a, b), or seq_map with a lambda that says and.",
    );
  }

  override index(): PyValue | undefined {
    throw new RaspError(
      "unsupported",
      "A sequence is not indexed here: a program computes all positions alike.",
      null,
      "Use shift_right(x, n) or index_select(x, indices).",
    );
  }

  override items(): Iterable<PyValue> | undefined {
    throw new RaspError(
      "unsupported",
      "A sequence is not gone through item by item: a program computes all positions alike.",
      null,
      "Use tok_map(x, function) or seq_map(x, y, function).",
    );
  }
}

/** A selector: a matrix of attention. */
export class RaspLSelector extends SelectorObject {
  constructor(
    readonly embedding: Embedding,
    node: Selector,
  ) {
    super(node);
  }

  override binary(sign: BinarySign, other: PyValue): PyValue | undefined {
    if ((sign !== "&" && sign !== "|") || !(other instanceof RaspLSelector)) return undefined;
    const { graph } = this.embedding;
    const kind = sign === "&" ? "and" : "or";
    return new RaspLSelector(
      this.embedding,
      this.embedding.make(() => graph.combine(kind, this.node, other.node)),
    );
  }

  override truth(): boolean {
    throw new RaspError("type", "A whole selector is neither true nor false.", null, "Use & and |.");
  }
}

function operandOf(self: RaspLSequence, other: PyValue, sign: string): SOp {
  if (other instanceof RaspLSequence) return other.node;
  const { embedding } = self.run;
  if (isScalar(other) && isNumeric(other)) return embedding.make(() => embedding.graph.constant(other));
  throw new RaspError(
    "type",
    `${sign} takes sequences and numbers, not ${isScalar(other) ? repr(other) : nameOfValue(other)}.`,
  );
}

/** Numpy's arithmetic of two elements: two bools stay bools, and / gives floats. */
function numpy(sign: BinarySign, a: Atom, b: Atom): Atom {
  if (typeof a === "boolean" && typeof b === "boolean") {
    if (sign === "+" || sign === "|") return a || b;
    if (sign === "*" || sign === "&") return a && b;
    if (sign === "-") {
      throw new RaspError(
        "type",
        "numpy does not subtract truth values from one another.",
        null,
        "Write x & ~y, or 1 - x for the opposite.",
      );
    }
  }
  if (sign === "**" || sign === "^") return arithmetic("power", a, b);
  if (sign === "<<" || sign === ">>" || sign === "@") {
    throw new RaspError("unsupported", `${sign} is not supported on sequences.`);
  }
  return arithmetic(sign as Arithmetic, a, b);
}

function numpyUnary(sign: "-" | "+" | "~", a: Atom): Atom {
  if (sign === "~") {
    if (typeof a === "boolean") return !a;
    const int = asInt(a);
    if (int === null) throw new RaspError("type", `~ takes ints and bools, not a ${typeOf(a)}.`);
    return toInt(~BigInt(int));
  }
  if (typeof a === "boolean") {
    throw new RaspError("type", `numpy has no ${sign} for truth values.`, null, "Write 1 - x, or ~x.");
  }
  return sign === "-" ? negate(a) : positive(a);
}
