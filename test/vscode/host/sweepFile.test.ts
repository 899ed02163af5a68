import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import * as vscode from "vscode";
import { Command } from "../../../src/extension/contributions";
import { inRepo } from "../../support/paths";
import { closeAll, introspect, until, untilState } from "./support/introspect";

const plan = {
  version: 1,
  model: { path: "introspect-small", digest: null },
  prompt: "The old house at the end of the road",
  edits: [
    {
      hook: "blocks.{layer}.hook_resid_pre",
      op: "add",
      value: { text: "Love", minus: "Hate" },
      positions: "prefill-front",
    },
  ],
  layers: [2, 0],
  strengths: [0, 2],
  effect: { of: "logProb", text: " and" },
  cost: { of: "kl" },
  controls: { isotropic: 2, shuffled: 0 },
};

describe("a sweep plan in the editor", () => {
  const folder = (): string => vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
  const fileOf = (name: string): string => path.join(folder(), name);
  const write = (name: string, content: unknown): vscode.Uri => {
    fs.writeFileSync(fileOf(name), JSON.stringify(content, null, 2));
    return vscode.Uri.file(fileOf(name));
  };
  after(closeAll);

  it("is checked as it is written", async () => {
    const uri = write("odd.introspect-sweep.json", { ...plan, cost: { of: "beauty" }, strength: 2 });
    await vscode.window.showTextDocument(uri);
    const said = (): string =>
      vscode.languages.getDiagnostics(uri).map(({ message }) => message).join("\n"); // prettier-ignore
    await until(
      "the plan is complained of",
      () => /"perplexityRatio"/.test(said()) && /strength/.test(said()),
    );
  });

  it("runs from the line above it; beside it then stands what the command line saves, and nothing else", async () => {
    const uri = write("kept.introspect-sweep.json", plan);
    await vscode.window.showTextDocument(uri);
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
      "vscode.executeCodeLensProvider",
      uri,
    );
    assert.deepEqual(lenses.map(({ command }) => command?.title), ["$(play) Run sweep"]); // prettier-ignore
    const { command, arguments: args = [] } = lenses[0].command as vscode.Command;
    await vscode.commands.executeCommand(command, ...(args as unknown[]));
    const { data } = await untilState("sweep", "the sweep is done", ({ status }) => status === "ready");
    assert.deepEqual(data?.cells.layers, [2, 0]);
    assert.ok(data?.cells.effect.every(([zero, two]) => zero === 0 && two !== 0));
    assert.equal(data?.outcome?.controls?.zero.same, true);
    assert.ok(!fs.existsSync(fileOf("kept.introspect-sweep.json.part")));
    const saved = fs.readFileSync(fileOf("kept.introspect-sweep.result.json"), "utf8");
    const other = fileOf("cli.json");
    const words = ["sweep", inRepo("models/introspect-small"), uri.fsPath, "--save", other];
    execFileSync(process.execPath, [inRepo("dist/cli.js"), ...words], { stdio: "ignore" });
    assert.equal(saved, fs.readFileSync(other, "utf8"));
  });

  it("leaves alone what somebody else keeps under its result's name", async () => {
    const uri = write("other.introspect-sweep.json", plan);
    fs.writeFileSync(fileOf("other.introspect-sweep.result.json"), "mine");
    const { seq } = (await introspect()).panelState("sweep");
    await vscode.commands.executeCommand(Command.RunSweep, uri);
    assert.equal((await introspect()).panelState("sweep").seq, seq);
    assert.equal(fs.readFileSync(fileOf("other.introspect-sweep.result.json"), "utf8"), "mine");
  });
});
