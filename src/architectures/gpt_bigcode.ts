/** GPT-BigCode (SantaCoder, StarCoder): GPT-2 whose heads share one key and value. */
import type { WeightTable } from "../graph/graphBuilder";
import type { ModelSpec, QkvSpec } from "../graph/modelSpec";
import { flag, type ModelConfig, refuse } from "./common/configReader";
import {
  attentionOf,
  type Checkpoint,
  checkpointOf,
  decoder,
  gptKeys,
  gptLearned,
  layerNorm,
  plainMlp,
} from "./common/decoder";
import { perHeadQkv, preNorm } from "./common/parts";

/**
 * The parts of a `model_type: "gpt_bigcode"` checkpoint.
 * Source: Ben Allal et al., "SantaCoder", 2023; tensor names as in transformers' GPTBigCodeForCausalLM.
 * @throws {GraphError} "unsupported-config", "missing-tensor", "wrong-shape"
 */
export function gptBigcode(config: ModelConfig, weights: WeightTable): ModelSpec {
  const shared = flag(config, "multi_query", true);
  if (flag(config, "add_cross_attention", false))
    throw refuse("add_cross_attention", true, "false: a decoder alone");
  const layout = { prefix: "transformer.", embed: "wte.weight", blocks: "h", keys: gptKeys, widening: 4 };
  const from = checkpointOf({ ...config, num_key_value_heads: shared ? 1 : null, head_dim: null }, weights, {
    ...layout,
    nCtx: 1024,
  });
  const scoreScale = flag(config, "scale_attn_weights", true) ? 1 / Math.sqrt(from.sizes.dHead) : 1;
  const norm = (name: string) => layerNorm(from, name, { epsilon: "layer_norm_epsilon" });
  return decoder(from, {
    family: "gpt_bigcode",
    tied: true,
    positions: gptLearned(from),
    finalNorm: norm("ln_f"),
    block: (at) => ({
      ...preNorm,
      ln1: norm(`${at}.ln_1`),
      attention: attentionOf(from, at, {
        qkv: shared ? sharedQkv(from, at) : ownQkv(from, at),
        scoreScale,
        part: "attn",
        outName: "c_proj",
        biases: { qkv: true, out: true },
      }),
      ln2: norm(`${at}.ln_2`),
      mlp: plainMlp(from, `${at}.mlp`, {
        names: ["c_fc", "c_proj"],
        bias: true,
        activation: "gelu_pytorch_tanh",
        key: "activation_function",
      }),
    }),
  });
}

/** All queries, then the one key, then the one value. */
function sharedQkv({ find, sizes }: Checkpoint, at: string): QkvSpec {
  const { dModel, dHead } = sizes;
  const part = (from: number, to: number) =>
    find.linearRows(`${at}.attn.c_attn`, [dModel, dModel + 2 * dHead], { rows: [from, to], bias: true });
  return {
    kind: "separate",
    q: part(0, dModel),
    k: part(dModel, dModel + dHead),
    v: part(dModel + dHead, dModel + 2 * dHead),
  };
}

function ownQkv({ find, sizes }: Checkpoint, at: string): QkvSpec {
  return perHeadQkv(find.linear(`${at}.attn.c_attn`, [sizes.dModel, 3 * sizes.dModel], true), sizes.nHeads);
}
