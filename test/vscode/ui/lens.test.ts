import assert from "node:assert/strict";
import type { Frame } from "playwright-core";
import { openWorkbench, patience, type Workbench } from "./support/workbench";

/** The token under the newest column of the grid. */
const newestToken = (frame: Frame): Promise<string> => frame.locator(".column-head.newest").innerText();

describe("the Lens", () => {
  let workbench: Workbench;
  let frame: Frame;

  const seq = async (): Promise<number> => Number(await frame.locator("body").getAttribute("data-seq"));
  const newestIs = async (pattern: RegExp): Promise<void> => {
    await frame
      .locator(".column-head.newest")
      .filter({ hasText: pattern })
      .waitFor({ timeout: patience })
      .catch(async () => assert.match(await newestToken(frame), pattern));
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
    await newestIs(/cat/);
    await workbench.screenshot("lens-typed");
    await workbench.page.keyboard.type(" ran to the house", { delay: 30 });
    await newestIs(/house/);
  });

  it("follows the cursor", async () => {
    await workbench.page.keyboard.press("Control+ArrowLeft");
    await workbench.page.keyboard.press("ArrowLeft");
    await newestIs(/the/);
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
    await newestIs(/ept/);
  });

  it("shows markup in a text as text", async () => {
    await workbench.focusEditor();
    await workbench.page.keyboard.press("Control+End");
    await workbench.page.keyboard.insertText(
      "\n<script>document.title='x'</script><img src=x onerror=alert(1)>",
    );
    await newestIs(/>/);
    assert.equal(await frame.locator("#root script, .page script, .page img").count(), 0);
    assert.ok((await seq()) > 0);
    assert.equal(await frame.title(), "Lens");
  });
});
