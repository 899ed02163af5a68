/** Options that say on which prediction the effects of neurons are measured, and how neurons are taken out. */
import type { AskedToken, EffectChoice } from "../protocol/neuronEffects";
import { oneOf, wholeNumber, type OptionName, type ParsedArguments } from "./options";

/** The options of a prediction. */
export const effectOptions = [
  "position",
  "token",
  "minus",
  "ablate",
] as const satisfies readonly OptionName[];

/**
 * The choice that the options make.
 * @throws {CliError} "usage"
 */
export function effectChoiceOf({ values }: ParsedArguments): EffectChoice {
  const { position, token, minus, ablate } = values;
  return {
    ...(position === undefined
      ? {}
      : { position: wholeNumber("position", position, -Number.MAX_SAFE_INTEGER) }),
    ...(token === undefined ? {} : { token: tokenOf(token) }),
    ...(minus === undefined ? {} : { minus: tokenOf(minus) }),
    ...(ablate === undefined ? {} : { ablation: oneOf("ablate", ablate, ["mean", "zero"] as const) }),
  };
}

/** A token as it is given: `#` and an id, or a text that is one token. */
function tokenOf(given: string): AskedToken {
  return /^#\d+$/.test(given) ? Number(given.slice(1)) : given;
}
