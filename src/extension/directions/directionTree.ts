/** The Directions view: the workspace's direction files, each in a line. */
import * as vscode from "vscode";
import { Command, directionsView } from "../contributions";
import { atLength, shortly } from "./describe";
import type { DirectionFile, DirectionFiles } from "./directionFiles";

/** Shows the list, and the welcome text of package.json where it is empty. */
export class DirectionTree implements vscode.TreeDataProvider<DirectionFile>, vscode.Disposable {
  readonly onDidChangeTreeData: vscode.Event<void>;
  private readonly view: vscode.TreeView<DirectionFile>;

  constructor(private readonly files: DirectionFiles) {
    this.onDidChangeTreeData = files.onDidChange;
    this.view = vscode.window.createTreeView(directionsView.id, {
      treeDataProvider: this,
      canSelectMany: true,
    });
  }

  async getChildren(parent?: DirectionFile): Promise<DirectionFile[]> {
    return parent ? [] : [...(await this.files.list())];
  }

  getTreeItem({ uri, header }: DirectionFile): vscode.TreeItem {
    const item = new vscode.TreeItem(header.name);
    const lines = [vscode.workspace.asRelativePath(uri), ...atLength(header)];
    item.id = uri.toString();
    item.description = shortly(header);
    item.tooltip = lines.join("\n");
    item.contextValue = directionsView.entry;
    item.iconPath = new vscode.ThemeIcon(header.warnings.length > 0 ? "warning" : "compass");
    item.accessibilityInformation = { label: `${header.name}, ${shortly(header)}` };
    item.command = { command: Command.OpenDirection, title: header.name, arguments: [{ uri }] };
    return item;
  }

  dispose(): void {
    this.view.dispose();
  }
}
