import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { waitForNotification } from "./support/notification";
import { readUntil } from "./support/readUntil";
import { openWorkbench, patience, type Workbench } from "./support/workbench";

const file = "kind-minus-cruel.introspect.json";

describe("a steering experiment", () => {
  let workbench: Workbench;

  const input = () => workbench.page.locator(".quick-input-widget input.input");
  const titled = (step: number) =>
    workbench.page.locator(".quick-input-titlebar, .quick-input-title").filter({ hasText: `(${step}/7)` });

  /** Answers one step; undefined takes what is offered. */
  async function answer(step: number, text?: string): Promise<string> {
    await titled(step).first().waitFor({ timeout: patience });
    const offered = await input().inputValue();
    if (text !== undefined) await input().fill(text);
    await workbench.page.keyboard.press("Enter");
    return offered;
  }

  /** Quick open does not know files that are only just there; the explorer does. */
  async function openFromExplorer(name: string): Promise<void> {
    await workbench.page.getByRole("treeitem", { name }).dblclick();
    await workbench.page.locator(".tab.active").filter({ hasText: name }).waitFor({ timeout: patience });
  }

  before(async () => {
    workbench = await openWorkbench();
    await workbench.openFile("stories.md");
    await workbench.page.keyboard.press("Control+End");
  });

  it("asks in steps that can go back, with defaults that work", async () => {
    await workbench.runCommand("Introspect: Steering Experiment…");
    await answer(1, "Cruel");
    await titled(2).first().waitFor();
    await workbench.page.locator(".quick-input-titlebar .codicon-quick-input-back").first().click();
    assert.equal(await answer(1, "Kind"), "Cruel");
    await answer(2, "Cruel");
    assert.equal(await answer(3), "1");
    assert.equal(await answer(4), "4");
    assert.notEqual(await answer(5, "One day the little girl went to the park with her"), "");
    await answer(6, "12");
    await titled(7).first().waitFor();
    await workbench.screenshot("steering-wizard");
    assert.equal(await answer(7), "kind-minus-cruel");
  });

  it("shows default and steered side by side", async () => {
    const frame = await workbench.webviewFrame("steering");
    await frame.locator("body[data-status='ready']").waitFor({ timeout: 2 * patience });
    const text = await frame.locator(".sides").innerText();
    assert.match(text, /Default[\s\S]*Steered/);
    await workbench.screenshot("steering-result");
  });

  it("is saved in the workspace, with its result", async () => {
    const read = () => JSON.parse(workbench.readFile(file)) as { result?: { steered: { ids: number[] } } };
    const { result } = await readUntil(read, (saved) => saved.result !== undefined);
    assert.equal(result?.steered.ids.length, 12);
  });

  it("runs again from its file", async () => {
    await openFromExplorer(file);
    const frame = await workbench.webviewFrame("steering");
    const before = Number(await frame.locator("body").getAttribute("data-seq"));
    await workbench.runCommand("Introspect: Run Experiment File");
    await frame
      .locator("body[data-status='loading']")
      .waitFor({ timeout: patience })
      .catch(() => undefined);
    await frame.locator("body[data-status='ready']").waitFor({ timeout: 2 * patience });
    assert.ok(Number(await frame.locator("body").getAttribute("data-seq")) > before);
    await workbench.screenshot("steering-from-file");
  });

  it("is never written over another: the name that is taken is refused", async () => {
    const before = workbench.readFile(file);
    await workbench.runCommand("Introspect: Steering Experiment…");
    for (const step of [1, 2, 3, 4, 5, 6]) await answer(step);
    assert.equal(await answer(7, "kind-minus-cruel"), "kind-minus-cruel-2");
    await workbench.page
      .getByText(/There is a file kind-minus-cruel/)
      .first()
      .waitFor({ timeout: patience });
    await workbench.page.keyboard.press("Escape");
    assert.equal(workbench.readFile(file), before);
  });

  it("that is broken is told as such, and nothing runs", async () => {
    fs.writeFileSync(path.join(workbench.folder, "bad.introspect.json"), '{"version": 1, "model": {}}');
    await openFromExplorer("bad.introspect.json");
    await workbench.runCommand("Introspect: Run Experiment File");
    await waitForNotification(workbench, "model.path");
  });
});
