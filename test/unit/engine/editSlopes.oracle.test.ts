import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gaussian, seededRandom } from "../../../src/base/random";
import { blockHook } from "../../../src/graph/hooks";
import type { Edit } from "../../../src/protocol/edit";
import { type OpenRunner, openRunner } from "../../support/openRunner";
import { oracleIt } from "../../support/oracle";
import { readReferenceTensors, type ReferenceTensor } from "../../support/referenceTensors";

const folders = [
  "biogpt",
  "bloom",
  "codegen",
  "cohere",
  "cohere2",
  "falcon-new",
  "falcon-rw",
  "falcon",
  "gemma",
  "gemma2",
  "gemma3",
  "glm",
  "gpt2",
  "gpt_bigcode",
  "gpt_neo",
  "gpt_neox-rope-linear",
  "gpt_neox",
  "gptj",
  "granite",
  "helium",
  "llama-dynamic",
  "llama-linear",
  "llama-llama3",
  "llama-yarn",
  "llama",
  "mistral",
  "mixtral",
  "mpt",
  "nemotron",
  "olmo",
  "olmo2",
  "olmoe",
  "openai-gpt",
  "opt-350m",
  "opt",
  "persimmon",
  "phi-qknorm",
  "phi",
  "phi3-longrope",
  "phi3-partial",
  "phi3",
  "qwen2",
  "qwen2_moe",
  "qwen3",
  "qwen3_moe",
  "stablelm",
  "starcoder2",
  "xglm",
];

/** The hook of each reference tensor in a layer; the residual stream has one more entry than there are layers. */
const hookOf: Readonly<Record<string, (layer: number, nLayers: number) => string>> = {
  "grad.resid": (layer, nLayers) =>
    layer < nLayers ? blockHook(layer, "hook_resid_pre") : blockHook(nLayers - 1, "hook_resid_post"),
  "grad.attn_out": (layer) => blockHook(layer, "attn.hook_proj"),
  "grad.mlp_out": (layer) => blockHook(layer, "mlp.hook_proj"),
  "grad.mlp_act": (layer) => blockHook(layer, "mlp.hook_post"),
  "grad.z": (layer) => blockHook(layer, "attn.hook_z"),
};

/** Largest part of a slope that rounding and curvature may take. */
const bound = 1e-2;

interface Reference {
  readonly ids: readonly number[];
  readonly target: number;
  readonly tensors: ReadonlyMap<string, ReferenceTensor>;
}

function readReference(dir: string): Reference {
  const { ids, target } = JSON.parse(readFileSync(join(dir, "reference.json"), "utf8")) as Reference;
  return { ids, target, tensors: readReferenceTensors(join(dir, "reference.safetensors")) };
}

/** Slope of the target's logit along a direction [pos, width], by adding it with two small strengths. */
async function slope(
  { runner }: OpenRunner,
  { ids, target }: Reference,
  { hook, rows, step }: { hook: string; rows: number[][]; step: number },
): Promise<number> {
  const at = async (scale: number): Promise<number> => {
    const edit: Edit = { hook, op: "add", value: rows, positions: "prefill-all", scale };
    const { logits } = await runner.logitsAt({ ids, edits: [edit], position: -1 });
    return logits[target] as number;
  };
  return ((await at(step)) - (await at(-step))) / (2 * step);
}

async function compare(open: OpenRunner, reference: Reference): Promise<number> {
  const { info } = open.runner;
  const n = reference.ids.length;
  const normal = gaussian(seededRandom(4));
  let compared = 0;
  for (const [name, tensor] of reference.tensors) {
    const nameHook = hookOf[name];
    if (!nameHook) continue;
    const layers = tensor.shape[0] as number;
    const size = tensor.data.length / layers;
    for (let layer = 0; layer < layers; layer++) {
      const hook = nameHook(layer, info.nLayers);
      if (!info.hooks.includes(hook)) continue;
      const grad = tensor.data.subarray(layer * size, (layer + 1) * size);
      const norm = Math.hypot(...grad);
      const random = Float64Array.from(grad, () => normal());
      const length = Math.hypot(...random);
      for (const direction of [Float64Array.from(grad, (x) => x / norm), random.map((x) => x / length)]) {
        const expected = direction.reduce((sum, x, i) => sum + x * (grad[i] as number), 0);
        const rows = Array.from({ length: n }, (_, p) => [
          ...direction.subarray((p * size) / n, ((p + 1) * size) / n),
        ]);
        const found = await slope(open, reference, { hook, rows, step: 0.005 / norm });
        const error = Math.abs(found - expected) / norm;
        assert.ok(error < bound, `${hook}: ${found} for ${expected}, of ${norm}`);
        compared++;
      }
    }
  }
  return compared;
}

describe("small additions", () => {
  for (const folder of folders) {
    oracleIt(`move ${folder}'s logits by autograd's gradients`, `oracle-hf/${folder}`, async function (dir) {
      this.timeout(30_000);
      assert.ok(existsSync(join(dir, "config.json")));
      const open = await openRunner(dir);
      try {
        assert.ok((await compare(open, readReference(dir))) >= 2 * (4 * open.runner.info.nLayers + 1));
      } finally {
        open.dispose();
      }
    });
  }
});
