import assert from "node:assert/strict";
import type { SteeringMeasure } from "../../../src/protocol/steeringMeasure";
import { measureName, scaled } from "../../../webview/panels/sweep/scaled";

describe("measures of a sweep as the page names them", () => {
  const on = { file: "off.txt" } as const;
  const names: [SteeringMeasure, string][] = [
    [{ of: "perplexityRatio", on }, "perplexity ratio on off.txt"],
    [{ of: "perplexityRatio", on, pad: true }, "perplexity ratio on off.txt behind spaces"],
    [{ of: "disruption", words: [" a", " b"] }, "disruption beside “ a”, “ b”, nats"],
    [{ of: "effectiveness", words: [" a"] }, "effectiveness for “ a”, nats"],
  ];
  for (const [measure, name] of names)
    it(`are told apart: ${name}`, () => assert.equal(measureName(measure), name));

  it("are on a plain scale from zero where they are in nats", () => {
    const { log, says, zero } = scaled({ of: "disruption", words: [" a"] }, [[0.5, null]], 0);
    assert.deepEqual([log, says(0.5), zero], [false, "0.500", 0]);
  });
});
