/** Edits at one hook as steps of a graph with the numbers they take: what is affine is folded, the rest stands in list order. */
import { type EditStepKind, stepInput } from "../../../graph/parts/editSteps";
import type { Site } from "../../../graph/hooks";
import { floatFeed } from "../../feeds";
import type { Feed } from "../../ort";
import { type PlacedEdit, touchesAt } from "./placedEdit";

/** The positions that one graph call computes. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** How a hook's value is laid out in one graph call: its dimensions, and entries per position (vectors) or keys (edges). */
export interface Layout {
  readonly dims: readonly number[];
  readonly width: number;
  /** False where a query also sees later keys. */
  readonly causal: boolean;
}

interface Step extends EditStepKind {
  readonly mul: Float32Array;
  readonly add: Float32Array;
  readonly share: Float32Array | null;
  readonly edit: PlacedEdit;
}

/** Kinds and graph inputs of the edits at a site that touch a span. */
export function editFeeds(
  site: Site,
  placed: readonly PlacedEdit[],
  at: Layout & Span,
): { readonly steps: readonly EditStepKind[]; readonly feeds: Readonly<Record<string, Feed>> } {
  const steps: Step[] = [];
  for (const one of placed) {
    const step = stepFor(one, steps, at);
    if (one.edges === null) fillVectors(step, one, at);
    else fillEdges(step, one, at);
  }
  const feeds: Record<string, Feed> = {};
  steps.forEach((step, i) => {
    feeds[stepInput(site, i, "mul")] = floatFeed(step.mul, at.dims);
    if (step.kind !== "clamp") feeds[stepInput(site, i, "add")] = floatFeed(step.add, at.dims);
    if (step.share !== null) feeds[stepInput(site, i, "share")] = floatFeed(step.share, at.dims);
    if (step.kind === "clamp") {
      const { min = -Infinity, max = Infinity } = step.edit.edit;
      feeds[stepInput(site, i, "least")] = floatFeed(Float32Array.of(min), [1]);
      feeds[stepInput(site, i, "most")] = floatFeed(Float32Array.of(max), [1]);
    }
    if (step.kind === "project") feeds[stepInput(site, i, "basis")] = basisFeed(step.edit, at.width);
  });
  return { steps: steps.map(({ kind, preserveNorm }) => ({ kind, preserveNorm })), feeds };
}

/** The step an edit is written into: the last one where both are affine, else a new one that changes nothing yet. */
function stepFor(one: PlacedEdit, steps: Step[], { dims }: Layout): Step {
  const kind = one.edit.op === "clamp" ? "clamp" : one.basis === null ? "affine" : "project";
  const preserveNorm = one.edit.preserveNorm ?? false;
  const last = steps.at(-1);
  if (kind === "affine" && !preserveNorm && last?.kind === "affine" && !last.preserveNorm) return last;
  const n = dims.reduce((a, b) => a * b, 1);
  const step: Step = {
    kind,
    preserveNorm,
    edit: one,
    mul: new Float32Array(n).fill(1),
    // −0, not 0: adding −0 leaves every float as it was, the sign of zero included.
    add: new Float32Array(n).fill(-0),
    share: kind === "affine" ? null : new Float32Array(n),
  };
  steps.push(step);
  return step;
}

function basisFeed({ basis }: PlacedEdit, width: number): Feed {
  const rows = basis ?? [];
  const data = new Float32Array(rows.length * width);
  rows.forEach((row, i) => data.set(row, i * width));
  return floatFeed(data, [rows.length, width]);
}

function fillVectors(step: Step, one: PlacedEdit, { from, to, width }: Layout & Span): void {
  const { edit, entries, basis } = one;
  const strength = edit.scale ?? 1;
  for (let position = from; position < to; position++) {
    if (!touchesAt(one, position)) continue;
    const row = one.row(position);
    if (row === null && takesRow(edit.op)) continue;
    const target = row !== null && basis !== null ? projected(row, basis) : row;
    for (const entry of entries) {
      const i = (position - from) * width + entry;
      if (step.kind === "affine") compose(step, i, { op: edit.op, strength, value: target?.[entry] ?? 0 });
      else moveTo(step, i, { op: edit.op, strength, value: target?.[entry] ?? 0 });
    }
  }
}

const takesRow = (op: string): boolean => !["scale", "zero", "clamp", "project-out", "keep"].includes(op);

/** The part of a row in the span of a basis. */
function projected(row: ArrayLike<number>, basis: readonly Float64Array[]): Float64Array {
  const part = new Float64Array(row.length);
  for (const one of basis) {
    const along = one.reduce((sum, x, i) => sum + x * row[i], 0);
    one.forEach((x, i) => (part[i] += along * x));
  }
  return part;
}

function fillEdges(step: Step, one: PlacedEdit, { from, to, width: nKeys, causal }: Layout & Span): void {
  const { edit, edges } = one;
  if (edges === null) return;
  const strength = edit.scale ?? 1;
  const n = to - from;
  for (let query = from; query < to; query++) {
    if (!touchesAt(one, query)) continue;
    const end = causal ? Math.min(query + 1, nKeys) : nKeys;
    const keys = edges.keys?.filter((key) => key < end) ?? Array.from({ length: end }, (_, i) => i);
    for (const head of edges.heads) {
      for (const key of keys) {
        const i = (head * n + query - from) * nKeys + key;
        const at = { op: edit.op, strength, value: edges.value(head, query, key) };
        if (step.kind === "affine") compose(step, i, at);
        else moveTo(step, i, at);
      }
    }
  }
}

interface Change {
  readonly op: string;
  readonly strength: number;
  readonly value: number;
}

/** Composes one edit onto what the earlier ones left of an entry; strength s moves a value the share s of the way. */
function compose({ mul, add }: Step, i: number, { op, strength, value }: Change): void {
  // What is masked stays masked.
  if (add[i] === -Infinity) return;
  const keep = op === "add" || op === "edge-mask" ? 1 : op === "scale" ? strength : 1 - strength;
  const summand = op === "scale" ? 0 : op === "edge-mask" ? Math.log1p(-strength) : strength * value;
  if (keep !== 1) {
    mul[i] *= keep;
    add[i] *= keep;
  }
  if (summand !== 0) add[i] += summand;
}

/** Shares of the old value and of what the step computes, for steps that are not affine. */
function moveTo({ mul, add, share }: Step, i: number, { op, strength, value }: Change): void {
  if (share === null) return;
  if (op === "keep" || op === "clamp") {
    mul[i] = 1 - strength;
    share[i] = strength;
  } else {
    share[i] = -strength;
    if (strength !== 0 && value !== 0) add[i] = strength * value;
  }
}
