/** The switch for what the model sees, on every page that has it. */
import assert from "node:assert/strict";
import type { RunWindow } from "../../src/protocol/model";
import type { PanelData, PanelState, RunChoice } from "../../src/protocol/panelApi";
import { attentionView } from "./fixtures/attention";
import { lensOf } from "./fixtures/lens";
import { neuronsData } from "./fixtures/neurons";
import { steeringData } from "./fixtures/steering";
import { model, prefixed, sample } from "./fixtures/text";
import { assertFits, assertReadable, assertSoon, csvRows, exported } from "./support/checks";
import { openPanel, themeNames, type PanelPage } from "./support/panel";

type Id = "lens" | "neurons" | "attention";
const ids: readonly Id[] = ["lens", "neurons", "attention"];

/** Data of a panel whose run saw this window. */
function dataOn(id: Id, change: (window: RunWindow) => RunWindow): PanelData[Id] {
  if (id === "lens") {
    const view = lensOf(sample, 64);
    return { ...view, window: change(view.window) };
  }
  if (id === "attention") {
    const view = attentionView();
    return { ...view, window: change(view.window) };
  }
  const data = neuronsData();
  const window = change(data.ranking.window);
  return { ...data, ranking: { ...data.ranking, window }, card: data.card && { ...data.card, window } };
}

const asItIs = (window: RunWindow): RunWindow => window;
const alone = (window: RunWindow): RunWindow => ({ ...window, bos: false, context: "selection" });
const behindPrefix = (window: RunWindow): RunWindow => prefixed(window, 3);

const document_: RunChoice = { context: "document", prefix: "" };
const state = (id: Id, run: RunChoice, change = asItIs, seq = 1): PanelState<PanelData[Id]> => ({
  seq,
  status: "ready",
  model,
  document: "fibonacci.py",
  run,
  data: dataOn(id, change),
});

const open = async (id: Id, run = document_, change = asItIs, width = 900): Promise<PanelPage<Id>> => {
  const panel = await openPanel<Id>(id, { state: state(id, run, change), width });
  await panel.page.locator("body[data-status='ready']").waitFor();
  return panel;
};
const radio = (panel: PanelPage<Id>, name: string) => panel.page.getByRole("radio", { name, exact: true });
const field = (panel: PanelPage<Id>) => panel.page.getByRole("textbox", { name: "Prefix", exact: true });
const chosen = (panel: PanelPage<Id>): unknown[] =>
  panel.requests.filter(({ method }) => method === "run/choose").map(({ params }) => params);

describe("the switch for what the model sees", () => {
  for (const id of ids) {
    it(`of ${id} shows the host's choice and asks for another, by pointer and by keyboard`, async () => {
      const panel = await open(id, { context: "selection", prefix: "kept" });
      assert.ok(await radio(panel, "Selection only").isChecked());
      await radio(panel, "Text before").click();
      await panel.send(state(id, { context: "document", prefix: "kept" }, asItIs, 2));
      await panel.page.keyboard.press("ArrowRight");
      await assertSoon(
        () => chosen(panel),
        [
          { context: "document", prefix: "kept" },
          { context: "selection", prefix: "kept" },
        ],
      );
      // The host has the last word.
      await panel.send(state(id, document_, asItIs, 3));
      assert.ok(await radio(panel, "Text before").isChecked());
      await panel.assertClean();
      await panel.close();
    });

    it(`of ${id} is followed by what the shown result was run on, which is in every export`, async () => {
      const panel = await open(id, document_, alone);
      const said = "run on: selection only · no BOS";
      assert.equal(await panel.page.locator(".ran").innerText(), said);
      assert.ok(await radio(panel, "Text before").isChecked());
      const figure = { lens: "Lens", neurons: "Neurons", attention: "Heads" }[id];
      const json = JSON.parse((await exported(panel, figure, "JSON")).content) as { ran: string };
      assert.equal(json.ran, said);
      assert.ok((await exported(panel, figure, "SVG")).content.includes(said));
      await panel.send(state(id, document_, asItIs, 2));
      assert.equal(await panel.page.locator(".ran").innerText(), "run on: text before · BOS first");
      await panel.close();
    });

    it(`of ${id} stays where there is no result: before the first, and after an error`, async () => {
      const error = { code: "empty-selection", message: "The selection covers no token of the text." };
      for (const [status, more] of [
        ["empty", {}],
        ["error", { error }],
      ] as const) {
        const run: RunChoice = { context: "selection", prefix: "" };
        const panel = await openPanel<Id>(id, { state: { seq: 1, status, model, run, ...more } });
        await radio(panel, "Text before").waitFor();
        assert.equal(await panel.page.locator(".ran").innerText(), "");
        await radio(panel, "Text before").click();
        await assertSoon(() => chosen(panel), [document_]);
        await panel.close();
      }
    });

    for (const theme of themeNames) {
      it(`of ${id} fits and can be read at every width in ${theme}`, async () => {
        const run: RunChoice = { context: "prefix", prefix: "def fibonacci(n):\n" };
        const panel = await openPanel<Id>(id, { theme, width: 300, state: state(id, run, behindPrefix) });
        await panel.page.locator("body[data-status='ready']").waitFor();
        for (const width of [300, 600, 1200]) {
          await panel.resize(width);
          await assertFits(panel.page);
          await assertReadable(panel.page);
          await panel.screenshot(`${id}-prefix-${theme}-${width}`);
        }
        await panel.assertClean();
        await panel.close();
      });
    }
  }

  it("is not on a page whose host offers no choice", async () => {
    const steering = await openPanel("steering", {
      state: { seq: 1, status: "ready", model, data: steeringData() },
    });
    await steering.page.locator("body[data-status='ready']").waitFor();
    assert.equal(await steering.page.getByRole("radio").count(), 0);
    // What its prompt began with is said with the experiment.
    assert.match(await steering.page.locator(".rail").innerText(), /BOS\s+BOS first/);
    await steering.close();
  });

  it("asks for a custom prefix by its button, by Ctrl+Enter and when the field is left, once for each text", async () => {
    const panel = await open("neurons", { context: "prefix", prefix: "a" });
    assert.equal(await field(panel).inputValue(), "a");
    await field(panel).fill("b ");
    await panel.page.getByRole("button", { name: "Use this prefix" }).click();
    const run = (prefix: string): RunChoice => ({ context: "prefix", prefix });
    await panel.send(state("neurons", run("b "), asItIs, 2));
    await field(panel).focus();
    await panel.page.keyboard.press("End");
    // Enter is a line break, and a question mark is a question mark.
    await panel.page.keyboard.press("Enter");
    await panel.page.keyboard.type("c?");
    await panel.page.keyboard.press("Control+Enter");
    await panel.send(state("neurons", run("b \nc?"), asItIs, 3));
    await panel.page.keyboard.type("d");
    await panel.page.keyboard.press("Tab");
    const asked = chosen(panel).map((params) => (params as RunChoice).prefix);
    assert.deepEqual([...new Set(asked)], ["b ", "b \nc?", "b \nc?d"]);
    assert.equal(asked.length, 3);
    assert.equal(await panel.page.getByText("Keys and words", { exact: true }).count(), 0);
    await panel.close();
  });

  it("leaves what is being typed alone, and shows the field for a custom prefix only", async () => {
    const panel = await open("lens", { context: "selection", prefix: "kept" });
    assert.equal(await field(panel).isVisible(), false);
    await radio(panel, "Custom prefix").click();
    await assertSoon(() => chosen(panel), [{ context: "prefix", prefix: "kept" }]);
    await panel.send(state("lens", { context: "prefix", prefix: "kept" }, asItIs, 2));
    await field(panel).fill("half a wo");
    await panel.send(state("lens", { context: "prefix", prefix: "kept" }, asItIs, 3));
    assert.equal(await field(panel).inputValue(), "half a wo");
    await panel.close();
  });

  it("says what “selection only” means at a cursor", async () => {
    const panel = await open("lens", { context: "selection", prefix: "" }, alone);
    await panel.page.getByText("where there is none, the line up to the cursor").waitFor();
    await panel.screenshot("lens-selection-only");
    await panel.close();
  });
});

describe("tokens of a custom prefix", () => {
  const run: RunChoice = { context: "prefix", prefix: "def fibonacci(" };

  it("are dim heads of lens columns, which lead nowhere", async () => {
    const panel = await open("lens", run, behindPrefix);
    const heads = panel.page.locator(".column-head.of-prefix");
    assert.equal(await heads.count(), 3);
    assert.match((await heads.first().getAttribute("aria-label")) ?? "", /of the prefix$/);
    await heads.first().click();
    await panel.page.locator(".column-head:not(.of-prefix)").last().click();
    const reveals = panel.requests.filter(({ method }) => method === "editor/reveal");
    assert.equal(reveals.length, 1);
    await panel.close();
  });

  it("are not coloured and lead nowhere in a neuron's strip", async () => {
    const panel = await open("neurons", run, behindPrefix);
    const tokens = panel.page.locator(".card .token.of-prefix");
    assert.equal(await tokens.count(), 3);
    for (const token of await tokens.all()) {
      assert.equal(await token.evaluate((e) => e.style.backgroundColor), "");
      assert.equal(await token.getAttribute("aria-selected"), "false");
    }
    await tokens.first().click();
    await panel.page.getByText("The custom prefix stands in no document and is not counted.").waitFor();
    assert.ok(panel.requests.every(({ method }) => method !== "editor/reveal"));
    await panel.close();
  });

  it("are set off in the strip of a head's pattern", async () => {
    const panel = await open("attention", run, behindPrefix);
    const shown = attentionView().positions.filter((pos) => pos >= 1 && pos <= 3);
    assert.ok(shown.length > 0);
    assert.equal(await panel.page.locator(".strip .token.of-prefix").count(), shown.length);
    await panel.close();
  });
});

describe("which token a number is about", () => {
  for (const [about, header, caption] of [
    ["next", "after token", "about the next token"],
    ["this", "on token", "about the token itself"],
  ] as const) {
    it(`is said as the lens says it: ${about}`, async () => {
      const data = { ...lensOf(sample), about } as PanelData["lens"];
      const panel = await openPanel("lens", { state: { seq: 1, status: "ready", model, data } });
      await panel.page.locator(".cell").first().waitFor();
      const [head] = csvRows((await exported(panel, "Lens", "CSV")).content);
      assert.equal(head?.[2], header);
      const first = await panel.page.locator(".cell").first().getAttribute("aria-label");
      assert.ok(first?.includes(header.split(" ")[0]!), first ?? "");
      await panel.page.getByRole("button", { name: "Show Lens as table" }).click();
      await panel.page.locator("caption").filter({ hasText: caption }).waitFor();
      await panel.close();
    });
  }
});
