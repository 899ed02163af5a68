import assert from "node:assert/strict";
import { waitForNotification } from "./support/notification";
import { openWorkbench, patience, type Workbench } from "./support/workbench";

const coloured = ".editor-instance .view-overlays [class*='ced-'][class*='TextEditorDecorationType']";

describe("explaining a selection", () => {
  let workbench: Workbench;

  before(async () => {
    workbench = await openWorkbench();
    await workbench.openFile("search.ts");
  });

  it("ranks the neurons of what is selected, from the context menu", async () => {
    await workbench.selectText("binarySearch");
    await workbench.contextMenu("Explain Neuron Activations on Selection");
    const frame = await workbench.webviewFrame("neurons");
    await frame.locator("body[data-status='ready']").waitFor({ timeout: patience });
    const rows = frame.locator(".ranking .neuron");
    assert.ok((await rows.count()) >= 10, `${await rows.count()} neurons`);
    assert.match(await rows.first().innerText(), /L\d+ N\d+[\s\S]*z /);
    assert.match(await frame.locator(".selection").innerText(), /binarySearch/);
    await workbench.screenshot("explain-ranking");
  });

  it("shows the card of a neuron that is clicked, and colours the tokens by it", async () => {
    const frame = await workbench.webviewFrame("neurons");
    await frame.locator(".ranking .neuron").first().click();
    await frame.locator(".card .card-name").waitFor({ timeout: patience });
    const name = await frame.locator(".card .card-name").innerText();
    assert.match(name, /L\d+ N\d+/);
    await workbench.page.locator(coloured).first().waitFor({ timeout: patience });
    await workbench.screenshot("explain-coloured");
  });

  it("says the value of a coloured token when one points at it", async () => {
    await workbench.page
      .locator(".view-line span")
      .getByText("binarySearch", { exact: true })
      .first()
      .hover();
    const hover = workbench.page.locator(".monaco-hover").filter({ hasText: /Neuron\sL\d+\sN\d+:/ });
    await hover.first().waitFor({ timeout: patience });
    await workbench.page.mouse.move(0, 0);
  });

  it("takes the colours off with Escape", async () => {
    await workbench.runCommand("View: Focus First Editor Group");
    await workbench.page.keyboard.press("Escape");
    await workbench.page.locator(coloured).first().waitFor({ state: "detached", timeout: patience });
  });

  it("takes them off when one types, and keeps the ranking where the text it is about stands", async () => {
    const frame = await workbench.webviewFrame("neurons");
    await frame.locator(".ranking .neuron").nth(1).click();
    await workbench.page.locator(coloured).first().waitFor({ timeout: patience });
    await workbench.runCommand("View: Focus First Editor Group");
    await workbench.page.keyboard.press("Control+End");
    await workbench.page.keyboard.type("// more");
    await workbench.page.locator(coloured).first().waitFor({ state: "detached", timeout: patience });
    await frame.locator("body[data-status='ready']").waitFor({ timeout: patience });
  });

  it("says that the text is another when one types before the selection's end", async () => {
    const frame = await workbench.webviewFrame("neurons");
    await workbench.page.keyboard.press("Control+Home");
    await workbench.page.keyboard.type("// less");
    await frame.locator("body[data-status='stale']").waitFor({ timeout: patience });
    await workbench.screenshot("explain-stale");
  });

  it("shows attention over the selection, from the submenu, and another head when asked", async () => {
    await workbench.runCommand("View: Focus First Editor Group");
    await workbench.selectText("lowerBound(items, wanted, compare)");
    await workbench.contextMenu("Introspect", "Show Attention on Selection");
    const frame = await workbench.webviewFrame("attention");
    await frame.locator("body[data-status='ready']").waitFor({ timeout: patience });
    const row = frame.locator(".head-row").nth(3);
    const name = /\d+\.\d+/.exec(await row.innerText())?.[0];
    assert.ok(name);
    await row.click();
    await frame.getByText(`Pattern of head ${name}`).waitFor({ timeout: patience });
    await workbench.screenshot("attention");
  });

  it("keeps what must be known of the text beside the card of a neuron", async () => {
    await workbench.openFile("stories.md");
    await workbench.page.keyboard.press("Control+End");
    await workbench.page.keyboard.press("Enter");
    await workbench.page.keyboard.insertText("once upon a caf\ufffd");
    await workbench.page.keyboard.press("Shift+Home");
    await workbench.contextMenu("Explain Neuron Activations on Selection");
    const frame = await workbench.webviewFrame("neurons");
    const note = frame.getByText("probably not UTF-8");
    await note.waitFor({ timeout: patience });
    await frame.locator(".ranking .neuron").first().click();
    await frame.getByText("Elsewhere in this file").waitFor({ timeout: patience });
    await frame.getByText("Searched so far").waitFor({ state: "detached", timeout: patience });
    await frame.locator("body[data-status='ready']").waitFor({ timeout: patience });
    assert.equal(await note.isVisible(), true);
  });

  it("says what is missing when nothing is selected", async () => {
    await workbench.runCommand("View: Focus First Editor Group");
    await workbench.page.keyboard.press("Control+Home");
    await workbench.runCommand("Introspect: Explain Neuron Activations on Selection");
    await waitForNotification(workbench, "Select some text first");
  });
});
