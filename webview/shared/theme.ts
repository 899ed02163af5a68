/** The editor's theme as the pages use it: scales built at run time, rebuilt when the theme changes. */
import {
  between,
  contrast,
  cssColour,
  fromOklch,
  parseColour,
  readableOn,
  type Oklch,
  type Rgb,
} from "./colour";

/** A painted ground with the text colour that reads on it. */
export interface Paint {
  readonly ground: string;
  readonly text: string;
}

/** Colours of one theme. */
export interface Theme {
  readonly kind: "light" | "dark" | "hc-dark" | "hc-light";
  readonly highContrast: boolean;
  readonly background: string;
  readonly foreground: string;
  /** For words of the second rank; reads at 4.5 on the background. */
  readonly muted: string;
  /** Hairlines. */
  readonly line: string;
  /** The one strong colour that is no data: parting token, prediction depth. */
  readonly mark: string;
  /** A line in the data hue that is seen against the background (3 at least). */
  readonly dataLine: string;
  readonly fontFamily: string;
  readonly monoFamily: string;
  /** 0 … 1 from the background to one hue; zero is the background. */
  sequential(t: number): Paint;
  /** −1 … 1 from blue through the background to orange; zero is the background. */
  diverging(t: number): Paint;
}

const BLUE = 250;
const ORANGE = 62;

const endOf = (dark: boolean, hue: number): Oklch =>
  dark
    ? { l: hue === BLUE ? 0.72 : 0.76, c: 0.14, h: hue }
    : { l: hue === BLUE ? 0.55 : 0.62, c: 0.16, h: hue };

/** The theme that is on now, read from the variables VS Code sets on a page. */
export function readTheme(): Theme {
  const style = getComputedStyle(document.documentElement);
  const body = document.body.classList;
  const kind = themeKind(body);
  const dark = kind === "dark" || kind === "hc-dark";
  const variable = (name: string): string => style.getPropertyValue(name);
  const background =
    parseColour(variable("--vscode-editor-background")) ?? (dark ? [0.12, 0.12, 0.12] : [1, 1, 1]);
  const foreground =
    parseColour(variable("--vscode-editor-foreground"), background) ?? readableOn(background, []);
  return {
    kind,
    highContrast: kind === "hc-dark" || kind === "hc-light",
    background: cssColour(background),
    foreground: cssColour(foreground),
    muted: cssColour(muted(foreground, background, kind.startsWith("hc"))),
    line: cssColour(kind.startsWith("hc") ? foreground : mix(foreground, background, 0.2)),
    mark: cssColour(lineIn(ORANGE, dark)),
    dataLine: cssColour(lineIn(BLUE, dark)),
    fontFamily: variable("--vscode-font-family") || "system-ui, sans-serif",
    monoFamily: variable("--vscode-editor-font-family") || "monospace",
    ...scales({ background, foreground, dark }),
  };
}

function themeKind(classes: DOMTokenList): Theme["kind"] {
  if (classes.contains("vscode-high-contrast-light")) return "hc-light";
  if (classes.contains("vscode-high-contrast")) return "hc-dark";
  return classes.contains("vscode-light") ? "light" : "dark";
}

const lineIn = (hue: number, dark: boolean): Rgb => fromOklch({ l: dark ? 0.76 : 0.52, c: 0.15, h: hue });

/** Second-rank words: as faint as 4.5 of contrast allows, 7 in high contrast. */
function muted(foreground: Rgb, background: Rgb, highContrast: boolean): Rgb {
  const wanted = highContrast ? 7 : 4.6;
  for (let share = 0.55; share < 1; share += 0.05) {
    const colour = mix(foreground, background, share);
    if (contrast(colour, background) >= wanted) return colour;
  }
  return foreground;
}

function mix(a: Rgb, b: Rgb, share: number): Rgb {
  return a.map((x, i) => x * share + b[i]! * (1 - share)) as unknown as Rgb;
}

interface Ground {
  readonly background: Rgb;
  readonly foreground: Rgb;
  readonly dark: boolean;
}

/** Scales in 65 steps, each with its text colour; computed once per theme. */
function scales({ background, foreground, dark }: Ground): Pick<Theme, "sequential" | "diverging"> {
  const steps = 64;
  const ramp = (hue: number): Paint[] =>
    Array.from({ length: steps + 1 }, (_, i) => {
      const ground = i === 0 ? background : between(background, endOf(dark, hue), i / steps);
      return { ground: cssColour(ground), text: cssColour(readableOn(ground, [foreground, background])) };
    });
  const blue = ramp(BLUE);
  const orange = ramp(ORANGE);
  const at = (list: readonly Paint[], t: number): Paint =>
    list[Math.round(Math.min(1, Math.max(0, Number.isFinite(t) ? t : 0)) * steps)]!;
  return {
    sequential: (t) => at(blue, t),
    diverging: (t) => (t < 0 ? at(blue, -t) : at(orange, t)),
  };
}

type Listener = (theme: Theme) => void;
const listeners = new Set<Listener>();
let current: Theme | null = null;

/** The theme now; read once until it changes. */
export function theme(): Theme {
  current ??= readTheme();
  return current;
}

/** Runs the listener on every change of theme; the returned function ends that. */
export function onThemeChange(listener: Listener): () => void {
  if (listeners.size === 0) watchTheme();
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

let watching = false;

function watchTheme(): void {
  if (watching) return;
  watching = true;
  let pending = false;
  const changed = (): void => {
    if (pending) return;
    pending = true;
    requestAnimationFrame(() => {
      pending = false;
      current = readTheme();
      for (const listener of listeners) listener(current);
    });
  };
  // VS Code changes the body's classes and the variables in the root element's style attribute.
  new MutationObserver(changed).observe(document.body, { attributes: true, attributeFilter: ["class"] });
  new MutationObserver(changed).observe(document.documentElement, {
    attributes: true,
    attributeFilter: ["style"],
  });
}
