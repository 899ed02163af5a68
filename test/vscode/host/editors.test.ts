import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import * as vscode from "vscode";
import { Command } from "../../../src/extension/contributions";
import { closeAll, explain, introspect, openText, select, untilState } from "./support/introspect";

const folder = (): string => {
  const first = vscode.workspace.workspaceFolders?.[0];
  assert.ok(first);
  return first.uri.fsPath;
};

describe("texts of every kind", () => {
  before(async () => {
    await vscode.commands.executeCommand(Command.ShowLens);
  });
  afterEach(closeAll);

  it("a selection in the middle: its tokens, in offsets of the document", async () => {
    const text = "let total = 0;\nfor (const item of items) {\n  total += item.price;\n}\n";
    const editor = await openText(text, "typescript");
    const start = text.indexOf("item.price");
    select(editor, start, start + "item.price".length);
    const { data } = await explain();
    assert.equal(data?.selection, "item.price");
    const { window, selected, neurons } = data.ranking;
    for (const pos of selected) {
      const token = window.tokens[pos];
      assert.ok(token && token.end > start && token.start < start + 10, `position ${pos}`);
      assert.equal(token.text, text.slice(token.start, token.end));
    }
    assert.ok(neurons.length >= 10);
    assert.equal(neurons[0]?.activations.length, selected.length);
  });

  it("10 MB selected: the end of it is used, and that is said", async () => {
    const line = "a line of ten megabytes of text, repeated\n";
    const editor = await openText(line.repeat(Math.ceil(10_000_000 / line.length)));
    const { length } = editor.document.getText();
    select(editor, 0, length);
    const { data, message } = await explain();
    assert.equal(data?.ranking.window.tokens.at(-1)?.end, length);
    assert.ok(data.ranking.window.start > length - 10_000);
    assert.ok(
      data.selection.length > 1900 && data.selection.length <= 2000,
      `${data.selection.length} shown`,
    );
    assert.ok(data.selection.startsWith("…"), data.selection.slice(0, 20));
    assert.equal(data.selectionLength, length);
    assert.match(
      message ?? "",
      /end of the selection/,
      JSON.stringify([data.ranking.window.start, editor.selections]),
    );
  });

  it("an empty selection: nothing is run", async () => {
    await openText("some text");
    const { seq } = (await introspect()).panelState("neurons");
    await vscode.commands.executeCommand(Command.Explain);
    await vscode.commands.executeCommand(Command.ShowAttention);
    assert.equal((await introspect()).panelState("neurons").seq, seq);
  });

  it("a file that is not UTF-8: what the editor shows is looked into, and the file stays as it is", async () => {
    const file = path.join(folder(), "latin1.txt");
    const bytes = Buffer.from([
      0x63, 0x61, 0x66, 0xe9, 0x20, 0xff, 0xfe, 0x64, 0x6f, 0x67, 0x0a, 0x65, 0x6e, 0x64,
    ]);
    fs.writeFileSync(file, bytes);
    const editor = await vscode.window.showTextDocument(vscode.Uri.file(file));
    select(editor, 0, editor.document.getText().length);
    const { data, message } = await explain();
    assert.ok((data?.ranking.selected.length ?? 0) > 3);
    assert.match(message ?? "", /probably not UTF-8\. Choose Reopen with Encoding/);
    const lens = await untilState("lens", "the lens shows the file", ({ status, document }) => {
      return status === "ready" && document === "latin1.txt";
    });
    assert.match(lens.message ?? "", /probably not UTF-8/);
    assert.deepEqual(fs.readFileSync(file), bytes);
  });

  const texts: [string, string][] = [
    ["emoji and combining marks", "👩‍👩‍👧 e\u0301 नमस्ते 🇩🇪"],
    ["CRLF and tabs", "a\r\n\tb\r\n\t\tc\r\n"],
    ["half a character", "ok \ud83d then"],
    ["markup", "<script>alert(1)</script>&amp;"],
    ["a spelled-out special token", "x <|endoftext|> y"],
    ["NUL and a BOM", "\ufeffa\u0000b"],
  ];
  for (const [name, text] of texts) {
    it(`${name}: every token lies in the text`, async () => {
      const editor = await openText(text);
      const shown = editor.document.getText();
      select(editor, 0, shown.length);
      const { data } = await explain();
      const { tokens } = data?.ranking.window ?? { tokens: [] };
      assert.equal(tokens.at(-1)?.end, shown.length);
      assert.ok(tokens.every(({ start, end }) => start >= 0 && start <= end && end <= shown.length));
    });
  }

  it("a text that changes: what was shown is marked as of the past", async () => {
    const editor = await openText("one two three four five");
    select(editor, 4, 13);
    await explain();
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), "zero "));
    const { message, data } = await untilState(
      "neurons",
      "the panel is stale",
      ({ status }) => status === "stale",
    );
    assert.match(message ?? "", /changed/);
    assert.ok(data);
  });

  it("attention over a selection: rows and what lies outside add up to one", async () => {
    const editor = await openText("if (a) { b(); } else { c(); }");
    select(editor, 0, 29);
    await vscode.commands.executeCommand(Command.ShowAttention);
    const { data } = await untilState("attention", "attention is shown", ({ status }) => status === "ready");
    assert.equal(data?.heads.length, 24);
    data.pattern.rows.forEach((row, i) => {
      const total = row.reduce((sum, value) => sum + value, data.pattern.outside[i] ?? 0);
      assert.ok(Math.abs(total - 1) < 1e-4, `row ${i}: ${total}`);
    });
  });

  it("a diff editor: the lens follows in its right side", async () => {
    const uri = async (content: string): Promise<vscode.Uri> =>
      (await vscode.workspace.openTextDocument({ content })).uri;
    await vscode.commands.executeCommand("vscode.diff", await uri("old words"), await uri("new words here"));
    await vscode.commands.executeCommand("workbench.action.compareEditor.focusPrimarySide");
    await vscode.commands.executeCommand("cursorBottom");
    await vscode.commands.executeCommand("cursorEnd");
    await untilState("lens", "the lens shows the right side", ({ status, data }) => {
      return status === "ready" && data?.window.tokens.at(-1)?.end === 14;
    });
  });

  it("a notebook cell: the lens follows in it", async () => {
    const cell = new vscode.NotebookCellData(vscode.NotebookCellKind.Code, "print(answer)", "python");
    const notebook = await vscode.workspace.openNotebookDocument(
      "jupyter-notebook",
      new vscode.NotebookData([cell]),
    );
    await vscode.window.showNotebookDocument(notebook);
    await vscode.commands.executeCommand("notebook.cell.edit");
    await vscode.commands.executeCommand("cursorBottom");
    await vscode.commands.executeCommand("cursorEnd");
    await untilState("lens", "the lens shows the cell", ({ status, data }) => {
      return status === "ready" && data?.window.tokens.at(-1)?.end === 13;
    });
  });
});
