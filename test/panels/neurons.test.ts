import assert from "node:assert/strict";
import type { NeuronsPanelData, PanelState } from "../../src/protocol/panelApi";
import { neuronsData, rankingOf } from "./fixtures/neurons";
import { model } from "./fixtures/text";
import {
  assertFits,
  assertReadable,
  assertSoon,
  csvRows,
  exported,
  groundOf,
  labels,
} from "./support/checks";
import { openPanel, themeNames, type PanelPage, type ThemeName } from "./support/panel";

const ready = (data: NeuronsPanelData, seq = 1): PanelState<NeuronsPanelData> => ({
  seq,
  status: "ready",
  model,
  document: "fibonacci.py",
  data,
});

async function open(
  data = neuronsData(),
  options: { theme?: ThemeName; width?: number } = {},
): Promise<PanelPage<"neurons">> {
  const panel = await openPanel("neurons", { state: ready(data), width: 1200, ...options });
  await panel.page.locator(".neuron").first().waitFor();
  return panel;
}

describe("neurons page", () => {
  it("lists the neurons in the order of the ranking, each with its z-score and reading", async () => {
    const panel = await open();
    const names = await panel.page.locator(".neuron-name").allInnerTexts();
    const wanted = rankingOf().neurons;
    assert.deepEqual(
      names,
      wanted.map((n) => `L${n.layer} N${n.neuron}`),
    );
    assert.equal(await panel.page.locator(".neuron-score").first().innerText(), "z 9.40");
    const first = panel.page.locator(".neuron").first();
    assert.match(await first.innerText(), /fires on ·return return/);
    assert.deepEqual(await first.locator(".said").allInnerTexts(), ["·return", "return"]);
    assert.match(await first.innerText(), /r 0\.82 · control 0\.07/);
    await panel.close();
  });

  it("says that there is no simple explanation where the score is below 0.3, and still shows the score", async () => {
    const panel = await open();
    for (const [i, neuron] of rankingOf().neurons.entries()) {
      const text = await panel.page.locator(".neuron").nth(i).innerText();
      const weak = neuron.explanation.kind === "none" || neuron.explanation.score < 0.3;
      assert.equal(text.includes("no simple explanation found"), weak, text);
      assert.match(text, /r [\d.]+ · control [\d.]+/);
    }
    assert.equal(await panel.page.getByText("something weak").count(), 0);
    await panel.close();
  });

  it("asks for the neuron that is clicked, or chosen by Enter", async () => {
    const panel = await open(neuronsData(null));
    const { neurons } = rankingOf();
    await panel.page.locator(".neuron").nth(2).click();
    const params = (i: number): object => ({ layer: neurons[i]!.layer, neuron: neurons[i]!.neuron });
    await assertSoon(() => panel.requests.at(-1), { method: "neurons/choose", params: params(2) });
    await panel.page.keyboard.press("ArrowDown");
    await panel.page.keyboard.press("Enter");
    await assertSoon(() => panel.requests.at(-1), { method: "neurons/choose", params: params(3) });
    await panel.close();
  });

  it("keeps the list while the card of the chosen neuron is being read", async () => {
    const panel = await open(neuronsData(null));
    await panel.page.evaluate(() => {
      (document.querySelector(".neuron") as unknown as { mark: boolean }).mark = true;
    });
    const data = neuronsData(null);
    const { ranking } = data;
    const chosen = { layer: ranking.neurons[1]!.layer, neuron: ranking.neurons[1]!.neuron };
    await panel.send(ready({ ...data, chosen }, 2));
    await panel.page.getByText(`Reading L${chosen.layer} N${chosen.neuron} …`).waitFor();
    const kept = await panel.page.evaluate(
      () => (document.querySelector(".neuron") as unknown as { mark?: boolean }).mark,
    );
    assert.equal(kept, true);
    assert.equal(await panel.page.locator(".neuron[aria-selected='true']").count(), 1);
    await panel.close();
  });

  it("paints the whole text by the chosen neuron on the scale of its own maximum, position 0 left out", async () => {
    const panel = await open();
    const card = neuronsData().card!;
    const says = await labels(panel.page, ".card .token");
    assert.equal(says.length, card.window.tokens.length);
    assert.match(says[0]!, /not counted/);
    assert.match((await panel.page.locator(".card .token").first().getAttribute("class"))!, /hatched/);
    const peak = card.activations.indexOf(Math.max(...card.activations.slice(1)));
    const strongest = await groundOf(panel.page, `.card .token:nth-of-type(${peak + 1})`);
    const legend = await panel.page.locator(".figure-neuron-activations .legend").innerText();
    // Position 0 has 31; the scale ends at the strongest of the others.
    assert.match(legend, /4\.20/);
    const orange = strongest[0]! > strongest[2]! + 60;
    assert.ok(orange, `the strongest token is orange: ${strongest.join(" ")}`);
    await panel.close();
  });

  it("breaks lines where the text does, and underlines the selection", async () => {
    const panel = await open();
    const card = neuronsData().card!;
    const lines = card.window.tokens.filter((token) => token.text?.includes("\n")).length;
    assert.equal(await panel.page.locator(".card .strip br").count(), lines);
    assert.equal(await panel.page.locator(".card .mark-selected").count(), rankingOf().selected.length);
    await panel.close();
  });

  it("brackets tokens that share one character", async () => {
    const panel = await open();
    assert.equal(await panel.page.locator(".card .shared-first").count(), 1);
    assert.equal(await panel.page.locator(".card .shared-last").count(), 1);
    await panel.close();
  });

  it("shows what the neuron writes and what drives it, with the sum", async () => {
    const panel = await open();
    const card = neuronsData().card!;
    const writes = await panel.page.locator(".figure-neuron-writes .bars-value").allInnerTexts();
    assert.equal(writes.length, card.promotes.length + card.suppresses.length);
    assert.ok(writes.at(-1)!.startsWith("\u2212"));
    const drivers = await panel.page.locator(".figure-neuron-drivers .bars-row").allInnerTexts();
    assert.match(drivers[0]!, /head 1\.3\s+1\.92 · up 0\.310/);
    assert.match(drivers.at(-1)!, /rest\s+0\.310/);
    await panel.page.getByText(/add up to the gate’s pre-activation 3\.52/).waitFor();
    await panel.close();
  });

  it("goes to places elsewhere in the text, and shows those of the records as text", async () => {
    const panel = await open();
    const place = neuronsData().card!.places[0]!;
    await panel.page.locator("button.place").first().click();
    await assertSoon(() => panel.requests.at(-1), {
      method: "editor/reveal",
      params: { start: place.token.start, end: place.token.end },
    });
    const records = await panel.page.getByText("In the model’s records").locator("..").innerText();
    assert.match(records, /<b>v<\/b>/);
    await panel.assertClean();
    await panel.close();
  });

  const searches = [
    { searched: "file", none: "Nowhere else in this file.", note: null },
    { searched: "part", none: "Nowhere else in the part that was searched.", note: "only a part around" },
    { searched: "window", none: "Nowhere else in the text that was run.", note: "the text that was run." },
  ] as const;
  for (const { searched, none, note } of searches) {
    it(`says how much was searched for places: ${searched}`, async () => {
      const data = neuronsData();
      const panel = await open({ ...data, card: { ...data.card!, places: [] }, searched });
      const part = await panel.page.getByText("Elsewhere in this file").locator("..").innerText();
      assert.ok(part.includes(none), part);
      assert.equal(/searched/i.test(part), note !== null);
      if (note) assert.ok(part.includes(note), part);
      await panel.close();
    });
  }

  it("takes the colours off the editor", async () => {
    const panel = await open();
    await panel.page.getByRole("button", { name: "Clear colours" }).click();
    await assertSoon(() => panel.requests.at(-1), { method: "editor/clear", params: {} });
    await panel.close();
  });

  it("takes the colours off the editor at Escape in the list, while there are any", async () => {
    const panel = await open();
    await panel.page.locator(".neuron").first().focus();
    await panel.page.keyboard.press("Escape");
    await assertSoon(() => panel.requests.at(-1), { method: "editor/clear", params: {} });
    await panel.send(ready({ ...neuronsData(), coloured: false }, 2));
    const { length } = panel.requests;
    await panel.page.keyboard.press("Escape");
    assert.equal(panel.requests.length, length);
    await panel.close();
  });

  it("says once, and not on each row, that no neuron could be read where too little text was held back to have one", async () => {
    const data = neuronsData(null);
    const explanation = { text: "", kind: "none", score: 0, control: 0, basis: "this text" } as const;
    const neurons = data.ranking.neurons.map((neuron) => ({ ...neuron, explanation }));
    const panel = await open({ ...data, ranking: { ...data.ranking, neurons } });
    const text = await panel.page.locator(".neuron").first().innerText();
    assert.doesNotMatch(text, /no simple explanation|not scored|r 0/);
    assert.equal(await panel.page.getByText("No neuron’s activity is put into words here").count(), 1);
    const one = neurons.map((neuron, i) => (i === 0 ? data.ranking.neurons[0]! : neuron));
    await panel.send(ready({ ...data, ranking: { ...data.ranking, neurons: one } }, 2));
    await panel.page.getByText("not scored: too little text").first().waitFor();
    assert.equal(await panel.page.getByText("No neuron’s activity is put into words here").count(), 0);
    await panel.close();
  });

  it("offers to colour the editor again once its colours are off", async () => {
    const panel = await open();
    const off = { ...neuronsData(), coloured: false };
    await panel.send(ready(off, 2));
    await panel.page.getByRole("button", { name: "Colour the editor" }).click();
    await assertSoon(() => panel.requests.at(-1), { method: "neurons/choose", params: off.chosen });
    await panel.send(ready(neuronsData(), 3));
    await panel.page.getByRole("button", { name: "Clear colours" }).waitFor();
    await panel.close();
  });

  it("shows the first neuron of a new ranking in the rail, not what was looked at before", async () => {
    const panel = await open(neuronsData(null));
    await panel.page.locator(".neuron").nth(3).hover();
    const title = panel.page.locator(".rail-title");
    const { neurons } = rankingOf();
    const name = (i: number): string => `L${neurons[i]!.layer} N${neurons[i]!.neuron}`;
    assert.equal(await title.innerText(), name(3));
    const data = neuronsData(null);
    await panel.send(ready(data, 2));
    assert.equal(await title.innerText(), name(3), "the same ranking leaves the rail alone");
    const other = { ...data.ranking, neurons: neurons.slice(1) };
    await panel.send(ready({ ...data, ranking: other }, 3));
    assert.equal(await title.innerText(), name(1));
    await panel.close();
  });

  it("shows the card's numbers of another text in the rail", async () => {
    const panel = await open();
    const data = neuronsData();
    const card = data.card!;
    const rail = panel.page.locator(".rail");
    assert.match(await rail.innerText(), /4\.20/);
    const activations = card.activations.map((a) => a / 2);
    const tokens = card.window.tokens.map((t) => ({ ...t, start: t.start + 1, end: t.end + 1 }));
    const window = { ...card.window, tokens };
    const ranking = { ...data.ranking, window };
    await panel.send(ready({ ...data, ranking, card: { ...card, window, activations } }, 2));
    assert.match(await rail.innerText(), /2\.10/);
    await panel.close();
  });

  it("gives the list its room while no card is there, and says how many there are", async () => {
    const panel = await open(neuronsData(null), { width: 300 });
    await panel.page.getByText("12 neurons", { exact: true }).waitFor();
    const cut = (): Promise<boolean> =>
      panel.page.locator(".ranking").evaluate((e) => e.scrollHeight > e.clientHeight + 1);
    assert.equal(await cut(), false);
    await panel.send(ready(neuronsData(), 2));
    assert.equal(await cut(), true, "beside a card the list scrolls");
    await panel.close();
  });

  it("says how long a selection is that is not shown whole", async () => {
    const data = neuronsData();
    // Signs such as ⟨200D⟩ are no characters of the text, and what arrives of a long one is shortened.
    const selection = "\u200d".repeat(1000);
    const panel = await open({ ...data, selection, selectionLength: 10_000_000 });
    assert.match(
      await panel.page.locator(".selection").innerText(),
      /… \(10\u202f000\u202f000 characters\)$/,
    );
    await panel.close();
  });

  it("cuts a long selection between lines", async () => {
    const data = neuronsData();
    const panel = await open({ ...data, selection: "return a + b; ".repeat(40) }, { width: 300 });
    const lines = await panel.page
      .locator(".selection")
      .evaluate((e) => e.clientHeight / parseFloat(getComputedStyle(e).lineHeight));
    assert.ok(Math.abs(lines - Math.round(lines)) < 0.1, `${lines}`);
    await panel.close();
  });

  it("leads by Tab to the strongest token of the selection", async () => {
    const panel = await open();
    const { card, ranking } = neuronsData();
    const strength = (pos: number): number => Math.abs(card!.activations[pos]!);
    const best = ranking.selected.reduce((a, b) => (strength(b) > strength(a) ? b : a));
    const stops = await panel.page
      .locator(".card .token")
      .evaluateAll((all) => all.flatMap((e, i) => (e.getAttribute("tabindex") === "0" ? [i] : [])));
    assert.deepEqual(stops, [best]);
    await panel.close();
  });

  it("says in words what the z-score compares with", async () => {
    const panel = await open();
    await panel.page.getByText(/against the neuron’s record on held-out text/).waitFor();
    const data = neuronsData();
    await panel.send(ready({ ...data, ranking: { ...data.ranking, baseline: "window" } }, 2));
    await panel.page.getByText(/against the rest of this text.*no records/).waitFor();
    await panel.close();
  });

  it("leads back from the card to the list at Escape", async () => {
    const panel = await open();
    await panel.page.locator(".card .token").nth(3).focus();
    await panel.page.keyboard.press("Escape");
    const focused = await panel.page.evaluate(() => document.activeElement?.className);
    assert.equal(focused, "neuron");
    await panel.close();
  });

  it("exports the ranking with every activation", async () => {
    const panel = await open();
    const { neurons, selected } = rankingOf();
    const csv = csvRows((await exported(panel, "Neurons", "CSV")).content);
    assert.equal(csv.length, neurons.length + 1);
    assert.equal(csv[1]!.length, 5 + selected.length);
    assert.deepEqual(csv[1]!.slice(5).map(Number), [...neurons[0]!.activations]);
    const svg = (await exported(panel, "Where it fires", "SVG")).content;
    assert.ok(svg.includes("url(#hatch)") && svg.includes(">return<"));
    await panel.close();
  });

  it("shows the table of each picture", async () => {
    const panel = await open();
    const card = neuronsData().card!;
    await panel.page.getByRole("button", { name: "Show Where it fires as table" }).click();
    const rows = await panel.page.locator(".figure-neuron-activations tbody tr").count();
    assert.equal(rows, card.activations.length);
    await panel.page.getByRole("button", { name: "Show What drives it as table" }).click();
    const last = await panel.page.locator(".figure-neuron-drivers tbody tr").last().innerText();
    assert.match(last, /pre-activation\s+3\.52/);
    await panel.close();
  });

  for (const theme of themeNames) {
    it(`reads well in ${theme} at every width`, async () => {
      const panel = await open(neuronsData(), { theme, width: 300 });
      for (const width of [300, 600, 1200]) {
        await panel.resize(width);
        await assertReadable(panel.page);
        await assertFits(panel.page);
      }
      await panel.assertClean();
      await panel.close();
    });
  }
});
