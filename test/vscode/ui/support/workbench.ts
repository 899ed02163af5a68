/**
 * Driving a real VS Code workbench in a browser. In a test:
 *
 *   const workbench = await openWorkbench({ settings: { "workbench.colorTheme": "Default Light Modern" } });
 *   await workbench.openFile("search.ts");             // quick open, waits for the editor
 *   await workbench.selectText("binarySearch");        // the first match, through the find widget
 *   await workbench.contextMenu("Show Attention on Selection");   // submenus by further names
 *   await workbench.runCommand("Introspect: Show Lens");           // palette, by full title
 *   const frame = await workbench.webviewFrame("lens");            // the frame that loaded dist/webview/lens.js
 *   await frame.getByRole("button", { name: "Run" }).click();
 *   await workbench.screenshot("lens-on-search");      // out/screenshots/lens-on-search.png
 *
 * All tests of a run share one server and one browser; each openWorkbench() is a new page on it, the one before is
 * closed. The first webview of a run takes 8 to 12 s to come alive: wait for conditions, never for a time.
 */
import fs from "node:fs";
import path from "node:path";
import {
  chromium,
  type Browser,
  type BrowserContext,
  type Frame,
  type Locator,
  type Page,
} from "playwright-core";
import { inRepo } from "../../../support/paths";

/** What scripts/test-vscode.mjs started, as it tells it. */
interface Rig {
  readonly url: string;
  readonly port: number;
  readonly executable: string;
  readonly profile: string;
  readonly screenshots: string;
  readonly sample: string;
  /** The extension's folder, or null where it is installed. */
  readonly extension: string | null;
}

/** How a workbench is opened; by default on a copy of media/sample, with quiet settings. */
export interface OpenOptions {
  /**
   * Absolute path; default: a new copy of media/sample that tests may write to. What VS Code remembers (open editors,
   * layout) belongs to the folder: a new copy begins afresh, `folder: workbench.folder` opens the same again.
   */
  readonly folder?: string;
  /** User settings beside the rig's own; they replace those of the workbench before. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly viewport?: { readonly width: number; readonly height: number };
  /** Environment of the extension host. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** How long one step may take; the machine may be busy. */
export const patience = 60_000;

interface Shared {
  browser?: Browser;
  context?: BrowserContext;
  baseSettings?: Record<string, unknown>;
}

// Every test file is a bundle of its own: what they share lives on globalThis.
const sharedKey = Symbol.for("introspect.ui.shared");
const holder = globalThis as unknown as Record<symbol, Shared | (() => Promise<void>)[] | undefined>;

// A failed test leaves a picture of what was on screen. Registered once for all bundles.
const hookKey = Symbol.for("introspect.ui.hook");
if (!holder[hookKey] && typeof afterEach === "function") {
  holder[hookKey] = [];
  afterEach(async function () {
    if (this.currentTest?.state !== "failed") return;
    const name = `failed-${this.currentTest
      .fullTitle()
      .replace(/[^\w]+/g, "-")
      .slice(0, 80)}`;
    const page = (holder[sharedKey] as Shared | undefined)?.context?.pages().at(-1);
    await page?.screenshot({ path: inRepo("out", "screenshots", `${name}.png`) }).catch(() => undefined);
  });
}

function rig(): Rig {
  const text = process.env["INTROSPECT_RIG"];
  if (!text) throw new Error("These tests are started by: npm run test:vscode ui");
  return JSON.parse(text) as Rig;
}

async function sharedContext(viewport: { width: number; height: number }): Promise<BrowserContext> {
  const shared = ((holder[sharedKey] as Shared | undefined) ??= {});
  if (!shared.browser) {
    const sandbox = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
    const browser = await chromium.launch({
      executablePath: rig().executable,
      args: [
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        ...sandbox,
      ],
    });
    shared.browser = browser;
    const closers = Symbol.for("introspect.closers");
    ((holder[closers] as (() => Promise<void>)[] | undefined) ??= []).push(() => browser.close());
  }
  shared.context ??= await shared.browser.newContext({
    viewport,
    permissions: ["clipboard-read", "clipboard-write"],
  });
  return shared.context;
}

function writeSettings(settings: Readonly<Record<string, unknown>>): void {
  const shared = ((holder[sharedKey] as Shared | undefined) ??= {});
  const file = path.join(rig().profile, "user-data", "User", "settings.json");
  shared.baseSettings ??= JSON.parse(fs.readFileSync(file, "utf8")) as Record<string, unknown>;
  fs.writeFileSync(file, JSON.stringify({ ...shared.baseSettings, ...settings }, null, 2));
}

/** Forgets what an earlier test chose for this machine, such as a model that is gone by now. */
function forgetMachineSettings(): void {
  fs.rmSync(path.join(rig().profile, "user-data", "Machine", "settings.json"), { force: true });
}

function freshSample(): string {
  const { sample } = rig();
  const parent = fs.mkdtempSync(`${sample}-`);
  const folder = path.join(parent, "sample");
  fs.cpSync(sample, folder, { recursive: true });
  return folder;
}

function address(folder: string, options: OpenOptions): string {
  const { url, port, extension } = rig();
  const payload: [string, string][] = [];
  if (extension !== null) {
    payload.push(["extensionDevelopmentPath", `vscode-remote://127.0.0.1:${port}${encodeURI(extension)}`]);
  }
  if (options.environment) payload.push(["extensionEnvironment", JSON.stringify(options.environment)]);
  const query = new URLSearchParams({ folder, payload: JSON.stringify(payload) });
  return `${url}/?${query.toString()}`;
}

/** Opens VS Code with the extension from source and waits until it can be used. */
export async function openWorkbench(options: OpenOptions = {}): Promise<Workbench> {
  const viewport = options.viewport ?? { width: 1400, height: 900 };
  const context = await sharedContext(viewport);
  for (const page of context.pages()) await page.close({ runBeforeUnload: false });
  writeSettings(options.settings ?? {});
  forgetMachineSettings();
  const page = await context.newPage();
  page.setDefaultTimeout(patience);
  await page.setViewportSize(viewport);
  page.on("dialog", (dialog) => void dialog.accept().catch(() => undefined));
  const folder = options.folder ?? freshSample();
  await page.goto(address(folder, options));
  await page.locator(".monaco-workbench .part.statusbar").waitFor();
  await page.locator(".explorer-viewlet .monaco-list-row, .editor-group-watermark, .tab").first().waitFor();
  // A palette that is opened before the extension's commands are known never lists them.
  await page.locator(".activitybar .action-label[aria-label*='Introspect']").first().waitFor();
  return new Workbench(page, folder);
}

const isThere = [(): boolean => true, (): boolean => false] as const;

const exactly = (text: string): RegExp =>
  new RegExp(`^\\s*${text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}\\s*$`);

/** One open workbench; see the head of this file. */
export class Workbench {
  constructor(
    /** Playwright's page, for what has no helper here. */
    readonly page: Page,
    /** The folder that is open. */
    readonly folder: string,
  ) {}

  /** The text area of the active editor group. */
  get editor(): Locator {
    return this.page.locator(".editor-group-container.active .editor-instance .monaco-editor").first();
  }

  /** Opens a file of the folder by name and waits until its text is drawn and focused. */
  async openFile(name: string): Promise<void> {
    await this.quickInput("F1", name, "");
    const row = this.page.locator(".quick-input-list .monaco-list-row").first();
    await row.filter({ hasText: path.basename(name) }).waitFor();
    await this.page.keyboard.press("Enter");
    await this.page
      .locator(".editor-group-container.active .tab.active")
      .filter({ hasText: path.basename(name) })
      .waitFor();
    await this.editor.locator(".view-line").first().waitFor();
    await this.focusEditor();
  }

  /** Puts the keyboard focus into the active editor; where a panel is active, into the first group's. */
  async focusEditor(): Promise<void> {
    const focused = this.page.locator(".editor-group-container.active .monaco-editor.focused").first();
    if (await focused.isVisible()) return;
    const group = (await this.editor.isVisible()) ? "Active" : "First";
    await this.runCommand(`View: Focus ${group} Editor Group`);
    await focused.waitFor();
  }

  /** Runs a command by its full title ("View: Toggle Word Wrap") from the palette. */
  async runCommand(title: string): Promise<void> {
    const row = this.page
      .locator(".quick-input-list .monaco-list-row")
      .filter({ has: this.page.getByText(title, { exact: true }) })
      .first();
    const deadline = Date.now() + patience;
    // The palette lists what is known when it opens: while extensions are still coming, open it again.
    for (;;) {
      await this.quickInput("F1", title);
      const wait = row.waitFor({ timeout: 8000 });
      if (Date.now() > deadline) await wait;
      else if (await wait.then(...isThere)) break;
      await this.page.keyboard.press("Escape");
    }
    await row.click();
    // The command may ask something in the same widget, which then stays.
    await row.waitFor({ state: "hidden", timeout: 8000 }).catch(() => undefined);
  }

  /** Opens the palette or quick open and types into it. */
  private async quickInput(key: string, text: string, prefix = ">"): Promise<void> {
    // No Escape first: in an editor that would take the selection away.
    await this.page.keyboard.press(key);
    const input = this.page.locator(".quick-input-widget input.input");
    await input.waitFor();
    await input.fill(prefix + text);
  }

  /** Closes the list that asks something, where it is still open: it goes by itself when it loses the focus. */
  async closePick(): Promise<void> {
    const widget = this.page.locator(".quick-input-widget");
    const input = widget.locator("input.input");
    if (await input.isVisible()) await input.press("Escape", { timeout: 5000 }).catch(() => undefined);
    await widget.waitFor({ state: "hidden" });
  }

  /** Selects the first match of a text (one line) in the active editor. */
  async selectText(text: string): Promise<void> {
    await this.focusEditor();
    await this.page.keyboard.press("Control+Home");
    await this.page.keyboard.press("Control+f");
    const find = this.page.locator(".find-widget.visible .find-part textarea").first();
    await find.waitFor();
    await find.fill(text);
    await this.page
      .locator(".find-widget.visible .matchesCount")
      .filter({ hasText: /\d+ of \d+/ })
      .waitFor();
    await this.page.keyboard.press("Escape");
    await this.page.locator(".find-widget.visible").waitFor({ state: "hidden" });
    await this.page.locator(".editor-group-container.active .selected-text").first().waitFor();
  }

  /** Opens the editor's context menu on the selection and chooses an entry; further names go into submenus. */
  async contextMenu(...labels: string[]): Promise<void> {
    await this.focusEditor();
    await this.page.keyboard.press("Shift+F10");
    const entry = (label: string): Locator =>
      this.page
        .locator(".context-view .action-item, .monaco-menu .action-item")
        .filter({ has: this.page.locator(".action-label", { hasText: exactly(label) }) })
        .last();
    for (const [index, label] of labels.entries()) {
      await entry(label).waitFor();
      const next = labels[index + 1];
      // A click that comes too soon after a menu was drawn is ignored by VS Code: look, then click again.
      for (let attempt = 0; attempt < 5; attempt++) {
        await entry(label).hover({ timeout: 5000 });
        await this.page.waitForTimeout(400);
        if (next !== undefined && (await entry(next).isVisible())) break;
        await entry(label).click({ timeout: 5000 });
        const done =
          next === undefined
            ? entry(label).waitFor({ state: "hidden", timeout: 3000 })
            : entry(next).waitFor({ timeout: 3000 });
        if (
          await done.then(
            () => true,
            () => false,
          )
        )
          break;
      }
    }
  }

  /** The frame in which the bundle of a panel (dist/webview/<id>.js) runs; waits until it is there. */
  async webviewFrame(panelId: string): Promise<Frame> {
    const deadline = Date.now() + patience;
    while (Date.now() < deadline) {
      for (const frame of this.page.frames()) {
        const found = await frame
          .evaluate((id) => document.querySelector(`script[src*="/webview/${id}.js"]`) !== null, panelId)
          .catch(() => false);
        if (found) return frame;
      }
      await this.page.waitForTimeout(200);
    }
    await this.screenshot(`no-webview-${panelId}`);
    throw new Error(`no webview loaded ${panelId}.js; see out/screenshots/no-webview-${panelId}.png`);
  }

  /** The texts of the notifications that the extension gave, or that VS Code gave about it. */
  async notifications(): Promise<string[]> {
    // In this set-up no toasts come up; the centre lists what was said.
    await this.runCommand("Notifications: Show Notifications");
    const centre = this.page.locator(".notifications-center");
    await centre.waitFor();
    // A row's label names its source. VS Code's own notices have none: progress of activating, and complaints of
    // built-in extensions that lack their packages in this set-up.
    const rows = centre.locator(
      ".monaco-list-row[aria-label*='introspect' i] .notification-list-item-message",
    );
    const texts = await rows.allInnerTexts();
    await this.page.keyboard.press("Escape");
    return texts;
  }

  /** The text of the file on disk, in the open folder. */
  readFile(name: string): string {
    return fs.readFileSync(path.join(this.folder, name), "utf8");
  }

  /** Changes user settings while the workbench runs; wait for what should follow from it. */
  changeSettings(settings: Readonly<Record<string, unknown>>): void {
    writeSettings(settings);
  }

  /** A picture of the whole window: out/screenshots/<name>.png; the path is returned. */
  async screenshot(name: string): Promise<string> {
    const file = path.join(rig().screenshots, `${name}.png`);
    await this.page.screenshot({ path: file, animations: "disabled" });
    return file;
  }

  /** Closes the page; the server and the browser stay for the next test. */
  async close(): Promise<void> {
    await this.page.close({ runBeforeUnload: false });
  }
}
