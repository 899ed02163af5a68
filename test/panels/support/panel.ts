/**
 * Shows a built panel page in a real browser, with the test in the place of the extension host. In a test:
 *
 *   const panel = await openPanel("lens", { theme: "hc-dark", width: 600, state: { seq: 1, status: "ready", data } });
 *   await panel.page.getByRole("gridcell").first().click();
 *   assert.deepEqual(panel.requests.at(-1), { method: "editor/reveal", params: { start: 0, end: 3 } });
 *   await panel.send({ seq: 2, status: "loading", message: "Running layer 3" });
 *   await panel.setTheme("light");
 *   await panel.screenshot("lens-loading");            // out/screenshots/lens-loading.png
 *   await panel.assertClean();                         // no script error, nothing the page's policy refused
 *
 * The page is the extension's own html under its own policy; resources come from another origin, as in VS Code.
 * Requests other than "page/ready" are answered with null unless `handlers` says otherwise.
 */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { chromium, type Browser, type Page } from "playwright-core";
import type { Pointed } from "../../../src/protocol/focus";
import type { HostApi, PanelData, PanelEvents, PanelId, PanelState } from "../../../src/protocol/panelApi";
import { RpcPeer, type Handlers } from "../../../src/protocol/rpc";
import { inRepo } from "../../support/paths";
import { loadTheme, startPanelServer, type PanelServer, type Theme, type ThemeName } from "./server";

export { themeNames, type ThemeName } from "./server";

/** How a panel is opened. */
export interface PanelOptions<P extends PanelId> {
  /** Default "dark". */
  readonly theme?: ThemeName;
  /** Default 900 × 700. */
  readonly width?: number;
  readonly height?: number;
  /** The answer to "page/ready". */
  readonly state: PanelState<PanelData[P]>;
  /** What the page kept before (vscode.getState). */
  readonly memory?: unknown;
  readonly reducedMotion?: boolean;
  /** What stands in the place of the panel's bundle; null: nothing can be loaded. */
  readonly script?: string | null;
  /** Answers to requests; others than these get null. */
  readonly handlers?: Partial<Handlers<HostApi>>;
}

/** A request that the page made. */
export interface PageRequest {
  readonly method: string;
  readonly params: unknown;
}

interface Shared {
  browser?: Browser;
  server?: PanelServer;
}

const sharedKey = Symbol.for("introspect.panels.shared");
const closersKey = Symbol.for("introspect.closers");
const holder = globalThis as unknown as Record<symbol, Shared | (() => Promise<void>)[] | undefined>;

// A failed test leaves a picture and says what the page complained about.
let open: PanelPage<PanelId> | undefined;
if (typeof afterEach === "function") {
  afterEach(async function () {
    const panel = open;
    open = undefined;
    if (this.currentTest?.state !== "failed" || !panel || panel.page.isClosed()) return;
    const name = this.currentTest.fullTitle().replace(/[^\w]+/g, "-");
    await panel.screenshot(`failed-${name.slice(0, 80)}`).catch(() => undefined);
    for (const error of panel.errors) console.log(`      page: ${error}`);
  });
}

async function sharedParts(): Promise<Required<Shared>> {
  const shared = ((holder[sharedKey] as Shared | undefined) ??= {});
  if (!shared.browser || !shared.server) {
    const executablePath = process.env["INTROSPECT_BROWSER"];
    if (!executablePath) throw new Error("These tests are started by: npm run test:panels");
    const sandbox = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
    const browser = await chromium.launch({
      executablePath,
      args: ["--disable-gpu", "--no-first-run", "--disable-background-networking", ...sandbox],
    });
    const server = await startPanelServer();
    Object.assign(shared, { browser, server });
    ((holder[closersKey] as (() => Promise<void>)[] | undefined) ??= []).push(async () => {
      server.close();
      await browser.close();
    });
  }
  return shared as Required<Shared>;
}

/** Runs in the page before anything else: VS Code's api and its styles. */
function prepare([css, variables, memory]: [string, Readonly<Record<string, string>>, unknown]): void {
  const globals = window as unknown as Record<string, unknown>;
  let kept = memory;
  globals["acquireVsCodeApi"] = () => {
    delete globals["acquireVsCodeApi"];
    return {
      postMessage: (message: unknown) => (globals["__toHost"] as (m: unknown) => void)(message),
      getState: () => kept,
      setState: (value: unknown) => {
        kept = value;
        globals["__memory"] = value;
      },
    };
  };
  const sheet = new CSSStyleSheet();
  globals["__setVariables"] = (values: Readonly<Record<string, string>>) => {
    const lines = Object.entries(values).map(([name, value]) => `${name}: ${value};`);
    sheet.replaceSync(
      `${css}\n:root { ${lines.join("\n")} }\nbody { background: var(--vscode-editor-background); }`,
    );
  };
  (globals["__setVariables"] as (v: Readonly<Record<string, string>>) => void)(variables);
  document.adoptedStyleSheets.push(sheet);
  globals["__refused"] = [];
  document.addEventListener("securitypolicyviolation", (event) => {
    (globals["__refused"] as string[]).push(
      `${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}`,
    );
  });
}

/** Opens a panel in a page of its own and answers its "page/ready". */
export async function openPanel<P extends PanelId>(id: P, options: PanelOptions<P>): Promise<PanelPage<P>> {
  const { browser, server } = await sharedParts();
  const themeName = options.theme ?? "dark";
  const context = await browser.newContext({
    viewport: { width: options.width ?? 900, height: options.height ?? 700 },
    reducedMotion: options.reducedMotion ? "reduce" : "no-preference",
    colorScheme: themeName.endsWith("light") ? "light" : "dark",
    ...(themeName.startsWith("hc") ? { forcedColors: "none" as const } : {}),
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const panel = new PanelPage<P>(page, options);
  open = panel as unknown as PanelPage<PanelId>;
  await page.exposeFunction("__toHost", (message: unknown) => panel.receive(message));
  const css = fs.readFileSync(inRepo("test/panels/themes/default.css"), "utf8");
  await page.addInitScript(prepare, [css, loadTheme(themeName).variables, options.memory] as [
    string,
    Theme["variables"],
    unknown,
  ]);
  const { script } = options;
  if (script !== undefined) {
    await page.route(`**/dist/webview/${id}.js`, (route) =>
      script === null
        ? route.abort()
        : route.fulfill({
            contentType: "text/javascript",
            headers: { "access-control-allow-origin": "*" },
            body: script,
          }),
    );
  }
  await page.goto(server.pageUrl(id, themeName));
  return panel;
}

/** An open panel; see the head of this file. */
export class PanelPage<P extends PanelId> {
  /** Every request of the page, in order, "page/ready" included. */
  readonly requests: PageRequest[] = [];
  /** Uncaught errors and console errors of the page. */
  readonly errors: string[] = [];
  private readonly peer: RpcPeer<HostApi, Record<never, never>, PanelEvents>;
  private listener: (message: unknown) => void = () => {};

  constructor(
    /** Playwright's page. */
    readonly page: Page,
    options: PanelOptions<P>,
  ) {
    page.on("pageerror", (error) => this.errors.push(String(error.stack ?? error)));
    page.on("console", (message) => {
      if (message.type() === "error") this.errors.push(`console: ${message.text()}`);
    });
    const given = options.handlers ?? {};
    const handlers = new Proxy(given, {
      get: (target, method: string) => (params: unknown, work: never) => {
        this.requests.push({ method, params });
        const handler = target[method as keyof HostApi] as ((p: unknown, w: never) => unknown) | undefined;
        if (handler) return handler(params, work);
        return method === "page/ready" ? options.state : null;
      },
      // The peer serves own properties only; here every method is one.
      getOwnPropertyDescriptor: () => ({ configurable: true, enumerable: true, value: null }),
    }) as Handlers<HostApi>;
    const channel = {
      send: (message: unknown) => void this.toPage(message),
      onMessage: (listener: (message: unknown) => void) => void (this.listener = listener),
      onClose: (listener: () => void) => void page.on("close", listener),
    };
    this.peer = new RpcPeer(channel, handlers, { remote: "page" });
  }

  /** A message from the page; called by the browser. */
  receive(message: unknown): void {
    this.listener(message);
  }

  /** Sends a snapshot, as the extension host does, and waits until the page drew it, or a newer one. */
  async send(state: PanelState<PanelData[P]>): Promise<void> {
    this.peer.notify("panel/state", state);
    // A page that is slow rests before it draws; one that failed never does.
    await this.page
      .waitForFunction((seq) => Number(document.body.dataset["seq"]) >= seq, state.seq, { timeout: 5000 })
      .catch(() => undefined);
    await this.page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => resolve(null))));
  }

  /** Gives the page another size and waits until what follows its size was drawn again. */
  async resize(width: number, height = 760): Promise<void> {
    await this.page.setViewportSize({ width, height });
    await this.page.evaluate(
      () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
    );
  }

  /** Tells the page where one points, as the extension host does. */
  async point(seq: number, range: Pointed["range"]): Promise<void> {
    this.peer.notify("panel/pointed", { seq, range });
    await this.page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => resolve(null))));
  }

  /** Sends any value to the page: for tests of what it refuses. */
  async toPage(message: unknown): Promise<void> {
    await this.page.evaluate((data) => window.postMessage(data, "*"), message).catch(() => undefined);
  }

  /** What the page keeps for its next life (vscode.setState). */
  async memory(): Promise<unknown> {
    return this.page.evaluate(() => (window as unknown as Record<string, unknown>)["__memory"]);
  }

  /** Changes the theme while the page is open, as VS Code does. */
  async setTheme(name: ThemeName): Promise<void> {
    const theme = loadTheme(name);
    await this.page.evaluate(({ variables, bodyClass, kind, theme: title }) => {
      const set = (window as unknown as Record<string, (v: unknown) => void>)["__setVariables"]!;
      set(variables);
      document.body.classList.remove(
        ...["vscode-light", "vscode-dark", "vscode-high-contrast", "vscode-high-contrast-light"],
      );
      document.body.classList.add(...bodyClass.split(" "));
      document.body.dataset["vscodeThemeKind"] = kind;
      document.body.dataset["vscodeThemeName"] = title;
    }, theme);
  }

  /** A picture of the page: out/screenshots/<name>.png; `full` takes what lies below the fold too. */
  async screenshot(name: string, options: { full?: boolean } = {}): Promise<string> {
    const file = inRepo("out", "screenshots", `${name}.png`);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    await this.page.screenshot({ path: file, fullPage: options.full ?? false, animations: "disabled" });
    return file;
  }

  /**
   * What the page's policy refused, "directive address source". Two kinds are known to be harmless and are left out:
   * style attributes (Plotly sets some as text) and the one style element that the toolkit tries.
   */
  async refused(): Promise<string[]> {
    const all = await this.page.evaluate(() => (window as unknown as Record<string, string[]>)["__refused"]!);
    return all.filter(
      (entry) => !entry.startsWith("style-src-attr") && !entry.startsWith("style-src-elem inline"),
    );
  }

  /** Fails where the page had an error or asked for something that its policy refuses. */
  async assertClean(): Promise<void> {
    const own = this.errors.filter(
      (text) => !/Refused to apply inline style|inline style violates/.test(text),
    );
    assert.deepEqual(own, []);
    assert.deepEqual(await this.refused(), []);
  }

  /** Closes the page. */
  async close(): Promise<void> {
    await this.page.context().close();
  }
}
