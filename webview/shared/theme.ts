/** The editor's theme as the pages use it: scales built at run time, rebuilt when the theme changes. */
import { contrast, cssColour, parseColour, readableOn, type Rgb } from "./colour";
import { buildScales, dataLine, markLine, type Scales } from "./scales";

/** Colours of one theme. */
export interface Theme extends Scales {
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
}

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
    mark: cssColour(markLine(dark)),
    dataLine: cssColour(dataLine(dark)),
    fontFamily: variable("--vscode-font-family") || "system-ui, sans-serif",
    monoFamily: variable("--vscode-editor-font-family") || "monospace",
    ...buildScales({ background, foreground, dark }),
  };
}

function themeKind(classes: DOMTokenList): Theme["kind"] {
  if (classes.contains("vscode-high-contrast-light")) return "hc-light";
  if (classes.contains("vscode-high-contrast")) return "hc-dark";
  return classes.contains("vscode-light") ? "light" : "dark";
}

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

type Listener = (theme: Theme) => void;
const listeners = new Set<Listener>();
let current: Theme | null = null;

/** The theme now; read once until it changes. */
export function theme(): Theme {
  current ??= readTheme();
  return current;
}

/** Everything is to be drawn anew, as after a change of theme. */
export function renewTheme(): void {
  if (current === null) return;
  current = readTheme();
  for (const listener of listeners) listener(current);
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
