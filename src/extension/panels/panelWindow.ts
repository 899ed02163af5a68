/** The one editor tab of a panel: made when first needed, reused after that, taken over after a reload. */
import * as vscode from "vscode";
import type { PanelId } from "../../protocol/panelApi";
import { viewTypes } from "../contributions";
import { titles } from "../messages";
import type { Services } from "../services";
import { PageConnection, type PanelHandlers } from "./pageConnection";
import type { PanelStore } from "./panelStore";

/** Panels that live in an editor tab. */
export type WindowPanelId = Exclude<PanelId, "lens">;

/** What a window tells its panel. */
export interface WindowEvents {
  /** Address of the document that the panel is about; undefined where it is about none. */
  shown?(): string | undefined;
  /** The tab came back after a reload; what it showed must be made again. */
  onRestored(): void;
  /** The tab was closed. */
  onClosed(): void;
  /** The tab came to the front, or is no longer seen. */
  onSeen?(): void;
}

/** Shows a panel's snapshots in a tab. */
export class PanelWindow<Id extends WindowPanelId> implements vscode.Disposable {
  private panel: vscode.WebviewPanel | undefined;
  private connection: vscode.Disposable | undefined;
  private readonly serializer: vscode.Disposable;

  constructor(
    private readonly services: Services,
    private readonly store: PanelStore<Id>,
    private readonly handlers: PanelHandlers,
    private readonly events: WindowEvents,
  ) {
    this.serializer = vscode.window.registerWebviewPanelSerializer(viewTypes[store.id], {
      deserializeWebviewPanel: (panel) => {
        this.adopt(panel);
        events.onRestored();
        return Promise.resolve();
      },
    });
  }

  /** Whether there is a tab. */
  get isOpen(): boolean {
    return this.panel !== undefined;
  }

  /** Whether somebody sees the tab. */
  get isSeen(): boolean {
    return this.panel?.visible === true;
  }

  /** Brings the tab up, beside the text, without taking the focus from it. */
  show(): void {
    if (this.panel) return this.panel.reveal(undefined, true);
    const { id } = this.store;
    closeUnread(viewTypes[id]);
    const place = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
    this.adopt(vscode.window.createWebviewPanel(viewTypes[id], titles[id](), place));
  }

  dispose(): void {
    this.serializer.dispose();
    this.connection?.dispose();
    this.panel?.dispose();
  }

  private adopt(panel: vscode.WebviewPanel): void {
    // After a reload there may be two tabs of a kind: the later one is kept.
    const before = this.panel;
    this.connection?.dispose();
    this.panel = panel;
    before?.dispose();
    const { context, log } = this.services;
    const { webview } = panel;
    panel.title = titles[this.store.id]();
    // A tab's icon is a picture, which knows no theme colour.
    const icon = (name: string): vscode.Uri => vscode.Uri.joinPath(context.extensionUri, "media", name);
    panel.iconPath = { light: icon("panel-light.svg"), dark: icon("panel-dark.svg") };
    const connection = new PageConnection<Id>({
      webview,
      store: this.store,
      handlers: this.handlers,
      extensionUri: context.extensionUri,
      log,
      pointer: this.services.focus.pointer,
      shown: () => this.events.shown?.(),
    });
    this.connection = connection;
    panel.onDidChangeViewState(() => this.events.onSeen?.());
    panel.onDidDispose(() => {
      connection.dispose();
      if (this.panel !== panel) return;
      this.panel = undefined;
      this.connection = undefined;
      this.events.onClosed();
    });
  }
}

/** Closes tabs of a kind that stand in the background since a reload: VS Code hands them over only once they are looked at. */
function closeUnread(viewType: string): void {
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  const unread = tabs.filter(
    ({ input }) => input instanceof vscode.TabInputWebview && input.viewType.endsWith(viewType),
  );
  if (unread.length > 0) void vscode.window.tabGroups.close(unread, true);
}
