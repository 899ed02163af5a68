import assert from "node:assert/strict";
import * as vscode from "vscode";

const id = "introspect.introspect";

describe("the extension in its host", () => {
  it("is there and activates", async () => {
    const extension = vscode.extensions.getExtension(id);
    assert.ok(extension, "VS Code does not know the extension");
    await extension.activate();
    assert.equal(extension.isActive, true);
  });

  it("runs where the files are, in Node", () => {
    const extension = vscode.extensions.getExtension(id);
    assert.equal(extension?.extensionKind, vscode.ExtensionKind.Workspace);
  });

  it("registers every command that it contributes", async () => {
    const manifest = vscode.extensions.getExtension(id)?.packageJSON as {
      contributes?: { commands?: { command: string }[] };
    };
    const known = new Set(await vscode.commands.getCommands(true));
    const missing = (manifest.contributes?.commands ?? []).filter(({ command }) => !known.has(command));
    assert.deepEqual(missing, []);
  });
});
