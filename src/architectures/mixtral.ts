/** Mixtral: Mistral with a mixture of gated experts. */
import type { WeightTable } from "../graph/graphBuilder";
import type { ModelSpec } from "../graph/modelSpec";
import type { ModelConfig } from "./common/configReader";
import { attentionOf, checkpointOf, decoder, rmsNorm } from "./common/decoder";
import { routedExperts } from "./common/experts";
import { preNorm } from "./common/parts";
import { rotaryOf } from "./common/rotary";
import { windowsOf } from "./common/windows";

/**
 * The parts of a `model_type: "mixtral"` checkpoint.
 * Source: Jiang et al., "Mixtral of Experts", 2024; tensor names as in transformers' MixtralForCausalLM.
 * @throws {GraphError} "unsupported-config", "missing-tensor", "wrong-shape"
 */
export function mixtral(config: ModelConfig, weights: WeightTable): ModelSpec {
  const from = checkpointOf(config, weights, { nKvHeads: 8, nCtx: 131072 });
  const rotary = rotaryOf(config, from.sizes, { theta: 1e6 });
  const windows = windowsOf(config, from.sizes.nLayers, { fallback: null, slides: () => true });
  return decoder(from, {
    family: "mixtral",
    tied: false,
    finalNorm: rmsNorm(from, "norm", { epsilon: 1e-5 }),
    block: (at, layer) => ({
      ...preNorm,
      ln1: rmsNorm(from, `${at}.input_layernorm`, { epsilon: 1e-5 }),
      attention: attentionOf(from, at, { rotary, window: windows(layer) }),
      ln2: rmsNorm(from, `${at}.post_attention_layernorm`, { epsilon: 1e-5 }),
      mlp: routedExperts(from, `${at}.block_sparse_moe`, {
        number: "num_local_experts",
        defaults: { number: 8, topK: 2 },
        width: from.sizes.dMlp,
        normalised: true,
        names: { gate: "w1", up: "w3", down: "w2" },
      }),
    }),
  });
}
