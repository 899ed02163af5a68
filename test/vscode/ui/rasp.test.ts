import assert from "node:assert/strict";
import { openWorkbench, patience, type Workbench } from "./support/workbench";

describe("a RASP program", () => {
  let workbench: Workbench;

  before(async () => {
    workbench = await openWorkbench({
      // Drawn as elements, the terminal's text can be read.
      settings: { "terminal.integrated.gpuAcceleration": "off" },
    });
    await workbench.openFile("sort.rasp");
  });

  it("shows its values beside the text, and is drawn beside it", async () => {
    const { page } = workbench;
    await page.getByText("[e, h, l, l, o] (strings)").first().waitFor({ timeout: patience });
    await workbench.runCommand("Introspect: Draw RASP Program");
    const frame = await workbench.webviewFrame("rasp");
    await frame.locator("body[data-status='ready']").waitFor({ timeout: patience });
    await workbench.screenshot("rasp-sort");
    assert.equal(await frame.locator(".notice-error").count(), 0);
  });

  it("answers in a terminal as the original's REPL does", async () => {
    const { page } = workbench;
    await workbench.runCommand("Introspect: Open RASP REPL");
    await page.locator(".terminal-wrapper.active .xterm").waitFor({ timeout: patience });
    await page.keyboard.type("indices + 1;\n");
    await page.getByText("[1, 2, 3, 4, 5] (ints)").first().waitFor({ timeout: patience });
    await workbench.screenshot("rasp-repl");
  });
});
