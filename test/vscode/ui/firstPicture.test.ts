import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { inRepo } from "../../support/paths";
import { openWorkbench, patience, type Workbench } from "./support/workbench";

describe("the first picture", () => {
  let workbench: Workbench;

  before(async () => {
    workbench = await openWorkbench();
  });

  it("shows the Lens on the sample with the bundled model", async () => {
    await workbench.openFile("stories.md");
    await workbench.page.keyboard.press("Control+End");
    await workbench.runCommand("Introspect: Show Lens");
    const frame = await workbench.webviewFrame("lens");
    await frame.locator("body[data-status='ready']").waitFor({ timeout: patience });
    await workbench.screenshot("first-picture-lens");
    assert.deepEqual(await workbench.notifications(), []);
  });

  it("is there by itself in the workspace that `npm start` opens", async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "introspect-first-look-"));
    fs.cpSync(inRepo("media/sample"), folder, { recursive: true });
    fs.writeFileSync(path.join(folder, ".introspect-first-look"), "");
    workbench = await openWorkbench({ folder });
    const frame = await workbench.webviewFrame("lens");
    await frame.locator("body[data-status='ready']").waitFor({ timeout: patience });
    await workbench.page.locator(".tab.active").filter({ hasText: "stories.md" }).waitFor();
    await workbench.page.locator(".tab").filter({ hasText: "README.md" }).waitFor();
    await workbench.screenshot("first-picture-by-itself");
  });
});
