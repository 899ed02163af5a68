import assert from "node:assert/strict";
import { matchHooks, splitPatterns } from "../../../src/graph/hookPattern";
import { HookError } from "../../../src/graph/hooks";

const blocks = [0, 1, 2, 10].flatMap((l) =>
  [
    "hook_resid_pre",
    "attn.hook_q",
    "attn.hook_pattern",
    "attn.hook_result",
    "mlp.hook_post",
    "hook_resid_post",
  ].map((site) => `blocks.${l}.${site}`),
);
const hooks = ["hook_embed", "hook_pos_embed", ...blocks, "ln_final.hook_scale"];

describe("patterns of hooks", () => {
  const cases: [string, string[]][] = [
    ["hook_embed", ["hook_embed"]],
    ["hook_*", ["hook_embed", "hook_pos_embed"]],
    ["blocks.*.attn.hook_pattern", [0, 1, 2, 10].map((l) => `blocks.${l}.attn.hook_pattern`)],
    ["blocks.{0..2}.hook_resid_post", [0, 1, 2].map((l) => `blocks.${l}.hook_resid_post`)],
    ["blocks.{10,0}.mlp.hook_post", ["blocks.0.mlp.hook_post", "blocks.10.mlp.hook_post"]],
    ["blocks.1*.hook_resid_pre", ["blocks.1.hook_resid_pre", "blocks.10.hook_resid_pre"]],
    ["blocks.1.{attn.hook_q,mlp.hook_post}", ["blocks.1.attn.hook_q", "blocks.1.mlp.hook_post"]],
    ["blocks.1.**", blocks.filter((hook) => hook.startsWith("blocks.1.") && !hook.endsWith("result"))],
    ["blocks.1.attn.hook_result", ["blocks.1.attn.hook_result"]],
    ["blocks.1.attn.hook_rot_q", ["blocks.1.attn.hook_rot_q"]],
    ["blocks.{1,2}.attn.hook_result", ["blocks.1.attn.hook_result", "blocks.2.attn.hook_result"]],
  ];
  for (const [pattern, expected] of cases)
    it(`${pattern} is ${expected.length} of them`, () =>
      assert.deepEqual(matchHooks(pattern, hooks), expected));

  const nowhere: [string, string | null][] = [
    ["blocks.*.attn.hook_patern", "blocks.0.attn.hook_pattern"],
    ["blocks.{0..3}.hook_resid_mid", "blocks.0.hook_resid_pre"],
    ["hook_embeds", "hook_embed"],
    ["blocks.1+.hook_resid_pre", "blocks.1.hook_resid_pre"],
    ["nothing like it", null],
    ["", null],
  ];
  for (const [pattern, near] of nowhere) {
    it(`${JSON.stringify(pattern)} is none, and the nearest is ${near}`, () => {
      assert.throws(
        () => matchHooks(pattern, hooks),
        (error) =>
          error instanceof HookError &&
          error.code === "unknown-hook" &&
          error.details["near"] === (near ?? undefined),
      );
    });
  }

  it("are refused when they stand for too many names", () => {
    assert.throws(() => matchHooks("{0..99999}.{0..99999}", hooks), { code: "unknown-hook" });
  });

  it("are separated by commas outside braces", () => {
    assert.deepEqual(splitPatterns("a.{0,1}.b, c ,{x,y}"), ["a.{0,1}.b", "c", "{x,y}"]);
    assert.deepEqual(splitPatterns("a,,b"), ["a", "", "b"]);
  });
});
