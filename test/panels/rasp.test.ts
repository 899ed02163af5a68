import assert from "node:assert/strict";
import { CodedError } from "../../src/base/errors";
import { generation, hostileTokens, pictures, raspData, stepNamed } from "./fixtures/rasp";
import { assertFits, csvRows, exported, groundOf, labels } from "./support/checks";
import type { PanelPage } from "./support/panel";
import { histogram, openRasp as open, ready } from "./support/rasp";

const title = (panel: PanelPage<"rasp">): Promise<string> =>
  panel.page.locator(".figure-rasp-step .figure-title").innerText();

describe("RASP page: a step", () => {
  it("draws keys on top, queries at left, the matrix, values below and the result at right", async () => {
    const panel = await open(
      raspData(pictures.sort(), { current: stepNamed(pictures.sort(), "sorted").step }),
    );
    const { page } = panel;
    const place = async (selector: string): Promise<{ x: number; y: number }> =>
      (await page.locator(selector).first().boundingBox())!;
    const [key, query, pair, value, result] = await Promise.all(
      [".value.top", ".value.left", ".pair", ".value.bottom", ".value.result"].map(place),
    );
    assert.ok(key!.y < pair!.y && pair!.y < value!.y && query!.x < pair!.x && pair!.x < result!.x);
    assert.deepEqual([key!.x, query!.y], [pair!.x, pair!.y], "in one column and one row with their pairs");
    assert.deepEqual(await page.locator(".value.top").allInnerTexts(), ["1", "0", "2", "3", "4"]);
    assert.deepEqual(await page.locator(".value.left").allInnerTexts(), ["0", "1", "2", "3", "4"]);
    assert.deepEqual(await page.locator(".value.bottom").allInnerTexts(), [..."hello"]);
    assert.deepEqual(await page.locator(".value.result").allInnerTexts(), [..."ehllo"]);
    await panel.close();
  });

  it("fills the selected pairs alone, and says each query with its keys", async () => {
    const panel = await open();
    const { matrix } = stepNamed(pictures.sort(), "target_position");
    const filled = await panel.page
      .locator(".pair")
      .evaluateAll((all) => all.map((e) => (e.classList.contains("on") ? "1" : "0")).join(""));
    assert.equal(filled, matrix!.join(""));
    const says = await labels(panel.page, ".pair");
    assert.equal(says[0], "query 0 (h) selects key 1; key 0 (h) is not selected");
    assert.equal(says[5], "query 1 (e) selects no key; key 0 (h) is not selected");
    assert.equal(says[17], "query 3 (l) selects keys 0 to 2; key 2 (l) is selected");
    const grid = await panel.page.locator(".selector-grid").getAttribute("aria-label");
    assert.equal(
      grid,
      "Selector: 5 queries by 5 keys, 10 of 25 pairs selected: a query selects 0 to 4 keys.",
    );
    await panel.close();
  });

  it("names each of several comparisons with its sign, and how they are combined", async () => {
    const panel = await open();
    const rule = await panel.page.locator(".step-rule").innerText();
    assert.match(rule, /with a or \(b and c\)\. The result is how many are selected\./);
    assert.match(rule, /a: key’s tokens < query’s tokens/);
    assert.match(rule, /c: key’s indices < query’s indices/);
    assert.equal(await panel.page.locator(".value.top").count(), 15);
    assert.equal(await panel.page.locator(".value.left").count(), 15);
    assert.deepEqual(await panel.page.locator(".sign").allInnerTexts(), ["<", "==", "<"]);
    await panel.close();
  });

  it("lights up a query with its keys, values and result, and tells them in the rail", async () => {
    const panel = await open(histogram("hist2"));
    await panel.page.locator(".pair").nth(5).focus();
    await panel.page.keyboard.press("ArrowRight");
    await panel.page.keyboard.press("ArrowUp");
    const lit = (selector: string): Promise<number[]> =>
      panel.page
        .locator(selector)
        .evaluateAll((all) => all.flatMap((e, i) => (e.classList.contains("lit") ? [i] : [])));
    const selected = [...stepNamed(pictures.histogram(), "hist2").matrix![0]!].flatMap((c, i) =>
      c === "1" ? [i] : [],
    );
    assert.deepEqual(await lit(".value.bottom"), selected);
    assert.deepEqual(await lit(".value.result"), [0]);
    assert.equal((await lit(".value.top")).length, 2 * selected.length);
    const rail = await panel.page.locator(".rail").innerText();
    assert.match(rail, /Query 0 \(h\)/);
    assert.match(rail, /keys 0, 1, 4/);
    assert.match(rail, /-1, -1, -1/);
    assert.match(rail, /Key 1 \(e\): selected/);
    await panel.screenshot("rasp-lit");
    await panel.close();
  });

  it("hatches results of queries that select nothing, and names what stands there", async () => {
    const panel = await open(histogram("hist2"));
    const hatched = await panel.page
      .locator(".value.result")
      .evaluateAll((all) => all.map((e) => getComputedStyle(e).backgroundImage !== "none"));
    assert.deepEqual(hatched, [false, false, true, true, false]);
    await panel.page.getByText("nothing selected: 0").waitFor();
    await panel.close();
  });

  it("stacks the operands of an elementwise step over its result, False and zero on the background", async () => {
    const panel = await open(histogram("is_rare"));
    const rows = await panel.page.locator(".rows-grid .row-name").allInnerTexts();
    assert.deepEqual(rows, ["centred", "0", "is_rare"]);
    const background = await groundOf(panel.page, "body");
    const grounds = (row: string): Promise<string[]> =>
      panel.page.locator(row).evaluateAll((all) => all.map((e) => getComputedStyle(e).backgroundColor));
    const rgb = `rgb(${background.slice(0, 3).join(", ")})`;
    const result = await grounds(".rows-grid .value.result");
    const values = await panel.page.locator(".rows-grid .value.result").allInnerTexts();
    for (const [i, value] of values.entries())
      assert.equal(result[i] === rgb, value === "F", `${value} at ${i}`);
    const zeros = await grounds(".rows-grid .row:nth-child(3) .value");
    assert.deepEqual(new Set(zeros), new Set([rgb]));
    await panel.close();
  });

  it("leads to the steps that its sequences come from", async () => {
    const panel = await open(histogram("hist2"));
    await panel.page.getByRole("button", { name: "Show the step is_first" }).first().click();
    assert.equal(await title(panel), "is_first");
    const { step } = stepNamed(pictures.histogram(), "is_first");
    assert.deepEqual(panel.requests.at(-1), { method: "rasp/step", params: { step } });
    await panel.close();
  });

  it("shows 64 positions of a long input, says so, and scrolls the matrix alone", async () => {
    const panel = await open(raspData(pictures.long()), { width: 300 });
    assert.equal(await panel.page.locator(".pair").count(), 64 * 64);
    await panel.page.getByText("The first 64 positions are drawn; 6 more are not.").waitFor();
    const box = panel.page.locator(".figure-rasp-step .rasp-scroll");
    await box.evaluate((e) => e.scrollTo(400, 300));
    const { frame, corner, query, key } = await panel.page.evaluate(() => {
      const at = (selector: string, index = 0): DOMRect =>
        document.querySelectorAll(selector)[index]!.getBoundingClientRect();
      return {
        frame: at(".figure-rasp-step .rasp-scroll"),
        corner: at(".corner"),
        query: at(".value.left", 20),
        key: at(".value.top", 20),
      };
    });
    assert.equal(Math.round(corner.x), Math.round(frame.x), "labels stay at the left");
    assert.ok(query.x >= frame.x && query.right < frame.right, "queries stay in sight");
    assert.ok(key.y >= frame.y && key.y < frame.y + 40, "keys stay in sight");
    await panel.screenshot("rasp-long-scrolled");
    await assertFits(panel.page);
    await panel.close();
  });

  it("shows every token as text, and what cannot be seen as signs", async () => {
    const panel = await open(raspData(pictures.hostile()));
    const keys = await panel.page.locator(".value.top").allInnerTexts();
    assert.equal(keys[0], hostileTokens[0]);
    assert.deepEqual(keys.slice(1, 7), ["∅", "·", "→", "↵", "␀", "⟨202E⟩"]);
    assert.equal(await panel.page.locator(".main script").count(), 0);
    const says = await labels(panel.page, ".pair");
    assert.match(says[9]!, /^query 1 \(∅\) selects no key/);
    await panel.assertClean();
    await panel.close();
  });

  it("says that an empty input has no positions", async () => {
    const panel = await open(raspData(pictures.none()));
    await panel.page.getByText("The input is empty").waitFor();
    await panel.assertClean();
    await panel.close();
  });
});

describe("RASP page: the program", () => {
  it("has no model: dialect, input, layers and heads stand at its head", async () => {
    const panel = await open(histogram("hist2"));
    const head = await panel.page.locator(".head").innerText();
    assert.match(head.replace(/\s+/g, " "), /^RASPy "hello" 2 layers, 3 heads/);
    assert.equal(await panel.page.getByText("Choose model").count(), 0);
    await panel.send({ seq: 2, status: "empty", message: "Open a program." });
    await panel.page.getByText("Open the example").waitFor();
    await panel.send({ seq: 3, status: "error", error: { code: "internal", message: "It broke." } });
    await panel.page.getByText("It broke.").waitFor();
    assert.equal(await panel.page.getByText("Choose model").count(), 0);
    await panel.close();
  });

  it("stacks the layers upward, with as many head boxes as our count has heads", async () => {
    const panel = await open(histogram("hist2"));
    const boxes = await panel.page
      .locator(".head-box")
      .evaluateAll((all) =>
        all.map((e) => [e.getBoundingClientRect().y, e.querySelectorAll(".step").length] as const),
      );
    const { counts } = pictures.histogram();
    assert.equal(
      boxes.length,
      counts[0]!.headsPerLayer.reduce((sum, n) => sum + n, 0),
    );
    assert.ok(boxes[0]![0] < boxes[1]![0], "layer 2 stands above layer 1");
    const chart = await labels(panel.page, ".count-layer");
    assert.deepEqual(chart.slice(0, 2), ["layer 1: 2 heads", "layer 2: 1 head"]);
    assert.deepEqual(chart.slice(2, 4), ["layer 1: 3 heads", "layer 2: 1 head"]);
    await panel.page.getByText(/gives a selector that is written twice two heads: 1 more/).waitFor();
    await panel.close();
  });

  it("steps by arrows, Home and End, and shows a step in the source by Enter", async () => {
    const panel = await open(histogram("hist2"));
    const last = pictures.histogram().steps.length - 1;
    const buttons = panel.page.locator(".program .step");
    await panel.page.locator(".program .step.current").focus();
    await panel.page.keyboard.press("ArrowLeft");
    assert.deepEqual(panel.requests.at(-1), { method: "rasp/step", params: { step: last - 1 } });
    assert.equal(await title(panel), "kept");
    await panel.page.keyboard.press("Home");
    assert.deepEqual(panel.requests.at(-1), { method: "rasp/step", params: { step: 0 } });
    await panel.page.keyboard.press("Enter");
    assert.deepEqual(panel.requests.at(-1), { method: "rasp/reveal", params: { step: 0 } });
    await panel.page.keyboard.press("End");
    assert.equal(await title(panel), "hist2");
    assert.equal(await panel.page.locator(".program .step[tabindex='0']").count(), 1);
    assert.equal(await buttons.count(), last + 1);
    await panel.close();
  });

  it("tells the host of each step that is pointed at, once, and of none", async () => {
    const panel = await open(histogram("hist2"));
    await panel.page.locator(".program .step").nth(1).hover();
    await panel.page.locator(".rail").hover();
    const hovers = panel.requests.filter(({ method }) => method === "rasp/hover").map(({ params }) => params);
    assert.equal(hovers.length, 2);
    assert.deepEqual(hovers[1], { step: null });
    await panel.close();
  });

  it("marks the step that is pointed at in the source, the narrowest where several are", async () => {
    const panel = await open(histogram("hist2"));
    const { range } = stepNamed(pictures.histogram(), "centred");
    await panel.point(1, { start: range!.start + 2, end: range!.start + 3 });
    const pointed = await panel.page.locator(".step.pointed .step-name").allInnerTexts();
    assert.deepEqual(pointed, ["centred"]);
    // The same program again, as after each keystroke, and then another one.
    const names = panel.page.locator(".step.pointed .step-name");
    await panel.send(ready(structuredClone(histogram("hist2")), 2));
    assert.deepEqual(await names.allInnerTexts(), ["centred"]);
    await panel.point(2, null);
    assert.equal(await names.count(), 0);
    await panel.point(3, { start: range!.start + 2, end: range!.start + 3 });
    assert.deepEqual(await names.allInnerTexts(), ["centred"]);
    await panel.close();
  });

  it("keeps to the step that was asked for until the host has answered, then follows it", async () => {
    let answer = (): void => {};
    const panel = await open(histogram("hist2"), {
      handlers: { "rasp/step": () => new Promise((resolve) => (answer = () => resolve(null))) },
    });
    await panel.page.getByRole("button", { name: "Previous step" }).click();
    assert.equal(await title(panel), "kept");
    await panel.send(ready(histogram("hist2"), 2));
    assert.equal(await title(panel), "kept", "an older snapshot does not bring the old step back");
    answer();
    await panel.send(ready(histogram("hist"), 3));
    await panel.page.locator(".figure-rasp-step .figure-title", { hasText: /^hist$/ }).waitFor();
    await panel.close();
  });

  it("goes back to the host's step where it refuses another", async () => {
    const panel = await open(histogram("hist2"), {
      handlers: {
        "rasp/step": () => {
          throw new CodedError("not-here", "There is no such step.");
        },
      },
    });
    await panel.page.getByRole("button", { name: "Previous step" }).click();
    await panel.page.locator(".figure-rasp-step .figure-title", { hasText: "hist2" }).waitFor();
    await panel.close();
  });
});

describe("RASP page: example, run and errors", () => {
  it("sets the example, and says beside the field what is wrong with one", async () => {
    const panel = await open(raspData(), {
      handlers: {
        "rasp/example": ({ text }) => {
          if (text === "hello")
            throw new CodedError("syntax", "This is no example.", { next: 'Write “"hello"”.' });
          return null;
        },
      },
    });
    const field = panel.page.locator(".example input");
    await field.fill("hello");
    await field.press("Enter");
    await panel.page.getByText("This is no example. Write").waitFor();
    await field.fill('"world"');
    await panel.page.getByRole("button", { name: "Run on this example" }).click();
    assert.deepEqual(panel.requests.at(-1), { method: "rasp/example", params: { text: '"world"' } });
    await panel.page.waitForFunction(() => document.querySelector(".example-problem")!.textContent === "");
    await panel.close();
  });

  it("keeps what is being typed when a snapshot comes", async () => {
    const panel = await open();
    const field = panel.page.locator(".example input");
    await field.fill("[1, 2");
    await panel.send(ready(raspData(), 2));
    assert.equal(await field.inputValue(), "[1, 2");
    await panel.close();
  });

  it("generates token by token, to the end, and from the start again", async () => {
    const panel = await open(raspData(pictures.sort(), { generation }));
    const tokens = (): Promise<string[]> => panel.page.locator(".run-token").allInnerTexts();
    assert.deepEqual(await tokens(), ["-1", "3", "7", "3", "4", "5"]);
    assert.equal(await panel.page.locator(".generated-token").count(), 3);
    for (const [name, method, params] of [
      ["Next token", "rasp/generate", { steps: 1 }],
      ["To the end", "rasp/generate", { steps: "all" }],
      ["Start again", "rasp/generateReset", {}],
    ] as const) {
      await panel.page.getByRole("button", { name }).click();
      assert.deepEqual(panel.requests.at(-1), { method, params });
    }
    const ended = { ...generation, generated: ["3", "4", "5", "6", "7", "-2"], state: "ended" as const };
    await panel.send(ready(raspData(pictures.sort(), { generation: ended }), 2));
    await panel.page.getByText("Ended with -2 after 6 tokens.").waitFor();
    assert.ok(await panel.page.getByRole("button", { name: "Next token" }).isDisabled());
    const csv = csvRows((await exported(panel, "Token by token", "CSV")).content);
    assert.deepEqual(csv.at(-1), ["8", "-2", "generated"]);
    await panel.screenshot("rasp-generation");
    const failed = { ...generation, prompt: [], generated: [], stop: null, problem: "x is no name here." };
    await panel.send(ready(raspData(pictures.sort(), { generation: failed }), 3));
    await panel.page.getByText("No token can be written. x is no name here.").waitFor();
    for (const name of ["Next token", "To the end", "Start again"])
      assert.ok(await panel.page.getByRole("button", { name }).isDisabled(), name);
    await panel.send(ready(raspData(), 4));
    assert.ok(await panel.page.locator(".figure-rasp-generation").isHidden());
    await panel.close();
  });

  it("says what keeps the program from being drawn, what to do, and shows where", async () => {
    const error = {
      message: "aggregate cannot average strings where more than one position is selected.",
      next: "Select one position, or aggregate numbers.",
      range: { start: 12, end: 30 },
    };
    const panel = await open(raspData({ ...pictures.sort(), steps: [], error }));
    await panel.page.locator(".problem", { hasText: error.message }).waitFor();
    await panel.page.getByText(error.next).waitFor();
    assert.ok(await panel.page.locator(".rasp-columns").isHidden());
    await panel.page.getByRole("button", { name: "Show in the program" }).click();
    assert.deepEqual(panel.requests.at(-1), { method: "editor/reveal", params: error.range });
    await panel.send(ready(raspData({ ...pictures.sort(), error: { ...error, range: null } }), 2));
    await panel.page.locator(".pair").first().waitFor();
    await panel.screenshot("rasp-error");
    await panel.close();
  });
});

describe("RASP page: tables and files", () => {
  it("gives a matrix with its keys, queries, values and result", async () => {
    const panel = await open(
      raspData(pictures.sort(), { current: stepNamed(pictures.sort(), "sorted").step }),
    );
    const csv = csvRows((await exported(panel, "Step", "CSV")).content);
    assert.deepEqual(csv[0], ["query", "indices", "0 h", "1 e", "2 l", "3 l", "4 o", "result"]);
    assert.deepEqual(csv[1]!.slice(0, 7), ["keys target_position", "", "1", "0", "2", "3", "4"]);
    assert.deepEqual(csv[2], ["0 h", "0", "0", "1", "0", "0", "0", "e"]);
    assert.deepEqual(csv.at(-1)!.slice(0, 7), ["values tokens", "", ..."hello"]);
    await panel.close();
  });

  it("gives each step and each count, and the data as it came", async () => {
    const panel = await open(histogram("hist2"));
    const csv = csvRows((await exported(panel, "Program", "CSV")).content);
    assert.equal(csv.length, pictures.histogram().steps.length + 1);
    assert.deepEqual(csv[1]!.slice(0, 6), [
      "0",
      "hist",
      "selector_width(select(tokens, tokens, ==))",
      "attention",
      "1",
      "0",
    ]);
    const counts = csvRows((await exported(panel, "Heads per layer", "CSV")).content);
    assert.deepEqual(counts[2], ["tech-srl/RASP", "one selector written once shared", "3", "1", "4"]);
    const json = JSON.parse((await exported(panel, "Program", "JSON")).content) as {
      model: null;
      ran: string;
      data: unknown;
    };
    assert.deepEqual(json.data, JSON.parse(JSON.stringify(pictures.histogram())));
    assert.equal(json.ran, 'RASPy on "hello"');
    assert.equal(json.model, null);
    await panel.close();
  });

  it("exports step and program as pictures, what is scrolled out of sight too", async () => {
    const panel = await open(raspData(pictures.long()), { width: 300 });
    const svg = await exported(panel, "Step", "SVG");
    assert.match(svg.content, /^<svg[^]*<\/svg>\s*$/);
    assert.ok(svg.content.includes(">63<"), "the last position");
    const width = Number(/ width="(\d+)"/.exec(svg.content)![1]);
    assert.ok(width > 64 * 19, `${width} pixels are too few for 64 positions`);
    const program = await exported(panel, "Program", "SVG");
    assert.ok(Number(/ width="(\d+)"/.exec(program.content)![1]) <= 300, "long names are cut as on the page");
    for (const figure of ["Step", "Program", "Heads per layer"]) {
      const png = Buffer.from((await exported(panel, figure, "PNG")).content, "base64");
      assert.equal(png.subarray(1, 4).toString("latin1"), "PNG");
    }
    await panel.assertClean();
    await panel.close();
  });
});
