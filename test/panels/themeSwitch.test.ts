/** The theme is switched while a run is on: other colours, and everything else as it was. */
import assert from "node:assert/strict";
import type { PanelData, PanelId, PanelState } from "../../src/protocol/panelApi";
import { attentionView } from "./fixtures/attention";
import { lensOf } from "./fixtures/lens";
import { neuronsData } from "./fixtures/neurons";
import { patchData } from "./fixtures/patch";
import { steeringData } from "./fixtures/steering";
import { model, sample } from "./fixtures/text";
import { assertReadable } from "./support/checks";
import { openPanel, type PanelPage, type ThemeName } from "./support/panel";

const data: { [Id in PanelId]?: () => PanelData[Id] } = {
  lens: () => lensOf(sample),
  neurons: neuronsData,
  attention: attentionView,
  steering: steeringData,
  patch: patchData,
};

/** What is on the page but for its colours. */
const wordsOf = (panel: PanelPage<PanelId>): Promise<string[]> =>
  panel.page.evaluate(() => {
    const root = document.querySelector("#root")!;
    const state = [...root.querySelectorAll("[aria-pressed], [aria-checked], [aria-valuenow], [aria-busy]")];
    const told = ["aria-pressed", "aria-checked", "aria-valuenow", "aria-busy"];
    return [
      (root as HTMLElement).innerText,
      ...state.map((element) => told.map((name) => element.getAttribute(name)).join(" ")),
    ];
  });

const ground = (panel: PanelPage<PanelId>): Promise<string> =>
  panel.page.evaluate(() => getComputedStyle(document.body).backgroundColor);

describe("a theme that is switched during a run", () => {
  for (const id of Object.keys(data) as PanelId[]) {
    it(`changes the colours of the ${id} page and nothing else, and the run goes on`, async () => {
      const state = { model, document: "fibonacci.py", data: data[id]?.() };
      const ready: PanelState<PanelData[PanelId]> = { seq: 1, status: "ready", ...state };
      const panel = await openPanel<PanelId>(id, { state: ready, width: 1200, theme: "dark" });
      await panel.page.locator("body[data-status='ready']").waitFor();
      const message = "Running layer 3";
      await panel.send({ ...ready, seq: 2, status: "loading", message, progress: 0.4 });
      await panel.page.getByRole("button", { name: "Cancel" }).waitFor();
      const before = await wordsOf(panel);
      const grounds = new Set([await ground(panel)]);
      for (const theme of ["light", "hc-dark", "hc-light", "dark"] satisfies ThemeName[]) {
        await panel.setTheme(theme);
        await panel.page.locator(`body[data-theme='${theme}']`).waitFor();
        assert.deepEqual(await wordsOf(panel), before, theme);
        await assertReadable(panel.page);
        grounds.add(await ground(panel));
      }
      assert.ok(grounds.size >= 3, [...grounds].join(", "));
      assert.ok(!panel.requests.some(({ method }) => method !== "page/ready"), "nothing is asked again");
      await panel.page.getByRole("button", { name: "Cancel" }).click();
      await panel.send({ ...ready, seq: 3 });
      assert.equal(await panel.page.locator("body").getAttribute("data-status"), "ready");
      await panel.assertClean();
      await panel.close();
    });
  }
});
