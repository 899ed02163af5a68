/** One signed effect among those of its controls: ticks on a line with its zero. Pure: data to SVG. */
import { svg } from "../shared/dom";
import { number } from "../shared/format";
import type { Theme } from "../shared/theme";

/** How the strip is drawn. */
export interface EffectStripOptions {
  readonly width: number;
  readonly theme: Theme;
  /** What the numbers are in. */
  readonly unit: string;
}

const HEIGHT = 46;
const PAD = 10;

/** The effect as a strong mark above the line, each control as a tick on it. */
export function effectStrip(
  effect: number,
  controls: readonly number[],
  { width, theme, unit }: EffectStripOptions,
): SVGSVGElement {
  const all = [0, effect, ...controls];
  const [least, most] = [Math.min(...all), Math.max(...all)];
  const room = most - least || 1;
  const x = (value: number): number => PAD + ((value - least) / room) * (width - 2 * PAD);
  const middle = 24;
  const root = svg("svg", {
    class: "effect-strip",
    width,
    height: HEIGHT,
    viewBox: `0 0 ${width} ${HEIGHT}`,
    role: "img",
    "aria-label": `${number(effect)} ${unit}; ${controls.length} controls from ${number(Math.min(...controls))} to ${number(Math.max(...controls))}`,
    "font-family": theme.fontFamily,
    "font-size": 10,
  });
  root.append(svg("line", { x1: PAD, x2: width - PAD, y1: middle, y2: middle, stroke: theme.muted }));
  root.append(
    svg("line", {
      x1: x(0),
      x2: x(0),
      y1: 6,
      y2: middle + 8,
      stroke: theme.muted,
      "stroke-dasharray": "2 2",
    }),
  );
  for (const control of controls) {
    const at = x(control);
    const line = { x1: at, x2: at, y1: middle - 6, y2: middle + 6, stroke: theme.dataLine };
    root.append(svg("line", { ...line, "stroke-width": 1.5, "stroke-opacity": 0.75 }));
  }
  const at = x(effect);
  root.append(svg("path", { d: `M${at},${middle - 2} l-5,-10 h10 Z`, fill: theme.mark }));
  const words = (value: number, anchor: string, text: string): SVGElement =>
    svg("text", { x: x(value), y: HEIGHT - 4, "text-anchor": anchor, fill: theme.muted }, text);
  root.append(words(least, "start", number(least)), words(most, "end", `${number(most)} ${unit}`));
  return root;
}
