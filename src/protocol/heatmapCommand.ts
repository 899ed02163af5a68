/** The command line that gives the numbers of a coloured text. */
import type { BosPolicy } from "../base/bosPolicy";
import { isPlain, type ShellCommand } from "../base/shell";
import type { HeatmapMeasure } from "./heatmap";

/** What a command is made of; `at` is the chosen token's position, for attention. */
export interface HeatmapRun {
  readonly measure: HeatmapMeasure;
  readonly inBits: boolean;
  readonly at: number | null;
  readonly model: string;
  readonly bos: BosPolicy;
  readonly text: string;
}

/** Units of a text that a command or a script repeats: what a terminal still takes. */
export const longestRepeated = 100_000;

/** The command; null for a text too long for one, and for a measure that the command line does not have. */
export function heatmapCommand({ measure, inBits, at, model, bos, text }: HeatmapRun): ShellCommand | null {
  const asked = measureWord(measure, inBits, at);
  if (asked === null || text.length > longestRepeated) return null;
  const plain = isPlain(text);
  const input = plain ? ["--text", text] : ["--file", "-"];
  const policy = bos === "auto" ? [] : ["--bos", bos];
  const words = ["introspect", "heatmap", model, ...input, ...policy, "--measure", asked];
  return plain ? { words } : { words, stdin: text };
}

/** A measure as the command line takes it. */
function measureWord(measure: HeatmapMeasure, inBits: boolean, at: number | null): string | null {
  switch (measure.kind) {
    case "surprisal":
      return inBits ? "bits" : "surprisal";
    case "neuron":
      return `neuron:${measure.layer}.${measure.neuron}`;
    case "norm":
      return `norm:${measure.hook}`;
    case "direction":
      return directionWord(measure);
    case "attention":
      return at === null ? null : `attention-${measure.direction}:${measure.layer}.${measure.head}@${at}`;
    default:
      return measure.kind;
  }
}

/** The command line gives scores less their threshold, over layers that follow each other. */
function directionWord({
  file,
  layers,
  centred,
}: Extract<HeatmapMeasure, { kind: "direction" }>): string | null {
  if (!centred) return null;
  const [first, last] = [layers?.[0], layers?.at(-1)];
  if (layers === null || first === undefined || last === undefined) return `direction:${file}`;
  if (layers.some((layer, i) => layer !== first + i)) return null;
  return `direction:${file}@${first === last ? first : `${first}-${last}`}`;
}
