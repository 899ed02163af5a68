/** Saved views in the page: every panel, read-only, over what a file says. */
import assert from "node:assert/strict";
import type { PanelData, ModelPanelId, PanelState } from "../../src/protocol/panelApi";
import { decodeSavedView, savedViewText } from "../../src/protocol/savedView/savedView";
import { savedStates } from "./fixtures/savedStates";
import { assertFits, assertSoon } from "./support/checks";
import { openPanel, themeNames, type PanelPage } from "./support/panel";

type Live = NonNullable<PanelState<unknown>["saved"]>["live"];

/** The state of a view that went through its file. */
function throughFile<Id extends ModelPanelId>(id: Id, live: Live = "unknown"): PanelState<PanelData[Id]> {
  const states: { [P in ModelPanelId]: PanelState<PanelData[P]> } = savedStates();
  const text = savedViewText<Id>(id, states[id]);
  const { model, made, data, document } = decodeSavedView(text!);
  return {
    ...{ seq: 1, status: "ready", model, made, document: document ?? undefined },
    saved: { live },
    data: data as PanelData[Id],
  };
}

const banner = (panel: PanelPage<ModelPanelId>) => panel.page.locator(".saved-banner");

describe("saved view page", () => {
  for (const id of Object.keys(savedStates()) as ModelPanelId[]) {
    it(`shows ${id} as it was, says of which model and when, and that no markup of it lives`, async () => {
      for (const [theme, width] of [
        [themeNames[0], 300],
        [themeNames[1], 900],
      ] as const) {
        const panel = await openPanel(id, { theme, width, height: 900, state: throughFile(id) });
        await panel.page.locator("body[data-saved='yes']").waitFor();
        const words = await banner(panel).innerText();
        assert.match(words, /Saved view of introspect-small, digest [0-9a-f]{8}: numbers of .*2026/);
        assert.equal(await panel.page.locator("main script").count(), 0);
        await assertFits(panel.page);
        await panel.screenshot(`saved-${id}-${width}`, { full: true });
        await panel.assertClean();
        await panel.close();
      }
    });
  }

  it("asks for the live panel where its model may be the one in use, and says so where it is not", async () => {
    const panel = await openPanel("attention", { state: throughFile("attention", "ready") });
    await panel.page.getByRole("button", { name: "Show live" }).click();
    await panel.page.waitForFunction(() => true);
    await assertSoon(() => panel.requests.at(-1), { method: "view/live", params: {} });
    await panel.send({ ...throughFile("attention", "other-model"), seq: 2 });
    assert.equal(await panel.page.getByRole("button", { name: "Show live" }).count(), 0);
    assert.match(await banner(panel).innerText(), /Another model is in use/);
    await panel.close();
  });

  it("offers no button that it would refuse: nothing is coloured or continued", async () => {
    const panel = await openPanel("attention", { state: throughFile("attention") });
    for (const name of ["Colour the editor", "Continue"]) {
      const button = panel.page.locator(".row-tools vscode-button").filter({ hasText: name });
      assert.equal(await button.evaluate((one) => (one as HTMLButtonElement).disabled), true, name);
    }
    await panel.page.locator(".tools-note", { hasText: "read-only: show it live" }).waitFor();
    await panel.close();
    const neurons = await openPanel("neurons", { state: throughFile("neurons") });
    const colours = neurons.page.locator(".card vscode-button.colours");
    assert.equal(await colours.evaluate((one) => (one as HTMLButtonElement).disabled), true);
    await neurons.close();
  });

  it("hides what would run on the pages of directions and maps; the layers of a map are all there", async () => {
    const direction = await openPanel("direction", { state: throughFile("direction") });
    for (const name of ["Colour the editor", "Correlate over the document", "Read also"])
      assert.equal(await direction.page.getByText(name).isVisible(), false, name);
    assert.match(await direction.page.locator(".direction-made").innerText(), /^sentiment · /);
    await direction.close();
    const map = await openPanel("map", { state: throughFile("map") });
    assert.equal(await map.page.getByText("Other texts…").isVisible(), false);
    await map.page.getByRole("slider", { name: "Layer" }).press("Home");
    await map.page.locator(".map-at", { hasText: "the embedding" }).waitFor();
    assert.deepEqual([...new Set(map.requests.map(({ method }) => method))], ["page/ready"]);
    await map.close();
  });

  it("runs nothing: a head that is clicked asks for nothing and says why", async () => {
    const panel = await openPanel("attention", { state: throughFile("attention") });
    await panel.page.locator(".figure-attention-heads [role=gridcell]").first().click();
    await banner(panel).getByText("read-only").waitFor();
    assert.deepEqual([...new Set(panel.requests.map(({ method }) => method))], ["page/ready"]);
    await panel.assertClean();
    await panel.close();
  });
});
