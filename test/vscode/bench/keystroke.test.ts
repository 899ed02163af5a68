/** Not a test: measures the time from a keystroke to the Lens painted, in a real VS Code. Run by `npm run bench`. */
import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Frame } from "playwright-core";
import { firstLookMarker } from "../../../src/extension/firstLookMarker";
import { gpt2ShapeCheckpoint } from "../../bench/gpt2Shape";
import { longDocument } from "../../bench/longDocument";
import { machineLoad } from "../../bench/machineLoad";
import { quantile } from "../../bench/quantile";
import { inRepo } from "../../support/paths";
import { openWorkbench, patience, type Workbench } from "../ui/support/workbench";
import { elements, heapBytes, nextPaint, noted, openLens, roundTrips, watch } from "./support/lensPage";
import { fillClipboard, strokes, type Stroke } from "./support/strokes";

const keystrokes = 200;
const warmUp = 10;
const updates = 1000;
const trips = 100;
/** A stroke that is not painted by then counts as not painted. */
const longestMs = 3000;
/** Between a paint and the next stroke: about what a fast typist leaves. */
const pauseMs = 100;

const round = (ms: number): number => Number(ms.toFixed(1));

/** The sample folder with a document of 2,000 lines; it is there before it is opened, so that it is found by its name. */
function folderWith(...marks: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), "introspect-bench-"));
  cpSync(inRepo("media/sample"), folder, { recursive: true });
  writeFileSync(join(folder, "long.ts"), longDocument());
  for (const mark of marks) writeFileSync(join(folder, mark), "");
  return folder;
}

async function measure(workbench: Workbench, frame: Frame, all: readonly Stroke[]): Promise<number[]> {
  const taken: number[] = [];
  for (const stroke of all) {
    const known = (await noted(frame)).paints.length;
    const pressed = Date.now();
    await stroke(workbench.page);
    const painted = await nextPaint(frame, known, longestMs);
    if (painted !== undefined) taken.push(painted - pressed);
    await workbench.page.waitForTimeout(pauseMs);
  }
  return taken;
}

/** Opens the long document in its middle, with the Lens beside it. */
async function openMiddle(model: string): Promise<{ workbench: Workbench; frame: Frame }> {
  const workbench = await openWorkbench({
    folder: folderWith(),
    settings: { "introspect.model.path": model },
  });
  await workbench.openFile("long.ts");
  await workbench.page.keyboard.press("Control+g");
  await workbench.page.keyboard.type("1000");
  await workbench.page.keyboard.press("Enter");
  await workbench.page.keyboard.press("End");
  const frame = await openLens(workbench);
  await workbench.focusEditor();
  await fillClipboard(workbench.page);
  await watch(frame);
  return { workbench, frame };
}

async function typed({ workbench, frame }: { workbench: Workbench; frame: Frame }): Promise<object> {
  const before = machineLoad();
  await measure(workbench, frame, strokes(warmUp));
  const taken = await measure(workbench, frame, strokes(keystrokes));
  const answered = await roundTrips(frame, trips);
  return {
    keystrokes,
    painted: taken.length,
    medianMs: round(quantile(taken, 0.5)),
    p95Ms: round(quantile(taken, 0.95)),
    maxMs: round(quantile(taken, 1)),
    // Page → extension host → page, a message of a few bytes each.
    transportMs: { median: round(quantile(answered, 0.5)), p95: round(quantile(answered, 0.95)) },
    machine: { before, after: machineLoad() },
  };
}

async function manyUpdates({ workbench, frame }: { workbench: Workbench; frame: Frame }): Promise<object> {
  const state = async (): Promise<{ heapBytes: number; elements: number; paints: number }> => ({
    heapBytes: await heapBytes(workbench, frame),
    elements: await elements(frame),
    paints: (await noted(frame)).paints.length,
  });
  const before = await state();
  for (let i = 0; i < updates; i++) {
    const known = (await noted(frame)).paints.length;
    await workbench.page.keyboard.press(i % 8 === 7 ? "Space" : "abcdefgh"[i % 8]!);
    await nextPaint(frame, known, longestMs);
  }
  const after = await state();
  return { keystrokes: updates, updates: after.paints - before.paints, before, after };
}

describe("a keystroke", function () {
  this.timeout(1_200_000);
  const report: Record<string, object> = {};
  after(() => {
    const what =
      "keystroke to painted Lens in the middle of 2,000 lines, with deletions, pastes and undos; VS Code's server and a browser";
    const file = inRepo("out/bench/keystroke.json");
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify({ what, ...report }));
  });

  it("is preceded by a first picture, which is measured", async () => {
    const folder = folderWith(firstLookMarker);
    const before = machineLoad();
    const opened = Date.now();
    const workbench = await openWorkbench({ folder });
    const workbenchMs = Date.now() - opened;
    const frame = await workbench.webviewFrame("lens");
    await frame.locator("body[data-status='ready']").waitFor({ timeout: patience });
    const firstPictureMs = Date.now() - opened;
    report["opening"] = { workbenchMs, firstPictureMs, machine: { before, after: machineLoad() } };
  });

  it("is measured until the Lens is painted, and the page after many of them: bundled model", async () => {
    const open = await openMiddle("");
    report["bundled"] = await typed(open);
    report["page"] = await manyUpdates(open);
  });

  it("is measured until the Lens is painted: GPT-2 small's shape", async () => {
    report["gpt2Small"] = await typed(await openMiddle(gpt2ShapeCheckpoint().folder));
  });
});
