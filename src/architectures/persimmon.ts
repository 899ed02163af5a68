/** Persimmon: LayerNorm, squared ReLU, half of each head turned, normed queries and keys. */
import type { WeightTable } from "../graph/graphBuilder";
import type { ModelSpec } from "../graph/modelSpec";
import { flag, type ModelConfig } from "./common/configReader";
import { attentionOf, checkpointOf, decoder, headNorm, layerNorm, plainMlp } from "./common/decoder";
import { perHeadQkv, preNorm } from "./common/parts";
import { rotaryOf } from "./common/rotary";

/**
 * The parts of a `model_type: "persimmon"` checkpoint.
 * Source: Elsen et al., "Releasing Persimmon-8B", 2023; tensor names as in transformers' PersimmonForCausalLM.
 * @throws {GraphError} "unsupported-config", "missing-tensor", "wrong-shape"
 */
export function persimmon(config: ModelConfig, weights: WeightTable): ModelSpec {
  const from = checkpointOf({ ...config, num_key_value_heads: null }, weights, { nCtx: 16384 });
  const { dModel, nHeads } = from.sizes;
  const rotary = rotaryOf(config, from.sizes, { share: 0.5, theta: 25000 });
  const normed = flag(config, "qk_layernorm", true);
  const side = (at: string, of: "q" | "k") =>
    normed
      ? headNorm(from, `${at}.${of}_layernorm`, {
          kind: "layer",
          over: "head",
          of,
          epsilon: "layer_norm_eps",
        })
      : null;
  return decoder(from, {
    family: "persimmon",
    tied: false,
    finalNorm: layerNorm(from, "final_layernorm"),
    block: (at) => ({
      ...preNorm,
      ln1: layerNorm(from, `${at}.input_layernorm`),
      attention: attentionOf(from, at, {
        qkv: perHeadQkv(
          from.find.linear(`${at}.self_attn.query_key_value`, [dModel, 3 * dModel], true),
          nHeads,
        ),
        rotary,
        qNorm: side(`${at}.self_attn`, "q"),
        kNorm: side(`${at}.self_attn`, "k"),
        biases: { qkv: true, out: true },
        outName: "dense",
      }),
      ln2: layerNorm(from, `${at}.post_attention_layernorm`),
      mlp: plainMlp(from, `${at}.mlp`, {
        names: ["dense_h_to_4h", "dense_4h_to_h"],
        bias: true,
        activation: "relu2",
      }),
    }),
  });
}
