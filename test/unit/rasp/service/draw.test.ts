import assert from "node:assert/strict";
import { draw } from "../../../../src/rasp/service/draw";

describe("a drawn program of original RASP", () => {
  it("names steps as the program's functions do, but not as the library's do inside", () => {
    const text =
      "def f(x) { twice = x * 2; wide = selector_width(select(twice, x, ==)); return wide + 1; }\nf(indices);";
    const { steps } = draw({ dialect: "rasp", text, folder: null, example: null, at: null }, () => null);
    const names = steps.flatMap(({ name }) => (name === null ? [] : [name]));
    assert.deepEqual(names.filter((name) => name !== "indices").sort(), ["twice", "wide"]);
  });
});

describe("what a drawn step is called", () => {
  for (const expression of [
    '"F" if indices > 2 else "T"',
    '"F" if indices > 2 else ("T" if tokens == "a" else "P")',
    '("a" if indices > 2 else "b") + tokens',
    "select(tokens, tokens, ==) and (select(indices, indices, <) or select(indices, 1, ==))",
  ]) {
    it(`is ${expression}, as it is written`, () => {
      const { steps, result } = draw(
        { dialect: "rasp", text: `${expression};`, folder: null, example: null, at: null },
        () => null,
      );
      assert.equal(steps[result]?.expression, expression);
    });
  }
});

describe("a drawn program on a long input", () => {
  it("does not take a query whose key is not drawn for one that selects nothing", () => {
    const text = "aggregate(select(indices, length - indices - 1, ==), indices);";
    const example = JSON.stringify("ab".repeat(35));
    const { steps, result } = draw({ dialect: "rasp", text, folder: null, example, at: null }, () => null);
    const { matrix, beyond } = steps[result] ?? assert.fail("it is drawn");
    assert.deepEqual([matrix?.[0]?.includes("1"), beyond?.[0]], [false, 1]);
    assert.deepEqual([matrix?.[6]?.indexOf("1"), beyond?.[6]], [63, 0]);
  });
});

describe("a drawn program of RASP-L", () => {
  const text = '# example: {"x": [1, 2]}\nx + 1';
  const drawn = (written?: number) =>
    draw(
      { dialect: "rasp-l", text, folder: null, example: null, at: null, ...(written ? { written } : {}) },
      () => null,
    );

  it("is drawn on its example, and on all tokens so far once some were written", () => {
    assert.deepEqual(drawn().tokens, ["1", "2"]);
    const { tokens, input, steps } = drawn(2);
    assert.deepEqual(tokens, ["1", "2", "3", "4"]);
    assert.equal(input, '{"x": [1, 2, 3, 4]}');
    assert.deepEqual(steps.at(-1)?.result?.cells, ["2", "3", "4", "5"]);
  });

  it("shows its newest positions once it is long, and how many keys lie before them", () => {
    const many = Array.from({ length: 60 }, (_, i) => i);
    const long = `# example: {"x": ${JSON.stringify(many)}}\nsel_width(select(x, x, leq)) + 0 * x`;
    const draws = (written: number) =>
      draw({ dialect: "rasp-l", text: long, folder: null, example: null, at: null, written }, () => null);
    const { first, positions, leftOut, tokens, steps } = draws(10);
    assert.deepEqual([first, positions, leftOut], [6, 64, 6]);
    assert.deepEqual([tokens[0], tokens.length], ["6", 64]);
    const { matrix, beyond, result } = steps.find((step) => step.matrix !== null) ?? assert.fail("attends");
    // Query 6 sees keys 0 to 6, of which one is drawn.
    assert.deepEqual([matrix?.[0]?.indexOf("1"), beyond?.[0], result?.cells[0]], [0, 6, "7"]);
    assert.equal(draws(0).steps.find((step) => step.matrix !== null)?.beyond, null);
  });

  it("continues an example that is a list, as it runs on it", () => {
    const program = {
      dialect: "rasp-l",
      text: "# example: [1, 2]\nx + 1",
      folder: null,
      example: null,
    } as const;
    const { tokens } = draw({ ...program, at: null, written: 1 }, () => null);
    assert.deepEqual(tokens, ["1", "2", "3"]);
  });

  it("keeps its steps and heads while it writes", () => {
    const kinds = ({ steps }: ReturnType<typeof draw>) => steps.map(({ expression }) => expression);
    assert.deepEqual(kinds(drawn(3)), kinds(drawn()));
  });
});
