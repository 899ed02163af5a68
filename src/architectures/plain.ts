/** Plain shapes of interpretability work and of compiled programs, described by a small config of our own. */
import type { WeightTable } from "../graph/graphBuilder";
import type { BlockSpec, LinearSpec, MlpSpec, ModelSpec, NormSpec, RotarySpec } from "../graph/modelSpec";
import {
  activationOf,
  choice,
  count,
  epsilonOf,
  flag,
  type ModelConfig,
  positive,
  real,
  refuse,
  whole,
} from "./common/configReader";
import { embedding, parallel, plainAttention, preNorm, unembedding } from "./common/parts";
import { plainRotary } from "./common/rotary";
import { WeightFinder } from "./common/weights";

/**
 * The parts of a `model_type: "introspect-plain"` checkpoint; ARCHITECTURE.md ("Plain models") lists its settings and
 * tensors. Biases and gains are there where the checkpoint has them.
 * @throws {GraphError} "unsupported-config", "missing-tensor", "wrong-shape"
 */
export function plain(config: ModelConfig, weights: WeightTable): ModelSpec {
  const from = { config, find: new WeightFinder(weights, "", "embed.weight"), sizes: plainSizes(config) };
  const { find, sizes } = from;
  const { dVocab, dModel, nCtx, nLayers } = sizes;
  const embed = find.tensor("embed.weight", [dVocab, dModel]);
  const positions = choice(config, "positions", ["learned", "rotary", "none"], "learned");
  const rotary =
    positions === "rotary" ? plainRotary(positive(config, "rope_theta", 10000), sizes.dHead, "halves") : null;
  const normed = choice(config, "norm", ["layer", "rms", "none"], "layer") !== "none";
  const table = find.optional("unembed.weight", [dVocab, dModel]);
  return {
    family: "introspect-plain",
    ...sizes,
    positions:
      positions === "learned"
        ? { kind: "learned", weight: find.tensor("positions.weight", [nCtx, dModel]) }
        : { kind: "none" },
    causal: flag(config, "causal", true),
    embed: embedding(embed, { norm: flag(config, "embed_norm", false) ? norm(from, "embed_norm") : null }),
    blocks: Array.from({ length: nLayers }, (_, layer) => block(from, `blocks.${layer}`, rotary)),
    finalNorm: flag(config, "final_norm", normed) ? norm(from, "final_norm") : null,
    unembed: unembedding(table ?? embed, { bias: find.optional("unembed.bias", [dVocab]) }),
    warnings: [],
  };
}

type Sizes = Pick<
  ModelSpec,
  "nLayers" | "nHeads" | "nKvHeads" | "dModel" | "dHead" | "dMlp" | "dVocab" | "nCtx"
>;

interface Plain {
  readonly config: ModelConfig;
  readonly find: WeightFinder;
  readonly sizes: Sizes;
}

function plainSizes(config: ModelConfig): Sizes {
  const nHeads = count(config, "n_heads");
  const nKvHeads = count(config, "n_kv_heads", nHeads);
  if (nHeads % nKvHeads !== 0) throw refuse("n_kv_heads", nKvHeads, `a divisor of ${nHeads} heads`);
  const dHead = count(config, "d_head");
  if (config["positions"] === "rotary" && dHead % 2 !== 0)
    throw refuse("d_head", dHead, "an even number, as rotary positions need,");
  return {
    nLayers: count(config, "n_layers"),
    nHeads,
    nKvHeads,
    dModel: count(config, "d_model"),
    dHead,
    dMlp: whole(config, "d_mlp", 0),
    dVocab: count(config, "vocab_size"),
    nCtx: count(config, "n_ctx"),
  };
}

function block(from: Plain, at: string, rotary: RotarySpec | null): BlockSpec {
  const { config, sizes } = from;
  const { dModel, nHeads, nKvHeads, dHead, dMlp } = sizes;
  return {
    ...(flag(config, "parallel", false) ? parallel : preNorm),
    ln1: norm(from, `${at}.norm1`),
    attention: {
      ...plainAttention,
      qkv: {
        kind: "separate",
        q: linear(from, `${at}.attn.q`, [dModel, nHeads * dHead]),
        k: linear(from, `${at}.attn.k`, [dModel, nKvHeads * dHead]),
        v: linear(from, `${at}.attn.v`, [dModel, nKvHeads * dHead]),
      },
      out: linear(from, `${at}.attn.o`, [nHeads * dHead, dModel]),
      rotary,
      scoreScale: real(config, "score_scale", 1 / Math.sqrt(dHead)),
    },
    ln2: dMlp > 0 ? norm(from, `${at}.norm2`) : null,
    mlp: dMlp > 0 ? mlp(from, `${at}.mlp`) : null,
  };
}

function mlp(from: Plain, at: string): MlpSpec {
  const { dModel, dMlp } = from.sizes;
  return {
    kind: "dense",
    in: linear(from, `${at}.in`, [dModel, dMlp]),
    gate: flag(from.config, "gated", false) ? linear(from, `${at}.gate`, [dModel, dMlp]) : null,
    out: linear(from, `${at}.out`, [dMlp, dModel]),
    activation: activationOf(from.config, "activation", "relu"),
  };
}

function linear({ find }: Plain, name: string, [inner, outer]: readonly [number, number]): LinearSpec {
  const weight = find.tensor(`${name}.weight`, [outer, inner]);
  return { weight, layout: "out-in", bias: find.optional(`${name}.bias`, [outer]) };
}

function norm({ config, find, sizes }: Plain, name: string): NormSpec | null {
  const kind = choice(config, "norm", ["layer", "rms", "none"], "layer");
  if (kind === "none") return null;
  return {
    kind,
    gain: find.optional(`${name}.weight`, [sizes.dModel]),
    plusOne: false,
    bias: find.optional(`${name}.bias`, [sizes.dModel]),
    epsilon: epsilonOf(config, "norm_eps", 1e-5),
  };
}
