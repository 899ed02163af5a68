/** Arrays on their way into an .npz file: those that a panel shows, and hooks that are read anew behind them. */
import type { About } from "./model";
import { asInteger, asList, asNumber, asObject, asOneOf, asText, badField } from "./decode";
import type { EngineApi } from "./engineApi";

/** What a file's `meta` says of each array. */
export interface ArrayFacts {
  readonly axes: readonly string[];
  /** Null for counts and indices. */
  readonly unit: string | null;
  /** Which token a number is about; null where it is about none. */
  readonly about: About | null;
  /** Names of the last axis' entries, where they have some. */
  readonly labels?: readonly string[];
}

/** An array of what is shown: "real" becomes float64 with NaN for null, "whole" int64 with −1 for null. */
export interface ShownArray extends ArrayFacts {
  readonly name: string;
  readonly shape: readonly number[];
  readonly kind: "real" | "whole";
  readonly values: readonly (number | null)[];
}

/** Hooks of one run, at all of its positions. Arrays are called by their hook, behind the prefix. */
export interface HookRun {
  /** Empty where there is one run. */
  readonly prefix: string;
  readonly ids: readonly number[];
  readonly hooks: readonly string[];
}

/** What is written. */
export interface ArraysRequest {
  readonly file: string;
  /** JSON of an object: what the picture was made of. */
  readonly facts: string;
  readonly shown: readonly ShownArray[];
  /** Null where the model is not there. */
  readonly read: { readonly model: string; readonly runs: readonly HookRun[] } | null;
}

/** Most arrays, and most numbers of one, that are shown. */
const mostArrays = 1000;
const mostValues = 4_000_000;

/** The request as the engine takes it. */
export function decodeArrays(value: unknown): EngineApi["arrays/save"]["params"] {
  const params = asObject(value, "params");
  const shown = asList(params["shown"], "params.shown");
  if (shown.length > mostArrays) throw badField("params.shown", "has too many arrays");
  const file = asText(params["file"], "params.file");
  // Where this process stands is nobody's folder.
  if (!/^(\/|\\\\|[A-Za-z]:[\\/])/.test(file)) throw badField("params.file", "is no absolute path");
  return {
    file,
    facts: asText(params["facts"], "params.facts"),
    shown: shown.map((one, i) => decodeShown(one, `params.shown[${i}]`)),
    read: params["read"] === null ? null : decodeRead(params["read"]),
  };
}

function decodeShown(value: unknown, path: string): ShownArray {
  const array = asObject(value, path);
  const { labels, unit, about } = array;
  const shape = wholes(array["shape"], `${path}.shape`);
  const values = asList(array["values"], `${path}.values`);
  if (values.length > mostValues || shape.reduce((a, b) => a * b, 1) !== values.length)
    throw badField(`${path}.values`, "does not fill the shape");
  return {
    name: asText(array["name"], `${path}.name`),
    shape,
    kind: asOneOf(array["kind"], `${path}.kind`, ["real", "whole"] as const),
    values: values.map((one, i) => (one === null ? null : asNumber(one, `${path}.values[${i}]`))),
    axes: texts(array["axes"], `${path}.axes`),
    unit: unit === null ? null : asText(unit, `${path}.unit`),
    about: about === null ? null : asOneOf(about, `${path}.about`, ["this", "next"] as const),
    ...(labels === undefined ? {} : { labels: texts(labels, `${path}.labels`) }),
  };
}

function decodeRead(value: unknown): NonNullable<ArraysRequest["read"]> {
  const read = asObject(value, "params.read");
  const runs = asList(read["runs"], "params.read.runs");
  return {
    model: asText(read["model"], "params.read.model"),
    runs: runs.map((one, i) => {
      const path = `params.read.runs[${i}]`;
      const run = asObject(one, path);
      return {
        prefix: asText(run["prefix"], `${path}.prefix`),
        ids: wholes(run["ids"], `${path}.ids`),
        hooks: texts(run["hooks"], `${path}.hooks`),
      };
    }),
  };
}

const wholes = (value: unknown, path: string): number[] =>
  asList(value, path).map((one, i) => asInteger(one, `${path}[${i}]`, { min: 0 }));
const texts = (value: unknown, path: string): string[] =>
  asList(value, path).map((one, i) => asText(one, `${path}[${i}]`));
