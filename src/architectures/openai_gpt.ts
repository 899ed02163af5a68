/** GPT (the first): learned positions, norms on the stream behind each part, none at the end. */
import type { WeightTable } from "../graph/graphBuilder";
import type { Activation, ModelSpec, NormSpec } from "../graph/modelSpec";
import { type ModelConfig, refuse } from "./common/configReader";
import { type Checkpoint, checkpointOf, decoder, gptKeys, layerNorm } from "./common/decoder";
import { plainAttention, postNorm } from "./common/parts";

/**
 * The parts of a `model_type: "openai-gpt"` checkpoint.
 * Source: Radford et al., "Improving Language Understanding by Generative Pre-Training", 2018; tensor names as in
 * transformers' OpenAIGPTLMHeadModel.
 * @throws {GraphError} "unsupported-config", "missing-tensor", "wrong-shape"
 */
export function openaiGpt(config: ModelConfig, weights: WeightTable): ModelSpec {
  const from = checkpointOf(
    { ...config, num_key_value_heads: null, head_dim: null, n_inner: null },
    weights,
    {
      prefix: "transformer.",
      embed: "tokens_embed.weight",
      blocks: "h",
      keys: gptKeys,
      widening: 4,
      nCtx: 512,
    },
  );
  const { find, sizes } = from;
  const { nCtx, dModel, dMlp, dHead } = sizes;
  return decoder(from, {
    family: "openai-gpt",
    tied: true,
    positions: { kind: "learned", weight: find.tensor("positions_embed.weight", [nCtx, dModel]) },
    finalNorm: null,
    block: (at) => ({
      ...postNorm,
      ln1: norm(from, `${at}.ln_1`),
      attention: {
        ...plainAttention,
        qkv: { kind: "fused", linear: find.conv1d(`${at}.attn.c_attn`, [dModel, 3 * dModel]) },
        out: find.conv1d(`${at}.attn.c_proj`, [dModel, dModel]),
        scoreScale: 1 / Math.sqrt(dHead),
      },
      ln2: norm(from, `${at}.ln_2`),
      mlp: {
        kind: "dense",
        in: find.conv1d(`${at}.mlp.c_fc`, [dModel, dMlp]),
        gate: null,
        out: find.conv1d(`${at}.mlp.c_proj`, [dMlp, dModel]),
        activation: activation(config),
      },
    }),
  });
}

function norm(from: Checkpoint, name: string): NormSpec {
  return layerNorm(from, name, { epsilon: "layer_norm_epsilon" });
}

/** This family's names: its "gelu" is the approximation by tanh. */
function activation(config: ModelConfig): Activation {
  const known = { gelu: "gelu-tanh", relu: "relu", silu: "silu", swish: "silu" } as const;
  const name = config["afn"] ?? "gelu";
  if (typeof name === "string" && Object.hasOwn(known, name)) return known[name as keyof typeof known];
  throw refuse("afn", name, `one of ${Object.keys(known).join(", ")}`);
}
