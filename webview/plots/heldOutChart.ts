/** KL to the model's output by layer for logit lens, trained lens and a random one: three lines. Pure: data to SVG. */
import type { HeldOutLayer } from "../../src/protocol/lensFile";
import { svg } from "../shared/dom";
import { number } from "../shared/format";
import type { Theme } from "../shared/theme";
import { inLogUnit, logUnit } from "../shared/logUnit";

/** Size and colours. */
export interface HeldOutOptions {
  readonly width: number;
  readonly height: number;
  readonly theme: Theme;
}

/** The three lenses, with their names and how their lines are drawn. */
export const heldOutLines = [
  { key: "trained", label: "trained lens", dash: "" },
  { key: "logit", label: "logit lens", dash: "" },
  { key: "random", label: "random", dash: "3 3" },
] as const;

const PAD = { left: 40, right: 84, top: 18, bottom: 17 };
const LABEL = 12;
/** KL below this is drawn as this: on a logarithmic scale nothing has no place. */
const LEAST = 1e-4;

/** Layers to the right, KL upward on a logarithmic scale; a ring marks a layer where training did not help. */
export function heldOutChart(inNats: readonly HeldOutLayer[], options: HeldOutOptions): SVGSVGElement {
  const layers = inNats.map((layer) => ({
    ...layer,
    logit: inLogUnit(layer.logit),
    trained: inLogUnit(layer.trained),
    random: inLogUnit(layer.random),
  }));
  const { width, height, theme } = options;
  const root = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img" });
  root.setAttribute("aria-label", describe(layers));
  const all = layers.flatMap((layer) => heldOutLines.map(({ key }) => Math.max(LEAST, layer[key])));
  const low = Math.floor(Math.log10(Math.min(...all)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...all))));
  const right = width - PAD.right;
  const x = (i: number): number => PAD.left + ((right - PAD.left) * i) / Math.max(1, layers.length - 1);
  const inner = height - PAD.top - PAD.bottom;
  const y = (kl: number): number =>
    PAD.top + (inner * (high - Math.log10(Math.max(LEAST, kl)))) / (high - low);
  const text = (attributes: Record<string, string | number>, words: string): SVGElement =>
    svg(
      "text",
      { fill: theme.muted, "font-size": 10.5, "font-family": theme.fontFamily, ...attributes },
      words,
    );
  root.append(text({ x: PAD.left, y: 9 }, `KL to the output, ${logUnit()} (logarithmic)`));
  for (let power = low; power <= high; power++) {
    const at = y(10 ** power);
    root.append(
      svg("line", { x1: PAD.left, x2: right, y1: at, y2: at, stroke: theme.line }),
      text(
        { x: PAD.left - 5, y: at + 3.5, "text-anchor": "end" },
        String(Number((10 ** power).toPrecision(1))),
      ),
    );
  }
  const every = Math.max(1, Math.ceil((layers.length * 26) / Math.max(26, right - PAD.left)));
  layers.forEach(({ layer }, i) => {
    if (i % every !== 0) return;
    root.append(
      text({ x: x(i), y: height - 3, "text-anchor": "middle" }, layer === 0 ? "emb" : String(layer)),
    );
  });
  root.append(...lines(layers, { x, y, right, theme, text, bottom: height - PAD.bottom }));
  return root;
}

interface Frame {
  readonly x: (i: number) => number;
  readonly y: (kl: number) => number;
  readonly right: number;
  readonly bottom: number;
  readonly theme: Theme;
  readonly text: (attributes: Record<string, string | number>, words: string) => SVGElement;
}

function lines(layers: readonly HeldOutLayer[], frame: Frame): SVGElement[] {
  const { x, y, right, theme, text, bottom } = frame;
  const made: SVGElement[] = [];
  const ends = heldOutLines
    .map((line) => ({ ...line, at: y(layers.at(-1)?.[line.key] ?? 1) }))
    .sort((a, b) => a.at - b.at);
  const places: number[] = [];
  for (const { at } of ends) places.push(Math.max(at, (places.at(-1) ?? -Infinity) + LABEL));
  const over = Math.max(0, (places.at(-1) ?? 0) - bottom);
  for (const [i, { key, label, dash, at }] of ends.entries()) {
    const stroke = key === "trained" ? theme.dataLine : theme.muted;
    const points = layers.map((layer, j) => `${x(j).toFixed(1)},${y(layer[key]).toFixed(1)}`);
    const shared = { stroke, fill: "none", "stroke-width": key === "trained" ? 2 : 1.25 };
    made.push(
      svg("polyline", { ...shared, points: points.join(" "), "stroke-dasharray": dash || undefined }),
    );
    if (layers.length === 1) made.push(svg("circle", { cx: x(0), cy: at, r: 2.5, fill: stroke }));
    const place = places[i]! - over;
    made.push(
      svg("path", {
        d: `M${right + 2},${at.toFixed(1)} L${right + 10},${place.toFixed(1)}`,
        stroke,
        "stroke-width": 0.75,
        fill: "none",
      }),
      text({ x: right + 13, y: place + 3.5, fill: stroke }, label),
    );
  }
  layers.forEach((layer, i) => {
    if (!layer.worse) return;
    const ring = { cx: x(i), cy: y(layer.trained), r: 4.5, fill: "none", stroke: theme.mark };
    made.push(svg("circle", { ...ring, "stroke-width": 1.5 }));
  });
  return made;
}

function describe(layers: readonly HeldOutLayer[]): string {
  const said = heldOutLines.map(({ key, label }) => {
    const [first, last] = [layers[0]?.[key], layers.at(-1)?.[key]];
    return `${label} from ${number(first)} to ${number(last)} ${logUnit()}`;
  });
  return `Held-out KL to the model's output over ${layers.length} layers: ${said.join("; ")}`;
}
