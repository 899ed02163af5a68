/** The running example as people write it, and the inputs it stands for. */
import { RaspError } from "../source/raspError";
import { arrayFromJson, inputFromJson } from "../values/json";
import { atomText } from "../values/show";
import type { DialectName, ProgramInput } from "../program";

/** What programs run on while nobody has chosen: the example of the language's own interpreters. */
const DEFAULTS: Readonly<Record<DialectName, string>> = {
  rasp: '"hello"',
  raspy: '"hello"',
  "rasp-l": '{"x": [3, 1, 2, 1]}',
  tracr: '"hello"',
};

/**
 * The input that a text such as `"hello"`, `[1, 2.5]` or, in RASP-L, `{"x": [1, 2]}` stands for; null for the default.
 * @throws {RaspError} "type" for anything else
 */
export function inputFromText(dialect: DialectName, text: string | null): ProgramInput {
  const written = text ?? DEFAULTS[dialect];
  let value: unknown;
  try {
    value = JSON.parse(written.replace(/"(?:[^"\\]|\\.)*"|\b(?:True|False)\b/g, boolOfJson));
  } catch {
    throw new RaspError("type", `${written} is no input.`, null, exampleHint(dialect));
  }
  return inputFromValue(dialect, value);
}

/** Bools as the languages write them; texts stay as they are. */
const boolOfJson = (part: string): string => ({ True: "true", False: "false" })[part] ?? part;

/**
 * The same from JSON.
 * @throws {RaspError} "type"
 */
export function inputFromValue(dialect: DialectName, value: unknown): ProgramInput {
  if (dialect !== "rasp-l") {
    const tokens = inputFromJson(value);
    if (tokens.length === 0) throw new RaspError("type", "An input has one token at least.");
    return { kind: "tokens", tokens };
  }
  const named = Array.isArray(value) ? { x: value } : value;
  if (typeof named !== "object" || named === null)
    throw new RaspError("type", "This is no input.", null, exampleHint(dialect));
  const arrays = Object.entries(named).map(([name, items]) => [name, arrayFromJson(name, items)] as const);
  return { kind: "arrays", arrays: new Map(arrays) };
}

function exampleHint(dialect: DialectName): string {
  return dialect === "rasp-l"
    ? 'Write arrays by name, such as {"x": [1, 2, 3]}.'
    : 'Write a text such as "hello" or a list such as [1, 2, 3].';
}

/** The input as it would be written. */
export function inputText(input: ProgramInput): string {
  if (input.kind === "tokens") return tokensText(input.tokens);
  const arrays = [...input.arrays].map(([name, items]) => `${JSON.stringify(name)}: ${tokensText(items)}`);
  return `{${arrays.join(", ")}}`;
}

function tokensText(tokens: readonly Parameters<typeof atomText>[0][]): string {
  // One-letter tokens are a text, as the languages take it.
  const letters =
    tokens.length > 0 && tokens.every((token) => typeof token === "string" && [...token].length === 1);
  return letters ? JSON.stringify(tokens.join("")) : `[${tokens.map(atomText).join(", ")}]`;
}
