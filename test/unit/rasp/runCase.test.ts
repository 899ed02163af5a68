import assert from "node:assert/strict";
import { original } from "../../../src/rasp/original/dialect";
import { runProgram } from "../../../src/rasp/runCase";

const input = { kind: "tokens", tokens: ["a", "b"] } as const;

const table: readonly (readonly [program: string, expected: unknown])[] = [
  ["indices / 2;", { seq: [0, 0.5], type: "float", print: "[0.0, 0.5] (floats)" }],
  [
    "full_s;",
    {
      selector: [
        [1, 1],
        [1, 1],
      ],
    },
  ],
  ['full_s("a");', { selector: [[1]] }],
  ['[1, ["a", True], 2.0];', { list: [1, ["a", true], 2] }],
  ["[indices];", { list: [{ seq: [0, 1], type: "int", print: "[0, 1] (ints)" }] }],
  [
    '{"a": [1], 2: True};',
    {
      dict: [
        ["a", [1]],
        [2, true],
      ],
    },
  ],
  ["2^70;", { value: "1180591620717411303424" }],
  ["max;", { function: { name: "max", parameters: ["a", "b"] } }],
  ["for i in [1] { a = i; }", {}],
  ["nothing;", { error: "undefined-variable" }],
  ["a = 1 / 0; a;", { error: "arithmetic" }],
  ["nothing; 1;", { value: 1 }],
  ["set example 1", { error: "type" }],
];

describe("results as JSON", () => {
  for (const [program, expected] of table) {
    it(`${program} gives ${JSON.stringify(expected)}`, () => {
      assert.deepEqual(runProgram(original, program, { input }), expected);
    });
  }

  it("counts layers and heads of a value, and none of an atom", () => {
    const analysed = (program: string): unknown =>
      runProgram(original, program, { input, analysis: true }).analysis;
    assert.deepEqual(analysed("sort(tokens, tokens);"), { layers: 2, max_heads: 2, heads_per_layer: [2, 1] });
    assert.deepEqual(analysed("1;"), { layers: 0, max_heads: 0, heads_per_layer: [] });
    assert.deepEqual(analysed("[length, length];"), { layers: 1, max_heads: 1, heads_per_layer: [1] });
  });
});
