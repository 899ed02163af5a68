import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import * as vscode from "vscode";
import { Command } from "../../../src/extension/contributions";
import type { SavedSteering } from "../../../src/protocol/savedSteering";
import { closeAll, introspect } from "./support/introspect";

const experiment = {
  version: 1,
  model: { path: "introspect-small", digest: null },
  prompt: "The old house at the end of the road",
  edits: [
    {
      hook: "blocks.1.hook_resid_pre",
      op: "add",
      value: { text: "Love", minus: "Hate" },
      scale: 4,
      positions: "prefill-front",
    },
  ],
  sampling: { maxTokens: 4, temperature: 0.8, seed: 0 },
  controls: { isotropic: 0, others: false },
  expect: [
    { of: "logProb", text: " and", atLeast: -50 },
    { of: "words", words: ["the"], n: 20, atLeast: 0 },
  ],
};

/** Looks until something is as it should be; gives it. */
async function until<T>(
  what: string,
  look: () => T | PromiseLike<T>,
  good: (found: T) => boolean,
): Promise<T> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const found = await look();
    if (good(found)) return found;
    if (Date.now() > deadline) assert.fail(`${what}: ${JSON.stringify(found)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe("an experiment file in the editor", () => {
  const folder = (): string => vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
  const fileOf = (name: string): string => path.join(folder(), name);
  const write = (name: string, content: unknown): vscode.Uri => {
    fs.writeFileSync(fileOf(name), JSON.stringify(content, null, 2));
    return vscode.Uri.file(fileOf(name));
  };
  const saved = (): SavedSteering =>
    JSON.parse(fs.readFileSync(fileOf("kept.introspect.result.json"), "utf8")) as SavedSteering;
  after(closeAll);

  it("is checked as it is written: what is wrong, and what says little", async () => {
    const odd = { ...experiment, edits: [{ ...experiment.edits[0], op: "push" }], expct: [] };
    const uri = write("checked.introspect.json", odd);
    await vscode.window.showTextDocument(uri);
    const found = await until(
      "what is said of the file",
      () => vscode.languages.getDiagnostics(uri),
      (all) => all.length >= 3,
    );
    const said = found.map(({ message }) => message).join("\n");
    assert.match(said, /Fewer than 100 texts say little of a share/);
    assert.match(said, /does not know this field/);
    assert.match(said, /"add"/);
    assert.ok(found.every(({ severity }) => severity === vscode.DiagnosticSeverity.Warning));
  });

  it("says of its fields what they mean, and offers what fits", async () => {
    const uri = write("hovered.introspect.json", experiment);
    const { document } = await vscode.window.showTextDocument(uri);
    const at = (words: string): vscode.Position => document.positionAt(document.getText().indexOf(words) + 2);
    const hovers = await until(
      "a hover",
      () =>
        vscode.commands.executeCommand<vscode.Hover[]>("vscode.executeHoverProvider", uri, at('"positions"')),
      (all) => all.length > 0,
    );
    const words = hovers.flatMap(({ contents }) =>
      contents.map((one) => (one as vscode.MarkdownString).value),
    );
    assert.match(words.join("\n"), /Which positions the edit touches/);
    const offered = await vscode.commands.executeCommand<vscode.CompletionList>(
      "vscode.executeCompletionItemProvider",
      uri,
      at('"logProb"'),
    );
    const labels = offered.items.map(({ label }) => (typeof label === "string" ? label : label.label));
    assert.ok(labels.includes('"perplexityRatio"'), labels.join(" "));
  });

  it("has lines above it; what they run is kept beside it, and stays as it is where nothing changed", async () => {
    const uri = write("kept.introspect.json", experiment);
    await vscode.window.showTextDocument(uri);
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
      "vscode.executeCodeLensProvider",
      uri,
    );
    assert.deepEqual(
      lenses.map(({ command }) => command?.title.replace(/^\$\([a-z-]+\) /, "")),
      ["Run", "Run with controls", "Compare with last"],
    );
    const call = async (i: number): Promise<void> => {
      const { command, arguments: args = [] } = lenses[i].command as vscode.Command;
      await vscode.commands.executeCommand(command, ...(args as unknown[]));
    };
    await call(0);
    const quick = saved();
    assert.equal(quick.expectations.length, 2);
    assert.deepEqual(quick.controls["isotropic"], []);
    await call(1);
    const whole = saved();
    assert.equal(whole.controls["isotropic"]?.length, 20);
    assert.deepEqual(whole.steered, quick.steered);
    const { mtimeMs } = fs.statSync(fileOf("kept.introspect.result.json"));
    await call(0);
    assert.deepEqual(saved(), whole);
    assert.equal(fs.statSync(fileOf("kept.introspect.result.json")).mtimeMs, mtimeMs);
    await call(2);
    assert.equal(comparisons().length, 0);
  });

  it("is compared with its last result: what is other stands side by side, and the file stays", async () => {
    const before = saved();
    const uri = write("kept.introspect.json", {
      ...experiment,
      sampling: { ...experiment.sampling, seed: 5 },
    });
    await until(
      "the editor has the file",
      async () => (await vscode.workspace.openTextDocument(uri)).getText(),
      (text) => text.includes('"seed": 5'),
    );
    await vscode.commands.executeCommand(Command.CompareExperiment, uri);
    const [shown] = await until("a comparison", comparisons, (all) => all.length === 1);
    assert.equal(shown.original.fsPath, fileOf("kept.introspect.result.json"));
    const text = (await vscode.workspace.openTextDocument(shown.modified)).getText();
    assert.notDeepEqual((JSON.parse(text) as SavedSteering).default, before.default);
    assert.deepEqual(saved(), before);
  });

  it("beside which something else has the result's name leaves that alone", async () => {
    const uri = write("other.introspect.json", experiment);
    fs.writeFileSync(fileOf("other.introspect.result.json"), "mine");
    const { seq } = (await introspect()).panelState("steering");
    await vscode.commands.executeCommand(Command.RunWithControls, uri);
    assert.equal((await introspect()).panelState("steering").seq, seq);
    assert.equal(fs.readFileSync(fileOf("other.introspect.result.json"), "utf8"), "mine");
  });
});

function comparisons(): vscode.TabInputTextDiff[] {
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  return tabs.flatMap(({ input }) => (input instanceof vscode.TabInputTextDiff ? [input] : []));
}
