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

/** Code as it is written, what cannot be seen made visible; its spaces stay spaces. */
export const codeText = (text: string): string =>
  text
    .split(" ")
    .map((part) => (part === "" ? "" : visibleText(part)))
    .join(" ");

/** "2 layers", "1 head". */
export const counted = (count: number, one: string): string => `${count} ${count === 1 ? one : `${one}s`}`;

/** All heads under one way of counting. */
export const headsIn = ({ headsPerLayer }: RaspCount): number => headsPerLayer.reduce((sum, n) => sum + n, 0);

/** The input as a label; long ones are cut. */
export function inputName({ input }: RaspPicture): string {
  const text = codeText(input);
  return text.length > 40 ? `${[...text].slice(0, 39).join("")}…` : text;
}

/** What a step is called: its name, else what it computes. */
export function stepName({ name, expression }: RaspStep): string {
  return codeText(name ?? expression);
}

/** Where a step stands: "layer 1, head 0", "layer 2, elementwise", "before any attention". */
export function whereWords({ layer, head, matrix }: RaspStep): string {
  if (head !== null) return `layer ${layer}, head ${head}`;
  if (matrix) return `layer ${layer}`;
  return layer === 0 ? "before any attention" : `layer ${layer}, elementwise`;
}

/** A piece of a sentence; code stands in the editor's font. */
export interface Piece {
  readonly text: string;
  readonly code: boolean;
}

/** A sentence with its code: what is put in is code. */
function say(words: TemplateStringsArray, ...code: readonly string[]): readonly Piece[] {
  return words.flatMap((text, i) => {
    const plain = text === "" ? [] : [{ text, code: false }];
    return i < code.length ? [...plain, { text: codeText(code[i]!), code: true }] : plain;
  });
}

/** Pieces as one text. */
export const plainText = (pieces: readonly Piece[]): string => pieces.map(({ text }) => text).join("");

const SIGNS: Readonly<Record<string, string>> = {
  "==": "equals",
  "!=": "differs from",
  "<": "is less than",
  "<=": "is at most",
  ">": "is greater than",
  ">=": "is at least",
};

/** The letter of a comparison, where there are several. */
export const letterOf = (index: number): string => String.fromCharCode(97 + (index % 26));

/** What one of several comparisons asks: "a: key’s x == query’s y". */
function lettered({ keys, queries, sign }: RaspComparison, index: number): readonly Piece[] {
  const letter = letterOf(index);
  if (sign === "true" || sign === "false") return say`${letter}: ${sign === "true" ? "always" : "never"}`;
  return SIGNS[sign]
    ? say`${letter}: key’s ${keys.label} ${sign} query’s ${queries.label}`
    : say`${letter}: ${sign} of key’s ${keys.label} and query’s ${queries.label}`;
}

/** Which keys a query selects where one comparison says it. */
function selectedBy({ keys, queries, sign }: RaspComparison): readonly Piece[] {
  if (sign === "true") return say`A query selects every key`;
  if (sign === "false") return say`No query selects any key`;
  const words = SIGNS[sign];
  if (!words)
    return say`A query selects the keys where ${sign} says yes to their ${keys.label} and its ${queries.label}`;
  const verb = `A query selects the keys whose `;
  return [
    { text: verb, code: false },
    ...say`${keys.label}`,
    { text: ` ${words} its `, code: false },
    ...say`${queries.label}`,
  ];
}

const REDUCERS: Readonly<Record<string, string>> = {
  mean: "averaged",
  "mean-or-none": "averaged",
  "truncated-mean": "averaged and cut to a whole number",
  sum: "added up",
  max: "reduced to the largest",
  min: "reduced to the smallest",
};

/** What becomes of what is selected. */
function reduction({ reducer, operands, empty }: RaspStep): readonly Piece[] {
  const [values] = operands;
  if (reducer === null) return [];
  if (!values || reducer === "count") return say` The result is how many are selected.`;
  // Texts have no mean: one at most is selected.
  const isCopied = values.type === "string" && reducer.startsWith("mean");
  const done = isCopied ? "copied" : (REDUCERS[reducer] ?? `reduced by ${codeText(reducer)}`);
  const nothing = empty === null ? [] : say` Where nothing is selected: ${empty}.`;
  return [...say` Their ${values.label}`, { text: ` are ${done}.`, code: false }, ...nothing];
}

function elementwise({ kind, operands, expression }: RaspStep): readonly Piece[] {
  if (kind === "input") return say`The sequence ${expression} itself.`;
  return operands.length === 0
    ? say`The same at every position.`
    : say`Computed position by position, without attention.`;
}

/** What a step does: a sentence, and a line for each comparison where there are several. */
export interface Rule {
  readonly sentence: readonly Piece[];
  readonly lines: readonly (readonly Piece[])[];
}

/** The rule of any step. */
export function ruleOf(step: RaspStep): Rule {
  const { comparisons, combination, rule, matrix } = step;
  if (!matrix) return { sentence: elementwise(step), lines: [] };
  const causal = comparisons.length > 0 && comparisons.every((one) => one.causal);
  const upTo = causal ? say`, up to its own position` : [];
  const [first] = comparisons;
  const stop = { text: ".", code: false };
  if (!first)
    return {
      sentence: [...say`A query selects keys by ${rule ?? "a rule"}.`, ...reduction(step)],
      lines: [],
    };
  if (comparisons.length === 1 && combination === null) {
    return { sentence: [...selectedBy(first), ...upTo, stop, ...reduction(step)], lines: [] };
  }
  const how = say`A query selects the keys with ${combination ?? rule ?? ""}`;
  return { sentence: [...how, ...upTo, stop, ...reduction(step)], lines: comparisons.map(lettered) };
}

/** The same in one text. */
export function ruleWords(step: RaspStep): string {
  const { sentence, lines } = ruleOf(step);
  return [plainText(sentence), lines.map(plainText).join("; ")].filter(Boolean).join(" ");
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
export function generationWords({ generated, stop, state, problem }: RaspGeneration): string {
  if (problem !== null) return `No token can be written. ${problem}`;
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
