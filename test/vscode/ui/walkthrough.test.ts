import assert from "node:assert/strict";
import { readUntil } from "./support/readUntil";
import { openWorkbench, patience, type Workbench } from "./support/workbench";

const coloured = ".editor-instance .view-overlays [class*='ced-'][class*='TextEditorDecorationType']";

describe("the walkthrough", () => {
  let workbench: Workbench;
  const step = (title: string) =>
    workbench.page.locator(".getting-started-step").filter({ hasText: title }).first();
  const button = (label: string) =>
    workbench.page
      .locator(".getting-started-step.expanded .monaco-button")
      .filter({ hasText: label })
      .first();

  async function openWalkthrough(): Promise<void> {
    await workbench.runCommand("Welcome: Open Walkthrough...");
    const row = workbench.page
      .locator(".quick-input-list .monaco-list-row")
      .filter({ hasText: "Look into a language model" })
      .first();
    await row.waitFor({ timeout: patience });
    await row.click();
    await step("See what each layer decodes to").waitFor({ timeout: patience });
  }

  /** The picture lies in a frame of its own. */
  async function pictureShown(): Promise<void> {
    const pictures = async (): Promise<number> => {
      const shown = workbench.page.frames().map((frame) =>
        frame
          .locator("svg[role='img'][aria-label]")
          .count()
          .catch(() => 0),
      );
      return Math.max(...(await Promise.all(shown)));
    };
    assert.ok((await readUntil(pictures, (n) => n > 0)) > 0, "no picture is shown");
  }

  async function expand(title: string): Promise<void> {
    await step(title).click();
    await workbench.page.locator(".getting-started-step.expanded").filter({ hasText: title }).waitFor();
    await pictureShown();
  }

  const themes = ["Default Light Modern", "Default Dark Modern", "Default High Contrast"];
  for (const theme of themes) {
    it(`shows a picture with each step in ${theme}`, async () => {
      workbench = await openWorkbench({ settings: { "workbench.colorTheme": theme } });
      await workbench.openFile("search.ts");
      await openWalkthrough();
      const titles = [
        "See what each layer decodes to",
        "Choose what to look into",
        "Open a file of your own",
        "Colour it by a neuron",
      ];
      for (const [i, title] of titles.entries()) {
        await expand(title);
        await workbench.page.waitForTimeout(600);
        await workbench.screenshot(`walkthrough-${theme.replaceAll(" ", "-").toLowerCase()}-${i + 1}`);
      }
    });
  }

  it("ends with one's own file coloured, which completes its last step", async () => {
    await expand("Choose what to look into");
    await button("Choose Model…").click();
    await workbench.page
      .locator(".quick-input-list .monaco-list-row")
      .filter({ hasText: "introspect-small" })
      .first()
      .waitFor({ timeout: patience });
    await workbench.closePick();
    // Opened once more: an Escape that the walkthrough hears leads out of it.
    await openWalkthrough();
    await expand("Colour it by a neuron");
    await button("Colour My File").click();
    await workbench.page
      .locator(coloured)
      .first()
      .waitFor({ timeout: 2 * patience });
    const name = await workbench.page.locator(".editor-group-container .tab.active").allInnerTexts();
    assert.ok(
      name.some((text) => text.replace(/\s/g, "").includes("search.ts")),
      name.join(),
    );
    await workbench.screenshot("walkthrough-coloured");
    await openWalkthrough();
    for (const title of ["Choose what to look into", "Colour it by a neuron"]) {
      const done = step(title).locator(".codicon-getting-started-step-checked.complete, .complete").first();
      await done.waitFor({ timeout: patience });
    }
    await workbench.screenshot("walkthrough-complete");
  });
});
