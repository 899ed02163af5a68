import assert from "node:assert/strict";
import { join } from "node:path";
import { numericEdits } from "../../../../src/analysis/common/editValue";
import { EditedModel, SteeringSubject } from "../../../../src/analysis/common/steering/editedModel";
import { takeMeasure } from "../../../../src/analysis/common/steering/measures";
import { gaussian, seededRandom } from "../../../../src/base/random";
import type { ModelRunner } from "../../../../src/engine/modelRunner";
import type { Edit } from "../../../../src/protocol/edit";
import { openRunner } from "../../../support/openRunner";
import { type ReferenceTensor, writeReferenceTensors } from "../../../support/referenceTensors";
import { useTempFolder, writeFiles } from "../../../support/tempFolder";

const sizes = { n_layers: 3, n_heads: 2, d_model: 10, d_head: 5, d_mlp: 14, vocab_size: 23, n_ctx: 32 };
const prompt = [3, 1, 4, 1, 5, 9, 2, 6];
const vocabulary = { text: String, decode: (ids: readonly number[]) => ids.join(" ") };
const sampling = { maxTokens: 4, temperature: 0, seed: 0 };

describe("steering a model whose answers are known", () => {
  const folder = useTempFolder();
  let runner: ModelRunner;
  let dispose: () => void;
  let unembed: Float32Array;

  /** A model without norms: what is added to the stream behind its last block is a logit bias. */
  beforeEach(async () => {
    const normal = gaussian(seededRandom(7));
    const tensors = new Map<string, ReferenceTensor>();
    const put = (name: string, ...shape: number[]): void => {
      const n = shape.reduce((a, b) => a * b, 1);
      tensors.set(name, { shape, data: Float32Array.from({ length: n }, () => 0.3 * normal()) });
    };
    const { d_model: d, d_mlp: m, vocab_size: v } = sizes;
    put("embed.weight", v, d);
    put("positions.weight", sizes.n_ctx, d);
    for (let l = 0; l < sizes.n_layers; l++) {
      for (const side of ["q", "k", "v", "o"]) put(`blocks.${l}.attn.${side}.weight`, d, d);
      put(`blocks.${l}.mlp.in.weight`, m, d);
      put(`blocks.${l}.mlp.out.weight`, d, m);
    }
    put("unembed.weight", v, d);
    unembed = tensors.get("unembed.weight")!.data;
    writeFiles(folder(), { "config.json": { model_type: "introspect-plain", norm: "none", ...sizes } });
    writeReferenceTensors(join(folder(), "model.safetensors"), tensors);
    ({ runner, dispose } = await openRunner(folder()));
  });
  afterEach(() => dispose());

  const models = (edits: readonly Edit[]) => {
    const subject = new SteeringSubject(runner, vocabulary, { ids: prompt, sampling, encoder: null });
    return { plain: new EditedModel(subject, []), edited: new EditedModel(subject, edits) };
  };
  const u = Array.from({ length: sizes.d_model }, (_, d) => Math.sin(1 + d));
  const at = (hook: string, more: Partial<Edit> = {}): Edit => ({
    hook,
    op: "add",
    value: u,
    scale: 2.5,
    positions: "every-step",
    ...more,
  });
  const texts = [
    [7, 8, 9, 10, 11, 12, 13],
    [2, 7, 1, 8, 2, 8, 1, 8, 2, 8],
  ];

  it("shifts the logits by exactly c · u · W_U behind the last block", async () => {
    const edit = at("blocks.2.hook_resid_post");
    for (const position of [0, 3, 7]) {
      const plain = (await runner.logitsAt({ ids: prompt, position })).logits;
      const { logits } = await runner.logitsAt({ ids: prompt, position, edits: [edit] });
      logits.forEach((x, id) => {
        const bias = u.reduce((sum, ud, d) => sum + 2.5 * ud * unembed[id * sizes.d_model + d], 0);
        assert.ok(Math.abs(x - plain[id] - bias) < 2e-6, `${x - plain[id]} and ${bias}`);
      });
    }
  });

  const hooks = ["blocks.0.hook_resid_pre", "blocks.1.hook_resid_mid", "blocks.2.hook_resid_post"];
  for (const hook of hooks) {
    it(`gives perplexity ratio 1 and KL 0, to the last bit, at strength 0 (${hook})`, async () => {
      for (const positions of ["every-step", [1, 2]] as const) {
        const both = models([at(hook, { scale: 0, positions })]);
        const ratio = await takeMeasure({ of: "perplexityRatio", texts }, both, {});
        assert.deepEqual([ratio.value, ratio.steered], [1, ratio.default]);
        assert.equal((await takeMeasure({ of: "kl" }, both, {})).value, 0);
        const forced = await takeMeasure(
          { of: "logProb", run: { ids: prompt, forced: [3, 4, 5] } },
          both,
          {},
        );
        assert.equal(forced.value, 0);
        // Behind the last block, what is added at some positions moves no other prediction.
        const moved = await takeMeasure(
          { of: "perplexityRatio", texts },
          models([at(hook, { positions })]),
          {},
        );
        const isLate = hook.startsWith("blocks.2") && positions !== "every-step";
        assert.equal(moved.value === 1, isLate);
      }
    });
  }

  it("adds nothing where the two texts are one, and the ratio is exactly 1", async () => {
    const value = { ids: [4, 5], minus: [4, 5] };
    const same = at("blocks.1.hook_resid_pre", { value, positions: "prefill-front" });
    const edits = await numericEdits(runner, [same], null);
    assert.ok((edits[0].value as number[][]).flat().every((x) => x === 0));
    assert.equal((await takeMeasure({ of: "perplexityRatio", texts }, models(edits), {})).value, 1);
  });

  it("tells adding at the prompt alone from adding at every step (trap 7)", async () => {
    const forced = [5, 6, 7];
    const logProbs = (edit: Edit) => models([edit]).edited.forced({ ids: prompt, forced }, {});
    const plain = await models([]).plain.forced({ ids: prompt, forced }, {});
    // Behind the last block nothing is handed on: added at the prompt, it moves the first new token alone.
    const late = await logProbs(at("blocks.2.hook_resid_post", { positions: "prefill-all" }));
    assert.notEqual(late[0], plain[0]);
    assert.deepEqual(late.slice(1), plain.slice(1));
    // Before the first block it goes on through cached keys and values, and less far than what is added again.
    const whole = [...prompt, ...forced];
    const inOneRun = async (positions: Edit["positions"]) => {
      const edits = [at("blocks.0.hook_resid_pre", { positions })];
      return (await models(edits).edited.tokens(whole, {})).slice(prompt.length - 1);
    };
    for (const [early, positions] of [
      ["prefill-all", prompt.map((_, i) => i)],
      ["every-step", "every-step"],
    ] as const) {
      const found = await logProbs(at("blocks.0.hook_resid_pre", { positions: early }));
      const expected = await inOneRun(positions);
      found.forEach((x, i) =>
        assert.ok(Math.abs(x - expected[i]) < 1e-4, `${early} ${i}: ${x}, ${expected[i]}`),
      );
      assert.ok(Math.abs(found[1] - plain[1]) > 1e-3, early);
    }
    const [once, always] = [await inOneRun(prompt.map((_, i) => i)), await inOneRun("every-step")];
    assert.ok(Math.abs(once[2] - always[2]) > 1e-3);
  });

  it("refuses a continuation that the context has no room for", async () => {
    const forced = new Array<number>(40).fill(1);
    await assert.rejects(models([]).plain.forced({ ids: prompt, forced }, {}));
  });
});
