import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import type { SteeringSweepResult } from "../../../src/protocol/steeringSweep";
import { cli, cliJson } from "../../support/cli";
import { inRepo } from "../../support/paths";
import { useTempFolder } from "../../support/tempFolder";

const model = inRepo("models/introspect-small");

describe("introspect sweep on a plan of layers × strengths", function () {
  this.timeout(120_000);
  const folder = useTempFolder();
  const plan = {
    version: 1,
    prompt: "The result of the search is",
    edits: [
      {
        hook: "blocks.{layer}.hook_resid_pre",
        op: "add",
        value: { text: "const", minus: "import" },
        positions: "prefill-front",
      },
    ],
    layers: "all",
    strengths: [0, 2, 4],
    effect: { of: "logProb", text: " const" },
    cost: { of: "perplexityRatio", on: { file: "off.txt", split: "sentences" } },
    controls: { isotropic: 2 },
  };
  const write = (value: unknown): string => {
    fs.writeFileSync(
      path.join(folder(), "off.txt"),
      "It was a fine day out there. Everyone went to the river and back.",
    );
    const file = path.join(folder(), "plan.json");
    fs.writeFileSync(file, JSON.stringify(value));
    return file;
  };

  it("prints layers, strengths, effect, cost and controls; zero strength is the plain model", async () => {
    const file = write(plan);
    const result = await cliJson<SteeringSweepResult & { digest: string }>("sweep", model, file);
    assert.deepEqual(result.layers, [0, 1, 2, 3]);
    assert.deepEqual(result.strengths, [0, 2, 4]);
    assert.deepEqual(
      [result.effect, result.cost].map((rows) => rows.map((row) => row.length)),
      [
        [3, 3, 3, 3],
        [3, 3, 3, 3],
      ],
    );
    assert.ok(result.effect.every(([zero]) => zero === 0));
    assert.ok(result.cost.every(([zero, one]) => zero === 1 && one !== 1));
    assert.equal(result.controls?.zero.same, true);
    assert.match(result.digest, /^[0-9a-f]{64}$/);
    assert.ok(!fs.existsSync(`${file}.part`), "what was kept for a crash is gone");
  });

  it("is saved as a file for review, where that is asked for", async () => {
    const file = write({ ...plan, layers: [1] });
    const save = path.join(folder(), "plan.introspect-sweep.result.json");
    const result = await cliJson<SteeringSweepResult>("sweep", model, file, "--save", save);
    const saved = JSON.parse(fs.readFileSync(save, "utf8")) as SteeringSweepResult & { kind: string };
    assert.equal(saved.kind, "sweep-result");
    assert.deepEqual([saved.layers, saved.strengths], [[1], [0, 2, 4]]);
    for (const [j, value] of saved.effect[0].entries())
      assert.ok(Math.abs(value - result.effect[0][j]) < 1e-4, String(value));
    const measures = [{ of: "kl" }];
    const edits = [{ hook: "blocks.{layer}.hook_resid_pre", op: "zero", positions: "last" }];
    const cells = { version: 1, base: { text: "a b" }, axes: { layer: "layers" }, edits, measures };
    const { status, stderr } = await cli("sweep", model, write(cells), "--save", save);
    assert.equal(status, 2);
    assert.match(stderr, /--save goes with a plan of layers and strengths/);
  });
});
