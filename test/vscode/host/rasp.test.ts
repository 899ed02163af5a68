import assert from "node:assert/strict";
import path from "node:path";
import * as vscode from "vscode";
import { Command } from "../../../src/extension/contributions";
import { closeAll, untilState } from "./support/introspect";

const program = `# A count, and a place.
set example "hello"
same = select(tokens, tokens, ==);
hist = selector_width(same);
def twice(s) {
  return s * 2;
}
twice(hist);
`;

describe("a RASP program in the editor", () => {
  let document: vscode.TextDocument;
  const at = (text: string, nth = 0): vscode.Position => {
    let offset = -1;
    for (let i = 0; i <= nth; i++) offset = document.getText().indexOf(text, offset + 1);
    assert.notEqual(offset, -1, text);
    return document.positionAt(offset + 1);
  };
  const asked = <T>(command: string, ...rest: unknown[]): Thenable<T> =>
    vscode.commands.executeCommand<T>(`vscode.execute${command}`, document.uri, ...rest);
  const replaceAll = async (text: string): Promise<void> => {
    const editor = await vscode.window.showTextDocument(document);
    const whole = new vscode.Range(0, 0, document.lineCount, 0);
    await editor.edit((edit) => edit.replace(whole, text));
  };

  before(async () => {
    document = await vscode.workspace.openTextDocument({ language: "rasp", content: program });
    await vscode.window.showTextDocument(document);
  });
  after(closeAll);

  it("has each value on the example beside its statement", async () => {
    const hints = await asked<vscode.InlayHint[]>(
      "InlayHintProvider",
      new vscode.Range(0, 0, document.lineCount, 0),
    );
    assert.deepEqual(
      hints.map(({ label }) => label),
      ["5 × 5 selector, 7 selected", "[1, 1, 2, 2, 1] (ints)", "[2, 2, 4, 4, 2] (ints)"],
    );
  });

  it("says type, value and layer of a name, and what the library's names do", async () => {
    const said = async (position: vscode.Position): Promise<string> => {
      const hovers = await asked<vscode.Hover[]>("HoverProvider", position);
      return hovers
        .flatMap(({ contents }) => contents.map((one) => (one as vscode.MarkdownString).value))
        .join("\n");
    };
    const own = await said(at("hist"));
    assert.match(own, /hist: sop/);
    assert.match(own, /\[1, 1, 2, 2, 1\] \(ints\)/);
    assert.match(own, /layer.{0,8}1/);
    assert.match(await said(at("selector_width")), /selector_width\(selector\)/);
  });

  it("goes to definitions, finds all uses, and renames them", async () => {
    const [definition] = await asked<vscode.Location[]>("DefinitionProvider", at("hist", 1));
    assert.equal(definition?.range.start.line, 3);
    const references = await asked<vscode.Location[]>("ReferenceProvider", at("same"));
    assert.deepEqual(
      references.map(({ range }) => range.start.line),
      [2, 3],
    );
    const edit = await asked<vscode.WorkspaceEdit>("DocumentRenameProvider", at("hist"), "counts");
    assert.equal(edit.get(document.uri).length, 2);
    await assert.rejects(async () => asked("DocumentRenameProvider", at("tokens"), "words"), /Only names/);
    await assert.rejects(
      async () => asked("DocumentRenameProvider", at("hist"), "same"),
      /used in this program/,
    );
  });

  it("completes with the program's names and the library's", async () => {
    const { items } = await asked<vscode.CompletionList>("CompletionItemProvider", at("twice(hist)"));
    const labels = items.map(({ label }) => (typeof label === "string" ? label : label.label));
    for (const name of ["same", "hist", "twice", "select", "aggregate", "tokens"])
      assert.ok(labels.includes(name), name);
  });

  it("lists its names in the outline, and offers to run and to draw", async () => {
    const symbols = await asked<vscode.DocumentSymbol[]>("DocumentSymbolProvider");
    assert.deepEqual(
      symbols.map(({ name }) => name),
      ["same", "hist", "twice"],
    );
    const lenses = await asked<vscode.CodeLens[]>("CodeLensProvider");
    assert.deepEqual(
      lenses.slice(0, 2).map(({ command }) => command?.title),
      ["Run", "Draw"],
    );
  });

  it("is laid out, with its comments", async () => {
    await replaceAll("# kept\nx=indices+1 ;y = x*2;\n");
    const edits = await asked<vscode.TextEdit[]>("FormatDocumentProvider", {});
    const edit = new vscode.WorkspaceEdit();
    edit.set(document.uri, edits);
    assert.ok(await vscode.workspace.applyEdit(edit));
    assert.equal(document.getText(), "# kept\nx = indices + 1;\ny = x * 2;\n");
  });

  it("has problems where it has errors and traps, and none when they are gone", async () => {
    const problems = async (
      n: (found: readonly vscode.Diagnostic[]) => boolean,
    ): Promise<readonly vscode.Diagnostic[]> => {
      for (;;) {
        const found = vscode.languages.getDiagnostics(document.uri);
        if (n(found)) return found;
        await new Promise<void>((resolve) => {
          const listener = vscode.languages.onDidChangeDiagnostics(() => {
            listener.dispose();
            resolve();
          });
        });
      }
    };
    await replaceAll('indcies + 1;\nnot tokens == "l";\n');
    const found = await problems((all) => all.length >= 2);
    assert.ok(
      found.some(({ message }) => message.includes("indices")),
      "the nearest name is offered",
    );
    assert.ok(
      found.some(({ severity }) => severity === vscode.DiagnosticSeverity.Warning),
      "the trap is a warning",
    );
    await replaceAll("indices + 1;\n");
    await problems((all) => all.length === 0);
  });

  it("stops what does not end, and goes on", async () => {
    await replaceAll("def f(n) { return f(n); }\nf(1) if indices == 0 else 1;\n");
    const hints = await asked<vscode.InlayHint[]>("InlayHintProvider", new vscode.Range(0, 0, 5, 0));
    assert.equal(hints.length, 0);
    await replaceAll("indices;\n");
    const again = await asked<vscode.InlayHint[]>("InlayHintProvider", new vscode.Range(0, 0, 5, 0));
    assert.equal(again[0]?.label, "[0, 1, 2, 3, 4] (ints)");
  });

  it("is drawn: the step under the cursor is the current one, and the picture follows the text", async () => {
    await replaceAll(program);
    void vscode.commands.executeCommand(Command.RaspDraw, document.uri, document.getText().length);
    const { data } = await untilState("rasp", "it is drawn", ({ status }) => status === "ready");
    const { picture } = data ?? assert.fail("no data");
    assert.equal(picture.layers, 1);
    assert.deepEqual(picture.steps.at(-1)?.result?.cells, ["2", "2", "4", "4", "2"]);
    await replaceAll(program.replace("* 2", "* 3"));
    await untilState(
      "rasp",
      "it is drawn anew",
      ({ data: next }) => next?.picture.steps.at(-1)?.result?.cells[2] === "6",
    );
  });

  it("of each language is known by its ending", async () => {
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
    for (const [file, language] of [
      ["sort.rasp", "rasp"],
      ["masking.raspy", "raspy"],
      ["counting.raspl", "rasp-l"],
      ["histogram.tracr", "tracr"],
    ] as const) {
      const opened = await vscode.workspace.openTextDocument(path.join(folder, "rasp", file));
      assert.equal(opened.languageId, language);
    }
  });
});
