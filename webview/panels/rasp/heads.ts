/** A program as a transformer: which steps stand in which head and layer. Pure. */
import type { RaspStep } from "../../../src/protocol/raspPicture";

/** One head, with the steps that share it. */
export interface Head {
  /** From 0 in its layer; null for a selector that is the result itself. */
  readonly head: number | null;
  readonly steps: readonly RaspStep[];
}

/** One layer: attention, then what is computed elementwise of it. Layer 0 stands before any attention. */
export interface Layer {
  readonly layer: number;
  readonly heads: readonly Head[];
  readonly elementwise: readonly RaspStep[];
}

/** The layers of the steps from 0 upward, those without steps left out. */
export function layersOf(steps: readonly RaspStep[]): readonly Layer[] {
  const last = steps.reduce((most, { layer }) => Math.max(most, layer), 0);
  return Array.from({ length: last + 1 }, (_, layer) => {
    const here = steps.filter((step) => step.layer === layer);
    return { layer, heads: headsOf(here), elementwise: here.filter(({ matrix }) => matrix === null) };
  }).filter(({ heads, elementwise }) => heads.length + elementwise.length > 0);
}

function headsOf(steps: readonly RaspStep[]): readonly Head[] {
  const heads = new Map<string, RaspStep[]>();
  for (const step of steps) {
    if (step.matrix === null) continue;
    const key = step.head === null ? `alone ${step.step}` : String(step.head);
    heads.set(key, [...(heads.get(key) ?? []), step]);
  }
  return [...heads.values()].map((sharing) => ({ head: sharing[0]!.head, steps: sharing }));
}
