/** Opens saved views: the panel's own page over what the file says, without a model and without changing anything. */
import * as vscode from "vscode";
import { toErrorData } from "../../base/errors";
import type { PanelId, SavedState } from "../../protocol/panelApi";
import { decodeSavedView, longestSavedView, type SavedView } from "../../protocol/savedView/savedView";
import { savedViewEditor } from "../contributions";
import { exportTexts, sentence } from "../messages";
import { hostHandlers } from "../panels/hostHandlers";
import { PageConnection } from "../panels/pageConnection";
import { messageHtml } from "../panels/pageHtml";
import { PanelStore } from "../panels/panelStore";
import type { Services } from "../services";
import { showLive, type LivePanels } from "./liveView";

/** Makes VS Code open view files with it. */
export function registerSavedViews(services: Services, panels: LivePanels): vscode.Disposable {
  const provider: vscode.CustomReadonlyEditorProvider = {
    openCustomDocument: (uri) => ({ uri, dispose: () => {} }),
    resolveCustomEditor: async ({ uri }, { webview, onDidDispose }) => {
      try {
        const view = await readView(uri);
        const shown = new ShownView(services, panels, view, webview);
        onDidDispose(() => shown.dispose());
      } catch (error) {
        const data = toErrorData(error);
        services.log.warn(`${uri.toString()}: ${data.code}: ${data.message}`);
        webview.html = messageHtml(exportTexts.cannotOpen(sentence(data)), vscode.env.language);
      }
    },
  };
  return vscode.window.registerCustomEditorProvider(savedViewEditor, provider);
}

async function readView(uri: vscode.Uri): Promise<SavedView> {
  const { size } = await vscode.workspace.fs.stat(uri);
  if (size > longestSavedView) throw new Error(exportTexts.tooLarge());
  const bytes = await vscode.workspace.fs.readFile(uri);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Error(exportTexts.notUtf8());
  }
  return decodeSavedView(text);
}

/** One open view. */
class ShownView implements vscode.Disposable {
  private readonly parts: vscode.Disposable[];

  constructor(
    private readonly services: Services,
    panels: LivePanels,
    private readonly view: SavedView,
    webview: vscode.Webview,
  ) {
    const { context, log, focus, models } = services;
    const store = new PanelStore<PanelId>(view.panel);
    const { data, model, made, document, message } = view;
    store.update({
      ...{ data, model, made, document: document ?? undefined, message },
      status: "ready",
      saved: { live: this.live() },
    });
    const handlers = hostHandlers(
      store,
      {
        retry: () => Promise.resolve(),
        cancel: () => {},
        example: () => Promise.resolve(),
        showLive: () => showLive(services, panels, view),
      },
      services,
    );
    const connection = new PageConnection({
      ...{ webview, store, handlers, log, extensionUri: context.extensionUri, pointer: focus.pointer },
      shown: () => undefined,
    });
    const changed = models.onDidChange(() => store.update({ saved: { live: this.live() } }));
    this.parts = [connection, changed];
  }

  dispose(): void {
    for (const part of this.parts) part.dispose();
  }

  /** What is known without opening a model for it. */
  private live(): SavedState["live"] {
    const { known } = this.services.models;
    if (!known || known.digest === null) return "unknown";
    return known.digest === this.view.model.digest ? "ready" : "other-model";
  }
}
