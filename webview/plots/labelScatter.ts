/** Texts as points of their label's mark and colour. Pure: data to SVG. */
import { svg } from "../shared/dom";
import { contrast, cssColour, fromOklch, parseColour, toOklch, type Rgb } from "../shared/colour";
import type { Theme } from "../shared/theme";

/** What is drawn around the points. */
export interface LabelScatterOptions {
  readonly width: number;
  readonly height: number;
  readonly theme: Theme;
  /** Which label each point has. */
  readonly labels: readonly number[];
  /** What each point is called. */
  readonly names: readonly string[];
  /** The point that is looked at; null for none. */
  readonly chosen: number | null;
  readonly label: string;
}

const PAD = 12;
const RADIUS = 4.5;

/** Colours that people who see fewer of them tell apart. Source: Okabe and Ito, "Color universal design", 2008. */
const hues: readonly Rgb[] = [
  "#0072b2",
  "#d55e00",
  "#009e73",
  "#cc79a7",
  "#e69f00",
  "#56b4e9",
  "#8a6d00",
].map((text) => parseColour(text) ?? [0, 0, 0]);

/** Paths around 0 of about the same area. */
const marks = [
  "M 4.5 0 A 4.5 4.5 0 1 1 -4.5 0 A 4.5 4.5 0 1 1 4.5 0 Z",
  "M -4 -4 H 4 V 4 H -4 Z",
  "M 0 -5.4 L 5 3.8 H -5 Z",
  "M 0 -5.8 L 5.8 0 L 0 5.8 L -5.8 0 Z",
  "M -1.7 -5.2 H 1.7 V -1.7 H 5.2 V 1.7 H 1.7 V 5.2 H -1.7 V 1.7 H -5.2 V -1.7 H -1.7 Z",
  "M 0 5.4 L 5 -3.8 H -5 Z",
  "M -5.2 -2.8 L -2.8 -5.2 L 0 -2.4 L 2.8 -5.2 L 5.2 -2.8 L 2.4 0 L 5.2 2.8 L 2.8 5.2 L 0 2.4 L -2.8 5.2 L -5.2 2.8 L -2.4 0 Z",
  "M -5.8 -2.4 H 5.8 V 2.4 H -5.8 Z",
];

/** The look of a label: no two have the same mark before the marks are used up, then they are drawn hollow. */
export function labelLook(
  label: number,
  { background }: Pick<Theme, "background">,
): {
  readonly path: string;
  readonly colour: string;
  readonly hollow: boolean;
} {
  const ground = parseColour(background) ?? [1, 1, 1];
  return {
    path: marks[label % marks.length] ?? "",
    colour: cssColour(seenOn(ground, hues[label % hues.length] ?? [0, 0, 0])),
    hollow: Math.floor(label / marks.length) % 2 === 1,
  };
}

/** The same hue, as light or dark as it must be to have a contrast of 3 with its ground. */
function seenOn(ground: Rgb, colour: Rgb): Rgb {
  const { l, c, h } = toOklch(colour);
  const step = toOklch(ground).l > 0.5 ? -0.02 : 0.02;
  let found = colour;
  for (let i = 1; contrast(found, ground) < 3 && i < 50; i++) found = fromOklch({ l: l + step * i, c, h });
  return found;
}

/** A label's mark as a small picture. */
export function labelMark(label: number, theme: Theme): SVGSVGElement {
  const size = 14;
  const root = svg("svg", {
    class: "map-mark",
    width: size,
    height: size,
    viewBox: `${-size / 2} ${-size / 2} ${size} ${size}`,
    "aria-hidden": "true",
  });
  root.append(markOf(label, theme));
  return root;
}

function markOf(label: number, theme: Theme): SVGPathElement {
  const { path, colour, hollow } = labelLook(label, theme);
  return svg("path", {
    d: path,
    fill: hollow ? "none" : colour,
    stroke: hollow ? colour : theme.background,
    "stroke-width": hollow ? 1.75 : 0.75,
  });
}

/** Points over their ranges; both axes have one scale, so that distances are those of the data. */
export function labelScatter(
  points: readonly (readonly [number, number])[],
  options: LabelScatterOptions,
): SVGSVGElement {
  const { width, height, theme, labels, names, chosen, label } = options;
  const root = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "group" });
  root.setAttribute("aria-label", label);
  root.append(
    svg("rect", { x: 0.5, y: 0.5, width: width - 1, height: height - 1, fill: "none", stroke: theme.line }),
  );
  const place = placing(points, width, height);
  points.forEach((point, i) => {
    const [x, y] = place(point);
    const one = svg("g", {
      class: i === chosen ? "map-point is-chosen" : "map-point",
      role: "img",
      "data-text": i,
      transform: `translate(${x.toFixed(1)} ${y.toFixed(1)})`,
    });
    one.setAttribute("aria-label", names[i] ?? "");
    const ring = {
      class: "map-ring",
      r: RADIUS + 4,
      fill: "none",
      stroke: theme.foreground,
      "stroke-width": 1.5,
    };
    // A place to point at that is larger than the mark.
    one.append(
      svg("circle", { r: RADIUS + 4, fill: "transparent" }),
      markOf(labels[i] ?? 0, theme),
      svg("circle", ring),
    );
    root.append(one);
  });
  return root;
}

function placing(
  points: readonly (readonly [number, number])[],
  width: number,
  height: number,
): (point: readonly [number, number]) => readonly [number, number] {
  const ends = (axis: 0 | 1): readonly [number, number] =>
    points.reduce(
      ([low, high], point) => [Math.min(low, point[axis]), Math.max(high, point[axis])],
      [Infinity, -Infinity],
    );
  const [across, up] = [ends(0), ends(1)];
  const room = [width - 2 * PAD, height - 2 * PAD] as const;
  const scale = Math.min(
    room[0] / Math.max(1e-12, across[1] - across[0]),
    room[1] / Math.max(1e-12, up[1] - up[0]),
  );
  const usable = Number.isFinite(scale) && scale < 1e11 ? scale : 0;
  const middle = [(across[0] + across[1]) / 2, (up[0] + up[1]) / 2] as const;
  return ([x, y]) => [width / 2 + usable * (x - middle[0]), height / 2 - usable * (y - middle[1])];
}
