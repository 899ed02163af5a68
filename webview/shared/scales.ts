/** Colour scales from a theme's background: sequential and diverging, each step with a text colour that reads. Pure. */
import { between, cssColour, fromOklch, readableOn, type Oklch, type Rgb } from "./colour";

/** A painted ground with the text colour that reads on it. */
export interface Paint {
  readonly ground: string;
  readonly text: string;
}

/** The two scales of a theme. */
export interface Scales {
  /** 0 … 1 from the background to one hue; zero is the background. */
  sequential(t: number): Paint;
  /** −1 … 1 from blue through the background to orange; zero is the background. */
  diverging(t: number): Paint;
}

/** What scales are built from. */
export interface Ground {
  readonly background: Rgb;
  readonly foreground: Rgb;
  readonly dark: boolean;
}

const BLUE = 250;
const ORANGE = 62;
const STEPS = 64;

/** Blue and orange stay apart for deuteranopia and protanopia; their lightness is alike, so that neither side looks stronger. */
function endOf(dark: boolean, hue: number): Oklch {
  if (dark) return { l: hue === BLUE ? 0.72 : 0.76, c: 0.14, h: hue };
  return { l: hue === BLUE ? 0.55 : 0.62, c: 0.16, h: hue };
}

/** Scales in 65 steps; computed once per theme. */
export function buildScales({ background, foreground, dark }: Ground): Scales {
  const ramp = (hue: number): Paint[] =>
    Array.from({ length: STEPS + 1 }, (_, i) => {
      const exact = i === 0 ? background : between(background, endOf(dark, hue), i / STEPS);
      // As the screen has it: the text is chosen for what is really painted.
      const ground = exact.map((x) => Math.round(x * 255) / 255) as unknown as Rgb;
      return { ground: cssColour(ground), text: cssColour(readableOn(ground, [foreground, background])) };
    });
  const blue = ramp(BLUE);
  const orange = ramp(ORANGE);
  const at = (list: readonly Paint[], t: number): Paint =>
    list[Math.round(Math.min(1, Math.max(0, Number.isFinite(t) ? t : 0)) * STEPS)]!;
  return {
    sequential: (t) => at(blue, t),
    diverging: (t) => (t < 0 ? at(blue, -t) : at(orange, t)),
  };
}

/** A line in the data's hue that is seen against the background. */
export const dataLine = (dark: boolean): Rgb => fromOklch({ l: dark ? 0.76 : 0.52, c: 0.15, h: BLUE });

/** A line in the hue that is no data: prediction depth, the parting token. */
export const markLine = (dark: boolean): Rgb => fromOklch({ l: dark ? 0.76 : 0.52, c: 0.15, h: ORANGE });
