/** The command line that gives the numbers of a coloured text. */
import type { BosPolicy } from "../../../base/bosPolicy";
import { commandLine, isPlain } from "../../../base/shell";
import type { HeatmapMeasure } from "../../../protocol/heatmap";

/** What a command is made of; `at` is the chosen token's position, for attention. */
export interface HeatmapRun {
  readonly measure: HeatmapMeasure;
  readonly inBits: boolean;
  readonly at: number | null;
  readonly model: string;
  readonly bos: BosPolicy;
  readonly text: string;
}

/** Units of a text that a command repeats: what a terminal still takes. */
const longest = 100_000;

/** The command; null for a text too long for one, or an attention whose token has no known position. */
export function heatmapCommand({ measure, inBits, at, model, bos, text }: HeatmapRun): string | null {
  const asked = measureWord(measure, inBits, at);
  if (asked === null || text.length > longest) return null;
  const input = isPlain(text) ? ["--text", text] : ["--file", "-"];
  const policy = bos === "auto" ? [] : ["--bos", bos];
  const words = ["introspect", "heatmap", model, ...input, ...policy, "--measure", asked];
  try {
    return commandLine(isPlain(text) ? { words } : { words, stdin: text });
  } catch {
    return null;
  }
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
    case "attention":
      return at === null ? null : `attention-${measure.direction}:${measure.layer}.${measure.head}@${at}`;
    default:
      return measure.kind;
  }
}
