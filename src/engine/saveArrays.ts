/** Saves what a picture shows, with the hooks behind it, as .npz: what is large never leaves this process but into the file. */
import { plainRun } from "../analysis/run";
import type { WorkOptions } from "../base/cancel";
import type { WrittenArray } from "../formats/npy";
import type { Runner, Vocabulary } from "../graph/runner";
import { asObject, parseJson } from "../protocol/decode";
import type { ArrayFacts, HookRun, ShownArray } from "../protocol/arrays";
import { writeNpzFile } from "./npzFile";

/** What is saved, the model's part opened. */
export interface SavedArrays {
  readonly file: string;
  readonly facts: string;
  readonly shown: readonly ShownArray[];
  readonly read: {
    readonly runner: Runner;
    readonly vocabulary: Vocabulary;
    readonly runs: readonly HookRun[];
  } | null;
}

/** Version of what `meta` holds. */
const metaVersion = 1;

/**
 * Writes the file: shown arrays under their names; hooks and `ids` of each run; `meta`, the UTF-8 bytes of a JSON object
 * with the picture's facts and, per array, its axes, unit and what it is about.
 * @returns the names of the arrays
 */
export async function saveArrays(
  { file, facts, shown, read }: SavedArrays,
  work: WorkOptions,
): Promise<readonly string[]> {
  const arrays = new Map<string, WrittenArray>();
  const described: Record<string, ArrayFacts & { readonly from: "shown" | "hook" }> = {};
  for (const { name, shape, kind, values, ...said } of shown) {
    arrays.set(name, { shape, data: kind === "real" ? reals(values) : wholes(values) });
    described[name] = { ...said, from: "shown" };
  }
  for (const { prefix, ids, hooks } of read?.runs ?? []) {
    const run = { ids, reads: hooks, values: true, edits: [], encoder: null };
    const { values } = await plainRun(read!.runner, read!.vocabulary, run, work);
    for (const [hook, { shape, axes, data }] of values) {
      arrays.set(prefix + hook, { shape, data });
      described[prefix + hook] = { axes, unit: null, about: "this", from: "hook" };
    }
    arrays.set(`${prefix}ids`, { shape: [ids.length], data: BigInt64Array.from(ids, BigInt) });
    described[`${prefix}ids`] = { axes: ["pos"], unit: null, about: "this", from: "hook" };
  }
  const meta = { format: metaVersion, ...asObject(parseJson(facts, "facts"), "facts"), arrays: described };
  const bytes = new TextEncoder().encode(JSON.stringify(meta));
  await writeNpzFile(file, arrays.set("meta", { shape: [bytes.length], data: bytes }));
  return [...arrays.keys()];
}

const reals = (values: ShownArray["values"]): Float64Array =>
  Float64Array.from(values, (value) => value ?? NaN);
const wholes = (values: ShownArray["values"]): BigInt64Array =>
  BigInt64Array.from(values, (value) => BigInt(value ?? -1));
