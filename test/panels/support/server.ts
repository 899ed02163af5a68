/**
 * Serves what a webview gets: a page at one origin, its resources (dist/, media/) at another, as in VS Code.
 * The page is the extension's own html, with VS Code's additions: theme classes on the body.
 */
import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import type { AddressInfo } from "node:net";
import { pageHtml } from "../../../src/extension/panels/pageHtml";
import { inRepo, repoRoot } from "../../support/paths";

/** The four kinds of theme, with the variables that VS Code 1.139 gives to webviews. */
export const themeNames = ["dark", "light", "hc-dark", "hc-light"] as const;

/** One of the four kinds of theme. */
export type ThemeName = (typeof themeNames)[number];

/** A theme as a webview sees it; see test/panels/themes. */
export interface Theme {
  readonly theme: string;
  readonly themeId: string;
  readonly kind: string;
  readonly bodyClass: string;
  readonly variables: Readonly<Record<string, string>>;
}

/** Reads a theme's file. */
export function loadTheme(name: ThemeName): Theme {
  return JSON.parse(fs.readFileSync(inRepo("test/panels/themes", `${name}.json`), "utf8")) as Theme;
}

const types: Record<string, string> = {
  ".js": "text/javascript",
  ".css": "text/css",
  ".html": "text/html",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".json": "application/json",
  ".woff2": "font/woff2",
  ".map": "application/json",
};

/** A running server: the address of a panel's page, and the end. */
export interface PanelServer {
  pageUrl(panel: string, theme: ThemeName): string;
  close(): void;
}

/** Starts the server on a free port. */
export async function startPanelServer(): Promise<PanelServer> {
  const server = http.createServer((request, response) => answer(request, response, port()));
  const port = (): number => (server.address() as AddressInfo).port;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    pageUrl: (panel, theme) => `http://127.0.0.1:${port()}/page/${panel}?theme=${theme}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function answer(request: http.IncomingMessage, response: http.ServerResponse, port: number): void {
  const url = new URL(request.url ?? "/", `http://127.0.0.1:${port}`);
  const send = (status: number, type: string, body: string | Buffer): void => {
    response.writeHead(status, { "content-type": type, "access-control-allow-origin": "*" });
    response.end(body);
  };
  const page = /^\/page\/(\w+)$/.exec(url.pathname);
  if (page) {
    return send(200, "text/html", html(page[1]!, url.searchParams.get("theme") as ThemeName, port));
  }
  const file = path.join(repoRoot, path.posix.normalize(url.pathname));
  const inside = ["dist", "media"].some((folder) => file.startsWith(path.join(repoRoot, folder) + path.sep));
  if (!inside || !fs.existsSync(file)) return send(404, "text/plain", "not found");
  send(200, types[path.extname(file)] ?? "application/octet-stream", fs.readFileSync(file));
}

function html(panel: string, themeName: ThemeName, port: number): string {
  const theme = loadTheme(themeName);
  const resources = `http://localhost:${port}`;
  const css = `dist/webview/${panel}.css`;
  const text = pageHtml({
    panel,
    nonce: "testtesttesttest",
    cspSource: resources,
    guard: `${resources}/dist/webview/guard.js`,
    script: `${resources}/dist/webview/${panel}.js`,
    styles: fs.existsSync(inRepo(css)) ? [`${resources}/${css}`] : [],
    plotlyStyle: `${resources}/dist/webview/plotly.css`,
    language: "en",
    title: panel,
  });
  const data = `data-vscode-theme-kind="${theme.kind}" data-vscode-theme-name="${theme.theme}"`;
  return text.replace("<body ", `<body class="${theme.bodyClass}" ${data} `);
}
