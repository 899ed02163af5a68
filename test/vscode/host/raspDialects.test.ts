import assert from "node:assert/strict";
import * as vscode from "vscode";
import { Command } from "../../../src/extension/contributions";
import { closeAll, patience, untilState } from "./support/introspect";

interface Spoken {
  readonly language: string;
  /** A program with a function of two lines, badly laid out; `from` is a name of it. */
  readonly program: string;
  readonly from: string;
  /** The lines that use it, of which the first defines it. */
  readonly lines: readonly number[];
  readonly outline: readonly string[];
  readonly hover: RegExp;
  /** Renamed to `other` and laid out. */
  readonly after: string;
  /** The last result on its example. */
  readonly result: readonly string[];
}

const spoken: readonly Spoken[] = [
  {
    language: "raspy",
    program:
      '# example: "hello"\ndef twice(s):\n    return s + s\n\nsize = (key(1)==query(1)).value(1)\ntwice( size )\n',
    from: "size",
    lines: [4, 5],
    outline: ["twice", "size"],
    hover: /size: sop[^]*\[5, 5, 5, 5, 5\]/,
    after:
      '# example: "hello"\ndef twice(s):\n    return s + s\n\nother = (key(1) == query(1)).value(1)\ntwice(other)\n',
    result: ["10", "10", "10", "10", "10"],
  },
  {
    language: "rasp-l",
    program:
      '# example: {"x": [1, 2, 1]}\ndef twice(s):\n    return s + s\n\nseen=num_prev(x,x)\ntwice(seen)\n',
    from: "seen",
    lines: [4, 5],
    outline: ["twice", "seen"],
    hover: /seen: sop[^]*\[1, 1, 2\]/,
    after:
      '# example: {"x": [1, 2, 1]}\ndef twice(s):\n    return s + s\n\nother = num_prev(x, x)\ntwice(other)\n',
    result: ["2", "2", "4"],
  },
  {
    language: "tracr",
    program:
      '# example: ["a", "b", "a"]\ndef twice(s):\n    return Map(lambda v: v * 2, s)\n\nsame = Select(tokens, tokens, EQ)\ntwice(SelectorWidth( same ))\n',
    from: "same",
    lines: [4, 5],
    outline: ["twice", "same"],
    hover: /same: selector/,
    after:
      '# example: ["a", "b", "a"]\ndef twice(s):\n    return Map(lambda v: v * 2, s)\n\nother = Select(tokens, tokens, EQ)\ntwice(SelectorWidth(other))\n',
    result: ["4", "2", "4"],
  },
];

describe("a program in Python's clothes in the editor", () => {
  afterEach(closeAll);
  for (const { language, program, from, lines, outline, hover, after, result } of spoken) {
    it(`of ${language} is known by its names, laid out, folded and drawn`, async () => {
      const document = await vscode.workspace.openTextDocument({ language, content: program });
      await vscode.window.showTextDocument(document);
      const asked = <T>(command: string, ...rest: unknown[]): Thenable<T> =>
        vscode.commands.executeCommand<T>(`vscode.execute${command}`, document.uri, ...rest);
      const use = document.positionAt(program.lastIndexOf(from) + 1);
      const said = async (): Promise<string> => {
        const hovers = await asked<vscode.Hover[]>("HoverProvider", use);
        return hovers
          .flatMap(({ contents }) => contents.map((one) => (one as vscode.MarkdownString).value))
          .join("\n");
      };
      // VS Code may ask no provider while it still takes in the language of a new document.
      let words = await said();
      for (const deadline = Date.now() + patience; words === "" && Date.now() < deadline;)
        words = await said();
      assert.match(words, hover);
      const found = (locations: vscode.Location[]): number[] =>
        locations.map(({ range }) => range.start.line);
      assert.deepEqual(found(await asked("ReferenceProvider", use)), lines);
      assert.deepEqual(found(await asked("DefinitionProvider", use)), lines.slice(0, 1));
      const symbols = await asked<vscode.DocumentSymbol[]>("DocumentSymbolProvider");
      assert.deepEqual(
        symbols.map(({ name }) => name),
        outline,
      );
      const folds = await asked<vscode.FoldingRange[]>("FoldingRangeProvider");
      assert.deepEqual(
        folds.map(({ start, end }) => [start, end]),
        [[1, 2]],
      );
      const rename = await asked<vscode.WorkspaceEdit>("DocumentRenameProvider", use, "other");
      assert.ok(await vscode.workspace.applyEdit(rename));
      const edit = new vscode.WorkspaceEdit();
      edit.set(document.uri, await asked<vscode.TextEdit[]>("FormatDocumentProvider", {}));
      assert.ok(await vscode.workspace.applyEdit(edit));
      assert.equal(document.getText(), after);
      void vscode.commands.executeCommand(Command.RaspDraw, document.uri, document.getText().length);
      const { data } = await untilState("rasp", "it is drawn", ({ status }) => status === "ready");
      assert.ok(data?.exampleIsOwn);
      assert.deepEqual(data.picture.steps.at(-1)?.result?.cells, result);
    });
  }
});
