import assert from "node:assert/strict";
import { Budget } from "../../../../src/rasp/ir/budget";
import { programInput } from "../../../../src/rasp/embedded/settings";
import { generationSteps } from "../../../../src/rasp/raspL/generate";
import { assertInt8 } from "../../../../src/rasp/raspL/int8";
import { lintRaspL, lintRules } from "../../../../src/rasp/raspL/lint";
import { raspL } from "../../../../src/rasp/raspL/raspL";
import { RaspError } from "../../../../src/rasp/source/raspError";
import { resultText } from "../../../support/raspRuns";

const results: [program: string, input: unknown, shown: string][] = [
  // Numpy's operators
  ["1 - (x == 2)", { x: [1, 2] }, "1 0"],
  ["(x > 1) & ~(x == 3)", { x: [1, 2, 3] }, "F T F"],
  ["(x > 1) + (x > 2)", { x: [1, 2, 3] }, "F T T"],
  ["y = x\ny += x > 1\ny", { x: [1, 2] }, "1 3"],
  ["-x + 3 * x // 2", { x: [1, 2] }, "0 1"],
  ["x / 2", { x: [1, 2] }, "0.5 1.0"],
  ["(x > 1) - (x > 2)", { x: [1, 2] }, "error: type"],
  ["x and x", { x: [1] }, "error: type"],
  ["if x > 1:\n    x", { x: [1] }, "error: type"],
  ["x[0]", { x: [1] }, "error: unsupported"],
  ["[v for v in x]", { x: [1] }, "error: unsupported"],
  // Core and library
  ["where(x > 1, 5, x)", { x: [1] }, "error: type"],
  ["aggr(select(x, x, equals), x, reduction='sum')", { x: [1] }, "error: arguments"],
  ["tok_map(x, lambda v: 'a')", { x: [1] }, "error: type"],
  ["kqv(x, x, x)", { x: [1] }, "error: arguments"],
  ["argmin(x)", { x: [1] }, "error: arguments"],
  ["y", { x: [1] }, "error: undefined-variable"],
  ["maximum(x)", { x: [1, 3, 2] }, "1 3 3"],
  ["firsts(x, x, default=-1)", [7, 8, 7], "0 1 0"],
  ["first_true(x)", { x: [0, 2, 1, 1] }, "-1 -1 2 2"],
  ['# example: {"x": [4, 5]}\nx + 1', { x: [1] }, "5 6"],
  [
    "n = num_prev(x, x); index_select(x, kqv(n, maximum(n), indices(x), equals, reduction='max'))",
    [5, 6, 6],
    "5 6 6",
  ],
];

function lint(program: string, input: unknown = { x: [100, 2] }): string[] {
  return lintRaspL(program, { input: programInput(input), budget: new Budget() }).map((one) => one.code);
}

const lints: [name: string, program: string, codes: string[]][] = [
  ["a step to the next index", "indices(x) + 1", []],
  ["two steps at once", "indices(x) + 2", ["index-arithmetic"]],
  ["a sum of indices", "indices(x) + indices(x)", ["index-arithmetic"]],
  ["two steps, one after the other", "i = indices(x) + 1\ni + 1", []],
  ["indices compared by a predicate", "seq_map(indices(x), lasts(x, x), leq)", []],
  [
    "a sum of indices in a function",
    "seq_map(indices(x), lasts(x, x), lambda a, b: a + b)",
    ["index-arithmetic"],
  ],
  ["parity of an index", "tok_map(indices(x), lambda i: i % 2)", ["index-arithmetic"]],
  ["a comparison in a function", "tok_map(indices(x), lambda i: i > 3)", []],
  ["a step in a function", "tok_map(indices(x), lambda i: i - 1)", []],
  ["arithmetic on what was looked up", "lasts(x, x) * 2", ["index-arithmetic"]],
  ["arithmetic on values", "x - 1", []],
  ["the library's own steps", "shift_right(x, 3)", []],
  ["the library's own null value", "induct(x, x, 1)", []],
  ["a division by what may be zero", "seq_map(x, x, lambda a, b: a // b)", ["partial-function"]],
  ["a division by a number", "tok_map(x, lambda a: a // 2)", []],
  ["a selector that looks ahead", "select(x, x, equals, causal=False)", ["non-causal"]],
  ["a value beyond 127", "x + 28", ["int8-range"]],
  ["a value of 127", "x + 27", []],
  [
    "a function with statements",
    "def f(i):\n    j = 1\n    return i * 3\ntok_map(indices(x), f)",
    ["index-arithmetic"],
  ],
];

describe("RASP-L", () => {
  for (const [program, input, shown] of results) {
    it(`${JSON.stringify(program)} gives ${shown}`, () =>
      assert.equal(resultText(raspL, program, input), shown));
  }

  for (const [name, program, codes] of lints) {
    it(`the lint says ${codes.length === 0 ? "nothing" : codes.join()} of ${name}`, () =>
      assert.deepEqual(lint(program), codes));
  }

  it("every remark of the lint says that it is a proposal", () => {
    for (const [, program] of lints) {
      const remarks = lintRaspL(program, { input: programInput({ x: [100, 2] }), budget: new Budget() });
      for (const { message, next, code } of remarks) {
        assert.match(message, /proposal/);
        assert.equal(next, lintRules[code as keyof typeof lintRules]);
      }
    }
    for (const text of Object.values(lintRules)) assert.match(text, /proposed|conjectured/);
  });

  it("evaluation with 8-bit integers is asked for", () => {
    const input = programInput({ x: [100] });
    const { result } = raspL.execute("x * 2", { input, budget: new Budget() });
    assert.ok(result?.kind === "sop");
    const { node } = result;
    assert.throws(
      () => assertInt8(node, { input, budget: new Budget() }),
      (error: unknown) => error instanceof RaspError && error.code === "limit" && error.range !== null,
    );
    assert.doesNotThrow(() => assertInt8(node, { input: programInput({ x: [63] }), budget: new Budget() }));
  });

  it("a run is shown step by step, with the output at every position", () => {
    const { result } = raspL.execute("x + 1", { input: programInput({ x: [1] }), budget: new Budget() });
    assert.ok(result?.kind === "sop");
    const plan = { prompt: [1, 2], stop: 4, maxNew: 9, budget: new Budget() };
    assert.deepEqual(
      [...generationSteps(result.node, plan)],
      [
        { sequence: [1, 2], output: [2, 3], next: 3 },
        { sequence: [1, 2, 3], output: [2, 3, 4], next: 4 },
      ],
    );
  });

  it("arrays of the input are no unknown names, other names are", () => {
    assert.deepEqual(raspL.check("seq_map(x, y, equals)"), []);
    assert.deepEqual(
      raspL.check("shift_rigt(x, 1)").map(({ code, next }) => [code, next]),
      [["undefined-variable", "Was shift_right meant?"]],
    );
    const text = '# example: {"seq": [1]}\nseq + x';
    assert.deepEqual(
      raspL.check(text).map(({ range }) => text.slice(range.start, range.end)),
      ["x"],
    );
  });
});
