import assert from "node:assert/strict";
import { viewTypes } from "../../../src/extension/contributions";
import { waitForNotification } from "./support/notification";
import { reopened } from "./support/reopened";
import { openWorkbench, patience, type Workbench } from "./support/workbench";

const coloured = ".editor-instance .view-overlays [class*='ced-'][class*='TextEditorDecorationType']";

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
    await frame.getByText("nearest in weight").first().waitFor({ timeout: patience });
    await frame.locator(".edge-part").evaluate((e) => e.scrollIntoView());
    await workbench.screenshot("attention-edge");
  });

  it("writes on row by row, and colours the editor by the chosen row and head", async () => {
    const frame = await workbench.webviewFrame("attention");
    const tool = (name: string) => frame.locator(".row-tools vscode-button").filter({ hasText: name });
    const token = frame.locator(".figure-attention-row .token");
    const selected = await token.count();
    await tool("Continue").click();
    await frame.locator(".token.generated").nth(15).waitFor({ timeout: patience });
    await frame.locator("body[data-status='ready']").waitFor({ timeout: patience });
    assert.equal(await token.count(), selected + 16);
    await token.nth(selected - 2).click();
    await tool("Colour the editor").click();
    await workbench.page.locator(coloured).first().waitFor({ timeout: patience });
    const legend = workbench.page.locator(".statusbar-item[id*='introspect.heatmap']");
    await legend.filter({ hasText: "Head 0.0" }).waitFor({ timeout: patience });
    await frame.locator(".head-row").filter({ hasNotText: "0.0" }).first().click();
    await legend.filter({ hasText: /Head (?!0\.0)\d\.\d/ }).waitFor({ timeout: patience });
    await frame.locator("body[data-status='ready']").waitFor({ timeout: patience });
    assert.equal(await frame.locator(".token.generated").count(), 16, "another head keeps what was written");
    await workbench.screenshot("attention-row-in-the-editor");
    // The cursor goes to the selection's first token: its row is shown.
    await workbench.runCommand("View: Focus First Editor Group");
    await workbench.page.keyboard.press("ArrowLeft");
    await frame
      .locator(".figure-attention-row .token:nth-of-type(1).mark-query")
      .waitFor({ timeout: patience });
    await tool("Clear colours").click();
    await workbench.page.locator(coloured).first().waitFor({ state: "detached", timeout: patience });
    await tool("Colour the editor").waitFor();
  });

  it("patches from the selection that was marked into the next one", async () => {
    await workbench.runCommand("View: Focus First Editor Group");
    await workbench.selectText("items[middle");
    await workbench.runCommand("Introspect: Patch from Selection…");
    await waitForNotification(workbench, "is marked");
    // A reload forgets neither that nor what the model wrote.
    workbench = await reopened(workbench, viewTypes.attention);
    await waitForNotification(workbench, "is marked");
    const restored = await workbench.webviewFrame("attention");
    await restored
      .locator(".token.generated")
      .nth(15)
      .waitFor({ timeout: 2 * patience });
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
    await frame.getByLabel("Text before").click();
    await frame
      .getByText(/\d+ tokens stand before the base, \d+ tokens before the source/)
      .waitFor({ timeout: patience });
    await frame.locator("body[data-status='ready']").waitFor({ timeout: patience });
  });
});
