/** What the RASP page is sent, and what it may ask: a program's picture, and a RASP-L program's autoregressive run. */
import type { RaspPicture } from "./raspPicture";

/** A RASP-L program run token by token: each time on all tokens so far, its last output appended. */
export interface RaspGeneration {
  readonly prompt: readonly string[];
  /** What was generated so far; the stop token is the last where there is one. */
  readonly generated: readonly string[];
  /** The token that ends the run; null where none does. */
  readonly stop: string | null;
  /**
   * "running": tokens are being computed; "stopped": waits to be asked for more; "ended": the stop token was
   * generated; "limit": as many tokens as are generated at most.
   */
  readonly state: "running" | "stopped" | "ended" | "limit";
  /** Why nothing can be written, in sentences; null where it can. */
  readonly problem: string | null;
}

/** Data of the RASP panel. */
export interface RaspPanelData {
  readonly picture: RaspPicture;
  /** The step under the cursor, or that the page made the current one. */
  readonly current: number;
  /** Name of the program's file. */
  readonly file: string;
  /** Whether the picture follows the program as it is typed. */
  readonly live: boolean;
  /** The running example as the language writes it: `"hello"`, `[1, 2]`. */
  readonly example: string;
  /** Whether the program sets it itself: a change is written there. */
  readonly exampleIsOwn: boolean;
  /** Null where the dialect has no such runs. */
  readonly generation: RaspGeneration | null;
}

/** What the RASP page asks of the host, beside what every page does. */
export interface RaspHostApi {
  /** Selects what wrote a step in the editor. */
  "rasp/reveal": { params: { step: number }; result: null };
  /** Marks what wrote a step while it is pointed at; null: points at none any more. */
  "rasp/hover": { params: { step: number | null }; result: null };
  /** Makes a step the current one; the cursor stays where it is. Answered once the snapshot that says so was sent. */
  "rasp/step": { params: { step: number }; result: null };
  /**
   * Sets the running example, a text as the language writes it: in the program where that sets its own. Refused with
   * a sentence where it is none.
   */
  "rasp/example": { params: { text: string }; result: null };
  /** Generates one token more, or all to the end. */
  "rasp/generate": { params: { steps: 1 | "all" }; result: null };
  /** Back to the prompt. */
  "rasp/generateReset": { params: Record<string, never>; result: null };
}
