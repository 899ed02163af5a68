import assert from "node:assert/strict";
import * as vscode from "vscode";
import { Command } from "../../../src/extension/contributions";
import { closeAll, introspect, openText, select, type, untilState } from "./support/introspect";

/** Waits until the Lens ends at an offset. */
const endsAt = (end: number) =>
  untilState("lens", `the lens ends at ${end}`, ({ status, data }) => {
    return status === "ready" && data?.window.tokens.at(-1)?.end === end;
  });

describe("the Lens in an editor", () => {
  afterEach(closeAll);

  it("asks the engine once per typed or deleted character, and gives its page one snapshot", async () => {
    const api = await introspect();
    await vscode.commands.executeCommand(Command.ShowLens);
    const before = "The dog and";
    await openText(before);
    await endsAt(before.length);
    const asked = (): number => api.engineCalls()["lens/view"] ?? 0;
    const { seq } = api.panelState("lens");
    const start = asked();
    const text = " the cat sat on it";
    for (let i = 0; i < text.length; i++) {
      await type(text.charAt(i));
      await endsAt(before.length + i + 1);
    }
    const end = before.length + text.length;
    for (let i = 1; i <= 4; i++) {
      await vscode.commands.executeCommand("deleteLeft");
      await endsAt(end - i);
    }
    const keys = text.length + 4;
    assert.deepEqual([asked() - start, api.panelState("lens").seq - seq], [keys, keys]);
  });

  it("reads a selection that was made backwards up to the text's beginning to its end", async () => {
    await vscode.commands.executeCommand(Command.ShowLens);
    const text = "The dog and the cat";
    const editor = await openText(text);
    await endsAt(text.length);
    select(editor, "The dog".length, 0);
    await untilState("lens", "the lens ends with the selection, and its means are there", ({ data }) => {
      return data?.window.tokens.at(-1)?.end === "The dog".length && data.selected !== null;
    });
  });
});
