/** The Map page: labelled texts by layer, pictures that say what they leave out, the silhouette beside its null. */
import assert from "node:assert/strict";
import type { PanelState } from "../../src/protocol/panelApi";
import type { MapPanelData } from "../../src/protocol/textMapPanel";
import { mapData } from "./fixtures/map";
import { model } from "./fixtures/text";
import { assertFits, assertReadable, assertSoon } from "./support/checks";
import { openPanel, themeNames, type PanelPage } from "./support/panel";

const made = {
  version: "9.9.9",
  at: "2026-11-28T05:00:00.000Z",
  bos: "auto",
  texts: {},
  start: 0,
  range: null,
} as const;

function ready(data: MapPanelData, seq = 1): PanelState<MapPanelData> {
  return { seq, status: "ready", model, made, document: "emotions.jsonl", data };
}

const open = (more: { data?: MapPanelData; width?: number; theme?: (typeof themeNames)[number] } = {}) =>
  openPanel("map", { state: ready(more.data ?? mapData()), width: more.width ?? 900, height: 1100, ...(more.theme ? { theme: more.theme } : {}) }); // prettier-ignore

const points = (panel: PanelPage<"map">, figure: string) =>
  panel.page.locator(`.figure-map-${figure} .map-point`);

describe("map page", () => {
  it("begins at the best layer, with a point for each text and no markup of it alive", async () => {
    const panel = await open();
    assert.equal(await panel.page.locator(".map-at").innerText(), "layer 2");
    for (const figure of ["pca", "tsne"]) assert.equal(await points(panel, figure).count(), 36);
    assert.equal(await panel.page.locator("main script, main b").count(), 0);
    assert.match(
      await panel.page.locator(".map-made").innerText(),
      /36 texts under 6 labels, each read as the mean over its tokens behind BOS/,
    );
    await panel.assertClean();
    await panel.close();
  });

  it("says what the pictures cannot show, and how much the number is worth", async () => {
    const panel = await open();
    const note = (figure: string) => panel.page.locator(`.figure-map-${figure} .note`).innerText();
    assert.match(await note("pca"), /21.0% and 11.0% of the variance.* the other 68.0% is not seen here/);
    assert.match(
      await note("tsne"),
      /perplexity 11\.7, seed 0, KL .*mean nothing.*groups are seen in noise too/,
    );
    const said = await note("silhouettes");
    assert.match(said, /At layer 2 the silhouette is 0\.190 \(Euclidean distance in full width\)/);
    assert.match(said, /above 100% of 40 shuffles.*best layer is 2, above 97\.5% of the shuffles’ own best/);
    assert.match(said, /The embedding, which knows words alone, has −0\.0400/);
    await panel.close();
  });

  it("moves through the layers by keys, down to the embedding, which has no t-SNE here", async () => {
    const panel = await open();
    const slider = panel.page.getByRole("slider", { name: "Layer" });
    await slider.focus();
    await panel.page.keyboard.press("ArrowRight");
    await panel.page.locator(".map-at", { hasText: "layer 3" }).waitFor();
    assert.equal(await slider.getAttribute("aria-valuetext"), "layer 3");
    await panel.page.keyboard.press("Home");
    await panel.page.locator(".map-at", { hasText: "the embedding" }).waitFor();
    assert.equal(await points(panel, "tsne").count(), 0);
    assert.equal(await points(panel, "pca").count(), 36);
    await panel.page.getByText("There is no t-SNE here").waitFor();
    // A newer snapshot does not move the slider.
    await panel.send(ready(mapData({ seed: 1 }), 2));
    assert.equal(await panel.page.locator(".map-at").innerText(), "the embedding");
    assert.deepEqual([...new Set(panel.requests.map(({ method }) => method))], ["page/ready"]);
    await panel.close();
  });

  it("shows a text that is pointed at, in both pictures and in the rail, by keys too", async () => {
    const panel = await open();
    await points(panel, "pca").nth(4).hover({ force: true });
    for (const figure of ["pca", "tsne"])
      assert.equal(
        await panel.page.locator(`.figure-map-${figure} .is-chosen`).getAttribute("data-text"),
        "4",
      );
    await panel.page.locator(".rail", { hasText: "Text 4 <script>" }).waitFor();
    await points(panel, "pca").nth(4).focus();
    await panel.page.keyboard.press("ArrowRight");
    await panel.page.locator(".rail", { hasText: "Text 5 <script>" }).waitFor();
    assert.match(
      (await points(panel, "pca").nth(5).getAttribute("aria-label")) ?? "",
      /^sur<b>prise<\/b>: Text 5/,
    );
    await panel.close();
  });

  it("gives every label a mark of its own, so that no colour is needed", async () => {
    const panel = await open();
    const paths = await panel.page
      .locator(".figure-map-pca .map-legend path")
      .evaluateAll((all) => all.map((one) => one.getAttribute("d")));
    assert.equal(new Set(paths).size, 6);
    const drawn = await points(panel, "pca").nth(2).locator("path").getAttribute("d");
    assert.equal(drawn, paths[2]);
    await panel.close();
  });

  it("asks for another reading, distance, perplexity and seed, and for other texts", async () => {
    const panel = await open();
    const choose = async (name: string, option: string): Promise<void> => {
      await panel.page.locator(`vscode-dropdown[aria-label='${name}']`).click();
      await panel.page.getByRole("option", { name: option, exact: true }).click();
    };
    const now = { position: "mean", metric: "euclidean", perplexity: 30, seed: 0 };
    const asked = (change: object) =>
      assertSoon(() => panel.requests.at(-1), { method: "map/choose", params: { ...now, ...change } });
    await choose("Read at", "last token");
    await asked({ position: "last" });
    await choose("Distance", "1 − cosine");
    await asked({ metric: "cosine" });
    await choose("Perplexity", "5");
    await asked({ perplexity: 5 });
    await choose("Seed", "3");
    await asked({ seed: 3 });
    await panel.page.getByText("Other texts…").click();
    await assertSoon(() => panel.requests.at(-1), { method: "map/file", params: {} });
    await panel.close();
  });

  it("has tables for all three, with every label's silhouette by layer", async () => {
    const panel = await open();
    for (const title of ["Principal components, layer 2", "t-SNE, layer 2", "Silhouette by layer"]) {
      const figure = panel.page
        .locator(".figure")
        .filter({ has: panel.page.getByText(title, { exact: true }) });
      await figure.getByRole("button", { name: /as table/ }).click();
    }
    const rows = panel.page.locator(".figure-map-pca tbody tr");
    assert.equal(await rows.count(), 36);
    const silhouettes = panel.page.locator(".figure-map-silhouettes tbody tr");
    assert.equal(await silhouettes.count(), 5);
    assert.match(await silhouettes.last().innerText(), /^embedding/);
    await assertFits(panel.page);
    await panel.close();
  });

  it("teaches by an example while it is empty", async () => {
    const panel = await openPanel("map", { state: { seq: 1, status: "empty" } });
    await panel.page.getByText("Map six emotions").click();
    await assertSoon(() => panel.requests.at(-1), { method: "page/example", params: {} });
    await panel.close();
  });

  for (const theme of themeNames) {
    it(`reads well in ${theme} at every width`, async () => {
      const panel = await open({ theme, width: 300 });
      for (const width of [300, 600, 1200]) {
        await panel.page.setViewportSize({ width, height: 1200 });
        await panel.page.waitForTimeout(60);
        await assertReadable(panel.page);
        await assertFits(panel.page);
        await panel.screenshot(`map-${theme}-${width}`);
      }
      await panel.assertClean();
      await panel.close();
    });
  }
});
