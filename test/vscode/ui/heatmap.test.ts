import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { openWorkbench, patience, type Workbench } from "./support/workbench";

const coloured = ".editor-instance .view-overlays [class*='ced-'][class*='TextEditorDecorationType']";
const themes: readonly (readonly [string, string])[] = [
  ["dark", "Default Dark Modern"],
  ["light", "Default Light Modern"],
  ["hc-dark", "Default High Contrast"],
  ["hc-light", "Default High Contrast Light"],
];

interface Exported {
  readonly model: { readonly digest: string };
  readonly texts: { readonly text: string };
  readonly command: string;
  readonly data: {
    readonly tokens: readonly { id: number; text: string; start: number; value: number | null }[];
  };
}

describe("colouring a text by a scalar", () => {
  let workbench: Workbench;
  const legend = () => workbench.page.locator(".statusbar-item[id*='introspect.heatmap']");

  before(async () => {
    workbench = await openWorkbench({ settings: { "workbench.colorTheme": "Default Dark Modern" } });
    await workbench.openFile("search.ts");
  });

  async function choose(label: string): Promise<void> {
    const row = workbench.page
      .locator(".quick-input-list .monaco-list-row")
      .filter({ hasText: label })
      .first();
    await row.waitFor({ timeout: patience });
    await row.click();
  }

  it("asks by what, with a sentence for each, from the context menu without a selection", async () => {
    await workbench.page.keyboard.press("Control+Home");
    await workbench.contextMenu("Introspect", "Colour Text by…");
    await workbench.page.locator(".quick-input-list .monaco-list-row").nth(8).waitFor({ timeout: patience });
    await workbench.screenshot("heatmap-pick");
    await choose("Surprisal");
    await workbench.page.locator(coloured).first().waitFor({ timeout: patience });
    await legend()
      .filter({ hasText: /Surprisal 0 ▁▂▃▄▅▆ 8\.32 nats · [\d.]+ bits\/byte$/ })
      .waitFor({ timeout: patience });
  });

  it("says value and alternatives when one points at a token", async () => {
    await workbench.page
      .locator(".view-line span")
      .getByText("binarySearch", { exact: true })
      .first()
      .hover();
    const hover = workbench.page.locator(".monaco-hover").filter({ hasText: /Surprisal\sof/ });
    await hover.first().waitFor({ timeout: patience });
    assert.match(await hover.first().innerText(), /Predicted\shere:/);
    await workbench.screenshot("heatmap-hover");
    await workbench.page.mouse.move(0, 0);
  });

  it("explains itself in the legend's tooltip, and says what it is not good for", async () => {
    await legend().hover();
    const hover = workbench.page.locator(".monaco-hover").filter({ hasText: /Not\san\serror\sdetector/ });
    await hover.first().waitFor({ timeout: patience });
    await workbench.screenshot("heatmap-legend");
    await workbench.page.mouse.move(600, 400);
  });

  it("switches to bits from the list", async () => {
    await legend().click();
    await choose("Switch between Nats and Bits");
    await legend()
      .filter({ hasText: /Bits per Token 0 ▁▂▃▄▅▆ 12\.0 bits/ })
      .waitFor({ timeout: patience });
  });

  it("is saved from its legend in every format, each with what it was made of", async () => {
    const saved: Record<string, Buffer> = {};
    for (const format of ["CSV", "JSON", "NPZ"]) {
      await legend().click();
      await choose("Export…");
      await choose(`Save as ${format}…`);
      const name = `introspect-token-heatmap.${format.toLowerCase()}`;
      await workbench.page.waitForFunction((end) => {
        const input = document.querySelector<HTMLInputElement>(".quick-input-widget input.input");
        return input?.value.endsWith(end) === true;
      }, `/${name}`);
      await workbench.page.keyboard.press("Enter");
      await workbench.page.locator(".explorer-viewlet .monaco-list-row", { hasText: name }).waitFor();
      saved[format] = fs.readFileSync(path.join(workbench.folder, name));
    }
    const json = JSON.parse(saved["JSON"].toString()) as Exported;
    assert.match(json.model.digest, /^[0-9a-f]{64}$/);
    const text = fs.readFileSync(path.join(workbench.folder, "search.ts"), "utf8");
    assert.equal(json.texts.text, text);
    assert.match(json.command, /^introspect heatmap \S*introspect-small --text '.* --measure bits$/s);
    const { tokens } = json.data;
    assert.equal(tokens.map((token) => token.text).join(""), text);
    const rows = saved["CSV"].toString().split("\r\n");
    const first = rows.findIndex((row) =>
      row.startsWith("position,start,end,id,token,Bits per Token (bits),"),
    );
    const [position, start, , id] = rows[first + 2].split(",").map(Number);
    assert.deepEqual([position, start, id], [1, tokens[1].start, tokens[1].id]);
    const arrays = saved["NPZ"].toString("latin1");
    for (const name of ["meta", "values", "top_log_prob"]) assert.ok(arrays.includes(`${name}.npy`), name);
    await workbench.runCommand("Introspect: Export Token Heatmap…");
    await choose("Picture…");
    const frame = await workbench.webviewFrame("heatmap");
    await frame.locator("body[data-status='ready'] .heat-item").nth(20).waitFor({ timeout: patience });
    await frame.getByRole("button", { name: "Export Token heatmap" }).click();
    await frame.getByRole("button", { name: "PNG", exact: true }).click();
    const png = "introspect-heatmap.png";
    await workbench.page.waitForFunction((end) => {
      const input = document.querySelector<HTMLInputElement>(".quick-input-widget input.input");
      return input?.value.endsWith(end) === true;
    }, `/${png}`);
    await workbench.page.keyboard.press("Enter");
    await workbench.page.locator(".explorer-viewlet .monaco-list-row", { hasText: png }).waitFor();
    const picture = fs.readFileSync(path.join(workbench.folder, png));
    assert.equal(picture.subarray(1, 4).toString(), "PNG");
    assert.ok(picture.includes(json.model.digest), "it says what it is of");
    await workbench.screenshot("heatmap-picture");
    await workbench.runCommand("View: Close Editor");
    await workbench.runCommand("Introspect: Export Token Heatmap…");
    await choose("Show as Table");
    await workbench.page.locator(".tab.active", { hasText: "search.ts · Bits per Token" }).waitFor();
    await workbench.screenshot("heatmap-table");
    await workbench.runCommand("View: Close Editor");
  });

  it("takes the colours and the legend off with Escape", async () => {
    await workbench.focusEditor();
    await workbench.page.keyboard.press("Escape");
    await workbench.page.locator(coloured).first().waitFor({ state: "detached", timeout: patience });
    await legend().waitFor({ state: "detached", timeout: patience });
  });

  it("colours by a neuron that is named, with the two sides of zero", async () => {
    await workbench.runCommand("Introspect: Colour Text by…");
    await choose("Neuron");
    const input = workbench.page.locator(".quick-input-widget input.input");
    await workbench.page
      .locator(".quick-input-message")
      .filter({ hasText: "Layer.neuron" })
      .waitFor({ timeout: patience });
    await input.fill("2.41");
    await workbench.page.keyboard.press("Enter");
    await legend().filter({ hasText: "Neuron L2 N41" }).waitFor({ timeout: patience });
    await workbench.screenshot("heatmap-neuron");
  });

  for (const [name, theme] of themes) {
    it(`is seen in ${theme}`, async () => {
      workbench = await openWorkbench({ settings: { "workbench.colorTheme": theme } });
      await workbench.openFile("search.ts");
      await workbench.page.keyboard.press("Control+Home");
      await workbench.runCommand("Introspect: Colour Text by…");
      await choose("Surprisal");
      await legend()
        .filter({ hasText: /bits\/byte$/ })
        .waitFor({ timeout: patience });
      assert.ok((await workbench.page.locator(coloured).count()) > 20);
      await workbench.page.waitForTimeout(500);
      await workbench.screenshot(`heatmap-${name}`);
    });
  }
});
