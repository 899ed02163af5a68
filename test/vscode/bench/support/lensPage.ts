/** Measures on the Lens's page: when it painted, how long a question to the host takes, how much memory it has. */
import type { Frame } from "playwright-core";
import { patience, type Workbench } from "../../ui/support/workbench";

interface Noted {
  /** Wall-clock milliseconds at which a ready snapshot was painted. */
  paints: number[];
  /** Wall-clock milliseconds at which an answer of the host came. */
  replies: number[];
}
type NotingWindow = Window & { noted: Noted };

/** Shows the Lens and waits until it has a picture. */
export async function openLens(workbench: Workbench): Promise<Frame> {
  await workbench.runCommand("Introspect: Show Lens");
  const frame = await workbench.webviewFrame("lens");
  await frame.locator("body[data-status='ready']").waitFor({ timeout: patience });
  return frame;
}

/** From now on the page notes when it painted a ready snapshot, and when an answer came. */
export function watch(frame: Frame): Promise<void> {
  return frame.evaluate(() => {
    const noted: Noted = { paints: [], replies: [] };
    (window as unknown as NotingWindow).noted = noted;
    const now = (): number => performance.timeOrigin + performance.now();
    const painted = (): void => {
      if (document.body.dataset["status"] !== "ready") return;
      // A frame callback runs before the paint, a task posted from it right after.
      requestAnimationFrame(() => setTimeout(() => void noted.paints.push(now())));
    };
    new MutationObserver(painted).observe(document.body, { attributes: true, attributeFilter: ["data-seq"] });
    window.addEventListener("message", ({ data }: MessageEvent<{ rpc?: unknown } | null>) => {
      if (data?.rpc === "reply") noted.replies.push(now());
    });
  });
}

/** What was noted so far. */
export const noted = (frame: Frame): Promise<Noted> =>
  frame.evaluate(() => (window as unknown as NotingWindow).noted);

/** The first paint behind those known, or undefined where none comes in time. */
export async function nextPaint(frame: Frame, known: number, timeout: number): Promise<number | undefined> {
  const wait = frame.waitForFunction(
    (count) => (window as unknown as NotingWindow).noted.paints[count],
    known,
    { timeout, polling: 10 },
  );
  return wait.then(
    (handle) => handle.jsonValue(),
    () => undefined,
  );
}

/** Milliseconds of questions to the extension host and back: pointing at one token after the other. */
export function roundTrips(frame: Frame, count: number): Promise<number[]> {
  return frame.evaluate(async (wanted) => {
    const { replies } = (window as unknown as NotingWindow).noted;
    const cells = [...document.querySelectorAll("[role=gridcell]")];
    const taken: number[] = [];
    for (let i = 0; i < wanted; i++) {
      const before = replies.length;
      const asked = performance.timeOrigin + performance.now();
      cells[i % cells.length]!.dispatchEvent(
        new PointerEvent("pointerover", { bubbles: true, screenX: i + 1 }),
      );
      for (let tries = 0; replies.length === before && tries < 400; tries++) {
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      const answered = replies[before];
      if (answered !== undefined) taken.push(answered - asked);
    }
    return taken;
  }, count);
}

/** Bytes of the page's heap after its garbage was collected; the workbench's own are in it, since they share a process. */
export async function heapBytes(workbench: Workbench, frame: Frame): Promise<number> {
  const session = await workbench.page.context().newCDPSession(workbench.page);
  await session.send("HeapProfiler.collectGarbage").catch(() => undefined);
  await session.detach();
  return frame.evaluate(
    () => (performance as unknown as { memory: { usedJSHeapSize: number } }).memory.usedJSHeapSize,
  );
}

/** Elements of the page. */
export const elements = (frame: Frame): Promise<number> =>
  frame.evaluate(() => document.querySelectorAll("*").length);
