/** Gives the arguments of a call to parameters. */
import { RaspError } from "../../source/raspError";
import type { Parameter } from "../syntax/tree";
import { PyDict, PyTuple, type CallArguments, type PyFunction, type PyValue } from "./values";

/**
 * The parameters of a function of the program with their values.
 * @throws {RaspError} "arguments"
 */
export function bindParameters(func: PyFunction, args: CallArguments): Map<string, PyValue> {
  const { parameters } = func.node;
  const bound = new Map<string, PyValue>();
  const rest = new PyDict();
  const firstStar = parameters.findIndex((parameter) => parameter.star !== "");
  const plain = firstStar < 0 ? parameters : parameters.slice(0, firstStar);
  const extra = args.positional.slice(plain.length);
  plain.slice(0, args.positional.length).forEach(({ name }, i) => bound.set(name, args.positional[i]));
  const tuple = parameters.find((parameter) => parameter.star === "*");
  const dict = parameters.find((parameter) => parameter.star === "**");
  if (extra.length > 0 && (tuple === undefined || tuple.name === "")) {
    throw counted(func.name, parameters, args.positional.length);
  }
  if (tuple !== undefined && tuple.name !== "") bound.set(tuple.name, new PyTuple(extra));
  for (const [name, value] of args.named) {
    if (!parameters.some((parameter) => parameter.star === "" && parameter.name === name)) {
      if (dict === undefined) throw new RaspError("arguments", `${func.name} has no parameter ${name}.`);
      rest.set(name, value);
    } else if (bound.has(name)) throw new RaspError("arguments", `${func.name} is given ${name} twice.`);
    else bound.set(name, value);
  }
  if (dict !== undefined) bound.set(dict.name, rest);
  for (const { name, star } of parameters) {
    if (star !== "" || bound.has(name)) continue;
    const value = func.defaults.get(name);
    if (value === undefined) throw new RaspError("arguments", `${func.name} needs a value for ${name}.`);
    bound.set(name, value);
  }
  return bound;
}

function counted(name: string, parameters: readonly Parameter[], given: number): RaspError {
  const most = parameters.filter((parameter) => parameter.star === "").length;
  return new RaspError("arguments", `${name} takes ${plural(most)}, not ${given}.`);
}

function plural(count: number): string {
  return `${count} ${count === 1 ? "argument" : "arguments"}`;
}

/** What a function of the language takes: its name, and names of parameters, optional ones with "?". */
export interface Signature {
  readonly name: string;
  readonly parameters: readonly string[];
}

/** A signature from its text: `where(condition, x, y, default?)`. */
export function signature(text: string): Signature {
  const [, name, inside] = /^(\w+)\((.*)\)$/.exec(text) as unknown as [string, string, string];
  return { name, parameters: inside === "" ? [] : inside.split(/,\s*/) };
}

/**
 * The values of a signature's parameters, in order; undefined for optional ones that were not given.
 * @throws {RaspError} "arguments"
 */
export function matched({ name, parameters }: Signature, args: CallArguments): (PyValue | undefined)[] {
  if (args.positional.length > parameters.length) {
    const least = parameters.filter((parameter) => !parameter.endsWith("?")).length;
    const most = parameters.length;
    const range = least === most ? plural(most) : `${least} to ${most} arguments`;
    throw new RaspError(
      "arguments",
      `${name} takes ${range} (${parameters.join(", ")}), not ${args.positional.length}.`,
    );
  }
  const values: (PyValue | undefined)[] = parameters.map((_, i) => args.positional[i]);
  for (const [key, value] of args.named) {
    const at = parameters.findIndex((parameter) => parameter.replace("?", "") === key);
    if (at < 0) throw new RaspError("arguments", `${name} has no parameter ${key}.`);
    if (values[at] !== undefined) throw new RaspError("arguments", `${name} is given ${key} twice.`);
    values[at] = value;
  }
  parameters.forEach((parameter, i) => {
    if (values[i] === undefined && !parameter.endsWith("?")) {
      throw new RaspError("arguments", `${name} needs a value for ${parameter}.`);
    }
  });
  return values;
}
