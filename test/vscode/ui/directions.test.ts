import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import type { DirectionHeader } from "../../../src/protocol/direction";
import { pressInNotification } from "./support/notification";
import { openWorkbench, patience, type Workbench } from "./support/workbench";

const coloured = ".editor-instance .view-overlays [class*='ced-'][class*='TextEditorDecorationType']";
const file = "directions/code.json";

describe("directions", () => {
  let workbench: Workbench;
  const rows = () => workbench.page.locator(".quick-input-list .monaco-list-row");
  const input = () => workbench.page.locator(".quick-input-widget input.input");
  const legend = () => workbench.page.locator(".statusbar-item[id*='introspect.heatmap']");
  const view = () =>
    workbench.page
      .locator(".pane")
      .filter({ has: workbench.page.locator("h3", { hasText: /^Directions$/ }) });
  const entries = () => view().locator(".monaco-list-row");

  /** Filters what is asked, then takes the first row: rows may still come while a list is shown. */
  async function choose(asked: string, label: string): Promise<void> {
    await workbench.page
      .locator(`.quick-input-widget input[placeholder="${asked}"]`)
      .waitFor({ timeout: patience });
    await input().fill(label);
    const row = rows().filter({ hasText: label }).first();
    await row.waitFor({ timeout: patience });
    await row.click();
  }

  /** Presses Enter where a text is asked for, after writing one. */
  async function answer(asked: string, text?: string): Promise<void> {
    const message = workbench.page.locator(".quick-input-message").filter({ hasText: asked });
    await message.waitFor({ timeout: patience });
    if (text !== undefined) await input().fill(text);
    await workbench.page.keyboard.press("Enter");
  }

  before(async () => {
    workbench = await openWorkbench();
    await workbench.openFile("stories.md");
    await workbench.page.keyboard.press("Control+Home");
  });

  it("have a view that says how to make one while there is none", async () => {
    await workbench.runCommand("Introspect: Show Lens");
    await workbench.page.locator(".pane-header").filter({ hasText: "Directions" }).click();
    await view().getByText("Make Direction…").first().waitFor({ timeout: patience });
    await workbench.screenshot("directions-empty");
  });

  it("are made from a shipped template, which says what a small model carries, under a name that is asked for", async () => {
    await view().getByText("Make Direction…").first().click();
    await choose("What is the direction made from?", "A Shipped Template");
    const asked = workbench.page.locator('.quick-input-widget input[placeholder="Which template?"]');
    await asked.waitFor({ timeout: patience });
    await rows()
      .filter({ hasText: "a small base model hardly carries it" })
      .first()
      .waitFor({ timeout: patience });
    await workbench.screenshot("directions-templates");
    await choose("Which template?", "program code");
    await choose("By which method?", "difference of means");
    await choose("Where is each text read?", "At Its Last Token");
    await workbench.page
      .locator(".quick-input-message")
      .filter({ hasText: "Where it is saved" })
      .waitFor({ timeout: patience });
    assert.equal(await input().inputValue(), file);
    await workbench.page.keyboard.press("Enter");
    const frame = await workbench.webviewFrame("direction");
    await frame
      .locator("body[data-status='ready'] .figure-direction-layers .heat-cell")
      .first()
      .waitFor({ timeout: 2 * patience });
    const header = JSON.parse(workbench.readFile(file)) as DirectionHeader;
    assert.equal(header.template, "code");
    await entries().filter({ hasText: "code" }).first().waitFor({ timeout: patience });
    await workbench.screenshot("directions-made");
  });

  it("show quality as the file has it, and the text at the cursor", async () => {
    const frame = await workbench.webviewFrame("direction");
    const header = JSON.parse(workbench.readFile(file)) as DirectionHeader;
    const best = header.layers.find(({ layer }) => layer === header.bestLayer)!;
    const said = await frame.locator(".figure-direction-accuracy .note").innerText();
    assert.ok(said.includes(`At layer ${header.bestLayer} `), said);
    assert.ok(said.includes(`of ${best.nulls.isotropic.length} random directions`), said);
  });

  it("follow what is typed", async () => {
    const frame = await workbench.webviewFrame("direction");
    await workbench.focusEditor();
    await workbench.page.keyboard.press("Control+End");
    await workbench.page.keyboard.press("Enter");
    await workbench.page.keyboard.type("export const marvellous = 1;");
    const strip = frame.locator(".direction-reading .strip");
    await strip
      .filter({ hasText: "marvellous" })
      .waitFor({ timeout: patience })
      .catch(() => undefined);
    assert.match((await strip.innerText()).replace(/[·\s]/g, ""), /export.?const.?marvellous/);
  });

  it("read what the model writes behind the text, each token as it comes", async () => {
    const frame = await workbench.webviewFrame("direction");
    await frame.locator(".direction-reading .write-on").getByText("Continue").click();
    await frame
      .locator("body[data-status='ready'] .direction-reading .strip .token.generated")
      .nth(15)
      .waitFor({ timeout: patience });
    await workbench.screenshot("directions-written");
    const note = await frame.locator(".direction-writing").innerText();
    assert.match(note, /^16 dotted tokens are the model’s own/);
  });

  it("colour the editor from the view, with the threshold as the background", async () => {
    await entries().filter({ hasText: "code" }).first().hover();
    await entries().first().getByLabel("Colour Text by Direction…").click();
    await choose("At which layers?", "Best layer");
    await workbench.page.locator(coloured).first().waitFor({ timeout: patience });
    await legend()
      .filter({ hasText: /Direction code −[\d.]+ ▆▅▄▃▂▁ 0 ▁▂▃▄▅▆ [\d.]+/ })
      .waitFor({ timeout: patience });
    const frame = await workbench.webviewFrame("direction");
    await frame.getByText("Clear colours").waitFor({ timeout: patience });
    await workbench.screenshot("directions-coloured");
  });

  it("are not made of a table when that is cancelled, and are made of neurons judged on one", async () => {
    const long = Array.from({ length: 4000 }, (_, i) => [
      `const x${i} = f(${i} * ${i + 1});`,
      `He had ${i} apples.`,
    ]);
    const table = (rows: readonly string[][]) => rows.map((row) => JSON.stringify(row)).join("\n");
    fs.writeFileSync(path.join(workbench.folder, "long.jsonl"), table(long));
    fs.writeFileSync(path.join(workbench.folder, "short.jsonl"), table(long.slice(0, 12)));
    await workbench.runCommand("Introspect: Make Direction…");
    await choose("What is the direction made from?", "A Table in the Workspace");
    await choose("Which file holds the pairs?", "long.jsonl");
    await choose("By which method?", "difference of means");
    await choose("Where is each text read?", "Mean over Its Tokens");
    await answer("Where it is saved");
    const making = "Introspect: making the direction long";
    await pressInNotification(workbench, making, "Cancel");
    await workbench.page
      .locator(".notifications-center .notification-list-item")
      .filter({ hasText: making })
      .waitFor({ state: "hidden", timeout: patience });
    await workbench.runCommand("Introspect: Make Direction…");
    await choose("What is the direction made from?", "Neurons");
    await answer("Neurons as LAYER.NEURON", "1.5, -2.7");
    await choose("On which pairs is it judged?", "short.jsonl");
    await answer("Where it is saved");
    await entries().filter({ hasText: "neurons-1-5-and-1" }).first().waitFor({ timeout: patience });
    await workbench.screenshot("directions-neurons");
    const header = JSON.parse(workbench.readFile("directions/neurons-1-5-and-1.json")) as DirectionHeader;
    assert.deepEqual([header.method, header.data.pairs, header.layers[0]!.layer], ["neurons", 12, 2]);
    assert.equal(typeof header.layers[0]!.accuracy, "number");
    assert.ok(!fs.existsSync(path.join(workbench.folder, "directions", "long.json")));
  });
});
