import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { readUntil } from "./support/readUntil";
import { openWorkbench, patience, type Workbench } from "./support/workbench";

/** How many pieces of the source have the border that what is pointed at in the picture gets. */
const marked = ({ page }: Workbench): Promise<number> =>
  page.evaluate(
    () =>
      [...document.querySelectorAll(".editor-instance .view-overlays [class*='ced-']")].filter(
        (e) => getComputedStyle(e).borderTopStyle === "solid",
      ).length,
  );

describe("a RASP program", () => {
  let workbench: Workbench;

  before(async () => {
    workbench = await openWorkbench({
      // Drawn as elements, the terminal's text can be read.
      settings: { "terminal.integrated.gpuAcceleration": "off" },
    });
    const plain = path.join(workbench.folder, "rasp", "plain.rasp");
    fs.writeFileSync(plain, "same = select(tokens, tokens, ==);\nselector_width(same);\n");
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

  it("is stepped through by keyboard, and Enter shows the step in the source", async () => {
    const { page } = workbench;
    const frame = await workbench.webviewFrame("rasp");
    const current = frame.locator(".step.current");
    await current.focus();
    await page.keyboard.press("Home");
    await frame.getByText(/^step 1 of/).waitFor({ timeout: patience });
    await page.keyboard.press("End");
    await frame.locator(".step.is-result").and(current).waitFor({ timeout: patience });
    await page.keyboard.press("Enter");
    await page.locator(".statusbar-item", { hasText: /Ln 10, Col \d+ \(4[56] selected\)/ }).waitFor();
    const selected = page.locator(".editor-group-container.active .monaco-editor.focused");
    await selected.waitFor();
  });

  it("marks in the picture what is pointed at in the source, and in the source what is in the picture", async () => {
    const { page } = workbench;
    const frame = await workbench.webviewFrame("rasp");
    await workbench.focusEditor();
    const untilMarked = async (is: boolean): Promise<void> => {
      const isMarked = async (): Promise<boolean> => (await marked(workbench)) > 0;
      assert.equal(await readUntil(isMarked, (now) => now === is), is, "marked in the source");
    };
    await untilMarked(false);
    await page
      .locator(".view-line span", { hasText: /^selector_width$/ })
      .first()
      .hover();
    const place = frame.locator(".step", { has: frame.locator(".step-name", { hasText: /^place$/ }) });
    await frame.locator(".step.pointed").and(place).waitFor({ timeout: patience });
    assert.equal(await frame.locator(".step.is-result.pointed").count(), 0);
    await place.hover();
    await untilMarked(true);
    await workbench.screenshot("rasp-pointed");
  });

  it("runs on the example that the panel sets, in the picture and beside the text", async () => {
    const { page } = workbench;
    await workbench.focusEditor();
    await workbench.openFile("plain.rasp");
    await page.getByText("[1, 1, 2, 2, 1] (ints)").first().waitFor({ timeout: patience });
    await workbench.runCommand("Introspect: Draw RASP Program");
    const frame = await workbench.webviewFrame("rasp");
    const example = frame.getByRole("textbox", { name: "Example" });
    await frame.locator(".subject-input", { hasText: "hello" }).waitFor({ timeout: patience });
    await example.fill('"banana"');
    await example.press("Enter");
    await page.getByText("[1, 3, 2, 3, 2, 3] (ints)").first().waitFor({ timeout: patience });
    await frame.locator(".subject-input", { hasText: "banana" }).waitFor({ timeout: patience });
  });

  it("has its own example changed from the panel, in its line", async () => {
    const { page } = workbench;
    await workbench.focusEditor();
    await workbench.openFile("reverse.rasp");
    await page.getByText("[o, l, l, e, h] (strings)").first().waitFor({ timeout: patience });
    await workbench.runCommand("Introspect: Draw RASP Program");
    const frame = await workbench.webviewFrame("rasp");
    await frame.getByText("Run changes the line there.").waitFor({ timeout: patience });
    const example = frame.getByRole("textbox", { name: "Example" });
    await example.fill("[1, 2.5, true]");
    await example.press("Enter");
    await page
      .locator(".view-line", { hasText: /^set.example.\[1,.2\.5,.True\]$/ })
      .waitFor({ timeout: patience });
    await frame.locator(".subject-input", { hasText: "[1, 2.5, True]" }).waitFor({ timeout: patience });
    await workbench.screenshot("rasp-own-example");
  });

  it("answers in a terminal as the original's REPL does", async () => {
    const { page } = workbench;
    await workbench.runCommand("Introspect: Open RASP REPL");
    // Chosen from the palette over a page, VS Code gives the focus back to the page.
    await page.locator(".terminal-wrapper.active .xterm-screen").click({ timeout: patience });
    await page.locator(".terminal-wrapper.active .xterm.focus").waitFor({ timeout: patience });
    await page.keyboard.type("indices + 1;\n");
    await page.getByText("[1, 2, 3, 4, 5] (ints)").first().waitFor({ timeout: patience });
    await workbench.screenshot("rasp-repl");
  });
});
