import assert from "node:assert/strict";
import type { LogUnit } from "../../src/protocol/logUnit";
import { lensOf } from "./fixtures/lens";
import { model, sample } from "./fixtures/text";
import { assertFits, assertSoon, csvRows, exported } from "./support/checks";
import { openPanel } from "./support/panel";

describe("the switch between nats and bits", () => {
  const state = (seq: number, unit?: LogUnit) =>
    ({
      seq,
      status: "ready",
      model,
      document: "fibonacci.py",
      data: lensOf(sample, 14),
      ...(unit ? { unit } : {}),
    }) as const;

  it("asks the host for the other unit, and legend, words, table and export then are in it", async () => {
    const panel = await openPanel("lens", { state: state(1, "nats"), memory: { "lens-measure": "entropy" } });
    const { page } = panel;
    await page.locator("[role=gridcell]").first().waitFor();
    const button = page.locator(".head .unit");
    assert.equal(await button.innerText(), "nats");
    const table = async () => csvRows((await exported(panel, "Lens", "CSV")).content);
    const before = await table();
    await button.click();
    await assertSoon(() => panel.requests.at(-1), { method: "unit/choose", params: { unit: "bits" } });
    await panel.send(state(2, "bits"));
    await page.locator(".head .unit", { hasText: "bits" }).waitFor();
    assert.match(await page.locator(".figure-lens-grid .figure-key").innerText(), /entropy, bits/);
    const after = await table();
    const at = (rows: readonly (readonly string[])[], name: string): number => rows[0]!.indexOf(name);
    const [nats, bits] = [at(before, "entropy (nats)"), at(after, "entropy (bits)")];
    assert.ok(nats > 0 && bits === nats, String(after[0]));
    for (const [i, row] of before.entries())
      if (i > 0) assert.ok(Math.abs(Number(after[i]![bits]) - Number(row[nats]) / Math.LN2) < 1e-9);
    assert.ok(!after[0]!.some((name) => name.includes("nats")), String(after[0]));
    const cell = await page.locator("[role=gridcell]").first().getAttribute("aria-label");
    assert.match(cell ?? "", /bits/);
    await panel.screenshot("unit-bits");
    await panel.assertClean();
  });

  it("is reached by keyboard, and fits into a narrow side bar", async () => {
    const panel = await openPanel("lens", { state: state(1, "bits"), width: 300, theme: "hc-light" });
    await panel.page.locator("[role=gridcell]").first().waitFor();
    await panel.page.locator(".head .unit").focus();
    await panel.page.keyboard.press("Enter");
    await assertSoon(() => panel.requests.at(-1), { method: "unit/choose", params: { unit: "nats" } });
    await assertFits(panel.page);
    await panel.screenshot("unit-narrow");
  });

  it("is not there where the host names no unit", async () => {
    const panel = await openPanel("lens", { state: state(1) });
    await panel.page.locator("[role=gridcell]").first().waitFor();
    assert.equal(await panel.page.locator(".head .unit").isVisible(), false);
  });
});
