/** What the Neurons page shows beside a ranking and a card: places in other files, and a person's notes. */
import type { TokenInfo } from "./model";

/** Which files are searched for strong places. */
export const searchScopes = ["open", "workspace"] as const;
/** Open tabs, or all files of the workspace that `files.exclude` leaves. */
export type SearchScope = (typeof searchScopes)[number];

/** Files of a workspace that are searched at most. */
export const mostFilesSearched = 5_000;

/** A strong place in some file. */
export interface FilePlace {
  /** The file as it is called in the workspace. */
  readonly file: string;
  /** Line of the token, from 1. */
  readonly line: number;
  readonly activation: number;
  readonly token: Pick<TokenInfo, "id" | "text">;
  readonly before: string;
  readonly after: string;
}

/** A search for strong places, as far as it has come. */
export interface NeuronSearch {
  readonly scope: SearchScope;
  readonly layer: number;
  readonly neuron: number;
  /** Files read, of so many. */
  readonly read: number;
  readonly total: number;
  /** Files that were left out: binary, not UTF-8, or too large. */
  readonly leftOut: number;
  /** False while it goes on, and where it was stopped. */
  readonly complete: boolean;
  /** Strongest first. */
  readonly places: readonly FilePlace[];
}

/** What a person wrote about a neuron; both may be empty. */
export interface NeuronNote {
  readonly label: string;
  readonly note: string;
}

/** A note with its neuron. */
export interface NotedNeuron extends NeuronNote {
  readonly layer: number;
  readonly neuron: number;
}

/** The notes about the neurons that are shown, and where they are kept. */
export interface NeuronNotes {
  readonly of: readonly NotedNeuron[];
  /** The file as a person would name it; null where VS Code keeps the notes outside of the workspace. */
  readonly file: string | null;
  /** Why notes cannot be read or written now. */
  readonly problem?: string;
}

/** Most units of a label and of a note. */
export const longestLabel = 200;
/** Most units of a note. */
export const longestNote = 20_000;
