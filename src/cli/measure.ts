/** What `--measure` says: a scalar per token. */
import { nearest } from "../base/nearest";
import type { HeatmapMeasure } from "../protocol/heatmap";
import { usageError, type CliError } from "./cliError";

/** A measure as it is asked for: with its unit, and for attention the chosen token's index (negative from the end). */
export interface AskedMeasure {
  readonly measure: HeatmapMeasure;
  readonly unit: string;
  /** What values are multiplied with for the unit. */
  readonly factor: number;
  readonly at?: number;
}

const plain: Readonly<Record<string, AskedMeasure>> = {
  surprisal: { measure: { kind: "surprisal" }, unit: "nats", factor: 1 },
  bits: { measure: { kind: "surprisal" }, unit: "bits", factor: 1 / Math.LN2 },
  rank: { measure: { kind: "rank" }, unit: "rank", factor: 1 },
  entropy: { measure: { kind: "entropy" }, unit: "nats", factor: 1 },
  depth: { measure: { kind: "depth" }, unit: "row", factor: 1 },
};

const forms = [
  ...Object.keys(plain),
  "neuron:LAYER.NEURON",
  "norm:HOOK",
  "direction:FILE@LAYER",
  "attention-from:LAYER.HEAD@POS",
  "attention-to:LAYER.HEAD@POS",
];

/**
 * Reads a measure.
 * @throws {CliError} "usage"
 */
export function readMeasure(text: string): AskedMeasure {
  const known = Object.hasOwn(plain, text) ? plain[text] : undefined;
  if (known) return known;
  const neuron = /^neuron:(\d{1,6})\.(\d{1,6})$/.exec(text);
  if (neuron) {
    const measure = { kind: "neuron", layer: Number(neuron[1]), neuron: Number(neuron[2]) } as const;
    return { measure, unit: "activation", factor: 1 };
  }
  const norm = /^norm:(.+)$/.exec(text);
  if (norm) return { measure: { kind: "norm", hook: norm[1] }, unit: "l2 norm", factor: 1 };
  const direction = /^direction:(.+?)(?:@(\d{1,6})(?:-(\d{1,6}))?)?$/.exec(text);
  if (direction) {
    const layers =
      direction[2] === undefined ? null : band(Number(direction[2]), Number(direction[3] ?? direction[2]));
    const measure = { kind: "direction", file: direction[1], layers, centred: true } as const;
    return { measure, unit: "score", factor: 1 };
  }
  const attention = /^attention-(from|to):(\d{1,6})\.(\d{1,6})@(-?\d{1,9})$/.exec(text);
  if (attention) {
    const direction = attention[1] === "from" ? "from" : "to";
    const [layer, head, at] = attention.slice(2).map(Number);
    const measure = { kind: "attention", direction, layer, head } as const;
    return { measure, unit: "weight", factor: 1, at };
  }
  throw unknown(text);
}

/** The layers from a to b. */
export function band(a: number, b: number): number[] {
  if (b < a) throw usageError(`The band of layers ${a}-${b} ends before it begins.`, "Give it as 2-5.");
  return Array.from({ length: b - a + 1 }, (_, i) => a + i);
}

function unknown(text: string): CliError {
  const near = nearest(
    text.split(":")[0],
    forms.map((form) => form.split(":")[0]),
  );
  const form = forms.find((one) => one.split(":")[0] === near);
  const next = form === undefined ? `Give one of ${forms.join(", ")}.` : `Did you mean ${form}?`;
  return usageError(`--measure takes no ${JSON.stringify(text.slice(0, 40))}.`, next);
}
