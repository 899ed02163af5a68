/** Plans of sweeps, decoded. Edits are templates: each cell's are decoded once its axes have values. */
import {
  asInteger,
  asList,
  asNumber,
  asObject,
  asOneOf,
  asText,
  badField,
  DecodeError,
  parseJson,
} from "./decode";
import type { SweepAxis, SweepMeasure, SweepPlan, SweepText, SweepToken } from "./sweep";

/** Most edits of one sweep, those of all cells together. */
export const mostCells = 1_000_000;
const mostAxes = 8;
const mostMeasures = 100;
const mostEdits = 100;
const wholeAxes = ["layers", "heads", "positions"] as const;
const fields = ["$schema", "version", "base", "source", "axes", "edits", "measures"];

/**
 * A plan from the text of its file.
 * @throws {DecodeError} "not-json", "bad-version", "bad-field"
 */
export function parseSweep(text: string): SweepPlan {
  return decodeSweep(parseJson(text, "The plan"));
}

/**
 * A plan from plain data.
 * @throws {DecodeError} "bad-version", "bad-field"
 */
export function decodeSweep(value: unknown): SweepPlan {
  const object = asObject(value, "plan", fields);
  const version = asInteger(object["version"], "version", { min: 1 });
  if (version !== 1) {
    const next = "Update Introspect, or write the plan as version 1.";
    throw new DecodeError("bad-version", `The plan is of version ${version}; this one reads 1.`, { next });
  }
  const plan = {
    version,
    base: decodeText(object["base"], "base"),
    ...(object["source"] === undefined ? {} : { source: decodeText(object["source"], "source") }),
    axes: decodeAxes(object["axes"]),
    edits: limited(object["edits"], "edits", mostEdits).map((edit, i) => asObject(edit, `edits[${i}]`)),
    measures: limited(object["measures"], "measures", mostMeasures).map((one, i) =>
      decodeMeasure(one, `measures[${i}]`),
    ),
  } as const;
  if (plan.measures.length === 0) throw badField("measures", "is an empty list");
  const reads = plan.edits.some(({ value: given }) => given === sourceValue);
  if (reads && plan.source === undefined)
    throw badField("source", `is missing: an edit has the value "${sourceValue}"`);
  return plan;
}

/** The value of an edit that stands for what the source run has. */
export const sourceValue = "source";

function limited(value: unknown, path: string, most: number): readonly unknown[] {
  const list = asList(value, path);
  if (list.length > most) throw badField(path, `has ${list.length} entries; ${most} are the most`);
  return list;
}

function decodeText(value: unknown, path: string): SweepText {
  const object = asObject(value, path, ["text", "ids"]);
  if (object["ids"] === undefined) return { text: asText(object["text"], `${path}.text`) };
  if (object["text"] !== undefined) throw badField(path, "has both text and ids");
  return {
    ids: asList(object["ids"], `${path}.ids`).map((id, i) => asInteger(id, `${path}.ids[${i}]`, { min: 0 })),
  };
}

function decodeAxes(value: unknown): Record<string, SweepAxis> {
  const entries = Object.entries(asObject(value, "axes"));
  if (entries.length > mostAxes)
    throw badField("axes", `has ${entries.length} axes; ${mostAxes} are the most`);
  return Object.fromEntries(
    entries.map(([name, axis]) => {
      if (!/^[a-zA-Z]\w{0,30}$/.test(name))
        throw badField(`axes.${name.slice(0, 40)}`, "is no name: letters, digits and _");
      return [name, decodeAxis(axis, `axes.${name}`)] as const;
    }),
  );
}

function decodeAxis(value: unknown, path: string): SweepAxis {
  if (typeof value === "string") return asOneOf(value, path, wholeAxes);
  const list = limited(value, path, mostCells);
  if (list.length === 0) throw badField(path, "is an empty list");
  return list.map((entry, i) => asNumber(entry, `${path}[${i}]`, { min: -largest, max: largest }));
}

/** Values beyond this leave the numbers that a model computes with. */
export const largest = 1e30;

function decodeMeasure(value: unknown, path: string): SweepMeasure {
  const object = asObject(value, path, ["of", "token", "minus", "position"]);
  const of = asOneOf(object["of"], `${path}.of`, ["logit", "logProb", "rank", "logitDiff", "kl"] as const);
  const position = asInteger(object["position"] ?? -1, `${path}.position`);
  const extra = of === "kl" ? ["token", "minus"] : of === "logitDiff" ? [] : ["minus"];
  for (const name of extra) {
    if (object[name] !== undefined) throw badField(`${path}.${name}`, `does not go with "${of}"`);
  }
  if (of === "kl") return { of, position };
  const token = decodeToken(object["token"], `${path}.token`);
  if (of !== "logitDiff") return { of, token, position };
  return { of, token, minus: decodeToken(object["minus"], `${path}.minus`), position };
}

function decodeToken(value: unknown, path: string): SweepToken {
  return typeof value === "string" ? value : asInteger(value, path, { min: 0 });
}

/**
 * A template with axes replaced by numbers: a text that is `{axis}` becomes the number, `{axis}` inside a text its digits.
 * @throws {DecodeError} "bad-field" for an axis that there is not
 */
export function filledIn(template: unknown, at: Readonly<Record<string, number>>, path: string): unknown {
  if (typeof template === "string") return filledText(template, at, path);
  if (Array.isArray(template)) return template.map((entry, i) => filledIn(entry, at, `${path}[${i}]`));
  if (typeof template !== "object" || template === null) return template;
  const entries = Object.entries(template).map(
    ([name, value]) => [name, isProse(name, value) ? value : filledIn(value, at, `${path}.${name}`)] as const,
  );
  return Object.fromEntries(entries);
}

/** Texts of a value are texts for the model: braces in them are braces. */
function isProse(name: string, value: unknown): boolean {
  return (name === "text" || name === "minus" || name === "direction") && typeof value === "string";
}

function filledText(text: string, at: Readonly<Record<string, number>>, path: string): string | number {
  const valueOf = (name: string): number => {
    if (Object.hasOwn(at, name)) return at[name];
    throw badField(
      path,
      `names the axis {${name}}, which there is not`,
      `Axes: ${Object.keys(at).join(", ")}.`,
    );
  };
  const whole = /^\{(\w{1,40})\}$/.exec(text);
  if (whole) return valueOf(whole[1]);
  return text.replace(/\{(\w{1,40})\}/g, (_, name: string) => String(valueOf(name)));
}
