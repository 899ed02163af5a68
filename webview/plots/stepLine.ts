/** A line in steps over the columns of a grid. Pure: data to SVG. */
import { svg } from "../shared/dom";

/**
 * The step line of prediction depth: over column i it runs along the lower edge of row `depth[i]` (row 0 lowest).
 * One unit per cell in both directions; the caller stretches it over the grid.
 */
export function stepLine(depth: readonly number[], nRows: number, colour: string): SVGSVGElement {
  const path = depth
    .map((row, i) => {
      const y = nRows - row;
      return i === 0 ? `M0,${y} H1` : `V${y} H${i + 1}`;
    })
    .join(" ");
  const line = svg("path", {
    d: path,
    fill: "none",
    stroke: colour,
    "stroke-width": 2,
    "stroke-linejoin": "round",
    "vector-effect": "non-scaling-stroke",
  });
  return svg(
    "svg",
    {
      viewBox: `0 0 ${Math.max(1, depth.length)} ${nRows}`,
      preserveAspectRatio: "none",
      "aria-hidden": "true",
    },
    line,
  );
}
