/** Small makers of shown arrays. */
import type { ArrayFacts, HookRun, ShownArray } from "../../protocol/arrays";

/** What is behind a figure: arrays that are shown, and hooks to read. */
export interface ArrayPlan {
  readonly shown: readonly ShownArray[];
  readonly model: string;
  readonly runs: readonly HookRun[];
}

type Said = Partial<Pick<ArrayFacts, "unit" | "about" | "labels">>;
/** Numbers, nested as deep as there are axes. */
type Nested = readonly (number | null)[] | Float32Array | readonly Nested[];

/** Numbers with a unit; `values` is nested as the axes are. */
export function real(name: string, axes: readonly string[], values: Nested, said: Said = {}): ShownArray {
  return { ...shaped(name, axes, values), kind: "real", ...facts(said) };
}

/** Indices, ids and counts. */
export function whole(name: string, axes: readonly string[], values: Nested, said: Said = {}): ShownArray {
  return { ...shaped(name, axes, values), kind: "whole", ...facts(said) };
}

const facts = ({ unit = null, about = null, labels }: Said): Omit<ArrayFacts, "axes"> => ({
  unit,
  about,
  ...(labels ? { labels } : {}),
});

function shaped(
  name: string,
  axes: readonly string[],
  values: Nested,
): Pick<ShownArray, "name" | "axes" | "shape" | "values"> {
  const shape: number[] = [];
  let level: Nested = values;
  for (const _ of axes) {
    shape.push(level.length);
    level = (level[0] ?? []) as Nested;
  }
  return { name, axes, shape, values: flattened(values, axes.length) };
}

function flattened(values: Nested, depth: number): (number | null)[] {
  if (depth <= 1) return Array.from(values as readonly (number | null)[]);
  return (values as readonly Nested[]).flatMap((inner) => flattened(inner, depth - 1));
}

/** Rows of one length: shorter ones are filled up with null. */
export function padded(rows: readonly (readonly number[])[]): readonly (readonly (number | null)[])[] {
  const width = Math.max(0, ...rows.map((row) => row.length));
  return rows.map((row) => Array.from({ length: width }, (_, i) => row[i] ?? null));
}

/** The hooks that the model has, of those that are wanted. */
export function present(hooks: readonly string[], wanted: readonly string[]): readonly string[] {
  const has = new Set(hooks);
  return [...new Set(wanted)].filter((hook) => has.has(hook));
}
