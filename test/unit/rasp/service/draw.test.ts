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

  it("keeps its steps and heads while it writes", () => {
    const kinds = ({ steps }: ReturnType<typeof draw>) => steps.map(({ expression }) => expression);
    assert.deepEqual(kinds(drawn(3)), kinds(drawn()));
  });
});
