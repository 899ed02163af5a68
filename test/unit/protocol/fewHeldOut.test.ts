import assert from "node:assert/strict";
import { fewHeldOut } from "../../../src/protocol/lensFile";

describe("held-out figures", () => {
  const cases: [string, number, RegExp | null][] = [
    ["of one window carry a warning", 511, /stand on one window/],
    ["of a few windows too", 3 * 511, /stand on 3 windows/],
    ["of many have none", 8 * 511, null],
  ];
  for (const [what, positions, warning] of cases)
    it(what, () => {
      const said = fewHeldOut({ heldOut: { positions, layers: [] }, window: 512 });
      if (warning === null) assert.equal(said, null);
      else assert.match(said ?? "", warning);
    });
});
