import assert from "node:assert/strict";
import * as vscode from "vscode";
import { Command } from "../../../src/extension/contributions";
import { closeAll, introspect, openText, type, until, untilState } from "./support/introspect";

describe("the engine in VS Code", () => {
  before(async () => {
    await vscode.commands.executeCommand(Command.ShowLens);
  });
  after(closeAll);

  const pid = async (): Promise<number> => {
    const { enginePid } = await introspect();
    await until("the engine runs", () => enginePid() !== undefined);
    return enginePid() ?? 0;
  };
  const shownEnd =
    (end: number) => (state: { status: string; data?: { window: { tokens: readonly { end: number }[] } } }) =>
      state.status === "ready" && state.data?.window.tokens.at(-1)?.end === end;

  it("answers while one types, and the lens is of the newest text", async () => {
    const editor = await openText("Once upon a time");
    await untilState("lens", "the lens shows the text", shownEnd(16));
    for (const char of " there was a dog") await type(char);
    const { data } = await untilState("lens", "the lens shows what was typed", shownEnd(32));
    assert.equal(data?.layers.length, 5);
    assert.equal(editor.document.getText(), "Once upon a time there was a dog");
  });

  it("may be killed while one types: the text is untouched, and the next keystroke is answered", async () => {
    const before = await pid();
    const editor = await openText("The cat");
    await untilState("lens", "the lens shows the text", shownEnd(7));
    await type(" s");
    process.kill(before, "SIGKILL");
    await type("a");
    await until("the engine is gone or new", () => !isSame(before));
    await type("t");
    await untilState("lens", "the lens is there again", shownEnd(11));
    assert.equal(editor.document.getText(), "The cat sat");
    assert.notEqual(await pid(), before);
  });

  let same: () => number | undefined = () => undefined;
  const isSame = (before: number): boolean => same() === before;
  before(async () => {
    const api = await introspect();
    same = () => api.enginePid();
  });

  it("is a new process after Restart Engine, with the same answers", async () => {
    const before = await pid();
    const { data: old } = (await introspect()).panelState("lens");
    await vscode.commands.executeCommand(Command.RestartEngine);
    await type(" down");
    const { data } = await untilState("lens", "the lens is there again", shownEnd(16));
    assert.notEqual(await pid(), before);
    const known = old?.layers.at(-1)?.positions.at(-1);
    const again = data?.layers.at(-1)?.positions.find(({ pos }) => pos === known?.pos);
    assert.ok(known && again);
    assert.ok(Math.abs(known.entropy - again.entropy) < 1e-3, `${known.entropy} ${again.entropy}`);
  });

  it("is not started again after three crashes until somebody asks, and the Lens says so", async () => {
    await vscode.commands.executeCommand(Command.RestartEngine);
    await openText("The cat sat");
    for (let crashes = 0; crashes < 3; crashes++) {
      await type("!");
      await untilState("lens", "the lens is there", shownEnd(12 + crashes));
      const before = await pid();
      process.kill(before, "SIGKILL");
      await until("the engine is gone", () => !isSame(before));
    }
    await type("!");
    const { error, data } = await untilState("lens", "the Lens says so", ({ status }) => status === "error");
    assert.equal(error?.code, "engine-crash-loop");
    assert.ok(error?.next, "a next step");
    assert.ok(data, "the last picture is kept");
    await type("!");
    await untilState("lens", "it says so again", ({ status }) => status === "error");
    assert.equal((await introspect()).enginePid(), undefined);
    await vscode.commands.executeCommand(Command.RestartEngine);
    await type("!");
    await untilState("lens", "the lens is there again", shownEnd(17));
  });

  it("is not called while the Lens is hidden", async () => {
    await vscode.commands.executeCommand("workbench.view.explorer");
    await openText("Hidden");
    const api = await introspect();
    const { seq } = api.panelState("lens");
    await type(" words that nobody looks at");
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.equal(api.panelState("lens").seq, seq);
    await vscode.commands.executeCommand(Command.ShowLens);
    await vscode.commands.executeCommand("workbench.action.focusActiveEditorGroup");
    await untilState("lens", "the lens shows the text", shownEnd(33));
  });
});
