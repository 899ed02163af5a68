/** What somebody does to a text in the bench: words whose tokens merge as they grow, with deletions, undos and pastes. */
import type { Page } from "playwright-core";

/** One thing that somebody does to the text. */
export type Stroke = (page: Page) => Promise<void>;

const words = "function lowerBoundary of readonly items returns the understanding ";
const pasted = "const pasted = items.map((item) => item + 1);\n";

const press =
  (key: string): Stroke =>
  (page) =>
    page.keyboard.press(key);

/** Puts the text that is pasted on the clipboard. */
export async function fillClipboard(page: Page): Promise<void> {
  await page.evaluate((text) => navigator.clipboard.writeText(text), pasted);
}

/** Strokes in an order that is always the same. */
export function strokes(count: number): readonly Stroke[] {
  return Array.from({ length: count }, (_, i): Stroke => {
    if (i % 20 === 19) return press("Control+v");
    if (i % 13 === 12) return press("Control+z");
    if (i % 6 === 5) return press("Backspace");
    const key = words[i % words.length] ?? " ";
    return press(key === " " ? "Space" : key);
  });
}
