import assert from "node:assert/strict";
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
});
