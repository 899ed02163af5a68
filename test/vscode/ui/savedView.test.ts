import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import type { Frame } from "playwright-core";
import { openWorkbench, patience, type Workbench } from "./support/workbench";

const name = "attention.introspect-view.json";

/** Waits for a live attention page that says the same of every head. */
async function liveHeads({ page }: Workbench, wanted: readonly string[]): Promise<void> {
  const deadline = Date.now() + patience;
  const read = (): string[] | null =>
    document.body.dataset["old"] === "yes" ||
    document.body.dataset["saved"] !== "no" ||
    document.body.dataset["status"] !== "ready"
      ? null
      : [...document.querySelectorAll(".figure-attention-heads [role=gridcell]")].map(
          (e) => e.getAttribute("aria-label") ?? "",
        );
  for (;;) {
    for (const frame of page.frames()) {
      const found = await frame.evaluate(read).catch(() => null);
      if (found && found.length > 0) return assert.deepEqual(found, wanted);
    }
    if (Date.now() > deadline) throw new Error("no live attention panel came up");
    await page.waitForTimeout(200);
  }
}

describe("a saved view", () => {
  let workbench: Workbench;
  let shown: string[];

  const pattern = (frame: Frame): Promise<string[]> =>
    frame
      .locator(".figure-attention-heads [role=gridcell]")
      .evaluateAll((all) => all.map((e) => e.getAttribute("aria-label") ?? ""));

  it("is saved from a figure's menu, beside the command that gives its numbers", async () => {
    workbench = await openWorkbench();
    await workbench.openFile("search.ts");
    await workbench.selectText("export function");
    await workbench.contextMenu("Introspect", "Show Attention on Selection");
    const frame = await workbench.webviewFrame("attention");
    await frame.locator("body[data-status='ready']").waitFor({ timeout: patience });
    shown = await pattern(frame);
    const figure = frame.locator(".figure-attention-heads");
    await figure.getByRole("button", { name: "Export Heads" }).click();
    await figure.getByRole("button", { name: "Copy as Command line" }).click();
    await figure.locator(".export-said", { hasText: "is on the clipboard" }).waitFor({ timeout: patience });
    const copied = await workbench.page.evaluate(() => navigator.clipboard.readText());
    assert.match(copied, /^introspect heads \S*introspect-small --text '/);
    await figure.getByRole("button", { name: "Export Heads" }).click();
    await workbench.screenshot("export-menu");
    await figure.getByRole("button", { name: "Save view…" }).click();
    // The dialog looks at the folder first, then proposes the name.
    await workbench.page.waitForFunction((end) => {
      const input = document.querySelector<HTMLInputElement>(".quick-input-widget input.input");
      return input?.value.endsWith(end) === true;
    }, `/${name}`);
    await workbench.page.keyboard.press("Enter");
    const file = path.join(workbench.folder, name);
    await workbench.page.locator(".explorer-viewlet .monaco-list-row", { hasText: name }).waitFor();
    const view = JSON.parse(fs.readFileSync(file, "utf8")) as { panel: string; model: { digest: string } };
    assert.equal(view.panel, "attention");
    assert.match(view.model.digest, /^[0-9a-f]{64}$/);
  });

  it("opens as it was, without its model too, and goes on live with it", async () => {
    const { folder, page } = workbench;
    const strange = "strange.introspect-view.json";
    const view = JSON.parse(fs.readFileSync(path.join(folder, name), "utf8")) as { model: object };
    const model = { ...view.model, path: "/nowhere/strange", digest: "f".repeat(64) };
    fs.writeFileSync(path.join(folder, strange), JSON.stringify({ ...view, model }));
    await workbench.runCommand("View: Close All Editors");
    const open = async (file: string, words: RegExp): Promise<Frame> => {
      await page.locator(".explorer-viewlet .monaco-list-row", { hasText: file }).dblclick();
      await page.locator(".tab.active", { hasText: file }).waitFor();
      const frame = await workbench.webviewFrame("attention");
      await frame.locator("body[data-saved='yes'][data-status='ready']").waitFor({ timeout: patience });
      await frame.locator(".saved-banner", { hasText: words }).waitFor({ timeout: patience });
      assert.deepEqual(await pattern(frame), shown);
      return frame;
    };
    const frame = await open(strange, /Saved view of strange, digest ffffffff/);
    await frame.locator(".saved-banner", { hasText: "Another model is in use" }).waitFor();
    assert.equal(await frame.getByRole("button", { name: "Show live" }).count(), 0);
    await workbench.screenshot("saved-view");
    await workbench.runCommand("View: Close All Editors");
    const own = await open(name, /Saved view of introspect-small/);
    for (const frame of page.frames())
      await frame.evaluate(() => void (document.body.dataset["old"] = "yes")).catch(() => undefined);
    await own.getByRole("button", { name: "Show live" }).click();
    await page.locator(".tab", { hasText: /^Attention$/ }).waitFor();
    await liveHeads(workbench, shown);
    await workbench.screenshot("saved-view-live");
  });
});
