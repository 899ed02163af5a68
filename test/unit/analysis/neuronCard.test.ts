import assert from "node:assert/strict";
import { RecordActivations } from "../../../src/analysis/common/activations";
import { neuronCard } from "../../../src/analysis/neuronCard";
import { neuronDrivers } from "../../../src/analysis/neuronCard/drivers";
import { tinyModel } from "../../support/tinyModel";
import { tinyRecords } from "../../support/tinyRecords";
import { TinyRunner, tinyVocabulary } from "../../support/tinyRunner";
import { randomIds, tinyWindow } from "../../support/tinyWindow";

const shape = { nLayers: 3, nHeads: 2, dModel: 8, dMlp: 10, dVocab: 20, nCtx: 64, seed: 4 } as const;
const ids = randomIds(30, shape.dVocab, 3);
const window = tinyWindow(ids);
const range = { start: window.tokens[10].start, end: window.tokens[12].end };
const near = (a: number, b: number) =>
  assert.ok(Math.abs(a - b) <= 1e-4 * Math.max(1, Math.abs(b)), `${a} and ${b}`);

for (const kind of ["gpt", "gated"] as const) {
  const model = tinyModel({ ...shape, kind });

  describe(`drivers of a neuron (${kind})`, () => {
    for (const [layer, neuron, pos] of [
      [0, 0, 0],
      [0, 9, 29],
      [1, 3, 5],
      [2, 7, 17],
    ]) {
      it(`add up to the pre-activation of neuron ${layer}.${neuron} at position ${pos}`, async () => {
        const drivers = await neuronDrivers(new TinyRunner(model), { layer, neuron, pos, ids });
        near(
          drivers.parts.reduce((sum, p) => sum + p.contribution, drivers.constant),
          drivers.preActivation,
        );
        if (kind === "gated") {
          const up = drivers.parts.reduce((sum, p) => sum + (p.up ?? 0), drivers.constantUp ?? 0);
          near(up, drivers.preLinear ?? NaN);
        }
      });
    }

    it("are the embeddings, every head up to the layer and every MLP before it", async () => {
      const { parts } = await neuronDrivers(new TinyRunner(model), { layer: 1, neuron: 0, pos: 3, ids });
      const names = parts.map((p) => p.source);
      assert.deepEqual(
        names.filter((name) => !name.endsWith("bias")),
        ["embed", "position", "head 0.0", "head 0.1", "mlp 0", "head 1.0", "head 1.1"],
      );
    });

    it("leave no more to a bias than the model has", async () => {
      const { parts } = await neuronDrivers(new TinyRunner(model), { layer: 1, neuron: 0, pos: 3, ids });
      const bias = parts.filter((p) => p.source.endsWith("bias"));
      assert.equal(
        bias.some((p) => Math.abs(p.contribution) > 1e-5),
        kind === "gpt",
      );
    });
  });
}

describe("a neuron's card", () => {
  const model = tinyModel({ ...shape, kind: "gpt" });
  const card = (part: { layer?: number; neuron?: number; records?: RecordActivations | null } = {}) =>
    neuronCard(new TinyRunner(model), tinyVocabulary, {
      window,
      range,
      layer: 2,
      neuron: 4,
      records: null,
      ...part,
    });

  it("has the activation on every position, and drivers at the strongest selected one", async () => {
    const { activations, driversAt } = await card();
    assert.equal(activations.length, 30);
    assert.equal(
      driversAt,
      [10, 11, 12].reduce((a, b) => (activations[b] > activations[a] ? b : a)),
    );
  });

  it("lists the strongest drivers and what they leave", async () => {
    const { drivers, rest, preActivation } = await card();
    assert.equal(drivers.length, 12);
    drivers.forEach((d, i) => {
      assert.ok(i === 0 || Math.abs(d.contribution) <= Math.abs(drivers[i - 1].contribution));
    });
    near(
      drivers.reduce((sum, d) => sum + d.contribution, rest),
      preActivation,
    );
  });

  it("names strong places outside the selection, with the text around them", async () => {
    const { places, activations } = await card();
    assert.ok(places.length > 0);
    places.forEach((place, i) => {
      assert.ok(place.pos > 0 && ![10, 11, 12].includes(place.pos));
      assert.ok(place.activation > 0 && (i === 0 || place.activation <= places[i - 1].activation));
      assert.equal(place.activation, activations[place.pos]);
      const around = window.tokens
        .slice(1)
        .map((t) => t.text)
        .join("");
      assert.ok(around.includes(place.before + place.token.text + place.after));
    });
  });

  it("shows the model's records where it has some", async () => {
    const records = tinyRecords(model, 2, 9);
    const { record, recordPlaces } = await card({
      records: new RecordActivations(new TinyRunner(model), records),
    });
    const at = 2 * shape.dMlp + 4;
    assert.deepEqual(record, {
      mean: records.mean[at],
      deviation: records.deviation[at],
      max: records.max[at],
    });
    assert.equal(recordPlaces.length, 3);
    near(recordPlaces[0].activation, records.max[at]);
    assert.equal(recordPlaces[0].token, tinyVocabulary.text(records.ids[records.top[at * 3]]));
  });

  it("reads the records once for one neuron", async () => {
    const runner = new TinyRunner(model);
    const kept = new RecordActivations(runner, tinyRecords(model, 2, 9));
    await kept.get([{ layer: 0, neuron: 1 }]);
    await kept.get([{ layer: 0, neuron: 1 }]);
    assert.equal(runner.plans.length, 2);
  });

  it("has no record without records", async () => {
    const { record, recordPlaces } = await card();
    assert.equal(record, null);
    assert.deepEqual(recordPlaces, []);
  });

  for (const [layer, neuron] of [
    [3, 0],
    [0, 10],
    [-1, 0],
  ]) {
    it(`refuses neuron ${layer}.${neuron}, which is not there`, async () => {
      await assert.rejects(card({ layer, neuron }), { code: "out-of-range" });
    });
  }
});
