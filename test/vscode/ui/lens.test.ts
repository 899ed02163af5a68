import assert from "node:assert/strict";
import type { Frame } from "playwright-core";
import { readUntil } from "./support/readUntil";
import { openWorkbench, patience, type Workbench } from "./support/workbench";

/** The tokens under the grid, as one text: spaces as they are, the newest last. */
const shownText = async (frame: Frame): Promise<string> =>
  (await frame.locator(".column-head").allInnerTexts()).join("").replace(/[·\u00a0]/g, " ");

describe("the Lens", () => {
  let workbench: Workbench;
  let frame: Frame;

  const seq = async (): Promise<number> => Number(await frame.locator("body").getAttribute("data-seq"));
  /** Waits until the grid ends with a text. */
  const endsWith = async (pattern: RegExp): Promise<void> => {
    const shown = await readUntil(
      () => shownText(frame),
      (text) => pattern.test(text),
    );
    assert.match(shown, pattern);
  };

  before(async () => {
    workbench = await openWorkbench();
    await workbench.openFile("stories.md");
    await workbench.page.keyboard.press("Control+End");
    await workbench.runCommand("Introspect: Show Lens");
    frame = await workbench.webviewFrame("lens");
    await frame.locator("body[data-status='ready']").waitFor({ timeout: patience });
  });

  it("shows a column per position and a row per layer and one more", async () => {
    assert.equal(await frame.locator(".lens-grid .axis").count(), 5);
    assert.equal(await frame.locator(".lens-grid .column-head").count(), 12);
  });

  it("follows typing, in a document that was never saved", async () => {
    await workbench.runCommand("File: New Untitled Text File");
    await workbench.page.locator(".tab.active").filter({ hasText: "Untitled" }).waitFor();
    await workbench.focusEditor();
    await workbench.page.keyboard.type("The dog and the cat", { delay: 30 });
    await endsWith(/dog and the cat$/);
    await workbench.screenshot("lens-typed");
    await workbench.page.keyboard.type(" ran to the house", { delay: 30 });
    await endsWith(/to the house$/);
  });

  it("follows the cursor", async () => {
    await workbench.page.keyboard.press("Control+ArrowLeft");
    await workbench.page.keyboard.press("ArrowLeft");
    await endsWith(/ran to the$/);
  });

  it("says what to do where there is no text before the cursor", async () => {
    await workbench.page.keyboard.press("Control+Home");
    await frame.locator("body[data-status='empty']").waitFor({ timeout: patience });
    await workbench.page.keyboard.press("Control+End");
    await frame.locator("body[data-status='ready']").waitFor({ timeout: patience });
  });

  it("does nothing while it is hidden, and is right when it comes back", async () => {
    await workbench.runCommand("View: Show Explorer");
    await workbench.focusEditor();
    await workbench.page.keyboard.type(" and slept", { delay: 20 });
    await workbench.runCommand("Introspect: Show Lens");
    frame = await workbench.webviewFrame("lens");
    await frame.locator("body[data-status='ready']").waitFor({ timeout: patience });
    await endsWith(/and slept$/);
  });

  it("shows markup in a text as text", async () => {
    await workbench.focusEditor();
    await workbench.page.keyboard.press("Control+End");
    await workbench.page.keyboard.insertText(
      "\n<script>document.title='x'</script><img src=x onerror=alert(1)>",
    );
    await endsWith(/alert\(1\)>$/);
    assert.equal(await frame.locator("#root script, .page script, .page img").count(), 0);
    assert.ok((await seq()) > 0);
    assert.equal(await frame.title(), "Lens");
  });
});
