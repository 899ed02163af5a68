import assert from "node:assert/strict";
import { attentionView } from "../../../src/analysis/attention";
import { RecordActivations } from "../../../src/analysis/common/activations";
import { lensView } from "../../../src/analysis/lens";
import { LensColumns } from "../../../src/analysis/lens/columns";
import { neuronCard } from "../../../src/analysis/neuronCard";
import { neuronDrivers } from "../../../src/analysis/neuronCard/drivers";
import { openModel, type OpenModel } from "../../../src/engine/model";
import { buildRunWindow } from "../../../src/engine/window";
import { oracleDir, oracleIt } from "../../support/oracle";
import { inRepo } from "../../support/paths";
import os from "node:os";
import path from "node:path";

const cacheDirectory = path.join(os.tmpdir(), "introspect-test-cache");
const near = (a: number, b: number, what: string) =>
  assert.ok(Math.abs(a - b) <= 1e-4 * Math.max(1, Math.abs(b)), `${what}: ${a} and ${b}`);

async function withModel(folder: string, use: (model: OpenModel) => Promise<void>): Promise<void> {
  const model = await openModel(folder, { cacheDirectory });
  try {
    await use(model);
  } finally {
    model.dispose();
  }
}

/** Parts and constant make up the pre-activation, and the pre-activation makes the activation. */
async function checkDrivers({ runner, info }: OpenModel, ids: readonly number[]): Promise<void> {
  const silu = (x: number) => x / (1 + Math.exp(-x));
  const gelu = (x: number) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
  for (let layer = 0; layer < info.nLayers; layer++) {
    const at = { layer, neuron: (37 * layer + 5) % info.dMlp, pos: ids.length - 1 - layer };
    const name = `neuron ${layer}.${at.neuron}`;
    const drivers = await neuronDrivers(runner, { ...at, ids });
    near(
      drivers.parts.reduce((sum, p) => sum + p.contribution, drivers.constant),
      drivers.preActivation,
      name,
    );
    const hook = `blocks.${layer}.mlp.hook_post`;
    const { reads } = await runner.run({ ids, reads: [{ hook, positions: [at.pos], neurons: [at.neuron] }] });
    const post = reads.get(hook)!.data[0];
    if (!info.gatedMlp) {
      near(post, gelu(drivers.preActivation), name);
      continue;
    }
    const up = drivers.parts.reduce((sum, p) => sum + (p.up ?? 0), drivers.constantUp!);
    near(up, drivers.preLinear!, `${name}, up`);
    near(post, silu(drivers.preActivation) * drivers.preLinear!, name);
  }
}

describe("analyses of real models", function () {
  this.timeout(60_000);
  const bundled = inRepo("models/introspect-small");
  const text = 'import { join } from "node:path";\n\nexport const where = join("a", "b");\n';

  it("drivers of the bundled model's neurons add up", () =>
    withModel(bundled, async (model) => checkDrivers(model, model.tokenizer!.encode(text).ids)));

  oracleIt("drivers of gated neurons add up, for gate and up", "stories260K/hf", () =>
    withModel(oracleDir("stories260K/hf"), async (model) =>
      checkDrivers(model, model.tokenizer!.encode("Once upon a time, there was a little girl").ids),
    ),
  );

  it("a card of the bundled model names places in its records", () =>
    withModel(bundled, async ({ runner, vocabulary, tokenizer, info, records }) => {
      const window = buildRunWindow({ kind: "text", text, offset: 0 }, tokenizer, info.nCtx);
      const kept = new RecordActivations(runner, (await records())!);
      const range = { start: text.indexOf("export"), end: text.length };
      const card = await neuronCard(runner, vocabulary, {
        window,
        range,
        layer: 1,
        neuron: 7,
        records: kept,
      });
      assert.equal(card.activations.length, window.ids.length);
      assert.equal(card.recordPlaces.length, 6);
      card.recordPlaces.forEach(({ activation }, i, all) => {
        assert.ok(
          i === 0 || activation <= all[i - 1].activation + 1e-4,
          "strongest first, as the records say",
        );
      });
      near(card.recordPlaces[0].activation, card.record!.max, "the record's highest");
      assert.match(card.explanation.basis, /^held-out packages/);
      assert.deepEqual(card.explanation, kept.records.explanations![info.dMlp + 7]);
      near(
        card.drivers.reduce((sum, d) => sum + d.contribution, card.rest),
        card.preActivation,
        "drivers",
      );
    }));

  it("attention rows and what lies outside sum to 1, and heads have scores in their range", () =>
    withModel(bundled, async ({ runner, tokenizer, info }) => {
      const window = buildRunWindow({ kind: "text", text, offset: 0 }, tokenizer, info.nCtx);
      const range = { start: 20, end: 60 };
      const { pattern, heads } = await attentionView(runner, { window, range, layer: 2, head: 3 });
      pattern.rows.forEach((row, i) =>
        near(row.reduce((a, b) => a + b, 0) + pattern.outside[i], 1, `row ${i}`),
      );
      assert.equal(heads.length, info.nLayers * info.nHeads);
      // For the query at position 1 the token before is the first one too.
      const most = 1 + 1 / (window.ids.length - 1);
      for (const { previousToken, firstToken } of heads)
        assert.ok(previousToken! + firstToken! <= most + 1e-3, `${previousToken} + ${firstToken}`);
    }));

  it("a lens that follows typing shows what a fresh one shows", () =>
    withModel(bundled, async ({ runner, vocabulary, tokenizer, info }) => {
      const cache = new LensColumns();
      const windowOf = (n: number) =>
        buildRunWindow({ kind: "text", text: text.slice(0, n), offset: 0 }, tokenizer, info.nCtx);
      for (let n = 30; n <= 60; n += 3) {
        const typed = await lensView(runner, vocabulary, { window: windowOf(n), columns: 6, k: 4, cache });
        assert.ok(n === 30 || typed.columnsComputed < 6, `${typed.columnsComputed} columns at ${n}`);
        if (n % 15 !== 0) continue;
        const fresh = await lensView(runner, vocabulary, { window: windowOf(n), columns: 6, k: 4 });
        typed.layers.forEach((layer, row) =>
          layer.positions.forEach((cell, i) => {
            const other = fresh.layers[row].positions[i];
            assert.equal(cell.top[0].id, other.top[0].id);
            near(cell.top[0].logProb, other.top[0].logProb, `row ${row}, column ${i}`);
          }),
        );
      }
    }));
});
