import assert from "node:assert/strict";
import type { Frame } from "playwright-core";
import { openWorkbench, patience, type Workbench } from "./support/workbench";

describe("the trained lens in VS Code", () => {
  let workbench: Workbench;
  let frame: Frame;
  /** What every cell says, the last row (the output) first. */
  const cells = (): Promise<string[]> =>
    frame.locator("[role=gridcell]").evaluateAll((all) => all.map((e) => e.getAttribute("aria-label") ?? ""));

  before(async () => {
    workbench = await openWorkbench();
    await workbench.openFile("stories.md");
    await workbench.page.keyboard.press("Control+End");
    await workbench.runCommand("Introspect: Show Lens");
    frame = await workbench.webviewFrame("lens");
    await frame.locator("body[data-status='ready']").waitFor({ timeout: patience });
  });

  it("of the bundled model is one click away, changes all rows but the output's, and is left again", async () => {
    const raw = await cells();
    const choose = async (name: string): Promise<string[]> => {
      const before = Number(await frame.locator("body").getAttribute("data-seq"));
      await frame.locator(".lens-choice .choice", { hasText: name }).click();
      const ready = (seq: number): boolean =>
        document.body.dataset["status"] === "ready" && Number(document.body.dataset["seq"]) > seq;
      await frame.waitForFunction(ready, before, { timeout: patience });
      await frame
        .locator(`.lens-choice .choice:has(:checked)`, { hasText: name })
        .waitFor({ timeout: patience });
      return cells();
    };
    const trained = await choose("Trained lens");
    const row = raw.length / 5;
    assert.deepEqual(trained.slice(0, row), raw.slice(0, row));
    assert.notDeepEqual(trained.slice(row, 2 * row), raw.slice(row, 2 * row));
    await workbench.screenshot("lens-trained");
    assert.deepEqual(await choose("Logit lens"), raw);
  });

  it("is still chosen when the view is shown again", async () => {
    await frame.locator(".lens-choice .choice", { hasText: "Trained lens" }).click();
    await frame.locator(".lens-choice .choice:has(:checked)", { hasText: "Trained lens" }).waitFor();
    await workbench.runCommand("View: Show Explorer");
    await workbench.runCommand("Introspect: Show Lens");
    frame = await workbench.webviewFrame("lens");
    await frame.locator("body[data-status='ready']").waitFor({ timeout: patience });
    await frame
      .locator(".lens-choice .choice:has(:checked)", { hasText: "Trained lens" })
      .waitFor({ timeout: patience });
  });
});
