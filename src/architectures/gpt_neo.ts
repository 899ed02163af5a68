/** GPT-Neo: GPT-2 with unscaled scores and a window in every other layer. */
import type { WeightTable } from "../graph/graphBuilder";
import type { ModelSpec } from "../graph/modelSpec";
import { count, type ModelConfig, refuse } from "./common/configReader";
import { attentionOf, checkpointOf, decoder, gptLearned, layerNorm, plainMlp } from "./common/decoder";
import { preNorm } from "./common/parts";

/**
 * The parts of a `model_type: "gpt_neo"` checkpoint.
 * Source: Black et al., "GPT-Neo", 2021; tensor names as in transformers' GPTNeoForCausalLM.
 * @throws {GraphError} "unsupported-config", "missing-tensor", "wrong-shape"
 */
export function gptNeo(config: ModelConfig, weights: WeightTable): ModelSpec {
  const from = checkpointOf({ ...config, num_key_value_heads: null, head_dim: null }, weights, {
    prefix: "transformer.",
    embed: "wte.weight",
    blocks: "h",
    keys: { num_attention_heads: "num_heads", num_hidden_layers: "num_layers" },
    widening: 4,
  });
  const kinds = layerKinds(config, from.sizes.nLayers);
  const window = count(config, "window_size", 256);
  const norm = (name: string) => layerNorm(from, name, { epsilon: "layer_norm_epsilon" });
  return decoder(from, {
    family: "gpt_neo",
    tied: true,
    positions: gptLearned(from),
    finalNorm: norm("ln_f"),
    block: (at, layer) => ({
      ...preNorm,
      ln1: norm(`${at}.ln_1`),
      attention: {
        ...attentionOf(from, at, {
          part: "attn.attention",
          outName: "out_proj",
          biases: { qkv: false, out: true },
        }),
        scoreScale: 1,
        window: kinds[layer] === "local" ? window : null,
      },
      ln2: norm(`${at}.ln_2`),
      mlp: plainMlp(from, `${at}.mlp`, {
        names: ["c_fc", "c_proj"],
        bias: true,
        activation: "gelu_new",
        key: "activation_function",
      }),
    }),
  });
}

/** "global" or "local" for each layer: `attention_layers`, or `attention_types` as [[kinds, times], …]. */
function layerKinds(config: ModelConfig, nLayers: number): readonly string[] {
  const listed =
    config["attention_layers"] ?? expanded(config["attention_types"] ?? [[["global", "local"], 12]]);
  const fits = Array.isArray(listed) && listed.length === nLayers;
  if (fits && listed.every((kind) => kind === "global" || kind === "local")) return listed as string[];
  throw refuse("attention_layers", listed, `a list of ${nLayers} names, global or local,`);
}

function expanded(types: unknown): unknown {
  if (!Array.isArray(types)) return types;
  return types.flatMap((entry: unknown) => {
    const [kinds, times] = Array.isArray(entry) ? (entry as unknown[]) : [];
    const usable = Array.isArray(kinds) && typeof times === "number" && times >= 0 && times <= 1000;
    return usable ? Array.from({ length: times }, () => kinds as unknown[]).flat() : [entry];
  });
}
