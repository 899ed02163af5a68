import assert from "node:assert/strict";
import type { PanelState } from "../../src/protocol/panelApi";
import type { SweepPanelData } from "../../src/protocol/sweepPanel";
import { growingData, natsPlan, ratioCells, ratioOutcome, sweepData } from "./fixtures/sweep";
import { model } from "./fixtures/text";
import { assertFits, assertReadable, assertSoon, csvRows, exported } from "./support/checks";
import { openPanel, themeNames, type PanelPage, type ThemeName } from "./support/panel";

const ready = (data: SweepPanelData, seq = 1): PanelState<SweepPanelData> => ({
  seq,
  status: "ready",
  model,
  data,
});

async function open(
  data = sweepData(),
  options: { theme?: ThemeName; width?: number; height?: number } = {},
): Promise<PanelPage<"sweep">> {
  const panel = await openPanel("sweep", { state: ready(data), width: 1200, height: 900, ...options });
  await panel.page.locator("body[data-status='ready']").waitFor();
  return panel;
}

const figure = (panel: PanelPage<"sweep">, name: string) => panel.page.locator(`.figure-sweep-${name}`);
/** A cell of a figure's grid, as a screen reader names it. */
const cell = (panel: PanelPage<"sweep">, name: string, layer: number, strength: string) =>
  figure(panel, name).getByRole("gridcell", { name: new RegExp(`^layer ${layer}, strength ${strength}, `) });

describe("sweep page", () => {
  it("draws layers upward and strengths to the right, with the plain model as the background", async () => {
    const panel = await open();
    const rows = await figure(panel, "effect").getByRole("rowheader").allInnerTexts();
    assert.deepEqual(rows.slice(0, 4), ["3", "2", "1", "0"]);
    const columns = await figure(panel, "effect").getByRole("columnheader").allInnerTexts();
    assert.deepEqual(columns, ["−1.00", "0", "0.250", "0.500", "1.00", "2.00", "4.00"]);
    const ground = await panel.page.evaluate(() =>
      getComputedStyle(document.body).getPropertyValue("--ground"),
    );
    const colourOf = async (strength: string) =>
      cell(panel, "effect", 1, strength).evaluate((one: HTMLElement) => one.style.backgroundColor);
    const asRgb = async (colour: string) =>
      panel.page.evaluate((css) => {
        const probe = document.createElement("i");
        probe.style.backgroundColor = css;
        return probe.style.backgroundColor;
      }, colour);
    assert.equal(await colourOf("0"), await asRgb(ground.trim()));
    assert.notEqual(await colourOf("4.00"), await asRgb(ground.trim()));
    assert.notEqual(await colourOf("0.500"), await colourOf("4.00"));
    await panel.close();
  });

  it("sorts a plan's layers and strengths for the picture, and asks for the plan's own cell", async () => {
    const { effect, cost, relativeNorm, baseline } = ratioCells();
    const some = (rows: typeof effect) => [rows[3]!.slice(0, 2).reverse(), rows[1]!.slice(0, 2).reverse()];
    const cells = {
      ...{ layers: [3, 1], strengths: [0, -1], baseline },
      ...{ effect: some(effect), cost: some(cost), relativeNorm: some(relativeNorm) },
    };
    const panel = await open(
      sweepData({ cells, outcome: { ...ratioOutcome(), pareto: [[1, 1]], best: [1, 1], controls: null } }),
    );
    assert.deepEqual(await figure(panel, "cost").getByRole("columnheader").allInnerTexts(), ["−1.00", "0"]);
    assert.equal(
      await cell(panel, "cost", 1, "−1.00").evaluate((one) => one.classList.contains("is-best")),
      true,
    );
    await cell(panel, "cost", 1, "−1.00").click();
    await assertSoon(() => panel.requests.at(-1), { method: "sweep/open", params: { cell: [1, 1] } });
    await panel.close();
  });

  it("marks the cell that is pointed at in every picture, and says all of it in the rail", async () => {
    const panel = await open();
    await cell(panel, "cost", 2, "1.00").hover();
    for (const name of ["effect", "cost", "size"])
      assert.equal(await figure(panel, name).locator(".is-pointed").count(), 1, name);
    assert.match(
      (await figure(panel, "effect").locator(".is-pointed").getAttribute("aria-label"))!,
      /^layer 2, strength 1\.00/,
    );
    const point = figure(panel, "front").locator("g.is-pointed");
    assert.match((await point.locator("title").textContent())!, /^layer 2 × 1\.00: effect /);
    await panel.page.locator(".rail").getByText("behind the front").waitFor();
    await figure(panel, "front").locator("g[data-key='0 3']").hover();
    await panel.page.locator(".rail").getByText("best effect, on the front").waitFor();
    assert.equal(
      await cell(panel, "effect", 0, "0.500").evaluate((one) => one.classList.contains("is-pointed")),
      true,
    );
    await panel.close();
  });

  it("is gone through by keys: arrows move, Enter runs the cell's experiment", async () => {
    const panel = await open();
    await cell(panel, "effect", 3, "−1.00").focus();
    await panel.page.keyboard.press("ArrowRight");
    await panel.page.keyboard.press("ArrowDown");
    await panel.page.keyboard.press("Enter");
    await assertSoon(() => panel.requests.at(-1), { method: "sweep/open", params: { cell: [2, 1] } });
    await panel.close();
  });

  it("marks the front and the best cell in both maps and in the scatter", async () => {
    const panel = await open();
    for (const name of ["effect", "cost"]) {
      assert.equal(await figure(panel, name).locator(".is-front").count(), 2);
      assert.equal(await figure(panel, name).locator(".is-best").count(), 1);
    }
    assert.equal(await figure(panel, "size").locator(".is-front").count(), 0);
    const label = await figure(panel, "front").locator("svg").getAttribute("aria-label");
    assert.match(label!, /Pareto front: layer 0 × 0\.250: .*; layer 0 × 0\.500: /);
    await panel.page
      .locator(".sweep-said")
      .getByText("Best effect at a cost of at most 1.00: layer 0 × 0.500.")
      .waitFor();
    await panel.close();
  });

  it("shows controls with what they say of the cell, and a bad zero as such", async () => {
    const panel = await open();
    const part = figure(panel, "controls");
    await part.getByText("Controls at layer 0 × 0.500, the best cell").waitFor();
    await part.getByText("Strength zero gives the plain model’s numbers to the last bit.").waitFor();
    await part.getByText("better than that of 19 of 20 random directions of equal norm (95.0%)").waitFor();
    await part.getByText("better than that of 20 of 20 random prompt pairs of equal norm (100%)").waitFor();
    assert.equal(await part.locator("svg g").count(), 4 + 40);
    const outcome = ratioOutcome();
    const controls = { ...outcome.controls!, zero: { ...outcome.controls!.zero, same: false } };
    await panel.send(ready(sweepData({ outcome: { ...outcome, controls } }), 2));
    await part.locator(".verdict.bad").getByText("do not trust this sweep").waitFor();
    await panel.close();
  });

  it("has the table of activation additions where both measures are ratios, and only there", async () => {
    const panel = await open();
    const table = figure(panel, "ratios").locator("table.ratios");
    assert.equal(await table.locator("tbody tr").count(), 4);
    const { effect, cost } = ratioCells();
    const last = await table.locator("tbody tr").last().locator("td").last().locator("span").allInnerTexts();
    assert.deepEqual(last, [effect[0]![6]!.toPrecision(3), cost[0]![6]!.toPrecision(3)]);
    await panel.send(ready(sweepData({ plan: natsPlan }), 2));
    await figure(panel, "ratios").waitFor({ state: "hidden" });
    await panel.close();
  });

  it("fills while it runs: what is not measured yet is hatched, and nothing is called a front", async () => {
    const data = growingData(9);
    const loading = { status: "loading", model, data, message: "Sweeping", progress: 0.2 } as const;
    const panel = await openPanel("sweep", { state: { seq: 1, ...loading }, width: 900, height: 900 });
    await panel.page.getByText("9 of 28 cells measured.").waitFor();
    assert.equal(await figure(panel, "effect").locator(".heat-cell.hatched").count(), 19);
    assert.equal(await figure(panel, "effect").locator(".is-front").count(), 0);
    assert.equal(await figure(panel, "front").locator("g[data-key]").count(), 9);
    assert.equal(await figure(panel, "controls").isVisible(), false);
    await panel.screenshot("sweep-growing");
    await panel.send({ seq: 2, ...loading, data: growingData(0) });
    await panel.page.getByText("0 of 28 cells measured.").waitFor();
    await panel.send({ seq: 3, ...loading });
    await panel.page.getByRole("button", { name: "Cancel" }).click();
    await assertSoon(() => panel.requests.at(-1), { method: "page/cancel", params: {} });
    await panel.assertClean();
    await panel.close();
  });

  it("shows nats in bits where that is the unit, in pictures and tables", async () => {
    const panel = await open(sweepData({ plan: natsPlan }));
    await panel.page.getByText("rise of log-probability of “ const”, nats").first().waitFor();
    await panel.send({ ...ready(sweepData({ plan: natsPlan }), 2), unit: "bits" });
    await panel.page.getByText("rise of log-probability of “ const”, bits").first().waitFor();
    const { effect } = ratioCells();
    const said = await cell(panel, "effect", 0, "4.00").getAttribute("aria-label");
    assert.equal(said, `layer 0, strength 4.00, ${(effect[0]![6]! / Math.LN2).toPrecision(3)}`);
    await panel.close();
  });

  it("is exported as a table of every cell with what was run", async () => {
    const panel = await open();
    const rows = csvRows((await exported(panel, "Effect against cost", "CSV")).content);
    assert.equal(rows.length, 1 + 28);
    assert.deepEqual(rows[0]!.slice(0, 2), ["layer", "strength"]);
    const best = rows.filter((row) => row.at(-1) === "yes");
    assert.deepEqual(
      best.map((row) => row.slice(0, 2)),
      [["0", "0.5"]],
    );
    await panel.close();
  });

  for (const theme of themeNames)
    it(`reads and fits in ${theme}, from a side bar to a wide panel`, async () => {
      const panel = await open(sweepData(), { theme });
      for (const width of [1200, 600, 300]) {
        await panel.resize(width);
        await assertFits(panel.page);
      }
      await assertReadable(panel.page);
      await panel.assertClean();
      await panel.close();
    });
});
