import assert from "node:assert/strict";
import { cliError, cliJson } from "../../support/cli";
import { inRepo } from "../../support/paths";
import { useTempFolder, writeFiles } from "../../support/tempFolder";
import type { RunSummary } from "../../../src/protocol/run";
import type { SweepResult } from "../../../src/protocol/sweep";

const model = inRepo("models/introspect-small");

describe("introspect sweep", function () {
  this.timeout(60_000);
  const folder = useTempFolder();
  const plan = (content: unknown): string => {
    writeFiles(folder(), { "plan.json": content });
    return `${folder()}/plan.json`;
  };
  const base = { text: "const x = 12;" };
  const source = { text: "const y = 12;" };

  it("patches a run layer by layer and position by position from its plain run to its source", async () => {
    const sweep = await cliJson<SweepResult & { digest: string }>(
      "sweep",
      model,
      plan({
        version: 1,
        base,
        source,
        axes: { layer: "layers", position: "positions" },
        edits: [
          { hook: "blocks.{layer}.hook_resid_pre", op: "set", value: "source", positions: ["{position}"] },
        ],
        measures: [{ of: "logProb", token: 10 }, { of: "kl" }],
      }),
    );
    const n = sweep.ids.length;
    assert.equal(sweep.cells.length, 4 * n);
    const run = await cliJson<RunSummary>("run", model, "--text", base.text, "--top", "4096");
    const own = run.top.at(-1)?.find(({ id }) => id === 10)?.logProb ?? NaN;
    assert.ok(Math.abs(sweep.baseline[0] - own) < 1e-5);
    assert.equal(sweep.baseline[1], 0);
    const last = sweep.cells.find(({ at }) => at["layer"] === 3 && at["position"] === n - 1);
    const first = sweep.cells.find(({ at }) => at["layer"] === 0 && at["position"] === 0);
    assert.ok((last?.values[1] ?? 0) > (first?.values[1] ?? 1), "the last position says most");
    assert.match(sweep.digest, /^[0-9a-f]{64}$/);
  });

  it("measures what `run` measures with the same edit", async () => {
    const edit = { hook: "blocks.1.hook_mlp_out", op: "zero", positions: "prefill-all" };
    const sweep = await cliJson<SweepResult>(
      "sweep",
      model,
      plan({
        version: 1,
        base,
        axes: { layer: [1], strength: [0.5, 1] },
        edits: [{ ...edit, hook: "blocks.{layer}.hook_mlp_out", scale: "{strength}" }],
        measures: [{ of: "logit", token: 10 }],
      }),
    );
    writeFiles(folder(), { "edits.json": [edit] });
    const run = await cliJson<RunSummary>(
      ...["run", model, "--text", base.text, "--top", "4096", "--edit", `${folder()}/edits.json`],
    );
    const logit = run.top.at(-1)?.find(({ id }) => id === 10)?.logit ?? NaN;
    assert.ok(Math.abs(sweep.cells[1].values[0] - logit) < 1e-4);
  });

  it("says what is wrong with a plan", async () => {
    const bad = await cliError(
      "sweep",
      model,
      plan({ version: 1, base, axes: {}, edits: [], measures: [{}] }),
    );
    assert.deepEqual([bad.status, bad.code], [1, "bad-field"]);
    assert.equal((await cliError("sweep", model, plan("{"))).code, "not-json");
  });
});
