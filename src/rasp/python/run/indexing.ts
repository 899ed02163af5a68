/** Indices and slices. */
import { RaspError } from "../../source/raspError";
import { asInt } from "../../values/atom";
import {
  PyDict,
  PyList,
  PyObject,
  PyRange,
  PyTuple,
  isScalar,
  nameOfValue,
  repr,
  type PyValue,
} from "./values";

/** The bounds of a slice; null where none was written. */
export interface SliceBounds {
  readonly start: PyValue;
  readonly stop: PyValue;
  readonly step: PyValue;
}

/**
 * `object[index]`.
 * @throws {RaspError} "index" where there is nothing at it, "type" where the object has no items
 */
export function itemAt(object: PyValue, index: PyValue): PyValue {
  if (object instanceof PyDict) {
    const value = object.get(index);
    if (value === undefined) throw new RaspError("index", `The dict has no key ${repr(index)}.`);
    return value;
  }
  if (object instanceof PyObject) {
    const value = object.index(index);
    if (value !== undefined) return value;
  }
  const items = sequenceOf(object);
  if (items === null) throw new RaspError("type", `An index does not go with ${nameOfValue(object)}.`);
  return items.at(position(index, items.length, object));
}

/**
 * `object[index] = value`.
 * @throws {RaspError} where there is nothing to put it
 */
export function putItem(object: PyValue, index: PyValue, value: PyValue): void {
  if (object instanceof PyDict) return object.set(index, value);
  if (object instanceof PyList) {
    object.items[position(index, object.items.length, object)] = value;
    return;
  }
  throw new RaspError("type", `The items of ${nameOfValue(object)} cannot be replaced.`);
}

interface Items {
  readonly length: number;
  at(index: number): PyValue;
}

function sequenceOf(value: PyValue): Items | null {
  if (typeof value === "string") {
    const chars = [...value];
    return { length: chars.length, at: (i) => chars[i] };
  }
  if (value instanceof PyList || value instanceof PyTuple) {
    const { items } = value;
    return { length: items.length, at: (i) => items[i] };
  }
  return value instanceof PyRange ? value : null;
}

function position(index: PyValue, length: number, object: PyValue): number {
  const int = isScalar(index) ? asInt(index) : null;
  if (int === null) {
    throw new RaspError("type", `The index of ${nameOfValue(object)} is an int, not ${nameOfValue(index)}.`);
  }
  const at = Number(int) < 0 ? Number(int) + length : Number(int);
  if (at < 0 || at >= length) {
    throw new RaspError("index", `There is no item ${int} in ${nameOfValue(object)} of length ${length}.`);
  }
  return at;
}

/**
 * `object[start:stop:step]`.
 * @throws {RaspError} "type" where the object has no items or a bound is no int
 */
export function slice(object: PyValue, bounds: SliceBounds): PyValue {
  const items = sequenceOf(object);
  if (items === null) throw new RaspError("type", `A slice does not go with ${nameOfValue(object)}.`);
  const step = bound(bounds.step) ?? 1;
  if (step === 0) throw new RaspError("type", "The step of a slice cannot be 0.");
  const { length } = items;
  const [low, high] = step > 0 ? [0, length] : [-1, length - 1];
  const clamp = (at: number | null, missing: number): number => {
    if (at === null) return missing;
    return Math.min(high, Math.max(low, at < 0 ? at + length : at));
  };
  const start = clamp(bound(bounds.start), step > 0 ? low : high);
  const stop = clamp(bound(bounds.stop), step > 0 ? high : low);
  const picked = new PyRange(start, stop, step);
  if (object instanceof PyRange) {
    return new PyRange(object.at(start), object.at(stop), object.step * step);
  }
  const values = Array.from({ length: picked.length }, (_, i) => items.at(picked.at(i)));
  if (typeof object === "string") return values.join("");
  return object instanceof PyTuple ? new PyTuple(values) : new PyList(values);
}

function bound(value: PyValue): number | null {
  if (value === null) return null;
  const int = isScalar(value) ? asInt(value) : null;
  if (int === null) throw new RaspError("type", `The bounds of a slice are ints, not ${nameOfValue(value)}.`);
  return Number(int);
}
