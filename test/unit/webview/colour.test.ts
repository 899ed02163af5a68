import assert from "node:assert/strict";
import {
  between,
  contrast,
  cssColour,
  fromOklch,
  parseColour,
  readableOn,
  toOklch,
  type Rgb,
} from "../../../webview/shared/colour";

const near = (a: readonly number[], b: readonly number[], tolerance: number): void => {
  for (const [i, x] of a.entries())
    assert.ok(Math.abs(x - b[i]!) <= tolerance, `${a.join(" ")} is not ${b.join(" ")}`);
};

describe("colours in pages", () => {
  it("are read in every form a theme may use", () => {
    const table: readonly (readonly [string, Rgb | null])[] = [
      ["#fff", [1, 1, 1]],
      ["#ff0000", [1, 0, 0]],
      ["#ff000080", [128 / 255, 0, 0]],
      ["rgb(0, 128, 255)", [0, 128 / 255, 1]],
      ["rgba(255, 255, 255, 0.5)", [0.5, 0.5, 0.5]],
      ["color(srgb 0.25 0.5 1)", [0.25, 0.5, 1]],
      ["", null],
      ["red", null],
      ["#12", null],
      ["rgb(1, 2)", null],
    ];
    for (const [text, wanted] of table) {
      const got = parseColour(text);
      if (wanted === null) assert.equal(got, null, text);
      else near(got!, wanted, 1e-9);
    }
  });

  it("agree with published OKLab values", () => {
    // Björn Ottosson's own table: white, red, green, blue in OKLCH (l, c).
    const table: readonly (readonly [Rgb, number, number])[] = [
      [[1, 1, 1], 1, 0],
      [[1, 0, 0], 0.628, 0.2577],
      [[0, 1, 0], 0.8664, 0.2948],
      [[0, 0, 1], 0.452, 0.3132],
    ];
    for (const [rgb, l, c] of table) near([toOklch(rgb).l, toOklch(rgb).c], [l, c], 5e-4);
  });

  it("come back from OKLCH, and keep lightness and hue where the screen has no such chroma", () => {
    for (let i = 0; i < 200; i++) {
      const rgb: Rgb = [(i % 7) / 6, (i % 11) / 10, (i % 13) / 12];
      near(fromOklch(toOklch(rgb)), rgb, 1e-3);
    }
    const clipped = toOklch(fromOklch({ l: 0.6, c: 0.4, h: 150 }));
    assert.ok(Math.abs(clipped.l - 0.6) < 0.005 && Math.abs(clipped.h - 150) < 1.5 && clipped.c < 0.3);
  });

  it("give text that reads on every step of every scale", () => {
    const grounds: readonly Rgb[] = [
      [1, 1, 1],
      [0, 0, 0],
      [0.12, 0.12, 0.12],
      [0.93, 0.91, 0.84],
      [0.16, 0.17, 0.21],
    ];
    for (const ground of grounds) {
      for (const h of [62, 250]) {
        for (const l of [0.55, 0.76]) {
          for (let t = 0; t <= 1; t += 1 / 64) {
            const step = between(ground, { l, c: 0.15, h }, t);
            assert.ok(contrast(readableOn(step, [ground]), step) >= 4.5, `${cssColour(step)} at ${t}`);
          }
        }
      }
    }
  });

  it("run evenly: each step of a scale changes lightness alike", () => {
    const steps = Array.from(
      { length: 17 },
      (_, i) => toOklch(between([1, 1, 1], { l: 0.55, c: 0.15, h: 250 }, i / 16)).l,
    );
    const changes = steps.slice(1).map((l, i) => steps[i]! - l);
    for (const change of changes) assert.ok(Math.abs(change - 0.45 / 16) < 0.003, changes.join(" "));
  });

  it("have the contrast that WCAG gives", () => {
    assert.equal(contrast([0, 0, 0], [1, 1, 1]), 21);
    assert.ok(Math.abs(contrast([0x77 / 255, 0x77 / 255, 0x77 / 255], [1, 1, 1]) - 4.48) < 0.01);
  });
});
