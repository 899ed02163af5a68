import assert from "node:assert/strict";
import { libraryProgram } from "../../../../src/rasp/original/library";
import { libraryNames } from "../../../../src/rasp/original/words";
import { original } from "../../../../src/rasp/original/dialect";
import { seededRandom } from "../../../../src/base/random";
import { runProgram } from "../../../../src/rasp/runCase";

function run(program: string, tokens: readonly string[]): unknown {
  const { seq, selector } = runProgram(original, program, { input: { kind: "tokens", tokens } });
  return seq ?? selector;
}

/** What each function is, said in JavaScript. */
const meanings: readonly (readonly [program: string, meaning: (tokens: readonly string[]) => unknown])[] = [
  ["length;", (t) => t.map(() => t.length)],
  ["selector_width(select(tokens, tokens, ==));", (t) => t.map((a) => t.filter((b) => a === b).length)],
  ["selector_width(select(indices, indices, <));", (t) => t.map((_, i) => i)],
  [
    'has_focus(select(tokens, "b", ==) and select(indices, indices, <));',
    (t) => t.map((_, i) => t.slice(0, i).includes("b")),
  ],
  ['count(tokens, "a");', (t) => t.map(() => t.filter((a) => a === "a").length)],
  ['contains(tokens, "c");', (t) => t.map(() => t.includes("c"))],
  ["min(indices, 2);", (t) => t.map((_, i) => Math.min(i, 2))],
  ['shift(tokens, 2, "_");', (t) => t.map((_, i) => t[i - 2] ?? "_")],
  ['shift(tokens, -1, "_");', (t) => t.map((_, i) => t[i + 1] ?? "_")],
  ['mark_first_instance(tokens, "a");', (t) => t.map((_, i) => t.indexOf("a") === i)],
  ['mark_last_instance(tokens, "a");', (t) => t.map((_, i) => t.lastIndexOf("a") === i)],
  ["sort(tokens, tokens);", (t) => [...t].sort()],
  [
    "sort(indices, tokens);",
    (t) => t.map((_, i) => i).sort((i, j) => (t[i] < t[j] ? -1 : t[i] > t[j] ? 1 : i - j)),
  ],
  [
    "select_next_identical(tokens);",
    (t) => t.map((a, i) => t.map((_, j) => Number(t.indexOf(a, i + 1) === j))),
  ],
];

describe("library of original RASP", () => {
  it("has no errors and defines every name that it reserves", () => {
    const { problems, statements } = libraryProgram();
    assert.deepEqual(problems, []);
    const defined = statements.flatMap((statement) => {
      if (statement.kind === "def") return [statement.name.name];
      return statement.kind === "assign" ? statement.targets.map(({ name }) => name) : [];
    });
    assert.deepEqual(defined.filter((name) => name !== "tokens").sort(), [...libraryNames].sort());
  });

  for (const [program, meaning] of meanings) {
    it(`${program} is what its name says, on 30 random inputs`, () => {
      const random = seededRandom(program.length);
      for (let run_ = 0; run_ < 30; run_++) {
        const length = 1 + Math.floor(random() * 12);
        const tokens = Array.from({ length }, () => "abc"[Math.floor(random() * 3)]);
        assert.deepEqual(run(program, tokens), meaning(tokens), tokens.join(""));
      }
    });
  }

  const costs: readonly (readonly [program: string, headsPerLayer: readonly number[]])[] = [
    ["length;", [1]],
    ["selector_width(select(tokens, tokens, ==));", [2]],
    ["has_focus(full_s);", [1]],
    ['count(tokens, "a");', [1]],
    ["average(indices);", [1]],
    ["sort(tokens, tokens);", [2, 1]],
    ['mark_first_instance(tokens, "a");', [1]],
    ["tokens[0];", [1]],
    ["tokens[-1];", [1, 1]],
    ['"a" in tokens;', [1]],
  ];
  for (const [program, expected] of costs) {
    it(`${program} costs ${expected.join(" and ")} heads`, () => {
      const input = { kind: "tokens", tokens: ["a", "a", "b"] } as const;
      const { analysis } = runProgram(original, program, { input, analysis: true });
      assert.deepEqual(analysis?.heads_per_layer, expected);
    });
  }
});
