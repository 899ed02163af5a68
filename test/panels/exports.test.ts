/** One menu saves and copies a figure, and everything it gives says what it is of. */
import assert from "node:assert/strict";
import type { HostApi } from "../../src/protocol/panelApi";
import { savedStates } from "./fixtures/savedStates";
import { csvRows, exported } from "./support/checks";
import { openPanel, themeNames, type PanelPage } from "./support/panel";

const digest = savedStates().patch.model!.digest!;

/** Chooses something of a figure's menu and gives the request that it makes. */
async function chosen<M extends keyof HostApi>(
  panel: PanelPage<"patch">,
  choice: string,
  method: M,
): Promise<HostApi[M]["params"]> {
  await panel.page.getByRole("button", { name: "Export Attention output" }).click();
  await panel.page.locator(".export-choices:not([hidden])").getByRole("button", { name: choice }).click();
  await panel.page.locator(".export-said:not([hidden])").first().waitFor();
  const found = panel.requests.findLast((request) => request.method === method);
  assert.ok(found, `${choice} asks for ${method}`);
  return found.params as HostApi[M]["params"];
}

describe("a figure's exports", () => {
  const open = () => openPanel("patch", { state: savedStates().patch, width: 900 });

  it("carry version, digest, texts and command: CSV, JSON, SVG, PNG and npz", async () => {
    const panel = await open();
    const figure = "Attention output";
    const csv = (await exported(panel, figure, "CSV")).content;
    const head = csv.split("\r\n").filter((line) => line.startsWith("# "));
    assert.ok(head.includes('# introspect: "9.9.9"'));
    assert.ok(head.some((line) => line.startsWith("# model: ") && line.includes(digest)));
    assert.ok(head.some((line) => line.startsWith("# command: ") && line.includes("introspect patch")));
    assert.ok(csvRows(csv).length > 3);
    const json = JSON.parse((await exported(panel, figure, "JSON")).content) as Record<string, unknown>;
    assert.deepEqual(json["texts"], savedStates().patch.made!.texts);
    assert.equal(json["introspect"], "9.9.9");
    const svg = (await exported(panel, figure, "SVG")).content;
    const meta = await panel.page.evaluate((text) => {
      const parsed = new DOMParser().parseFromString(text, "image/svg+xml");
      return parsed.querySelector("metadata#introspect")?.textContent ?? "";
    }, svg);
    assert.equal((JSON.parse(meta) as { model: { digest: string } }).model.digest, digest);
    const png = Buffer.from((await exported(panel, figure, "PNG")).content, "base64");
    assert.equal(png.subarray(33 + 4, 33 + 8).toString(), "iTXt");
    const length = png.readUInt32BE(33);
    const chunk = png.subarray(41, 41 + length).toString("utf8");
    assert.match(chunk, /^introspect\0\0\0\0\0\{/);
    assert.ok(chunk.includes(digest));
    const { figure: name, facts } = await chosen(panel, "NPZ", "export/npz");
    assert.equal(name, "patch-attn");
    assert.equal((JSON.parse(facts) as { introspect: string }).introspect, "9.9.9");
    await panel.assertClean();
    await panel.close();
  });

  it("keep a PNG a picture that a browser draws", async () => {
    const panel = await open();
    const png = (await exported(panel, "Attention output", "PNG")).content;
    const width = await panel.page.evaluate(async (data) => {
      const image = new Image();
      image.src = `data:image/png;base64,${data}`;
      await image.decode();
      return image.naturalWidth;
    }, png);
    assert.ok(width > 100);
    await panel.close();
  });

  it("are copied as a command and as Python, and say that they are", async () => {
    const panel = await open();
    const command = (await chosen(panel, "Copy as Command line", "export/copy")).text;
    assert.equal(
      command,
      "introspect patch /home/ada/models/introspect-small --base 'let ada = 1;' --source 'let x y = 1;'",
    );
    const python = (await chosen(panel, "Copy as TransformerLens Python", "export/copy")).text;
    assert.match(python, /base = model\.to_tokens\("let ada = 1;", prepend_bos=True\)/);
    assert.match(python, /hook_attn_out/);
    assert.match(
      await panel.page.locator(".figure-patch-attn .export-said").innerText(),
      /^TransformerLens Python that reads the numbers of “Attention output” is on the clipboard\.$/,
    );
    await panel.close();
  });

  it("as an image go to the clipboard, or it is said that this editor takes none", async () => {
    const panel = await open();
    await panel.page.evaluate(() => {
      (globalThis as { ClipboardItem?: unknown }).ClipboardItem = undefined;
    });
    await panel.page.getByRole("button", { name: "Export Attention output" }).click();
    await panel.page
      .locator(".export-choices:not([hidden])")
      .getByRole("button", { name: "Copy as Image" })
      .click();
    await panel.page
      .locator(".figure-patch-attn .export-said", {
        hasText: "lets no page put pictures on the clipboard; save it as PNG",
      })
      .waitFor();
    await panel.close();
  });

  for (const theme of themeNames) {
    it(`open in ${theme} without pushing anything out of a narrow page`, async () => {
      const panel = await openPanel("patch", { theme, width: 300, state: savedStates().patch });
      await panel.page.getByRole("button", { name: "Export Attention output" }).click();
      const wide = await panel.page.evaluate(() => {
        const main = document.querySelector(".main")!;
        return main.scrollWidth - main.clientWidth;
      });
      assert.equal(wide, 0);
      await panel.page.locator(".figure-patch-attn").scrollIntoViewIfNeeded();
      await panel.screenshot(`export-menu-${theme}`);
      await panel.page.keyboard.press("Escape");
      assert.equal(await panel.page.locator(".export-choices:not([hidden])").count(), 0);
      await panel.close();
    });
  }
});
