import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { DirectionHeader } from "../../../src/protocol/direction";
import type { SteerResult } from "../../../src/protocol/edit";
import { cliJson } from "../../support/cli";
import { DirectionCalls, smallModel } from "../../support/directionCalls";
import { useTempFolder } from "../../support/tempFolder";

const pairs = Array.from({ length: 12 }, (_, i) => [
  `const value${i} = list[${i}];`,
  `She had ${i} apples in the basket;`,
]);

describe("shuffled labels beside a steered text", function () {
  this.timeout(120_000);
  const calls = new DirectionCalls(useTempFolder());

  async function steered(
    change: (header: DirectionHeader) => object = (header) => header,
  ): Promise<SteerResult> {
    const header = JSON.parse(readFileSync(calls.at("f.json"), "utf8")) as DirectionHeader;
    calls.file("f.json", change(header));
    const experiment = {
      version: 1,
      model: { path: smallModel, digest: null },
      prompt: "The door was",
      edits: [
        {
          hook: "blocks.1.hook_resid_post",
          op: "add",
          value: { direction: "f.json" },
          scale: 1,
          positions: "every-step",
        },
      ],
      sampling: { maxTokens: 3, temperature: 0, seed: 0 },
      controls: { isotropic: 2, shuffled: 20, seed: 0, others: false },
    };
    return cliJson<SteerResult>("steer", smallModel, calls.file("e.introspect.json", experiment));
  }

  const kindOf = ({ controlFacts }: SteerResult) => controlFacts?.shuffled;

  for (const method of ["mean-difference", "logistic"])
    it(`are those of the direction's own pairs, which its header keeps: ${method}`, async () => {
      await calls.make({ method, pairs });
      const result = await steered();
      assert.equal(kindOf(result), "labels");
      assert.equal(result.kl.shuffled!.length, 20);
      assert.ok(new Set(result.kl.shuffled).size > 10);
      assert.ok(result.kl.shuffled!.every((kl) => kl > 0));
    });

  it("give way to random prompt pairs for a principal component, of which labels turn the sign alone", async () => {
    await calls.make({ method: "pca", pairs });
    assert.equal(kindOf(await steered()), "pairs");
  });

  it("are of the template's pairs where the direction is of a template, which no header repeats", async () => {
    const made = await calls.make({ template: "code" });
    assert.equal(made.data.kept, undefined);
    assert.equal(kindOf(await steered()), "labels");
  });

  const others: [string, (header: DirectionHeader) => object][] = [
    ["other pairs than it was made of", (one) => ({ ...one, data: { ...one.data, kept: pairs.slice(1) } })],
    ["no pairs at all", ({ data: { kept: _, ...data }, ...one }) => ({ ...one, data })],
    ["no model's digest", (one) => ({ ...one, model: { ...one.model, digest: null } })],
    [
      "another split, so that its pairs give another vector",
      (one) => ({ ...one, data: { ...one.data, seed: 9 } }),
    ],
  ];
  for (const [what, change] of others)
    it(`give way to random prompt pairs where the header has ${what}`, async () => {
      await calls.make({ pairs });
      assert.equal(kindOf(await steered(change)), "pairs");
    });
});
