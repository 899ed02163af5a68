import assert from "node:assert/strict";
import type { Frame } from "playwright-core";
import { readUntil } from "./support/readUntil";
import { openWorkbench, patience, type Workbench } from "./support/workbench";

describe("one thing looked at", () => {
  let workbench: Workbench;
  let lens: Frame;
  let attention: Frame;
  let neurons: Frame;

  const ready = async (frame: Frame): Promise<void> =>
    frame.locator("body[data-status='ready']").waitFor({ timeout: patience });
  /** Waits until a page says something; a page whose tab was hidden is made anew, so its frame is found each time. */
  const says = async (id: string, selector: string, text: RegExp): Promise<Frame> => {
    const deadline = Date.now() + patience;
    for (;;) {
      const frame = await workbench.webviewFrame(id);
      const words = await frame
        .locator(selector)
        .allInnerTexts()
        .catch(() => []);
      if (words.some((word) => text.test(word))) return frame;
      if (Date.now() > deadline) throw new Error(`${id} says ${words.join(" | ")}, not ${String(text)}`);
      await workbench.page.waitForTimeout(100);
    }
  };
  const outlined = (): Promise<number> =>
    workbench.page.evaluate(
      () =>
        [...document.querySelectorAll(".editor-instance .view-overlays [class*='ced-']")].filter((e) =>
          getComputedStyle(e).outlineStyle.includes("solid"),
        ).length,
    );

  before(async () => {
    workbench = await openWorkbench();
    await workbench.openFile("search.ts");
    await workbench.runCommand("Introspect: Show Lens");
    lens = await workbench.webviewFrame("lens");
    await workbench.runCommand("View: Focus First Editor Group");
    await workbench.selectText("lowerBound(items, wanted, compare)");
    await workbench.contextMenu("Introspect", "Show Attention on Selection");
    attention = await workbench.webviewFrame("attention");
    await ready(attention);
    await workbench.runCommand("View: Focus First Editor Group");
    await workbench.contextMenu("Explain Neuron Activations on Selection");
    neurons = await workbench.webviewFrame("neurons");
    await ready(neurons);
    await ready(lens);
  });

  it("outlines in the editor the token that one points at in the Lens", async () => {
    assert.equal(await outlined(), 0);
    await lens.locator(".column-head").last().hover();
    assert.ok((await readUntil(outlined, (n) => n > 0)) > 0);
    await workbench.screenshot("focus-pointed");
  });

  it("lets the neurons follow a cell of the Lens to its layer and token", async () => {
    const token = (await lens.locator(".column-head").nth(9).innerText()).trim();
    await lens.locator(".row").nth(2).locator(".cell").nth(9).click();
    await neurons.locator(".count").filter({ hasText: "of layer 2 alone" }).waitFor({ timeout: patience });
    await ready(neurons);
    assert.equal((await neurons.locator(".selection").innerText()).trim(), token);
    const names = await neurons.locator(".ranking .neuron").allInnerTexts();
    assert.ok(names.length > 0 && names.every((name) => /L2 N\d+/.test(name)), names[0]);
    await workbench.screenshot("focus-followed");
  });

  it("lets the attention follow to the head of that layer, with that token as its query", async () => {
    await workbench.page.getByRole("tab", { name: "Attention" }).click();
    const frame = await says("attention", "h2, h3", /Pattern of head 2\.\d+/);
    assert.equal(await frame.locator(".token.mark-query").count(), 1);
  });

  it("leads back to what was looked at before, and forward again", async () => {
    await workbench.page.getByRole("tab", { name: "Neurons" }).click();
    await says("neurons", ".count", /of layer 2 alone/);
    // The newest looks are those of the cell: one of each panel that followed.
    for (let i = 0; i < 2; i++)
      await workbench.runCommand("Introspect: Go Back to What Was Looked At Before");
    await says("neurons", ".selection", /lowerBound\(items/);
    await says("neurons", ".count", /^\d+ neurons$/);
    const forward = "Introspect: Go Forward to What Was Looked At After";
    await workbench.runCommand(forward);
    await says("neurons", ".count", /of layer 2 alone/);
    await workbench.runCommand(forward);
    await says("attention", "h2, h3", /Pattern of head 2\.\d+/);
  });
});
