/**
 * The history of steering runs as text: one JSON record a line, appended when a run begins and when it ends, so that a
 * crash costs no more than a run's outcome. A line that was torn is passed over.
 */
import type { Experiment, SteerResult } from "../../protocol/edit";
import { controlChoices, type ControlChoice } from "./controlChoice";

/** A run as it began. */
export interface BegunRun {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** As its file has it; null where it is too large to be kept. */
  readonly experiment: unknown;
  readonly controls: ControlChoice;
  /** Address of its file, and the folder from which its paths start. */
  readonly file?: string;
  readonly base?: string;
}

/** What a run came to, in short. */
export interface RunOutcome {
  readonly end: "ready" | "cancelled" | "error";
  /** What was wrong, in a sentence. */
  readonly error?: string;
  readonly default?: string;
  readonly steered?: string;
  readonly kl?: number;
  readonly percentile?: number | null;
  /** Whether all expectations were met, and their sentences. */
  readonly met?: boolean;
  readonly expectations?: readonly string[];
}

/** A run of the history; without an outcome it did not come to its end. */
export type HistoryRun = BegunRun & { readonly outcome?: RunOutcome };

/** Units of an experiment's JSON that are kept; one with a vector in it has more. */
const largestExperiment = 100_000;
/** Units of a text that are kept of an outcome. */
const longestText = 1000;
/** Sentences that are kept of an outcome. */
const mostSentences = 50;
const mostRuns = 500;

/** The record of a run that begins. */
export function begunRecord(run: Omit<BegunRun, "experiment"> & { readonly experiment: Experiment }): string {
  const isLarge = JSON.stringify(run.experiment).length > largestExperiment;
  return record({ ...run, experiment: isLarge ? null : run.experiment });
}

/** The record of a run that ended. */
export function endedRecord(id: string, outcome: RunOutcome): string {
  return record({ id, outcome });
}

/** A result in short. */
export function outcomeOf(result: SteerResult): RunOutcome {
  const says = result.expectations?.slice(0, mostSentences).map((one) => one.says.slice(0, longestText));
  return {
    end: "ready",
    default: (result.default.text ?? "").slice(0, longestText),
    steered: (result.steered.text ?? "").slice(0, longestText),
    kl: result.kl.steered,
    percentile: result.percentile,
    ...(says ? { expectations: says } : {}),
    ...(result.met === undefined ? {} : { met: result.met }),
  };
}

/** Begins with a line break: what a crash left of the line before ends there. */
function record(value: object): string {
  return `\n${JSON.stringify(value)}\n`;
}

/** The runs of a file, newest first. */
export function readHistory(text: string): HistoryRun[] {
  const runs = new Map<string, HistoryRun>();
  for (const line of text.split("\n")) {
    const value = parsed(line);
    if (value === null || typeof value["id"] !== "string") continue;
    const { id } = value;
    if (isBegun(value)) runs.set(id, { ...value, id });
    else {
      const begun = runs.get(id);
      if (begun && isOutcome(value["outcome"])) runs.set(id, { ...begun, outcome: value["outcome"] });
    }
  }
  // Of runs of one millisecond the later line is the newer.
  return [...runs.values()].reverse().sort((a, b) => b.at - a.at);
}

/** A file's text with the newest runs alone, of so many units at most. */
export function shortened(text: string, most: number): string {
  const kept: string[] = [];
  let units = 0;
  for (const { outcome, ...begun } of readHistory(text).slice(0, mostRuns)) {
    const lines = record(begun) + (outcome ? endedRecord(begun.id, outcome) : "");
    units += lines.length;
    if (units > most) break;
    kept.unshift(lines);
  }
  return kept.join("");
}

function parsed(line: string): Readonly<Record<string, unknown>> | null {
  if (!line.startsWith("{")) return null;
  try {
    return JSON.parse(line) as Readonly<Record<string, unknown>>;
  } catch {
    return null;
  }
}

function isBegun(
  value: Readonly<Record<string, unknown>>,
): value is Readonly<Record<string, unknown>> & BegunRun {
  const { at, controls, file, base } = value;
  const isText = (one: unknown): boolean => one === undefined || typeof one === "string";
  const isChoice = controlChoices.some((choice) => choice === controls);
  return typeof at === "number" && "experiment" in value && isText(file) && isText(base) && isChoice;
}

function isOutcome(value: unknown): value is RunOutcome {
  if (typeof value !== "object" || value === null) return false;
  const { end, error, default: plain, steered, kl, expectations } = value as Record<string, unknown>;
  const texts = [error, plain, steered].every((one) => one === undefined || typeof one === "string");
  const number = kl === undefined || typeof kl === "number";
  const list = expectations === undefined || Array.isArray(expectations);
  return (end === "ready" || end === "cancelled" || end === "error") && texts && number && list;
}
