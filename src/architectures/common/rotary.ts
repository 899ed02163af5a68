/** Rotary frequencies as Hugging Face configurations describe them. */
import type { RotarySpec } from "../../graph/modelSpec";
import { count, type ModelConfig, positive, real, refuse } from "./configReader";

interface RotaryContext {
  readonly config: ModelConfig;
  readonly scaling: ModelConfig;
  readonly theta: number;
  readonly dRotary: number;
  readonly nCtx: number;
}

type Frequencies = Pick<RotarySpec, "inverseFrequencies" | "factor" | "dynamicBeyond">;
type RotaryKind = (context: RotaryContext) => Frequencies;

const kinds: Readonly<Record<string, RotaryKind>> = {
  default: ({ theta, dRotary }) => fixed(plain(theta, dRotary)),
  linear: ({ scaling, theta, dRotary }) => {
    const factor = positive(scaling, "factor");
    return fixed(plain(theta, dRotary).map((f) => f / factor));
  },
  dynamic,
  yarn,
  llama3,
  longrope,
};

/** Names that older files use for a kind. */
const olderNames: Readonly<Record<string, string>> = { su: "longrope" };

/** Where a family departs from one angle for each pair of halves of a head, base rope_theta. */
export interface RotaryHow {
  /** Share of a head's dimensions that is turned, where config.json has no partial_rotary_factor. */
  readonly share?: number;
  readonly pairs?: RotarySpec["pairs"];
  /** Base of the frequencies where config.json has none. */
  readonly theta?: number;
}

/**
 * Rotary settings of a config with `rope_theta`, `partial_rotary_factor` and `rope_scaling` (or, in newer files,
 * `rope_parameters` with all three).
 * Source: transformers, modeling_rope_utils.py.
 * @throws {GraphError} "unsupported-config" for a kind of scaling that is not known
 */
export function rotaryOf(
  config: ModelConfig,
  { dHead, nCtx }: { readonly dHead: number; readonly nCtx: number },
  { share = 1, pairs = "halves", theta: base = 10000 }: RotaryHow = {},
): RotarySpec {
  const scaling = (config["rope_parameters"] ?? config["rope_scaling"] ?? {}) as ModelConfig;
  if (typeof scaling !== "object" || Array.isArray(scaling))
    throw refuse("rope_scaling", scaling, "an object or null");
  const theta = positive(scaling, "rope_theta", real(config, "rope_theta", base));
  const factor = positive(scaling, "partial_rotary_factor", real(config, "partial_rotary_factor", share));
  if (factor <= 0 || factor > 1)
    throw refuse("partial_rotary_factor", factor, "a share of the head, up to 1");
  const said = scaling["rope_type"] ?? scaling["type"] ?? "default";
  const name = typeof said === "string" ? (olderNames[said] ?? said) : said;
  const build = typeof name === "string" && Object.hasOwn(kinds, name) ? kinds[name] : undefined;
  if (build === undefined)
    throw refuse("rope_scaling.rope_type", name, `one of ${Object.keys(kinds).join(", ")}`);
  const dRotary = Math.floor(dHead * factor);
  if (dRotary % 2 !== 0 || dRotary === 0)
    throw refuse("head_dim", dHead, "a width of which an even number of dimensions is turned");
  return { dRotary, pairs, ...build({ config, scaling, theta, dRotary, nCtx }) };
}

/** Rotary frequencies of one base, without scaling. */
export function plainRotary(theta: number, dRotary: number, pairs: RotarySpec["pairs"]): RotarySpec {
  return { dRotary, pairs, ...fixed(plain(theta, dRotary)) };
}

/** Rotary settings of a config with `rotary_dim`: so many dimensions of a head in neighbouring pairs, base 10000. */
export function rotaryDims(config: ModelConfig, { dHead }: { readonly dHead: number }): RotarySpec {
  const dRotary = config["rotary_dim"] === null ? undefined : count(config, "rotary_dim", 64);
  if (dRotary === undefined || dRotary > dHead || dRotary % 2 !== 0)
    throw refuse("rotary_dim", dRotary ?? null, `an even number up to the head's width, ${dHead},`);
  return plainRotary(10000, dRotary, "neighbours");
}

function plain(theta: number, dRotary: number): Float64Array {
  return Float64Array.from({ length: dRotary / 2 }, (_, i) => theta ** ((-2 * i) / dRotary));
}

function fixed(frequencies: Float64Array, factor = 1): Frequencies {
  return { inverseFrequencies: () => frequencies, factor, dynamicBeyond: null };
}

/** Dynamic NTK: beyond the trained length the base grows with the length of the run. */
function dynamic({ scaling, theta, dRotary, nCtx }: RotaryContext): Frequencies {
  const factor = positive(scaling, "factor");
  const inverseFrequencies = (length: number): Float64Array => {
    const n = Math.max(length, nCtx);
    const base = theta * ((factor * n) / nCtx - (factor - 1)) ** (dRotary / (dRotary - 2));
    return plain(base, dRotary);
  };
  return { inverseFrequencies, factor: 1, dynamicBeyond: nCtx };
}

/** YaRN. Source: Peng et al., "YaRN: Efficient Context Window Extension of Large Language Models", 2023. */
function yarn({ scaling, theta, dRotary, nCtx }: RotaryContext): Frequencies {
  const factor = positive(scaling, "factor");
  const trained = count(scaling, "original_max_position_embeddings", nCtx);
  const attention = positive(scaling, "attention_factor", yarnAttention(scaling, factor));
  const turns = (n: number): number =>
    (dRotary * Math.log(trained / (n * 2 * Math.PI))) / (2 * Math.log(theta));
  const whole = scaling["truncate"] !== false;
  const first = turns(positive(scaling, "beta_fast", 32));
  const last = turns(positive(scaling, "beta_slow", 1));
  const low = Math.max(whole ? Math.floor(first) : first, 0);
  const high = Math.min(whole ? Math.ceil(last) : last, dRotary - 1);
  const width = low === high ? 0.001 : high - low;
  const frequencies = plain(theta, dRotary).map((f, i) => {
    const ramp = Math.min(Math.max((i - low) / width, 0), 1);
    return (f / factor) * ramp + f * (1 - ramp);
  });
  return fixed(frequencies, attention);
}

/** YaRN's factor on cosine and sine, with DeepSeek's two multipliers where given. */
function yarnAttention(scaling: ModelConfig, factor: number): number {
  const scale = (multiplier: number): number => (factor <= 1 ? 1 : 0.1 * multiplier * Math.log(factor) + 1);
  const own = real(scaling, "mscale", 0);
  const all = real(scaling, "mscale_all_dim", 0);
  return own !== 0 && all !== 0 ? scale(own) / scale(all) : scale(1);
}

/** Llama 3.1's scaling: long wavelengths are stretched, short ones kept, those between blended. */
function llama3({ scaling, theta, dRotary }: RotaryContext): Frequencies {
  const factor = positive(scaling, "factor");
  const low = positive(scaling, "low_freq_factor");
  const high = positive(scaling, "high_freq_factor");
  const trained = count(scaling, "original_max_position_embeddings");
  const frequencies = plain(theta, dRotary).map((f) => {
    const wavelength = (2 * Math.PI) / f;
    if (wavelength > trained / low) return f / factor;
    if (wavelength < trained / high) return f;
    const smooth = (trained / wavelength - low) / (high - low);
    return ((1 - smooth) * f) / factor + smooth * f;
  });
  return fixed(frequencies);
}

/**
 * LongRoPE: factors for each frequency, one list up to the trained length and one beyond it.
 * Source: Ding et al., "LongRoPE: Extending LLM Context Window Beyond 2 Million Tokens", 2024.
 */
function longrope({ config, scaling, theta, dRotary, nCtx }: RotaryContext): Frequencies {
  const own = (config["original_max_position_embeddings"] ?? null) !== null;
  const trained = own
    ? count(config, "original_max_position_embeddings")
    : count(scaling, "original_max_position_embeddings", nCtx);
  if (trained === 1) throw refuse("original_max_position_embeddings", trained, "a number above 1");
  const factor = own || trained !== nCtx ? nCtx / trained : positive(scaling, "factor", 1);
  const grown = factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(trained));
  const [short, long] = ["short_factor", "long_factor"].map((key) => {
    const list = scaling[key];
    if (!arePositive(list) || list.length !== dRotary / 2)
      throw refuse(`rope_scaling.${key}`, list, `a list of ${dRotary / 2} numbers above 0`);
    return plain(theta, dRotary).map((f, i) => f / list[i]);
  });
  return {
    inverseFrequencies: (length) => (length > trained ? long : short),
    factor: positive(scaling, "attention_factor", grown),
    dynamicBeyond: trained,
  };
}

function arePositive(value: unknown): value is readonly number[] {
  return (
    Array.isArray(value) && value.every((one) => typeof one === "number" && one > 0 && Number.isFinite(one))
  );
}
