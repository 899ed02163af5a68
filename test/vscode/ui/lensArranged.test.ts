import assert from "node:assert/strict";
import type { Frame } from "playwright-core";
import { readUntil } from "./support/readUntil";
import { openWorkbench, patience, type Workbench } from "./support/workbench";

describe("the Lens, arranged", () => {
  let workbench: Workbench;
  let frame: Frame;

  /** Waits until a question is answered as wanted. */
  const until = async (what: string, ask: () => Promise<boolean>): Promise<void> => {
    assert.ok(await readUntil(ask, Boolean), `waited in vain until ${what}`);
  };

  /** The words that the editor paints behind a line. */
  const inline = (): Promise<string | null> =>
    workbench.page.evaluate(() => {
      for (const element of document.querySelectorAll(".view-lines [class*='ced-']")) {
        const { content } = getComputedStyle(element, "::after");
        if (content.includes("→")) return content;
      }
      return null;
    });

  /** How many tokens have a line under them. */
  const underlined = (): Promise<number> =>
    workbench.page.evaluate(
      () =>
        [...document.querySelectorAll(".view-overlays .cdr, .view-lines [class*='ced-']")].filter(
          (element) => {
            const { borderBottomWidth, borderBottomStyle, borderTopWidth } = getComputedStyle(element);
            return borderBottomStyle !== "none" && borderBottomWidth !== "0px" && borderTopWidth === "0px";
          },
        ).length,
    );

  const press = async (name: string | RegExp, on: boolean): Promise<void> => {
    const button = frame.getByRole("button", { name, exact: typeof name === "string" });
    await button.click();
    await frame
      .locator(`button[aria-pressed='${on}']`)
      .filter({ hasText: name })
      .waitFor({ timeout: patience });
  };

  before(async () => {
    workbench = await openWorkbench();
    await workbench.openFile("search.ts");
    await workbench.page.keyboard.press("Control+End");
    await workbench.runCommand("Introspect: Show Lens");
    frame = await workbench.webviewFrame("lens");
    await frame.locator("body[data-status='ready']").waitFor({ timeout: patience });
  });

  it("underlines the visible tokens by their depth, until Escape", async () => {
    await press("Depth in editor", true);
    await until("tokens are underlined", async () => (await underlined()) > 20);
    await workbench.screenshot("lens-depth");
    await workbench.focusEditor();
    await workbench.page.keyboard.press("Escape");
    await until("no token is underlined", async () => (await underlined()) === 0);
    await frame.locator("button[aria-pressed='false']").filter({ hasText: "Depth in editor" }).waitFor();
  });

  it("shows the prediction at the line's end, never that of another text", async () => {
    await press(/Prediction at line/, true);
    await workbench.focusEditor();
    await workbench.page.keyboard.press("Control+End");
    await workbench.page.keyboard.type("\nexport function ");
    await until("the words are the lens's own", async () => {
      const [heads, best] = await Promise.all([
        frame.locator(".column-head").allInnerTexts(),
        frame.locator("[role=row]").first().locator("[role=gridcell]").last().innerText(),
      ]);
      return /function.?$/.test(heads.join("")) && (await inline())?.includes(`→ ${best.trim()}`) === true;
    });
    await workbench.screenshot("lens-inline");
    await press(/Prediction at line/, false);
    await until("they are gone", async () => (await inline()) === null);
  });

  it("keeps a pinned lens while the text goes on, and while it is hidden", async () => {
    await press("Pin", true);
    const text = await frame.locator(".pinned-text").innerText();
    await workbench.focusEditor();
    await workbench.page.keyboard.type("find(");
    await until("the lens follows", async () =>
      /\($/.test(
        (await frame.locator(".lens-grid").first().locator(".column-head").last().innerText()).trim(),
      ),
    );
    assert.equal(await frame.locator(".pinned-text").innerText(), text);
    await workbench.runCommand("View: Show Explorer");
    await workbench.runCommand("Introspect: Show Lens");
    frame = await workbench.webviewFrame("lens");
    await frame.locator("body[data-status='ready']").waitFor({ timeout: patience });
    assert.equal(await frame.locator(".pinned-text").innerText(), text);
    await frame.getByRole("button", { name: "Difference" }).click();
    await workbench.screenshot("lens-difference");
    await press("Pin", false);
    assert.equal(await frame.locator(".lens-grid").count(), 1);
  });

  it("follows a token that is typed, and says so where a text is none", async () => {
    const field = frame.locator(".follow vscode-text-field");
    await field.click();
    await workbench.page.keyboard.type("several words are no token");
    await workbench.page.keyboard.press("Enter");
    await frame
      .getByRole("alert")
      .filter({ hasText: /is \d+ tokens, and one token can be followed/ })
      .waitFor();
    await field.click({ clickCount: 3 });
    await workbench.page.keyboard.type("(");
    await workbench.page.keyboard.press("Enter");
    await frame.locator(".followed-token").waitFor({ timeout: patience });
    await frame
      .getByRole("button", { name: /^Stop following/ })
      .last()
      .click();
    await frame.locator(".followed-token").waitFor({ state: "detached", timeout: patience });
  });

  it("measures perplexity over what is selected", async () => {
    await workbench.focusEditor();
    await workbench.page.keyboard.press("Control+Home");
    await workbench.page.keyboard.press("Shift+Control+End");
    await frame.getByText(/tokens of the selection/).waitFor({ timeout: patience });
    await workbench.page.keyboard.press("Control+End");
    await frame.getByText(/of the columns shown/).waitFor({ timeout: patience });
  });
});
