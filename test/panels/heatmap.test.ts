import assert from "node:assert/strict";
import type { HeatmapPanelData } from "../../src/protocol/heatmapPanel";
import type { PanelState } from "../../src/protocol/panelApi";
import { heatmapData } from "./fixtures/heatmap";
import { model, sample } from "./fixtures/text";
import { assertFits, assertReadable, assertSoon, csvRows, exported, faintInDrawing } from "./support/checks";
import { openPanel, themeNames, type PanelOptions, type PanelPage } from "./support/panel";

const ready = (data: HeatmapPanelData, seq = 1): PanelState<HeatmapPanelData> => ({
  ...{ seq, status: "ready", model, document: "fib.py", data },
  made: {
    ...{ version: "9.9.9", at: "2026-11-28T00:00:00Z", bos: "auto", texts: { text: sample }, start: 0 },
    range: { start: data.start, end: data.start + data.text.length },
  },
});

async function open(
  options: Partial<PanelOptions<"heatmap">> & { data?: HeatmapPanelData } = {},
): Promise<PanelPage<"heatmap">> {
  const { data = heatmapData(), ...more } = options;
  const panel = await openPanel("heatmap", { state: ready(data), width: 900, ...more });
  await panel.page.locator("body[data-status='ready']").waitFor();
  return panel;
}

const items = (panel: PanelPage<"heatmap">) => panel.page.locator(".heat-item");

describe("the page with the picture of a coloured text", () => {
  it("draws every line with a place for each token, and says value and guesses where one points", async () => {
    const data = heatmapData();
    const panel = await open();
    const drawn = await panel.page.locator(".heat-picture text").allTextContents();
    assert.equal(
      drawn.join("").replaceAll(/[ ↵]/g, ""),
      data.text.replaceAll(/\s/g, ""),
      "the text stands there whole",
    );
    assert.equal(await items(panel).count(), data.tokens.length);
    assert.equal(await panel.page.locator(".heat-picture script, .heat-picture b").count(), 0);
    const at = data.tokens.findIndex(({ value, counted }) => counted && (value ?? 0) > 4);
    const token = data.tokens[at]!;
    await items(panel).nth(at).hover();
    const rail = panel.page.locator(".rail");
    await rail.getByText(`${token.value!.toPrecision(3)} nats`).waitFor();
    assert.match(await rail.innerText(), /Predicted here/);
    const { start, end } = token;
    await assertSoon(() => panel.requests.at(-1), {
      method: "focus/point",
      params: { range: { start, end } },
    });
    await panel.assertClean();
    await panel.close();
  });

  it("is walked through by keys, and Enter shows the token in the editor", async () => {
    const panel = await open();
    const { tokens } = heatmapData();
    await items(panel).first().focus();
    await panel.page.keyboard.press("ArrowRight");
    await panel.page.keyboard.press("Enter");
    const { start, end } = tokens[1]!;
    await assertSoon(() => panel.requests.at(-1), { method: "editor/reveal", params: { start, end } });
    assert.match((await items(panel).nth(1).getAttribute("aria-label"))!, /^if|^space if/);
    await panel.point(1, { start: tokens[3]!.start, end: tokens[3]!.end });
    assert.equal(await panel.page.locator(".heat-item.pointed").count(), 1);
    await panel.page.getByRole("button", { name: "Draw what is selected now" }).click();
    await assertSoon(() => panel.requests.at(-1)?.method, "page/retry");
    await panel.close();
  });

  it("is saved as a PNG that a browser draws, twice as large as its SVG, and as numbers", async () => {
    const panel = await open({ width: 300 });
    const svg = (await exported(panel, "Token heatmap", "SVG")).content;
    const [, width, height] = /^<svg [^>]*width="(\d+)" height="(\d+)"/.exec(svg)!.map(Number);
    const png = (await exported(panel, "Token heatmap", "PNG")).content;
    const size = await panel.page.evaluate(async (base64) => {
      const image = new Image();
      image.src = `data:image/png;base64,${base64}`;
      await image.decode();
      const canvas = document.createElement("canvas");
      canvas.width = image.naturalWidth;
      canvas.height = image.naturalHeight;
      const context = canvas.getContext("2d")!;
      context.drawImage(image, 0, 0);
      const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
      const colours = new Set<number>();
      for (let i = 0; i < data.length; i += 4)
        colours.add((data[i]! << 16) | (data[i + 1]! << 8) | data[i + 2]!);
      return { width: canvas.width, height: canvas.height, colours: colours.size };
    }, png);
    assert.deepEqual([size.width, size.height], [2 * width!, 2 * height!]);
    assert.ok(size.colours > 20, "it is painted");
    // As wide as an editor, whatever room the page has: one row a line.
    const rows = new Set(
      [...svg.matchAll(/<text xml:space="preserve" x="[\d.]+" y="([\d.]+)"/g)].map(([, y]) => y),
    );
    assert.equal(rows.size, heatmapData().text.split("\n").length);
    const { tokens } = heatmapData();
    const table = csvRows((await exported(panel, "Token heatmap", "CSV")).content);
    assert.equal(table.length, tokens.length + 1);
    assert.deepEqual(Number(table[1]![4]), tokens[0]!.value);
    const json = JSON.parse((await exported(panel, "Token heatmap", "JSON")).content) as {
      data: HeatmapPanelData;
    };
    assert.deepEqual(json.data.tokens, tokens);
    await panel.assertClean();
    await panel.close();
  });

  it("is copied as an image where the browser lets a page do that", async () => {
    const panel = await open();
    await panel.page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await panel.page.bringToFront();
    await panel.page.getByRole("button", { name: "Export Token heatmap" }).click();
    await panel.page.getByRole("button", { name: "Copy as Image" }).click();
    await panel.page
      .locator(".export-said", { hasText: "The picture of “Surprisal” is on the clipboard." })
      .waitFor();
    const size = await panel.page.evaluate(async () => {
      const [item] = await navigator.clipboard.read();
      const image = await createImageBitmap(await item!.getType("image/png"));
      return [image.width, image.height];
    });
    assert.ok(size[0]! > 400 && size[1]! > 100, String(size));
    await panel.close();
  });

  it("is copied as Python, or says why there is none", async () => {
    const panel = await open({ data: heatmapData({ measured: 0.5, whole: null }) });
    await panel.page.getByRole("button", { name: "Export Token heatmap" }).click();
    await panel.page.getByRole("button", { name: "Copy as TransformerLens Python" }).click();
    await panel.page.locator(".export-said", { hasText: "only a part of it is measured" }).waitFor();
    await panel.send(ready(heatmapData(), 2));
    await panel.page.getByRole("button", { name: "Copy as TransformerLens Python" }).click();
    await panel.page.locator(".export-said", { hasText: "is on the clipboard" }).waitFor();
    const { text } = panel.requests.findLast(({ method }) => method === "export/copy")!.params as {
      text: string;
    };
    assert.match(text, /values\[i\] = -log_probs/);
    await panel.close();
  });

  for (const theme of themeNames) {
    it(`is read in ${theme} at 300 and 1200 pixels, with both kinds of scale`, async () => {
      const signed = heatmapData({
        measure: { kind: "neuron", layer: 2, neuron: 41 },
        name: "Neuron L2 N41",
      });
      const panel = await open({ theme, width: 1200 });
      await panel.screenshot(`heatmap-picture-${theme}`);
      await panel.send(ready(signed, 2));
      await panel.screenshot(`heatmap-picture-signed-${theme}`);
      await panel.resize(300);
      await assertFits(panel.page);
      await assertReadable(panel.page);
      assert.deepEqual(await faintInDrawing(panel.page, ".heat-picture"), []);
      await panel.screenshot(`heatmap-picture-300-${theme}`);
      await panel.page.getByRole("button", { name: "Show Token heatmap as table" }).click();
      assert.equal(await panel.page.locator("tbody tr").count(), signed.tokens.length);
      await panel.assertClean();
      await panel.close();
    });
  }
});
