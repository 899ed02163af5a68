import assert from "node:assert/strict";
import type { LensView } from "../../src/protocol/lens";
import type { LensPanelData } from "../../src/protocol/lensPanel";
import type { PanelState } from "../../src/protocol/panelApi";
import { lensOf } from "./fixtures/lens";
import { model, sample } from "./fixtures/text";
import { assertFits, assertReadable, assertSoon, csvRows, exported } from "./support/checks";
import { openPanel, themeNames, type PanelPage } from "./support/panel";

const ready = (seq: number, text = sample, columns = 14): PanelState<LensPanelData> => ({
  seq,
  status: "ready",
  model,
  document: "fibonacci.py",
  data: lensOf(text, columns),
});

async function open(
  text = sample,
  options: { theme?: "dark" | "light"; width?: number } = {},
): Promise<PanelPage<"lens">> {
  const panel = await openPanel("lens", { state: ready(1, text), ...options });
  await panel.page.locator("[role=gridcell]").first().waitFor();
  return panel;
}

describe("lens page", () => {
  it("draws layers upward and positions to the right under their tokens", async () => {
    const panel = await open();
    const view = lensOf(sample);
    const rows = await panel.page.locator("[role=row]").evaluateAll((all) =>
      all.map((row) => ({
        head: row.querySelector("[role=rowheader]")?.textContent,
        cells: [...row.querySelectorAll("[role=gridcell]")].map((c) => c.getAttribute("aria-label")),
      })),
    );
    assert.deepEqual(
      rows.map((row) => row.head),
      ["out", "5", "4", "3", "2", "1", "emb", "layer"],
    );
    const top = view.layers[6]!.positions.map((cell) => cell.top[0]!);
    assert.equal(rows[0]!.cells.length, view.positions.length);
    for (const [i, label] of rows[0]!.cells.entries()) {
      assert.match(label!, /^layer 6, after /);
      assert.ok(label!.includes(`${(Math.exp(top[i]!.logProb) * 100).toPrecision(3)}%`), label!);
    }
    const lefts = await panel.page
      .locator("[role=columnheader]")
      .evaluateAll((all) => all.map((e) => e.getBoundingClientRect().left));
    assert.deepEqual(
      lefts,
      [...lefts].sort((a, b) => a - b),
    );
    await panel.close();
  });

  it("fills a cell the more the surer it is", async () => {
    const panel = await open();
    const cells = await panel.page.locator("[role=gridcell]").evaluateAll((all) =>
      all.map((e) => ({
        share: Number(/([\d.]+)%/.exec(e.getAttribute("aria-label") ?? "")?.[1]),
        ground: getComputedStyle(e).backgroundColor,
      })),
    );
    const bare = await panel.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const distance = (ground: string): number => {
      const [a, b] = [ground, bare].map((text) => (text.match(/\d+/g) ?? []).map(Number));
      return Math.hypot(...a!.slice(0, 3).map((x, i) => x - b![i]!));
    };
    cells.sort((a, b) => a.share - b.share);
    const distances = cells.map(({ ground }) => distance(ground));
    for (let i = 1; i < cells.length; i++) assert.ok(distances[i]! >= distances[i - 1]! - 4, `${i}`);
    assert.ok(distances.at(-1)! - distances[0]! > 80);
    await panel.close();
  });

  it("outlines the cells that agree with the final answer and draws the step line at the depth", async () => {
    const panel = await open();
    const view = lensOf(sample);
    const agrees = await panel.page
      .locator("[role=row]")
      .evaluateAll((rows) =>
        rows
          .slice(0, -1)
          .map((row) =>
            [...row.querySelectorAll("[role=gridcell]")].map((c) => c.classList.contains("agrees")),
          ),
      );
    for (const [r, row] of agrees.entries()) {
      const cells = view.layers[view.layers.length - 1 - r]!.positions;
      const last = view.layers.at(-1)!.positions;
      assert.deepEqual(
        row,
        cells.map((cell, i) => cell.top[0]!.id === last[i]!.top[0]!.id),
      );
    }
    const path = (await panel.page.locator(".steps path").getAttribute("d")) ?? "";
    const ends = [...path.matchAll(/(?:M\d+,|V)(\d+)/g)].map((m) => view.layers.length - Number(m[1]));
    assert.deepEqual(ends, [...view.depth]);
    await panel.close();
  });

  it("repaints only what changed while somebody types", async () => {
    const panel = await open("one two three four five six seven eight nine ten eleven twelve");
    await panel.page.evaluate(() => {
      const touched = new Set<string>();
      (window as unknown as { touched: Set<string> }).touched = touched;
      const root = document.querySelector(".lens-grid")!;
      new MutationObserver((records) => {
        for (const { target } of records) {
          const item = (target instanceof Element ? target : target.parentElement)?.closest(
            "[aria-colindex]",
          );
          if (item) touched.add(item.getAttribute("aria-colindex")!);
        }
      }).observe(root, { subtree: true, childList: true, attributes: true, characterData: true });
      for (const [i, cell] of root.querySelectorAll("[role=gridcell]").entries())
        (cell as unknown as { mark: number }).mark = i;
    });
    await panel.send(ready(2, "one two three four five six seven eight nine ten eleven twelves"));
    const result = await panel.page.evaluate(() => ({
      touched: [...(window as unknown as { touched: Set<string> }).touched],
      fresh: [...document.querySelectorAll("[role=gridcell]")].filter(
        (c) => (c as unknown as { mark?: number }).mark === undefined,
      ).length,
      cells: document.querySelectorAll("[role=gridcell]").length,
    }));
    // The last token changed, and with it what follows the last but one: two columns of thirteen.
    const last = await panel.page.locator("[role=columnheader]").count();
    assert.ok(
      result.touched.every((index) => Number(index) >= last),
      result.touched.join(" "),
    );
    assert.equal(result.fresh, 2 * 7);
    await panel.close();
  });

  it("stays where it is scrolled, and follows the newest column only from the end", async () => {
    const panel = await open(sample, { width: 300 });
    const box = panel.page.locator(".lens-scroll");
    const left = (): Promise<number> => box.evaluate((e) => e.scrollLeft);
    const end = await box.evaluate((e) => e.scrollWidth - e.clientWidth);
    assert.ok(end > 0 && Math.abs((await left()) - end) < 2, "starts at the newest column");
    await box.evaluate((e) => (e.scrollLeft = 40));
    await panel.send(ready(2, `${sample}x`));
    assert.equal(await left(), 40);
    const axis = await panel.page.locator(".axis").first().boundingBox();
    assert.ok(axis && axis.x >= 0 && axis.x < 20, "the axis stays in sight");
    await panel.close();
  });

  it("goes to a token in the editor by click and by Enter", async () => {
    const panel = await open();
    const view = lensOf(sample);
    const token = view.window.tokens[view.positions.at(-3)!]!;
    await panel.page
      .locator("[role=columnheader]")
      .nth(view.positions.length - 3)
      .click();
    const revealed = (): unknown => panel.requests.filter((r) => r.method === "editor/reveal").at(-1)?.params;
    await assertSoon(revealed, { start: token.start, end: token.end });
    const focused = (): Promise<string | null> =>
      panel.page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? null);
    await panel.page.locator("[role=gridcell]").nth(0).focus();
    assert.match((await focused())!, /^layer 6/);
    await panel.page.keyboard.press("ArrowDown");
    assert.match((await focused())!, /^layer 5/);
    await panel.page.keyboard.press("End");
    const last = view.window.tokens[view.positions.at(-1)!]!;
    await panel.page.keyboard.press("Enter");
    await assertSoon(revealed, { start: last.start, end: last.end });
    await panel.close();
  });

  it("shows a cell's likeliest tokens in the rail, by pointer and by keyboard", async () => {
    const panel = await open();
    const view = lensOf(sample);
    const cells = view.positions.length;
    await panel.page
      .locator("[role=gridcell]")
      .nth(2 * cells + 4)
      .hover();
    const shown = await panel.page.locator(".rail .bars-value").allInnerTexts();
    const top = view.layers[4]!.positions[4]!.top;
    assert.deepEqual(
      shown,
      top.map((t) => `${(Math.exp(t.logProb) * 100).toPrecision(3)}%`),
    );
    assert.match(await panel.page.locator(".rail").innerText(), /blocks\.4\.hook_resid_pre/);
    await panel.page.locator("[role=gridcell]").nth(0).focus();
    assert.match(await panel.page.locator(".rail").innerText(), /blocks\.5\.hook_resid_post/);
    await panel.close();
  });

  it("is one stop of the Tab key", async () => {
    const panel = await open();
    assert.equal(await panel.page.locator(".lens-grid [tabindex='0']").count(), 1);
    await panel.close();
  });

  it("shows tokens that look like markup as text", async () => {
    const panel = await open("x = 1 # <script>alert(1)</script> <b>");
    const grid = await panel.page.locator(".lens-grid").innerText();
    assert.ok(grid.includes("script"));
    assert.equal(await panel.page.locator(".lens-grid script, .lens-grid b").count(), 0);
    await panel.assertClean();
    await panel.close();
  });

  it("gives the table of what it draws", async () => {
    const panel = await open();
    const view = lensOf(sample);
    await panel.page.getByRole("button", { name: "Show Lens as table" }).click();
    const rows = await panel.page
      .locator(".figure-lens-grid tbody tr")
      .evaluateAll((all) => all.map((row) => [...row.children].map((c) => c.textContent)));
    assert.equal(rows.length, view.positions.length * view.layers.length);
    const first = view.layers.at(-1)!.positions[0]!;
    assert.equal(rows[0]![0], "out");
    assert.equal(rows[0]![1], String(first.pos));
    assert.equal(rows[0]![4], Math.exp(first.top[0]!.logProb).toPrecision(3));
    assert.equal(rows[0]![7], String(view.depth[0]));
    assert.equal(await panel.page.locator(".lens-grid").isVisible(), false);
    await panel.close();
  });

  it("exports the same data as CSV and JSON, with the model's digest", async () => {
    const panel = await open();
    const view = lensOf(sample);
    const csv = csvRows((await exported(panel, "Lens", "CSV")).content);
    assert.equal(csv.length, 1 + view.positions.length * view.layers.length);
    assert.equal(Number(csv[1]![5]), view.layers.at(-1)!.positions[0]!.top[0]!.logProb);
    const json = JSON.parse((await exported(panel, "Lens", "JSON")).content) as {
      model: { digest: string };
      data: LensView;
    };
    assert.equal(json.model.digest, model.digest);
    assert.deepEqual(json.data.layers, JSON.parse(JSON.stringify(view.layers)));
    await panel.close();
  });

  it("exports the picture as SVG and PNG, whole and with its source", async () => {
    const panel = await open(sample, { width: 300 });
    const view = lensOf(sample);
    const svg = (await exported(panel, "Lens", "SVG")).content;
    const parsed = await panel.page.evaluate((source) => {
      const doc = new DOMParser().parseFromString(source, "image/svg+xml");
      return {
        error: doc.querySelector("parsererror")?.textContent ?? null,
        rects: doc.querySelectorAll("rect").length,
        texts: [...doc.querySelectorAll("text")].map((t) => t.textContent),
        scripts: doc.querySelectorAll("script").length,
      };
    }, svg);
    assert.equal(parsed.error, null);
    assert.equal(parsed.scripts, 0);
    assert.ok(parsed.rects >= view.positions.length * view.layers.length, "cells out of sight are drawn too");
    assert.ok(parsed.texts.includes("emb") && parsed.texts.includes("out"));
    assert.ok(parsed.texts.at(-1)!.includes("introspect-small · 3f9a2c1b"), parsed.texts.at(-1)!);
    const png = await exported(panel, "Lens", "PNG");
    assert.equal(png.encoding, "base64");
    const bytes = Buffer.from(png.content, "base64");
    assert.equal(bytes.subarray(1, 4).toString("latin1"), "PNG");
    assert.ok(bytes.readUInt32BE(16) > 14 * 40 * 2, "twice the size, all columns");
    await panel.assertClean();
    await panel.close();
  });

  it("draws rank and probability of the final prediction over the layers", async () => {
    const panel = await open();
    const charts = panel.page.locator(".charts svg");
    assert.equal(await charts.count(), 2);
    assert.match((await charts.nth(0).getAttribute("aria-label"))!, /^Probability over the layers/);
    assert.match((await charts.nth(1).getAttribute("aria-label"))!, /^Rank over the layers/);
    assert.equal(await charts.nth(0).locator("polyline").count(), lensOf(sample).trajectories.at(-1)!.length);
    await panel.close();
  });

  it("says what the lens is and is not", async () => {
    const panel = await open();
    await panel.page
      .getByText(/what the residual stream decodes to at a layer, not what the layer predicts/)
      .waitFor();
    await panel.close();
  });

  for (const theme of themeNames) {
    it(`reads well in ${theme} at every width`, async () => {
      const panel = await openPanel("lens", { theme, width: 300, state: ready(1) });
      await panel.page.locator("[role=gridcell]").first().waitFor();
      for (const width of [300, 600, 1200]) {
        await panel.resize(width);
        await assertReadable(panel.page);
        await assertFits(panel.page);
      }
      await panel.assertClean();
      await panel.close();
    });
  }

  it("tells which token one points at, and marks the column that is pointed at elsewhere", async () => {
    const panel = await open();
    const { page } = panel;
    const token = lensOf(sample).window.tokens.at(-1)!;
    const marked = (): Promise<number> => page.locator(".column-head.pointed").count();
    const told = async (range: unknown): Promise<void> => {
      const last = (): unknown => panel.requests.filter((r) => r.method === "focus/point").at(-1)?.params;
      await assertSoon(last, { range });
    };
    await page.locator(".column-head").last().hover();
    await told({ start: token.start, end: token.end });
    assert.equal(await marked(), 1);
    await page.mouse.move(1, 1);
    await told(null);
    assert.equal(await marked(), 0);
    await panel.point(7, { start: token.end - 1, end: token.end });
    assert.equal(await marked(), 1);
    assert.equal(await page.locator("[role=gridcell].pointed").count(), lensOf(sample).layers.length);
    await panel.point(6, null);
    assert.equal(await marked(), 1, "an older place is not shown over a newer one");
    await panel.point(8, { start: token.end + 50, end: token.end + 51 });
    assert.equal(await marked(), 0);
    await panel.close();
  });

  it("lets the other panels follow a cell that is clicked, at the block that reads its row", async () => {
    const panel = await open();
    const token = lensOf(sample).window.tokens.at(-1)!;
    const rows = panel.page.locator("[role=row]");
    for (const [row, layer] of [
      [0, 5],
      [1, 5],
      [6, 0],
      [7, null],
    ] as const) {
      await rows.nth(row).locator("[role=gridcell], [role=columnheader]").last().click();
      const chosen = (): unknown =>
        panel.requests.filter(({ method }) => method === "focus/choose").at(-1)?.params;
      await assertSoon(chosen, { start: token.start, end: token.end, layer }, `row ${row}`);
    }
    await panel.close();
  });
});
