/** Options that every command with a model has: where it runs, and how much memory it may take. */
import { deviceNames } from "../engine/devices";
import { settingsFrom, type EngineSettings } from "../engine/environment";
import { usageError } from "./cliError";
import type { OptionName, ParsedArguments } from "./options";

/** Names of these options. */
export const modelOptions: readonly OptionName[] = ["device", "memory-budget"];

/**
 * What they say; where one is left out, the environment's variables count.
 * @throws {CliError} "usage"
 */
export function settingsOf({ values }: Pick<ParsedArguments, "values">): EngineSettings {
  const { device } = values;
  if (device !== undefined && !deviceNames.some((name) => name === device))
    throw usageError(`--device takes one of ${deviceNames.join(", ")}.`);
  const budget = values["memory-budget"];
  const gigabytes = budget === undefined || budget.trim() === "" ? NaN : Number(budget);
  if (budget !== undefined && !(gigabytes > 0 && Number.isFinite(gigabytes)))
    throw usageError("--memory-budget takes a number of gigabytes above 0.");
  return {
    ...settingsFrom(process.env),
    ...(device === undefined ? {} : { device }),
    ...(budget === undefined ? {} : { memoryBudget: gigabytes * 1e9 }),
  };
}
