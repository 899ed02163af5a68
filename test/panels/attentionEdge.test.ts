import assert from "node:assert/strict";
import type { AttentionPanelData, PanelState } from "../../src/protocol/panelApi";
import { attentionView } from "./fixtures/attention";
import { attentionWithEdge, blockOf, whyOf } from "./fixtures/attentionEdge";
import { model } from "./fixtures/text";
import { assertFits, assertReadable, assertSoon, csvRows, exported } from "./support/checks";
import { openPanel, themeNames, type PanelPage, type ThemeName } from "./support/panel";

const ready = (data: AttentionPanelData, seq = 1): PanelState<AttentionPanelData> => ({
  seq,
  status: "ready",
  model,
  document: "fibonacci.py",
  data,
});

async function open(
  data: AttentionPanelData = attentionWithEdge(),
  options: { theme?: ThemeName; width?: number } = {},
): Promise<PanelPage<"attention">> {
  const panel = await openPanel("attention", { state: ready(data), width: 1200, ...options });
  await panel.page.locator(".heatmaplayer image").waitFor({ state: "attached" });
  return panel;
}

describe("attention page, one edge", () => {
  it("asks for the edge of the cell that is clicked or chosen by Enter", async () => {
    const panel = await open(attentionView());
    const { positions } = attentionView();
    const n = positions.length;
    await panel.page.locator(".edge-hint").waitFor();
    await panel.page.locator(".matrix").evaluate((e) => e.scrollIntoView());
    const box = (await panel.page.locator(".nsewdrag").first().boundingBox())!;
    await panel.page.mouse.click(box.x + (box.width * 3.5) / n, box.y + (box.height * 9.5) / n);
    await assertSoon(() => panel.requests.at(-1), { method: "attention/edge", params: { query: 9, key: 3 } });
    await panel.page.locator(".matrix").focus();
    await panel.page.keyboard.press("ArrowRight");
    await panel.page.keyboard.press("Enter");
    await assertSoon(() => panel.requests.at(-1), { method: "attention/edge", params: { query: 9, key: 4 } });
    const asked = panel.requests.length;
    await panel.page.mouse.click(box.x + (box.width * 12.5) / n, box.y + (box.height * 9.5) / n);
    assert.equal(panel.requests.length, asked, "a key after its query is no edge");
    await panel.close();
  });

  it("keeps the cell that one is on when the answer about it comes", async () => {
    const panel = await open(attentionView());
    const last = attentionView().positions.length - 1;
    /** Waits until the details name a key. */
    const keyIs = (key: number): Promise<void> =>
      panel.page
        .locator(".rail .facts")
        .first()
        .locator("dd")
        .nth(1)
        .filter({ hasText: new RegExp(`^\\s*${key}\\s`) })
        .waitFor({ timeout: 3000 });
    await panel.page.locator(".matrix").focus();
    for (let i = 0; i < 3; i++) await panel.page.keyboard.press("ArrowLeft");
    await keyIs(last - 3);
    await panel.page.keyboard.press("Enter");
    await panel.send(ready(attentionWithEdge(), 2));
    await panel.page.locator(".figure-attention-why").waitFor();
    await keyIs(last - 3);
    await panel.page.keyboard.press("ArrowLeft");
    await keyIs(last - 4);
    await panel.close();
  });

  it("draws pairs of parts, what they add up to, and the others", async () => {
    const panel = await open();
    const why = whyOf();
    const rows = await panel.page.locator(".figure-attention-why .bars-row").allInnerTexts();
    assert.equal(rows.length, 13);
    assert.ok(rows[0]!.includes(why.pairs[0]!.query) || rows[0]!.startsWith("embed"), rows[0]);
    assert.match(rows.at(-1)!, /other pairs/);
    const said = await panel.page.locator(".figure-attention-why .figure-body > p").first().innerText();
    assert.match(said, /less the mean 3\.50 over 21 keys/);
    assert.match(said, /off by 2\.10e/);
    assert.match(said, /rotation by distance/);
    const csv = csvRows((await exported(panel, "Why there", "CSV")).content);
    const body = csv.slice(1);
    const listed = body.filter(([first]) => first !== "sum" && first !== "score less mean");
    const total = listed.reduce((sum, row) => sum + Number(row[2]), 0);
    assert.ok(Math.abs(total - why.sum) < 1e-9, `${total} and ${why.sum}`);
    await panel.close();
  });

  it("moves over the matrix of parts and says what a pair is", async () => {
    const panel = await open();
    await panel.page.locator(".heat-cell").first().focus();
    await panel.page.keyboard.press("ArrowRight");
    const rail = await panel.page.locator(".rail").innerText();
    assert.match(rail, /Pair of parts/);
    assert.match(rail, /head 0\.0/);
    await panel.close();
  });

  it("blocks the edge where and against what was chosen", async () => {
    const panel = await open();
    await panel.page.getByText("Block", { exact: true }).click();
    await assertSoon(() => panel.requests.at(-1), {
      method: "attention/block",
      params: { softmax: "before", controls: "matched" },
    });
    await panel.page.locator("vscode-dropdown[aria-label='Blocked']").click();
    await panel.page.getByRole("option", { name: "after the softmax" }).click();
    await panel.page.locator("vscode-dropdown[aria-label='Compared with']").click();
    await panel.page.getByRole("option", { name: "random edges" }).click();
    await panel.page.locator("vscode-dropdown[aria-label='Against']").click();
    await panel.page.getByRole("option", { name: "bold" }).click();
    await panel.page.getByText("Block", { exact: true }).click();
    const { against } = blockOf("after");
    await assertSoon(() => panel.requests.at(-1), {
      method: "attention/block",
      params: { softmax: "after", controls: "random", against: against.id },
    });
    assert.equal(await panel.page.locator(".effect").count(), 0, "nothing is known about that kind yet");
    await panel.close();
  });

  it("shows the change among its controls, tokens as text", async () => {
    const panel = await open();
    const block = blockOf("before");
    const effects = panel.page.locator(".effect");
    assert.equal(await effects.count(), 2);
    assert.match(await effects.first().innerText(), /67\.0% → 36\.1%, −0\.620 nats/);
    assert.match(
      await effects.first().innerText(),
      /100% of the 20 edges of the same query and layer, in any head, that are nearest in weight/,
    );
    const percent = (share: number): string => `${(100 * share).toPrecision(3)}%`;
    const most = percent(Math.max(...block.controls.map(({ weight }) => weight)));
    assert.ok(
      (await effects.first().innerText()).includes(
        `to ${most}, 5.00% in the median; this one ${percent(block.weight)}.`,
      ),
    );
    assert.equal(await effects.first().locator("svg line[stroke-width]").count(), block.controls.length);
    assert.equal(await panel.page.locator(".edge-part b").count(), 0);
    const csv = csvRows((await exported(panel, "Block this edge", "CSV")).content);
    assert.equal(csv.length, 2 + block.controls.length);
    assert.equal(Number(csv[1]![3]), block.change.logProb);
    await panel.close();
  });

  for (const theme of themeNames) {
    it(`reads well in ${theme} at every width`, async () => {
      const panel = await open(attentionWithEdge(), { theme, width: 300 });
      for (const width of [300, 600, 1200]) {
        await panel.resize(width);
        await assertReadable(panel.page);
        await assertFits(panel.page);
        await panel.page.locator(".edge-part").evaluate((e) => e.scrollIntoView());
        await panel.screenshot(`attention-edge-${theme}-${width}`);
      }
      await panel.assertClean();
      await panel.close();
    });
  }
});
