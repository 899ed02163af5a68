/** One neuron on the command line, with the bundled model. */
import assert from "node:assert/strict";
import type { NeuronEffects } from "../../../src/protocol/neuronEffects";
import type { NeuronCard, NeuronsResult } from "../../../src/protocol/neurons";
import { cliError, cliJson } from "../../support/cli";
import { inRepo } from "../../support/paths";

const model = inRepo("models/introspect-small");
const text = "export function add(a: number, b: number) {\n  return a + b;\n}\n";
const input = ["--text", text, "--range", `0:${text.length}`];

type Answer = NeuronCard & { readonly effects: NeuronEffects; readonly digest: string };

describe("a neuron on the command line", function () {
  this.timeout(120_000);
  const neuron = (layer: number, index: number, ...more: string[]) =>
    cliJson<Answer>("neuron", model, "--layer", `${layer}`, "--neuron", `${index}`, ...input, ...more);

  it("has a histogram over the records that agrees with what the records say of it", async () => {
    const { histogram, record } = await neuron(2, 417);
    assert.equal(histogram.basis, "records");
    assert.equal(histogram.n, 64 * 255);
    const most = histogram.quantiles.at(-1)?.value ?? NaN;
    assert.ok(Math.abs(most - (record?.max ?? NaN)) < 1e-3 * Math.abs(most), `${most} and ${record?.max}`);
  });

  it("has the effects by which it was ranked", async () => {
    const ranked = await cliJson<NeuronsResult>(
      "neurons",
      model,
      ...input,
      "--top",
      "2",
      "--by",
      "logitDiff",
    );
    const [first] = ranked.neurons;
    const { target } = ranked.effect as NonNullable<NeuronsResult["effect"]>;
    const asked = [
      "--position",
      `${target.position}`,
      "--token",
      `#${target.token.id}`,
      "--minus",
      `#${target.minus.id}`,
    ];
    const { effects } = await neuron(first.layer, first.neuron, ...asked);
    assert.deepEqual(effects.target, target);
    assert.ok(
      Math.abs((effects.effect.direct?.logitDiff ?? NaN) - first.score) < 1e-3 * Math.abs(first.score),
    );
    assert.equal(effects.controls.length, 20);
    assert.equal(effects.elsewhere?.line, "It was raining again this morning.");
  });

  it("is amplified as far as is asked, and ablated to zero where that is asked", async () => {
    const { effects } = await neuron(1, 3, "--strongest", "3", "--ablate", "zero", "--token", " return");
    assert.deepEqual(
      effects.strengths.map(({ factor }) => factor),
      [0, 0.5, 1, 2, 3],
    );
    assert.deepEqual(
      [effects.ablation, effects.ablatedTo, effects.target.token.text],
      ["zero", 0, " return"],
    );
  });

  for (const [what, argv, code] of [
    ["no layer", ["--neuron", "1"], "usage"],
    ["a neuron that is not there", ["--layer", "0", "--neuron", "768"], "out-of-range"],
    ["a token that is none", ["--layer", "0", "--neuron", "1", "--token", "not one token"], "bad-target"],
    ["another way to ablate", ["--layer", "0", "--neuron", "1", "--ablate", "noise"], "usage"],
  ] as const) {
    it(`refuses ${what}`, async () => {
      assert.equal((await cliError("neuron", model, ...input, ...argv)).code, code);
    });
  }

  it("refuses a prediction for a ranking that is about none", async () => {
    const said = await cliError("neurons", model, ...input, "--token", "a");
    assert.equal(said.code, "usage");
  });
});
