import fs from "node:fs";
import path from "node:path";
import assert from "node:assert/strict";
import { viewTypes } from "../../../src/extension/contributions";
import { reopened } from "./support/reopened";
import { openWorkbench, patience } from "./support/workbench";

describe("a sweep in the workbench", () => {
  it("is stopped and goes on from what it had, opens a cell's experiment, and outlives a reload", async () => {
    let workbench = await openWorkbench();
    const inFolder = (end: string): string =>
      path.join(workbench.folder, `code-or-prose.introspect-sweep.${end}`);
    await workbench.openFile("code-or-prose.introspect-sweep.json");
    const line = workbench.page.locator(".codelens-decoration a").filter({ hasText: "Run sweep" });
    await line.click({ timeout: patience });
    const frame = await workbench.webviewFrame("sweep");
    await frame.getByText(/^[1-9]\d* of 28 cells measured/).waitFor({ timeout: 2 * patience });
    await frame.getByRole("button", { name: "Cancel" }).click();
    await frame.getByText("Stopped. What was measured is kept").waitFor({ timeout: patience });
    assert.ok(fs.readFileSync(inFolder("json.part"), "utf8").split("\n").length > 2);
    await workbench.screenshot("sweep-stopped");
    await frame.getByRole("button", { name: "Look again" }).click();
    await frame.locator("body[data-status='ready']").waitFor({ timeout: 3 * patience });
    await frame.locator(".sweep-said").getByText("Best effect").waitFor({ timeout: patience });
    await workbench.page
      .getByRole("treeitem", { name: "code-or-prose.introspect-sweep.result.json" })
      .waitFor({ timeout: patience });
    assert.ok(!fs.existsSync(inFolder("json.part")));
    await workbench.screenshot("sweep-done");
    await frame.getByRole("gridcell", { name: /^layer 1, strength 2\.00, / }).first().click(); // prettier-ignore
    const steering = await workbench.webviewFrame("steering");
    await steering.getByText("blocks.1.hook_resid_pre").waitFor({ timeout: patience });
    workbench = await reopened(workbench, viewTypes.sweep);
    await workbench.page.getByRole("tab", { name: "Sweep", exact: true }).click({ timeout: patience });
    const again = await workbench.webviewFrame("sweep");
    await again.locator(".sweep-said").getByText("Best effect").waitFor({ timeout: patience });
    await workbench.screenshot("sweep-again");
  });
});
