/** Methods of Python's own values. */
import { RaspError } from "../../source/raspError";
import { matched, signature } from "./arguments";
import type { Interpreter } from "./interpreter";
import { bounded, contains, equal } from "./operators";
import {
  PyBuiltin,
  PyDict,
  PyList,
  PySet,
  PyTuple,
  isScalar,
  nameOfValue,
  repr,
  type PyValue,
} from "./values";

type Method<T> = (self: T, args: (PyValue | undefined)[], run: Interpreter) => PyValue;

/** Methods of one type, by their signature. */
type Methods<T> = Readonly<Record<string, Method<T>>>;

const text = (value: PyValue | undefined, what: string): string => {
  if (typeof value !== "string")
    throw new RaspError("type", `${what} takes a string, not ${nameOfValue(value ?? null)}.`);
  return value;
};

const strings: Methods<string> = {
  "index(part)": (self, [part]) => {
    const at = indexOf(self, text(part, "index"));
    if (at < 0) throw new RaspError("index", `${repr(part!)} does not occur in ${repr(self)}.`);
    return at;
  },
  "find(part)": (self, [part]) => indexOf(self, text(part, "find")),
  "count(part)": (self, [part]) => {
    const wanted = text(part, "count");
    return wanted === "" ? [...self].length + 1 : self.split(wanted).length - 1;
  },
  "upper()": (self) => self.toUpperCase(),
  "lower()": (self) => self.toLowerCase(),
  "strip(chars?)": (self, [chars]) => stripped(self, chars, true, true),
  "lstrip(chars?)": (self, [chars]) => stripped(self, chars, true, false),
  "rstrip(chars?)": (self, [chars]) => stripped(self, chars, false, true),
  "startswith(part)": (self, [part]) => self.startsWith(text(part, "startswith")),
  "endswith(part)": (self, [part]) => self.endsWith(text(part, "endswith")),
  "isdigit()": (self) => /^\p{Nd}+$/u.test(self),
  "isdecimal()": (self) => /^\p{Nd}+$/u.test(self),
  "isnumeric()": (self) => /^\p{N}+$/u.test(self),
  "isalpha()": (self) => /^\p{L}+$/u.test(self),
  "isalnum()": (self) => /^[\p{L}\p{N}]+$/u.test(self),
  "isspace()": (self) => /^\s+$/u.test(self),
  "isupper()": (self) => self !== self.toLowerCase() && self === self.toUpperCase(),
  "islower()": (self) => self !== self.toUpperCase() && self === self.toLowerCase(),
  "replace(old, new)": (self, [old, by]) => {
    const [from, to] = [text(old, "replace"), text(by, "replace")];
    if ((self.length + 1) * (to.length + 1) > 1 << 22)
      throw new RaspError("limit", "The string would be too long to keep.", null, "Make it shorter.");
    return self.replaceAll(from, () => to);
  },
  "split(by?)": (self, [by]) => {
    if (by === undefined || by === null) {
      const words = self.trim();
      return new PyList(words === "" ? [] : words.split(/\s+/));
    }
    if (by === "") throw new RaspError("type", "split cannot split by the empty string.");
    return new PyList(self.split(text(by, "split")));
  },
  "join(items)": (self, [items], run) =>
    run
      .all(items!)
      .map((item) => text(item, "join"))
      .join(self),
  "zfill(width)": (self, [width]) => {
    const missing = Math.min(1 << 16, Math.max(0, Number(width) - self.length));
    const sign = /^[+-]/.exec(self)?.[0] ?? "";
    return sign + "0".repeat(missing) + self.slice(sign.length);
  },
};

function indexOf(self: string, part: string): number {
  const at = self.indexOf(part);
  return at < 0 ? -1 : [...self.slice(0, at)].length;
}

function stripped(self: string, chars: PyValue | undefined, left: boolean, right: boolean): string {
  const gone = chars === undefined || chars === null ? null : new Set(text(chars, "strip"));
  const all = [...self];
  const drop = (char: string): boolean => (gone === null ? /\s/u.test(char) : gone.has(char));
  let [from, to] = [0, all.length];
  while (left && from < to && drop(all[from])) from++;
  while (right && to > from && drop(all[to - 1])) to--;
  return all.slice(from, to).join("");
}

const lists: Methods<PyList> = {
  "append(item)": (self, [item]) => {
    self.items.push(item!);
    bounded(self.items);
    return null;
  },
  "extend(items)": (self, [items], run) => {
    self.items.push(...run.all(items!));
    bounded(self.items);
    return null;
  },
  "insert(index, item)": (self, [index, item]) => {
    self.items.splice(Number(index), 0, item!);
    bounded(self.items);
    return null;
  },
  "pop(index?)": (self, [index]) => {
    const { items } = self;
    const at =
      index === undefined ? items.length - 1 : Number(index) + (Number(index) < 0 ? items.length : 0);
    if (!(at >= 0 && at < items.length))
      throw new RaspError("index", "There is nothing to pop at this index.");
    return items.splice(at, 1)[0];
  },
  "remove(item)": (self, [item]) => {
    const at = self.items.findIndex((other) => equal(other, item!));
    if (at < 0) throw new RaspError("index", `${repr(item!)} is not in the list.`);
    self.items.splice(at, 1);
    return null;
  },
  "reverse()": (self) => {
    self.items.reverse();
    return null;
  },
  "copy()": (self) => new PyList([...self.items]),
  "clear()": (self) => {
    self.items.length = 0;
    return null;
  },
};

const sequences: Methods<PyList | PyTuple> = {
  "index(item)": (self, [item]) => {
    const at = self.items.findIndex((other) => equal(other, item!));
    if (at < 0) throw new RaspError("index", `${repr(item!)} is not in it.`);
    return at;
  },
  "count(item)": (self, [item]) => self.items.filter((other) => equal(other, item!)).length,
};

const dicts: Methods<PyDict> = {
  "get(key, default?)": (self, [key, missing]) => self.get(key!) ?? missing ?? null,
  "keys()": (self) => new PyList([...self.entries.values()].map(([key]) => key)),
  "values()": (self) => new PyList([...self.entries.values()].map(([, value]) => value)),
  "items()": (self) => new PyList([...self.entries.values()].map((entry) => new PyTuple([...entry]))),
  "update(other)": (self, [other]) => {
    if (!(other instanceof PyDict)) throw new RaspError("type", "update takes a dict.");
    for (const [key, value] of other.entries.values()) self.set(key, value);
    return null;
  },
  "copy()": (self) => {
    const copy = new PyDict();
    for (const [key, value] of self.entries.values()) copy.set(key, value);
    return copy;
  },
};

const sets: Methods<PySet> = {
  "add(item)": (self, [item]) => {
    for (const [key, value] of new PySet([item!]).entries) self.entries.set(key, value);
    return null;
  },
  "union(other)": (self, [other], run) => new PySet([...self.entries.values(), ...run.all(other!)]),
  "intersection(other)": (self, [other]) =>
    new PySet([...self.entries.values()].filter((item) => contains(other!, item))),
  "difference(other)": (self, [other]) =>
    new PySet([...self.entries.values()].filter((item) => !contains(other!, item))),
};

/** A method bound to its value; undefined where there is none of this name. */
export function methodOf(run: Interpreter, self: PyValue, name: string): PyBuiltin | undefined {
  if (typeof self === "string") return find(run, strings, self, name);
  if (self instanceof PyList) return find(run, lists, self, name) ?? find(run, sequences, self, name);
  if (self instanceof PyTuple) return find(run, sequences, self, name);
  if (self instanceof PyDict) return find(run, dicts, self, name);
  if (self instanceof PySet) return find(run, sets, self, name);
  return isScalar(self) && name === "is_integer"
    ? new PyBuiltin(name, () => Number.isInteger(Number(self)))
    : undefined;
}

function find<T>(run: Interpreter, methods: Methods<T>, self: T, name: string): PyBuiltin | undefined {
  const key = Object.keys(methods).find((text) => text.startsWith(`${name}(`));
  if (key === undefined) return undefined;
  const shape = signature(key);
  return new PyBuiltin(name, (args) => methods[key](self, matched(shape, args), run));
}
