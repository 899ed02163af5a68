/** The values of a running Python program. */
import { RaspError } from "../../source/raspError";
import { Float, Tuple, typeOf, type Atom } from "../../values/atom";
import { atomKey, nameOfType, type Comparison } from "../../values/compare";
import { atomText } from "../../values/show";
import type { BinarySign, DefNode, LambdaNode } from "../syntax/tree";
import type { Scope } from "./scope";

/** Values that are compared and copied as they are. */
export type Scalar = Exclude<Atom, Tuple>;

/** Any value. */
export type PyValue =
  Scalar | PyList | PyTuple | PyDict | PySet | PyRange | PyFunction | PyBuiltin | PyNamespace | PyObject;

/** A list. */
export class PyList {
  constructor(readonly items: PyValue[]) {}
}

/** A tuple. */
export class PyTuple {
  constructor(readonly items: readonly PyValue[]) {}
}

/** A dict, in order of insertion. */
export class PyDict {
  readonly entries = new Map<string, [PyValue, PyValue]>();

  get(key: PyValue): PyValue | undefined {
    return this.entries.get(keyOf(key))?.[1];
  }

  set(key: PyValue, value: PyValue): void {
    const text = keyOf(key);
    const entry = this.entries.get(text);
    if (entry === undefined) this.entries.set(text, [key, value]);
    else entry[1] = value;
  }
}

/** A set, in order of insertion. */
export class PySet {
  readonly entries = new Map<string, PyValue>();

  constructor(items: Iterable<PyValue> = []) {
    for (const item of items) this.entries.set(keyOf(item), item);
  }
}

/** A range, which is never written out. */
export class PyRange {
  readonly length: number;

  constructor(
    readonly start: number,
    readonly stop: number,
    readonly step: number,
  ) {
    this.length = Math.max(0, Math.ceil((stop - start) / step));
  }

  at(index: number): number {
    return this.start + index * this.step;
  }
}

/** A function of the program: `def` or lambda, with the scope it was made in. */
export class PyFunction {
  constructor(
    readonly node: DefNode | LambdaNode,
    readonly scope: Scope,
    readonly defaults: ReadonlyMap<string, PyValue>,
  ) {}

  /** The name of a `def`; a lambda has none. */
  get name(): string {
    return this.node.kind === "def" ? this.node.name : "<lambda>";
  }
}

/** What a call hands over. */
export interface CallArguments {
  readonly positional: readonly PyValue[];
  readonly named: ReadonlyMap<string, PyValue>;
}

/** A function that the language provides. */
export class PyBuiltin {
  constructor(
    readonly name: string,
    readonly call: (args: CallArguments) => PyValue,
  ) {}
}

/** A module or class whose members are looked up by name. */
export class PyNamespace {
  constructor(
    readonly name: string,
    readonly members: ReadonlyMap<string, PyValue>,
    /** Some may be called too. */
    readonly call: ((args: CallArguments) => PyValue) | null = null,
  ) {}
}

/** A value of a dialect. Each method says undefined where Python would say NotImplemented. */
export abstract class PyObject {
  /** "an s-op": for messages. */
  abstract readonly typeName: string;

  binary(_sign: BinarySign, _other: PyValue, _reflected: boolean): PyValue | undefined {
    return undefined;
  }

  compare(_sign: Comparison, _other: PyValue): PyValue | undefined {
    return undefined;
  }

  unary(_sign: "-" | "+" | "~"): PyValue | undefined {
    return undefined;
  }

  attribute(_name: string): PyValue | undefined {
    return undefined;
  }

  call(_args: CallArguments): PyValue | undefined {
    return undefined;
  }

  index(_index: PyValue): PyValue | undefined {
    return undefined;
  }

  /** What `if`, `and`, `or` and `not` make of it. */
  truth(): boolean {
    return true;
  }

  items(): Iterable<PyValue> | undefined {
    return undefined;
  }
}

/** True for numbers, strings, bools and None. */
export function isScalar(value: PyValue): value is Scalar {
  return value === null || typeof value !== "object" || value instanceof Float;
}

/** "a list", "an int", …: for messages. */
export function nameOfValue(value: PyValue): string {
  if (isScalar(value)) return nameOfType(value);
  if (value instanceof PyObject) return value.typeName;
  if (value instanceof PyList) return "a list";
  if (value instanceof PyTuple) return "a tuple";
  if (value instanceof PyDict) return "a dict";
  if (value instanceof PySet) return "a set";
  if (value instanceof PyRange) return "a range";
  return value instanceof PyNamespace ? "a module" : "a function";
}

/** Under what a value is kept in sets and dicts. */
function keyOf(value: PyValue): string {
  const atom = asAtom(value);
  if (atom !== undefined) return atomKey(atom);
  throw new RaspError(
    "type",
    `${capital(nameOfValue(value))} cannot be a key of a dict or a member of a set.`,
  );
}

/** With a capital letter, to begin a sentence. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The value as one that may stand at a position; undefined where it may not. */
export function asAtom(value: PyValue): Atom | undefined {
  if (isScalar(value)) return value;
  if (!(value instanceof PyTuple)) return undefined;
  const items: Atom[] = [];
  for (const item of value.items) {
    const atom = asAtom(item);
    if (atom === undefined) return undefined;
    items.push(atom);
  }
  return new Tuple(items);
}

/** What stands at a position, as a value of the program. */
export function fromAtom(atom: Atom): PyValue {
  return atom instanceof Tuple ? new PyTuple(atom.items.map(fromAtom)) : atom;
}

/** As Python's repr writes it (strings in single quotes). */
export function repr(value: PyValue, depth = 0): string {
  if (typeof value === "string") return quoted(value);
  if (isScalar(value)) return atomText(value);
  if (depth > 20) return "...";
  const all = (items: Iterable<PyValue>): string[] => [...items].map((item) => repr(item, depth + 1));
  if (value instanceof PyList) return `[${all(value.items).join(", ")}]`;
  if (value instanceof PyTuple) {
    return `(${all(value.items).join(", ")}${value.items.length === 1 ? "," : ""})`;
  }
  if (value instanceof PySet)
    return value.entries.size === 0 ? "set()" : `{${all(value.entries.values()).join(", ")}}`;
  if (value instanceof PyDict) {
    const entries = [...value.entries.values()].map(
      ([k, v]) => `${repr(k, depth + 1)}: ${repr(v, depth + 1)}`,
    );
    return `{${entries.join(", ")}}`;
  }
  if (value instanceof PyRange) {
    return `range(${value.start}, ${value.stop}${value.step === 1 ? "" : `, ${value.step}`})`;
  }
  if (value instanceof PyObject) return `<${value.typeName}>`;
  return `<function ${value.name}>`;
}

/** As Python's str writes it. */
export function str(value: PyValue): string {
  return typeof value === "string" ? value : repr(value);
}

function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const inside = text
    .replace(/\\/g, "\\\\")
    .replace(/\n/g, "\\n")
    .replace(/\r/g, "\\r")
    .replace(/\t/g, "\\t")
    .replaceAll(quote, `\\${quote}`);
  return quote + inside + quote;
}

/** "int", "list", …: the type's own name, for isinstance and type. */
export function typeNameOf(value: PyValue): string {
  if (isScalar(value)) {
    const type = typeOf(value);
    return type === "string" ? "str" : type === "none" ? "NoneType" : type;
  }
  if (value instanceof PyObject) return value.typeName.replace(/^an? /, "");
  return nameOfValue(value).replace(/^an? /, "");
}
