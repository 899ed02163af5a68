/** What page tests measure in a page: contrast, overflow, what was painted anew. */
import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import type { Page } from "playwright-core";
import type { HostApi, PanelId } from "../../../src/protocol/panelApi";
import { contrast, parseColour } from "../../../webview/shared/colour";
import type { PanelPage } from "./panel";

/**
 * Waits until `read` gives `expected`, and fails with the difference where it does not within two seconds. What a page
 * asks for arrives after the click that made it ask: read of `panel.requests` this way.
 */
export async function assertSoon(read: () => unknown, expected: unknown, why?: string): Promise<void> {
  for (const end = Date.now() + 2000; !isDeepStrictEqual(await read(), expected) && Date.now() < end;)
    await new Promise((resolve) => setTimeout(resolve, 10));
  assert.deepEqual(await read(), expected, why);
}

/** A text that is hard to read: its contrast with what lies under it is below 4.5. */
export interface FaintText {
  readonly text: string;
  readonly ratio: number;
  readonly colours: string;
}

/**
 * All shown texts with a contrast below 4.5 (WCAG AA). Signs for white space are left out: they are dim on purpose,
 * and their token says the same to a screen reader; so are texts on grounds that are drawn, not styled: see
 * `faintInDrawing`.
 */
export async function faintTexts(page: Page): Promise<readonly FaintText[]> {
  return page.evaluate(() => {
    type Rgba = [number, number, number, number];
    const parse = (text: string): Rgba => {
      const srgb = /^color\(srgb ([^)]+)\)$/
        .exec(text)?.[1]
        ?.split(/[\s/]+/)
        .map(Number);
      if (srgb) return [srgb[0]! * 255, srgb[1]! * 255, srgb[2]! * 255, srgb[3] ?? 1];
      const p = (/rgba?\(([^)]+)\)/.exec(text)?.[1] ?? "0,0,0,0").split(/[\s,/]+/).map(Number);
      return [p[0]!, p[1]!, p[2]!, p[3] ?? 1];
    };
    const over = (top: Rgba, under: Rgba): Rgba => {
      const mix = (i: 0 | 1 | 2): number => top[i] * top[3] + under[i] * (1 - top[3]);
      return [mix(0), mix(1), mix(2), 1];
    };
    const groundOf = (element: Element): Rgba => {
      const layers: Rgba[] = [];
      for (let e: Element | null = element; e; e = e.parentElement) {
        const colour = parse(getComputedStyle(e).backgroundColor);
        layers.push(colour);
        if (colour[3] === 1) break;
      }
      return layers.reverse().reduce((under, top) => over(top, under), [255, 255, 255, 1] as Rgba);
    };
    const luminance = (c: Rgba): number => {
      const l = (x: number): number =>
        x / 255 <= 0.04045 ? x / 255 / 12.92 : ((x / 255 + 0.055) / 1.055) ** 2.4;
      return 0.2126 * l(c[0]) + 0.7152 * l(c[1]) + 0.0722 * l(c[2]);
    };
    const result: { text: string; ratio: number; colours: string }[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node.parentElement;
      const text = node.textContent?.trim() ?? "";
      if (
        !text ||
        !element ||
        element.closest("script, style, [hidden], .sr-only, .space, .control, .heat-picture")
      )
        continue;
      if (element.getClientRects().length === 0) continue;
      const style = getComputedStyle(element);
      if (style.visibility === "hidden") continue;
      const ground = groundOf(element);
      const ink = over(parse(element instanceof SVGElement ? style.fill : style.color), ground);
      const [a, b] = [luminance(ink), luminance(ground)];
      const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      if (ratio < 4.5) result.push({ text, ratio, colours: `${style.color} on ${ground.join(" ")}` });
    }
    return result;
  });
}

/** Texts of a drawn SVG with a contrast below 4.5 to the shape that was drawn right before them. */
export async function faintInDrawing(page: Page, selector: string): Promise<readonly string[]> {
  const pairs = await page.locator(`${selector} text:not([fill-opacity])`).evaluateAll((texts) =>
    texts.map((text) => {
      const before = text.previousElementSibling;
      const on = before instanceof SVGRectElement ? before.getAttribute("fill") : null;
      return [text.textContent, text.getAttribute("fill"), on] as const;
    }),
  );
  const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  return pairs.flatMap(([text, ink, on]) => {
    const ground = parseColour(on === null || on.startsWith("url") ? background : on);
    const colour = parseColour(ink ?? "");
    return ground && colour && contrast(colour, ground) >= 4.5 ? [] : [`${text}: ${ink} on ${on}`];
  });
}

/** Fails where a text is hard to read. */
export async function assertReadable(page: Page): Promise<void> {
  assert.deepEqual(await faintTexts(page), []);
}

/** Fails where the page or its main part has to be scrolled sideways: only grids and tables may. */
export async function assertFits(page: Page): Promise<void> {
  const sizes = await page.evaluate(() =>
    ["html", ".main", ".head", ".rail"].map((selector) => {
      const element = document.querySelector(selector);
      return { selector, over: element ? element.scrollWidth - element.clientWidth : 0 };
    }),
  );
  assert.deepEqual(
    sizes.filter(({ over }) => over > 0),
    [],
  );
}

/** Colour of a painted element as numbers. */
export async function groundOf(page: Page, selector: string): Promise<readonly number[]> {
  const text = await page
    .locator(selector)
    .first()
    .evaluate((e) => getComputedStyle(e).backgroundColor);
  return (text.match(/[\d.]+/g) ?? []).map(Number);
}

/** The accessible names of all elements that a selector finds, in order. */
export async function labels(page: Page, selector: string): Promise<readonly string[]> {
  return page.locator(selector).evaluateAll((all) => all.map((e) => e.getAttribute("aria-label") ?? ""));
}

/** Lines of a CSV text without quoted line breaks, as cells; comments are left out. */
export function csvRows(text: string): readonly (readonly string[])[] {
  return text
    .trimEnd()
    .split("\r\n")
    .filter((line) => !line.startsWith("# "))
    .map((line) =>
      [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)]
        .slice(0, -1)
        .map((m) => m[1]!)
        .map((cell) => (cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell)),
    );
}

/** Exports a figure by its buttons and gives what the page asked the host to save. */
export async function exported<P extends PanelId>(
  panel: PanelPage<P>,
  figure: string,
  format: "PNG" | "SVG" | "CSV" | "JSON",
): Promise<HostApi["export/save"]["params"]> {
  const before = panel.requests.length;
  await panel.page.getByRole("button", { name: `Export ${figure}`, exact: true }).click();
  await panel.page.locator(".export-choices:not([hidden])").getByRole("button", { name: format }).click();
  await panel.page.waitForFunction(() => document.querySelector(".export-choices:not([hidden])") === null);
  const request = panel.requests.slice(before).find(({ method }) => method === "export/save");
  assert.ok(request, "the page asked to save");
  return request.params as HostApi["export/save"]["params"];
}
