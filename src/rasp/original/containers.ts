/** Lists, dicts, indexing and membership. */
import type { Graph } from "../ir/graph";
import { mean } from "../ir/reducers";
import type { Selector, SOp } from "../ir/nodes";
import type { RaspValue } from "../program";
import { RaspError } from "../source/raspError";
import { asInt, typeOf, type Atom } from "../values/atom";
import { atomKey, atomsEqual, nameOfType } from "../values/compare";
import { atomText } from "../values/show";
import { describe } from "./closure";
import { binaryFunction, lookup, member, unaryFunctions } from "./elementwise";
import { atomValue, listOf } from "./operators";

/** A dict of entries; of equal keys the first stays, with the last value, as in Python. */
export function dictOf(entries: readonly (readonly [RaspValue, RaspValue])[]): RaspValue {
  const found = new Map<string, [Atom, RaspValue]>();
  for (const [key, value] of entries) {
    if (key.kind !== "atom") {
      throw new RaspError(
        "type",
        `The key of a dict is an atom (a number, string or bool), not ${describe(key)}.`,
      );
    }
    const text = atomKey(key.atom);
    const known = found.get(text);
    if (known === undefined) found.set(text, [key.atom, value]);
    else known[1] = value;
  }
  return { kind: "dict", entries: [...found.values()] };
}

/**
 * What a loop goes through: a list's items or a dict's keys.
 * @throws {RaspError} "type" for anything else
 */
export function iterated(value: RaspValue, who: string): readonly RaspValue[] {
  if (value.kind === "list") return value.items;
  if (value.kind === "dict") return value.entries.map(([key]) => atomValue(key));
  throw new RaspError(
    "type",
    `${who} goes through a list or a dict, not ${describe(value)}.`,
    null,
    value.kind === "sop" ? "Operators on an s-op reach every position without a loop." : undefined,
  );
}

/**
 * One value for each of several names.
 * @throws {RaspError} "type" where their number is another
 */
export function unpacked(value: RaspValue, count: number): readonly RaspValue[] {
  const items =
    value.kind === "atom" && typeof value.atom === "string" ? letters(value.atom) : itemsOf(value);
  if (items === null) {
    throw new RaspError("type", `${count} names need a list of ${count} values, not ${describe(value)}.`);
  }
  if (items.length !== count) {
    throw new RaspError("type", `Expected ${count} values, but got ${items.length}.`);
  }
  return items;
}

function letters(text: string): RaspValue[] {
  return [...text].map(atomValue);
}

function itemsOf(value: RaspValue): readonly RaspValue[] | null {
  if (value.kind === "list") return value.items;
  return value.kind === "dict" ? value.entries.map(([key]) => atomValue(key)) : null;
}

/** What indexing and membership need of the library. */
export interface Provided {
  readonly indices: SOp;
  readonly length: SOp;
  readonly full: Selector;
}

/**
 * `value[index]`.
 * @throws {RaspError} "index" for what is not there, "type" for what has no index
 */
export function indexed(graph: Graph, provided: Provided, value: RaspValue, index: RaspValue): RaspValue {
  if (value.kind === "sop") return positioned(graph, provided, value.node, index);
  const table = tableOf(value);
  if (table === null) {
    throw new RaspError(
      "type",
      `Only lists, dicts, strings and s-ops have an index, not ${describe(value)}.`,
    );
  }
  if (index.kind === "atom") return table.read(index.atom);
  if (index.kind === "sop") {
    const read = (key: Atom): Atom => {
      const found = table.read(key);
      if (found.kind === "atom") return found.atom;
      throw new RaspError(
        "type",
        `The values of a sequence are atoms; the ${table.name} has ${describe(found)}.`,
      );
    };
    return { kind: "sop", node: graph.map(lookup(`${table.name}[…]`, table.key(), read), [index.node]) };
  }
  throw new RaspError("type", `The index of a ${table.name} is an atom or an s-op, not ${describe(index)}.`);
}

interface Table {
  readonly name: "list" | "string" | "dict" | "sequence";
  /** Equal for equal tables. */
  key(): string;
  read(index: Atom): RaspValue;
}

function tableOf(value: RaspValue): Table | null {
  if (value.kind === "dict") return dictTable(value.entries);
  const name = value.kind === "list" || value.kind === "sequence" ? value.kind : "string";
  if (value.kind === "list") return rowTable(name, value.items);
  if (value.kind === "sequence") return rowTable(name, value.values.map(atomValue));
  return value.kind === "atom" && typeof value.atom === "string" ? rowTable(name, letters(value.atom)) : null;
}

function dictTable(entries: readonly (readonly [Atom, RaspValue])[]): Table {
  const values = new Map(entries.map(([key, value]) => [atomKey(key), value]));
  return {
    name: "dict",
    key: () => `dict ${JSON.stringify(entries.map(([key, value]) => [atomKey(key), keyOf(value)]))}`,
    read(index) {
      const found = values.get(atomKey(index));
      if (found !== undefined) return found;
      const next = "Add the key to the dict, or ask with `in` whether a token is among those you know.";
      throw new RaspError("index", `The dict has no key ${atomText(index)}.`, null, next);
    },
  };
}

function rowTable(name: Table["name"], items: readonly RaspValue[]): Table {
  return {
    name,
    key: () => `${name} ${JSON.stringify(items.map(keyOf))}`,
    read(index) {
      const at = asInt(index);
      if (at === null) {
        throw new RaspError("type", `The index of a ${name} is an int, not ${nameOfType(index)}.`);
      }
      const place = Number(at) < 0 ? Number(at) + items.length : Number(at);
      const found = items[place];
      if (found !== undefined) return found;
      throw new RaspError(
        "index",
        `The index ${at} is out of range for a ${name} of length ${items.length}.`,
      );
    },
  };
}

/** A text that equal values share. */
function keyOf(value: RaspValue): string {
  if (value.kind === "atom") return atomText(value.atom);
  return value.kind === "sop" || value.kind === "selector" ? `${value.kind} ${value.node.shape}` : value.kind;
}

/** The value of an s-op at one position, loaded everywhere by attention; nothing there gives the default 0. */
function positioned(graph: Graph, provided: Provided, sop: SOp, index: RaspValue): RaspValue {
  const at = index.kind === "atom" ? asInt(index.atom) : null;
  if (at === null) {
    throw new RaspError(
      "index",
      `The index of an s-op is an int, not ${describe(index)}.`,
      null,
      "load_from_location(s, i) reads at a position that is computed.",
    );
  }
  const constant = graph.constant(at);
  const { indices, length } = provided;
  const place = Number(at) < 0 ? graph.map(binaryFunction("+"), [length, constant]) : constant;
  const selector = graph.select({
    key: indices,
    query: place,
    predicate: { kind: "comparison", sign: "==" },
  });
  return { kind: "sop", node: graph.aggregate({ selector, value: sop, reducer: mean, default: 0 }) };
}

/**
 * `element in container`.
 * @throws {RaspError} "type" for what cannot be asked
 */
export function contained(
  graph: Graph,
  provided: Provided,
  element: RaspValue,
  container: RaspValue,
): RaspValue {
  if (element.kind === "sop") {
    if (container.kind !== "list") {
      throw new RaspError(
        "type",
        `An s-op can be in a list of atoms, not in ${describe(container)}.`,
        null,
        'in binds weaker than everything else: put parentheses around (s in ["a", "b"]).',
      );
    }
    return { kind: "sop", node: graph.map(member(container.items.map(listed)), [element.node]) };
  }
  if (element.kind !== "atom") {
    throw new RaspError(
      "type",
      `Only an s-op or an atom can be asked for with in, not ${describe(element)}.`,
    );
  }
  const { atom } = element;
  if (container.kind === "list") {
    return atomValue(container.items.some((item) => item.kind === "atom" && atomsEqual(item.atom, atom)));
  }
  if (container.kind !== "sop") {
    throw new RaspError("type", `An atom can be in a list or an s-op, not in ${describe(container)}.`);
  }
  const same = graph.map(binaryFunction("=="), [container.node, graph.constant(atom)]);
  const share = graph.aggregate({
    selector: provided.full,
    value: graph.map(unaryFunctions.indicator, [same]),
    reducer: mean,
    default: 0,
  });
  return { kind: "sop", node: graph.map(binaryFunction(">"), [share, graph.constant(0)]) };
}

function listed(item: RaspValue): Atom {
  if (item.kind === "atom") return item.atom;
  throw new RaspError("type", `An s-op can be in a list of atoms; this list holds ${describe(item)}.`);
}

/**
 * `range(…)`.
 * @throws {RaspError} "type" for anything but one to three ints, or a step of 0
 */
export function rangeOf(values: readonly RaspValue[]): RaspValue {
  if (values.length > 3) {
    throw new RaspError("type", `range takes 1, 2 or 3 ints, not ${values.length} values.`);
  }
  const ints = values.map((value) => {
    const int = value.kind === "atom" ? asInt(value.atom) : null;
    if (int === null) throw new RaspError("type", `range takes ints, not ${describe(value)}.`);
    return Number(int);
  });
  const [start, stop, step] = ints.length === 1 ? [0, ints[0], 1] : [ints[0], ints[1], ints[2] ?? 1];
  if (step === 0) throw new RaspError("type", "The step of range cannot be 0.");
  const count = Math.max(0, Math.ceil((stop - start) / step));
  if (count > 1_000_000)
    throw new RaspError("limit", "range makes at most 1,000,000 ints.", null, "Take a shorter range.");
  return listOf(Array.from({ length: count }, (_, i) => atomValue(start + i * step)));
}

/**
 * `zip(…)`: a list of lists.
 * @throws {RaspError} "type" for anything but lists of one length
 */
export function zipOf(values: readonly RaspValue[]): RaspValue {
  const lists = values.map((value, i) => {
    if (value.kind === "list") return value.items;
    throw new RaspError("type", `zip takes lists; argument ${i + 1} is ${describe(value)}.`);
  });
  const length = lists[0].length;
  const other = lists.findIndex((list) => list.length !== length);
  if (other !== -1) {
    throw new RaspError(
      "type",
      `zip takes lists of one length; list 1 has ${length} items and list ${other + 1} has ${lists[other].length}.`,
    );
  }
  return listOf(Array.from({ length }, (_, i) => listOf(lists.map((list) => list[i]))));
}

/**
 * `len(…)`.
 * @throws {RaspError} "type" for anything but a list
 */
export function lengthOf(value: RaspValue): RaspValue {
  if (value.kind === "list") return atomValue(value.items.length);
  throw new RaspError(
    "type",
    `len takes a list, not ${describe(value)}.`,
    null,
    value.kind === "sop" ? "The number of positions is the s-op length." : undefined,
  );
}

/** Whether a value may be an input; without the cost of an error. */
export function isInput(value: RaspValue): boolean {
  if (value.kind === "atom") return typeof value.atom === "string" && value.atom !== "";
  if (value.kind === "dict") return value.entries.length > 0;
  return value.kind === "list" && value.items.length > 0 && value.items.every(({ kind }) => kind === "atom");
}

/**
 * The tokens that an s-op is applied to: a string's characters, a list's atoms, a dict's keys.
 * @throws {RaspError} "type" for anything else and for nothing
 */
export function inputOf(value: RaspValue): readonly Atom[] {
  const items =
    value.kind === "atom" && typeof value.atom === "string" ? letters(value.atom) : itemsOf(value);
  if (items === null) {
    throw new RaspError("type", `An input is a string or a list of atoms, not ${describe(value)}.`);
  }
  if (items.length === 0) throw new RaspError("type", "An input has at least one token.");
  return items.map((item, i) => {
    if (item.kind === "atom" && typeOf(item.atom) !== "none") return item.atom;
    throw new RaspError("type", `The tokens of an input are atoms; token ${i} is ${describe(item)}.`);
  });
}
