/** Words for what a result was run on. */
import type { RunContext, RunWindow } from "../../src/protocol/model";

/** The contexts as the switch names them. */
export const contextLabels: Readonly<Record<RunContext["kind"], string>> = {
  document: "Text before",
  selection: "Selection only",
  prefix: "Custom prefix",
};

/** Whether a BOS token came first. */
export const bosWords = (bos: boolean): string => (bos ? "BOS first" : "no BOS");

/** What stood before the text of a result. */
export const ranOn = ({ context, bos }: Pick<RunWindow, "context" | "bos">): string =>
  `run on: ${contextLabels[context].toLowerCase()} · ${bosWords(bos)}`;
