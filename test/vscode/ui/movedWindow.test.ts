import assert from "node:assert/strict";
import type { Frame, Page } from "playwright-core";
import { readUntil } from "./support/readUntil";
import { openWorkbench, patience, Workbench } from "./support/workbench";

const heads = (frame: Frame): Promise<string[]> =>
  frame
    .locator(".figure-attention-heads [role=gridcell]")
    .evaluateAll((all) => all.map((e) => e.getAttribute("aria-label") ?? ""));

describe("a panel that is moved into a window of its own", () => {
  it("shows the same there, follows the editor of the first window, and comes back", async () => {
    const workbench = await openWorkbench();
    await workbench.openFile("search.ts");
    await workbench.selectText("export function");
    await workbench.contextMenu("Introspect", "Show Attention on Selection");
    let frame = await workbench.webviewFrame("attention");
    await frame.locator("body[data-status='ready']").waitFor({ timeout: patience });
    const shown = await heads(frame);
    const [second] = await Promise.all([
      workbench.page.waitForEvent("popup", { timeout: patience }) as Promise<Page>,
      (async () => {
        await workbench.page.locator(".tab").filter({ hasText: "Attention" }).click();
        await workbench.runCommand("View: Move Editor into New Window");
      })(),
    ]);
    const moved = new Workbench(second, workbench.folder);
    frame = await moved.webviewFrame("attention");
    await frame.locator("body[data-status='ready']").waitFor({ timeout: patience });
    assert.deepEqual(
      await readUntil(
        () => heads(frame),
        (one) => one.length > 0,
      ),
      shown,
    );
    await moved.screenshot("moved-window");
    await workbench.selectText("lowerBound");
    await workbench.contextMenu("Introspect", "Show Attention on Selection");
    const other = await readUntil(
      () => heads(frame).catch(() => shown),
      (one) => one.length > 0 && one.join() !== shown.join(),
    );
    assert.notDeepEqual(other, shown);
    await moved.screenshot("moved-window-followed");
    await workbench.screenshot("moved-window-first");
  });
});
