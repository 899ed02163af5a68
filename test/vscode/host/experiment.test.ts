import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import * as vscode from "vscode";
import { Command } from "../../../src/extension/contributions";
import { closeAll, introspect, untilState } from "./support/introspect";

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
  sampling: { maxTokens: 5, temperature: 0, seed: 0 },
  controls: { isotropic: 3, seed: 0 },
};

describe("an experiment file", () => {
  const folder = (): string => vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
  const write = (name: string, content: unknown): vscode.Uri => {
    const file = path.join(folder(), `${name}.introspect.json`);
    fs.writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
    return vscode.Uri.file(file);
  };
  const run = async (uri: vscode.Uri) => {
    const { seq } = (await introspect()).panelState("steering");
    void vscode.commands.executeCommand(Command.RunExperiment, uri);
    return untilState("steering", "the experiment has run", (state) => {
      return state.seq > seq && (state.status === "ready" || state.status === "error");
    });
  };
  after(closeAll);

  it("runs: zero strength is the default to the last bit, and the file is left as it is", async () => {
    const uri = write("plain", experiment);
    const { data, status } = await run(uri);
    assert.equal(status, "ready");
    const { default: plain, controls } = data?.result ?? assert.fail("no result");
    assert.deepEqual(controls.zero.ids, plain.ids);
    assert.deepEqual(controls.zero.logProbs, plain.logProbs);
    assert.equal(controls.isotropic.length, 3);
    assert.deepEqual(JSON.parse(fs.readFileSync(uri.fsPath, "utf8")), experiment);
    assert.equal(data?.file, "plain.introspect.json");
  });

  it("counts as it stands in the editor, saved or not", async () => {
    const uri = write("unsaved", experiment);
    const editor = await vscode.window.showTextDocument(uri);
    const text = editor.document.getText();
    const at = text.indexOf("The old house");
    const range = new vscode.Range(editor.document.positionAt(at), editor.document.positionAt(at + 13));
    await editor.edit((edit) => edit.replace(range, "A small red car"));
    const { data } = await run(uri);
    assert.match(data?.experiment.prompt ?? "", /^A small red car/);
    await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
  });

  it("whose prompt is too short is refused with a sentence where the result would be", async () => {
    const edits = [
      { ...experiment.edits[0], value: { text: "a long text of many tokens, more than the prompt has" } },
    ];
    const { error } = await run(write("short", { ...experiment, edits, prompt: "Hi" }));
    assert.equal(error?.code, "prompt-too-short");
    assert.ok(error.next);
  });

  it("that names a hook the model lacks is refused, with the nearest", async () => {
    const edits = [{ ...experiment.edits[0], hook: "blocks.9.hook_resid_pre" }];
    const { error } = await run(write("hook", { ...experiment, edits }));
    assert.equal(error?.code, "bad-field");
    assert.match(error.message, /blocks\.9/);
  });

  const broken: [string, unknown][] = [
    ["is not JSON", "{ not json"],
    ["has another version", { ...experiment, version: 7 }],
    ["is a list", []],
    ["is empty", ""],
  ];
  for (const [name, content] of broken) {
    it(`that ${name} runs nothing`, async () => {
      const { seq } = (await introspect()).panelState("steering");
      // The message stays open until a person closes it; the command itself ends.
      await vscode.commands.executeCommand(Command.RunExperiment, write("broken", content));
      assert.equal((await introspect()).panelState("steering").seq, seq);
    });
  }
});
