import assert from "node:assert/strict";
import fs from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Progress } from "../../../../src/base/cancel";
import { type OpenModel, openModel } from "../../../../src/engine/model";
import { runSweep } from "../../../../src/engine/steering/runSweep";
import { decodeSteeringSweep } from "../../../../src/protocol/decodeSteeringSweep";
import { inRepo } from "../../../support/paths";
import { useTempFolder } from "../../../support/tempFolder";

describe("a sweep that is stopped", function () {
  this.timeout(120_000);
  const folder = useTempFolder();
  let open: OpenModel;
  before(async () => {
    const cacheDirectory = path.join(tmpdir(), "introspect-test-cache");
    open = await openModel(inRepo("models/introspect-small"), { cacheDirectory });
  });
  after(() => open.dispose());

  const plan = (more: object = {}) =>
    decodeSteeringSweep({
      version: 1,
      prompt: "The result of the search is",
      edits: [
        {
          hook: "blocks.{layer}.hook_resid_post",
          op: "add",
          value: { direction: "d.json", hook: "d" },
          positions: "every-step",
        },
      ],
      layers: [0, 2],
      strengths: [0, 2, 4],
      effect: { of: "count", words: ["the"], tokens: 8 },
      cost: { of: "kl" },
      controls: { isotropic: 2 },
      ...more,
    });
  const writeDirection = (phase: number) => {
    const vector = Array.from({ length: 192 }, (_, i) => Math.sin(phase + i));
    fs.writeFileSync(path.join(folder(), "d.json"), JSON.stringify({ hook: "d", vector }));
  };
  const part = () => path.join(folder(), "plan.json.part");
  const run = (asked = plan(), work: Parameters<typeof runSweep>[3] = {}) =>
    runSweep(open, asked, { tokenizer: open.tokenizer!, base: folder(), kept: part() }, work);

  it("goes on from what it had, and from no other plan's or direction's", async () => {
    writeDirection(0);
    const whole = await run();
    assert.ok(!fs.existsSync(part()));
    assert.ok(whole.effect.every((row) => row[0] === whole.baseline.effect));
    assert.ok(whole.cost.every((row) => row[0] === 0 && row[2] > 0));
    const stop = new AbortController();
    const onProgress = ({ done }: Progress) => done === 4 && stop.abort();
    await assert.rejects(run(plan(), { signal: stop.signal, onProgress }), { code: "cancelled" });
    const lines = fs.readFileSync(part(), "utf8").split("\n");
    assert.equal(lines.length, 1 + 4 + 1, "a head, four cells, an end of line");
    // A crash in the middle of a line.
    fs.appendFileSync(part(), '{"name":"2 × 2","eff');
    await assert.rejects(run(plan({ strengths: [0, 1] })), { code: "sweep-of-another-plan" });
    writeDirection(1);
    await assert.rejects(run(), { code: "sweep-of-another-plan" });
    writeDirection(0);
    // What is known is taken as it is: a cell that was changed by hand is found again in the answer.
    const changed = { ...(JSON.parse(lines[2]) as object), cost: 123 };
    fs.writeFileSync(part(), lines.with(2, JSON.stringify(changed)).join("\n"));
    const again = await run();
    assert.equal(again.cost[0][1], 123);
    assert.deepEqual(again.effect, whole.effect);
    assert.deepEqual(again.cost[1], whole.cost[1]);
    assert.ok(!fs.existsSync(part()));
  });

  it("runs on where nothing can be kept, and says so", async () => {
    writeDirection(0);
    const place = {
      tokenizer: open.tokenizer!,
      base: folder(),
      kept: path.join(folder(), "no", "such.part"),
    };
    const { warnings } = await runSweep(open, plan(), place, {});
    assert.match(warnings[0], /could not be kept/);
  });
});
