import assert from "node:assert/strict";
import type { Edit, EditOp, Experiment } from "../../../src/protocol/edit";
import { strengthOf, withStrength } from "../../../src/protocol/strength";

const edit = (op: EditOp, scale?: number): Edit => ({
  hook: "blocks.0.hook_resid_pre",
  op,
  positions: "last",
  ...(scale === undefined ? {} : { scale }),
});

const experiment = (...edits: Edit[]): Experiment => ({
  version: 1,
  model: { path: "m", digest: null },
  prompt: "a",
  edits,
  sampling: { maxTokens: 4, temperature: 0, seed: 0 },
  controls: { isotropic: 20, seed: 0 },
});

describe("the strength of an experiment", () => {
  const rows: [string, Edit[], number | null, (number | undefined)[]][] = [
    ["is that of what is added", [edit("zero"), edit("add", 4), edit("add")], 4, [undefined, 7, 7]],
    ["is one where nobody gave it", [edit("add")], 1, [7]],
    ["is the share of the way where nothing is added", [edit("scale", 2), edit("set"), edit("project-out", 0.5)], 1, [2, 7, 7]], // prettier-ignore
    ["is none where edits have no strength", [edit("scale", 2), edit("clamp")], null, [2, undefined]],
    ["is none without edits", [], null, []],
  ];
  for (const [what, edits, strength, after] of rows)
    it(what, () => {
      const before = experiment(...edits);
      assert.equal(strengthOf(before), strength);
      const other = withStrength(before, 7);
      assert.deepEqual(
        other.edits.map(({ scale }) => scale),
        after,
      );
      assert.deepEqual({ ...other, edits: [] }, { ...before, edits: [] });
      if (strength !== null) assert.equal(strengthOf(other), 7);
    });
});
