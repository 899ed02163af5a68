/** Edits as a run applies them: y·mul + add per position, composed in list order. */
import { GraphError } from "../../graph/graphError";
import { type Hook, hookAxes, parseHook, type Site } from "../../graph/hooks";
import type { ModelSpec } from "../../graph/modelSpec";
import type { Edit } from "../../protocol/edit";
import { floatFeed } from "../feeds";
import type { Feed } from "../ort";

/** Stands for the embedding where a layer is asked for. */
export const embedLayer = -1;

/** Where an edit stands, and what it needs to be applied. */
interface PlacedEdit {
  readonly edit: Edit;
  /** `embedLayer` for hooks before the first block. */
  readonly layer: number;
  readonly site: Site;
  /** Values [rows, width]: one row for all chosen positions, or one for each of the first ones. */
  readonly rows: readonly ArrayLike<number>[];
  /** Prompt positions it touches; null means also every position after the prompt. */
  readonly positions: ReadonlySet<number>;
  readonly ordered: readonly number[];
  readonly everyStep: boolean;
}

/** Mean of a hook over the run's own positions, needed by edits with op "mean" and no value. */
export type MeanOf = (hook: string) => Promise<Float32Array>;

/** All edits of one run, resolved against the prompt's length. */
export class RunEdits {
  private constructor(
    private readonly spec: ModelSpec,
    private readonly placed: readonly PlacedEdit[],
  ) {}

  /**
   * @param promptLength  number of prompt positions, added tokens included
   * @throws {GraphError} "bad-edit" when a hook, width or position does not fit the model or the prompt
   */
  static async resolve(
    spec: ModelSpec,
    edits: readonly Edit[],
    { promptLength, meanOf }: { promptLength: number; meanOf: MeanOf },
  ): Promise<RunEdits> {
    const placed: PlacedEdit[] = [];
    for (const edit of edits) placed.push(await place(spec, edit, promptLength, meanOf));
    return new RunEdits(spec, placed);
  }

  /** Sites of a layer that are edited at some position from … to − 1. */
  sites(layer: number, from: number, to: number): Site[] {
    const sites = this.placed
      .filter((one) => one.layer === layer && touches(one, from, to))
      .map(({ site }) => site);
    return [...new Set(sites)];
  }

  /** The factors and summands of a site for positions from … to − 1, shaped as the hook's value is. */
  feeds(layer: number, site: Site, range: { from: number; to: number }): { mul: Feed; add: Feed } {
    const dims = [range.to - range.from, ...valueShape(this.spec, site)];
    const width = dims.slice(1).reduce((a, b) => a * b, 1);
    const mul = new Float32Array(dims[0] * width).fill(1);
    // −0, not 0: adding −0 leaves every float as it was, the sign of zero included.
    const add = new Float32Array(mul.length).fill(-0);
    for (const one of this.placed) {
      if (one.layer === layer && one.site === site) apply(this.spec, one, range, { mul, add, width });
    }
    return { mul: floatFeed(mul, dims), add: floatFeed(add, dims) };
  }
}

/** Shape of a hook's value at one position. */
export function valueShape(spec: ModelSpec, site: Site): number[] {
  const heads = /attn\.hook_(rot_)?[kv]$/.test(site) ? spec.nKvHeads : spec.nHeads;
  const sizes: Record<string, number> = {
    head: heads,
    dHead: spec.dHead,
    dModel: spec.dModel,
    dMlp: spec.dMlp,
  };
  return hookAxes(site)
    .slice(1)
    .map((axis) => sizes[axis] ?? 1);
}

async function place(spec: ModelSpec, edit: Edit, promptLength: number, meanOf: MeanOf): Promise<PlacedEdit> {
  const hook = parseHook(edit.hook);
  const layer = layerOf(spec, edit, hook);
  const width = valueShape(spec, hook.site).reduce((a, b) => a * b, 1);
  checkChosen(edit, edit.heads, spec.nHeads);
  checkChosen(edit, edit.neurons, spec.dMlp);
  const rows = await valueRows(edit, width, meanOf);
  const ordered = positionsOf(edit, rows.length, promptLength);
  if (rows.length > 1 && rows.length > ordered.length) {
    const why = `has ${rows.length} rows of values, but only ${ordered.length} positions of the prompt to put them at`;
    throw bad(edit, why, "Use a longer prompt, or fewer rows.");
  }
  const everyStep = edit.positions === "every-step" && rows.length <= 1;
  return { edit, layer, site: hook.site, rows, positions: new Set(ordered), ordered, everyStep };
}

function layerOf(spec: ModelSpec, edit: Edit, hook: Hook): number {
  const next = "Edit a residual hook, attn.hook_z or mlp.hook_post of a block.";
  const perPosition = hookAxes(hook.site)[0] === "pos" && !hook.site.endsWith("hook_scale");
  if (hook.place === "final" || !perPosition) throw bad(edit, "cannot be edited", next);
  if (hook.place === "embed") return embedLayer;
  if (hook.layer < spec.nLayers) return hook.layer;
  throw bad(edit, `is past the last layer, ${spec.nLayers - 1}`, "Choose a lower layer.");
}

async function valueRows(edit: Edit, width: number, meanOf: MeanOf): Promise<readonly ArrayLike<number>[]> {
  if (edit.op === "zero" || edit.op === "scale") return [];
  if (edit.value === undefined) {
    if (edit.op === "mean") return [await meanOf(edit.hook)];
    throw bad(edit, `has op "${edit.op}" and no value`, "Give a value: a list of numbers, or a text.");
  }
  if (!Array.isArray(edit.value))
    throw bad(edit, "still holds a text instead of numbers", "Report this as a bug.");
  const rows = (Array.isArray(edit.value[0]) ? edit.value : [edit.value]) as readonly (readonly number[])[];
  for (const row of rows) {
    if (row.length !== width)
      throw bad(edit, `has ${row.length} values where the hook has ${width}`, "Give one value per entry.");
    if (!row.every((value) => Number.isFinite(Math.fround(value * (edit.scale ?? 1))))) {
      throw bad(edit, "holds values that no float32 can hold", "Correct the values or the scale.");
    }
  }
  return rows;
}

function positionsOf(edit: Edit, nRows: number, promptLength: number): number[] {
  const all = Array.from({ length: promptLength }, (_, i) => i);
  if (edit.positions === "prefill-all" || edit.positions === "every-step") return all;
  if (edit.positions === "last") return all.slice(-1);
  if (edit.positions === "prefill-front") return all.slice(0, Math.max(nRows, 1));
  return edit.positions.map((position) => {
    const index = position < 0 ? promptLength + position : position;
    if (Number.isInteger(index) && index >= 0 && index < promptLength) return index;
    throw bad(
      edit,
      `names position ${position} of a prompt of ${promptLength} tokens`,
      "Choose a position of the prompt.",
    );
  });
}

function checkChosen(edit: Edit, chosen: readonly number[] | undefined, n: number): void {
  const wrong = chosen?.find((index) => !Number.isInteger(index) || index < 0 || index >= n);
  if (wrong !== undefined)
    throw bad(edit, `names index ${wrong}, but there are ${n}`, "Choose a smaller index.");
}

function touches({ ordered, everyStep, positions }: PlacedEdit, from: number, to: number): boolean {
  if (everyStep && to > positions.size) return true;
  return ordered.some((position) => position >= from && position < to);
}

/** Composes one edit onto what the earlier ones left; strength s moves a value the share s of the way. */
function apply(
  spec: ModelSpec,
  { edit, site, rows, positions, ordered, everyStep }: PlacedEdit,
  range: { from: number; to: number },
  out: { mul: Float32Array; add: Float32Array; width: number },
): void {
  const strength = edit.scale ?? 1;
  const columns = columnsOf(spec, edit, site, out.width);
  for (let position = range.from; position < range.to; position++) {
    const chosen = positions.has(position) || (everyStep && position >= positions.size);
    if (!chosen) continue;
    const row = rows.length > 1 ? rows[ordered.indexOf(position)] : rows[0];
    if (rows.length > 1 && row === undefined) continue;
    for (const column of columns) {
      const at = (position - range.from) * out.width + column;
      const value = row?.[column] ?? 0;
      const keep = edit.op === "add" ? 1 : edit.op === "scale" ? strength : 1 - strength;
      const summand = edit.op === "scale" ? 0 : strength * value;
      if (keep !== 1) {
        out.mul[at] = out.mul[at] * keep;
        out.add[at] = out.add[at] * keep;
      }
      if (summand !== 0) out.add[at] = out.add[at] + summand;
    }
  }
}

/** Which entries of a hook's value an edit touches: chosen heads or neurons, or all. */
function columnsOf(spec: ModelSpec, edit: Edit, site: Site, width: number): number[] {
  const heads = site.startsWith("attn.hook_") && hookAxes(site)[1] === "head";
  if (edit.heads !== undefined && heads) {
    return edit.heads.flatMap((head) => Array.from({ length: spec.dHead }, (_, i) => head * spec.dHead + i));
  }
  if (edit.neurons !== undefined && hookAxes(site)[1] === "dMlp") return [...edit.neurons];
  return Array.from({ length: width }, (_, i) => i);
}

function bad(edit: Edit, why: string, next: string): GraphError {
  return new GraphError("bad-edit", `The edit at "${edit.hook.slice(0, 80)}" ${why}.`, {
    next,
    details: { hook: edit.hook },
  });
}
