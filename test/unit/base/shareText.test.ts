import assert from "node:assert/strict";
import { shareText } from "../../../src/base/shareText";

describe("a share in words", () => {
  const cases: readonly [share: number, text: string][] = [
    [0, "0%"],
    [1e-7, "<0.0001%"],
    [1e-6, "0.000100%"],
    [0.000312, "0.0312%"],
    [0.4321, "43.2%"],
    [0.99949, "99.9%"],
    [0.9995, ">99.9%"],
    [1 - Number.EPSILON, ">99.9%"],
    [1, "100%"],
  ];
  for (const [share, text] of cases) {
    it(`says ${text} of ${share}`, () => assert.equal(shareText(share), text));
  }
});
