import assert from "node:assert/strict";
import * as vscode from "vscode";
import { Command, Setting } from "../../../src/extension/contributions";
import { closeAll, explain, openText, select, untilState } from "./support/introspect";

const set = async (policy: string | undefined): Promise<void> =>
  vscode.workspace.getConfiguration().update(Setting.Bos, policy, vscode.ConfigurationTarget.Global);

describe("the setting for BOS", () => {
  afterEach(async () => {
    await set(undefined);
    await closeAll();
  });

  it("makes a ranking of the past out of date, and the next one begins with BOS", async () => {
    const editor = await openText("one two three four five");
    select(editor, 4, 13);
    const before = await explain();
    assert.equal(before.data?.ranking.window.bos, false);
    await set("always");
    const stale = await untilState("neurons", "the panel is stale", ({ status }) => status === "stale");
    assert.match(stale.message ?? "", /BOS/);
    await vscode.window.showTextDocument(editor.document, vscode.ViewColumn.One);
    const { data } = await explain();
    const { bos, ids, tokens } = data?.ranking.window ?? assert.fail();
    assert.deepEqual([bos, tokens[0]?.special, tokens[0]?.end], [true, true, 0]);
    assert.deepEqual(ids.slice(1), before.data.ranking.window.ids);
    assert.notEqual(data?.ranking.neurons[0]?.score, before.data.ranking.neurons[0]?.score);
  });

  it("is followed by the Lens at once", async () => {
    await vscode.commands.executeCommand(Command.ShowLens);
    const { document } = await openText("if (a) {");
    const { length } = document.getText();
    const shows = (bos: boolean) =>
      untilState("lens", `the lens is run ${bos ? "behind" : "without"} BOS`, ({ status, data }) => {
        return status === "ready" && data?.window.bos === bos && data.window.tokens.at(-1)?.end === length;
      });
    await shows(false);
    await set("always");
    const { data } = await shows(true);
    assert.equal(data?.about, "next");
  });
});
