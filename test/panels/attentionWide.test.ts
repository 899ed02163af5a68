import assert from "node:assert/strict";
import type { AttentionPanelData, PanelState } from "../../src/protocol/panelApi";
import { attentionView, continuedView, thumbnailsOf, wideView } from "./fixtures/attention";
import { model } from "./fixtures/text";
import { assertFits, assertReadable, assertSoon, csvRows, exported } from "./support/checks";
import { openPanel, themeNames, type PanelPage, type ThemeName } from "./support/panel";

type Panel = PanelPage<"attention">;

const ready = (data: AttentionPanelData, seq = 1, nCtx = 1024): PanelState<AttentionPanelData> => ({
  seq,
  status: "ready",
  model: { ...model, nCtx },
  document: "long.py",
  data,
});

async function open(
  data: AttentionPanelData,
  options: { theme?: ThemeName; width?: number; nCtx?: number; memory?: unknown } = {},
): Promise<Panel> {
  const { nCtx, ...rest } = options;
  const panel = await openPanel("attention", {
    state: ready(data, 1, nCtx),
    width: 1200,
    height: 900,
    ...rest,
  });
  await panel.page.locator(".heatmaplayer image").waitFor({ state: "attached" });
  return panel;
}

const pick = async (panel: Panel, name: string, option: string): Promise<void> => {
  await panel.page.locator(`vscode-dropdown[aria-label='${name}']`).click();
  await panel.page.getByRole("option", { name: option, exact: true }).click();
};

const railFacts = (panel: Panel): Promise<string[]> =>
  panel.page.locator(".rail .facts").first().locator("dd").allInnerTexts();

const asked = (panel: Panel): string[] =>
  panel.requests.map(({ method }) => method).filter((method) => !/^(page\/ready|focus\/point)$/.test(method));

describe("attention page, 512 positions", () => {
  it("says query, key and weight of the cell under the pointer, asking for nothing", async () => {
    const data = wideView(512);
    const panel = await open(data);
    const box = (await panel.page.locator(".nsewdrag").first().boundingBox())!;
    const [query, key] = [300, 20];
    const at = (i: number, size: number): number => ((i + 0.5) * size) / 512;
    await panel.page.locator(".matrix").scrollIntoViewIfNeeded();
    const now = (await panel.page.locator(".nsewdrag").first().boundingBox()) ?? box;
    await panel.page.mouse.move(now.x + at(key, now.width), now.y + at(query, now.height));
    const [ofQuery, ofKey, weight] = await railFacts(panel);
    const seen = [ofQuery, ofKey].map((words) => parseInt(words!, 10));
    // A cell is about a pixel: the pointer may be one beside it.
    assert.ok(Math.abs(seen[0]! - query) <= 1 && Math.abs(seen[1]! - key) <= 1, seen.join());
    const value = data.pattern.rows[seen[0]!]![seen[1]!]!;
    assert.equal(weight, `${(100 * value).toPrecision(3)}%`);
    await assertSoon(() => asked(panel), []);
    await panel.assertClean();
    await panel.close();
  });

  it("moves and zooms by keys, the marked cell always in sight", async () => {
    const panel = await open(wideView(512));
    await panel.page.locator(".matrix").focus();
    const width = async (): Promise<number> =>
      (await panel.page.locator(".cell-mark").boundingBox())?.width ?? 0;
    const narrow = await width();
    for (let i = 0; i < 6; i++) await panel.page.keyboard.press("+");
    await panel.page.waitForFunction(
      (least) => document.querySelector(".cell-mark")!.getBoundingClientRect().width > least,
      10 * narrow,
    );
    for (let i = 0; i < 40; i++) await panel.page.keyboard.press("ArrowUp");
    await panel.page.keyboard.press("Home");
    await panel.page.locator(".cell-mark:not([hidden])").waitFor();
    const [ofQuery, ofKey] = await railFacts(panel);
    assert.deepEqual([parseInt(ofQuery!, 10), parseInt(ofKey!, 10)], [471, 0]);
    await panel.page.keyboard.press("0");
    await panel.page.waitForFunction(
      (most) => document.querySelector(".cell-mark")!.getBoundingClientRect().width < most,
      2 * narrow + 1,
    );
    await panel.close();
  });

  it("exports all cells as one image with a pixel each, and all numbers as a table", async () => {
    const data = wideView(512);
    const panel = await open(data);
    const svg = (await exported(panel, "Pattern", "SVG")).content;
    assert.equal(svg.match(/<image /g)?.length, 1);
    assert.ok((svg.match(/<rect /g)?.length ?? 0) < 100);
    const href = /href="(data:image\/png;base64,[^"]+)"/.exec(svg)![1]!;
    const size = await panel.page.evaluate(async (address) => {
      const image = new Image();
      image.src = address;
      await image.decode();
      return [image.naturalWidth, image.naturalHeight];
    }, href);
    assert.deepEqual(size, [512, 512]);
    const csv = csvRows((await exported(panel, "Pattern", "CSV")).content);
    assert.equal(csv.length, 513);
    assert.equal(Number(csv[400]![300]), data.pattern.rows[399]![299]);
    const json = JSON.parse((await exported(panel, "Pattern", "JSON")).content) as {
      data: { rows: readonly (readonly number[])[] };
    };
    assert.equal(json.data.rows[399]![299], data.pattern.rows[399]![299]);
    await panel.close();
  });
});

describe("attention page, all heads small", () => {
  it("draws each head's pattern, framed by its score, and scores alone where chosen", async () => {
    const view = attentionView();
    const thumbnails = thumbnailsOf(view.heads.length);
    const panel = await open({ ...view, thumbnails });
    const pictures = panel.page.locator(".wall-head canvas");
    assert.equal(await pictures.count(), view.heads.length);
    // The wall has the last layer first: the first cell is head 5.0.
    const strong = await pictures.first().evaluate((canvas) => {
      const { data } = (canvas as HTMLCanvasElement).getContext("2d")!.getImageData(0, 0, 24, 24);
      return Array.from({ length: 24 * 24 }, (_, i) => data[4 * i + 2]!);
    });
    const from = 5 * 8 * 24 * 24;
    const wanted = Array.from(thumbnails.data.subarray(from, from + 24 * 24));
    const order = (list: readonly number[]): number[] =>
      list
        .map((value, i) => [value, i] as const)
        .filter(([value]) => value > wanted[0]! / 2 && value !== 0)
        .map(([, i]) => i);
    const background = Math.min(...strong);
    const drawn = strong.map((value, i) => [value, i] as const).filter(([value]) => value > background);
    const planted = wanted.map((value, i) => [value, i] as const).filter(([value]) => value > 0);
    assert.deepEqual(
      drawn.map(([, i]) => i),
      planted.map(([, i]) => i),
    );
    assert.ok(order(wanted).length > 0);
    const svg = (await exported(panel, "Heads", "SVG")).content;
    assert.equal(svg.match(/<image /g)?.length, view.heads.length);
    await pick(panel, "Wall", "scores");
    await pictures.first().waitFor({ state: "detached" });
    assert.equal(((await panel.memory()) as Record<string, string>)["wall"], "scores");
    await panel.close();
  });
});

describe("attention page, arcs", () => {
  const arcs = (panel: Panel) =>
    panel.page.locator(".arcs path").evaluateAll((all) =>
      all.map((e) => ({
        key: Number(e.getAttribute("data-key")),
        width: Number(e.getAttribute("stroke-width")),
        dashed: e.hasAttribute("stroke-dasharray"),
      })),
    );

  it("draws an arc from each key whose weight reaches the threshold, thicker the more", async () => {
    const view = attentionView();
    const panel = await open(view);
    const query = 9;
    await panel.page.locator(".figure-attention-row .token").nth(query).click();
    const row = view.pattern.rows[query]!;
    for (const [option, least] of [
      ["from 5%", 0.05],
      ["from 1%", 0.01],
      ["from 20%", 0.2],
      ["all", 0],
    ] as const) {
      if (least !== 0.05) await pick(panel, "Arcs", option);
      const wanted = [...row.keys()].filter((key) => key <= query && row[key]! > 0 && row[key]! >= least);
      await panel.page.waitForFunction(
        (n) => document.querySelectorAll(".arcs path").length === n,
        wanted.length,
      );
      const drawn = await arcs(panel);
      assert.deepEqual(
        drawn.map(({ key }) => key).sort((a, b) => a - b),
        wanted,
      );
      const byWeight = [...drawn].sort((a, b) => row[a.key]! - row[b.key]!);
      assert.deepEqual(
        byWeight.map(({ width }) => width),
        drawn.map(({ width }) => width).sort((a, b) => a - b),
      );
      assert.ok(
        drawn.every(({ key, dashed }) => dashed === (key === 0)),
        "position 0 alone is dashed",
      );
    }
    const words = await panel.page.locator(".arcs").getAttribute("aria-label");
    const most = Math.max(...row);
    assert.ok(words!.includes(`${(100 * most).toPrecision(3)}%`), words!);
    await panel.close();
  });

  it("says so where no weight reaches the threshold, and keeps what is below in its place", async () => {
    const view = attentionView();
    const { rows, outside } = view.pattern;
    const weak = {
      ...view.pattern,
      rows: rows.map((row, i) => (i === 9 ? row.map(() => 0.001) : row)),
      outside: outside.map((share, i) => (i === 9 ? 0.99 : share)),
    };
    const panel = await open({ ...view, pattern: weak });
    const top = (): Promise<number> =>
      panel.page.locator(".figure-attention-row .strip").evaluate((e) => e.getBoundingClientRect().top);
    const before = await top();
    await panel.page.locator(".figure-attention-row .token").nth(9).click();
    const said = panel.page.locator(".arcs-none");
    await said.waitFor();
    assert.equal(
      await said.innerText(),
      "No shown token gets 5.00% or more of the scale from this query, so there are no arcs. 99.0% of the attention goes to tokens outside the shown ones.",
    );
    assert.equal(await top(), before);
    await panel.screenshot("attention-arcs-none");
    await pick(panel, "Arcs", "all");
    await panel.page.locator(".arcs path").first().waitFor();
    await panel.close();
  });

  it("ends each arc over its tokens, follows the keyboard, and goes where the text is wanted in lines", async () => {
    const panel = await open(attentionView());
    await panel.page.locator(".figure-attention-row .token").nth(5).focus();
    await panel.page.keyboard.press("ArrowRight");
    await panel.page.keyboard.press("Enter");
    const ends = await panel.page.evaluate(() => {
      const left = document.querySelector(".arcs")!.getBoundingClientRect().left;
      const tokens = [...document.querySelectorAll(".figure-attention-row .token")].map((token) => {
        const box = token.getBoundingClientRect();
        return (box.left + box.right) / 2 - left;
      });
      return [...document.querySelectorAll<SVGPathElement>(".arcs path")].map((path) => {
        const key = Number(path.dataset["key"]);
        const [from, to] = [path.getPointAtLength(0), path.getPointAtLength(path.getTotalLength())];
        return { off: Math.max(Math.abs(from.x - tokens[key]!), Math.abs(to.x - tokens[6]!)), key };
      });
    });
    for (const { off, key } of ends) assert.ok(off < (key === 6 ? 6 : 2), `arc of ${key} is off by ${off}`);
    const hot = panel.page.locator(".arcs path.hot");
    await panel.page.locator(".figure-attention-row .token").nth(5).hover();
    assert.deepEqual(await hot.evaluateAll((all) => all.map((e) => e.getAttribute("data-key"))), ["5"]);
    await pick(panel, "Arcs", "none, text in lines");
    await panel.page.locator(".arcs").waitFor({ state: "detached" });
    assert.equal(await panel.page.locator(".arc-strip.one-line").count(), 0);
    await panel.close();
  });

  it("exports the arcs with the text", async () => {
    const panel = await open(attentionView());
    const svg = (await exported(panel, "Attention of the query", "SVG")).content;
    assert.ok((svg.match(/data-key=/g)?.length ?? 0) > 0);
    assert.ok(svg.includes("fibonacci"));
    await panel.assertClean();
    await panel.close();
  });

  for (const theme of themeNames) {
    it(`reads well in ${theme} at every width, with tokens that the model wrote`, async () => {
      const panel = await open(continuedView(), { theme, width: 300 });
      for (const width of [300, 600, 1200]) {
        await panel.resize(width, 900);
        await assertReadable(panel.page);
        await assertFits(panel.page);
        await panel.screenshot(`attention-arcs-${theme}-${width}`);
      }
      await panel.assertClean();
      await panel.close();
    });
  }
});

describe("attention page, written on and coloured", () => {
  const button = (panel: Panel, name: string) =>
    panel.page.locator(".row-tools vscode-button", { hasText: name });

  it("asks for more tokens, and marks those that the model wrote", async () => {
    const panel = await open(attentionView(2, 5, 14));
    await button(panel, "Continue").click();
    await assertSoon(() => panel.requests.at(-1), { method: "attention/continue", params: { tokens: 16 } });
    await pick(panel, "Write on", "32 tokens");
    await button(panel, "Continue").click();
    await assertSoon(() => panel.requests.at(-1), { method: "attention/continue", params: { tokens: 32 } });
    await panel.send({ ...ready(continuedView(), 2), status: "loading", message: "Writing token 4 of 32 …" });
    const written = panel.page.locator(".figure-attention-row .token.generated");
    assert.equal(await written.count(), 4);
    assert.match((await written.first().getAttribute("aria-label"))!, /written by the model/);
    await panel.page.getByRole("button", { name: "Cancel" }).click();
    await assertSoon(() => panel.requests.at(-1), { method: "page/cancel", params: {} });
    await panel.close();
  });

  it("shows rows that are shorter than the text, as they come while the model writes", async () => {
    const { pattern, ...view } = continuedView();
    const rows = pattern.rows.map((row, i) => row.slice(0, Math.max(14, i + 1)));
    const panel = await open({ ...view, pattern: { ...pattern, rows } });
    const csv = csvRows((await exported(panel, "Pattern", "CSV")).content);
    assert.equal(csv.length, 19);
    assert.equal(Number(csv[18]![17]), rows[17]![16]);
    await panel.assertClean();
    await panel.close();
  });

  it("says why nothing can be written", async () => {
    const full = await open(attentionView(2, 5, 24), { nCtx: 24 });
    await full.page.getByText(/The model sees \d+ tokens, and the text has as many/).waitFor();
    await full.close();
    const panel = await open({ ...attentionView(), unshown: 3 });
    await panel.page.getByText("512 tokens are all that one picture shows").waitFor();
    assert.ok(await button(panel, "Continue").evaluate((e) => (e as HTMLButtonElement).disabled));
    await panel.close();
  });

  it("colours the editor by the chosen row, moves the colours with it, and clears them", async () => {
    const view = continuedView();
    const panel = await open(view);
    const token = (i: number) => panel.page.locator(".figure-attention-row .token").nth(i);
    // The last token was written by the model: it stands in no document.
    assert.ok(await button(panel, "Colour the editor").evaluate((e) => (e as HTMLButtonElement).disabled));
    await token(8).click();
    await assertSoon(() => asked(panel), [], "nothing is coloured unasked");
    await button(panel, "Colour the editor").click();
    const colour = (query: number, start: boolean) => ({
      method: "attention/colour",
      params: { query, start },
    });
    await assertSoon(() => panel.requests.at(-1), colour(8, true));
    await panel.send(ready({ ...view, coloured: true }, 2));
    await token(5).click();
    await assertSoon(
      () => panel.requests.filter(({ method }) => method === "attention/colour").at(-1),
      colour(5, false),
    );
    const before = asked(panel).length;
    await panel.page.locator(".matrix").focus();
    await panel.page.keyboard.press("ArrowUp");
    assert.equal(asked(panel).length, before, "looking at a row moves no colours");
    await button(panel, "Clear colours").click();
    await assertSoon(() => panel.requests.at(-1), { method: "editor/clear", params: {} });
    await panel.close();
  });
});
