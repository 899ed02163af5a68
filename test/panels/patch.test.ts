import assert from "node:assert/strict";
import type { PanelState, PatchPanelData } from "../../src/protocol/panelApi";
import { patchData } from "./fixtures/patch";
import { model } from "./fixtures/text";
import { assertFits, assertReadable, assertSoon, csvRows, exported } from "./support/checks";
import { openPanel, themeNames, type PanelPage, type ThemeName } from "./support/panel";

const ready = (data: PatchPanelData): PanelState<PatchPanelData> => ({
  seq: 1,
  status: "ready",
  model,
  document: "names.ts",
  data,
});

async function open(options: { theme?: ThemeName; width?: number } = {}): Promise<PanelPage<"patch">> {
  const panel = await openPanel("patch", { state: ready(patchData()), width: 1200, ...options });
  await panel.page.locator(".heat-cell").first().waitFor();
  return panel;
}

describe("patch page", () => {
  it("shows partners over each other and what has none, tokens as text", async () => {
    const panel = await open();
    const { base, source } = patchData();
    const rows = panel.page.locator(".aligned tr");
    const filled = (row: number): Promise<number> => rows.nth(row).locator("td:not(.hatched)").count();
    assert.equal(await filled(0), source.ids.length);
    assert.equal(await filled(1), base.ids.length);
    assert.equal(await rows.nth(1).locator("td.hatched").count(), 1);
    assert.equal(await panel.page.locator(".aligned b").count(), 0);
    await panel.page.getByText("Tokens without a partner are not patched").waitFor();
    await panel.assertClean();
    await panel.close();
  });

  it("says why it measures other tokens where both texts have the same answer", async () => {
    const data = patchData();
    const source = { ...data.source, answer: data.base.answer };
    const state = ready({ ...data, source, movedMost: true });
    const panel = await openPanel("patch", { state, width: 1200 });
    await panel.page
      .getByText("of the likeliest tokens, these are the ones that the source raises")
      .waitFor();
    await panel.close();
  });

  it("lets one choose the tokens and the alignment, by keyboard", async () => {
    const panel = await open();
    await panel.page.locator(".choice-fold summary").focus();
    await panel.page.keyboard.press("Enter");
    const form = panel.page.getByRole("group", { name: "Tokens and alignment" });
    await form.getByRole("textbox", { name: "Token", exact: true }).fill(" ada");
    await form.getByRole("textbox", { name: "less token" }).fill("#7");
    await form.locator("vscode-dropdown[aria-label='Alignment']").click();
    await panel.page.getByRole("option", { name: "pairs of positions" }).click();
    const pairs = form.getByRole("textbox", { name: "Pairs" });
    await pairs.fill("2:3, 4-5");
    await pairs.press("Enter");
    await form.getByText("“4-5” is no pair of positions.").waitFor();
    assert.equal(panel.requests.filter(({ method }) => method === "patch/choose").length, 0);
    await pairs.fill("2:3, 4:5");
    await pairs.press("Enter");
    const align = [
      { base: 2, source: 3 },
      { base: 4, source: 5 },
    ];
    const choice = { token: " ada", minus: 7, align };
    await assertSoon(() => panel.requests.at(-1), { method: "patch/choose", params: choice });
    await panel.assertClean();
    await panel.close();
  });

  for (const code of ["not-aligned", "same-answer", "bad-target"]) {
    it(`leads from ${code} to what mends it, and not to trying again`, async () => {
      const { base, source } = patchData();
      const details = { texts: { base, source }, choice: { minus: " x" } };
      const error = { code, message: "It cannot be patched.", next: "Say how.", details };
      const panel = await openPanel("patch", {
        state: { seq: 1, status: "error", model, error },
        width: 600,
      });
      const form = panel.page.getByRole("group", { name: "Tokens and alignment" });
      await form.waitFor();
      assert.equal(await panel.page.getByRole("button", { name: "Try again" }).count(), 0);
      assert.equal(await form.getByRole("textbox", { name: "less token" }).inputValue(), " x");
      await form.locator("vscode-dropdown[aria-label='Alignment']").click();
      await panel.page.getByRole("option", { name: "one to one from the end" }).click();
      await panel.screenshot(`patch-${code}`);
      await form.getByRole("button", { name: "Patch" }).click();
      const params = { minus: " x", align: "end" };
      await assertSoon(() => panel.requests.at(-1), { method: "patch/choose", params });
      const shown = ready({ ...patchData(), choice: { minus: " x", align: "end" } });
      await panel.send({ ...shown, seq: 2 });
      await panel.page.locator(".heat-cell").first().waitFor();
      assert.equal(await panel.page.locator(".choice-fold .patch-choice").count(), 1);
      await panel.close();
    });
  }

  it("offers to try again where no choice mends it", async () => {
    const error = { code: "engine-stopped", message: "The engine ended." };
    const panel = await openPanel("patch", { state: { seq: 1, status: "error", model, error }, width: 600 });
    await panel.page.getByRole("button", { name: "Try again" }).waitFor();
    assert.equal(await panel.page.locator(".patch-choice").isVisible(), false);
    await panel.close();
  });

  it("draws three maps, layers upward, on one scale with zero as the background", async () => {
    const panel = await open();
    const data = patchData();
    const cells = panel.page.locator(".figure-patch-resid .heat-cell");
    assert.equal(await cells.count(), 2 * 6 * data.patched.length);
    const random = panel.page.locator(
      ".figure-patch-resid .heat-grid[aria-label*='random values'] .heat-cell",
    );
    assert.equal(await random.count(), 6 * data.patched.length);
    const says = await random.first().getAttribute("aria-label");
    assert.match(
      says!,
      new RegExp(
        `^layer 5, position 2, .*${Math.abs(data.maps[0]!.noiseMap.effects[5]![0]!).toPrecision(3)}`,
      ),
    );
    assert.match((await cells.first().getAttribute("aria-label"))!, /^layer 5, position 2, /);
    const keys = await panel.page.locator(".patch .legend-ramp").allInnerTexts();
    assert.deepEqual(new Set(keys.map((key) => key.replace(/\s+/g, " "))).size, 1);
    await panel.page.locator(".figure-patch-mlp .heat-cell").first().focus();
    await panel.page.keyboard.press("ArrowDown");
    assert.match(await panel.page.locator(".rail").innerText(), /MLP output[^]*layer[^]*4/);
    await panel.close();
  });

  it("says the check and the control, and gives tables and files", async () => {
    const panel = await open();
    const data = patchData();
    const note = (await panel.page.locator(".figure-patch-attn .note").allInnerTexts()).join(" ");
    assert.match(note, /In 62\.5% of the cells/);
    assert.match(note, /change nothing, exactly \(24 cells\)/);
    assert.match(note, /100% of 20 random values/);
    const csv = csvRows((await exported(panel, "Attention output", "CSV")).content);
    assert.equal(csv.length, 13);
    assert.deepEqual(csv[6]!.slice(0, -1).map(Number), [0, ...data.maps[1]!.effects[0]!]);
    assert.deepEqual(csv[12]!.slice(0, -1).map(Number), [0, ...data.maps[1]!.noiseMap.effects[0]!]);
    assert.deepEqual([csv[6]!.at(-1), csv[12]!.at(-1)], ["patched", "random"]);
    const aligned = csvRows((await exported(panel, "Alignment", "CSV")).content);
    assert.equal(aligned.length, data.base.ids.length + 1);
    await panel.close();
  });

  it("draws the texts alone, says what stands before them, and asks for another context", async () => {
    const { base, source, ...data } = patchData();
    const state = ready({
      ...data,
      context: "document",
      base: { ...base, from: 2 },
      source: { ...source, from: 1 },
    });
    const run = { context: "document", prefix: "" } as const;
    const panel = await openPanel("patch", { state: { ...state, run }, width: 1200 });
    await panel.page.getByText("2 tokens stand before the base, 1 token before the source").waitFor();
    const aligned = csvRows((await exported(panel, "Alignment", "CSV")).content);
    assert.deepEqual(
      aligned.slice(1).map(([position]) => Number(position)),
      base.ids.slice(2).map((_, i) => i + 2),
    );
    assert.match(await panel.page.locator(".ran").innerText(), /text before/);
    await panel.page.getByLabel("Selection only").click();
    await assertSoon(() => panel.requests.at(-1), {
      method: "run/choose",
      params: { context: "selection", prefix: "" },
    });
    await panel.close();
  });

  for (const theme of themeNames) {
    it(`reads well in ${theme} at every width`, async () => {
      const panel = await open({ theme, width: 300 });
      for (const width of [300, 600, 1200]) {
        await panel.resize(width);
        await assertReadable(panel.page);
        await assertFits(panel.page);
        await panel.screenshot(`patch-${theme}-${width}`);
      }
      await panel.assertClean();
      await panel.close();
    });
  }
});
