/** Sentences of the RASP page. Pure. */
import type { RaspGeneration } from "../../../src/protocol/raspPanel";
import type { RaspComparison, RaspCount, RaspPicture, RaspStep } from "../../../src/protocol/raspPicture";
import { visibleText } from "../../shared/tokenText";

/** What each dialect is called. */
const dialectNames: Readonly<Record<string, string>> = {
  rasp: "RASP",
  raspy: "RASPy",
  "rasp-l": "RASP-L",
  tracr: "Tracr",
};

/** A dialect as people write it. */
export const dialectName = (dialect: string): string => dialectNames[dialect] ?? dialect;

/** "2 layers", "1 head". */
export const counted = (count: number, one: string): string => `${count} ${count === 1 ? one : `${one}s`}`;

/** All heads under one way of counting. */
export const headsIn = ({ headsPerLayer }: RaspCount): number => headsPerLayer.reduce((sum, n) => sum + n, 0);

/** The input as a label; long ones are cut. */
export function inputName({ input }: RaspPicture): string {
  const text = visibleText(input);
  return text.length > 40 ? `${[...text].slice(0, 39).join("")}…` : text;
}

/** What a step is called: its name, else what it computes. */
export function stepName({ name, expression }: RaspStep): string {
  return visibleText(name ?? expression);
}

/** Where a step stands: "layer 1, head 0", "layer 2, elementwise", "before any attention". */
export function whereWords({ layer, head, matrix }: RaspStep): string {
  if (head !== null) return `layer ${layer}, head ${head}`;
  if (matrix) return `layer ${layer}`;
  return layer === 0 ? "before any attention" : `layer ${layer}, elementwise`;
}

const SIGNS: Readonly<Record<string, string>> = {
  "==": "equals",
  "!=": "differs from",
  "<": "is less than",
  "<=": "is at most",
  ">": "is greater than",
  ">=": "is at least",
};

/** What is asked of a key and a query. */
function comparisonWords({ keys, queries, sign }: RaspComparison): string {
  if (sign === "true") return "whatever they are";
  if (sign === "false") return "never";
  const [key, query] = [visibleText(keys.label), visibleText(queries.label)];
  const words = SIGNS[sign];
  return words
    ? `where the key’s ${key} ${words} the query’s ${query}`
    : `where ${visibleText(sign)} says yes to the key’s ${key} and the query’s ${query}`;
}

/** The letter of a comparison, where there are several. */
export const letterOf = (index: number): string => String.fromCharCode(97 + (index % 26));

/** Which keys a query selects, in words. */
export function selectionWords({ comparisons, combination, rule }: RaspStep): string {
  const [first] = comparisons;
  const causal =
    comparisons.length > 0 && comparisons.every((one) => one.causal) ? ", up to its own position" : "";
  if (!first) return rule === null ? "" : `A query selects keys by ${visibleText(rule)}.`;
  if (comparisons.length === 1 && combination === null) {
    if (first.sign === "true") return `A query selects every key${causal}.`;
    if (first.sign === "false") return "No query selects a key.";
    return `A query selects the keys ${comparisonWords(first)}${causal}.`;
  }
  const parts = comparisons.map((one, i) => `${letterOf(i)}: ${comparisonWords(one)}`).join("; ");
  return `A query selects the keys with ${combination ?? visibleText(rule ?? "")}${causal}; ${parts}.`;
}

const REDUCERS: Readonly<Record<string, string>> = {
  mean: "averaged",
  "mean-or-none": "averaged",
  "truncated-mean": "averaged and cut to a whole number",
  sum: "added up",
  max: "reduced to the largest",
  min: "reduced to the smallest",
};

/** What becomes of what is selected, in words. */
export function reductionWords({ reducer, operands, empty }: RaspStep): string {
  if (reducer === null) return "";
  const nothing = empty === null ? "" : ` Where nothing is selected: ${visibleText(empty)}.`;
  const [values] = operands;
  if (!values || reducer === "count") return "The result is how many are selected.";
  const done = REDUCERS[reducer] ?? `reduced by ${visibleText(reducer)}`;
  return `Their ${visibleText(values.label)} are ${done}.${nothing}`;
}

/** What an elementwise step does, in words. */
export function elementwiseWords({ kind, operands, expression }: RaspStep): string {
  if (kind === "input") return `The sequence ${visibleText(expression)} itself.`;
  return operands.length === 0
    ? "The same at every position."
    : `Position by position: ${visibleText(expression)}.`;
}

/** The rule of any step. */
export function ruleWords(step: RaspStep): string {
  if (!step.matrix) return elementwiseWords(step);
  return [selectionWords(step), reductionWords(step)].filter(Boolean).join(" ");
}

const PEERS: Readonly<Record<RaspCount["by"], string>> = {
  "equal selectors shared": "",
  "one selector written once shared": "tech-srl/RASP gives a selector that is written twice two heads",
  "every aggregate a head": "RASPy and Tracr give every aggregate a head of its own",
};

/** Who counts heads so. */
export const countedBy: Readonly<Record<RaspCount["by"], string>> = {
  "equal selectors shared": "here",
  "one selector written once shared": "tech-srl/RASP",
  "every aggregate a head": "RASPy, Tracr",
};

/** What the ways of counting differ in, for this program. */
export function countsSentence(counts: readonly RaspCount[]): string {
  const [ours, ...peers] = counts;
  if (!ours || headsIn(ours) === 0) return "No heads: the program is elementwise.";
  const here = "Here, steps whose selectors compare the same sequences in the same way share a head";
  const differing = peers.filter(({ headsPerLayer }) => String(headsPerLayer) !== String(ours.headsPerLayer));
  if (peers.length > 0 && differing.length === 0) return `${here}; the others come to the same.`;
  const parts = differing.map((peer) => {
    const more = headsIn(peer) - headsIn(ours);
    return `${PEERS[peer.by]}: ${more === 0 ? "as many, in other layers" : `${Math.abs(more)} ${more > 0 ? "more" : "fewer"}`}`;
  });
  return `${[here, ...parts].join(". ")}.`;
}

/** How an autoregressive run stands. */
export function generationWords({ generated, stop, state }: RaspGeneration): string {
  const tokens = counted(generated.length, "token");
  switch (state) {
    case "running":
      return `Generating: ${tokens} so far.`;
    case "ended":
      return `Ended with ${stop === null ? "the stop token" : visibleText(stop)} after ${tokens}.`;
    case "limit":
      return `${tokens}: no more are generated.`;
    case "stopped":
      return generated.length === 0
        ? "The program runs on the prompt; its last output is the next token."
        : `${tokens} so far; the program runs on all of them for the next.`;
  }
}
