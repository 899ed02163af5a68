import assert from "node:assert/strict";
import { CodedError } from "../../src/base/errors";
import type { LensPanelData } from "../../src/protocol/lensPanel";
import type { PanelState } from "../../src/protocol/panelApi";
import { arrangedLens, lensOf } from "./fixtures/lens";
import { model, sample } from "./fixtures/text";
import { assertFits, assertReadable, assertSoon, csvRows, exported, labels } from "./support/checks";
import { openPanel, themeNames, type PanelPage } from "./support/panel";

const other = sample.replace(/return/g, "yield");

const stateOf = (seq: number, data: LensPanelData): PanelState<LensPanelData> => ({
  seq,
  status: "ready",
  model,
  document: "fibonacci.py",
  data,
});

async function open(
  data: LensPanelData,
  options: Partial<Parameters<typeof openPanel<"lens">>[1]> = {},
): Promise<PanelPage<"lens">> {
  const panel = await openPanel("lens", { state: stateOf(1, data), ...options });
  await panel.page.locator("[role=gridcell]").first().waitFor();
  return panel;
}

describe("lens page, arranged", () => {
  for (const [measure, words, unit] of [
    ["rank", (view: LensPanelData) => String(view.layers[0]!.positions[0]!.rank), /logarithmic/],
    ["kl", (view: LensPanelData) => `${view.layers[0]!.positions[0]!.kl.toPrecision(3)} nats`, /nats/],
    [
      "entropy",
      (view: LensPanelData) => `${view.layers[0]!.positions[0]!.entropy.toPrecision(3)} nats`,
      /nats/,
    ],
  ] as const) {
    it(`colours by ${measure} as it was left, with a legend and its unit`, async () => {
      const view = lensOf(sample);
      const panel = await open(view, { memory: { "lens-measure": measure } });
      const first = panel.page.locator("[role=row]").nth(6).locator("[role=gridcell]").first();
      assert.ok((await first.getAttribute("aria-label"))!.includes(words(view)));
      assert.match(await panel.page.locator(".figure-lens-grid .legend-label").first().innerText(), unit);
      await panel.assertClean();
      await panel.close();
    });
  }

  it("hatches the surprisal of the last column, which nothing follows, and only that", async () => {
    const panel = await open(lensOf(sample), { memory: { "lens-measure": "surprisal" } });
    const rows = await panel.page
      .locator("[role=row]")
      .evaluateAll((all) =>
        all
          .slice(0, -1)
          .map((row) =>
            [...row.querySelectorAll("[role=gridcell]")].map((c) => c.classList.contains("hatched")),
          ),
      );
    for (const row of rows)
      assert.deepEqual(
        row,
        row.map((_, i) => i === row.length - 1),
      );
    await panel.close();
  });

  it("asks to pin, to let go, and to mark the editor", async () => {
    const panel = await open(lensOf(sample));
    const last = (): unknown => panel.requests.at(-1);
    await panel.page.getByRole("button", { name: "Pin", exact: true }).click();
    await assertSoon(last, { method: "lens/pin", params: { on: true } });
    await panel.page.getByRole("button", { name: "Depth in editor" }).click();
    await assertSoon(last, { method: "lens/mark", params: { mark: "depth", on: true } });
    await panel.send(stateOf(2, arrangedLens(sample, other)));
    await panel.page.getByRole("button", { name: "Pin", exact: true }).click();
    await assertSoon(last, { method: "lens/pin", params: { on: false } });
    await panel.page.getByRole("button", { name: "Depth in editor" }).click();
    await assertSoon(last, { method: "lens/mark", params: { mark: "depth", on: false } });
    await panel.close();
  });

  it("shows a pinned lens beside, and the difference with its changed cells", async () => {
    const data = arrangedLens(sample, other);
    const panel = await open(data);
    const { page } = panel;
    assert.equal(await page.locator(".lens-grid").count(), 2);
    assert.match(await page.locator(".pinned-text").innerText(), /fibonacci\.py: /);
    await page.getByRole("button", { name: "Difference" }).click();
    const changed = await page
      .locator(".figure-lens-pinned [role=gridcell]")
      .evaluateAll((all) => all.filter((c) => c.classList.contains("changed")).length);
    const before = new Map(
      data.pinned!.view.positions.map((pos, i) => [
        pos,
        data.pinned!.view.layers.map((l) => l.positions[i]!),
      ]),
    );
    let wanted = 0;
    data.positions.forEach((pos, i) => {
      data.layers.forEach((row, layer) => {
        const then = before.get(pos)?.[layer];
        if (then && then.top[0]!.id !== row.positions[i]!.top[0]!.id) wanted++;
      });
    });
    assert.ok(wanted > 0);
    assert.equal(changed, wanted);
    const csv = csvRows((await exported(panel, "Pinned", "CSV")).content);
    const [, first] = csv;
    assert.ok(Math.abs(Number(first![5]) - Number(first![6]) - Number(first![7])) < 1e-12);
    await panel.send(stateOf(2, { ...data, pinned: null }));
    assert.equal(await page.locator(".lens-grid").count(), 1);
    await panel.assertClean();
    await panel.close();
  });

  it("follows a typed token, says what is wrong with a text that is none, and lets go", async () => {
    const panel = await open(arrangedLens(sample, other), {
      handlers: {
        "lens/follow": () => {
          throw new CodedError("not-one-token", "That is 2 tokens.", { next: "Give a shorter text." });
        },
      },
    });
    const { page } = panel;
    const field = page.locator(".follow vscode-text-field");
    await field.click();
    await page.keyboard.type("two words");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").filter({ hasText: "That is 2 tokens. Give a shorter text." }).waitFor();
    await assertSoon(() => panel.requests.at(-1), { method: "lens/follow", params: { text: "two words" } });
    await page
      .getByRole("button", { name: /^Stop following .*self/ })
      .first()
      .click();
    await assertSoon(() => panel.requests.at(-1)?.method, "lens/toggle");
    assert.equal(await page.locator(".charts svg").first().locator("polyline").count(), 4);
    await panel.close();
  });

  it("follows the tokens of the column that is inspected, and one that is picked in the details", async () => {
    const data = lensOf(sample);
    const panel = await open(data);
    const { page } = panel;
    await page.locator("[role=gridcell]").nth(3).hover();
    const said = (await labels(page, ".charts svg"))[0]!;
    const share = Math.exp(data.trajectories[3]![0]!.logProb.at(-1)!) * 100;
    assert.ok(said.includes(`${share.toPrecision(3)}%`), said);
    await page.locator(".rail .pick").first().click();
    const { id } = data.layers.at(-1)!.positions[3]!.top[0]!;
    await assertSoon(() => panel.requests.at(-1), { method: "lens/toggle", params: { id } });
    await panel.close();
  });

  it("draws the perplexity of each row over the selection, else over the columns shown", async () => {
    const panel = await open(lensOf(sample));
    const figure = panel.page.locator(".figure-lens-perplexity");
    assert.match(await figure.innerText(), /of the columns shown/);
    const data = arrangedLens(sample, other);
    await panel.send(stateOf(2, data));
    assert.match(await figure.innerText(), /42 tokens of the selection/);
    const csv = csvRows((await exported(panel, "Perplexity by layer", "CSV")).content);
    assert.equal(csv.length, 1 + data.layers.length);
    assert.equal(Number(csv[1]![2]), Math.exp(data.selected!.surprisal[0]!));
    await panel.close();
  });

  for (const theme of themeNames) {
    it(`reads well in ${theme} at every width`, async () => {
      for (const as of ["side", "difference"]) {
        const memory = { "lens-measure": "kl", "lens-pinned-as": as };
        const panel = await open(arrangedLens(sample, other), { theme, width: 300, memory });
        for (const width of [300, 600, 1200]) {
          await panel.resize(width);
          await panel.screenshot(`lens-arranged-${as}-${theme}-${width}`, { full: true });
          await assertReadable(panel.page);
          await assertFits(panel.page);
        }
        await panel.assertClean();
        await panel.close();
      }
    });
  }
});
