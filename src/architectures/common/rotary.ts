/** Rotary frequencies as Hugging Face configurations describe them. */
import type { RotarySpec } from "../../graph/modelSpec";
import { count, type ModelConfig, real, refuse } from "./configReader";

interface RotaryContext {
  readonly scaling: ModelConfig;
  readonly theta: number;
  readonly dRotary: number;
  readonly nCtx: number;
}

type RotaryKind = (context: RotaryContext) => Omit<RotarySpec, "kind">;

const kinds: Readonly<Record<string, RotaryKind>> = {
  default: ({ theta, dRotary }) => fixed(plain(theta, dRotary)),
  linear: ({ scaling, theta, dRotary }) => {
    const factor = real(scaling, "factor");
    return fixed(plain(theta, dRotary).map((f) => f / factor));
  },
  dynamic,
  yarn,
  llama3,
};

/**
 * Rotary settings of a config with `rope_theta` and `rope_scaling` (or, in newer files, `rope_parameters`).
 * Source: transformers, modeling_rope_utils.py.
 * @throws {GraphError} "unsupported-config" for a kind of scaling that is not known
 */
export function rotaryOf(config: ModelConfig, dRotary: number, nCtx: number): RotarySpec {
  const scaling = (config["rope_parameters"] ?? config["rope_scaling"] ?? {}) as ModelConfig;
  if (typeof scaling !== "object" || Array.isArray(scaling))
    throw refuse("rope_scaling", scaling, "an object or null");
  const theta = real(scaling, "rope_theta", real(config, "rope_theta", 10000));
  const name = scaling["rope_type"] ?? scaling["type"] ?? "default";
  const build = typeof name === "string" && Object.hasOwn(kinds, name) ? kinds[name] : undefined;
  if (build === undefined)
    throw refuse("rope_scaling.rope_type", name, `one of ${Object.keys(kinds).join(", ")}`);
  if (dRotary % 2 !== 0) throw refuse("head_dim", dRotary, "an even number, as rotary positions need");
  return { kind: "rotary", ...build({ scaling, theta, dRotary, nCtx }) };
}

function plain(theta: number, dRotary: number): Float64Array {
  return Float64Array.from({ length: dRotary / 2 }, (_, i) => theta ** ((-2 * i) / dRotary));
}

function fixed(frequencies: Float64Array, factor = 1): Omit<RotarySpec, "kind"> {
  return { inverseFrequencies: () => frequencies, factor, dynamicBeyond: null };
}

/** Dynamic NTK: beyond the trained length the base grows with the length of the run. */
function dynamic({ scaling, theta, dRotary, nCtx }: RotaryContext): Omit<RotarySpec, "kind"> {
  const factor = real(scaling, "factor");
  const inverseFrequencies = (length: number): Float64Array => {
    const n = Math.max(length, nCtx);
    const base = theta * ((factor * n) / nCtx - (factor - 1)) ** (dRotary / (dRotary - 2));
    return plain(base, dRotary);
  };
  return { inverseFrequencies, factor: 1, dynamicBeyond: nCtx };
}

/** YaRN. Source: Peng et al., "YaRN: Efficient Context Window Extension of Large Language Models", 2023. */
function yarn({ scaling, theta, dRotary, nCtx }: RotaryContext): Omit<RotarySpec, "kind"> {
  const factor = real(scaling, "factor");
  const trained = count(scaling, "original_max_position_embeddings", nCtx);
  const attention = real(scaling, "attention_factor", yarnAttention(scaling, factor));
  const turns = (n: number): number =>
    (dRotary * Math.log(trained / (n * 2 * Math.PI))) / (2 * Math.log(theta));
  const whole = scaling["truncate"] !== false;
  const first = turns(real(scaling, "beta_fast", 32));
  const last = turns(real(scaling, "beta_slow", 1));
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
function llama3({ scaling, theta, dRotary }: RotaryContext): Omit<RotarySpec, "kind"> {
  const factor = real(scaling, "factor");
  const low = real(scaling, "low_freq_factor");
  const high = real(scaling, "high_freq_factor");
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
