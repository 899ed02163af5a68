import assert from "node:assert/strict";
import type { GenerateResult, SteerResult } from "../../../src/protocol/edit";
import { controlTable } from "../../../webview/panels/steering/tables";

const text = { ids: [1], tokens: ["a"], text: "a", logProbs: [-1] } as unknown as GenerateResult;

/** A result with two draws of the second null, of some kind. */
const resultOf = (shuffled: NonNullable<SteerResult["controlFacts"]>["shuffled"]) =>
  ({
    default: text,
    steered: text,
    controls: { zero: text, isotropic: [], shuffled: [text, text] },
    kl: { steered: 1, isotropic: [], shuffled: [0.1, 0.2] },
    ...(shuffled === undefined ? {} : { controlFacts: { shuffled, relativeNorm: {} } }),
  }) as unknown as SteerResult;

describe("table of an experiment's controls", () => {
  const kinds = [
    ["labels", "shuffled labels 2"],
    ["pairs", "random pair 2"],
    ["both", "shuffled labels or random pair 2"],
    [undefined, "random pair 2"],
  ] as const;
  for (const [kind, name] of kinds)
    it(`names the second null's draws as what they are: ${kind ?? "not said, as of before"}`, () => {
      const names = controlTable(resultOf(kind)).rows.map(([first]) => first);
      assert.deepEqual(names.slice(-1), [name]);
    });
});
