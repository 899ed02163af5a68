/** What the model sees, switched in the pages; the numbers are those of the command line for the same inputs. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import path from "node:path";
import type { Frame } from "playwright-core";
import { viewTypes } from "../../../src/extension/contributions";
import type { NeuronsResult } from "../../../src/protocol/neurons";
import { number } from "../../../webview/shared/format";
import { inRepo } from "../../support/paths";
import { readUntil } from "./support/readUntil";
import { reopened } from "./support/reopened";
import { openWorkbench, patience, type Workbench } from "./support/workbench";

const listed = 24;

/** The ranking of a page: names and scores as they are written. */
async function shownRanking(frame: Frame): Promise<string[]> {
  const rows = await frame.locator(".ranking .neuron").all();
  const text = async (row: (typeof rows)[number], part: string): Promise<string> =>
    row.locator(part).innerText();
  return Promise.all(
    rows.map(async (row) => `${await text(row, ".neuron-name")} ${await text(row, ".neuron-score")}`),
  );
}

/** The same of the command line. */
function rankedByCli(file: string, selection: string, text: string, ...options: string[]): string[] {
  const start = text.indexOf(selection);
  const range = `${start}:${start + selection.length}`;
  const model = inRepo("models/introspect-small");
  const argv = ["neurons", model, "--file", file, "--range", range, "--top", String(listed), ...options];
  const answer = execFileSync(process.execPath, [inRepo("dist/cli.js"), ...argv], { encoding: "utf8" });
  const { neurons } = JSON.parse(answer) as Pick<NeuronsResult, "neurons">;
  return neurons.map(({ layer, neuron, score }) => `L${layer} N${neuron} z ${number(score)}`);
}

describe("what the model sees", () => {
  const file = "search.ts";
  const selection = "binarySearch";
  let workbench: Workbench;
  let text: string;
  let frame: Frame;

  const onDisk = (): string => path.join(workbench.folder, file);
  const ranOn = async (words: string): Promise<void> => {
    await frame
      .locator("body[data-status='ready'] .ran")
      .filter({ hasText: words })
      .waitFor({ timeout: patience });
  };
  const choose = (name: string): Promise<void> => frame.getByRole("radio", { name, exact: true }).check();

  before(async () => {
    workbench = await openWorkbench();
    await workbench.openFile(file);
    text = workbench.readFile(file);
    await workbench.selectText(selection);
    await workbench.contextMenu("Explain Neuron Activations on Selection");
    frame = await workbench.webviewFrame("neurons");
    await ranOn("run on: text before");
  });

  it("is the text before the selection at first, as on the command line", async () => {
    assert.deepEqual(await shownRanking(frame), rankedByCli(onDisk(), selection, text));
  });

  it("is the selection alone once that is chosen: the ranking is made anew, as on the command line", async () => {
    const before = await shownRanking(frame);
    await choose("Selection only");
    await ranOn("run on: selection only");
    const after = await shownRanking(frame);
    assert.notDeepEqual(after, before);
    assert.deepEqual(after, rankedByCli(onDisk(), selection, text, "--context", "selection"));
    await workbench.screenshot("context-selection-only");
  });

  it("is a prefix of one's own before the selection, which is not in the editor", async () => {
    const prefix = "import { ";
    await choose("Custom prefix");
    await ranOn("run on: custom prefix");
    await frame.getByRole("textbox", { name: "Prefix", exact: true }).fill(prefix);
    const seq = Number(await frame.locator("body").getAttribute("data-seq"));
    await frame.getByRole("textbox", { name: "Prefix", exact: true }).press("Control+Enter");
    await frame.waitForFunction(
      (last) =>
        document.body.dataset["status"] === "ready" && Number(document.body.dataset["seq"]) > last + 1,
      seq,
      { timeout: patience },
    );
    assert.deepEqual(await shownRanking(frame), rankedByCli(onDisk(), selection, text, "--prefix", prefix));
    await frame.locator(".ranking .neuron").first().click();
    await frame.locator(".card .token.of-prefix").first().waitFor({ timeout: patience });
    await workbench.screenshot("context-prefix");
    assert.equal(workbench.readFile(file), text);
  });

  it("is kept for each panel: closed and opened again, and after a reload", async () => {
    await choose("Selection only");
    await ranOn("run on: selection only");
    await workbench.runCommand("View: Focus First Editor Group");
    await workbench.contextMenu("Introspect", "Show Attention on Selection");
    const attention = await workbench.webviewFrame("attention");
    await attention.locator(".ran").filter({ hasText: "run on: text before" }).waitFor({ timeout: patience });
    workbench = await reopened(workbench, viewTypes.attention);
    await workbench.runCommand("View: Close All Editors");
    await workbench.openFile(file);
    await workbench.selectText("lowerBound");
    await workbench.contextMenu("Explain Neuron Activations on Selection");
    frame = await workbench.webviewFrame("neurons");
    await ranOn("run on: selection only");
    assert.deepEqual(
      await shownRanking(frame),
      rankedByCli(onDisk(), "lowerBound", text, "--context", "selection"),
    );
    await choose("Custom prefix");
    assert.equal(await frame.getByRole("textbox", { name: "Prefix", exact: true }).inputValue(), "import { ");
  });

  it("is switched in the Lens: the line up to the cursor, or the selection, in a text never saved", async () => {
    await workbench.runCommand("File: New Untitled Text File");
    await workbench.page.locator(".tab.active").filter({ hasText: "Untitled" }).waitFor();
    await workbench.focusEditor();
    await workbench.page.keyboard.type("const one = 1;\nconst two = one", { delay: 20 });
    await workbench.runCommand("Introspect: Show Lens");
    frame = await workbench.webviewFrame("lens");
    await ranOn("run on: text before");
    await choose("Selection only");
    await ranOn("run on: selection only");
    const shown = async (wanted: string): Promise<void> => {
      const heads = frame.locator(".column-head");
      const now = async (): Promise<string> =>
        (await heads.allInnerTexts()).join("").replace(/[·\u00a0]/g, " ");
      assert.equal(await readUntil(now, (text) => text === wanted), wanted);
    };
    await shown("const two = one");
    await workbench.focusEditor();
    await workbench.page.keyboard.type(" + 1", { delay: 20 });
    await shown("const two = one + 1");
    await workbench.page.keyboard.press("Shift+Home");
    await workbench.page.keyboard.press("Shift+ArrowUp");
    await workbench.page.keyboard.press("Shift+End");
    await shown("↵const two = one + 1");
    await workbench.screenshot("context-lens");
    await workbench.page.keyboard.press("Home");
    await frame.locator("body[data-status='empty']").waitFor({ timeout: patience });
    await frame.getByText("let the model see the text before").waitFor();
  });
});
