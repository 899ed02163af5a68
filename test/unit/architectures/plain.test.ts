import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gaussian, seededRandom } from "../../../src/base/random";
import { modelSpecOf } from "../../../src/engine/families";
import type { ModelRunner } from "../../../src/engine/modelRunner";
import type { WeightLocation } from "../../../src/graph/graphBuilder";
import { Agreement } from "../../support/agreement";
import { openRunner } from "../../support/openRunner";
import { oracleIt } from "../../support/oracle";
import { type ReferenceTensor, writeReferenceTensors } from "../../support/referenceTensors";
import { specForward } from "../../support/specForward";
import { useTempFolder, writeFiles } from "../../support/tempFolder";

type Tensors = Map<string, ReferenceTensor>;
type Config = Record<string, unknown>;

const small = { n_layers: 2, n_heads: 3, d_model: 10, d_head: 4, d_mlp: 14, vocab_size: 7, n_ctx: 12 };

/** Random tensors of a plain model, with every bias and gain. */
function randomTensors(config: Config): Tensors {
  const normal = gaussian(seededRandom(5));
  const tensors: Tensors = new Map();
  const sizes = { ...small, ...config } as Record<string, number>;
  const put = (name: string, ...shape: number[]): void => {
    const n = shape.reduce((a, b) => a * b, 1);
    tensors.set(name, { shape, data: Float32Array.from({ length: n }, () => 0.5 * normal()) });
  };
  const both = (name: string, into: number, out: number): void => {
    put(`${name}.weight`, out, into);
    put(`${name}.bias`, out);
  };
  const norm = (name: string): void => {
    put(`${name}.weight`, sizes["d_model"]);
    put(`${name}.bias`, sizes["d_model"]);
  };
  const [d, heads] = [sizes["d_model"], sizes["n_heads"] * sizes["d_head"]];
  put("embed.weight", sizes["vocab_size"], d);
  put("positions.weight", sizes["n_ctx"], d);
  norm("embed_norm");
  for (let l = 0; l < sizes["n_layers"]; l++) {
    norm(`blocks.${l}.norm1`);
    norm(`blocks.${l}.norm2`);
    for (const side of ["q", "k", "v"]) both(`blocks.${l}.attn.${side}`, d, heads);
    both(`blocks.${l}.attn.o`, heads, d);
    for (const side of ["in", "gate"]) both(`blocks.${l}.mlp.${side}`, d, sizes["d_mlp"]);
    both(`blocks.${l}.mlp.out`, sizes["d_mlp"], d);
  }
  norm("final_norm");
  put("unembed.weight", sizes["vocab_size"], d);
  put("unembed.bias", sizes["vocab_size"]);
  return tensors;
}

function located(tensors: Tensors): Map<string, WeightLocation> {
  return new Map([...tensors].map(([name, { shape }]) => [name, { shape, file: "w", offset: 0, length: 0 }]));
}

describe("plain models", () => {
  const folder = useTempFolder();

  async function withModel<T>(
    config: Config,
    tensors: Tensors,
    use: (runner: ModelRunner) => Promise<T>,
  ): Promise<T> {
    writeFiles(folder(), { "config.json": config });
    writeReferenceTensors(join(folder(), "model.safetensors"), tensors);
    const { runner, dispose } = await openRunner(folder());
    try {
      return await use(runner);
    } finally {
      dispose();
    }
  }

  const shapes: [what: string, config: Config, without: RegExp, absent: string[]][] = [
    ["all of it", {}, /^$/, ["attn.hook_rot_q", "ln1_post.hook_scale", "mlp.hook_pre_linear"]],
    [
      "attention alone",
      { d_mlp: 0 },
      /mlp|norm2/,
      ["mlp.hook_post", "hook_mlp_out", "hook_resid_mid", "ln2.hook_scale"],
    ],
    ["no norm", { norm: "none" }, /norm/, ["ln1.hook_normalized", "ln2.hook_scale"]],
    ["a norm without gain", { norm: "rms" }, /norm.*|unembed.bias/, []],
    ["no positions", { positions: "none" }, /positions/, []],
    ["rotary positions", { positions: "rotary" }, /positions/, []],
    ["both directions", { causal: false }, /^$/, []],
    ["shared keys", { n_kv_heads: 1, n_heads: 3 }, /^$/, []],
    ["a gate, in parallel", { gated: true, parallel: true, activation: "silu" }, /^$/, ["hook_resid_mid"]],
    ["a tied unembedding and an odd scale", { score_scale: 0.9, embed_norm: true }, /unembed/, []],
    ["a norm at the end alone", { norm: "layer", final_norm: false, activation: "gelu" }, /final/, []],
  ];
  for (const [what, change, without, absent] of shapes) {
    it(`with ${what} compute what loops compute`, async () => {
      const config: Config = { model_type: "introspect-plain", ...small, ...change };
      const all = randomTensors(config);
      if (config["n_kv_heads"] === 1)
        for (const [name, t] of all)
          if (/attn\.[kv]\./.test(name))
            all.set(name, { shape: [4, ...t.shape.slice(1)], data: t.data.slice(0, t.data.length / 3) });
      const tensors = new Map([...all].filter(([name]) => without.source === "^$" || !without.test(name)));
      const ids = [3, 1, 4, 1, 5, 2, 6];
      const expected = specForward(modelSpecOf(config, located(tensors)), tensors, ids);
      await withModel(config, tensors, async (runner) => {
        const agree = new Agreement();
        for (let position = 0; position < ids.length; position++) {
          const { logits } = await runner.logitsAt({ ids, position });
          agree.relative(`position ${position}`, logits, expected[position], 1e-5);
        }
        agree.settle();
        for (const site of absent) assert.ok(!runner.info.hooks.includes(`blocks.0.${site}`), site);
      });
    });
  }

  it("without positions and order see a set of tokens", async () => {
    const config = { model_type: "introspect-plain", ...small, positions: "none", causal: false };
    await withModel(config, randomTensors(config), async (runner) => {
      const one = await runner.logitsAt({ ids: [1, 2, 3, 4, 5], position: 4 });
      const other = await runner.logitsAt({ ids: [3, 1, 4, 2, 5], position: 4 });
      const agree = new Agreement();
      agree.relative("logits", one.logits, other.logits, 1e-5);
      agree.settle();
    });
  });

  it("that look at both sides change at the first position with the last token, also when cached", async () => {
    const config = { model_type: "introspect-plain", ...small, causal: false };
    await withModel(config, randomTensors(config), async (runner) => {
      const hook = "blocks.1.hook_resid_post";
      const first = async (ids: number[], cache: "none" | "prefix") =>
        (await runner.run({ ids, reads: [{ hook, positions: [0] }], cache })).reads.get(hook)?.data;
      const [a, b] = [await first([1, 2, 3], "prefix"), await first([1, 2, 4], "prefix")];
      assert.notDeepEqual(a, b);
      assert.deepEqual(b, await first([1, 2, 4], "none"));
    });
  });

  const refused: [what: string, config: Config, code: string][] = [
    ["an unknown norm", { norm: "batch" }, "unsupported-config"],
    ["unknown positions", { positions: "relative" }, "unsupported-config"],
    ["an odd head that is turned", { positions: "rotary", d_head: 3 }, "unsupported-config"],
    ["heads that do not share evenly", { n_kv_heads: 2 }, "unsupported-config"],
    ["no number of layers", { n_layers: undefined }, "unsupported-config"],
    ["another width than the tensors have", { d_model: 11 }, "wrong-shape"],
    ["more layers than there are", { n_layers: 3 }, "missing-tensor"],
  ];
  for (const [what, change, code] of refused) {
    it(`refuse ${what}`, () => {
      const config = { model_type: "introspect-plain", ...small, ...change };
      assert.throws(() => modelSpecOf(config, located(randomTensors({}))), { code });
    });
  }

  oracleIt("give microgpt's own numbers", "microgpt-names", async (dir) => {
    const json = (name: string) => JSON.parse(readFileSync(join(dir, name), "utf8")) as unknown;
    const w = json("microgpt-weights.json") as Record<string, number[][]>;
    const truth = json("python_groundtruth.json") as { input: number[]; logits: number[][] };
    const reference = json("reference.json") as {
      prompts: { ids: number[]; attention: number[][][] }[];
    };
    const names = {
      wte: "embed",
      wpe: "positions",
      lm_head: "unembed",
      "layer0.attn_wq": "blocks.0.attn.q",
      "layer0.attn_wk": "blocks.0.attn.k",
      "layer0.attn_wv": "blocks.0.attn.v",
      "layer0.attn_wo": "blocks.0.attn.o",
      "layer0.mlp_fc1": "blocks.0.mlp.in",
      "layer0.mlp_fc2": "blocks.0.mlp.out",
    };
    const tensors: Tensors = new Map();
    for (const [from, to] of Object.entries(names)) {
      const rows = w[from];
      const shape = [rows.length, rows[0].length];
      tensors.set(`${to}.weight`, { shape, data: Float32Array.from(rows.flat()) });
    }
    const config = {
      ...{ model_type: "introspect-plain", n_layers: 1, n_heads: 4, d_model: 16, d_head: 4, d_mlp: 64 },
      ...{ vocab_size: 27, n_ctx: 16, norm: "rms", embed_norm: true, final_norm: false, activation: "relu" },
    };
    await withModel(config, tensors, async (runner) => {
      const agree = new Agreement();
      for (const [position, expected] of truth.logits.entries()) {
        const { logits } = await runner.logitsAt({ ids: truth.input, position });
        agree.relative(`logits at ${position}`, logits, expected);
      }
      const hook = "blocks.0.attn.hook_pattern";
      for (const { ids, attention } of reference.prompts) {
        const { reads } = await runner.run({ ids, reads: [{ hook }] });
        agree.absolute(`pattern of ${ids.join(" ")}`, reads.get(hook)?.data ?? [], attention.flat(2));
      }
      assert.equal(agree.count, truth.logits.length + reference.prompts.length);
      agree.settle();
    });
  });
});
