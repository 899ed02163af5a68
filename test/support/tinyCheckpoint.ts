/** Writes a tiny model of GPT-2's shape as a checkpoint folder that the engine can open. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { tinyEps, type TinyLinear, type TinyModel, type TinyNorm } from "./tinyModel";
import { writeReferenceTensors, type ReferenceTensor } from "./referenceTensors";

/** Writes config.json and model.safetensors, in Hugging Face's names, into a folder. */
export function writeTinyCheckpoint(folder: string, model: TinyModel): void {
  const { nLayers, nHeads, dModel, dMlp, dVocab, nCtx } = model.shape;
  const tensors = new Map<string, ReferenceTensor>();
  const put = (name: string, shape: number[], data: Float32Array) => void tensors.set(name, { shape, data });
  const norm = (name: string, { gain, bias }: TinyNorm) => {
    put(`${name}.weight`, [dModel], gain);
    put(`${name}.bias`, [dModel], bias as Float32Array);
  };
  const linear = (name: string, { nIn, nOut, w, b }: TinyLinear) => {
    put(`${name}.weight`, [nIn, nOut], w);
    put(`${name}.bias`, [nOut], b as Float32Array);
  };
  put("transformer.wte.weight", [dVocab, dModel], model.embed);
  put("transformer.wpe.weight", [nCtx, dModel], model.pos);
  model.blocks.forEach((block, l) => {
    const name = `transformer.h.${l}`;
    norm(`${name}.ln_1`, block.ln1);
    linear(`${name}.attn.c_attn`, beside([block.q, block.k, block.v]));
    linear(`${name}.attn.c_proj`, block.o);
    norm(`${name}.ln_2`, block.ln2);
    linear(`${name}.mlp.c_fc`, block.up);
    linear(`${name}.mlp.c_proj`, block.down);
  });
  norm("transformer.ln_f", model.final);
  put("lm_head.weight", [dVocab, dModel], model.unembed);
  writeReferenceTensors(join(folder, "model.safetensors"), tensors);
  const config = {
    model_type: "gpt2",
    n_layer: nLayers,
    n_head: nHeads,
    n_embd: dModel,
    n_inner: dMlp,
    n_positions: nCtx,
    n_ctx: nCtx,
    vocab_size: dVocab,
    layer_norm_epsilon: tinyEps,
    activation_function: "gelu_new",
    tie_word_embeddings: false,
  };
  writeFileSync(join(folder, "config.json"), JSON.stringify(config));
}

/** Linear maps of one input as one, their outputs side by side. */
function beside(parts: readonly TinyLinear[]): TinyLinear {
  const [{ nIn }] = parts;
  const nOut = parts.reduce((sum, part) => sum + part.nOut, 0);
  const w = new Float32Array(nIn * nOut);
  for (let i = 0; i < nIn; i++) {
    let at = i * nOut;
    for (const part of parts) {
      w.set(part.w.subarray(i * part.nOut, (i + 1) * part.nOut), at);
      at += part.nOut;
    }
  }
  return { nIn, nOut, w, b: Float32Array.from(parts.flatMap((part) => Array.from(part.b as Float32Array))) };
}
