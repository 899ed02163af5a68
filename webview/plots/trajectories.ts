/** How a position's best tokens and those that are followed fare over the layers: small lines with direct labels. Pure: data to SVG. */
import type { LensTrajectory } from "../../src/protocol/lens";
import { svg } from "../shared/dom";
import { count, percent } from "../shared/format";
import type { Theme } from "../shared/theme";
import { visibleText } from "../shared/tokenText";

/** What is drawn over the layers. */
export type TrajectoryKind = "probability" | "rank";

/** Size and colours of one drawing. */
export interface TrajectoryOptions {
  readonly kind: TrajectoryKind;
  readonly width: number;
  readonly height: number;
  readonly theme: Theme;
}

const PAD = { left: 34, top: 16, bottom: 16 };
const LABEL = 12;

interface Frame extends TrajectoryOptions {
  readonly right: number;
  readonly x: (layer: number) => number;
  readonly y: (value: number) => number;
}

/** One small chart: layers to the right, probability or rank upward (rank 1 at the top, logarithmic). */
export function trajectoryChart(lines: readonly LensTrajectory[], options: TrajectoryOptions): SVGSVGElement {
  const nRows = lines[0]?.rank.length ?? 0;
  const frame = frameOf(lines, nRows, options);
  const { width, height } = options;
  const root = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img" });
  root.setAttribute("aria-label", describe(lines, options.kind));
  root.append(...axes(frame, nRows, lines));
  for (const [i, line] of [...lines.entries()].reverse()) root.append(curve(frame, line, i));
  root.append(...labels(frame, lines));
  return root;
}

const values = (line: LensTrajectory, kind: TrajectoryKind): readonly number[] =>
  kind === "rank" ? line.rank : line.logProb.map((logProb) => Math.exp(logProb));

function frameOf(lines: readonly LensTrajectory[], nRows: number, options: TrajectoryOptions): Frame {
  const right = options.width - Math.min(120, options.width * 0.46);
  const worst = Math.max(2, ...lines.flatMap((line) => line.rank));
  const inner = options.height - PAD.top - PAD.bottom;
  const place = (value: number): number =>
    options.kind === "rank" ? 1 - Math.log(Math.max(1, value)) / Math.log(worst) : value;
  return {
    ...options,
    right,
    x: (layer) => PAD.left + ((right - PAD.left) * layer) / Math.max(1, nRows - 1),
    y: (value) => PAD.top + inner * (1 - place(value)),
  };
}

function text(frame: Frame, attributes: Record<string, string | number>, words: string): SVGElement {
  const shared = { fill: frame.theme.muted, "font-size": 10.5, "font-family": frame.theme.fontFamily };
  return svg("text", { ...shared, ...attributes }, words);
}

function axes(frame: Frame, nRows: number, lines: readonly LensTrajectory[]): SVGElement[] {
  const { theme, right, kind } = frame;
  const worst = Math.max(2, ...lines.flatMap((line) => line.rank));
  const [top, bottom, high, low] = kind === "rank" ? [1, worst, "1", count(worst)] : [1, 0, "100%", "0%"];
  const rule = (y: number): SVGElement =>
    svg("line", { x1: PAD.left, x2: right, y1: y, y2: y, stroke: theme.line, "stroke-width": 1 });
  const end = { "text-anchor": "end", x: PAD.left - 5 };
  const result = [
    rule(frame.y(top)),
    rule(frame.y(bottom)),
    text(frame, { ...end, y: frame.y(top) + 3.5 }, high),
    text(frame, { ...end, y: frame.y(bottom) + 3.5 }, low),
    text(frame, { x: PAD.left, y: 9 }, kind === "rank" ? "rank (logarithmic)" : "probability"),
  ];
  for (const layer of ticks(nRows, right - PAD.left)) {
    const words = layer === 0 ? "emb" : layer === nRows - 1 ? "out" : String(layer);
    result.push(text(frame, { x: frame.x(layer), y: frame.height - 3, "text-anchor": "middle" }, words));
  }
  return result;
}

/** Layers that get a number: both ends always, between them as many as there is room for. */
function ticks(nRows: number, width: number): readonly number[] {
  const room = Math.max(1, Math.floor(width / 30));
  const step = [1, 2, 4, 5, 10, 20, 50].find((s) => nRows / s <= room) ?? nRows;
  const all = Array.from({ length: nRows }, (_, i) => i);
  return all.filter((i) => i === 0 || i === nRows - 1 || (i % step === 0 && nRows - 1 - i >= step));
}

function curve(frame: Frame, line: LensTrajectory, index: number): SVGElement {
  const points = values(line, frame.kind).map(
    (value, i) => `${frame.x(i).toFixed(1)},${frame.y(value).toFixed(1)}`,
  );
  return svg("polyline", {
    points: points.join(" "),
    fill: "none",
    stroke: index === 0 ? frame.theme.dataLine : line.chosen ? frame.theme.mark : frame.theme.muted,
    "stroke-width": index === 0 ? 2 : line.chosen ? 1.5 : 1,
    "stroke-linejoin": "round",
    ...(line.chosen && index > 0 ? { "stroke-dasharray": "4 2" } : {}),
    "stroke-opacity": index === 0 ? 1 : 0.75,
  });
}

/** A label at the end of each line; labels that would overlap are moved apart and led to their line. */
function labels(frame: Frame, lines: readonly LensTrajectory[]): SVGElement[] {
  const ends = lines.map((line, index) => {
    const value = values(line, frame.kind).at(-1) ?? 0;
    return { line, index, value, at: frame.y(value) };
  });
  ends.sort((a, b) => a.at - b.at || a.index - b.index);
  const places = apart(
    ends.map((end) => end.at),
    frame.height,
  );
  return ends.flatMap(({ line, index, value, at }, i) => {
    const y = places[i]!;
    const shown = shorten(visibleText(line.text, line.id), 9);
    const words = frame.kind === "rank" ? count(value) : percent(value);
    const { dataLine, mark, muted } = frame.theme;
    const strong = { fill: index === 0 ? dataLine : line.chosen ? mark : muted };
    const token = svg("tspan", { "font-family": frame.theme.monoFamily }, shown);
    const label = svg("text", { ...strong, x: frame.right + 14, y: y + 3.5, "font-size": 10.5 }, token);
    label.setAttribute("font-family", frame.theme.fontFamily);
    label.append(svg("tspan", {}, ` ${words}`));
    const lead = svg("path", {
      d: `M${frame.right + 2},${at.toFixed(1)} L${frame.right + 11},${y.toFixed(1)}`,
      stroke: strong.fill,
      "stroke-width": 0.75,
      fill: "none",
    });
    return [lead, label];
  });
}

const shorten = (words: string, most: number): string => {
  const characters = [...words];
  return characters.length > most ? `${characters.slice(0, most - 1).join("")}…` : words;
};

/** Ascending places at least a line apart, as near to the wanted ones as that allows, inside the height. */
function apart(wanted: readonly number[], height: number): readonly number[] {
  const places: number[] = [];
  for (const at of wanted) places.push(Math.max(at, (places.at(-1) ?? -Infinity) + LABEL));
  let limit = height - PAD.bottom - 3;
  for (let i = places.length - 1; i >= 0; i--) {
    places[i] = Math.min(places[i]!, limit);
    limit = places[i]! - LABEL;
  }
  return places;
}

function describe(lines: readonly LensTrajectory[], kind: TrajectoryKind): string {
  const said = lines.slice(0, 3).map((line) => {
    const all = values(line, kind);
    const words = (value: number): string => (kind === "rank" ? `rank ${count(value)}` : percent(value));
    return `${visibleText(line.text, line.id)} from ${words(all[0] ?? 0)} to ${words(all.at(-1) ?? 0)}`;
  });
  return `${kind === "rank" ? "Rank" : "Probability"} over the layers: ${said.join("; ")}`;
}
