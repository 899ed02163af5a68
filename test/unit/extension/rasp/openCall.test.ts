import assert from "node:assert/strict";
import { openCall } from "../../../../src/extension/rasp/openCall";

const cases: [string, string, ReturnType<typeof openCall>][] = [
  ["a call just opened", "select(", { name: "select", argument: 0 }],
  ["its third argument", "select(a, b, ", { name: "select", argument: 2 }],
  ["the innermost of two", "aggregate(select(a, ", { name: "select", argument: 1 }],
  ["the outer one behind the inner", "aggregate(select(a, b, ==), ", { name: "aggregate", argument: 1 }],
  ["no call in brackets", "shift([1, ", undefined],
  ["none outside", "select(a, b, ==);", undefined],
  ["none in plain parentheses", "x = (1, ", undefined],
];

describe("the call that is being written", () => {
  for (const [what, text, expected] of cases) {
    it(`is found: ${what}`, () => assert.deepEqual(openCall(text), expected));
  }
});
