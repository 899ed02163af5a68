import assert from "node:assert/strict";
import type { AttentionView } from "../../src/protocol/attention";
import type { PanelState } from "../../src/protocol/panelApi";
import { attentionView } from "./fixtures/attention";
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

const ready = (data: AttentionView, seq = 1): PanelState<AttentionView> => ({
  seq,
  status: "ready",
  model,
  document: "fibonacci.py",
  data,
});

async function open(
  data = attentionView(),
  options: { theme?: ThemeName; width?: number } = {},
): Promise<PanelPage<"attention">> {
  const panel = await openPanel("attention", { state: ready(data), width: 1200, ...options });
  await panel.page.locator(".heatmaplayer image").waitFor({ state: "attached" });
  return panel;
}

const title = (panel: PanelPage<"attention">): Promise<string> =>
  panel.page.locator(".rail-title").innerText();

describe("attention page", () => {
  it("draws the pattern under the strict policy, crisp and whole", async () => {
    const panel = await open();
    const image = panel.page.locator(".heatmaplayer image");
    assert.match(
      (await image.getAttribute("href")) ?? (await image.getAttribute("xlink:href")) ?? "",
      /^data:image\/png/,
    );
    assert.equal(await image.evaluate((e) => getComputedStyle(e).imageRendering), "pixelated");
    await panel.assertClean();
    await panel.close();
  });

  it("names rows and columns by their tokens, markup as text", async () => {
    const panel = await open(attentionView(2, 5, 34));
    const ticks = await panel.page.locator(".ytick text").allTextContents();
    assert.ok(ticks.includes("<"), ticks.join(" "));
    const { window, positions } = attentionView(2, 5, 34);
    assert.ok(ticks.length >= positions.length / 3 && ticks.length <= positions.length);
    const even = positions.filter((_, i) => i % 2 === 0).map((pos) => window.tokens[pos]!.text!);
    for (const plain of even.filter((text) => /^[a-z]{1,6}$/.test(text)))
      assert.ok(ticks.includes(plain), plain);
    assert.equal(await panel.page.locator(".matrix script").count(), 0);
    await panel.close();
  });

  it("says how many selected tokens are left out, and nothing where none are", async () => {
    const panel = await open();
    const note = panel.page.locator(".unshown");
    assert.equal(await note.innerText(), "");
    await panel.send(ready({ ...attentionView(), unshown: 1384 }, 2));
    assert.match(
      await note.innerText(),
      /^24 tokens are shown; the 1\u202f384 selected ones behind them are not\./,
    );
    await panel.close();
  });

  it("shows all heads as a wall, layers upward, and the highest by name", async () => {
    const panel = await open();
    const says = await labels(panel.page, ".wall-head");
    const { heads } = attentionView();
    assert.equal(says.length, heads.length);
    assert.match(says[0]!, /^head 5\.0, /);
    assert.match(says.at(-1)!, /^head 0\.7, /);
    const listed = await panel.page.locator(".head-row .head-name").allInnerTexts();
    const best = [...heads].sort((a, b) => b.induction! - a.induction!).slice(0, listed.length);
    assert.deepEqual(
      listed,
      best.map((h) => `${h.layer}.${h.head}`),
    );
    await panel.close();
  });

  it("shows no scores of a text of one token, and says why", async () => {
    const none = { previousToken: null, duplicate: null, induction: null, firstToken: null, entropy: null };
    const view = attentionView(2, 5, 1);
    const state = ready({ ...view, heads: view.heads.map((head) => ({ ...head, ...none })) });
    const panel = await openPanel("attention", { state });
    await panel.page.locator(".wall-head").first().waitFor();
    assert.ok((await labels(panel.page, ".wall-head")).every((label) => label.endsWith(", –")));
    assert.equal(await panel.page.locator(".head-row").count(), 0);
    await panel.page
      .locator(".figure-attention-heads .legend", { hasText: "this text has one token" })
      .waitFor();
    await panel.page.locator(".wall-head").first().hover();
    assert.equal((await panel.page.locator(".rail dd").allInnerTexts()).join(""), "–––––");
    const csv = (await exported(panel, "Heads", "CSV")).content;
    assert.ok(
      csvRows(csv)
        .slice(1)
        .every((row) => row.slice(1).every((cell) => cell === "")),
    );
    await panel.assertClean();
    await panel.close();
  });

  it("sorts and colours by another score and remembers it", async () => {
    const panel = await open();
    const { heads } = attentionView();
    await panel.page.locator("vscode-dropdown[aria-label='Coloured by']").click();
    await panel.page.getByRole("option", { name: "previous token" }).click();
    const best = [...heads].sort((a, b) => b.previousToken! - a.previousToken!)[0]!;
    await panel.page
      .locator(".head-name", { hasText: `${best.layer}.${best.head}` })
      .first()
      .waitFor();
    assert.equal(await panel.page.locator(".head-name").first().innerText(), `${best.layer}.${best.head}`);
    assert.equal(((await panel.memory()) as Record<string, string>)["score"], "previousToken");
    await panel.close();
  });

  it("asks for scores on repeated random tokens, and leaves weak heads out where asked", async () => {
    const panel = await open();
    await panel.page.locator("vscode-dropdown[aria-label='Scored on']").click();
    await panel.page.getByRole("option", { name: "repeated random tokens" }).click();
    await assertSoon(() => panel.requests.at(-1), { method: "attention/score", params: { on: "repeated" } });
    await panel.send(ready({ ...attentionView(), scoredOn: "repeated" }, 2));
    await panel.page.getByText("on repeated random tokens: mean attention").waitFor();
    await panel.page.locator("vscode-dropdown[aria-label='Show']").click();
    await panel.page.getByRole("option", { name: "from 30% of the scale" }).click();
    await panel.page.locator(".wall-head.below").first().waitFor();
    const strong = attentionView().heads.filter((head) => head.induction! >= 0.3).length;
    assert.equal(await panel.page.locator(".wall-head:not(.below)").count(), strong);
    assert.equal(await panel.page.locator(".head-row").count(), Math.min(8, strong));
    await panel.close();
  });

  it("shows the pattern times the lengths of the values where chosen, on a scale that ends at their largest", async () => {
    const view = attentionView();
    const weighted = view.pattern.rows.map((row) => row.map((x, j) => x * (j === 0 ? 0.1 : 2 + j)));
    const panel = await open({ ...view, pattern: { ...view.pattern, weighted } });
    await panel.page.locator("vscode-dropdown[aria-label='Weights']").click();
    await panel.page.getByRole("option", { name: "pattern × ‖value‖" }).click();
    const key = panel.page.locator(".figure-attention-pattern .legend");
    await key.getByText("pattern × ‖value‖ of a query").waitFor();
    const most = Math.max(...weighted.flatMap((row) => [...row]));
    assert.ok((await key.innerText()).includes(most.toPrecision(3)), await key.innerText());
    const csv = csvRows((await exported(panel, "Pattern", "CSV")).content);
    assert.equal(Number(csv[4]![3]), weighted[3]![2]);
    await panel.close();
  });

  it("asks for the head that is clicked, chosen by Enter or picked", async () => {
    const panel = await open();
    await panel.page.locator(".wall-head").first().click();
    await assertSoon(() => panel.requests.at(-1), {
      method: "attention/choose",
      params: { layer: 5, head: 0 },
    });
    await panel.page.keyboard.press("ArrowRight");
    await panel.page.keyboard.press("ArrowDown");
    await panel.page.keyboard.press("Enter");
    await assertSoon(() => panel.requests.at(-1), {
      method: "attention/choose",
      params: { layer: 4, head: 1 },
    });
    await panel.page.locator("vscode-dropdown[aria-label='Layer']").click();
    await panel.page.getByRole("option", { name: "3", exact: true }).first().click();
    await assertSoon(() => panel.requests.at(-1), {
      method: "attention/choose",
      params: { layer: 3, head: 5 },
    });
    await panel.close();
  });

  it("asks for nothing by itself when a snapshot changes the head", async () => {
    const panel = await open();
    await panel.send(ready(attentionView(4, 1), 2));
    await panel.page.getByText("Pattern of head 4.1").waitFor();
    await panel.page.waitForTimeout(100);
    await assertSoon(() => panel.requests.map(({ method }) => method), ["page/ready"]);
    const shown = await panel.page
      .locator("vscode-dropdown[aria-label='Layer']")
      .evaluate((e) => (e as HTMLSelectElement).value);
    assert.equal(shown, "4");
    await panel.close();
  });

  it("lights up the query's row on the text, what comes later left dim", async () => {
    const panel = await open();
    const view = attentionView();
    const query = 6;
    await panel.page.locator(".figure-attention-row .token").nth(query).click();
    const classes = await panel.page
      .locator(".figure-attention-row .token")
      .evaluateAll((all) => all.map((e) => e.className));
    assert.match(classes[0]!, /hatched/);
    assert.match(classes[query]!, /mark-query/);
    assert.ok(classes.slice(query + 1).every((c) => c.includes("mark-dim")));
    assert.ok((await title(panel)).startsWith("Head 2.5 from"));
    const outside = await panel.page.locator(".rail .facts dd").last().innerText();
    assert.equal(outside, `${(view.pattern.outside[query]! * 100).toPrecision(3)}%`);
    const row = view.pattern.rows[query]!;
    const strongest = row.indexOf(Math.max(...row.slice(1)));
    const key = await panel.page.locator(".figure-attention-row .legend-ramp").innerText();
    assert.match(key, /^0%\s*100%$/);
    const a = await groundOf(panel.page, `.figure-attention-row .token:nth-of-type(${strongest + 1})`);
    const b = await groundOf(panel.page, `.figure-attention-row .token:nth-of-type(3)`);
    assert.notDeepEqual(a, b);
    await panel.close();
  });

  it("colours next to nothing where heads attend next to nothing, whatever the strongest is", async () => {
    const view = attentionView();
    const tiny = (x: number): number => x / 1000;
    const small: AttentionView = {
      ...view,
      heads: view.heads.map((head) => ({
        ...head,
        induction: tiny(head.induction!),
        previousToken: tiny(head.previousToken!),
      })),
      pattern: { ...view.pattern, rows: view.pattern.rows.map((row) => row.map(tiny)) },
    };
    const panel = await open(small);
    const grounds = (selector: string): Promise<string[]> =>
      panel.page
        .locator(selector)
        .evaluateAll((all) => [...new Set(all.map((e) => getComputedStyle(e).backgroundColor))]);
    assert.equal((await grounds(".wall-head")).length, 1);
    // Besides the painted ones there are those left out: the hatched, and what comes after the query.
    assert.ok((await grounds(".figure-attention-row .token")).length <= 2);
    for (const figure of ["row", "heads", "pattern"]) {
      const key = await panel.page.locator(`.figure-attention-${figure} .legend-ramp`).innerText();
      assert.match(key, /^0%\s*100%$/);
    }
    await panel.close();
  });

  it("scales entropy by the highest head, and says so", async () => {
    const panel = await openPanel("attention", {
      state: ready(attentionView()),
      memory: { score: "entropy" },
    });
    await panel.page.locator(".figure-attention-heads .legend-ramp").waitFor();
    const key = await panel.page.locator(".figure-attention-heads .legend").innerText();
    const most = Math.max(...attentionView().heads.map((head) => head.entropy!));
    assert.ok(key.includes(`${most.toPrecision(3)} nats`), key);
    assert.match(key, /highest of these heads/);
    await panel.close();
  });

  it("moves over the matrix by arrows and by pointer", async () => {
    const panel = await open();
    await panel.page.locator(".matrix").focus();
    await panel.page.keyboard.press("ArrowUp");
    await panel.page.keyboard.press("ArrowUp");
    const n = attentionView().positions.length;
    const queried = (): Promise<number> =>
      panel.page
        .locator(".figure-attention-row .token")
        .evaluateAll((all) => all.findIndex((e) => e.classList.contains("mark-query")));
    assert.equal(await queried(), n - 3);
    const box = (await panel.page.locator(".nsewdrag").first().boundingBox())!;
    await panel.page.mouse.move(box.x + 5, box.y + (box.height * 4.5) / n);
    assert.equal(await queried(), 4);
    const mark = (await panel.page.locator(".row-mark").boundingBox())!;
    assert.ok(Math.abs(mark.y - (box.y + (box.height * 4) / n)) < 2, "the mark lies on the row");
    await panel.close();
  });

  it("gives patterns and scores as tables and files", async () => {
    const panel = await open();
    const view = attentionView();
    const csv = csvRows((await exported(panel, "Pattern", "CSV")).content);
    assert.equal(csv.length, view.positions.length + 1);
    assert.equal(Number(csv[4]![3]), view.pattern.rows[3]![2]);
    assert.equal(csv[4]![5], "", "keys after the query are empty");
    assert.equal(Number(csv[4]!.at(-1)), view.pattern.outside[3]);
    await panel.page.getByRole("button", { name: "Show Heads as table" }).click();
    assert.equal(await panel.page.locator(".figure-attention-heads tbody tr").count(), view.heads.length);
    await panel.close();
  });

  it("puts the picture first in a side bar, further choices where one asks for them", async () => {
    const panel = await open(attentionView(), { width: 300 });
    const arcs = panel.page.locator("vscode-dropdown[aria-label='Arcs']");
    assert.equal(await arcs.isVisible(), false);
    const top = async (): Promise<number> =>
      (await panel.page.locator(".figure-attention-row").boundingBox())!.y;
    const before = await top();
    await panel.screenshot("attention-folded-300");
    const more = panel.page.getByRole("button", { name: "More choices" });
    await more.focus();
    await panel.page.keyboard.press("Enter");
    await arcs.waitFor();
    assert.equal(await more.getAttribute("aria-expanded"), "true");
    assert.ok((await top()) > before + 60);
    await panel.page.setViewportSize({ width: 1200, height: 760 });
    assert.equal(await more.isVisible(), false);
    await panel.close();
  });

  it("exports the matrix as SVG and PNG", async () => {
    const panel = await open();
    const svg = await exported(panel, "Pattern", "SVG");
    assert.match(svg.content, /^<svg[^]*<\/svg>\s*$/);
    assert.ok(svg.content.includes("return"));
    assert.ok(svg.content.includes(">position 0: an attention sink<"));
    const png = Buffer.from((await exported(panel, "Pattern", "PNG")).content, "base64");
    assert.equal(png.subarray(1, 4).toString("latin1"), "PNG");
    await panel.assertClean();
    await panel.close();
  });

  for (const theme of themeNames) {
    it(`reads well in ${theme} at every width`, async () => {
      const panel = await open(attentionView(), { theme, width: 300 });
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
