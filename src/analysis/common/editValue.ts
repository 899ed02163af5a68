/**
 * Edits as the runner takes them: every value as numbers over the hook's whole width, or as the ids of another run.
 * The difference of two texts is read here: both are tokenised with a beginning-of-sequence token, the shorter is
 * padded at its right with the space token, and row i belongs to position i.
 *
 * Source: activation additions, Turner et al., 2023.
 */
import type { WorkOptions } from "../../base/cancel";
import type { Runner } from "../../graph/runner";
import type { Edit, EditPositions, EditRows, EditValue } from "../../protocol/edit";
import { editHook, editPart, type EditHook } from "../../protocol/editHook";
import { AnalysisError } from "./analysisError";
import { readAt, rowOf } from "./reads";

/** What is needed of a tokenizer to read the difference of two texts. */
export interface PairEncoder {
  /** Ids of a text behind a beginning-of-sequence token, where the model has one. */
  encodeWithBos(text: string): readonly number[];
  /** The token that is one space; null where there is none. */
  readonly spaceId: number | null;
}

/** Rows of an edit's value, each over the hook's whole width. */
export type ValueRows = readonly (readonly number[])[];

/**
 * The same edits with numeric, full-width values. One row for several positions stays one row (shape [D]); rows given
 * per position stay rows, and where there is one, the edit touches the first chosen position alone.
 * @param encoder  null where the model has no tokenizer; then values must be numbers
 * @throws {AnalysisError} "no-tokenizer", "no-space-token", "empty-input", "missing-hook", "shape-mismatch", "unread-file"
 */
export async function numericEdits(
  runner: Runner,
  edits: readonly Edit[],
  encoder: PairEncoder | null,
  options: WorkOptions = {},
): Promise<Edit[]> {
  const numeric: Edit[] = [];
  for (const edit of edits) numeric.push(await numericEdit(runner, edit, encoder, options));
  return numeric;
}

async function numericEdit(
  runner: Runner,
  edit: Edit,
  encoder: PairEncoder | null,
  options: WorkOptions,
): Promise<Edit> {
  const hook = requireHook(runner, edit);
  const { value } = edit;
  const exchanged =
    edit.subspace === undefined ? edit : { ...edit, subspace: fullRows(edit, hook, edit.subspace) };
  if (value === undefined || (hook.part === "edges" && isNumbers(value))) return exchanged;
  if ("direction" in value) throw unread(edit, value.direction);
  if (takesRun(edit.op) && !isNumbers(value)) return { ...exchanged, value: { ids: idsOf(value, encoder) } };
  if (edit.op === "project-out" || edit.op === "keep")
    return { ...edit, value: fullRows(edit, hook, value as EditRows) };
  if (hook.part === "edges") throw notEditable(edit);
  if (!isNumbers(value)) return atRows(edit, await pairRows(runner, { edit, value }, encoder, options));
  if (isRows(value)) return atRows(edit, fullRows(edit, hook, value));
  const [row] = fullRows(edit, hook, value);
  return edit.positions === "prefill-front" ? atRows(edit, [row]) : { ...edit, value: row };
}

/** Ops whose text or ids name another run at the same hook, not a value to add or set. */
const takesRun = (op: Edit["op"]): boolean =>
  op === "mean" || op === "resample" || op === "interchange" || op === "freeze";

function requireHook(runner: Runner, edit: Edit): EditHook {
  const hook = editHook(edit.hook, runner.info);
  if (hook && runner.info.hooks.includes(edit.hook)) return hook;
  throw notEditable(edit);
}

function notEditable({ hook, op }: Edit): AnalysisError {
  const next = "Run `introspect model` for this model's hooks.";
  return new AnalysisError(
    "missing-hook",
    `${hook} of this model cannot be edited by "${op}" with such a value.`,
    { next },
  );
}

function unread(edit: Edit, file: string): AnalysisError {
  const message = `The directions of the edit at ${edit.hook} have not been read from ${file}.`;
  return new AnalysisError("unread-file", message, { next: "Give the numbers themselves." });
}

const isNumbers = (value: NonNullable<Edit["value"]>): value is EditRows => Array.isArray(value);
const isRows = (value: EditRows): value is ValueRows => Array.isArray(value[0]);

/** Rows over the hook's whole width, whether one or several were given. */
function fullRows(edit: Edit, hook: EditHook, value: NonNullable<Edit["subspace"]>): ValueRows {
  if ("direction" in value) throw unread(edit, value.direction);
  return (isRows(value) ? value : [value]).map((row) => fullWidth(edit, hook, row));
}

/** Rows belong to the first chosen positions, one each. */
function atRows(edit: Edit, rows: ValueRows): Edit {
  return { ...edit, value: rows, ...(rows.length === 1 ? { positions: firstOf(edit.positions) } : {}) };
}

function firstOf(positions: EditPositions): EditPositions {
  if (positions === "last") return positions;
  return typeof positions === "string" ? [0] : positions.slice(0, 1);
}

/** A row over the whole width; chosen heads' or neurons' entries may have been given alone. */
function fullWidth(edit: Edit, hook: EditHook, row: readonly number[]): readonly number[] {
  if (row.length === hook.width) return row;
  const chosen = edit.heads ?? edit.neurons ?? [];
  if (row.length !== chosen.length * hook.unit) {
    const message = `A value for ${edit.hook} has ${row.length} numbers where ${hook.width} are needed.`;
    throw new AnalysisError("shape-mismatch", message, { next: "Give one number per entry of the hook." });
  }
  const full = new Array<number>(hook.width).fill(0);
  chosen.forEach((index, i) => {
    for (let j = 0; j < hook.unit; j++) full[index * hook.unit + j] = row[i * hook.unit + j];
  });
  return full;
}

/** A run, less what a second one has. */
export type PairValue = Exclude<EditValue, EditRows | { readonly direction: string }>;

interface Pair {
  readonly edit: Edit;
  readonly value: PairValue;
}

/** Ids of the run that a value names. */
function idsOf(value: PairValue, encoder: PairEncoder | null): readonly number[] {
  const ids = "ids" in value ? value.ids : requireEncoder(encoder).encodeWithBos(value.text);
  if (ids.length > 0) return ids;
  throw new AnalysisError("empty-input", "The text of an edit is empty.", { next: "Give some text." });
}

function requireEncoder(encoder: PairEncoder | null): PairEncoder {
  if (encoder) return encoder;
  const message = "This model has no tokenizer, so a text is no value for an edit.";
  throw new AnalysisError("no-tokenizer", message, { next: "Give the value as numbers or ids." });
}

async function pairRows(
  runner: Runner,
  { edit, value }: Pair,
  encoder: PairEncoder | null,
  options: WorkOptions,
): Promise<ValueRows> {
  const { plus, minus } = pairIds(value, encoder);
  const read = async (ids: readonly number[]): Promise<readonly (readonly number[])[]> => {
    const plan = { ids, reads: [{ hook: edit.hook }], cache: "none" as const };
    const tensor = readAt(await runner.run(plan, { signal: options.signal }), edit.hook);
    return ids.map((_, pos) => Array.from(rowOf(tensor, pos)));
  };
  const rows = await read(plus);
  if (!minus) return rows;
  const other = await read(minus);
  return rows.map((row, i) => row.map((x, d) => x - other[i][d]));
}

/**
 * Ids of a value's two runs, of equal length: the shorter is padded at its right with the space token. `minus` is null
 * where nothing is taken off.
 * @throws {AnalysisError} "no-tokenizer", "no-space-token", "empty-input"
 */
export function pairIds(
  value: PairValue,
  encoder: PairEncoder | null,
): { readonly plus: readonly number[]; readonly minus: readonly number[] | null } {
  const plus = "ids" in value ? value.ids : requireEncoder(encoder).encodeWithBos(value.text);
  const minus =
    value.minus === undefined
      ? null
      : typeof value.minus === "string"
        ? requireEncoder(encoder).encodeWithBos(value.minus)
        : value.minus;
  const n = Math.max(plus.length, minus?.length ?? 0);
  if (n === 0)
    throw new AnalysisError("empty-input", "The texts of an edit are empty.", { next: "Give some text." });
  return { plus: padded(plus, n, encoder), minus: minus && padded(minus, n, encoder) };
}

function padded(ids: readonly number[], n: number, encoder: PairEncoder | null): readonly number[] {
  if (ids.length === n) return ids;
  const spaceId = encoder?.spaceId ?? null;
  if (spaceId === null) {
    const next = "Use two texts with the same number of tokens.";
    throw new AnalysisError(
      "no-space-token",
      "The vocabulary has no token for a space to pad the shorter text.",
      { next },
    );
  }
  return [...ids, ...new Array<number>(n - ids.length).fill(spaceId)];
}

/**
 * The vectors that a numeric edit puts at positions: one for all, or one for each of the first ones. Empty where it
 * brings none, and at attention's edges, whose values are no vectors.
 */
export function valueRows(edit: Edit): ValueRows {
  const { value, op } = edit;
  const places = op === "add" || op === "set" || op === "mean";
  if (!places || value === undefined || !isNumbers(value) || editPart(edit.hook) === "edges") return [];
  return isRows(value) ? value : [value];
}

/** Prompt positions that a numeric edit touches, ascending as listed; only the first n where it has n rows. */
export function editedPositions(edit: Edit, nPrompt: number): number[] {
  const { positions } = edit;
  const rows =
    edit.value !== undefined && isNumbers(edit.value) && isRows(edit.value) ? edit.value.length : Infinity;
  const chosen =
    positions === "last"
      ? [nPrompt - 1]
      : typeof positions === "string"
        ? Array.from({ length: nPrompt }, (_, i) => i)
        : positions.map((pos) => (pos < 0 ? nPrompt + pos : pos));
  return chosen.slice(0, rows);
}

/**
 * Refuses an edit with more rows than the prompt has positions for it.
 * @throws {AnalysisError} "prompt-too-short"
 */
export function requireRows(edit: Edit, nPrompt: number): void {
  const rows = valueRows(edit).length;
  const { positions } = edit;
  const given = positions === "last" ? 1 : typeof positions === "string" ? nPrompt : positions.length;
  if (rows <= 1 || rows <= given) return;
  const message = `The edit at ${edit.hook} has values for ${rows} positions, the prompt has ${given} for it.`;
  throw new AnalysisError("prompt-too-short", message, { next: "Use a longer prompt or shorter texts." });
}

/** The same edit at strength zero: still executed, and changing nothing. */
export function atStrengthZero(edit: Edit): Edit {
  return { ...edit, scale: edit.op === "scale" ? 1 : 0 };
}

/** Entries of the hook's width that an edit touches. */
export function touchedEntries(edit: Edit, hook: EditHook): number[] {
  const chosen = edit.heads ?? edit.neurons;
  if (!chosen) return Array.from({ length: hook.width }, (_, i) => i);
  return chosen.flatMap((index) => Array.from({ length: hook.unit }, (_, j) => index * hook.unit + j));
}
