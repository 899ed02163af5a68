import assert from "node:assert/strict";
import type { NeuronsPanelData, PanelState } from "../../src/protocol/panelApi";
import { CodedError } from "../../src/base/errors";
import { effectsOf, neuronsData, rankingOf } from "./fixtures/neurons";
import { model } from "./fixtures/text";
import { assertFits, assertReadable, assertSoon, csvRows, exported } from "./support/checks";
import { openPanel, themeNames, type PanelOptions, type PanelPage } from "./support/panel";

const ready = (data: NeuronsPanelData, seq = 1): PanelState<NeuronsPanelData> => ({
  seq,
  status: "ready",
  model,
  document: "fibonacci.py",
  data,
});

async function open(
  data = neuronsData(),
  options: Partial<PanelOptions<"neurons">> = {},
): Promise<PanelPage<"neurons">> {
  const panel = await openPanel("neurons", { state: ready(data), width: 1200, ...options });
  await panel.page.locator(".card-name").waitFor();
  return panel;
}

describe("effects on the neurons page", () => {
  it("stand among those of the matched neurons, direct and exact on one scale", async () => {
    const panel = await open();
    const labels = await panel.page
      .locator(".effect-strip svg")
      .evaluateAll((all) => all.map((e) => e.getAttribute("aria-label")));
    assert.equal(labels.length, 4);
    assert.match(labels[1]!, /^log-probability, ablated \(exact\): 0\.420 nats, against 20 matched neurons/);
    const ends = await panel.page
      .locator(".effect")
      .first()
      .locator("svg text:last-of-type")
      .evaluateAll((all) => all.map((e) => e.textContent));
    assert.equal(ends[0], ends[1]);
    await panel.page
      .getByText(/approximation\. *$/)
      .first()
      .waitFor();
    await panel.page.getByText(/larger than 95\.0% of 20/).waitFor();
    const { window, selected } = effectsOf(rankingOf());
    const rest = window.tokens.filter((one, i) => i > 0 && !one.special && !selected.includes(i)).length;
    await panel.page.getByText(`its mean over the rest of the text (${rest} tokens), 0.310`).waitFor();
    await panel.assertClean();
    await panel.close();
  });

  it("say why a neuron is set to zero where the selection is the whole text, and do not keep that as a choice", async () => {
    const data = neuronsData();
    const effects = { ...data.effects!, ablation: "zero" as const, ablatedTo: 0 };
    const selected = effects.window.tokens.map((_, i) => i).slice(1);
    const panel = await open({ ...data, effects: { ...effects, selected } });
    await panel.page
      .getByText(/ablated on the selection to zero \(beside the selection there is no/)
      .waitFor();
    await panel.page.getByText("Rank by log-probability", { exact: true }).click();
    const { position, token, minus } = effects.target;
    const effect = { position, token: token.id, minus: minus.id, ablation: "mean" };
    await assertSoon(() => panel.requests.at(-1), {
      method: "neurons/order",
      params: { by: "logProb", effect },
    });
    await panel.close();
  });

  it("are asked for at another place with tokens chosen anew, and of another token at the same place", async () => {
    const panel = await open();
    const { target, selected } = effectsOf(rankingOf());
    const pick = async (field: string, option: number): Promise<void> => {
      await panel.page.locator(`vscode-dropdown[aria-label="${field}"]`).click();
      await panel.page.locator(`vscode-dropdown[aria-label="${field}"] vscode-option`).nth(option).click();
    };
    await pick("After", 1);
    const kept = { ablation: "mean", strongest: 8 };
    await assertSoon(() => panel.requests.at(-1), {
      method: "neurons/effects",
      params: { ...kept, position: selected[1] },
    });
    await panel.page.getByRole("textbox", { name: "Another token", exact: true }).fill(" zebra");
    await panel.page.keyboard.press("Enter");
    await assertSoon(() => panel.requests.at(-1), {
      method: "neurons/effects",
      params: { ...kept, position: target.position, minus: target.minus.id, token: " zebra" },
    });
    await panel.page.getByRole("button", { name: "Rank by logit difference" }).click();
    const effect = {
      position: target.position,
      token: target.token.id,
      minus: target.minus.id,
      ablation: "mean",
    };
    await assertSoon(() => panel.requests.at(-1), {
      method: "neurons/order",
      params: { by: "logitDiff", effect },
    });
    await panel.close();
  });

  it("have a row for each strength, with what the model says here and elsewhere", async () => {
    const panel = await open();
    const rows = panel.page.locator(".strengths tbody tr");
    assert.equal(await rows.count(), 6);
    assert.match(await rows.nth(5).innerText(), /×8[\s\S]*0\.980/);
    assert.match(await rows.nth(2).innerText(), /×1[\s\S]*\b0\b/);
    assert.match(await rows.first().innerText(), /<script>alert\(1\)<\/script>/);
    await panel.page.getByText(/It was raining again this morning/).waitFor();
    await panel.close();
  });

  it("are exported with every control", async () => {
    const panel = await open();
    const csv = csvRows((await exported(panel, "What it does here", "CSV")).content);
    assert.equal(csv.length, 22);
    assert.equal(Number(csv[1]![3]), 0.42);
    const svg = (await exported(panel, "How often which activation", "SVG")).content;
    assert.match(svg, /strongest here 4\.20/);
    await panel.close();
  });

  it("can be measured where they were not", async () => {
    const { effects: _, ...data } = neuronsData();
    const panel = await open(data);
    await panel.page.getByRole("button", { name: "Measure effects" }).click();
    await assertSoon(() => panel.requests.at(-1), { method: "neurons/effects", params: {} });
    await panel.close();
  });

  it("say why there is no direct path", async () => {
    const data = neuronsData();
    const effects = { ...data.effects!, noDirect: "There is none in this model." };
    const effect = { ...effects.effect, direct: null };
    const controls = effects.controls.map((one) => ({ ...one, direct: null }));
    const percentile = { ...effects.percentile!, direct: null };
    const panel = await open({ ...data, effects: { ...effects, effect, controls, percentile } });
    assert.equal(await panel.page.locator(".effect-strip").count(), 2);
    await panel.page.getByText(/There is none in this model/).waitFor();
    await panel.close();
  });
});

describe("the histogram on the neurons page", () => {
  it("marks the selection's activations and says how rare they are", async () => {
    const panel = await open();
    const figure = panel.page.locator(".figure-neuron-histogram");
    assert.match(
      await figure.innerText(),
      /16\s320 tokens of the model’s records\. Of them 98\.9% lie below/,
    );
    assert.equal(await figure.locator("rect").count(), 47, "an empty bin has no bar");
    await panel.close();
  });
});

describe("the order on the neurons page", () => {
  it("is asked for by a dropdown", async () => {
    const panel = await open();
    await panel.page.locator("vscode-dropdown[aria-label='Rank by']").click();
    await panel.page.locator("vscode-dropdown[aria-label='Rank by'] vscode-option").nth(2).click();
    await assertSoon(() => panel.requests.at(-1), { method: "neurons/order", params: { by: "logProb" } });
    await panel.close();
  });

  it("by effect shows the direct and the exact effect, and on what", async () => {
    const data = neuronsData();
    const { target, ablation } = data.effects!;
    const neurons = data.ranking.neurons.map((one) => {
      return { ...one, score: 0.31, exact: { logProb: -0.12, logitDiff: 0.5, kl: 0.01 } };
    });
    const effect = { measure: "logProb", target, ablation } as const;
    const ranking = { ...data.ranking, neurons, baseline: "none", by: "logProb", effect } as const;
    const panel = await open({ ...data, ranking });
    assert.equal(
      await panel.page.locator(".neuron-score").first().innerText(),
      "direct 0.310 · exact −0.120",
    );
    await panel.page.getByText(/Effect on the log-probability of “·n” in nats/).waitFor();
    const csv = csvRows((await exported(panel, "Neurons", "CSV")).content);
    assert.deepEqual(csv[1]!.slice(1, 3).map(Number), [0.31, -0.12]);
    await panel.close();
  });
});

describe("places in other files", () => {
  it("are searched for when asked, and gone to by their number", async () => {
    const panel = await open();
    await panel.page.getByRole("button", { name: "Search the workspace" }).click();
    await assertSoon(() => panel.requests.at(-1), {
      method: "neurons/search",
      params: { scope: "workspace" },
    });
    const places = panel.page.locator(".figure-neuron-search button.place");
    assert.match(await places.first().innerText(), /<b>x<\/b>[\s\S]*src\/fibonacci\.py:12/);
    await places.nth(1).click();
    await assertSoon(() => panel.requests.at(-1), { method: "neurons/place", params: { place: 1 } });
    await panel.page.getByText(/212 of 212 files of the workspace read\. 3 left out/).waitFor();
    await panel.close();
  });
});

describe("notes on the neurons page", () => {
  const label = "Your label";
  const note = "Your note";
  const field = ({ page }: PanelPage<"neurons">, name: string) =>
    page.getByRole("textbox", { name, exact: true });

  it("stand in the ranking and in the card", async () => {
    const panel = await open(neuronsData(1));
    assert.equal(await panel.page.locator(".neuron-label").innerText(), "call openers");
    assert.equal(await field(panel, label).inputValue(), "call openers");
    await panel.page.getByText(/Notes go to \.introspect\/notes\.json/).waitFor();
    await panel.close();
  });

  it("are kept at Enter, with what they were before", async () => {
    const panel = await open(neuronsData(1));
    const { layer, neuron } = rankingOf().neurons[1]!;
    await field(panel, label).fill("openers");
    await panel.page.keyboard.press("Enter");
    await panel.page.getByText("Kept.", { exact: true }).waitFor();
    const before = { label: "call openers", note: "" };
    await assertSoon(() => panel.requests.at(-1), {
      method: "neurons/note",
      params: { layer, neuron, before, after: { label: "openers", note: "" } },
    });
    await panel.close();
  });

  it("stay in their field where they cannot be kept, with the reason beside it", async () => {
    const handlers = {
      "neurons/note": () => {
        throw new CodedError("notes-unreadable", "The notes cannot be read.", { next: "Correct the file." });
      },
    };
    const panel = await open(neuronsData(1), { handlers });
    await field(panel, note).fill("mine");
    await field(panel, note).press("Control+Enter");
    await panel.page.getByText("The notes cannot be read. Correct the file.").waitFor();
    await panel.send(ready(neuronsData(1), 2));
    assert.equal(await field(panel, note).inputValue(), "mine");
    await panel.close();
  });

  it("are kept when another neuron is chosen while one writes", async () => {
    const panel = await open(neuronsData(1));
    await field(panel, label).fill("half");
    await panel.send(ready(neuronsData(2), 2));
    await assertSoon(() => panel.requests.at(-1)?.method, "neurons/note");
    assert.equal(await field(panel, label).inputValue(), "");
    await panel.close();
  });

  it("say where they go without a trusted workspace", async () => {
    const data = neuronsData();
    const panel = await open({ ...data, notes: { of: [], file: null } });
    await panel.page.getByText(/kept by VS Code on this machine/).waitFor();
    await panel.close();
  });
});

describe("a neuron's card with all its parts", () => {
  for (const theme of themeNames) {
    it(`reads well in ${theme} at every width`, async () => {
      const panel = await open(neuronsData(), { theme, width: 300 });
      for (const width of [300, 600, 1200]) {
        await panel.resize(width, 2600);
        await assertReadable(panel.page);
        await assertFits(panel.page);
        await panel.screenshot(`neuron-card-${theme}-${width}`);
      }
      await panel.close();
    });
  }
});
