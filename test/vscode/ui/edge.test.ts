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
    const pairs = await frame.locator(".figure-attention-why .bars-row").count();
    assert.ok(pairs >= 9, `${pairs} pairs of embedding, position and bias`);
    await frame.locator(".figure-attention-block vscode-button").click();
    await frame.getByText("random other edges").first().waitFor({ timeout: patience });
    await frame.locator(".edge-part").evaluate((e) => e.scrollIntoView());
    await workbench.screenshot("attention-edge");
  });

  it("patches from the selection that was marked into the next one", async () => {
    await workbench.runCommand("View: Focus First Editor Group");
    await workbench.selectText("items[middle");
    await workbench.runCommand("Introspect: Patch from Selection…");
    await waitForNotification(workbench, "is marked");
    // Escape, which ends a search, would close the notification first.
    await workbench.runCommand("Notifications: Clear All Notifications");
    await workbench.runCommand("View: Focus First Editor Group");
    await workbench.selectText("compare(items");
    await workbench.runCommand("Introspect: Patch from Selection…");
    const frame = await workbench.webviewFrame("patch");
    await frame.locator("body[data-status='ready']").waitFor({ timeout: patience });
    await frame.getByText("Both texts have").waitFor();
    assert.equal(await frame.getByText("change nothing, exactly").count(), 3);
    await workbench.screenshot("patch-two-selections");
  });
});
