/** RASPy's s-ops: operators build elementwise functions, methods the rest. */
import type { Embedding } from "../embedded/embedding";
import { AppliedSequence, SOpObject } from "../embedded/objects";
import { Evaluator } from "../ir/evaluate";
import type { ElementwiseFunction, SOp } from "../ir/nodes";
import { matched, signature } from "../python/run/arguments";
import { contains } from "../python/run/operators";
import {
  PyBuiltin,
  PyList,
  PyObject,
  PyRange,
  PyTuple,
  asAtom,
  fromAtom,
  isScalar,
  nameOfValue,
  repr,
  type CallArguments,
  type PyValue,
} from "../python/run/values";
import type { BinarySign } from "../python/syntax/tree";
import { RaspError } from "../source/raspError";
import { Float, asInt, asNumber, isNumeric, toInt, type Atom } from "../values/atom";
import { arithmetic, roundHalfEven, type Arithmetic } from "../values/arithmetic";
import { compareAtoms, nameOfType, type Comparison } from "../values/compare";

/** The operators that RASPy defines with an s-op on their left, and the power, which it lacks. */
const BINARY = new Set<BinarySign>(["+", "-", "*", "/", "%", "&", "|", "**", "^"]);

/** An s-op. */
export class RaspySOp extends SOpObject {
  constructor(
    readonly embedding: Embedding,
    node: SOp,
  ) {
    super(node);
  }

  override binary(sign: BinarySign, other: PyValue, reflected: boolean): PyValue | undefined {
    if (reflected ? sign !== "/" : !BINARY.has(sign)) {
      if (other instanceof PyObject && !(other instanceof RaspySOp)) return undefined;
      throw missing(sign, reflected, other);
    }
    const operand = wrap(this.embedding, other).node;
    const name = sign === "**" || sign === "^" ? "power" : (sign as Arithmetic);
    const apply: ElementwiseFunction["apply"] = reflected
      ? ([a, b]) => arithmetic(name, b, a)
      : ([a, b]) => arithmetic(name, a, b);
    return this.mapped({ name: sign, key: reflected ? `reflected ${name}` : name, apply }, operand);
  }

  override compare(sign: Comparison, other: PyValue): PyValue | undefined {
    if (other instanceof PyObject && !(other instanceof RaspySOp)) return undefined;
    const operand = wrap(this.embedding, other).node;
    return this.mapped({ name: sign, key: sign, apply: ([a, b]) => compareAtoms(sign, a, b) }, operand);
  }

  override unary(sign: "-" | "+" | "~"): PyValue | undefined {
    if (sign !== "~") throw missing(sign, false, null);
    this.embedding.remark({
      code: "bitwise-not",
      message:
        "~ inverts bits in RASPy, as Python's does: ~True is -2 and ~False is -1, and both count as true.",
      next: "Write where(s, False, True), or compare with the other value, to negate bools.",
    });
    return this.mapped({ name: "~", key: "~", apply: ([a]) => inverted(a) });
  }

  override truth(): boolean {
    this.embedding.remark({
      code: "truth-of-s-op",
      message: "Python's and, or, not and if do not look into an s-op: it always counts as true.",
      next: "Use & and | on s-ops, and where(condition, a, b) instead of if.",
    });
    return true;
  }

  override call(args: CallArguments): PyValue {
    const [input] = matched(signature("input(sequence)"), args);
    return this.applied(input as PyValue);
  }

  override attribute(name: string): PyValue | undefined {
    const key = Object.keys(METHODS).find((text) => text.startsWith(`${name}(`));
    if (key === undefined) return undefined;
    const shape = signature(key);
    return new PyBuiltin(name, (args) => METHODS[key](this, matched(shape, args)));
  }

  /** A new s-op of this one and others. */
  mapped(func: ElementwiseFunction, ...others: SOp[]): RaspySOp {
    const { embedding } = this;
    return new RaspySOp(
      embedding,
      embedding.make(() => embedding.graph.map(func, [this.node, ...others])),
    );
  }

  applied(input: PyValue): AppliedSequence {
    const tokens = tokensOf(this.embedding, input);
    const evaluator = new Evaluator({ tokens, budget: this.embedding.interpreter.budget });
    return new AppliedSequence(evaluator.sop(this.node), { node: this.node, tokens });
  }
}

type Method = (self: RaspySOp, args: (PyValue | undefined)[]) => PyValue;

const METHODS: Readonly<Record<string, Method>> = {
  "input(sequence)": (self, [input]) => self.applied(input!),
  "map(function)": (self, [func]) => self.mapped(self.embedding.elementwise(func!, "map")),
  "has(collection)": (self, [collection]) => {
    const name = `has ${repr(collection!)}`;
    return self.mapped({ name, key: name, apply: ([a]) => contains(collection!, fromAtom(a)) });
  },
  "round()": (self) => self.mapped({ name: "round", key: "round", apply: ([a]) => roundHalfEven(a) }),
  "sin()": (self) => self.mapped({ name: "sin", key: "sin", apply: ([a]) => wave("sin", a) }),
  "cos()": (self) => self.mapped({ name: "cos", key: "cos", apply: ([a]) => wave("cos", a) }),
  "name(name)": (self, [name]) => {
    if (typeof name !== "string")
      throw new RaspError("type", `name takes a string, not ${nameOfValue(name!)}.`);
    self.embedding.labels.set(self.node.id, name);
    return self;
  },
};

function wave(name: "sin" | "cos", a: Atom): Atom {
  if (!isNumeric(a)) throw new RaspError("type", `${name} takes a number, not ${nameOfType(a)}.`);
  return new Float(Math[name](asNumber(a)));
}

function inverted(a: Atom): Atom {
  const int = asInt(a);
  if (int === null) throw new RaspError("type", `~ takes an int or a bool, not ${nameOfType(a)}.`);
  return toInt(~BigInt(int));
}

function missing(sign: string, reflected: boolean, other: PyValue): RaspError {
  const shown = reflected ? repr(other) : "s";
  const next: Record<string, string> = {
    "-": reflected ? `Write s * (0 - 1) + ${shown}.` : "Write s * (0 - 1).",
    "+": reflected ? `Write s + ${shown}.` : "Leave it out.",
    "*": `Write s * ${shown}.`,
    "//": "Write s.map(lambda x: x // …).",
  };
  const what = reflected
    ? `RASPy's s-ops take ${sign} only with the s-op on the left.`
    : `RASPy's s-ops have no ${sign}.`;
  return new RaspError("type", what, null, next[sign] ?? "Write s.map(lambda x: …).");
}

/** What an operator of RASPy takes for its other side: numbers and characters everywhere, lists as they are. */
export function wrap(embedding: Embedding, value: PyValue): RaspySOp {
  if (value instanceof RaspySOp) return value;
  const { graph } = embedding;
  const made = (work: () => SOp): RaspySOp => new RaspySOp(embedding, embedding.make(work));
  if (isScalar(value) && isNumeric(value)) return made(() => graph.constant(value));
  if (typeof value === "string") {
    const characters = [...value];
    if (characters.length === 1) return made(() => graph.constant(value));
    embedding.remark({
      code: "string-as-sequence",
      message: `A string of ${characters.length} characters is taken as a sequence, one character for each position; only a single character is compared with every token.`,
      next: "Use has([…]) to look for whole words among the tokens.",
    });
    return made(() => graph.literal(characters));
  }
  if (value instanceof PyList || value instanceof PyTuple || value instanceof PyRange) {
    return made(() => graph.literal(atomsOf(embedding, value)));
  }
  throw new RaspError(
    "type",
    `An s-op, a number, a character or a list is needed here, not ${nameOfValue(value)}.`,
  );
}

/** The items of a list as atoms. */
export function atomsOf(embedding: Embedding, value: PyValue): Atom[] {
  return embedding.interpreter.all(value).map((item) => {
    const atom = asAtom(item);
    if (atom !== undefined) return atom;
    throw new RaspError(
      "type",
      `${nameOfValue(item)} cannot be a token.`.replace(/^./, (c) => c.toUpperCase()),
    );
  });
}

/** An input: a string gives its characters. */
export function tokensOf(embedding: Embedding, value: PyValue): Atom[] {
  if (isScalar(value) && typeof value !== "string") {
    throw new RaspError("type", `An input is a string or a list, not ${nameOfValue(value)}.`);
  }
  return atomsOf(
    embedding,
    value instanceof AppliedSequence ? new PyList(value.values.map(fromAtom)) : value,
  );
}
