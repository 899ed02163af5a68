/** Plans of `introspect sweep`, decoded: of cells, or of steering over layers × strengths; their fields tell them apart. */
import { bosPolicies } from "../base/bosPolicy";
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
import { decodeEdit } from "./decodeEdit";
import { decodeModel, decodeSampling } from "./decodeExperiment";
import { decodeMeasure, requireDraws } from "./decodeSteeringMeasure";
import { decodeSweep, largest } from "./decodeSweep";
import { moreIsBetter } from "./steeringMeasure";
import type { SteeringSweepPlan, SweepControlsAsked } from "./steeringSweep";
import { cellEdit } from "./sweepCell";
import type { SweepPlan } from "./sweep";

const mostLayers = 1000;
const mostStrengths = 1000;
const mostEdits = 100;
const mostDraws = 1000;
const defaultDraws = 20;
const fields = [
  ...["$schema", "version", "model", "prompt", "bos", "edits", "layers", "strengths"],
  ...["effect", "cost", "mostCost", "sampling", "controls"],
];

/** A plan, and which kind it is. */
export type AnySweep =
  | { readonly kind: "cells"; readonly plan: SweepPlan }
  | { readonly kind: "steering"; readonly plan: SteeringSweepPlan };

/**
 * A plan of either kind from the text of its file.
 * @throws {DecodeError} "not-json", "bad-version", "bad-field"
 */
export function parseAnySweep(text: string): AnySweep {
  return decodeAnySweep(parseJson(text, "The plan"));
}

/**
 * A plan of either kind from plain data: `axes` make one of cells, `layers` and `strengths` one of steering.
 * @throws {DecodeError} "bad-version", "bad-field"
 */
export function decodeAnySweep(value: unknown): AnySweep {
  const object = asObject(value, "plan");
  const isCells = object["axes"] !== undefined;
  const steering = ["layers", "strengths"].filter((name) => object[name] !== undefined);
  if (isCells && steering.length > 0)
    throw badField("plan", `has axes and ${steering[0]}`, "A plan has axes, or layers and strengths.");
  if (steering.length === 1) {
    const missing = steering[0] === "layers" ? "strengths" : "layers";
    throw badField(missing, "is missing", "A plan of steering has layers and strengths.");
  }
  if (steering.length === 0) return { kind: "cells", plan: decodeSweep(value) };
  return { kind: "steering", plan: decodeSteeringSweep(value) };
}

/**
 * A plan of steering from plain data. Edits are templates: each cell's are decoded against the model once it is known.
 * @throws {DecodeError} "bad-version", "bad-field"
 */
export function decodeSteeringSweep(value: unknown): SteeringSweepPlan {
  const object = asObject(value, "plan", fields);
  const version = asInteger(object["version"], "version", { min: 1 });
  if (version !== 1) {
    const next = "Update Introspect, or write the plan as version 1.";
    throw new DecodeError("bad-version", `The plan is of version ${version}; this one reads 1.`, { next });
  }
  const { bos, model, mostCost } = object;
  const sampling = decodeSampling(object["sampling"]);
  const effect = decodeMeasure(object["effect"], "effect", ["better"]);
  const cost = decodeMeasure(object["cost"], "cost");
  requireDraws(effect, "effect", sampling.temperature);
  requireDraws(cost, "cost", sampling.temperature);
  if (moreIsBetter(cost.of))
    throw badField(
      "cost.of",
      `is "${cost.of}", of which less is no loss`,
      "Give perplexityRatio, kl or disruption.",
    );
  const better = asObject(object["effect"], "effect")["better"];
  const layers = decodeLayers(object["layers"]);
  const strengths = decodeStrengths(object["strengths"]);
  const first = { layer: layers === "all" ? 0 : layers[0], strength: strengths[0] };
  const plan: SteeringSweepPlan = {
    version,
    ...(model === undefined ? {} : { model: decodeModel(model) }),
    prompt: asText(object["prompt"], "prompt"),
    ...(bos === undefined ? {} : { bos: asOneOf(bos, "bos", bosPolicies) }),
    edits: decodeTemplates(object["edits"], first),
    layers,
    strengths,
    effect: {
      ...effect,
      ...(better === undefined
        ? {}
        : { better: asOneOf(better, "effect.better", ["higher", "lower"] as const) }),
    },
    cost,
    ...(mostCost === undefined ? {} : { mostCost: asNumber(mostCost, "mostCost") }),
    sampling,
    controls: decodeControls(object["controls"]),
  };
  requireCell(plan);
  return plan;
}

/** Templates; each is tried in the first cell, so that most of what is wrong is found without a model. */
function decodeTemplates(
  value: unknown,
  first: { readonly layer: number; readonly strength: number },
): Readonly<Record<string, unknown>>[] {
  const list = asList(value, "edits");
  if (list.length === 0) throw badField("edits", "is an empty list");
  if (list.length > mostEdits)
    throw badField("edits", `has ${list.length} entries; ${mostEdits} are the most`);
  return list.map((edit, i) => {
    const path = `edits[${i}]`;
    const template = asObject(edit, path);
    decodeEdit(cellEdit(template, first, path), path);
    return template;
  });
}

function decodeLayers(value: unknown): SteeringSweepPlan["layers"] {
  if (value === "all") return value;
  if (typeof value === "string") throw badField("layers", `is "${value.slice(0, 40)}"; give "all" or a list`);
  const layers = different(value, "layers", mostLayers);
  return layers.map((layer, i) => asInteger(layer, `layers[${i}]`, { min: 0 }));
}

function decodeStrengths(value: unknown): number[] {
  const limits = { min: -largest, max: largest };
  return different(value, "strengths", mostStrengths).map((one, i) =>
    asNumber(one, `strengths[${i}]`, limits),
  );
}

function different(value: unknown, path: string, most: number): readonly unknown[] {
  const list = asList(value, path);
  if (list.length === 0) throw badField(path, "is an empty list");
  if (list.length > most) throw badField(path, `has ${list.length} entries; ${most} are the most`);
  const twice = list.find((one, i) => list.indexOf(one) < i);
  if (twice !== undefined) throw badField(path, `names ${JSON.stringify(twice)} twice`);
  return list;
}

function decodeControls(value: unknown): SweepControlsAsked {
  const object = asObject(value ?? {}, "controls", ["isotropic", "shuffled", "seed", "at"]);
  const limits = { min: 0, max: mostDraws };
  const { at } = object;
  const isotropic = asInteger(object["isotropic"] ?? defaultDraws, "controls.isotropic", limits);
  return {
    isotropic,
    shuffled: asInteger(object["shuffled"] ?? isotropic, "controls.shuffled", limits),
    seed: asInteger(object["seed"] ?? 0, "controls.seed"),
    ...(at === undefined ? {} : { at: decodeCell(at) }),
  };
}

function decodeCell(value: unknown): { layer: number; strength: number } {
  const { layer, strength } = asObject(value, "controls.at", ["layer", "strength"]);
  return {
    layer: asInteger(layer, "controls.at.layer", { min: 0 }),
    strength: asNumber(strength, "controls.at.strength"),
  };
}

function requireCell({ controls: { at }, layers, strengths }: SteeringSweepPlan): void {
  if (at === undefined) return;
  const isThere = (layers === "all" || layers.includes(at.layer)) && strengths.includes(at.strength);
  if (!isThere)
    throw badField("controls.at", `is layer ${at.layer} at ${at.strength}, which is no cell of the plan`);
}
