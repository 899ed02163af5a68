/** Colour arithmetic: CSS colours to linear light, OKLab and back, and contrast as WCAG defines it. */

/** Red, green and blue as sRGB, each in 0 … 1. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** Lightness 0 … 1, chroma and hue in degrees, in OKLCH. Source: Björn Ottosson, "A perceptual color space", 2020. */
export interface Oklch {
  readonly l: number;
  readonly c: number;
  readonly h: number;
}

/** Reads `#rgb`, `#rrggbb`, `#rrggbbaa`, `rgb()`, `rgba()` and `color(srgb …)`; what is see-through is laid over `under`. Null for anything else. */
export function parseColour(text: string, under: Rgb = [0, 0, 0]): Rgb | null {
  const trimmed = text.trim();
  const hex = /^#([0-9a-f]{3,8})$/i.exec(trimmed)?.[1];
  if (hex) return overlay(fromHex(hex), under);
  const srgb = /^color\(srgb ([^)]+)\)$/i
    .exec(trimmed)?.[1]
    ?.split(/[\s/]+/)
    .map(Number);
  if (srgb && srgb.length >= 3 && srgb.every((x) => Number.isFinite(x))) return overlay(srgb, under);
  const parts = /^rgba?\(([^)]+)\)$/i
    .exec(trimmed)?.[1]
    ?.split(/[\s,/]+/)
    .filter(Boolean);
  if (!parts || parts.length < 3) return null;
  const [r, g, b, a] = parts.map((part) => (part.endsWith("%") ? parseFloat(part) / 100 : Number(part)));
  if (![r, g, b].every((x) => Number.isFinite(x))) return null;
  return overlay([r! / 255, g! / 255, b! / 255, a ?? 1], under);
}

function fromHex(hex: string): readonly number[] {
  const short = hex.length <= 4;
  const digits = short ? [...hex].map((d) => d + d) : (hex.match(/../g) ?? []);
  const values = digits.map((pair) => parseInt(pair, 16) / 255);
  return values.length >= 4 ? values : [...values, 1];
}

function overlay(colour: readonly number[], under: Rgb): Rgb {
  const alpha = colour[3] ?? 1;
  const mix = (i: number): number => clamp01(colour[i]! * alpha + under[i]! * (1 - alpha));
  return [mix(0), mix(1), mix(2)];
}

/** `rgb(r, g, b)` with whole numbers. */
export function cssColour(rgb: Rgb): string {
  const [r, g, b] = rgb.map((x) => Math.round(clamp01(x) * 255));
  return `rgb(${r}, ${g}, ${b})`;
}

const clamp01 = (x: number): number => Math.min(1, Math.max(0, x));
const toLinear = (x: number): number => (x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
const fromLinear = (x: number): number => (x <= 0.0031308 ? 12.92 * x : 1.055 * x ** (1 / 2.4) - 0.055);

/** sRGB to OKLCH. */
export function toOklch(rgb: Rgb): Oklch {
  const [r, g, b] = rgb.map(toLinear) as [number, number, number];
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  const lightness = 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s;
  const a = 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s;
  const bb = 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s;
  return { l: lightness, c: Math.hypot(a, bb), h: (Math.atan2(bb, a) * 180) / Math.PI };
}

/** OKLCH to sRGB; a colour outside the gamut gives up chroma, never lightness or hue. */
export function fromOklch(colour: Oklch): Rgb {
  let low = 0;
  let high = colour.c;
  const full = unclamped(colour);
  if (inGamut(full)) return full.map(clamp01) as unknown as Rgb;
  for (let i = 0; i < 16; i++) {
    const middle = (low + high) / 2;
    if (inGamut(unclamped({ ...colour, c: middle }))) low = middle;
    else high = middle;
  }
  return unclamped({ ...colour, c: low }).map(clamp01) as unknown as Rgb;
}

const inGamut = (rgb: Rgb): boolean => rgb.every((x) => x >= -1e-4 && x <= 1.0001);

function unclamped({ l, c, h }: Oklch): Rgb {
  const a = c * Math.cos((h * Math.PI) / 180);
  const b = c * Math.sin((h * Math.PI) / 180);
  const long = (l + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const medium = (l - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const short = (l - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    fromLinear(4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short),
    fromLinear(-1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short),
    fromLinear(-0.0041960863 * long - 0.7034186147 * medium + 1.707614701 * short),
  ];
}

/** Relative luminance, 0 … 1. Source: WCAG 2.2. */
export function luminance(rgb: Rgb): number {
  const [r, g, b] = rgb.map(toLinear) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Contrast of two colours, 1 … 21; text needs 4.5. Source: WCAG 2.2. */
export function contrast(first: Rgb, second: Rgb): number {
  const [a, b] = [luminance(first), luminance(second)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

/** The first of `preferred` that reads well (4.5) on `ground`, else black or white, whichever reads better. */
export function readableOn(ground: Rgb, preferred: readonly Rgb[]): Rgb {
  const good = preferred.find((colour) => contrast(colour, ground) >= 4.5);
  if (good) return good;
  const black: Rgb = [0, 0, 0];
  const white: Rgb = [1, 1, 1];
  return contrast(black, ground) >= contrast(white, ground) ? black : white;
}

/** A colour between two, straight through OKLab's lightness and chroma at the hue of `to`. `t` in 0 … 1. */
export function between(from: Rgb, to: Oklch, t: number): Rgb {
  const start = toOklch(from);
  const angle = (to.h * Math.PI) / 180;
  const startA = start.c * Math.cos((start.h * Math.PI) / 180);
  const startB = start.c * Math.sin((start.h * Math.PI) / 180);
  const a = startA + (to.c * Math.cos(angle) - startA) * t;
  const b = startB + (to.c * Math.sin(angle) - startB) * t;
  return fromOklch({
    l: start.l + (to.l - start.l) * t,
    c: Math.hypot(a, b),
    h: (Math.atan2(b, a) * 180) / Math.PI,
  });
}
