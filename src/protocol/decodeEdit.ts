/** Edit lists from files: decoded, and bounds-checked where the model is known. */
import { nearest } from "../base/nearest";
import { asInteger, asList, asNumber, asObject, asOneOf, asText, badField } from "./decode";
import type { DirectionFile, Edit, EditOp, EditPositions, EditRows, EditValue } from "./edit";
import { editHook, editOps, editPart, type EditHook } from "./editHook";
import type { ModelInfo } from "./model";

/** Ways to give a value: numbers, another run (less a second one), another run alone, a file of directions. */
type Form = "numbers" | "pair" | "run" | "file";

interface OpRule {
  readonly forms: readonly Form[];
  readonly needsValue: boolean;
  /** Fields that go with this op alone. */
  readonly fields: readonly string[];
}

const rule = (forms: readonly Form[], needsValue: boolean, fields: readonly string[] = []): OpRule => ({
  forms,
  needsValue,
  fields,
});

const rules: Readonly<Record<EditOp, OpRule>> = {
  add: rule(["numbers", "pair", "file"], true),
  set: rule(["numbers", "pair", "file"], true),
  scale: rule([], false),
  zero: rule([], false),
  mean: rule(["numbers", "run", "file"], false),
  resample: rule(["run"], true, ["seed"]),
  "project-out": rule(["numbers", "file"], true),
  keep: rule(["numbers", "file"], true),
  clamp: rule([], false, ["min", "max"]),
  interchange: rule(["run"], true, ["from", "subspace"]),
  "edge-mask": rule([], false),
  "edge-set": rule(["numbers"], false),
  freeze: rule(["run"], false),
};

const ops = Object.keys(rules) as EditOp[];
const ownFields = [...new Set(Object.values(rules).flatMap(({ fields }) => fields))];
const places = ["prefill-front", "prefill-all", "every-step", "last"] as const;
const fields = [
  ...["hook", "op", "value", "scale", "positions", "batch", "heads", "neurons", "keys", "preserveNorm"],
  ...ownFields,
];

/** Values beyond this leave the numbers that a model computes with. */
const largest = 1e30;

/**
 * A list of edits; a single edit counts as a list of one.
 * @param info  where it is given, hooks, heads, neurons and widths are checked against it
 * @throws {DecodeError} "bad-field", naming the path
 */
export function decodeEdits(value: unknown, path = "edits", info?: ModelInfo): Edit[] {
  const list = Array.isArray(value) ? asList(value, path) : [value];
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
  checkOp(hook, op, `${path}.op`);
  const units = { hook, path, info };
  const number = (entry: unknown, name: string) =>
    asNumber(entry, `${path}.${name}`, { min: -largest, max: largest });
  const edit: Edit = {
    hook,
    op,
    positions: decodePositions(object["positions"], `${path}.positions`),
    ...optional("scale", object, (entry) => number(entry, "scale")),
    ...optional("batch", object, (list) => decodeIndices(list, `${path}.batch`, { min: 0 })),
    ...optional("heads", object, (list) => decodeUnits(list, "heads", units)),
    ...optional("neurons", object, (list) => decodeUnits(list, "neurons", units)),
    ...optional("keys", object, (list) => decodeKeys(list, units)),
    ...optional("value", object, (entry) => decodeValue(entry, `${path}.value`, rules[op].forms)),
    ...optional("preserveNorm", object, (entry) => decodePreserveNorm(entry, units)),
    ...optional("min", object, (entry) => number(entry, "min")),
    ...optional("max", object, (entry) => number(entry, "max")),
    ...optional("seed", object, (entry) => asInteger(entry, `${path}.seed`, { min: 0 })),
    ...optional("from", object, (list) => decodeFrom(list, units)),
    ...optional("subspace", object, (entry) => decodeDirections(entry, `${path}.subspace`)),
  };
  checkNeeds(edit, path);
  checkPositions(edit, path);
  checkWidths(edit, path, info);
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
  const shown = JSON.stringify(hook.slice(0, 80));
  if (info && !info.hooks.includes(hook)) {
    const near = nearest(hook, info.hooks);
    throw badField(path, `names no hook of this model: ${shown}`, near && `Did you mean ${near}?`);
  }
  if (editPart(hook) === null) {
    const next = "Run `introspect model` for this model's hooks, such as blocks.0.hook_resid_pre.";
    throw badField(path, `is ${shown}, which cannot be edited`, next);
  }
}

function checkOp(hook: string, op: EditOp, path: string): void {
  const known = editOps(hook);
  if (known.includes(op)) return;
  const wanted =
    op === "edge-mask" ? "attn.hook_attn_scores" : op === "edge-set" ? "attn.hook_pattern" : null;
  const next = wanted ? `"${op}" goes with ${wanted}.` : `There: ${known.join(", ")}.`;
  throw badField(path, `is "${op}", which does not go with the hook ${hook}`, next);
}

function decodePositions(value: unknown, path: string): EditPositions {
  if (!Array.isArray(value)) return asOneOf(value, path, places);
  return decodeIndices(value, path, {});
}

/** A list of different whole numbers with at least one entry. */
function decodeIndices(value: unknown, path: string, limits: { min?: number; max?: number }): number[] {
  const list = asList(value, path);
  if (list.length === 0) throw badField(path, "is an empty list");
  const indices = list.map((entry, i) => asInteger(entry, `${path}[${i}]`, limits));
  if (new Set(indices).size !== indices.length) throw badField(path, "names one index twice");
  return indices;
}

interface Units {
  readonly path: string;
  readonly hook: string;
  readonly info: ModelInfo | undefined;
}

function decodeUnits(value: unknown, name: "heads" | "neurons", { path, hook, info }: Units): number[] {
  const part = editPart(hook);
  const fits = name === "heads" ? part === "heads" || part === "edges" : part === "neurons";
  if (!fits) throw badField(`${path}.${name}`, `does not go with the hook ${hook}`);
  const units = info && editHook(hook, info)?.units;
  return decodeIndices(value, `${path}.${name}`, { min: 0, ...(units ? { max: units - 1 } : {}) });
}

function decodeKeys(value: unknown, { path, hook }: Units): number[] {
  if (editPart(hook) !== "edges") throw badField(`${path}.keys`, `does not go with the hook ${hook}`);
  return decodeIndices(value, `${path}.keys`, {});
}

function decodeFrom(value: unknown, { path, hook }: Units): number[] {
  if (editPart(hook) === "edges") {
    throw badField(`${path}.from`, `does not go with the hook ${hook}, whose rows have keys of their own`);
  }
  const list = asList(value, `${path}.from`);
  if (list.length === 0) throw badField(`${path}.from`, "is an empty list");
  return list.map((entry, i) => asInteger(entry, `${path}.from[${i}]`));
}

function decodePreserveNorm(value: unknown, { path, hook }: Units): true {
  if (value !== true) throw badField(`${path}.preserveNorm`, "can only be true, or left out");
  const part = editPart(hook);
  if (part === "edges" || part === "scale")
    throw badField(`${path}.preserveNorm`, `does not go with the hook ${hook}`);
  return true;
}

function decodeValue(value: unknown, path: string, forms: readonly Form[]): EditValue {
  const form = formOf(value, path);
  const fits = forms.includes(form) || (form === "run" && forms.includes("pair"));
  if (!fits && forms.length > 0) {
    const said = { numbers: "numbers", pair: "text, minus", run: "text or ids", file: "direction" };
    throw badField(path, `does not go with this op`, `Give: ${forms.map((one) => said[one]).join("; ")}.`);
  }
  if (form === "numbers") return decodeNumbers(asList(value, path), path);
  return form === "file" ? decodeFile(value, path) : decodeRun(value, path);
}

function formOf(value: unknown, path: string): Form {
  if (Array.isArray(value)) return "numbers";
  if (typeof value === "number") throw badField(path, "is a number, not a list", `Write it as [${value}].`);
  const object = asObject(value, path);
  if ("direction" in object) return "file";
  return object["minus"] === undefined ? "run" : "pair";
}

function decodeFile(value: unknown, path: string): DirectionFile {
  const object = asObject(value, path, ["direction", "hook"]);
  const direction = asText(object["direction"], `${path}.direction`);
  if (direction === "") throw badField(`${path}.direction`, "is empty");
  return { direction, ...optional("hook", object, (hook) => asText(hook, `${path}.hook`)) };
}

function decodeRun(value: unknown, path: string): EditValue {
  const object = asObject(value, path, ["text", "ids", "minus"]);
  if (object["ids"] !== undefined && object["text"] === undefined) {
    const ids = decodeIds(object["ids"], `${path}.ids`);
    return { ids, ...optional("minus", object, (minus) => decodeIds(minus, `${path}.minus`)) };
  }
  if (object["ids"] !== undefined) throw badField(`${path}.ids`, "stands beside a text");
  const text = asText(object["text"], `${path}.text`);
  return { text, ...optional("minus", object, (minus) => asText(minus, `${path}.minus`)) };
}

function decodeIds(value: unknown, path: string): number[] {
  const list = asList(value, path);
  if (list.length === 0) throw badField(path, "is an empty list");
  return list.map((entry, i) => asInteger(entry, `${path}[${i}]`, { min: 0 }));
}

function decodeDirections(value: unknown, path: string): EditRows | DirectionFile {
  return Array.isArray(value) ? decodeNumbers(value, path) : decodeFile(value, path);
}

function decodeNumbers(value: readonly unknown[], path: string): EditRows {
  if (value.length === 0) throw badField(path, "is an empty list");
  const limits = { min: -largest, max: largest };
  if (!Array.isArray(value[0])) return value.map((entry, i) => asNumber(entry, `${path}[${i}]`, limits));
  const rows = value.map((row, i) =>
    asList(row, `${path}[${i}]`).map((entry, j) => asNumber(entry, `${path}[${i}][${j}]`, limits)),
  );
  if (rows[0].length === 0) throw badField(`${path}[0]`, "is an empty list");
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
  const { forms, needsValue, fields: own } = rules[edit.op];
  if (needsValue && edit.value === undefined)
    throw badField(`${path}.value`, `is missing: op "${edit.op}" needs it`);
  if (forms.length === 0 && edit.value !== undefined)
    throw badField(`${path}.value`, `does not go with op "${edit.op}"`);
  const extra = ownFields.find((name) => name in edit && !own.includes(name));
  if (extra !== undefined) throw badField(`${path}.${extra}`, `does not go with op "${edit.op}"`);
  if (edit.op === "scale" && edit.scale === undefined)
    throw badField(`${path}.scale`, 'is missing: op "scale" needs the factor');
  if (edit.op === "edge-mask" && edit.scale !== undefined && (edit.scale < 0 || edit.scale > 1))
    throw badField(`${path}.scale`, `is ${edit.scale}; the share of a weight that is taken is from 0 to 1`);
  if (edit.op === "clamp") checkClamp(edit, path);
  if (editPart(edit.hook) === "edges" && (edit.op === "add" || edit.op === "set")) {
    if (!Array.isArray(edit.value))
      throw badField(`${path}.value`, `takes numbers alone at the hook ${edit.hook}`);
  }
}

function checkClamp({ min, max }: Edit, path: string): void {
  if (min === undefined && max === undefined)
    throw badField(`${path}.min`, 'is missing: op "clamp" needs min, max or both');
  if (min !== undefined && max !== undefined && min > max)
    throw badField(`${path}.min`, `is ${min}, above max, ${max}`);
}

function checkPositions(edit: Edit, path: string): void {
  const { op, positions, from } = edit;
  if (positions === "prefill-front" && op !== "add" && op !== "set")
    throw badField(
      `${path}.positions`,
      `"prefill-front" goes with add and set, whose rows say how many positions`,
    );
  if (positions === "every-step" && op === "freeze")
    throw badField(
      `${path}.positions`,
      `"every-step" does not go with "freeze": new tokens have no other run`,
    );
  if (positions === "every-step" && op === "interchange" && from?.length !== 1)
    throw badField(
      `${path}.positions`,
      `"every-step" takes what is exchanged from one position: give it in from`,
    );
  if (from !== undefined && from.length !== 1 && Array.isArray(positions) && from.length !== positions.length)
    throw badField(`${path}.from`, `names ${from.length} positions for ${positions.length}`);
  if (from !== undefined && from.length !== 1 && !Array.isArray(positions))
    throw badField(`${path}.from`, "with several positions needs a list of positions of the same length");
}

function checkWidths(edit: Edit, path: string, info: ModelInfo | undefined): void {
  const hook = info && editHook(edit.hook, info);
  if (edit.subspace !== undefined && ["edges", "scale"].includes(editPart(edit.hook) as string))
    throw badField(`${path}.subspace`, `does not go with the hook ${edit.hook}`);
  if (!hook) return;
  if (Array.isArray(edit.value)) checkWidth(edit, edit.value as EditRows, { hook, path: `${path}.value` });
  if (Array.isArray(edit.subspace))
    checkWidth(edit, edit.subspace as EditRows, { hook, path: `${path}.subspace` });
}

function checkWidth(edit: Edit, rows: EditRows, { hook, path }: { hook: EditHook; path: string }): void {
  const first: unknown = rows[0];
  const given = Array.isArray(first) ? first.length : rows.length;
  const chosen = hook.part === "edges" ? undefined : (edit.heads ?? edit.neurons)?.length;
  const allowed = [hook.width, ...(chosen === undefined ? [] : [chosen * hook.unit])];
  if (allowed.includes(given)) return;
  const said = [...new Set(allowed)].join(" or ");
  throw badField(path, `has ${given} numbers a row; ${edit.hook} takes ${said}`);
}
