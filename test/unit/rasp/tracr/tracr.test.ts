import assert from "node:assert/strict";
import { Budget } from "../../../../src/rasp/ir/budget";
import { Evaluator } from "../../../../src/rasp/ir/evaluate";
import type { Atom } from "../../../../src/rasp/values/atom";
import { atomText } from "../../../../src/rasp/values/show";
import { valueSets } from "../../../../src/rasp/tracr/bases";
import { runTracr, tracr } from "../../../../src/rasp/tracr/tracr";
import { validateTracr } from "../../../../src/rasp/tracr/validate";
import { resultText } from "../../../support/raspRuns";

const results: [program: string, input: unknown, shown: string][] = [
  ["1 - indices", "abc", "1 0 -1"],
  ["tokens + '!'", "ab", "a! b!"],
  ["(indices > 0) & tokens", "ab", "F b"],
  ["~(indices == 0)", "ab", "F T"],
  ["indices | 9", "ab", "9 1"],
  ["Map(lambda x: x + 1, Map(lambda x: x * 2, indices))", "abc", "1 3 5"],
  ["s = Aggregate(Select(indices, indices, GT), tokens)\nMap(lambda x: x + '!', s)", "ab", "b! None"],
  ["Aggregate(Select(tokens, tokens, TRUE), tokens == 'a')", "ab", "0.5 0.5"],
  ["Aggregate(Select(tokens, tokens, TRUE), tokens)", "ab", "error: type"],
  ["length", "abc", "3 3 3"],
  ["Full(3) * indices", "ab", "0 3"],
  ["ConstantSOp([5, 6])", "ab", "5 6"],
  ["ConstantSelector([[0, 1], [1, 0]])", "ab", "01 10"],
  ["Select(indices, indices, LT) | Select(indices, indices, EQ)", "ab", "10 11"],
  ["~Select(indices, indices, Comparison.LT)", "ab", "11 01"],
  ["Select(tokens, Full('a'), EQ) & Select(tokens, indices, lambda k, q: q == 1)", "ab", "00 10"],
  ["SelectorAnd(Select(tokens, tokens, EQ), Select(indices, indices, LEQ))", "aa", "10 11"],
  ["LinearSequenceMap(indices, indices, 2, -1)", "abc", "0 1 2"],
  ["from tracr.rasp import rasp\nrasp.Map(lambda x: x, rasp.tokens)('ab')", "x", "a b"],
  ["a = tokens\na == indices", "ab", "error: type"],
  ["-indices", "ab", "error: type"],
  ["indices % 2", "ab", "error: type"],
  ["Select(tokens, 'a', EQ)", "ab", "error: type"],
];

interface Compiled {
  readonly vocab: readonly Atom[];
  readonly maxSeqLen: number;
}

function validated(program: string, settings: Compiled, tokens?: readonly Atom[]): string[] {
  const budget = new Budget();
  const { execution, run } = runTracr(program, { input: { kind: "tokens", tokens: [] }, budget });
  assert.ok(execution.result?.kind === "sop", JSON.stringify(execution.errors));
  const root = execution.result.node;
  return validateTracr({ root, run, settings, budget, ...(tokens === undefined ? {} : { tokens }) }).map(
    ({ code, range }) => `${code}: ${program.slice(range.start, range.end)}`,
  );
}

const abc: Compiled = { vocab: ["a", "b", "c"], maxSeqLen: 3 };

const refused: [name: string, program: string, found: string[]][] = [
  ["a program that can be compiled", "SelectorWidth(Select(tokens, tokens, EQ))", []],
  ["tokens declared numerical", "numerical(tokens)", ["unsupported: "]],
  [
    "a selector that does not become one",
    "SelectorWidth(Select(tokens, tokens, EQ) & Select(indices, indices, LT))",
    ["unsupported: Select(tokens, tokens, EQ) & Select(indices, indices, LT)"],
  ],
  [
    "two selects over the same keys and queries",
    "SelectorWidth(Select(tokens, tokens, EQ) & Select(tokens, tokens, LT))",
    [],
  ],
  [
    "a numerical aggregate with another default",
    "numerical(Aggregate(Select(tokens, tokens, EQ), numerical(tokens == 'a'), default=2))",
    ["unsupported: Aggregate(Select(tokens, tokens, EQ), numerical(tokens == 'a'), default=2)"],
  ],
  [
    "all that is wrong at once",
    "x = Aggregate(Select(tokens, numerical(tokens == 'a'), EQ), tokens, default='z')\nx",
    [
      "unsupported: Select(tokens, numerical(tokens == 'a'), EQ)",
      "unsupported: Aggregate(Select(tokens, numerical(tokens == 'a'), EQ), tokens, default='z')",
    ],
  ],
];

describe("Tracr", () => {
  for (const [program, input, shown] of results) {
    it(`${JSON.stringify(program)} gives ${shown}`, () =>
      assert.equal(resultText(tracr, program, input), shown));
  }

  for (const [name, program, found] of refused) {
    it(`validation of ${name}`, () => assert.deepEqual(validated(program, abc), found));
  }

  it("validation of the interpreter's length names it", () => {
    assert.deepEqual(
      validated("SequenceMap(lambda a, b: a, length, tokens)", abc).map((one) => one.split(":")[0]),
      ["unsupported"],
    );
  });

  it("tokens, length and reserved names are checked against the settings", () => {
    assert.deepEqual(validated("tokens", abc, ["a", "z"]), ["vocabulary: "]);
    assert.deepEqual(validated("tokens", abc, ["a", "a", "b", "c"]), ["sequence-length: "]);
    assert.deepEqual(validated("tokens", { vocab: ["a", "compiler_bos"], maxSeqLen: 3 }), [
      "reserved-token: ",
    ]);
    assert.deepEqual(validated("tokens", { vocab: ["a", "compiler_pad"], maxSeqLen: 3 }), [
      "reserved-token: ",
    ]);
    assert.deepEqual(validated("tokens", abc, ["a", "b"]), []);
  });

  it("averaged categories are a warning on the input where they occur", () => {
    const program = "Aggregate(Select(indices, indices, LEQ), Map(lambda t: 1 if t == 'a' else 3, tokens))";
    assert.deepEqual(validated(program, abc, ["a", "a"]), []);
    assert.deepEqual(validated(program, abc, ["a", "b"]), [`averaged-categories: ${program}`]);
  });

  it("value sets are the images of the vocabulary and of the positions", () => {
    const program = "(Map(lambda t: 2 if t == 'a' else 0, tokens)) / indices";
    const budget = new Budget();
    const { execution, run } = runTracr(program, { input: { kind: "tokens", tokens: [] }, budget });
    assert.ok(execution.result?.kind === "sop");
    const values = valueSets(execution.result.node, run, abc, budget).get(execution.result.node.id);
    assert.deepEqual(values?.map(atomText).sort(), ["0.0", "1.0", "2.0"]);
  });

  it("an encoding is the s-op's own, for all who use it", () => {
    const { execution, run } = runTracr("x = tokens == 'a'\ny = numerical(x)\nx", {
      input: { kind: "tokens", tokens: [] },
      budget: new Budget(),
    });
    assert.ok(execution.result?.kind === "sop");
    assert.equal(run.encodingOf(execution.result.node), "numerical");
  });

  it("a causal evaluation masks complements and combinations too", () => {
    const budget = new Budget();
    const { execution } = runTracr("SelectorWidth(SelectorNot(Select(tokens, tokens, EQ)))", {
      input: { kind: "tokens", tokens: [] },
      budget,
    });
    assert.ok(execution.result?.kind === "sop");
    const { node } = execution.result;
    assert.deepEqual(new Evaluator({ tokens: ["a", "b", "c"], causal: true }).sop(node), [0, 1, 2]);
    assert.deepEqual(new Evaluator({ tokens: ["a", "b", "c"] }).sop(node), [2, 2, 2]);
  });

  it("check explains the comparison of two s-ops", () => {
    assert.deepEqual(
      tracr.check("tokens == indices").map(({ code, severity }) => [code, severity]),
      [["comparison-of-s-ops", "error"]],
    );
  });
});
