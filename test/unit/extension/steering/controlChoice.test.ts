import assert from "node:assert/strict";
import { firstPart, withControls } from "../../../../src/extension/steering/controlChoice";
import { decodeExperiment } from "../../../../src/protocol/decodeExperiment";
import type { ExperimentControls } from "../../../../src/protocol/edit";

const base = {
  version: 1,
  model: { path: "m" },
  prompt: "a",
  edits: [{ hook: "blocks.0.hook_resid_pre", op: "zero", positions: "last" }],
};

describe("the controls of a run", () => {
  const rows: [string, Parameters<typeof withControls>[1], Partial<ExperimentControls>, object][] = [
    ["what the file says", "stated", { isotropic: 3, seed: 2 }, { isotropic: 3, seed: 2 }],
    ["none but strength zero", "none", { isotropic: 3, seed: 2, prompting: "p" }, { isotropic: 0, shuffled: 0, others: false, seed: 2, prompting: "p" }], // prettier-ignore
    ["enough, where the file has few", "all", { isotropic: 3, shuffled: 0, others: false }, { isotropic: 20, shuffled: 20, seed: 0 }], // prettier-ignore
    ["as many as the file has, where it has more", "all", { isotropic: 100 }, { isotropic: 100, seed: 0 }],
  ];
  for (const [what, choice, controls, wanted] of rows)
    it(`are ${what}`, () => {
      const experiment = decodeExperiment({ ...base, controls });
      const chosen = withControls(experiment, choice);
      assert.deepEqual(chosen.controls, wanted);
      assert.deepEqual({ ...chosen, controls: null }, { ...experiment, controls: null });
    });
});

describe("what is there at once of an experiment", () => {
  const many: [string, object][] = [
    ["has controls", {}],
    ["has random pairs alone", { controls: { isotropic: 0, shuffled: 3, others: false } }],
    ["has others alone", { controls: { isotropic: 0 } }],
    ["expects something", { controls: { isotropic: 0, others: false }, expect: [{ of: "kl", atLeast: 0 }] }],
    [
      "draws several texts",
      { controls: { isotropic: 0, others: false }, sampling: { samples: 3, temperature: 1, seed: 4 } },
    ],
  ];
  for (const [what, more] of many)
    it(`is one text of each kind, where it ${what}`, () => {
      const experiment = decodeExperiment({ ...base, ...more });
      const first = firstPart(experiment) ?? assert.fail("there is more to run");
      assert.equal(first.expect, undefined);
      assert.equal(first.sampling.samples, undefined);
      assert.deepEqual([first.sampling.seed, first.edits], [experiment.sampling.seed, experiment.edits]);
      assert.equal(firstPart(first), null);
    });
});
