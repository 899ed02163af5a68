/** Checks what is asked about neurons, by a page or by the extension: orders, and predictions that effects are on. */
import { asInteger, asNumber, asObject, asOneOf, asText, badField } from "./decode";
import { mostAmplified, type AskedToken, type EffectChoice } from "./neuronEffects";
import { longestLabel, longestNote, type NeuronNote } from "./neuronPanel";
import { neuronOrders, type RankChoice } from "./neurons";

const maxPosition = 2 ** 31 - 1;
const maxId = 2 ** 31 - 1;
/** Units of a text that is one token. */
const maxToken = 10_000;

/**
 * The order of a ranking.
 * @throws {DecodeError} "bad-field"
 */
export function decodeRankChoice(value: unknown, path: string): RankChoice {
  const object = asObject(value, path, ["by", "effect"]);
  const by = asOneOf(object["by"], `${path}.by`, neuronOrders);
  const effect = object["effect"];
  return effect === undefined ? { by } : { by, effect: decodeEffectChoice(effect, `${path}.effect`) };
}

/**
 * A prediction that effects are measured on.
 * @throws {DecodeError} "bad-field"
 */
export function decodeEffectChoice(value: unknown, path: string): EffectChoice {
  const object = asObject(value, path, ["position", "token", "minus", "ablation", "strongest"]);
  const { position, token, minus, ablation, strongest } = object;
  const limits = { min: -maxPosition, max: maxPosition };
  return {
    ...(position === undefined ? {} : { position: asInteger(position, `${path}.position`, limits) }),
    ...(token === undefined ? {} : { token: decodeAskedToken(token, `${path}.token`) }),
    ...(minus === undefined ? {} : { minus: decodeAskedToken(minus, `${path}.minus`) }),
    ...(ablation === undefined
      ? {}
      : { ablation: asOneOf(ablation, `${path}.ablation`, ["mean", "zero"] as const) }),
    ...(strongest === undefined
      ? {}
      : { strongest: asNumber(strongest, `${path}.strongest`, { min: 1, max: mostAmplified }) }),
  };
}

/**
 * A note about a neuron.
 * @throws {DecodeError} "bad-field"
 */
export function decodeNote(value: unknown, path: string): NeuronNote {
  const object = asObject(value, path, ["label", "note"]);
  const text = (name: "label" | "note", most: number): string => {
    const said = asText(object[name], `${path}.${name}`);
    if (said.length > most)
      throw badField(`${path}.${name}`, "is too long", `Use at most ${most} characters.`);
    return said;
  };
  return { label: text("label", longestLabel), note: text("note", longestNote) };
}

/**
 * A token, by its id or by a text that is one.
 * @throws {DecodeError} "bad-field"
 */
export function decodeAskedToken(value: unknown, path: string): AskedToken {
  if (typeof value === "number") return asInteger(value, path, { min: 0, max: maxId });
  const text = asText(value, path);
  if (text === "" || text.length > maxToken) throw badField(path, "is no text of one token");
  return text;
}
