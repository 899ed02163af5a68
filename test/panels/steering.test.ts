import assert from "node:assert/strict";
import type { PanelState, SteeringPanelData } from "../../src/protocol/panelApi";
import { continuation, experiment, steeringData, steerResult, wholeResult } from "./fixtures/steering";
import { model } from "./fixtures/text";
import { assertFits, assertReadable, assertSoon, csvRows, exported, labels } from "./support/checks";
import { openPanel, themeNames, type PanelPage, type ThemeName } from "./support/panel";

const ready = (data: SteeringPanelData, seq = 1): PanelState<SteeringPanelData> => ({
  seq,
  status: "ready",
  model,
  data,
});

async function open(
  data = steeringData(),
  options: { theme?: ThemeName; width?: number } = {},
): Promise<PanelPage<"steering">> {
  const panel = await openPanel("steering", { state: ready(data), width: 1200, ...options });
  await panel.page.locator("body[data-status='ready']").waitFor();
  return panel;
}

// By what a screen reader calls it.
const strength = (panel: PanelPage<"steering">) =>
  panel.page.getByRole("textbox", { name: "Strength", exact: true });

describe("steering page", () => {
  it("sets both texts alike until they part, and marks the parting token in both", async () => {
    const panel = await open();
    const result = steerResult();
    for (const width of [1200, 600]) {
      await panel.resize(width);
      const sides = await panel.page.locator(".continuation").evaluateAll((all) =>
        all.map((side) => {
          const left = side.getBoundingClientRect();
          return [...side.querySelectorAll(".token")].map((t) => {
            const box = t.getBoundingClientRect();
            return [Math.round(box.left - left.left), Math.round(box.top - left.top)];
          });
        }),
      );
      const same = result.partsAt!;
      assert.deepEqual(sides[0]!.slice(0, same + 1), sides[1]!.slice(0, same + 1));
    }
    const marks = await panel.page
      .locator(".continuation")
      .evaluateAll((all) =>
        all.map((side) =>
          [...side.querySelectorAll(".token")].findIndex((t) => t.classList.contains("mark-part")),
        ),
      );
    assert.deepEqual(marks, [7, 7]);
    await panel.close();
  });

  it("writes the probability under every token", async () => {
    const panel = await open();
    const result = steerResult();
    const shown = await panel.page.locator(".continuation").first().locator(".under").allInnerTexts();
    assert.deepEqual(
      shown,
      result.default.logProbs.map((x) => `${(Math.exp(x) * 100).toPrecision(3)}%`),
    );
    const says = await labels(panel.page, ".continuation .token");
    assert.match(says[7]!, /here the texts part/);
    await panel.close();
  });

  it("says that zero strength equals the default only when it does, to the last bit", async () => {
    const panel = await open();
    await panel.page.getByText("Zero strength equals the default to the last bit.").waitFor();
    const result = steerResult();
    const { zero } = result.controls;
    const off = { ...zero, logProbs: zero.logProbs.map((x, i) => (i === 3 ? x * (1 + 2 ** -52) : x)) };
    const changed = { ...result, controls: { ...result.controls, zero: off } };
    await panel.send(ready(steeringData({ result: changed }), 2));
    await panel.page.getByText(/same tokens but other log-probabilities: do not trust/).waitFor();
    const other = { ...result, controls: { ...result.controls, zero: continuation("and she fell") } };
    await panel.send(ready(steeringData({ result: other }), 3));
    await panel.page.getByText(/differs from the default at token 3/).waitFor();
    await panel.close();
  });

  it("says how far a first run is where its result will be, and that none was made once it is cancelled", async () => {
    const data = steeringData({ result: null });
    const panel = await openPanel("steering", {
      state: { seq: 1, status: "loading", model, data, message: "Random direction 3 of 8", progress: 0.4 },
      width: 400,
    });
    await panel.page.locator(".steering").getByText("Random direction 3 of 8 40%").waitFor();
    assert.equal(await panel.page.getByText("Not run yet").count(), 0);
    await panel.send({ seq: 2, status: "stale", model, data, message: "Cancelled." });
    await panel.page.getByText("Not run yet: set a strength and run.").waitFor();
    await panel.close();
  });

  it("shows where the steered distribution stands among the random directions", async () => {
    const panel = await open();
    await panel.page.getByText("more than 8 of 8 random directions of equal norm (100%)").waitFor();
    const chart = panel.page.locator(".kl svg");
    assert.match((await chart.getAttribute("aria-label"))!, /^KL 1\.84 nats against 8 random directions/);
    assert.equal(await panel.page.locator(".multiple").count(), 8);
    await panel.page.getByText("‖edit‖ / ‖residual‖: 0.412").waitFor();
    const result = steerResult();
    const bare = { ...result, percentile: null, kl: { steered: 1.84, isotropic: [] } };
    const without = { ...bare, controls: { ...result.controls, isotropic: [] } };
    await panel.send(ready(steeringData({ result: without }), 2));
    await panel.page.getByText("No random directions were run: nothing to compare with.").waitFor();
    await panel.close();
  });

  it("says first that the texts are the same where they do not part", async () => {
    const result = steerResult();
    const same = { ...result, steered: result.default, partsAt: null };
    const panel = await open(steeringData({ result: same }));
    const first = panel.page.locator(".figure-steering-controls .figure-body p").first();
    assert.equal(
      await first.innerText(),
      "The two texts are the same at this strength; the first distribution moves by KL 1.84 nats, " +
        "more than 8 of 8 random directions of equal norm (100%).",
    );
    const bare = {
      ...same,
      percentile: null,
      kl: { steered: 1.84, isotropic: [] },
      controls: { ...same.controls, isotropic: [] },
    };
    await panel.send(ready(steeringData({ result: bare }), 2));
    assert.match(await first.innerText(), /are the same .* KL 1\.84 nats\. No random directions were run/);
    await panel.close();
  });

  it("runs again with the strength that was typed, by button and by Enter", async () => {
    const panel = await open();
    await assertSoon(() => strength(panel).inputValue(), "4");
    await strength(panel).fill("-2.5");
    await panel.page.getByRole("button", { name: "Run" }).click();
    await assertSoon(() => panel.requests.at(-1), { method: "steering/run", params: { scale: -2.5 } });
    await strength(panel).fill("0");
    await strength(panel).press("Enter");
    await assertSoon(() => panel.requests.at(-1), { method: "steering/run", params: { scale: 0 } });
    await panel.close();
  });

  it("refuses a strength that is no number, with a word beside it", async () => {
    const panel = await open();
    for (const bad of ["", "much", "1e999", "1 2"]) {
      await strength(panel).fill(bad);
      await strength(panel).press("Enter");
      await panel.page.getByText("The strength must be a number.").waitFor();
    }
    await assertSoon(() => panel.requests.map(({ method }) => method), ["page/ready"]);
    await panel.close();
  });

  it("leaves what is being typed alone until the experiment itself changes", async () => {
    const panel = await open();
    await strength(panel).fill("7");
    await panel.send({ ...ready(steeringData(), 2), status: "loading", message: "Running" });
    await assertSoon(() => strength(panel).inputValue(), "7");
    const edits = [{ ...experiment.edits[0]!, scale: 9 }];
    await panel.send(ready(steeringData({ experiment: { ...experiment, edits } }), 3));
    await assertSoon(() => strength(panel).inputValue(), "9");
    await panel.close();
  });

  it("saves, and says where it was saved", async () => {
    const panel = await open();
    await panel.page.getByText("not saved").waitFor();
    await panel.page.getByRole("button", { name: "Save" }).click();
    await assertSoon(() => panel.requests.at(-1), { method: "steering/save", params: {} });
    await panel.send(ready(steeringData({ file: "sad.introspect.json" }), 2));
    await panel.page.getByText("saved as sad.introspect.json").waitFor();
    await panel.close();
  });

  it("shows an experiment that was not run yet", async () => {
    const panel = await open(steeringData({ result: null }));
    await panel.page.getByText("Not run yet: set a strength and run.").waitFor();
    assert.equal(await panel.page.locator(".continuation").first().isVisible(), false);
    assert.match(await panel.page.locator(".rail").innerText(), /I am very sad/);
    await panel.close();
  });

  it("shows a token's probability and what stood there instead in the rail", async () => {
    const panel = await open();
    await panel.page.locator(".continuation").nth(1).locator(".token").nth(7).focus();
    const rail = await panel.page.locator(".rail").innerText();
    assert.match(rail, /Token 8/);
    assert.match(rail, /there instead\s+·play/);
    await panel.close();
  });

  it("keeps markup in tokens as text", async () => {
    const panel = await open();
    assert.match(await panel.page.locator(".continuation").nth(1).innerText(), /<i>alone<\/i>/);
    assert.equal(await panel.page.locator(".continuation i").count(), 0);
    await panel.assertClean();
    await panel.close();
  });

  it("exports both texts and all controls", async () => {
    const panel = await open();
    const result = steerResult();
    const texts = csvRows((await exported(panel, "Default and steered", "CSV")).content);
    assert.equal(texts.length, 1 + Math.max(result.default.ids.length, result.steered.ids.length));
    assert.equal(Number(texts[1]![3]), result.default.logProbs[0]);
    const controls = csvRows((await exported(panel, "Controls", "CSV")).content);
    assert.deepEqual(
      controls.slice(1, 3).map((row) => row[0]),
      ["steered", "zero strength"],
    );
    assert.equal(controls.length, 3 + result.controls.isotropic.length);
    const svg = (await exported(panel, "Default and steered", "SVG")).content;
    assert.ok(svg.includes("&lt;i&gt;alone"));
    await panel.close();
  });

  it("continues at once where the strength is dragged to, one question at a time, and says what the rest is of", async () => {
    const panel = await open();
    const slider = panel.page.getByRole("slider", { name: "Strength, continued at once" });
    await slider.press("ArrowRight");
    await assertSoon(() => panel.requests.at(-1), { method: "steering/slide", params: { scale: 4.2 } });
    await assertSoon(() => strength(panel).inputValue(), "4.2");
    const ran = { default: continuation("and the dog"), steered: continuation("and the cat"), partsAt: 2, kl: 0.25, relativeNorm: [0.5] }; // prettier-ignore
    await panel.send(ready(steeringData({ step: { scale: 4.2, ran } }), 2));
    await panel.page
      .getByText("Strength 4.20, as dragged: KL 0.250 nats, ‖edit‖ / ‖residual‖ 0.500.")
      .waitFor();
    await panel.page.getByText("All else is of strength 4.00: run to have it for this one.").waitFor();
    assert.match(await panel.page.locator(".continuation").nth(1).innerText(), /cat/);
    const rows = csvRows((await exported(panel, "Default and steered", "CSV")).content);
    assert.equal(rows[3]![4], "·cat");
    await panel.send(ready(steeringData(), 3));
    assert.equal(await panel.page.getByText("as dragged").isVisible(), false);
    assert.equal(await slider.inputValue(), "20");
    await assertSoon(() => strength(panel).inputValue(), "4");
    await panel.close();
  });

  it("has no slider where the edits have no strength", async () => {
    const edits = [
      { hook: "blocks.3.hook_resid_pre", op: "clamp" as const, min: 0, positions: "last" as const },
    ];
    const panel = await open(steeringData({ experiment: { ...experiment, edits } }));
    assert.equal(await panel.page.locator(".slider").isVisible(), false);
    await panel.close();
  });

  it("asks for several texts at a temperature, and refuses what would be the same text again", async () => {
    const panel = await open();
    const field = (name: string) => panel.page.getByRole("textbox", { name, exact: true });
    await field("Texts").fill("20");
    await field("Texts").press("Enter");
    await panel.page.getByText("At temperature 0 all texts are the same").waitFor();
    await field("Temperature").fill("0.8");
    await field("Temperature").press("Enter");
    const params = { scale: 4, samples: 20, temperature: 0.8 };
    await assertSoon(() => panel.requests.at(-1), { method: "steering/run", params });
    for (const [name, bad, words] of [
      ["Texts", "0", "whole number from 1 to 100"],
      ["Temperature", "-1", "from 0 to 10"],
    ] as const) {
      await field("Texts").fill("1");
      await field(name).fill(bad);
      await field(name).press("Enter");
      await panel.page.getByText(words).waitFor();
    }
    await panel.close();
  });

  it("shows each pair of several texts", async () => {
    const panel = await open(steeringData({ result: wholeResult() }));
    await panel.page.getByText("2 of 3 pairs of texts part.").waitFor();
    await panel.page.getByRole("combobox", { name: "Text" }).click();
    await panel.page.getByRole("option", { name: "2 · seed 5 · parts at 4" }).click();
    await panel.page.locator(".continuation").nth(1).getByText("whined").waitFor();
    assert.match(await panel.page.locator(".continuation").first().innerText(), /barked/);
    await panel.close();
  });

  it("says what was expected and whether it was so, and where it stands among the nulls", async () => {
    const panel = await open(steeringData({ result: wholeResult() }));
    const items = await panel.page.locator(".expectation").allInnerTexts();
    assert.match(
      items[0]!,
      /✓\s*rise of .* met\. Above 100% of 8 random directions, 50\.0% of 2 random prompt pairs\./,
    );
    assert.match(items[1]!, /✗\s*share of texts with <b>cry<\/b>: .* not met\./);
    const rows = csvRows((await exported(panel, "Expectations", "CSV")).content);
    assert.deepEqual(rows[2]!.slice(0, 4), ["crying", "no", "0.4", "0.5"]);
    await panel.send(ready(steeringData(), 2));
    assert.equal(await panel.page.getByText("Expectations", { exact: true }).first().isVisible(), false);
    await panel.close();
  });

  it("shows every control by its name, and both nulls as strips", async () => {
    const panel = await open(steeringData({ result: wholeResult() }));
    const heads = await panel.page.locator(".multiples").first().locator(".multiple-head").allInnerTexts();
    assert.deepEqual(heads, [
      "added part alone KL 1.20 · parts at 10",
      "embeddings alone KL 0.0100 · same",
      "prompting: “I am very sad” KL 0.600 · parts at 10",
      "at layer 1 KL 0.300 · parts at 10",
    ]);
    await panel.page.getByText("It moves more than 7 of 8 random prompt pairs (87.5%).").waitFor();
    const said = await panel.page
      .locator(".kl svg")
      .evaluateAll((all) => all.map((one) => one.getAttribute("aria-label")));
    assert.match(said[1]!, /^KL 1\.84 nats against 8 random prompt pairs from 0 to 1\.40/);
    const rows = csvRows((await exported(panel, "Controls", "CSV")).content);
    assert.equal(rows.length, 3 + 8 + 8 + 4);
    const moved = csvRows((await exported(panel, "Next token", "CSV")).content);
    assert.deepEqual(moved[1]!.slice(0, 1), ["·cry"]);
    await panel.close();
  });

  it("splits the next token's change into aligned tokens and the rest, the nulls beside", async () => {
    const panel = await open(steeringData({ result: wholeResult() }));
    const figure = panel.page.locator(".figure-steering-aligned");
    const rows = await figure
      .locator(".figure-body tr")
      .evaluateAll((all) => all.map((row) => [...row.children].map((cell) => cell.textContent)));
    assert.deepEqual(rows.slice(0, 3), [
      ["", "nats", "8 random directions", "8 random prompt pairs"],
      ["effectiveness", "3.80", "−0.300 to 0.400", "0 to 0.140"],
      ["disruption", "0.420", "0.229 to 0.740", "0 to 1.40"],
    ]);
    assert.deepEqual(await figure.locator("li").allInnerTexts(), ["·cry\n0.674% → 30.1%"]);
    const saved = csvRows((await exported(panel, "Aligned tokens and the rest", "CSV")).content);
    assert.equal(saved.length, 2 + 8 + 8);
    assert.deepEqual(saved[1], ["steered", "3.8", "0.42", "-0.03", "0.9"]);
    await panel.send(ready(steeringData(), 2));
    await figure.waitFor({ state: "hidden" });
    await panel.close();
  });

  for (const theme of themeNames) {
    it(`reads well in ${theme} at every width`, async () => {
      const ran = { ...wholeResult(), kl: 0.25 };
      const data = steeringData({ result: wholeResult() });
      const panel = await open(data, { theme, width: 300 });
      for (const width of [300, 600, 1200]) {
        await panel.resize(width);
        await assertReadable(panel.page);
        await assertFits(panel.page);
        await panel.screenshot(`steering-whole-${theme}-${width}`, { full: true });
        await panel.send(ready({ ...data, step: { scale: -2.5, ran } }, width));
        await panel.page.getByText("as dragged").waitFor();
        await assertReadable(panel.page);
        await assertFits(panel.page);
        await panel.send(ready(data, width + 1));
      }
      await panel.assertClean();
      await panel.close();
    });
  }
});
