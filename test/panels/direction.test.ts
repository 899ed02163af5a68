import assert from "node:assert/strict";
import type { DirectionPanelData } from "../../src/protocol/directionPanel";
import type { PanelState } from "../../src/protocol/panelApi";
import { directionData, directionHeader, writtenData } from "./fixtures/direction";
import { model } from "./fixtures/text";
import { assertFits, assertReadable, assertSoon, csvRows, exported } from "./support/checks";
import { openPanel, themeNames, type PanelPage, type ThemeName } from "./support/panel";

const ready = (data: DirectionPanelData, seq = 1): PanelState<DirectionPanelData> => ({
  seq,
  status: "ready",
  model,
  document: "diary.md",
  run: { context: "document", prefix: "" },
  data,
});

async function open(
  options: { theme?: ThemeName; width?: number; data?: DirectionPanelData } = {},
): Promise<PanelPage<"direction">> {
  const { data = directionData(), ...more } = options;
  const panel = await openPanel("direction", { state: ready(data), width: 1200, height: 1100, ...more });
  await panel.page.locator("body[data-status='ready']").waitFor();
  return panel;
}

describe("direction page", () => {
  it("paints the text with the threshold as the background, and other directions as strips on the same scale", async () => {
    const data = directionData();
    // The first token lies exactly on the threshold, the second on the mean of the positive class.
    const [first, second] = data.reading!.directions;
    const strip = first!.strip!;
    const scores = [strip.threshold!, strip.threshold! + strip.spread!, ...strip.scores.slice(2)];
    const reading = { ...data.reading!, directions: [{ ...first!, strip: { ...strip, scores } }, second!] };
    const panel = await open({ data: { ...data, reading } });
    const tokens = panel.page.locator(".direction-reading .strip .token");
    assert.equal(await tokens.count(), reading.positions.length);
    const says = await tokens.evaluateAll((all) =>
      all.slice(0, 2).map((one) => one.getAttribute("aria-label")),
    );
    assert.match(says[0]!, /sentiment 0$/);
    assert.match(says[1]!, /sentiment 1\.00$/);
    const ground = await tokens.first().evaluate((one) => getComputedStyle(one).backgroundColor);
    const page = await panel.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    assert.equal(ground, page, "zero is the background");
    assert.equal(await panel.page.locator(".direction-other").count(), 2);
    assert.match(
      (await panel.page.locator(".direction-other").nth(1).getAttribute("aria-label"))!,
      /^formality, L3/,
    );
    assert.equal(await panel.page.locator(".direction script, .direction b").count(), 0, "tokens are text");
    await panel.assertClean();
    await panel.close();
  });

  it("has the model write on as many tokens as are chosen, and paints them dotted like any other token", async () => {
    const panel = await open();
    const write = panel.page.locator(".direction-reading .write-on");
    await write.getByRole("button", { name: "Continue" }).click();
    await assertSoon(() => panel.requests.at(-1), { method: "direction/continue", params: { tokens: 16 } });
    await panel.send(ready(writtenData(), 2));
    const dotted = panel.page.locator(".direction-reading .strip .token.generated");
    await dotted.nth(2).waitFor();
    assert.equal(await dotted.count(), 3);
    await panel.screenshot("direction-written");
    assert.match((await dotted.first().getAttribute("aria-label"))!, /written by the model.*sentiment [−\d]/);
    assert.match(
      await panel.page.locator(".figure-direction-strips").innerText(),
      /3 dotted tokens are the model’s own/,
    );
    const rows = csvRows((await exported(panel, "Along the text", "CSV")).content);
    assert.deepEqual(rows[0]!.slice(0, 3), ["position", "token", "written by"]);
    assert.deepEqual(
      rows.slice(1).map((row) => row[2]),
      writtenData().reading!.positions.map((_, i, all) => (i < all.length - 3 ? "the text" : "the model")),
    );
    // As many tokens as the model sees, in a window that does not move: nothing can be written behind them.
    const data = writtenData();
    const window = { ...data.reading!.window, context: "selection" as const };
    const full = {
      ...ready({ ...data, reading: { ...data.reading!, window } }, 3),
      model: { ...model, nCtx: window.ids.length },
    };
    await panel.send(full);
    await write.getByRole("button", { name: "Continue", disabled: true }).waitFor();
    await panel.assertClean();
    await panel.close();
  });

  it("draws layer by token, layers upward, and says score and threshold of a cell", async () => {
    const panel = await open();
    const { reading } = directionData();
    const cells = panel.page.locator(".figure-direction-layers .heat-cell");
    assert.equal(await cells.count(), 6 * reading!.positions.length);
    assert.match((await cells.first().getAttribute("aria-label"))!, /^layer 5, position 2, /);
    await cells.first().focus();
    const top = reading!.directions[0]!.layers[5]!;
    const rail = await panel.page.locator(".rail").innerText();
    assert.match(rail, new RegExp(`score\\s+[−-]?${Math.abs(top.scores[0]!).toPrecision(3)}`));
    assert.match(rail, /threshold\s+2\.00/);
    await panel.page.keyboard.press("Enter");
    await assertSoon(() => panel.requests.at(-1), { method: "direction/layers", params: { layers: [5] } });
    const csv = csvRows((await exported(panel, "Layer by token", "CSV")).content);
    assert.deepEqual(csv[1]!.slice(0, 3).map(Number), [5, top.threshold, top.spread]);
    assert.deepEqual(csv[1]!.slice(3).map(Number), top.scores);
    await panel.close();
  });

  it("shows what a direction is worth: interval, nulls, how the layer was chosen, warnings as text", async () => {
    const panel = await open();
    const note = await panel.page.locator(".figure-direction-accuracy .note").innerText();
    assert.match(note, /At layer 3 .*93\.8% of 16 held-out texts \(95% interval 71\.[78]% to 100%\)/);
    assert.match(note, /100% of 20 random directions and 97\.5% of 20 from shuffled labels/);
    assert.match(note, /chosen by the accuracy on the validation part, never on what is held out/);
    await panel.page.getByText("may stand for <b>them</b>").waitFor();
    await panel.page.getByText("made at the last tokens of its texts").waitFor();
    // Every draw of both nulls is a tick.
    const lines = await panel.page.locator(".figure-direction-accuracy svg[role=img] line").count();
    assert.equal(lines, 3 + 6 * 40 + 6);
    const csv = csvRows((await exported(panel, "Held-out accuracy by layer", "CSV")).content);
    assert.deepEqual(csv[4]!.slice(0, 3), ["3", "yes", "0.9375"]);
    const nearest = csvRows((await exported(panel, "Nearest tokens", "CSV")).content);
    assert.equal(nearest.length, 8);
    await panel.close();
  });

  it("says so where nothing was held out, and where there is no text to read", async () => {
    const layers = directionHeader().layers.map((layer) => ({
      ...layer,
      accuracy: null,
      interval: null,
      nulls: { isotropic: [], shuffled: [] },
      threshold: null,
      spread: null,
    }));
    const header = directionHeader({ layers, method: "unembed", chosenOn: "rule", warnings: [] });
    const problem = { code: "no-text", message: "Put the cursor into a line of text." };
    const panel = await open({ data: directionData({ header, reading: null, problem, compared: null }) });
    await panel.page.getByText("Nothing was held out").waitFor();
    await panel.page.getByText("Put the cursor into a line of text.").waitFor();
    for (const hidden of [
      ".figure-direction-strips",
      ".figure-direction-layers",
      ".figure-direction-cosines",
    ])
      assert.equal(await panel.page.locator(hidden).isVisible(), false, hidden);
    await panel.assertClean();
    await panel.close();
  });

  it("asks for other layers, colours, other directions and comparisons by their places in the list", async () => {
    const panel = await open();
    const choose = async (name: string, option: string): Promise<void> => {
      await panel.page.locator(`vscode-dropdown[aria-label='${name}']`).click();
      await panel.page.getByRole("option", { name: option, exact: true }).click();
    };
    const asked = (method: string, params: unknown) =>
      assertSoon(() => panel.requests.at(-1), { method, params });
    await choose("Layers", "mean of all");
    await asked("direction/layers", { layers: [0, 1, 2, 3, 4, 5] });
    await choose("Layers", "best (3)");
    await asked("direction/layers", { layers: null });
    await choose("Direction", "code");
    await asked("direction/choose", { direction: 2 });
    await choose("Compare with", "nothing");
    await asked("direction/compare", { direction: null });
    await panel.page.getByRole("checkbox", { name: "code" }).check();
    await asked("direction/also", { direction: 2, on: true });
    await panel.page.getByText("Colour the editor").click();
    await asked("direction/colour", {});
    await panel.send(ready(directionData({ coloured: true }), 2));
    await panel.page.getByText("Clear colours").click();
    await asked("editor/clear", {});
    await panel.page.locator(".direction-reading .strip .token").nth(1).click();
    const token = directionData().reading!.window.tokens[3]!;
    await asked("editor/reveal", { start: token.start, end: token.end });
    await panel.close();
  });

  it("compares two directions: a cosine for each layer with each, beside what random ones have", async () => {
    const panel = await open();
    const { cosines } = directionData().compared!;
    const cells = panel.page.locator(".figure-direction-cosines .heat-cell");
    assert.equal(await cells.count(), 36);
    await panel.page.getByText("Random directions are ±0.0625 alike").waitFor();
    const csv = csvRows((await exported(panel, "Cosines", "CSV")).content);
    assert.deepEqual(csv[1]!.map(Number), [5, ...cosines.across[5]!]);
    await panel.close();
  });

  it("correlates two directions over the document when asked, beside what shifted scores give", async () => {
    const { compared, ...rest } = directionData();
    const { correlated, ...plain } = compared!;
    const panel = await open({ data: { ...rest, compared: plain } });
    assert.equal(await panel.page.locator(".figure-direction-scatter").isVisible(), false);
    await panel.page.getByText("Correlate over the document").click();
    await assertSoon(() => panel.requests.at(-1), { method: "direction/correlate", params: {} });
    await panel.send(ready(directionData(), 2));
    const figure = panel.page.locator(".figure-direction-scatter");
    assert.equal(await figure.locator("svg[role=img] circle").count(), correlated!.points.length);
    const note = await figure.locator(".note").innerText();
    assert.match(
      note,
      /Over 812 tokens of diary\.md the scores correlate with r = 0\.630\. Its size is above 100% of 200/,
    );
    const csv = csvRows((await exported(panel, "Over the document", "CSV")).content);
    assert.deepEqual(csv[1]!.map(Number), [0, ...correlated!.points[0]!]);
    await panel.assertClean();
    await panel.close();
  });

  it("keeps the focus on a box while the text is typed", async () => {
    const panel = await open();
    const box = panel.page.getByRole("checkbox", { name: "formality" });
    await box.focus();
    await panel.send(ready(directionData({ also: [] }), 2));
    const focused = await panel.page.evaluate(() => (document.activeElement as HTMLInputElement).value);
    assert.equal(focused, "1");
    assert.equal(await box.isChecked(), false);
    await panel.close();
  });

  for (const theme of themeNames) {
    it(`reads well in ${theme} at every width`, async () => {
      const panel = await open({ theme, width: 300 });
      for (const width of [300, 600, 1200]) {
        await panel.page.setViewportSize({ width, height: 1300 });
        await panel.page.waitForTimeout(60);
        await assertReadable(panel.page);
        await assertFits(panel.page);
        await panel.screenshot(`direction-${theme}-${width}`);
      }
      await panel.assertClean();
      await panel.close();
    });
  }
});
