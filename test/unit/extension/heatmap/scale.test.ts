import assert from "node:assert/strict";
import { contrast, parseColour, toOklch, type Rgb } from "../../../../webview/shared/colour";
import { colourId, colourLevels, colourSides } from "../../../../src/extension/contributions";
import { bucketsOf, scaleFor, stepOf, type Distribution } from "../../../../src/extension/heatmap/scale";
import { contributes } from "../../../../src/extension/manifest";
import { colourBlind } from "../../../support/colourBlind";

const model = { dVocab: 4096, nLayers: 4 };
const values: Distribution = { n: 9, largest: 2, quantile: (share) => 10 + 20 * share };

describe("the step of a scalar", () => {
  const cases: readonly [string, Parameters<typeof scaleFor>[0], readonly (readonly [number, number])[]][] = [
    [
      "surprisal, up to a guess by chance",
      { kind: "surprisal" },
      [
        [0, 0],
        [0.6, 0],
        [0.8, 1],
        [Math.log(4096), 6],
        [30, 6],
      ],
    ],
    [
      "rank, by equal factors",
      { kind: "rank" },
      [
        [1, 0],
        [2, 1],
        [4, 1],
        [64, 3],
        [4096, 6],
      ],
    ],
    [
      "depth, up to the last row",
      { kind: "depth" },
      [
        [0, 0],
        [2, 3],
        [4, 6],
      ],
    ],
    [
      "a neuron, with its sign",
      { kind: "neuron", layer: 0, neuron: 0 },
      [
        [2, 6],
        [-2, -6],
        [-1, -3],
        [0.1, 0],
      ],
    ],
    [
      "a norm, between its low and high values",
      { kind: "norm", hook: "hook_embed" },
      [
        [5, 0],
        [20, 3],
        [50, 6],
      ],
    ],
    [
      "attention, up to its largest weight",
      { kind: "attention", direction: "to", layer: 0, head: 0 },
      [
        [0, 0],
        [1, 3],
      ],
    ],
  ];
  for (const [name, measure, table] of cases) {
    it(`is that of ${name}`, () => {
      const scale = scaleFor(measure, model, values);
      for (const [value, step] of table) assert.equal(stepOf(scale, value), step, `${value}`);
    });
  }

  it("is none without a scale or a value", () => {
    const flat = { from: 3, to: 3, signed: false, log: false };
    for (const value of [3, 4, NaN, Infinity]) assert.equal(stepOf(flat, value), 0, `${value}`);
    assert.equal(stepOf(scaleFor({ kind: "surprisal" }, model, values), NaN), 0);
  });

  it("is given to tokens that count and cover something, signed ones to two sides", () => {
    const token = (start: number, value: number | null, counted = true, end = start + 1) => ({
      ...{ id: 1, top: [], start, end, value, counted },
    });
    const all = [token(0, 9, false), token(1, 9), token(2, null), token(3, 9, true, 3), token(4, 0)];
    const { heat, positive } = bucketsOf(all, scaleFor({ kind: "surprisal" }, model, values));
    assert.deepEqual(
      heat?.map((one) => one.map(({ start }) => start)),
      [[], [], [], [], [], [1]],
    );
    assert.equal(positive, undefined);
    const signed = scaleFor({ kind: "neuron", layer: 0, neuron: 0 }, model, values);
    const sides = bucketsOf([token(1, 2), token(2, -2)], signed);
    assert.deepEqual(
      [sides.positive?.[5]?.length, sides.negative?.[5]?.length, sides.heat],
      [1, 1, undefined],
    );
  });
});

describe("the colours of the steps", () => {
  interface Contributed {
    readonly id: string;
    readonly defaults: Readonly<Record<"light" | "dark" | "highContrast" | "highContrastLight", string>>;
  }
  const contributed = new Map(
    (contributes()["colors"] as Contributed[]).map((one) => [one.id, one.defaults]),
  );
  const colour = (text: string, under?: Rgb): Rgb => parseColour(text, under) as Rgb;
  // Background and text of VS Code's own themes, and the dimmer ones of their syntax colours.
  const themes = [
    {
      theme: "light",
      ground: colour("#ffffff"),
      text: "#3b3b3b",
      words: ["#008000", "#0000ff", "#a31515", "#795e26", "#267f99", "#af00db"],
    },
    {
      theme: "dark",
      ground: colour("#1f1f1f"),
      text: "#cccccc",
      words: ["#6a9955", "#569cd6", "#ce9178", "#dcdcaa", "#4ec9b0", "#c586c0"],
    },
  ] as const;
  const levels = Array.from({ length: colourLevels }, (_, i) => i + 1);
  const fill = (theme: "light" | "dark", ground: Rgb, level: number): Rgb =>
    colour(contributed.get(colourId("fill", "heat", level))![theme], ground);

  for (const { theme, ground, text, words } of themes) {
    it(`let text be read on every step (AA), and words of code (3 to 1), in the ${theme} theme`, () => {
      for (const level of levels) {
        const step = fill(theme, ground, level);
        const read = contrast(colour(text), step);
        assert.ok(read >= 4.5, `text on step ${level}: ${read.toFixed(2)}`);
        for (const word of words) {
          const seen = contrast(colour(word), step);
          assert.ok(seen >= 3, `${word} on step ${level}: ${seen.toFixed(2)}`);
        }
      }
    });

    for (const [name, see] of Object.entries(colourBlind)) {
      it(`differ step by step from the background on, seen with ${name}, in the ${theme} theme`, () => {
        const seen = [ground, ...levels.map((level) => fill(theme, ground, level))].map((one) =>
          toOklch(see(one)),
        );
        seen.slice(1).forEach((step, i) => {
          const before = seen[i]!;
          const apart = Math.hypot(
            step.l - before.l,
            ...[Math.cos, Math.sin].map((part) => {
              const at = ({ c, h }: typeof step): number => c * part((h * Math.PI) / 180);
              return at(step) - at(before);
            }),
          );
          assert.ok(apart > 0.02, `step ${i + 1} is ${apart.toFixed(4)} from the one before`);
        });
      });
    }
  }

  it("are borders in high contrast: no fills, and from the third step on a box that is seen (3 to 1)", () => {
    const grounds = { highContrast: colour("#000000"), highContrastLight: colour("#ffffff") };
    for (const side of colourSides) {
      for (const level of levels) {
        for (const theme of ["highContrast", "highContrastLight"] as const) {
          const defaults = (part: "fill" | "border"): string =>
            contributed.get(colourId(part, side, level))![theme];
          assert.equal(defaults("fill"), "#00000000");
          if (level < 3) assert.equal(defaults("border"), "#00000000");
          else
            assert.ok(contrast(colour(defaults("border")), grounds[theme]) >= 3, `${side} ${level} ${theme}`);
        }
      }
    }
  });
});
