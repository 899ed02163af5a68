import assert from "node:assert/strict";
import { firstSum, parseSum, sumName } from "../../../../src/extension/directions/combination";
import { bandOf } from "../../../../src/extension/directions/layerBand";

const names = ["power", "morality", "a - b", "a", "2 words"];

describe("a sum of directions", () => {
  it("reads names, signs and weights, the longest name first", () => {
    const cases: Record<string, readonly (readonly [string, number])[]> = {
      "+ power - morality": [
        ["power", 1],
        ["morality", -1],
      ],
      "power − 0.5 morality": [
        ["power", 1],
        ["morality", -0.5],
      ],
      "-2 * power": [["power", -2]],
      "a - b": [["a - b", 1]],
      "a - power": [
        ["a", 1],
        ["power", -1],
      ],
      "+ .25 a - b + 2 words": [
        ["a - b", 0.25],
        ["2 words", 1],
      ],
    };
    for (const [text, expected] of Object.entries(cases))
      assert.deepEqual(
        parseSum(text, names)?.map(({ name, weight }) => [name, weight]) ?? null,
        expected,
        text,
      );
  });

  it("is none where a name is unknown, a sign is missing or nothing is said", () => {
    for (const text of ["", "   ", "+ x", "power morality", "+ powerful", "power +", "+ - power"])
      assert.equal(parseSum(text, names), null, text);
  });

  it("is proposed as the first less the others, and names its file", () => {
    const sum = firstSum(["power", "morality"]);
    assert.deepEqual(parseSum(sum, names), [
      { name: "power", weight: 1 },
      { name: "morality", weight: -1 },
    ]);
    assert.equal(sumName(parseSum(sum, names)!), "power-minus-morality");
  });
});

describe("a band of layers", () => {
  it("is what the direction has of it", () => {
    assert.deepEqual(bandOf("2-4", [0, 2, 3, 5]), [2, 3]);
    assert.deepEqual(bandOf(" 2..2 ", [2]), [2]);
    for (const text of ["", "2", "4-2", "x-y", "6-9"])
      assert.equal(bandOf(text, [0, 2, 3, 5]), undefined, text);
  });
});
