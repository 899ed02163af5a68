import assert from "node:assert/strict";
import { execFileSync, execSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import * as vscode from "vscode";
import { Command, Setting } from "../../../src/extension/contributions";
import type { HeatmapState } from "../../../src/extension/heatmap/heatmap";
import { commandLine } from "../../../src/base/shell";
import { heatmapCommand } from "../../../src/protocol/heatmapCommand";
import { inRepo } from "../../support/paths";
import {
  closeAll,
  introspect,
  openText,
  patience,
  select,
  type,
  until,
  untilState,
} from "./support/introspect";

interface Printed {
  readonly tokens: readonly { id: number; start: number; end: number; text: string; value: number | null }[];
}

/** What the command line says of a text. */
function printed(text: string, measure: string): Printed["tokens"] {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
  const file = path.join(folder, "heatmap.txt");
  fs.writeFileSync(file, text);
  const args = [inRepo("dist/cli.js"), "heatmap", inRepo("models/introspect-small"), "--file", file];
  const answer = execFileSync(process.execPath, [...args, "--measure", measure], {
    encoding: "utf8",
    maxBuffer: 1e9,
    env: { ...process.env, ELECTRON_RUN_AS_NODE: "1" },
  });
  fs.rmSync(file);
  return (JSON.parse(answer) as Printed).tokens;
}

async function state(): Promise<HeatmapState> {
  const found = (await introspect()).heatmap();
  assert.ok(found, "nothing colours the text");
  return found;
}

/** Colours the active text and waits until all of it is measured. */
async function colourBy(measure: Record<string, unknown>): Promise<HeatmapState> {
  await vscode.commands.executeCommand(Command.ColourBy, measure);
  return measured();
}

async function measured(): Promise<HeatmapState> {
  const api = await introspect();
  await until("the text is measured", () => api.heatmap()?.measured === 1 && api.heatmap()?.busy === false);
  return state();
}

const everywhere = { start: 0, end: 1e9 };

/** Values as they would be printed: JSON knows no negative zero. */
const plain = (found: HeatmapState): unknown => JSON.parse(JSON.stringify(found.values(everywhere)));

describe("colouring a text by a scalar", () => {
  afterEach(async () => {
    const { Global } = vscode.ConfigurationTarget;
    await vscode.workspace.getConfiguration().update(Setting.LogUnit, undefined, Global);
    await vscode.commands.executeCommand(Command.ClearColours);
    await closeAll();
  });

  const code = "const πr = '👩‍👩‍👧';\r\n\tif (a) {\r\n\t\treturn  [a, b];\r\n\t}\r\n";
  for (const [name, measure] of [
    ["surprisal", { kind: "surprisal" }],
    ["rank", { kind: "rank" }],
    ["entropy", { kind: "entropy" }],
    ["depth", { kind: "depth" }],
    ["neuron:2.41", { kind: "neuron", layer: 2, neuron: 41 }],
    ["norm:blocks.1.hook_resid_post", { kind: "norm", hook: "blocks.1.hook_resid_post" }],
  ] as const) {
    it(`${name}: every token's range and value are the command line's, with CRLF, tabs and emoji`, async () => {
      const editor = await openText(code);
      await editor.edit((edit) => edit.setEndOfLine(vscode.EndOfLine.CRLF));
      const text = editor.document.getText();
      const found = await colourBy(measure);
      const wanted = printed(text, name).map(({ start, end, value }) => ({ start, end, value }));
      assert.deepEqual(plain(found), wanted);
    });
  }

  it("has a picture of its lines with a command that gives its numbers, also of attention, and a table", async () => {
    const text = 'const it\'s = "$HOME `x`";\n\treturn items[0] % 2;\n';
    const editor = await openText(text);
    select(editor, text.indexOf("items") + 1, text.indexOf("items") + 1);
    for (const measure of [
      { kind: "surprisal" },
      { kind: "attention", direction: "from", layer: 1, head: 2 },
    ]) {
      const found = await colourBy(measure);
      await vscode.commands.executeCommand(Command.ExportColours, "picture");
      const { data, model, made } = (await introspect()).panelState("heatmap");
      assert.ok(data && model && made?.texts.text === text);
      assert.equal(data.text, text.slice(data.start));
      const tokensOf = found.values({ start: data.start, end: text.length });
      assert.deepEqual(
        data.tokens.map(({ start, end, value }) => ({ start, end, value })),
        tokensOf,
      );
      const run = { measure: data.measure, inBits: data.unit === "bits", at: data.at, bos: made.bos };
      const command = heatmapCommand({ ...run, model: model.path, text });
      assert.ok(command && data.whole);
      const copied = commandLine(command);
      const cli = `"${process.execPath}" "${inRepo("dist/cli.js")}"`;
      const env = { ...process.env, ELECTRON_RUN_AS_NODE: "1" };
      const answer = execSync(copied.replace("introspect", cli), { encoding: "utf8", env });
      const { tokens } = JSON.parse(answer) as Printed;
      assert.deepEqual(
        data.whole.ids,
        tokens.map(({ id }) => id),
      );
      assert.deepEqual(
        plain(found),
        tokens.map(({ start, end, value }) => ({ start, end, value })),
      );
    }
    await vscode.commands.executeCommand(Command.ExportColours, "table");
    const table = vscode.window.activeTextEditor?.document;
    const lines = table?.getText().split("\n") ?? [];
    assert.match(
      lines[0],
      /^Attention from the Cursor, Head 1\.2 · .* · introspect-small · [0-9a-f]{8} · Introspect /,
    );
    const row = lines.findIndex((line) => /^2:8 +" items" +[\d.]+%/.test(line));
    assert.ok(row > 2, lines.join("\n"));
    const [place] = await vscode.commands.executeCommand<vscode.Location[]>(
      "vscode.executeDefinitionProvider",
      table?.uri,
      new vscode.Position(row, 0),
    );
    assert.equal(editor.document.getText(place.range), " items");
  });

  it("decorations lie on the tokens, the strongest on the most surprising, none on the first", async () => {
    const text = "export function add(a, b) {\n  return zebra + b;\n}\n";
    await openText(text);
    const found = await colourBy({ kind: "surprisal" });
    const painted = (await introspect()).colours()?.tokens ?? [];
    const values = new Map(
      found.values(everywhere).map(({ start, end, value }) => [`${start} ${end}`, value]),
    );
    assert.ok(painted.length > 5);
    for (const { start, end, side, step } of painted) {
      const value = values.get(`${start} ${end}`);
      assert.ok(typeof value === "number" && side === "heat" && start > 0, text.slice(start, end));
      assert.equal(step, Math.min(6, Math.round((value / Math.log(4096)) * 6)), text.slice(start, end));
    }
    const zebra = painted.find(
      ({ start, end }) => start <= text.indexOf("zebra") && text.indexOf("zebra") < end,
    );
    assert.ok((zebra?.step ?? 0) >= 4, JSON.stringify(zebra));
  });

  it("says value, unit and alternatives of a token as text", async () => {
    await openText("export function add(a, b) { return a; } <b>*x*</b>");
    const api = await introspect();
    const found = await colourBy({ kind: "surprisal" });
    assert.match(found.hover(20).join("\n"), /Surprisal of "a": [\d.e-]+ nats\nPredicted here: "/);
    assert.match(found.hover(0).join("\n"), /none\. Nothing stands before it/);
    assert.match(found.legend ?? "", /Surprisal 0 ▁▂▃▄▅▆ 8\.32 nats · [\d.]+ bits\/byte/);
    await vscode.commands.executeCommand(Command.ColourBy, "unit");
    await until("the legend is in bits", () => /12\.0 bits/.test(api.heatmap()?.legend ?? ""));
    assert.match((await state()).hover(20)[0] ?? "", /bits$/);
    assert.equal(api.panelState("lens").unit, "bits");
    assert.match(
      (await state()).legend ?? "",
      /0 ▁▂▃▄▅▆ 12\.0 bits · [\d.]+ bits\/byte · [\d.]+% of its UTF-8$/,
    );
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      "vscode.executeHoverProvider",
      vscode.window.activeTextEditor?.document.uri,
      new vscode.Position(0, 44),
    );
    const said = hovers
      .flatMap(({ contents }) => contents)
      .map((one) => (one as vscode.MarkdownString).value.replaceAll("&nbsp;", " "));
    assert.ok(
      said.some((text) => text.includes("Bits per Token of")),
      said.join("\n"),
    );
    assert.ok(
      said.every((text) => !/<b>|(?<!\\)\*x/.test(text)),
      said.join("\n"),
    );
  });

  it("attention follows the cursor: from it to what is before, to it from what is after", async () => {
    const text = "alpha beta gamma delta alpha beta gamma";
    const editor = await openText(text);
    const at = text.indexOf("delta") + 1;
    select(editor, at, at);
    const from = (await colourBy({ kind: "attention", direction: "from", layer: 1, head: 2 })).values(
      everywhere,
    );
    const total = from.reduce((sum, { value }) => sum + (value ?? 0), 0);
    assert.ok(Math.abs(total - 1) < 1e-4, `${total}`);
    assert.ok(from.every(({ start, value }) => start <= at === (value !== null)));
    select(editor, text.length, text.length);
    const api = await introspect();
    await until("all tokens have a weight", () => {
      return (
        api
          .heatmap()
          ?.values(everywhere)
          .every(({ value }) => value !== null) === true
      );
    });
    const to = await colourBy({ kind: "attention", direction: "to", layer: 1, head: 2 });
    assert.equal(to.values(everywhere).filter(({ value }) => value !== null).length, 1);
  });

  it("typing keeps the colours before it, and measures what follows anew", async () => {
    const text = "for (const item of items) {\n  total += item.price;\n}\n";
    const editor = await openText(text);
    await colourBy({ kind: "surprisal" });
    await vscode.commands.executeCommand(Command.ExportColours, "picture");
    assert.equal((await introspect()).panelState("heatmap").status, "ready");
    const place = editor.document.positionAt(text.indexOf("total"));
    editor.selection = new vscode.Selection(place, place);
    await type("x");
    assert.ok((await introspect()).colours(), "the colours were taken off");
    const found = await measured();
    const now = editor.document.getText();
    const wanted = printed(now, "surprisal").map(({ start, end, value }) => ({ start, end, value }));
    assert.deepEqual(plain(found), wanted);
    const { data } = await untilState("heatmap", "it says it is old", ({ status }) => status === "stale");
    assert.equal(data?.text, text, "a picture stays of its moment");
  });

  it("the command behind Escape takes the colours off and ends the work", async () => {
    const api = await introspect();
    await openText("one two three four five six");
    await colourBy({ kind: "rank" });
    assert.ok(api.colours()?.heat.some((n) => n > 0));
    await vscode.commands.executeCommand(Command.ClearColours);
    assert.equal(api.heatmap(), undefined);
    assert.equal(api.colours(), undefined);
  });

  it("a measure that the model does not have is told, and colours nothing", async () => {
    await openText("one two three");
    await vscode.commands.executeCommand(Command.ColourBy, { kind: "neuron", layer: 99, neuron: 0 });
    assert.equal((await introspect()).heatmap(), undefined);
  });

  it("a file of 200,000 lines: what is visible is coloured, the rest when asked for and until stopped, and the extension host stays free", async function () {
    this.timeout(3 * patience);
    const line = "const value = compute(first, second) + 1;\n";
    const editor = await openText(line.repeat(200_000));
    const middle = new vscode.Position(100_000, 0);
    editor.revealRange(new vscode.Range(middle, middle), vscode.TextEditorRevealType.AtTop);
    // Time that this process was at work between two ticks: what others take of the machine is no block.
    let last = process.cpuUsage();
    let longest = 0;
    const timer = setInterval(() => {
      const { user, system } = process.cpuUsage(last);
      longest = Math.max(longest, (user + system) / 1000);
      last = process.cpuUsage();
    }, 5);
    await vscode.commands.executeCommand(Command.ColourBy, { kind: "surprisal" });
    const api = await introspect();
    const offset = editor.document.offsetAt(middle);
    await until("the visible lines are coloured", () => {
      return (api.colours()?.tokens ?? []).some(({ start }) => Math.abs(start - offset) < 2000);
    });
    await until("the work is done", () => api.heatmap()?.busy === false);
    clearInterval(timer);
    assert.ok((api.heatmap()?.measured ?? 1) < 0.1, "the whole of a long file was measured unasked");
    assert.ok(longest < 100, `${longest} ms`);
    void vscode.commands.executeCommand(Command.ColourBy, "whole");
    const before = api.heatmap()?.measured ?? 1;
    await until("the rest is being measured", () => (api.heatmap()?.measured ?? 0) > before);
    await vscode.commands.executeCommand(Command.ColourBy, "stop");
    assert.equal(api.heatmap()?.busy, false);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const stopped = api.heatmap()?.measured ?? 1;
    await new Promise((resolve) => setTimeout(resolve, 1000));
    assert.equal(api.heatmap()?.measured, stopped, "it went on after it was stopped");
    assert.ok(stopped < 0.9 && api.colours());
  });
});
