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
