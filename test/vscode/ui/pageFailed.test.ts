import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import type { Frame } from "playwright-core";
import { openWorkbench, patience, Workbench } from "./support/workbench";

const ready = (frame: Frame): Promise<void> =>
  frame.locator("body[data-status='ready']").waitFor({ timeout: patience });

describe("what goes wrong around a panel", () => {
  it("a page that fails says so and is loaded anew, with all that was computed and pinned", async () => {
    const workbench = await openWorkbench();
    await workbench.openFile("stories.md");
    await workbench.page.keyboard.press("Control+End");
    await workbench.runCommand("Introspect: Show Lens");
    const frame = await workbench.webviewFrame("lens");
    await ready(frame);
    await frame.getByRole("button", { name: "Pin", exact: true }).click();
    const pinned = await frame.locator(".pinned-text").innerText();
    // Out of the page's own script, as a fault in it would be; a mark tells the old page from the new one.
    await frame.evaluate(() => {
      document.body.dataset["old"] = "yes";
      setTimeout(() => {
        throw new TypeError("boom");
      });
    });
    await frame.getByText(/Something in this page failed \(TypeError: boom\)/).waitFor({ timeout: patience });
    await workbench.screenshot("page-failed");
    await frame.getByRole("button", { name: "Reload page" }).click();
    const again = await reloaded(workbench);
    await ready(again);
    assert.equal(await again.locator(".page-failed").count(), 0);
    assert.equal(await again.locator(".pinned-text").innerText(), pinned);
  });

  /** The Lens's frame once it is another page than the marked one. */
  async function reloaded(workbench: Workbench): Promise<Frame> {
    for (const deadline = Date.now() + patience; Date.now() < deadline;) {
      const frame = await workbench.webviewFrame("lens");
      const old = await frame.evaluate(() => document.body.dataset["old"]).catch(() => "going");
      if (old === undefined) return frame;
      await workbench.page.waitForTimeout(100);
    }
    throw new Error("the page was not loaded anew");
  }

  it("two windows on one folder and model each show their own, and keep each other's notes", async () => {
    const first = await openWorkbench();
    const page = await first.page.context().newPage();
    page.setDefaultTimeout(patience);
    await page.goto(first.page.url());
    await page.locator(".activitybar .action-label[aria-label*='Introspect']").first().waitFor();
    const windows = [first, new Workbench(page, first.folder)];
    const texts = ["countBetween", "lowerBound"];
    const names: string[] = [];
    const frames: Frame[] = [];
    for (const [i, workbench] of windows.entries()) {
      await workbench.page.bringToFront();
      await workbench.openFile("search.ts");
      await workbench.selectText(texts[i]!);
      await workbench.contextMenu("Explain Neuron Activations on Selection");
      const frame = await workbench.webviewFrame("neurons");
      await ready(frame);
      // Another neuron in each.
      await frame.locator(".ranking .neuron").nth(i).click();
      await frame.locator(".card .card-name").waitFor({ timeout: patience });
      await ready(frame);
      names.push(await frame.locator(".card .card-name").innerText());
      frames.push(frame);
    }
    for (const [i, frame] of frames.entries()) {
      await windows[i]!.page.bringToFront();
      await frame.getByRole("textbox", { name: "Your label", exact: true }).fill(`of window ${i}`);
      await frame.getByRole("textbox", { name: "Your label", exact: true }).press("Enter");
      await frame.locator(".neuron-label").getByText(`of window ${i}`).waitFor({ timeout: patience });
    }
    const file = path.join(first.folder, ".introspect", "notes.json");
    const said = fs.readFileSync(file, "utf8");
    assert.match(said, /of window 0/);
    assert.match(said, /of window 1/, names.join(" and "));
    assert.match(await frames[0]!.locator(".selection").innerText(), /countBetween/);
    assert.match(await frames[1]!.locator(".selection").innerText(), /lowerBound/);
    await page.close();
  });
});
