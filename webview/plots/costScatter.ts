/** Effect against cost: cells of a sweep with their Pareto front, or one cell among its controls. Pure: data to SVG. */
import { svg } from "../shared/dom";
import type { Theme } from "../shared/theme";

/** How a point is drawn. */
export type PointKind = "cell" | "front" | "best" | "plain" | "isotropic" | "shuffled" | "other";

/** One point. */
export interface CostPoint {
  readonly effect: number;
  readonly cost: number;
  readonly kind: PointKind;
  /** Said in a hover of the point. */
  readonly says: string;
  /** Written beside it. */
  readonly label?: string;
  /** What it is of, for the pointer. */
  readonly key?: string;
}

/** One axis. */
export interface CostAxis {
  /** Its name with the unit. */
  readonly name: string;
  /** Where a number stands along it; grows with the number. */
  readonly at: (value: number) => number;
  /** Where the plain model is: a dashed line. */
  readonly zero: number | null;
  readonly says: (value: number) => string;
}

/** What is drawn around the points. */
export interface CostScatterOptions {
  readonly width: number;
  readonly height: number;
  readonly theme: Theme;
  readonly across: CostAxis;
  readonly up: CostAxis;
  /** Costs beyond this line are too much; null: there is no such line. */
  readonly most: number | null;
  readonly label: string;
}

const PAD = { left: 58, right: 16, top: 22, bottom: 36 };

interface Frame {
  readonly x: (cost: number) => number;
  readonly y: (effect: number) => number;
  readonly theme: Theme;
}

type Text = (attributes: Record<string, string | number>, words: string) => SVGElement;

/** Points over their ranges; the front is a line of steps, since nothing between two of its cells was measured. */
export function costScatter(points: readonly CostPoint[], options: CostScatterOptions): SVGSVGElement {
  const { width, height, theme, across, up, most, label } = options;
  const root = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img" });
  root.setAttribute("aria-label", label);
  const right = width - PAD.right;
  const bottom = height - PAD.bottom;
  const costs = [...points.map(({ cost }) => cost), ...known(across.zero), ...known(most)];
  const effects = [...points.map(({ effect }) => effect), ...known(up.zero)];
  const x = placed(across, costs, [PAD.left + 8, right - 8]);
  const y = placed(up, effects, [bottom - 8, PAD.top + 8]);
  const frame = { x, y, theme };
  const text: Text = (attributes, words) =>
    svg(
      "text",
      { fill: theme.muted, "font-size": 10.5, "font-family": theme.fontFamily, ...attributes },
      words,
    );
  const rule = (ends: Record<string, number>, dash?: string): SVGElement =>
    svg("line", { ...ends, stroke: dash ? theme.muted : theme.line, "stroke-dasharray": dash });
  root.append(
    rule({ x1: PAD.left, x2: right, y1: bottom, y2: bottom }),
    rule({ x1: PAD.left, x2: PAD.left, y1: PAD.top, y2: bottom }),
    ...known(across.zero).map((at) => rule({ x1: x(at), x2: x(at), y1: PAD.top, y2: bottom }, "2 3")),
    ...known(up.zero).map((at) => rule({ x1: PAD.left, x2: right, y1: y(at), y2: y(at) }, "2 3")),
    text({ x: 2, y: 11 }, `↑ ${up.name}`),
    text({ x: right, y: height - 4, "text-anchor": "end" }, `${across.name} →`),
    ...ticks(costs, across.zero, x, 48).map((at) =>
      text({ x: x(at), y: bottom + 14, "text-anchor": "middle" }, across.says(at)),
    ),
    ...ticks(effects, up.zero, y, 14).map((at) =>
      text({ x: PAD.left - 6, y: y(at) + 3.5, "text-anchor": "end" }, up.says(at)),
    ),
  );
  for (const at of known(most)) {
    const [dx, anchor] = x(at) < width / 2 ? [5, "start"] : [-5, "end"];
    const place = { x: x(at) + dx, y: PAD.top + 8, "text-anchor": anchor };
    const words = text({ ...place, fill: theme.mark }, "most cost");
    root.append(svg("line", { x1: x(at), x2: x(at), y1: PAD.top, y2: bottom, stroke: theme.mark }), words);
  }
  root.append(...front(points, frame));
  // What stands out lies over what does not.
  const order: readonly PointKind[] = ["cell", "plain", "isotropic", "shuffled", "other", "front", "best"];
  const sorted = [...points].sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
  root.append(...sorted.map((point) => drawn(point, frame)));
  root.append(...labels(sorted, frame, { text, right }));
  return root;
}

const known = (value: number | null): number[] => (value === null ? [] : [value]);

/** From a number to a place on the picture. */
function placed(
  { at }: CostAxis,
  values: readonly number[],
  [from, to]: readonly [number, number],
): (value: number) => number {
  const all = values.map(at);
  const [low, high] = [Math.min(...all), Math.max(...all)];
  if (!(high > low)) return () => (from + to) / 2;
  return (value) => from + ((to - from) * (at(value) - low)) / (high - low);
}

/** The ends and the plain model's number, where they do not meet. */
function ticks(
  values: readonly number[],
  zero: number | null,
  place: (value: number) => number,
  room: number,
): number[] {
  const wanted = [...known(zero), Math.min(...values), Math.max(...values)];
  return wanted.filter((value, i) =>
    wanted.slice(0, i).every((other) => Math.abs(place(other) - place(value)) >= room),
  );
}

function front(points: readonly CostPoint[], { x, y, theme }: Frame): SVGElement[] {
  const on = points.filter(({ kind }) => kind === "front" || kind === "best");
  if (on.length < 2) return [];
  const sorted = [...on].sort((a, b) => x(a.cost) - x(b.cost));
  const steps = sorted.map(({ effect, cost }, i) => {
    const [left, top] = [x(cost).toFixed(1), y(effect).toFixed(1)];
    return i === 0 ? `M${left},${top}` : `H${left} V${top}`;
  });
  return [svg("path", { d: steps.join(" "), fill: "none", stroke: theme.dataLine, "stroke-opacity": 0.6 })];
}

/** A shape for each kind, told apart without colour too. */
function drawn({ effect, cost, kind, says, key }: CostPoint, { x, y, theme }: Frame): SVGElement {
  const [cx, cy] = [x(cost), y(effect)];
  const stroke = { fill: "none", stroke: theme.foreground, "stroke-width": 1.25 };
  const path = (d: string, more: Record<string, string | number> = {}): SVGElement =>
    svg("path", { d, ...stroke, ...more });
  const shapes: Readonly<Record<PointKind, () => SVGElement>> = {
    cell: () => svg("circle", { cx, cy, r: 2.75, fill: theme.muted, "fill-opacity": 0.7 }),
    front: () => svg("circle", { cx, cy, r: 4.25, fill: theme.dataLine }),
    best: () =>
      svg("circle", { cx, cy, r: 5.5, fill: theme.dataLine, stroke: theme.mark, "stroke-width": 3 }),
    plain: () => path(`M${cx - 5},${cy} h10 M${cx},${cy - 5} v10`, { "stroke-width": 1.75 }),
    isotropic: () => path(`M${cx - 3},${cy - 3} l6,6 M${cx - 3},${cy + 3} l6,-6`),
    shuffled: () => path(`M${cx},${cy - 4} l3.6,6.4 h-7.2 Z`),
    other: () => path(`M${cx - 3.5},${cy - 3.5} h7 v7 h-7 Z`),
  };
  const group = svg("g", key === undefined ? {} : { "data-key": key }, svg("title", {}, says));
  // A point is easier to hit than it is large.
  group.append(svg("circle", { cx, cy, r: 8, fill: theme.background, "fill-opacity": 0 }), shapes[kind]());
  return group;
}

/** Words beside points; one that would cover another is left out: the table has them all. */
function labels(
  points: readonly CostPoint[],
  { x, y, theme }: Frame,
  { text, right }: { readonly text: Text; readonly right: number },
): SVGElement[] {
  const halo = {
    stroke: theme.background,
    "stroke-width": 3,
    "stroke-linejoin": "round",
    "paint-order": "stroke",
  };
  const taken: { readonly left: number; readonly right: number; readonly y: number }[] = [];
  return [...points].reverse().flatMap(({ label, effect, cost }) => {
    if (label === undefined) return [];
    const width = 6 * label.length;
    const at = x(cost);
    const end = at + 9 + width > right;
    const [left, top] = [end ? at - 9 - width : at + 9, y(effect) + 3.5];
    const meets = taken.some(
      (one) => left < one.right && one.left < left + width && Math.abs(one.y - top) < 11,
    );
    if (meets) return [];
    taken.push({ left, right: left + width, y: top });
    return [text({ ...halo, x: end ? at - 9 : at + 9, y: top, "text-anchor": end ? "end" : "start" }, label)];
  });
}
