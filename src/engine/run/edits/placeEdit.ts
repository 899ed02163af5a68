/** Finds out where an edit stands in a run and which numbers it brings, other runs' values included. */
import { seededRandom } from "../../../base/random";
import { absence } from "../../../graph/absence";
import { hookAxes, parseHook, type Hook, type Site } from "../../../graph/hooks";
import type { ModelSpec } from "../../../graph/modelSpec";
import type { Edit } from "../../../protocol/edit";
import { editOps } from "../../../protocol/editHook";
import type { Tensor } from "../../../tensor/tensor";
import type { EditSources } from "./editSources";
import { badEdit, embedLayer, type EdgeValues, type PlacedEdit } from "./placedEdit";
import { valueShape } from "../valueShape";
import { orthonormalRows } from "./orthonormal";

/** What edits are placed in. */
export interface EditedRun {
  readonly spec: ModelSpec;
  /** Number of prompt positions, added tokens included. */
  readonly promptLength: number;
  /** Prepared for all edits of the run. */
  readonly sources: EditSources;
}

/**
 * An edit in a run.
 * @throws {GraphError} "bad-edit" when a hook, index, width or position does not fit the model or the prompt
 */
export function placeEdit(run: EditedRun, edit: Edit): PlacedEdit {
  const hook = parseHook(edit.hook);
  const layer = layerOf(run.spec, edit, hook);
  const { site } = hook;
  const why = absence(run.spec, hook);
  if (why !== null)
    throw badEdit(edit, `is at a hook this model lacks: ${why}`, "Run `introspect model` to list its hooks.");
  const known = editOps(edit.hook);
  if (known.length === 0) throw badEdit(edit, "is at a hook that can only be read", "Choose another hook.");
  if (!known.includes(edit.op))
    throw badEdit(edit, `has op "${edit.op}", which does not go there`, `There: ${known.join(", ")}.`);
  if (!Number.isFinite(Math.fround(edit.scale ?? 1)))
    throw badEdit(edit, "has a strength that no float32 can hold", "Choose a smaller strength.");
  const isEdges = hookAxes(site)[0] === "head";
  const width = isEdges ? 1 : valueShape(run.spec, site).reduce((a, b) => a * b, 1);
  const entries = isEdges ? [] : entriesOf(run.spec, edit, site);
  const rows = isEdges ? null : numericRows(edit, width);
  const positions = positionsOf(edit, rows?.length ?? 0, run.promptLength);
  if (rows !== null && !projects(edit) && rows.length > 1 && rows.length > positions.length) {
    const said = `has ${rows.length} rows of values, but only ${positions.length} positions of the prompt to put them at`;
    throw badEdit(edit, said, "Use a longer prompt, or fewer rows.");
  }
  const perRow = rows !== null && rows.length > 1 && !projects(edit);
  return {
    edit,
    layer,
    site,
    positions,
    promptLength: run.promptLength,
    everyStep: edit.positions === "every-step" && !perRow,
    entries,
    row: isEdges || projects(edit) ? () => null : rowsOf(run, edit, { positions, rows }),
    basis: isEdges ? null : basisOf(edit, { width, entries, rows }),
    edges: isEdges ? edgesOf(run, edit, positions) : null,
  };
}

const projects = ({ op }: Edit): boolean => op === "project-out" || op === "keep";

function layerOf(spec: ModelSpec, edit: Edit, hook: Hook): number {
  if (hook.place === "final") return spec.nLayers;
  if (hook.place === "embed") return embedLayer;
  if (hook.layer < spec.nLayers) return hook.layer;
  throw badEdit(edit, `is past the last layer, ${spec.nLayers - 1}`, "Choose a lower layer.");
}

/** Which entries of a hook's value an edit touches: chosen heads or neurons, or all. */
function entriesOf(spec: ModelSpec, edit: Edit, site: Site): number[] {
  const [units, unit = 1] = valueShape(spec, site);
  const chosen = edit.heads ?? edit.neurons;
  if (chosen === undefined) return Array.from({ length: units * unit }, (_, i) => i);
  checkChosen(edit, chosen, units);
  return chosen.flatMap((index) => Array.from({ length: unit }, (_, i) => index * unit + i));
}

function checkChosen(edit: Edit, chosen: readonly number[], n: number): void {
  const wrong = chosen.find((index) => !Number.isInteger(index) || index < 0 || index >= n);
  if (wrong !== undefined)
    throw badEdit(edit, `names index ${wrong}, but there are ${n}`, "Choose a smaller index.");
}

/** An edit's own numbers, row by row; null where it has none. */
function numericRows(edit: Edit, width: number): (readonly number[])[] | null {
  const { value } = edit;
  if (value === undefined || "ids" in value) return null;
  if (!Array.isArray(value))
    throw badEdit(edit, "still holds a text or a file instead of numbers", "Report this as a bug.");
  return checkedRows(edit, value as readonly number[] | readonly (readonly number[])[], width);
}

function checkedRows(
  edit: Edit,
  value: readonly number[] | readonly (readonly number[])[],
  width: number,
): (readonly number[])[] {
  const rows = (Array.isArray(value[0]) ? value : [value]) as (readonly number[])[];
  for (const row of rows) {
    if (row.length !== width)
      throw badEdit(
        edit,
        `has ${row.length} values where the hook has ${width}`,
        "Give one value per entry.",
      );
    if (!row.every((entry) => Number.isFinite(Math.fround(entry * (edit.scale ?? 1)))))
      throw badEdit(edit, "holds values that no float32 can hold", "Correct the values or the scale.");
  }
  return rows;
}

function positionsOf(edit: Edit, nRows: number, promptLength: number): number[] {
  const all = Array.from({ length: promptLength }, (_, i) => i);
  if (edit.positions === "prefill-all" || edit.positions === "every-step") return all;
  if (edit.positions === "last") return all.slice(-1);
  if (edit.positions === "prefill-front") return all.slice(0, Math.max(nRows, 1));
  return edit.positions.map((position) => fromEnd(edit, position, promptLength));
}

function fromEnd(edit: Edit, position: number, promptLength: number): number {
  const index = position < 0 ? promptLength + position : position;
  if (Number.isInteger(index) && index >= 0 && index < promptLength) return index;
  const why = `names position ${position} of a prompt of ${promptLength} tokens`;
  throw badEdit(edit, why, "Choose a position of the prompt.");
}

type RowAt = PlacedEdit["row"];

function rowsOf(
  run: EditedRun,
  edit: Edit,
  { positions, rows }: { positions: readonly number[]; rows: readonly (readonly number[])[] | null },
): RowAt {
  if (rows !== null)
    return rows.length === 1 ? () => rows[0] : (position) => rows[positions.indexOf(position)] ?? null;
  switch (edit.op) {
    case "mean": {
      const mean = meanRow(run.sources.of(edit));
      return () => mean;
    }
    case "resample":
      return resampled(edit, run.sources.of(edit));
    case "interchange":
    case "freeze":
      return exchanged(edit, positions, run.sources.of(edit));
    case "add":
    case "set":
      throw badEdit(edit, `has op "${edit.op}" and no value`, "Give a value: a list of numbers, or a text.");
    default:
      return () => null;
  }
}

const rowAt = ({ data, shape }: Tensor, i: number): Float32Array => {
  const width = data.length / shape[0];
  return data.subarray(i * width, (i + 1) * width);
};

/** Mean over positions, the first left out (it is an attention sink) unless it is the only one. */
function meanRow(values: Tensor): Float32Array {
  const [n] = values.shape;
  const first = n > 1 ? 1 : 0;
  const sum = new Float64Array(values.data.length / n);
  for (let i = first; i < n; i++) rowAt(values, i).forEach((x, j) => (sum[j] += x));
  return Float32Array.from(sum, (x) => x / (n - first));
}

/** A position of the other run for each position, the same for the same seed, never the first unless it is the only one. */
function resampled({ seed = 0 }: Edit, values: Tensor): RowAt {
  const [n] = values.shape;
  const first = n > 1 ? 1 : 0;
  return (position) => {
    const draw = seededRandom(Math.imul(seed + 1, 0x9e3779b1) + position)();
    return rowAt(values, first + Math.floor(draw * (n - first)));
  };
}

/** The other run's rows: each position's own, or those that `from` names. */
function exchanged(edit: Edit, positions: readonly number[], values: Tensor): RowAt {
  const [n] = values.shape;
  const index = (position: number): number => {
    const found = position < 0 ? n + position : position;
    if (found >= 0 && found < n) return found;
    const why = `takes position ${position} of a run of ${n} tokens`;
    throw badEdit(edit, why, "Use a longer source, or choose other positions.");
  };
  if (edit.from?.length === 1) {
    const row = rowAt(values, index(edit.from[0]));
    return () => row;
  }
  const named = edit.from ?? (edit.positions === "last" ? [-1] : edit.positions);
  const wanted = typeof named === "string" ? positions : named;
  const rows = new Map(positions.map((position, i) => [position, rowAt(values, index(wanted[i]))]));
  return (position) => rows.get(position) ?? null;
}

function basisOf(
  edit: Edit,
  of: {
    width: number;
    entries: readonly number[];
    rows: readonly (readonly number[])[] | null;
  },
): readonly Float64Array[] | null {
  const given = projects(edit) ? of.rows : edit.subspace === undefined ? null : subspaceRows(edit, of.width);
  if (given === null) return null;
  const basis = orthonormalRows(given, of.entries);
  if (basis.length > 0) return basis;
  throw badEdit(edit, "has directions that are all zero", "Give a direction with a length.");
}

function subspaceRows(edit: Edit, width: number): (readonly number[])[] {
  if (!Array.isArray(edit.subspace))
    throw badEdit(edit, "still holds a file instead of numbers", "Report this as a bug.");
  return checkedRows(edit, edit.subspace as readonly number[] | readonly (readonly number[])[], width);
}

function edgesOf(run: EditedRun, edit: Edit, positions: readonly number[]): EdgeValues {
  const { nHeads, causal } = run.spec;
  const heads = edit.heads ?? Array.from({ length: nHeads }, (_, i) => i);
  checkChosen(edit, heads, nHeads);
  const everyStep = edit.positions === "every-step";
  const keys =
    edit.keys?.map((key) => (everyStep && key >= 0 ? key : fromEnd(edit, key, run.promptLength))) ?? null;
  const seen = keys === null || !causal || positions.some((query) => keys.some((key) => key <= query));
  if (!seen && !everyStep)
    throw badEdit(edit, "touches no edge: every key lies after its query", "Choose earlier keys.");
  return { heads, keys, value: edgeValues(run, edit, positions) };
}

function edgeValues(run: EditedRun, edit: Edit, positions: readonly number[]): EdgeValues["value"] {
  if (edit.op === "interchange" || edit.op === "freeze") {
    const { data, shape } = run.sources.of(edit);
    const [, queries, keys] = shape;
    const last = Math.max(...positions);
    if (last >= queries) {
      const why = `takes position ${last} of a run of ${queries} tokens`;
      throw badEdit(edit, why, "Use a longer source, or choose other positions.");
    }
    return (head, query, key) => (key < keys ? data[(head * queries + query) * keys + key] : 0);
  }
  const rows = numericRows(edit, 1);
  if (rows === null && (edit.op === "add" || edit.op === "set"))
    throw badEdit(edit, `has op "${edit.op}" and no value`, "Give a value: a number in a list.");
  const value = rows?.[0][0] ?? 0;
  return () => value;
}
