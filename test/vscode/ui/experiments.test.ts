import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { openWorkbench, patience, type Workbench } from "./support/workbench";

const experiment = {
  version: 1,
  model: { path: "introspect-small", digest: null },
  prompt: "The old house at the end of the road",
  edits: [
    {
      hook: "blocks.1.hook_resid_pre",
      op: "add",
      value: { text: "Love", minus: "Hate" },
      scale: 4,
      positions: "prefill-front",
    },
  ],
  sampling: { maxTokens: 6, temperature: 0, seed: 0 },
  controls: { isotropic: 3, shuffled: 3, seed: 0 },
};

const files: Record<string, object> = {
  good: { ...experiment, expect: [{ of: "kl", atLeast: 0 }] },
  bad: { ...experiment, expect: [{ of: "kl", atLeast: 0 }, { of: "kl", name: "impossible", atLeast: 1000 }] }, // prettier-ignore
  plain: experiment,
  long: {
    ...experiment,
    sampling: { maxTokens: 400, temperature: 1, seed: 0 },
    expect: [{ of: "words", words: ["a"], n: 2000, atLeast: 0 }],
  },
};

describe("experiment files in the workbench", () => {
  let workbench: Workbench;

  const inTree = (name: string) => workbench.page.getByRole("treeitem", { name });
  const write = (name: string): void =>
    fs.writeFileSync(
      path.join(workbench.folder, `${name}.introspect.json`),
      JSON.stringify(files[name], null, 2),
    );

  before(async () => {
    workbench = await openWorkbench();
    for (const name of ["good", "bad", "plain"]) write(name);
    // Opened anew: the watcher may begin after a file is written, and would never tell of it.
    workbench = await openWorkbench({ folder: workbench.folder });
  });

  it("run from the line above them, with the result beside them", async () => {
    await inTree("good.introspect.json").dblclick();
    const lens = workbench.page.locator(".codelens-decoration a").filter({ hasText: "Run" });
    await lens.first().waitFor({ timeout: patience });
    await workbench.screenshot("experiment-lines");
    await lens.first().click();
    const frame = await workbench.webviewFrame("steering");
    await frame.locator("body[data-status='ready']").waitFor({ timeout: 2 * patience });
    await frame.getByText("KL to the default").waitFor({ timeout: patience });
    await inTree("good.introspect.result.json").waitFor({ timeout: patience });
  });

  it("continue at once at the strength that is dragged to", async () => {
    const frame = await workbench.webviewFrame("steering");
    await frame.getByRole("slider").press("ArrowRight");
    await frame.getByText("Strength 4.20, as dragged").waitFor({ timeout: patience });
    await workbench.screenshot("experiment-dragged");
  });

  it("are tests where they expect something: passed, or failed with what was measured", async () => {
    await workbench.runCommand("Testing: Focus on Test Explorer View");
    await inTree("bad (Not yet run)").waitFor({ timeout: patience });
    assert.equal(await inTree("plain").count(), 0);
    await workbench.runCommand("Test: Run All Tests");
    await inTree("good (Passed").waitFor({ timeout: 2 * patience });
    await inTree("bad (Failed").waitFor({ timeout: patience });
    await workbench.screenshot("experiment-tests");
    await inTree("bad (Failed").dblclick();
    await workbench.page.getByText(/impossible: .* expected at least 1000: not met/).first().waitFor({ timeout: patience }); // prettier-ignore
    await workbench.screenshot("experiment-test-failed");
  });

  it("stop as tests when they are cancelled", async () => {
    write("long");
    await inTree("long (Not yet run)").waitFor({ timeout: patience });
    await workbench.runCommand("Test: Run All Tests");
    await inTree("long (Running").waitFor({ timeout: patience });
    await workbench.runCommand("Test: Cancel Test Run");
    await inTree("long (Skipped").waitFor({ timeout: patience });
  });

  it("are in the history of what was tried, from which they open again", async () => {
    await workbench.runCommand("Introspect: Steering History…");
    const row = workbench.page.locator(".quick-input-list .monaco-list-row").first();
    await row.filter({ hasText: "add “Love” − “Hate” × 4" }).waitFor({ timeout: patience });
    await workbench.screenshot("experiment-history");
    await row.click();
    const frame = await workbench.webviewFrame("steering");
    await frame.locator("body[data-status='ready']").waitFor({ timeout: 2 * patience });
    await frame.getByText("saved as good.introspect.json").waitFor({ timeout: patience });
    assert.equal(await frame.getByText("as dragged").isVisible(), false);
  });
});
