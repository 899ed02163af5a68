/** GPT-2: learned positions, LayerNorm before each part, Conv1D projections, a plain MLP. */
import type { WeightTable } from "../graph/graphBuilder";
import type { BlockSpec, ModelSpec, NormSpec } from "../graph/modelSpec";
import { activationOf, count, epsilonOf, flag, type ModelConfig, refuse } from "./common/configReader";
import { embedding, plainAttention, preNorm, unembedding } from "./common/parts";
import { WeightFinder } from "./common/weights";

/**
 * The parts of a `model_type: "gpt2"` checkpoint.
 * Source: Radford et al., 2019; tensor names as in transformers' GPT2LMHeadModel.
 * @throws {GraphError} "unsupported-config", "missing-tensor", "wrong-shape"
 */
export function gpt2(config: ModelConfig, weights: WeightTable): ModelSpec {
  const dModel = count(config, "n_embd");
  const nHeads = count(config, "n_head");
  if (dModel % nHeads !== 0) throw refuse("n_head", nHeads, `a divisor of n_embd (${dModel})`);
  if (flag(config, "add_cross_attention", false))
    throw refuse("add_cross_attention", true, "false: a decoder alone");
  const find = new WeightFinder(weights, "transformer.", "wte.weight");
  const dVocab = count(config, "vocab_size");
  const nCtx = count(config, "n_positions", count(config, "n_ctx", 1024));
  const embed = find.tensor("wte.weight", [dVocab, dModel]);
  const tied = flag(config, "tie_word_embeddings", true);
  const dMlp = count(config, "n_inner", 4 * dModel);
  const nLayers = count(config, "n_layer");
  const spec = {
    family: "gpt2",
    nLayers,
    nHeads,
    nKvHeads: nHeads,
    dModel,
    dHead: dModel / nHeads,
    dMlp,
    dVocab,
    nCtx,
    positions: { kind: "learned" as const, weight: find.tensor("wpe.weight", [nCtx, dModel]) },
    causal: true,
    embed: embedding(embed),
    blocks: Array.from({ length: nLayers }, (_, layer) =>
      block(config, find, { layer, dModel, nHeads, dMlp }),
    ),
    finalNorm: layerNorm(config, find, "ln_f", dModel),
    unembed: unembedding(tied ? embed : find.exact("lm_head.weight", [dVocab, dModel])),
  };
  return { ...spec, warnings: find.warnings() };
}

interface Sizes {
  readonly layer: number;
  readonly dModel: number;
  readonly nHeads: number;
  readonly dMlp: number;
}

function block(config: ModelConfig, find: WeightFinder, { layer, dModel, nHeads, dMlp }: Sizes): BlockSpec {
  const scaled = flag(config, "scale_attn_weights", true) ? Math.sqrt(dModel / nHeads) : 1;
  const byLayer = flag(config, "scale_attn_by_inverse_layer_idx", false) ? layer + 1 : 1;
  const at = `h.${layer}`;
  return {
    ...preNorm,
    ln1: layerNorm(config, find, `${at}.ln_1`, dModel),
    attention: {
      ...plainAttention,
      qkv: { kind: "fused", linear: find.conv1d(`${at}.attn.c_attn`, [dModel, 3 * dModel]) },
      out: find.conv1d(`${at}.attn.c_proj`, [dModel, dModel]),
      scoreScale: 1 / (scaled * byLayer),
    },
    ln2: layerNorm(config, find, `${at}.ln_2`, dModel),
    mlp: {
      kind: "dense",
      in: find.conv1d(`${at}.mlp.c_fc`, [dModel, dMlp]),
      gate: null,
      out: find.conv1d(`${at}.mlp.c_proj`, [dMlp, dModel]),
      activation: activationOf(config, "activation_function", "gelu_new"),
    },
  };
}

function layerNorm(config: ModelConfig, find: WeightFinder, name: string, dModel: number): NormSpec {
  return {
    kind: "layer",
    gain: find.tensor(`${name}.weight`, [dModel]),
    plusOne: false,
    bias: find.bias(name, dModel),
    epsilon: epsilonOf(config, "layer_norm_epsilon", 1e-5),
  };
}
