import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { hasOracle, oracleDir } from "../../support/oracle";
import { pressInNotification } from "./support/notification";
import { openWorkbench, patience, type Workbench } from "./support/workbench";
import { removeFolder } from "../../support/tempFolder";

const own = "stories260K/hf";

describe("choosing a model", () => {
  let workbench: Workbench;
  const nothing = fs.mkdtempSync(path.join(os.tmpdir(), "introspect-no-model-"));

  const status = () =>
    workbench.page.locator("[id='introspect.introspect.introspect.model'], .statusbar-item").filter({
      has: workbench.page.locator("[aria-label^='Introspect model']"),
    });
  const rows = () => workbench.page.locator(".quick-input-list .monaco-list-row");

  /** Clicks a row that a word finds: alone in the list, it stays where it is while other models are still found. */
  async function pick(word: string, row: string): Promise<void> {
    await workbench.page.locator(".quick-input-widget input.input").fill(word);
    await rows().filter({ hasText: row }).first().click();
  }

  /** Picks a folder in VS Code's own simple dialog. */
  async function browse(folder: string): Promise<void> {
    const input = workbench.page.locator(".quick-input-widget input.input");
    await pick("Browse", "Browse…");
    await workbench.page
      .locator(".quick-input-widget")
      .filter({ hasText: "Use This Model" })
      .waitFor({ timeout: patience });
    // The dialog writes its own path first, and again while it reads folders.
    for (let quiet = 0; quiet < 4;) {
      await workbench.page.waitForTimeout(500);
      if ((await input.inputValue()) === `${folder}/`) quiet += 1;
      else {
        quiet = 0;
        await input.fill(`${folder}/`);
      }
    }
    await workbench.page
      .locator(".quick-input-widget .monaco-button")
      .filter({ hasText: "Use This Model" })
      .click();
  }

  before(async () => {
    workbench = await openWorkbench();
    await workbench.runCommand("Introspect: Show Lens");
  });
  after(() => removeFolder(nothing));

  it("is not needed to begin with: an empty Lens offers an example, which works", async () => {
    const frame = await workbench.webviewFrame("lens");
    await frame.getByRole("button", { name: "Show it on the sample" }).click();
    await frame.locator("body[data-status='ready']").waitFor({ timeout: patience });
    await workbench.screenshot("lens-example");
  });

  it("begins at the status bar, which names the model in use", async () => {
    assert.match(await status().first().innerText(), /introspect-small/);
    await status().first().click();
    await rows().filter({ hasText: "comes with Introspect" }).first().waitFor({ timeout: patience });
    await workbench.screenshot("choose-model");
    await workbench.closePick();
  });

  it("of a folder that is none says what is missing, and changes nothing", async () => {
    await status().first().click();
    await browse(nothing);
    await pressInNotification(workbench, "is not a model folder", "Choose Another…");
    await rows().filter({ hasText: "Browse…" }).first().waitFor({ timeout: patience });
    await workbench.closePick();
    assert.match(await status().first().innerText(), /introspect-small/);
  });

  (hasOracle(own) ? it : it.skip)("of one's own shows that one, and remembers it", async () => {
    await status().first().click();
    await browse(oracleDir(own));
    const frame = await workbench.webviewFrame("lens");
    await frame.locator(".badge").filter({ hasText: "hf" }).waitFor({ timeout: patience });
    await frame.locator("body[data-status='ready']").waitFor({ timeout: patience });
    await workbench.screenshot("lens-own-model");
    await status().first().click();
    // The heading above the row comes and goes while a word filters the list.
    await pick("introspect-small", "introspect-small");
    await frame.locator(".badge").filter({ hasText: "introspect-small" }).waitFor({ timeout: patience });
    await status().first().click();
    await rows()
      .filter({ hasText: /used before/i })
      .first()
      .waitFor({ timeout: patience });
    await workbench.closePick();
  });
});
