import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { neuronKey, RecordActivations, recordWindow } from "../../src/analysis/common/activations";
import { generate } from "../../src/analysis/generate";
import { openModel, type OpenModel } from "../../src/engine/model";
import { readModelRecords } from "../../src/engine/store/records";
import {
  elementCount,
  headerLength,
  parseHeader,
  type SafetensorsHeader,
} from "../../src/formats/safetensors";
import type { ModelRecords } from "../../src/graph/runner";
import { inRepo } from "../support/paths";

const model = (...parts: string[]) => inRepo("models", "introspect-small", ...parts);
const text = (file: string) => fs.readFileSync(file, "utf8");
const json = <T>(file: string) => JSON.parse(text(file)) as T;

function headerOf(name: string): { header: SafetensorsHeader; file: Uint8Array } {
  const file = new Uint8Array(fs.readFileSync(model(name)));
  const length = headerLength(file.subarray(0, 8), file.length);
  return { header: parseHeader(file.subarray(8, 8 + length), file.length), file };
}

/** As the card writes numbers: two places, no negative zero. */
const twoPlaces = (value: number) => (Number(value.toFixed(2)) + 0).toFixed(2);

interface Package {
  readonly name: string;
  readonly version: string;
  readonly license: string;
}

interface Evaluation {
  readonly heldOut: Record<string, Record<string, number>>;
  readonly induction: { prefixMatching: number[][]; ablation: { cost: number[][] } };
  readonly samples: readonly { prompt: string; greedy: string }[];
}

describe("the bundled model", function () {
  this.timeout(60_000);
  const card = text(model("README.md"));
  const evaluation = json<Evaluation>(model("evaluation.json"));
  let opened: OpenModel;
  let records: ModelRecords;
  before(async () => {
    opened = await openModel(model(), { cacheDirectory: path.join(os.tmpdir(), "introspect-test-cache") });
    const warn = (message: string) => assert.fail(message);
    const log = { info: () => {}, warn, error: warn };
    records = (await readModelRecords(model("records.safetensors"), opened.info, log))!;
  });
  after(() => opened.dispose());

  it("has at most 8 million parameters, in half precision, and a context of 512 tokens", () => {
    const { header } = headerOf("model.safetensors");
    const tensors = [...header.tensors.values()];
    assert.ok(tensors.every(({ dtype }) => dtype === "F16"));
    const parameters = tensors.reduce((sum, entry) => sum + elementCount(entry), 0);
    assert.ok(parameters <= 8e6, `${parameters} parameters`);
    assert.ok(card.includes(`${parameters.toLocaleString("en-US")} parameters`));
    assert.ok(opened.info.nCtx >= 512);
  });

  it("read pinned packages with permissive licences, and held others out whole", () => {
    const packages = json<Record<"train" | "heldOut", Package[]>>(inRepo("scripts/train/packages.json"));
    const all = [...packages.train, ...packages.heldOut];
    assert.ok(all.length <= 50 && packages.heldOut.length > 0);
    assert.equal(new Set(all.map(({ name }) => name)).size, all.length);
    for (const { name, version, license } of all) {
      assert.match(version, /^\d+\.\d+\.\d+$/, name);
      assert.match(license, /^(MIT|Apache-2\.0|BSD-[23]-Clause|ISC|0BSD|MIT OR CC0-1\.0)$/, name);
      assert.ok(card.includes(`| ${name} ${version} | ${license} |`), name);
    }
  });

  it("has records with the tensors that models/README.md describes, and no others", () => {
    const { header } = headerOf("records.safetensors");
    const { nLayers, nHeads, dMlp } = opened.info;
    const bytes = header.tensors.get("mlp.explanations")!.shape[0];
    const sizes: Record<string, number> = { nLayers, nHeads, dMlp, bytes };
    const dtypes: Record<string, string> = { float32: "F32", int32: "I32", uint8: "U8" };
    const described = text(inRepo("models/README.md"))
      .split("\n")
      .flatMap((line) => {
        const [, names, dtype, shape] = /^\| (`.*`) \| (\w+) \[(.*)\] \|/.exec(line) ?? [];
        const list = names?.split(", ").map((name) => name.slice(1, -1)) ?? [];
        const numbers = shape?.split(", ").map((size) => sizes[size] ?? Number(size));
        return list.map((name) => [name, { dtype: dtypes[dtype], shape: numbers }] as const);
      });
    const there = [...header.tensors].map(([name, { dtype, shape }]) => [name, { dtype, shape }] as const);
    assert.deepEqual(Object.fromEntries(there), Object.fromEntries(described));
  });

  it("has records whose strongest places are what a run of their windows finds", async () => {
    const { nLayers, dMlp } = opened.info;
    const neurons = Array.from({ length: 3 * nLayers }, (_, i) => ({
      layer: i % nLayers,
      neuron: (211 * i + 7) % dMlp,
    }));
    const all = await new RecordActivations(opened.runner, records).get(neurons);
    for (const id of neurons) {
      const values = all.get(neuronKey(id))!;
      const index = id.layer * dMlp + id.neuron;
      const peaks = Array.from({ length: values.length / 64 }, (_, e) =>
        Math.max(...values.subarray(64 * e + ((64 * e) % recordWindow === 0 ? 1 : 0), 64 * (e + 1))),
      ).sort((a, b) => b - a);
      const named = [...records.top.subarray(10 * index, 10 * (index + 1))];
      const near = (a: number, b: number) =>
        assert.ok(Math.abs(a - b) < 1e-4, `${neuronKey(id)}: ${a}, ${b}`);
      named.forEach((place, i) => near(values[place], peaks[i]));
      near(records.max[index], peaks[0]);
    }
  });

  it("has records with ten excerpts of each sort for a neuron, none of them twice", () => {
    for (const places of [records.top, records.random]) {
      assert.ok(places.every((place) => place % recordWindow !== 0));
      for (let at = 0; at < places.length; at += 10) {
        const excerpts = Array.from(places.subarray(at, at + 10), (place) => Math.floor(place / 64));
        assert.equal(new Set(excerpts).size, 10);
      }
    }
  });

  it("has records whose explanations are named from a correlation of 0.3 on, and only then", () => {
    assert.equal(records.explanations!.length, opened.info.nLayers * opened.info.dMlp);
    for (const { kind, score } of records.explanations!) assert.equal(kind !== "none", score >= 0.3);
  });

  it("continues the card's twenty prompts as the card says", async () => {
    assert.equal(evaluation.samples.length, 20);
    const encoder = (said: string) => opened.tokenizer!.encode(said).ids;
    for (const { prompt, greedy } of evaluation.samples) {
      assert.ok(card.includes(`\n${prompt}\u27e6${greedy}\u27e7\n`), prompt);
      const { text } = await generate(opened.runner, opened.vocabulary, {
        ids: encoder(prompt),
        sampling: { maxTokens: 32, temperature: 0, seed: 0 },
        encoder: null,
      });
      assert.equal(text, greedy);
    }
  });

  it("has a card with the figures of evaluation.json and curve.json", () => {
    const { heldOut, induction } = evaluation;
    const rows = [induction.prefixMatching, induction.ablation.cost].flat();
    for (const row of rows) assert.ok(card.includes(` | ${row.map(twoPlaces).join(" | ")} |`));
    for (const figures of Object.values(heldOut)) {
      for (const key of ["bitsPerByte", "fiveGramBitsPerByte", "xzBitsPerByte"]) {
        assert.ok(card.includes(figures[key].toFixed(3)), key);
      }
    }
    const { tokens, points } = json<{ tokens: number; points: Record<string, number>[] }>(
      model("curve.json"),
    );
    assert.ok(points.length >= 20 && points.at(-1)!["tokens"] === tokens);
    for (const point of points) {
      assert.ok(card.includes(`\n| ${point["tokens"].toLocaleString("en-US")} | ${point["train"]} |`));
    }
  });
});
