/** The key to a scale: a ramp with numbers at its ends and the unit. */
import { h, svg } from "./dom";
import type { Paint } from "./scales";

/** What a legend says. */
export interface LegendOptions {
  /** What is painted, with its unit: "probability of the top token". */
  readonly label: string;
  readonly low: string;
  readonly high: string;
  /** Paint along the ramp, `t` from −1 (diverging) or 0 (sequential) to 1. */
  readonly scale: (t: number) => Paint;
  readonly diverging?: boolean;
  /** Said where something is hatched. */
  readonly hatched?: string;
}

/** A legend in one line. */
export function legend(options: LegendOptions): HTMLElement {
  const steps = 24;
  const width = 84;
  const ramp = svg("svg", {
    class: "ramp",
    width,
    height: 10,
    viewBox: `0 0 ${width} 10`,
    "aria-hidden": "true",
  });
  for (let i = 0; i < steps; i++) {
    const t = options.diverging ? (2 * i) / (steps - 1) - 1 : i / (steps - 1);
    const x = (i * width) / steps;
    ramp.append(
      svg("rect", { x, y: 0, width: width / steps + 0.5, height: 10, fill: options.scale(t).ground }),
    );
  }
  const parts = [
    h("span", { class: "legend-label" }, options.label),
    h(
      "span",
      { class: "legend-ramp" },
      h("span", { class: "num" }, options.low),
      ramp,
      h("span", { class: "num" }, options.high),
    ),
  ];
  if (options.hatched) {
    parts.push(h("span", { class: "legend-hatch" }, h("span", { class: "swatch hatched" }), options.hatched));
  }
  return h("div", { class: "legend" }, ...parts);
}
