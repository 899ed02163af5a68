/** Colours as they are seen without one kind of cones. Source: Machado, Oliveira and Fernandes, 2009, severity 1. */
import type { Rgb } from "../../webview/shared/colour";

const toLinear = (x: number): number => (x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
const fromLinear = (x: number): number => (x <= 0.0031308 ? 12.92 * x : 1.055 * x ** (1 / 2.4) - 0.055);

type Row = readonly [number, number, number];

function seenBy(rows: readonly [Row, Row, Row]): (colour: Rgb) => Rgb {
  return (colour) => {
    const linear = colour.map(toLinear);
    const [r, g, b] = rows.map((row) => {
      const sum = row.reduce((total, factor, i) => total + factor * (linear[i] ?? 0), 0);
      return fromLinear(Math.min(1, Math.max(0, sum)));
    });
    return [r ?? 0, g ?? 0, b ?? 0];
  };
}

/** How a colour looks, by who sees it. */
export const colourBlind: Readonly<Record<string, (colour: Rgb) => Rgb>> = {
  "all cones": (colour) => colour,
  protanopia: seenBy([
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ]),
  deuteranopia: seenBy([
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ]),
  tritanopia: seenBy([
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ]),
};
