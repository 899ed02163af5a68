/** Extension host ↔ the thread that reads and runs RASP programs. */
import type { RaspPicture, TextRange } from "./raspPicture";

/** The languages, by VS Code's language ids. */
export const raspDialects = ["rasp", "raspy", "rasp-l", "tracr"] as const;

/** One of the languages. */
export type RaspDialect = (typeof raspDialects)[number];

/** A program as it stands in an editor. */
export interface RaspProgram {
  readonly dialect: RaspDialect;
  readonly text: string;
  /** Folder that `load` looks in; null for a text without a file. */
  readonly folder: string | null;
  /** The running example where the program sets none: `"hello"`, `[1, 2]`; null for the language's own. */
  readonly example: string | null;
}

/** A remark on the text. */
export interface RaspRemark {
  readonly severity: "error" | "warning" | "hint";
  /** The kind of the error, or the name of the trap or the rule. */
  readonly code: string;
  readonly message: string;
  readonly next: string | null;
  readonly range: TextRange;
}

/** A name where it is written. */
export interface RaspName {
  readonly name: string;
  readonly range: TextRange;
  readonly kind: "definition" | "use";
  readonly of: "variable" | "function" | "parameter" | "library";
  /** Where it was defined; null for the language's own names. */
  readonly definition: TextRange | null;
}

/** What a statement made. */
export interface RaspBinding {
  /** Null for an expression without a name. */
  readonly name: string | null;
  readonly nameRange: TextRange | null;
  /** The statement. */
  readonly range: TextRange;
  readonly kind: "sop" | "selector" | "atom" | "list" | "dict" | "function" | "sequence" | "matrix";
  /** In one line, on the example. */
  readonly short: string;
  /** In full: a selector as a grid. */
  readonly long: string;
  /** The layer it lands in; null for what is no s-op or selector. */
  readonly layer: number | null;
  /** Whether it can be drawn. */
  readonly drawable: boolean;
}

/** All that the editor shows of a program. */
export interface RaspAnalysis {
  readonly remarks: readonly RaspRemark[];
  readonly names: readonly RaspName[];
  readonly bindings: readonly RaspBinding[];
  /** The running example as it is written. */
  readonly example: string;
  /** Where the program writes it itself; null where it sets none. */
  readonly exampleAt: TextRange | null;
}

/** A name that the language or its library provides. */
export interface RaspLibraryName {
  readonly name: string;
  readonly kind: "function" | "variable" | "keyword";
  /** `select(key, query, op)`. */
  readonly signature: string;
  /** One sentence. */
  readonly about: string;
}

/** What a REPL answers to a line. */
export interface RaspReply {
  readonly output: string;
  /** Whether the line, with those before it, was a whole statement; else more is waited for. */
  readonly complete: boolean;
  /** Whether the line asked to leave. */
  readonly ended: boolean;
}

/** Tokens that a program of RASP-L wrote. */
export interface RaspTokens {
  readonly prompt: readonly string[];
  readonly generated: readonly string[];
  readonly stop: string | null;
  /** "stop": the stop token came; "limit": as many as were asked for. */
  readonly ended: "stop" | "limit";
}

/** The methods. Every call is answered within seconds: programs meet limits before they run for long. */
export interface RaspApi {
  /** Remarks, names and values. */
  "rasp/analyse": { params: RaspProgram; result: RaspAnalysis };
  /** The text laid out; null where it has syntax errors. */
  "rasp/format": { params: RaspProgram; result: string | null };
  /**
   * The picture of the last drawable binding at or before a place in the text (of the last of all where null); of a
   * program of RASP-L, on the example with so many tokens written behind it.
   */
  "rasp/picture": {
    params: RaspProgram & { readonly at: number | null; readonly written?: number };
    result: RaspPicture;
  };
  /** Values in full, as text: what Run prints. */
  "rasp/run": { params: RaspProgram & { readonly at: number | null }; result: string };
  "rasp/library": { params: { readonly dialect: RaspDialect }; result: readonly RaspLibraryName[] };
  /** Continues the example of a program of RASP-L. */
  "rasp/generate": {
    params: RaspProgram & { readonly most: number };
    result: RaspTokens;
  };
  /** Begins a REPL session; null where the language has none. */
  "rasp/replOpen": { params: { readonly folder: string | null }; result: { readonly session: number } };
  "rasp/replLine": { params: { readonly session: number; readonly line: string }; result: RaspReply };
  /** Forgets the lines of a statement that is not finished. */
  "rasp/replAbandon": { params: { readonly session: number }; result: null };
  "rasp/replClose": { params: { readonly session: number }; result: null };
}
