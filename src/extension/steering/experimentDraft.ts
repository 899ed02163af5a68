/** From the answers of the steering dialogue to an experiment. Pure; the dialogue itself is in `wizard.ts`. */
import type { BosPolicy } from "../../base/bosPolicy";
import { experimentSuffix } from "../contributions";
import type { Experiment } from "../../protocol/edit";

/** The answers, each with a default that works. */
export interface Draft {
  readonly towards: string;
  readonly away: string;
  readonly layer: number;
  readonly strength: number;
  readonly prompt: string;
  readonly maxTokens: number;
  /** Name of the file without its ending; empty: not saved. */
  readonly name: string;
}

/** Answers that are remembered for the next time; the prompt and the name belong to one experiment. */
export type RememberedDraft = Pick<Draft, "towards" | "away" | "strength" | "maxTokens"> & {
  /** Depth as a share, so that it fits another model: layer / nLayers. */
  readonly depth: number;
};

/** What the dialogue offers first. A third of the depth is where a difference of two texts steers best (Turner et al., 2023). */
export const firstDraft: RememberedDraft = {
  towards: "Love",
  away: "Hate",
  strength: 4,
  maxTokens: 40,
  depth: 1 / 3,
};

/** The same for the bundled model, which has read code: words that part it more than random directions do. */
export const bundledDraft: RememberedDraft = { ...firstDraft, towards: "const", away: "import" };

/** A prompt where the editor offers none; long enough for the texts above. */
const defaultPrompt = "The result of the search is";

/** Random directions that each experiment is compared with: with fewer a percentile says little. */
const isotropicControls = 20;

/** The draft that the dialogue starts with: selections first, then what was used last, then the defaults. */
export function draftFrom(
  context: { readonly selections: readonly string[]; readonly line: string; readonly nLayers: number },
  remembered: RememberedDraft = firstDraft,
): Draft {
  const [first, second] = context.selections;
  const texts = second === undefined ? remembered : { towards: first ?? "", away: second };
  const prompt = context.selections[2] ?? (second === undefined ? first : undefined) ?? context.line;
  return {
    towards: texts.towards,
    away: texts.away,
    layer: Math.min(context.nLayers - 1, Math.max(0, Math.round(remembered.depth * context.nLayers))),
    strength: remembered.strength,
    prompt: prompt.trim() === "" ? defaultPrompt : prompt,
    maxTokens: remembered.maxTokens,
    name: "",
  };
}

/** What to remember of a finished dialogue. */
export function remember(
  { towards, away, layer, strength, maxTokens }: Draft,
  nLayers: number,
): RememberedDraft {
  return { towards, away, strength, maxTokens, depth: layer / Math.max(1, nLayers) };
}

/**
 * The experiment of a draft: the difference of the two texts' residual streams before a layer, times the strength, is
 * added at the first positions of the prompt (activation addition, Turner et al. 2023).
 */
export function experimentFrom(
  draft: Draft,
  model: Experiment["model"],
  bos: BosPolicy = "auto",
): Experiment {
  return {
    version: 1,
    model,
    prompt: draft.prompt,
    ...(bos === "auto" ? {} : { bos }),
    edits: [
      {
        hook: `blocks.${draft.layer}.hook_resid_pre`,
        op: "add",
        value: { text: draft.towards, minus: draft.away },
        scale: draft.strength,
        positions: "prefill-front",
      },
    ],
    sampling: { maxTokens: draft.maxTokens, temperature: 0, seed: 0 },
    controls: { isotropic: isotropicControls, seed: 0 },
  };
}

/** A file name from two texts: letters and digits of any script, the rest as dashes. */
export function nameFor(towards: string, away: string): string {
  const words = (text: string): string =>
    text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, "-")
      .slice(0, 24)
      .replace(/^-+|-+$/g, "");
  const parts = [words(towards), words(away)].filter((part) => part !== "");
  return parts.length === 0 ? "experiment" : parts.join("-minus-");
}

/** A name that is not taken: the wanted one, or with the lowest number from 2. Names are without their ending. */
export function freeName(wanted: string, taken: ReadonlySet<string>): string {
  if (!taken.has(wanted)) return wanted;
  let number = 2;
  while (taken.has(`${wanted}-${number}`)) number += 1;
  return `${wanted}-${number}`;
}

/** The name of an experiment without its ending, whatever was typed. */
export function withoutSuffix(name: string): string {
  const trimmed = name.trim();
  if (trimmed.endsWith(experimentSuffix)) return trimmed.slice(0, -experimentSuffix.length);
  return trimmed.replace(/\.json$/, "");
}

/** Why a name cannot be a file's, or null when it can. */
export function badName(name: string): "characters" | "reserved" | null {
  if (/[\p{Cc}/\\:*?"<>|]/u.test(name) || name.startsWith(".")) return "characters";
  return /^(con|prn|aux|nul|com\d|lpt\d)$/i.test(name) ? "reserved" : null;
}

/** The text of an experiment file; lists of numbers stand on one line, so that a person can read the rest. */
export function experimentText(experiment: Experiment): string {
  const text = JSON.stringify(experiment, null, 2);
  // A JSON string holds no line break of its own, so that these breaks are always between entries.
  return `${text.replace(/\[\n[^[\]{}"]*\]/g, (list) => list.replace(/\s+/g, " ").replace("[ ", "[").replace(" ]", "]"))}\n`;
}
