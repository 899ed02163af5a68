/** Continuations of a prompt from the command line, tokenised behind it. */
import type { ChoiceRequest } from "../analysis/choices";
import type { BosPolicy } from "../base/bosPolicy";
import { commonPrefix } from "../base/commonPrefix";
import { asList, asText, parseJson } from "../protocol/decode";
import type { TextTokenizer } from "../tokenizer/textTokenizer";
import { usageError, type CliError } from "./cliError";
import { readText } from "./textFile";

/**
 * The texts of --choices: `a|b|c`, or a file with one on each line or a JSON list.
 * @throws {CliError} "usage" for none; what readText finds wrong; {DecodeError} what is wrong inside
 */
export async function readChoices(given: string): Promise<string[]> {
  if (given === "") throw noChoice();
  const texts = given.includes("|") ? given.split("|") : listed(await readText(given), given);
  if (texts.length === 0 || texts.includes("")) throw noChoice();
  return texts;
}

function noChoice(): CliError {
  return usageError("--choices has an empty one.", 'Give them as in --choices " yes| no".');
}

function listed(text: string, path: string): string[] {
  if (text.trimStart().startsWith("[")) {
    return asList(parseJson(text, path), "choices").map((one, i) => asText(one, `choices[${i}]`));
  }
  return text.replace(/\r?\n$/, "").split(/\r?\n/);
}

/** Each text behind the prompt: tokenised together, its own tokens being those that differ from the prompt's. */
export function choicesBehind(
  tokenizer: TextTokenizer,
  prompt: string,
  texts: readonly string[],
  bos: BosPolicy | undefined,
): ChoiceRequest[] {
  const encoded = (text: string): number[] => {
    const { ids, tokens } = tokenizer.encode(text, { bos: bos ?? "auto" });
    let n = ids.length;
    // What the tokenizer puts behind a text is no part of the continuation.
    while (n > 1 && tokens[n - 1].special && tokens[n - 1].start === tokens[n - 1].end) n--;
    return ids.slice(0, n);
  };
  const before = encoded(prompt);
  return texts.map((text) => {
    const ids = encoded(prompt + text);
    return { text, ids, from: commonPrefix(before, ids), bytes: Buffer.byteLength(text) };
  });
}
