/** Not a test: colours a file of a million lines and measures how long the extension host is blocked meanwhile. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import * as vscode from "vscode";
import { Command } from "../../../src/extension/contributions";
import { inRepo } from "../../support/paths";
import { closeAll, introspect, patience, type, until } from "../host/support/introspect";

const lines = 1_000_000;
const wholeMs = 10_000;

/** A million lines of 45 units: just below the 50 MB beyond which VS Code gives extensions no document. */
function text(): string {
  const parts: string[] = [];
  for (let i = 0; i < lines; i++) parts.push(`const v${i} = f(${i % 97}, "w${i % 89}");`.padEnd(44));
  return `${parts.join("\n")}\n`;
}

const settle = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Milliseconds that this thread has been on a processor; the clock where the system does not tell. */
function busyMs(): number {
  try {
    return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, "utf8").split(" ")[0]) / 1e6;
  } catch {
    return performance.now();
  }
}

/** Most milliseconds that the extension host computed between two turns of a timer, while something is done. */
async function block(work: () => Promise<void>): Promise<number> {
  let longest = 0;
  let before = busyMs();
  const timer = setInterval(() => {
    const now = busyMs();
    longest = Math.max(longest, now - before);
    before = now;
  }, 1);
  await work();
  clearInterval(timer);
  return longest;
}

async function typeAt(editor: vscode.TextEditor, line: number): Promise<void> {
  const at = new vscode.Position(line, 0);
  editor.selection = new vscode.Selection(at, at);
  for (const letter of "let it be = 1; ") {
    await type(letter);
    await settle(150);
  }
}

describe("a file of a million lines", () => {
  it("is measured", async function () {
    this.timeout(10 * patience);
    const folder = mkdtempSync(join(tmpdir(), "introspect-large-"));
    const path = join(folder, "large.txt");
    writeFileSync(path, text());
    const api = await introspect();
    // VS Code's own search for merge conflicts reads all of a text after each key.
    const conflicts = vscode.workspace.getConfiguration("merge-conflict");
    for (const name of ["codeLens.enabled", "decorators.enabled"])
      await conflicts.update(name, false, vscode.ConfigurationTarget.Global);
    const editor = await vscode.window.showTextDocument(vscode.Uri.file(path));
    await settle(5000);
    // What VS Code itself takes, beside which ours is read.
    const idle = await block(() => settle(2000));
    const plain = await block(() => typeAt(editor, 250_000));
    let coloured = 0;
    const visible = await block(async () => {
      const begun = performance.now();
      await vscode.commands.executeCommand(Command.ColourBy, { kind: "surprisal" });
      await until("the visible lines are coloured", () => api.heatmap()?.busy === false);
      coloured = performance.now() - begun;
    });
    const scrolled = await block(async () => {
      for (const line of [500_000, 999_000, 250_000]) {
        editor.revealRange(new vscode.Range(line, 0, line, 0));
        await settle(300);
        await until("what is visible is coloured", () => api.heatmap()?.busy === false);
      }
    });
    const typed = await block(async () => {
      await typeAt(editor, 250_000);
      await until("what was typed is measured", () => api.heatmap()?.busy === false);
    });
    let measured = 0;
    const whole = await block(async () => {
      void vscode.commands.executeCommand(Command.ColourBy, "whole");
      await settle(wholeMs);
      measured = api.heatmap()?.measured ?? 0;
    });
    let stopMs = 0;
    const stopped = await block(async () => {
      const begun = performance.now();
      await vscode.commands.executeCommand(Command.ColourBy, "stop");
      await until("nothing is measured any more", () => api.heatmap()?.busy === false);
      stopMs = performance.now() - begun;
    });
    for (const name of ["codeLens.enabled", "decorators.enabled"])
      await conflicts.update(name, undefined, vscode.ConfigurationTarget.Global);
    await vscode.commands.executeCommand("workbench.action.files.revert");
    await closeAll();
    rmSync(folder, { recursive: true, force: true });
    const report = {
      what: "a file of 1,000,000 lines (45 MB) coloured by surprisal; longest block of the extension host, milliseconds of its thread",
      visibleColouredMs: coloured,
      blocks: { idle, plain, visible, scrolled, typed, whole, stopped },
      whole: { ms: wholeMs, measured, stopMs },
    };
    const file = inRepo("out/bench/largeFile.json");
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(report));
    console.log(JSON.stringify(report));
  });
});
