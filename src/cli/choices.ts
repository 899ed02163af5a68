/** Continuations of a prompt, as the command line gives them. */
import { asList, asText, parseJson } from "../protocol/decode";
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
