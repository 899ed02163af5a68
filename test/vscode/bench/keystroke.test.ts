/** Not a test: measures the time from a keystroke to the Lens painted, in a real VS Code. Run by `npm run bench`. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Frame } from "playwright-core";
import { inRepo } from "../../support/paths";
import { openWorkbench, patience, type Workbench } from "../ui/support/workbench";

const keystrokes = 60;
const pauseMs = 300;

/** Notes when the page has painted each new snapshot: wall-clock milliseconds. */
function watchPaints(frame: Frame): Promise<void> {
  return frame.evaluate(() => {
    const paints: number[] = [];
    (window as unknown as { paints: number[] }).paints = paints;
    const note = (): void => void paints.push(performance.timeOrigin + performance.now());
    // A frame callback runs before the paint, a task posted from it right after.
    const painted = (): void => void requestAnimationFrame(() => setTimeout(note));
    new MutationObserver(painted).observe(document.body, { attributes: true, attributeFilter: ["data-seq"] });
  });
}

const paintsOf = (frame: Frame): Promise<number[]> =>
  frame.evaluate(() => (window as unknown as { paints: number[] }).paints);

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

async function measure(workbench: Workbench, frame: Frame, text: string): Promise<number[]> {
  const taken: number[] = [];
  for (const key of text) {
    const before = (await paintsOf(frame)).length;
    const pressed = Date.now();
    await workbench.page.keyboard.press(key === " " ? "Space" : key);
    await workbench.page.waitForTimeout(pauseMs);
    const first = (await paintsOf(frame))[before];
    if (first !== undefined) taken.push(first - pressed);
  }
  return taken;
}

describe("a keystroke", () => {
  it("is measured until the Lens is painted", async function () {
    this.timeout(300_000);
    const workbench = await openWorkbench();
    await workbench.openFile("stories.md");
    await workbench.page.keyboard.press("Control+End");
    await workbench.runCommand("Introspect: Show Lens");
    const frame = await workbench.webviewFrame("lens");
    await frame.locator("body[data-status='ready']").waitFor({ timeout: patience });
    await workbench.focusEditor();
    await watchPaints(frame);
    const text = "the river went on to the sea and the boat came back again at night".slice(0, keystrokes);
    await measure(workbench, frame, "warm up ");
    const taken = await measure(workbench, frame, text);
    const report = {
      what: "keystroke to painted Lens in VS Code's server and a browser, bundled model",
      keystrokes: text.length,
      painted: taken.length,
      medianMs: quantile(taken, 0.5),
      p90Ms: quantile(taken, 0.9),
      maxMs: quantile(taken, 1),
    };
    const file = inRepo("out/bench/keystroke.json");
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(report));
  });
});
