import assert from "node:assert/strict";
import type { HeadScores } from "../../../src/protocol/attention";
import type { EdgeBlock, WhyAttention } from "../../../src/protocol/attentionEdge";
import type { PatchResult } from "../../../src/protocol/patch";
import { cliError, cliJson } from "../../support/cli";
import { inRepo } from "../../support/paths";

const model = inRepo("models/introspect-small");
const text = "Mary Dalton met Tom at the park. Then Mary Dal";
const at = ["--text", text, "--at", "3:2:-1:4"];

describe("attention on the command line", function () {
  this.timeout(60_000);

  it("finds the bundled model's heads on repeated random tokens, whatever the seed", async () => {
    type Heads = { readonly repeated: { readonly heads: readonly HeadScores[] } };
    for (const seed of ["0", "7"]) {
      const { repeated } = await cliJson<Heads>("heads", model, "--seed", seed);
      const of = (layer: number, head: number): HeadScores =>
        repeated.heads.find((one) => one.layer === layer && one.head === head)!;
      for (const [layer, head] of [
        [1, 5],
        [3, 2],
        [3, 3],
        [3, 5],
      ] as const)
        assert.ok(of(layer, head).induction > 0.4, `${layer}.${head}: ${of(layer, head).induction}`);
      assert.ok(of(0, 4).previousToken > 0.9);
      assert.ok(of(2, 0).induction < 0.2, "a head that is none");
    }
  });

  it("takes an edge apart, and blocks it", async () => {
    const why = await cliJson<WhyAttention & { digest: string }>("why-attention", model, ...at, "--top", "3");
    assert.ok(Math.abs(why.residual) <= 1e-4);
    assert.equal(why.pairs.length, 3);
    assert.match(why.digest, /^[0-9a-f]{64}$/);
    const block = await cliJson<EdgeBlock>(
      "block-edge",
      model,
      ...at,
      "--token",
      "ton",
      "--softmax",
      "after",
    );
    assert.equal(block.softmax, "after");
    assert.equal(block.token.text, "ton");
    assert.ok(Math.abs(block.weight - why.weight) < 1e-5);
    assert.ok(block.change.logProb < -0.05, "the induction head brings the name's end");
    assert.ok(block.controls.length === 20 && (block.percentile.logProb ?? 0) > 0.5);
    const { code } = await cliError("block-edge", model, "--text", text, "--at", "0:0:0:0");
    assert.equal(code, "only-edge");
  });

  it("patches one text into another", async () => {
    const texts = ["--source", "const count = items.", "--base", "const name = user."];
    const patch = await cliJson<PatchResult>("patch", model, ...texts);
    assert.notEqual(patch.base.answer.id, patch.source.answer.id);
    assert.deepEqual(
      patch.maps.map(({ self }) => self.largest),
      [0, 0, 0],
    );
    const last = patch.maps[0].effects.at(-1)!.at(-1)!;
    assert.ok(last > 0.5 * (patch.source.measure - patch.base.measure), "the last stream decides");
    const { code } = await cliError("patch", model, "--base", "a", "--source", "a");
    assert.equal(code, "not-aligned");
  });
});
