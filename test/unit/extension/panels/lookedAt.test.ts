import assert from "node:assert/strict";
import { lookedAt } from "../../../../src/extension/panels/lookedAt";

describe("the text that the Lens reads", () => {
  for (const [name, cursor, context, seen] of [
    ["ends at the cursor", [9, 9, 9, 5], "document", [0, 9]],
    ["ends at the cursor of a selection made backwards", [3, 9, 3, 0], "document", [0, 3]],
    ["ends with a selection made backwards up to the beginning", [0, 9, 0, 0], "document", [0, 9]],
    ["is empty at the beginning where nothing is selected", [0, 0, 0, 0], "document", [0, 0]],
    ["is the selection where it is read alone, made backwards too", [3, 9, 3, 0], "selection", [3, 9]],
    ["is the line up to the cursor without a selection", [9, 9, 9, 5], "prefix", [5, 9]],
  ] as const) {
    it(name, () => {
      const [start, end, active, lineStart] = cursor;
      const [from, to] = seen;
      assert.deepEqual(lookedAt({ start, end, active, lineStart }, context), { start: from, end: to });
    });
  }
});
