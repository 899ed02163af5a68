import assert from "node:assert/strict";
import fs from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { steer } from "../../../../src/analysis/steering";
import { type OpenModel, openModel } from "../../../../src/engine/model";
import { StepCache } from "../../../../src/engine/steering/stepCache";
import { steerRequest } from "../../../../src/engine/steering/steerRequest";
import { decodeExperiment } from "../../../../src/protocol/decodeExperiment";
import { inRepo } from "../../../support/paths";
import { useTempFolder } from "../../../support/tempFolder";

describe("a strength that is dragged", function () {
  this.timeout(120_000);
  const folder = useTempFolder();
  let open: OpenModel;
  before(async () => {
    const cacheDirectory = path.join(tmpdir(), "introspect-test-cache");
    open = await openModel(inRepo("models/introspect-small"), { cacheDirectory });
  });
  after(() => open.dispose());

  const experiment = (scale: number, value: object = { text: "const", minus: "import" }) =>
    decodeExperiment({
      version: 1,
      model: { path: "m", digest: null },
      prompt: "The result of the search is",
      edits: [{ hook: "blocks.1.hook_resid_pre", op: "add", value, scale, positions: "prefill-front" }],
      sampling: { maxTokens: 6 },
      controls: { isotropic: 0, shuffled: 0, others: false },
    });

  it("is answered with the very bits of the experiment at that strength", async () => {
    const cache = new StepCache();
    const place = { tokenizer: open.tokenizer!, base: folder() };
    for (const scale of [4, 0, -2, 4]) {
      const { default: plain, steered, kl } = await cache.step(open, experiment(scale), place, {});
      const whole = await steer(
        open.runner,
        open.vocabulary,
        await steerRequest(open, experiment(scale), place, {}),
      );
      assert.deepEqual([plain, steered, kl], [whole.default, whole.steered, whole.kl.steered]);
      if (scale === 0) assert.deepEqual([steered, kl], [plain, 0]);
    }
  });

  it("sees a direction file that changed meanwhile", async () => {
    const cache = new StepCache();
    const place = { tokenizer: open.tokenizer!, base: folder() };
    const steered = async (phase: number) => {
      const vector = Array.from({ length: 192 }, (_, i) => Math.sin(phase + i));
      const file = { hook: "blocks.1.hook_resid_pre", vector };
      fs.writeFileSync(path.join(folder(), "d.json"), JSON.stringify(file));
      return (await cache.step(open, experiment(20, { direction: "d.json" }), place, {})).kl;
    };
    const [first, second] = [await steered(0), await steered(2)];
    assert.notEqual(first, second);
    assert.equal(await steered(0), first);
  });
});
