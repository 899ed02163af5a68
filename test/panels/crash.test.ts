/** A page that fails: it says so in a sentence and offers to be loaded anew, whenever and however it fails. */
import assert from "node:assert/strict";
import type { LensPanelData } from "../../src/protocol/lensPanel";
import type { PanelState } from "../../src/protocol/panelApi";
import { lensOf } from "./fixtures/lens";
import { model, sample } from "./fixtures/text";
import { assertFits, assertReadable } from "./support/checks";
import { openPanel, themeNames, type PanelPage } from "./support/panel";

const ready = (seq = 1): PanelState<LensPanelData> => ({
  seq,
  status: "ready",
  model,
  document: "fibonacci.py",
  data: lensOf(sample),
});

const notice = (panel: PanelPage<"lens">) => panel.page.locator(".page-failed");

/** What the page asks to be loaded anew with; a click is told to the host a moment later. */
async function reloadAsked(panel: PanelPage<"lens">): Promise<{ readonly reason: string }> {
  for (let tries = 0; tries < 200; tries++) {
    const asked = panel.requests.find(({ method }) => method === "page/reload");
    if (asked) return asked.params as { readonly reason: string };
    await panel.page.waitForTimeout(50);
  }
  throw new Error("the page did not ask to be loaded anew");
}

/** Fails in the page, outside of what the test itself runs there. */
const fail = (panel: PanelPage<"lens">, how: "throws" | "rejects"): Promise<void> =>
  panel.page.evaluate((kind) => {
    setTimeout(() => {
      if (kind === "throws") throw new TypeError("<b>boom</b> is not a function");
      void Promise.reject(new TypeError("<b>boom</b> is not a function"));
    });
  }, how);

describe("a page that fails", () => {
  for (const [name, script, said] of [
    ["that throws when it starts", 'throw new Error("no start");', "Error: no start"],
    ["that is no script", "this is none", "SyntaxError"],
    ["that cannot be loaded", null, "a part of it could not be loaded"],
  ] as const) {
    it(`says so where the panel would be, with a bundle ${name}, and can be loaded anew`, async () => {
      const panel = await openPanel("lens", { state: ready(), script });
      await notice(panel).getByText(said).waitFor();
      await notice(panel).getByRole("button", { name: "Reload page" }).click();
      const asked = await reloadAsked(panel);
      assert.match(asked.reason, new RegExp(said));
      assert.equal(panel.requests.length, 1);
      await panel.close();
    });
  }

  for (const how of ["throws", "rejects"] as const) {
    it(`says so once, as text, above the picture that is there, when something ${how} later`, async () => {
      const panel = await openPanel("lens", { state: ready() });
      await panel.page.locator("[role=gridcell]").first().waitFor();
      await fail(panel, how);
      await notice(panel).waitFor();
      await fail(panel, how);
      assert.equal(
        await notice(panel).locator("p").innerText(),
        "Something in this page failed (TypeError: <b>boom</b> is not a function); what was computed is kept.",
      );
      assert.equal(await notice(panel).count(), 1);
      assert.ok(await panel.page.locator("[role=gridcell]").first().isVisible(), "the picture stays");
      await panel.send(ready(2));
      assert.equal(await panel.page.locator("body").getAttribute("data-seq"), "2", "it goes on");
      await notice(panel).getByRole("button", { name: "Reload page" }).click();
      await reloadAsked(panel);
      await panel.close();
    });
  }

  it("says in place of the picture that it could not be drawn, and draws the next one", async () => {
    const panel = await openPanel("lens", { state: ready() });
    await panel.page.locator("[role=gridcell]").first().waitFor();
    await panel.send({ ...ready(2), data: { layers: 7 } as unknown as LensPanelData });
    await panel.page.getByText("The picture could not be drawn.").waitFor();
    await panel.send(ready(3));
    await panel.page.locator("[role=gridcell]").first().waitFor();
    assert.equal(await panel.page.getByText("The picture could not be drawn.").isVisible(), false);
    await panel.close();
  });

  it("says nothing of observers that take more than one frame", async () => {
    const panel = await openPanel("lens", { state: ready() });
    await panel.page.locator("[role=gridcell]").first().waitFor();
    await panel.page.evaluate(() =>
      window.dispatchEvent(
        new ErrorEvent("error", {
          message: "ResizeObserver loop completed with undelivered notifications.",
        }),
      ),
    );
    assert.equal(await notice(panel).count(), 0);
    await panel.close();
  });

  for (const theme of themeNames) {
    for (const width of [300, 900]) {
      it(`is readable in ${theme} at ${width} pixels`, async () => {
        const panel = await openPanel("lens", { state: ready(), theme, width });
        await panel.page.locator("[role=gridcell]").first().waitFor();
        await fail(panel, "throws");
        await notice(panel).waitFor();
        await assertFits(panel.page);
        await assertReadable(panel.page);
        await panel.screenshot(`page-failed-${theme}-${width}`);
        await panel.close();
      });
    }
  }
});
