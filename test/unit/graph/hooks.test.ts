import assert from "node:assert/strict";
import { blockHook, blockSites, embedSites, finalSites, hookAxes, parseHook } from "../../../src/graph/hooks";

describe("hook names", () => {
  it("parse back to what they were built from", () => {
    for (const site of blockSites) {
      for (const layer of [0, 7, 12345]) {
        assert.deepEqual(parseHook(blockHook(layer, site)), { place: "block", layer, site });
      }
    }
    for (const site of embedSites) assert.deepEqual(parseHook(site), { place: "embed", site });
    for (const site of finalSites) assert.deepEqual(parseHook(site), { place: "final", site });
  });

  const wrong: [name: string, near: string][] = [
    ["blocks.0.hook_resid_pos", "blocks.0.hook_resid_post"],
    ["blocks.3.attn.pattern", "blocks.3.attn.hook_pattern"],
    ["blocks.00.hook_resid_pre", "blocks.0.hook_resid_pre"],
    ["blocks.-1.hook_resid_pre", "blocks.0.hook_resid_pre"],
    ["hook_emb", "hook_embed"],
    ["ln_final.hook_norm", "ln_final.hook_scale"],
  ];
  for (const [name, near] of wrong) {
    it(`refuses ${name} and names ${near}`, () => {
      assert.throws(() => parseHook(name), { code: "unknown-hook", next: `The nearest name is "${near}".` });
    });
  }

  it("refuses absurd names quickly", () => {
    for (const name of ["", "x".repeat(1e6), "blocks.99999999999999999999.hook_resid_pre", "<script>"]) {
      assert.throws(() => parseHook(name), { code: "unknown-hook" });
    }
  });

  it("put positions first, except where queries look at keys", () => {
    for (const site of [...blockSites, ...embedSites, ...finalSites]) {
      const axes = hookAxes(site);
      const square = /scores|pattern/.test(site);
      assert.equal(axes[0], square ? "head" : "pos", site);
      assert.equal(axes.length, square || axes.includes("head") ? 3 : 2, site);
    }
  });
});
