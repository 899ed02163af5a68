/** Python's builtin functions. */
import { RaspError } from "../../source/raspError";
import { converted } from "../../ir/inputs";
import { Float, asInt, asNumber, isNumeric, type Atom } from "../../values/atom";
import { intOfWhole, negate, positive, roundHalfEven } from "../../values/arithmetic";
import { matched, signature } from "./arguments";
import type { Interpreter } from "./interpreter";
import { binary, bounded, compare, lengthOf, truth } from "./operators";
import {
  PyBuiltin,
  PyDict,
  PyList,
  PyNamespace,
  PyRange,
  PySet,
  PyTuple,
  capital,
  isScalar,
  nameOfValue,
  repr,
  str,
  typeNameOf,
  type CallArguments,
  type PyValue,
  type Scalar,
} from "./values";

type Builtin = (run: Interpreter, args: (PyValue | undefined)[]) => PyValue;

const functions: Readonly<Record<string, Builtin>> = {
  "len(object)": (_run, [object]) => {
    const length = lengthOf(object!);
    if (length === undefined) throw new RaspError("type", `${capital(nameOfValue(object!))} has no length.`);
    return length;
  },
  "range(start, stop?, step?)": (_run, [first, second, third]) => {
    const [start, stop] = second === undefined ? [0, whole(first!)] : [whole(first!), whole(second)];
    const step = third === undefined ? 1 : whole(third);
    if (step === 0) throw new RaspError("type", "The step of a range cannot be 0.");
    return new PyRange(start, stop, step);
  },
  "enumerate(items, start?)": (run, [items, start]) => {
    const first = start === undefined ? 0 : whole(start);
    return new PyList(run.all(items!).map((item, i) => new PyTuple([first + i, item])));
  },
  "reversed(items)": (run, [items]) => new PyList(run.all(items!).reverse()),
  "sorted(items, key?, reverse?)": sorted,
  "sum(items, start?)": (run, [items, start]) =>
    run.all(items!).reduce((total, item) => binary("+", total, item), start ?? 0),
  "abs(x)": (_run, [x]) => {
    if (!isScalar(x!) || !isNumeric(x)) throw unsuited("abs", "a number", x!);
    return (asNumber(x) < 0 ? negate(x) : positive(x)) as Scalar;
  },
  "round(x, digits?)": (_run, [x, digits]) => {
    if (!isScalar(x!) || !isNumeric(x)) throw unsuited("round", "a number", x!);
    if (digits === undefined || digits === null) return roundHalfEven(x);
    const places = whole(digits);
    if (!(x instanceof Float)) return x as Scalar;
    if (places < 0 || places > 15) throw new RaspError("unsupported", "round takes 0 to 15 digits.");
    return new Float(Number(x.value.toFixed(places)));
  },
  "ord(character)": (_run, [character]) => {
    if (typeof character !== "string" || [...character].length !== 1)
      throw unsuited("ord", "a string of one character", character!);
    return character.codePointAt(0) as number;
  },
  "chr(code)": (_run, [code]) => {
    const point = whole(code!);
    if (point < 0 || point > 0x10ffff) throw new RaspError("type", "There is no character of this number.");
    return String.fromCodePoint(point);
  },
  "any(items)": (run, [items]) => run.all(items!).some(truth),
  "all(items)": (run, [items]) => run.all(items!).every(truth),
  "filter(function, items)": (run, [func, items]) =>
    new PyList(run.all(items!).filter((item) => truth(func === null ? item : apply(run, func!, [item])))),
  "repr(object)": (_run, [object]) => repr(object!),
  "divmod(a, b)": (_run, [a, b]) => new PyTuple([binary("//", a!, b!), binary("%", a!, b!)]),
  "pow(base, exponent)": (_run, [base, exponent]) => binary("**", base!, exponent!),
  "callable(object)": (_run, [object]) => object instanceof PyBuiltin || typeNameOf(object!) === "function",
  "isinstance(object, type)": (_run, [object, type]) => isInstance(object!, type!),
};

function apply(run: Interpreter, func: PyValue, positional: readonly PyValue[]): PyValue {
  return run.call(func, { positional, named: new Map() });
}

function unsuited(name: string, wanted: string, given: PyValue): RaspError {
  return new RaspError("type", `${name} takes ${wanted}, not ${nameOfValue(given)}.`);
}

function whole(value: PyValue): number {
  const int = isScalar(value) ? asInt(value) : null;
  if (int === null) throw new RaspError("type", `An int is needed here, not ${nameOfValue(value)}.`);
  return Number(int);
}

function sorted(run: Interpreter, [items, key, reverse]: (PyValue | undefined)[]): PyValue {
  const all = run.all(items!);
  const keyed = all.map((item) => ({
    item,
    key: key === undefined || key === null ? item : apply(run, key, [item]),
  }));
  const sign = reverse !== undefined && truth(reverse) ? -1 : 1;
  keyed.sort((a, b) => {
    if (compare("<", a.key, b.key) === true) return -sign;
    return compare("<", b.key, a.key) === true ? sign : 0;
  });
  return new PyList(keyed.map(({ item }) => item));
}

function extreme(run: Interpreter, sign: "<" | ">", args: CallArguments): PyValue {
  const name = sign === "<" ? "min" : "max";
  const { positional, named } = args;
  if (positional.length === 0) throw new RaspError("arguments", `${name} needs a value.`);
  const all = positional.length === 1 ? run.all(positional[0]) : [...positional];
  const key = named.get("key");
  const keyOf = (item: PyValue): PyValue =>
    key === undefined || key === null ? item : apply(run, key, [item]);
  if (all.length === 0) {
    const missing = named.get("default");
    if (missing !== undefined) return missing;
    throw new RaspError("arguments", `${name} of no values is not defined.`);
  }
  return all.reduce((best, item) => (truth(compare(sign, keyOf(item), keyOf(best))) ? item : best));
}

function isInstance(object: PyValue, type: PyValue): boolean {
  if (type instanceof PyTuple) return type.items.some((one) => isInstance(object, one));
  if (!(type instanceof PyNamespace)) throw unsuited("isinstance", "a type", type);
  const name = typeNameOf(object);
  return name === type.name || (name === "bool" && type.name === "int");
}

/** Types: called they convert, and isinstance knows them. */
const types: Readonly<Record<string, Builtin>> = {
  "int(x?)": (_run, [x]) => convert(x ?? 0, "int"),
  "float(x?)": (_run, [x]) => convert(x ?? 0, "float"),
  "str(x?)": (_run, [x]) => (x === undefined ? "" : str(x)),
  "bool(x?)": (_run, [x]) => x !== undefined && truth(x),
  "list(items?)": (run, [items]) => new PyList(items === undefined ? [] : run.all(items)),
  "tuple(items?)": (run, [items]) => new PyTuple(items === undefined ? [] : run.all(items)),
  "set(items?)": (run, [items]) => new PySet(items === undefined ? [] : run.all(items)),
};

function convert(value: PyValue, type: "int" | "float"): PyValue {
  if (!isScalar(value)) throw unsuited(type, "a number or a string", value);
  if (value instanceof Float && type === "int" && Number.isFinite(value.value)) {
    return intOfWhole(Math.trunc(value.value));
  }
  if (value === null) throw unsuited(type, "a number or a string", value);
  try {
    return converted([value as Atom], type)[0] as Scalar;
  } catch (error) {
    if (!(error instanceof RaspError)) throw error;
    throw new RaspError("token-conversion", `${repr(value)} is no ${type}.`);
  }
}

/** The builtins for an interpreter that is made later. */
export function builtinsFor(run: () => Interpreter): Map<string, PyValue> {
  const found = new Map<string, PyValue>();
  for (const [text, work] of Object.entries(functions)) {
    const shape = signature(text);
    found.set(shape.name, new PyBuiltin(shape.name, (args) => work(run(), matched(shape, args))));
  }
  for (const [text, work] of Object.entries(types)) {
    const shape = signature(text);
    found.set(
      shape.name,
      new PyNamespace(shape.name, new Map(), (args) => work(run(), matched(shape, args))),
    );
  }
  const plain = (name: string, call: (args: CallArguments) => PyValue): void => {
    found.set(name, new PyBuiltin(name, call));
  };
  plain("min", (args) => extreme(run(), "<", args));
  plain("max", (args) => extreme(run(), ">", args));
  plain("zip", ({ positional }) => zipped(positional.map((items) => run().all(items))));
  plain("map", ({ positional: [func, ...lists] }) => {
    if (func === undefined || lists.length === 0)
      throw new RaspError("arguments", "map takes a function and lists.");
    const rows = zipped(lists.map((items) => run().all(items)));
    return new PyList(rows.items.map((row) => apply(run(), func, (row as PyTuple).items)));
  });
  // Nothing is printed: what a program makes is shown beside it.
  plain("print", () => null);
  found.set("dict", new PyNamespace("dict", new Map(), (args) => dict(run(), args)));
  found.set("NoneType", new PyNamespace("NoneType", new Map()));
  return found;
}

function zipped(lists: readonly PyValue[][]): PyList {
  const length = lists.length === 0 ? 0 : Math.min(...lists.map((list) => list.length));
  return new PyList(bounded(Array.from({ length }, (_, i) => new PyTuple(lists.map((list) => list[i])))));
}

function dict(run: Interpreter, { positional, named }: CallArguments): PyValue {
  const made = new PyDict();
  for (const source of positional) {
    if (source instanceof PyDict) for (const [key, value] of source.entries.values()) made.set(key, value);
    else
      for (const pair of run.all(source)) {
        const [key, value] = run.all(pair);
        if (key === undefined || value === undefined)
          throw new RaspError("type", "dict takes pairs of key and value.");
        made.set(key, value);
      }
  }
  for (const [key, value] of named) made.set(key, value);
  return made;
}
