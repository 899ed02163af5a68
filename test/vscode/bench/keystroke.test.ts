/** Not a test: measures the time from a keystroke to the Lens painted, in a real VS Code. Run by `npm run bench`. */
import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Frame } from "playwright-core";
import { longDocument } from "../../bench/longDocument";
import { quantile } from "../../bench/quantile";
import { inRepo } from "../../support/paths";
import { openWorkbench, patience, type Workbench } from "../ui/support/workbench";

const keystrokes = 200;
const updates = 1000;
const pauseMs = 250;

/** One thing that somebody does to the text. */
type Stroke = (page: Workbench["page"]) => Promise<void>;

/** Words whose tokens merge as they grow, with a deletion, an undo and a paste now and then. */
function strokes(): readonly Stroke[] {
  const press =
    (key: string): Stroke =>
    (page) =>
      page.keyboard.press(key);
  const words = "function lowerBoundary of readonly items returns the understanding ".split("");
  return Array.from({ length: keystrokes }, (_, i): Stroke => {
    if (i % 20 === 19)
      return (page) => page.keyboard.insertText("const pasted = items.map((item) => item + 1);\n");
    if (i % 13 === 12) return press("Control+z");
    if (i % 6 === 5) return press("Backspace");
    const key = words[i % words.length] ?? " ";
    return press(key === " " ? "Space" : key);
  });
}

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

async function measure(workbench: Workbench, frame: Frame, all: readonly Stroke[]): Promise<number[]> {
  const taken: number[] = [];
  for (const stroke of all) {
    const before = (await paintsOf(frame)).length;
    const pressed = Date.now();
    await stroke(workbench.page);
    await workbench.page.waitForTimeout(pauseMs);
    const first = (await paintsOf(frame))[before];
    if (first !== undefined) taken.push(first - pressed);
  }
  return taken;
}

/** Bytes of the page's heap after its garbage was collected. */
async function heapBytes(workbench: Workbench, frame: Frame): Promise<number> {
  const session = await workbench.page.context().newCDPSession(workbench.page);
  await session.send("HeapProfiler.collectGarbage").catch(() => undefined);
  await session.detach();
  return frame.evaluate(
    () => (performance as unknown as { memory: { usedJSHeapSize: number } }).memory.usedJSHeapSize,
  );
}

async function openLens(workbench: Workbench): Promise<Frame> {
  await workbench.runCommand("Introspect: Show Lens");
  const frame = await workbench.webviewFrame("lens");
  await frame.locator("body[data-status='ready']").waitFor({ timeout: patience });
  return frame;
}

describe("a keystroke", () => {
  it("is measured until the Lens is painted", async function () {
    this.timeout(600_000);
    // The file is there before the folder is opened, so that it is found by its name.
    const folder = mkdtempSync(join(tmpdir(), "introspect-bench-"));
    cpSync(inRepo("media/sample"), folder, { recursive: true });
    writeFileSync(join(folder, "long.ts"), longDocument());
    const opened = Date.now();
    const workbench = await openWorkbench({ folder });
    await workbench.openFile("stories.md");
    await workbench.page.keyboard.press("Control+End");
    await openLens(workbench);
    const firstPictureMs = Date.now() - opened;
    await workbench.openFile("long.ts");
    await workbench.page.keyboard.press("Control+g");
    await workbench.page.keyboard.type("1000");
    await workbench.page.keyboard.press("Enter");
    await workbench.page.keyboard.press("End");
    const frame = await openLens(workbench);
    await workbench.focusEditor();
    await watchPaints(frame);
    await measure(workbench, frame, strokes().slice(0, 10));
    const taken = await measure(workbench, frame, strokes());
    const before = await heapBytes(workbench, frame);
    const paintsBefore = (await paintsOf(frame)).length;
    for (let i = 0; i < updates; i++) {
      await workbench.page.keyboard.press(i % 8 === 7 ? "Space" : "abcdefgh"[i % 8]!);
      await workbench.page.waitForTimeout(40);
    }
    const report = {
      what: "keystroke to painted Lens in the middle of 2,000 lines, with deletions, pastes and undos; VS Code's server and a browser, bundled model",
      keystrokes,
      painted: taken.length,
      medianMs: quantile(taken, 0.5),
      p95Ms: quantile(taken, 0.95),
      maxMs: quantile(taken, 1),
      firstPictureMs,
      page: {
        keystrokes: updates,
        updates: (await paintsOf(frame)).length - paintsBefore,
        heapBytesBefore: before,
        heapBytesAfter: await heapBytes(workbench, frame),
      },
    };
    const file = inRepo("out/bench/keystroke.json");
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(report));
  });
});
