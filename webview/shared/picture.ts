/**
 * A laid-out piece of a page as a stand-alone SVG: boxes, borders, hatching, bars and text become plain shapes, so
 * that what is exported is what is seen. Drawings that are SVG already are taken over as they are.
 */
import { svg } from "./dom";
import { parseColour, cssColour } from "./colour";
import { theme } from "./theme";

const MARGIN = 8;

interface Drawing {
  readonly root: SVGSVGElement;
  readonly left: number;
  readonly top: number;
}

/** The element as an SVG text, with a line of small print beneath. Everything scrolled out of sight is drawn too. */
export function pictureSvg(element: HTMLElement, footer: string): string {
  element.classList.add("exporting");
  try {
    const box = element.getBoundingClientRect();
    const width = Math.ceil(Math.max(element.scrollWidth, box.width)) + 2 * MARGIN;
    const height = Math.ceil(Math.max(element.scrollHeight, box.height)) + 2 * MARGIN + 18;
    const root = svg("svg", {
      xmlns: "http://www.w3.org/2000/svg",
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
    });
    root.append(hatchPattern(), svg("rect", { width, height, fill: theme().background }));
    const drawing = { root, left: box.left - MARGIN, top: box.top - MARGIN };
    drawElement(drawing, element, Infinity);
    root.append(
      svg(
        "text",
        { x: MARGIN, y: height - 8, fill: theme().muted, "font-size": 10, "font-family": theme().fontFamily },
        footer,
      ),
    );
    return new XMLSerializer().serializeToString(root);
  } finally {
    element.classList.remove("exporting");
  }
}

function hatchPattern(): SVGElement {
  const lines = svg("path", {
    d: "M-1,1 l2,-2 M0,6 l6,-6 M5,7 l2,-2",
    stroke: theme().muted,
    "stroke-width": 0.8,
  });
  return svg(
    "defs",
    {},
    svg("pattern", { id: "hatch", width: 6, height: 6, patternUnits: "userSpaceOnUse" }, lines),
  );
}

/** Draws an element and what it holds; `clip` is the right edge beyond which text is cut with an ellipsis. */
function drawElement(drawing: Drawing, element: Element, clip: number): void {
  if (element.classList.contains("no-export")) return;
  const style = getComputedStyle(element);
  if (style.display === "none" || style.visibility === "hidden" || style.opacity === "0") return;
  const box = element.getBoundingClientRect();
  if (element instanceof SVGSVGElement) return drawSvg(drawing, element, box);
  if (element instanceof HTMLCanvasElement) return drawCanvas(drawing, element, box);
  // A piece of text that goes over several lines has a box on each.
  const boxes = style.display === "inline" ? [...element.getClientRects()] : [box];
  if (style.display !== "contents") for (const each of boxes) drawBox(drawing, element, style, each);
  const cuts = style.overflowX !== "visible" && style.textOverflow === "ellipsis";
  const edge = cuts ? Math.min(clip, box.right) : clip;
  for (const child of element.childNodes) {
    if (child instanceof Text) drawText(drawing, child, style, edge);
    else if (child instanceof Element) drawElement(drawing, child, edge);
  }
}

function drawSvg(drawing: Drawing, element: SVGSVGElement, box: DOMRect): void {
  const copy = element.cloneNode(true) as SVGSVGElement;
  copy.removeAttribute("class");
  copy.setAttribute("x", String(box.left - drawing.left));
  copy.setAttribute("y", String(box.top - drawing.top));
  copy.setAttribute("width", String(box.width));
  copy.setAttribute("height", String(box.height));
  drawing.root.append(copy);
}

function drawCanvas(drawing: Drawing, element: HTMLCanvasElement, box: DOMRect): void {
  const place = {
    x: box.left - drawing.left,
    y: box.top - drawing.top,
    width: box.width,
    height: box.height,
  };
  const href = element.toDataURL("image/png");
  const style = "image-rendering: pixelated";
  drawing.root.append(svg("image", { ...place, href, style, preserveAspectRatio: "none" }));
}

function drawBox(drawing: Drawing, element: Element, style: CSSStyleDeclaration, box: DOMRect): void {
  const x = box.left - drawing.left;
  const y = box.top - drawing.top;
  const shape = {
    x,
    y,
    width: box.width,
    height: box.height,
    rx: parseFloat(style.borderTopLeftRadius) || 0,
  };
  const ground = solid(style.backgroundColor);
  if (ground) drawing.root.append(svg("rect", { ...shape, fill: ground }));
  if (element.classList.contains("hatched"))
    drawing.root.append(svg("rect", { ...shape, fill: "url(#hatch)" }));
  const bar = Number(style.getPropertyValue("--bar"));
  if (element.classList.contains("barred") && bar > 0) {
    const fill = solid(style.color) ?? theme().foreground;
    drawing.root.append(svg("rect", { x, y: y + box.height - 3, width: box.width * bar, height: 3, fill }));
  }
  if (
    style.outlineStyle !== "none" &&
    parseFloat(style.outlineWidth) > 0 &&
    element !== document.activeElement
  ) {
    const inset = -parseFloat(style.outlineOffset) - parseFloat(style.outlineWidth) / 2;
    const frame = {
      x: x + inset,
      y: y + inset,
      width: box.width - 2 * inset,
      height: box.height - 2 * inset,
    };
    const stroke = solid(style.outlineColor) ?? theme().foreground;
    drawing.root.append(
      svg("rect", { ...frame, fill: "none", stroke, "stroke-width": parseFloat(style.outlineWidth) }),
    );
  }
  const sides = [
    [style.borderTopWidth, style.borderTopColor, x, y, x + box.width, y],
    [style.borderRightWidth, style.borderRightColor, x + box.width, y, x + box.width, y + box.height],
    [style.borderBottomWidth, style.borderBottomColor, x, y + box.height, x + box.width, y + box.height],
    [style.borderLeftWidth, style.borderLeftColor, x, y, x, y + box.height],
  ] as const;
  for (const [width, colour, x1, y1, x2, y2] of sides) {
    const stroke = solid(colour);
    const thickness = parseFloat(width);
    if (thickness > 0 && stroke) {
      drawing.root.append(svg("line", { x1, y1, x2, y2, stroke, "stroke-width": thickness }));
    }
  }
}

/** A CSS colour laid over the page's background; null where nothing would be seen. */
function solid(colour: string): string | null {
  if (/^rgba\(.*,\s*0\)$/.test(colour) || colour === "transparent") return null;
  const under = parseColour(theme().background) ?? [1, 1, 1];
  const parsed = parseColour(colour, under);
  return parsed ? cssColour(parsed) : null;
}

function drawText(drawing: Drawing, node: Text, style: CSSStyleDeclaration, clip: number): void {
  if (!node.data.trim()) return;
  for (const line of lines(node)) {
    const size = parseFloat(style.fontSize);
    const attributes = {
      x: line.box.left - drawing.left,
      y: line.box.top + line.box.height / 2 + size * 0.35 - drawing.top,
      fill: solid(style.color) ?? theme().foreground,
      "font-family": style.fontFamily,
      "font-size": size,
      "font-weight": style.fontWeight === "400" ? undefined : style.fontWeight,
      "font-style": style.fontStyle === "normal" ? undefined : style.fontStyle,
      "xml:space": "preserve",
    };
    const text = cut(line.text, line.box, clip, size);
    if (text) drawing.root.append(svg("text", attributes, text));
  }
}

function cut(text: string, box: DOMRect, clip: number, size: number): string {
  if (box.right <= clip + 1) return text;
  const room = clip - box.left - size * 0.7;
  if (room <= 0) return "";
  return `${text.slice(0, Math.floor((text.length * room) / box.width))}…`;
}

/** The lines that a text node is laid out in. */
function lines(node: Text): readonly { text: string; box: DOMRect }[] {
  const range = document.createRange();
  range.selectNodeContents(node);
  const boxes = range.getClientRects();
  if (boxes.length === 0) return [];
  if (boxes.length === 1) return [{ text: node.data, box: boxes[0]! }];
  const result: { text: string; box: DOMRect }[] = [];
  let start = 0;
  let top = NaN;
  const flush = (end: number): void => {
    range.setStart(node, start);
    range.setEnd(node, end);
    const box = range.getBoundingClientRect();
    const text = node.data.slice(start, end);
    if (text.trim() && box.width > 0) result.push({ text, box });
    start = end;
  };
  for (let i = 0; i < node.length; i++) {
    range.setStart(node, i);
    range.setEnd(node, i + 1);
    const box = range.getClientRects()[0];
    if (!box || box.width === 0) continue;
    if (!Number.isNaN(top) && Math.abs(box.top - top) > box.height / 2) flush(i);
    top = box.top;
  }
  flush(node.length);
  return result;
}

/** An SVG text as PNG, base64, twice the size for sharp print. */
export async function svgToPng(source: string): Promise<string> {
  const image = new Image();
  const bytes = new TextEncoder().encode(source);
  image.src = `data:image/svg+xml;base64,${base64(bytes)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = image.naturalWidth * 2;
  canvas.height = image.naturalHeight * 2;
  const context = canvas.getContext("2d");
  if (!context) throw new Error("This browser gives no drawing surface.");
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL("image/png").replace(/^data:image\/png;base64,/, "");
}

function base64(bytes: Uint8Array): string {
  let binary = "";
  for (let i = 0; i < bytes.length; i += 0x8000)
    binary += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(binary);
}
