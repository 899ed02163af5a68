/** One webview's page and its line to the host. */
import { randomBytes } from "node:crypto";
import * as vscode from "vscode";
import { panelCallDecoders } from "../../protocol/decodePanelCall";
import type { HostApi, PanelEvents, PanelId } from "../../protocol/panelApi";
import { RpcPeer, type Channel, type Handlers } from "../../protocol/rpc";
import type { Pointer } from "../focus/pointer";
import { titles } from "../messages";
import { pageHtml } from "./pageHtml";
import type { PanelStore } from "./panelStore";

/** What a panel serves its page; loading it anew is the connection's own. */
export type PanelHandlers = Omit<Handlers<HostApi>, "page/reload">;

/** What a connection is made of. */
export interface ConnectionParts<Id extends PanelId> {
  readonly webview: vscode.Webview;
  readonly store: PanelStore<Id>;
  readonly handlers: PanelHandlers;
  readonly extensionUri: vscode.Uri;
  readonly log: vscode.LogOutputChannel;
  readonly pointer: Pointer;
  /** Address of the document the page shows something of. */
  readonly shown: () => string | undefined;
}

/** Loads the page into a webview and sends it every snapshot until disposed. The first one goes out when the page is ready. */
export class PageConnection<Id extends PanelId> implements vscode.Disposable {
  private close: () => void;

  constructor(private readonly parts: ConnectionParts<Id>) {
    this.close = this.connect();
    this.load();
  }

  dispose(): void {
    this.close();
  }

  /** A new page has a new line: its calls are counted anew, and what the old one waited for is dropped. */
  private reload(): void {
    this.close();
    this.close = this.connect();
    this.load();
  }

  /** Opens the line; the returned function closes it. */
  private connect(): () => void {
    const { webview, store, handlers, log } = this.parts;
    const served: Handlers<HostApi> = {
      ...handlers,
      "page/reload": ({ reason }) => {
        log.error(`The page of the panel ${store.id} failed and is loaded anew: ${reason}`);
        this.reload();
        return null;
      },
    };
    const channel = new WebviewChannel(webview, log);
    const peer = new RpcPeer<HostApi, Record<never, never>, PanelEvents>(channel, served, {
      remote: "page",
      logger: log,
      decoders: panelCallDecoders,
    });
    const { pointer, shown } = this.parts;
    const stop = store.onDidChange((state) => peer.notify("panel/state", state));
    const stopPointing = pointer.onDidChange(() => {
      const { place, seq } = pointer;
      const range = place !== null && place.uri === shown() ? { start: place.start, end: place.end } : null;
      peer.notify("panel/pointed", { seq, range });
    });
    return () => {
      stop();
      stopPointing();
      peer.close();
      channel.dispose();
    };
  }

  private load(): void {
    const { webview, store, extensionUri } = this.parts;
    const folder = vscode.Uri.joinPath(extensionUri, "dist", "webview");
    webview.options = { enableScripts: true, localResourceRoots: [folder] };
    const address = (file: string): string =>
      webview.asWebviewUri(vscode.Uri.joinPath(folder, file)).toString();
    webview.html = pageHtml({
      panel: store.id,
      nonce: randomBytes(16).toString("hex"),
      cspSource: webview.cspSource,
      guard: address("guard.js"),
      script: address(`${store.id}.js`),
      styles: [address(`${store.id}.css`)],
      plotlyStyle: address("plotly.css"),
      language: vscode.env.language,
      title: titles[store.id](),
    });
  }
}

class WebviewChannel implements Channel, vscode.Disposable {
  private readonly subscriptions: vscode.Disposable[] = [];

  constructor(
    private readonly webview: vscode.Webview,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  /** A hidden page gets nothing: it asks for the snapshot when it is shown again. */
  send(message: unknown): void {
    this.webview.postMessage(message).then(undefined, (error: unknown) => {
      this.log.warn(`A message did not reach its page: ${String(error)}`);
    });
  }

  onMessage(listener: (message: unknown) => void): void {
    this.subscriptions.push(this.webview.onDidReceiveMessage(listener));
  }

  /** Its end is told by `dispose`, through the connection that owns it. */
  onClose(): void {}

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }
}
