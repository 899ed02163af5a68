import assert from "node:assert/strict";
import fs from "node:fs";
import { contrast, luminance, parseColour, toOklch, type Rgb } from "../../../webview/shared/colour";
import { buildScales, dataLine, markLine } from "../../../webview/shared/scales";
import { inRepo } from "../../support/paths";

interface ThemeFile {
  readonly variables: Readonly<Record<string, string>>;
}

/** The four themes that pages are tested in, and two with coloured grounds (Solarized Light, Monokai). */
const themes: readonly (readonly [name: string, background: Rgb, foreground: Rgb])[] = [
  ...["dark", "light", "hc-dark", "hc-light"].map((name): readonly [string, Rgb, Rgb] => {
    const { variables } = JSON.parse(
      fs.readFileSync(inRepo(`test/panels/themes/${name}.json`), "utf8"),
    ) as ThemeFile;
    const background = parseColour(variables["--vscode-editor-background"]!)!;
    return [name, background, parseColour(variables["--vscode-editor-foreground"]!, background)!];
  }),
  ["Solarized Light", parseColour("#fdf6e3")!, parseColour("#657b83")!],
  ["Monokai", parseColour("#272822")!, parseColour("#f8f8f2")!],
];

const steps = Array.from({ length: 33 }, (_, i) => i / 32);
const linear = (x: number): number => (x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
const gamma = (x: number): number => (x <= 0.0031308 ? 12.92 * x : 1.055 * x ** (1 / 2.4) - 0.055);

/** Full dichromacy, on linear light. Source: Machado, Oliveira and Fernandes, 2009, severity 1. */
const dichromacy = {
  protanopia: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deuteranopia: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
} as const;

function seen(rgb: Rgb, matrix: readonly number[]): Rgb {
  const light = rgb.map(linear);
  const row = (i: number): number =>
    gamma(
      Math.min(
        1,
        Math.max(0, matrix[i]! * light[0]! + matrix[i + 1]! * light[1]! + matrix[i + 2]! * light[2]!),
      ),
    );
  return [row(0), row(3), row(6)];
}

/** Distance in OKLab; about 0.02 is just seen. */
function distance(a: Rgb, b: Rgb): number {
  const [x, y] = [a, b]
    .map(toOklch)
    .map(({ l, c, h }) => [l, c * Math.cos((h * Math.PI) / 180), c * Math.sin((h * Math.PI) / 180)]);
  return Math.hypot(...x!.map((value, i) => value - y![i]!));
}

for (const [name, background, foreground] of themes) {
  const dark = luminance(background) < 0.18;
  const scales = buildScales({ background, foreground, dark });

  describe(`colour scales on ${name}`, () => {
    it("start at the background: zero is nothing", () => {
      assert.deepEqual(parseColour(scales.sequential(0).ground), parseColour(scales.diverging(0).ground));
      assert.ok(distance(parseColour(scales.sequential(0).ground)!, background) < 0.005);
    });

    it("carry text that reads on every step", () => {
      for (const t of steps) {
        for (const paint of [scales.sequential(t), scales.diverging(t), scales.diverging(-t)]) {
          const ratio = contrast(parseColour(paint.text)!, parseColour(paint.ground)!);
          assert.ok(ratio >= 4.5, `${paint.text} on ${paint.ground}: ${ratio}`);
        }
      }
    });

    it("go on growing: every step is further from the background", () => {
      for (const sign of [1, -1]) {
        const far = steps.map((t) => distance(parseColour(scales.diverging(sign * t).ground)!, background));
        // On black, the very first step is below what eight bits can show.
        assert.ok(far[1]! >= far[0]!);
        for (let i = 2; i < far.length; i++) assert.ok(far[i]! > far[i - 1]!, `${sign} ${i}`);
        assert.ok(far.at(-1)! > 0.3);
      }
    });

    it("keep their two sides apart for deuteranopia and protanopia", () => {
      for (const [kind, matrix] of Object.entries(dichromacy)) {
        for (const t of steps.filter((x) => x >= 0.25)) {
          const [a, b] = [scales.diverging(t), scales.diverging(-t)].map(({ ground }) =>
            seen(parseColour(ground)!, matrix),
          );
          assert.ok(distance(a!, b!) > 0.05, `${kind} at ${t}: ${distance(a!, b!)}`);
        }
      }
    });

    it("come with lines that are seen against the background", () => {
      for (const line of [dataLine(dark), markLine(dark)]) assert.ok(contrast(line, background) >= 3);
    });
  });
}
