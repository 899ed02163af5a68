import assert from "node:assert/strict";
import { waitForNotification } from "./support/notification";
import { openWorkbench, patience, type Workbench } from "./support/workbench";

describe("attention, causal", () => {
  let workbench: Workbench;

  before(async () => {
    workbench = await openWorkbench();
    await workbench.openFile("search.ts");
  });

  it("takes an edge of the pattern apart and blocks it", async () => {
    await workbench.selectText("lowerBound(items, wanted, compare)");
    await workbench.contextMenu("Introspect", "Show Attention on Selection");
    const frame = await workbench.webviewFrame("attention");
    await frame.locator("body[data-status='ready']").waitFor({ timeout: patience });
    await frame.locator(".matrix").focus();
    await workbench.page.keyboard.press("ArrowLeft");
    await workbench.page.keyboard.press("Enter");
    await frame.getByText("All parts add up to").waitFor({ timeout: patience });
    assert.equal(await frame.locator(".figure-attention-why .bars-row").count(), 13);
    await frame.locator(".figure-attention-block vscode-button").click();
    await frame.getByText("random other edges").first().waitFor({ timeout: patience });
    await frame.locator(".edge-part").evaluate((e) => e.scrollIntoView());
    await workbench.screenshot("attention-edge");
  });

  it("patches from one selection into another", async () => {
    await workbench.runCommand("View: Focus First Editor Group");
    await workbench.selectText("lowerBound(items, wanted, compare)");
    await workbench.runCommand("Introspect: Patch from Selection…");
    await waitForNotification(workbench, "is marked");
    await workbench.runCommand("View: Focus First Editor Group");
    await workbench.selectText("binarySearch");
    await workbench.runCommand("Introspect: Patch from Selection…");
    const frame = await workbench.webviewFrame("patch");
    await frame
      .locator("body[data-status='error'], body[data-status='ready']")
      .first()
      .waitFor({ timeout: patience });
    await workbench.screenshot("patch-two-selections");
  });

  it("shows the example of the empty panel when these two cannot be compared", async () => {
    const frame = await workbench.webviewFrame("patch");
    if ((await frame.locator("body").getAttribute("data-status")) === "ready") return;
    assert.match(await frame.locator(".frame").innerText(), /tokens|token/);
  });
});
