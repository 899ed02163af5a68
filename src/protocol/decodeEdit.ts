/** Edit lists from files: decoded, and bounds-checked where the model is known. */
import { nearest } from "../base/nearest";
import { asInteger, asList, asNumber, asObject, asOneOf, asText, badField } from "./decode";
import type { Edit, EditOp, EditPositions, EditValue } from "./edit";
import { editHook, editPart } from "./editHook";
import type { ModelInfo } from "./model";

const ops: readonly EditOp[] = ["add", "set", "scale", "zero", "mean"];
const places = ["prefill-front", "prefill-all", "every-step", "last"] as const;
const fields = ["hook", "op", "value", "scale", "positions", "heads", "neurons"];

/**
 * A list of edits; a single edit counts as a list of one.
 * @param info  where it is given, hooks, heads, neurons and widths are checked against it
 * @throws {DecodeError} "bad-field", naming the path
 */
export function decodeEdits(value: unknown, path = "edits", info?: ModelInfo): Edit[] {
  const list = Array.isArray(value) ? value : [value];
  return list.map((entry, i) => decodeEdit(entry, Array.isArray(value) ? `${path}[${i}]` : path, info));
}

/**
 * One edit.
 * @throws {DecodeError} "bad-field", naming the path
 */
export function decodeEdit(value: unknown, path: string, info?: ModelInfo): Edit {
  const object = asObject(value, path, fields);
  const hook = asText(object["hook"], `${path}.hook`);
  checkHook(hook, `${path}.hook`, info);
  const op = asOneOf(object["op"], `${path}.op`, ops);
  const edit: Edit = {
    hook,
    op,
    positions: decodePositions(object["positions"], `${path}.positions`),
    ...optional("scale", object, (scale) => asNumber(scale, `${path}.scale`)),
    ...optional("heads", object, (list) => decodeUnits(list, { path, hook, part: "heads", n: info?.nHeads })),
    ...optional("neurons", object, (list) =>
      decodeUnits(list, { path, hook, part: "neurons", n: info?.dMlp }),
    ),
    ...optional("value", object, (entry) => decodeValue(entry, `${path}.value`)),
  };
  checkNeeds(edit, path);
  checkWidth(edit, path, info);
  return edit;
}

function optional<Name extends string, T>(
  name: Name,
  object: Readonly<Record<string, unknown>>,
  decode: (value: unknown) => T,
): { [N in Name]?: T } {
  return (object[name] === undefined ? {} : { [name]: decode(object[name]) }) as { [N in Name]?: T };
}

function checkHook(hook: string, path: string, info: ModelInfo | undefined): void {
  if (info && !info.hooks.includes(hook)) {
    const near = nearest(hook, info.hooks);
    throw badField(
      path,
      `names no hook of this model: ${JSON.stringify(hook.slice(0, 80))}`,
      near && `Did you mean ${near}?`,
    );
  }
  if (editPart(hook) === null) {
    const next = "Edit a residual hook such as blocks.0.hook_resid_pre, attn.hook_z or mlp.hook_post.";
    throw badField(path, `is ${JSON.stringify(hook.slice(0, 80))}, which cannot be edited`, next);
  }
}

function decodePositions(value: unknown, path: string): EditPositions {
  if (!Array.isArray(value)) return asOneOf(value, path, places);
  if (value.length === 0) throw badField(path, "is an empty list");
  return value.map((entry, i) => asInteger(entry, `${path}[${i}]`));
}

interface Units {
  readonly path: string;
  readonly hook: string;
  readonly part: "heads" | "neurons";
  readonly n: number | undefined;
}

function decodeUnits(value: unknown, units: Units): number[] {
  const path = `${units.path}.${units.part}`;
  if (editPart(units.hook) !== units.part) throw badField(path, `does not go with the hook ${units.hook}`);
  const list = asList(value, path);
  if (list.length === 0) throw badField(path, "is an empty list");
  const max = units.n === undefined ? {} : { max: units.n - 1 };
  const indices = list.map((entry, i) => asInteger(entry, `${path}[${i}]`, { min: 0, ...max }));
  if (new Set(indices).size !== indices.length) throw badField(path, "names one index twice");
  return indices;
}

function decodeValue(value: unknown, path: string): EditValue {
  if (Array.isArray(value)) return decodeNumbers(value, path);
  const object = asObject(value, path, ["text", "minus"]);
  const text = asText(object["text"], `${path}.text`);
  return { text, ...optional("minus", object, (minus) => asText(minus, `${path}.minus`)) };
}

function decodeNumbers(value: readonly unknown[], path: string): EditValue {
  if (value.length === 0) throw badField(path, "is an empty list");
  if (!Array.isArray(value[0])) return value.map((entry, i) => asNumber(entry, `${path}[${i}]`));
  const rows = value.map((row, i) =>
    asList(row, `${path}[${i}]`).map((entry, j) => asNumber(entry, `${path}[${i}][${j}]`)),
  );
  const ragged = rows.findIndex((row) => row.length !== rows[0].length);
  if (ragged >= 0)
    throw badField(
      `${path}[${ragged}]`,
      `has ${rows[ragged].length} numbers, the first row ${rows[0].length}`,
    );
  return rows;
}

/** What the op asks for beside the hook. */
function checkNeeds(edit: Edit, path: string): void {
  const takesValue = edit.op === "add" || edit.op === "set";
  if (takesValue && edit.value === undefined)
    throw badField(`${path}.value`, `is missing: op "${edit.op}" needs it`);
  if (!takesValue && edit.op !== "mean" && edit.value !== undefined)
    throw badField(`${path}.value`, `does not go with op "${edit.op}"`);
  if (edit.op === "scale" && edit.scale === undefined) {
    throw badField(`${path}.scale`, 'is missing: op "scale" needs the factor');
  }
  if (edit.positions === "prefill-front" && edit.value === undefined) {
    throw badField(`${path}.positions`, `"prefill-front" needs a value, whose rows say how many positions`);
  }
}

function checkWidth(edit: Edit, path: string, info: ModelInfo | undefined): void {
  if (!info || !Array.isArray(edit.value)) return;
  const hook = editHook(edit.hook, info);
  if (!hook) return;
  const first: unknown = edit.value[0];
  const given = Array.isArray(first) ? first.length : edit.value.length;
  const chosen = (edit.heads ?? edit.neurons)?.length;
  const allowed = [hook.width, ...(chosen === undefined ? [] : [chosen * hook.unit])];
  if (!allowed.includes(given)) {
    throw badField(
      `${path}.value`,
      `has ${given} numbers a row; ${edit.hook} takes ${[...new Set(allowed)].join(" or ")}`,
    );
  }
}
