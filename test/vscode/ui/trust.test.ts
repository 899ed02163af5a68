import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { inRepo } from "../../support/paths";
import { openWorkbench, patience, type Workbench } from "./support/workbench";
import { removeFolder } from "../../support/tempFolder";

const untrusted = {
  "security.workspace.trust.enabled": true,
  "security.workspace.trust.startupPrompt": "never",
};

/** An experiment of a workspace, which names a model of its own. */
const experiment = (model: string) => ({
  version: 1,
  model: { path: model },
  prompt: "The result of the search is",
  edits: [
    {
      hook: "blocks.1.hook_resid_pre",
      op: "add",
      value: { text: "const", minus: "import" },
      scale: 2,
      positions: "prefill-front",
    },
  ],
  sampling: { maxTokens: 3 },
  controls: { isotropic: 2, seed: 0 },
});

describe("a workspace that is not trusted", () => {
  let workbench: Workbench;
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "introspect-untrusted-"));
  const write = (name: string, value: unknown): void =>
    fs.writeFileSync(path.join(folder, name), JSON.stringify(value));

  /** Runs an experiment of the folder and waits for how it ended. */
  async function ending(name: string, status: "ready" | "error"): Promise<string> {
    await workbench.openFile(name);
    await workbench.runCommand("Introspect: Run Experiment File");
    const frame = await workbench.webviewFrame("steering");
    await frame.locator(`body[data-status='${status}']`).waitFor({ timeout: 2 * patience });
    return frame.locator("body").innerText();
  }

  before(async () => {
    fs.cpSync(inRepo("media/sample"), folder, { recursive: true });
    // A whole model, so that nothing but trust keeps it from being opened.
    fs.cpSync(inRepo("models/introspect-small"), path.join(folder, "its-own"), { recursive: true });
    fs.mkdirSync(path.join(folder, ".vscode"));
    write(path.join(".vscode", "settings.json"), { "introspect.model.path": path.join(folder, "its-own") });
    write("other.introspect.json", experiment("its-own"));
    write("bundled.introspect.json", experiment("introspect-small"));
    workbench = await openWorkbench({ folder, settings: untrusted });
    await workbench.page.getByText("Restricted Mode").first().waitFor();
  });
  after(() => removeFolder(folder));

  it("is looked at with the model of the user's settings", async () => {
    await workbench.openFile("search.ts");
    await workbench.selectText("binarySearch");
    await workbench.contextMenu("Explain Neuron Activations on Selection");
    const frame = await workbench.webviewFrame("neurons");
    await frame.locator("body[data-status='ready']").waitFor({ timeout: patience });
    assert.match(await frame.locator(".badge").first().innerText(), /introspect-small/);
    await workbench.screenshot("trust-restricted");
  });

  it("may not choose a model by an experiment file", async () => {
    assert.match(await ending("other.introspect.json", "error"), /not trusted: an experiment file may not/);
  });

  it("may run an experiment on the model that is used anyway", async () => {
    assert.match(await ending("bundled.introspect.json", "ready"), /Default[\s\S]*Steered/);
  });

  it("chooses the model by an experiment file once it is trusted", async () => {
    workbench = await openWorkbench({ folder });
    assert.match(await ending("other.introspect.json", "ready"), /its-own/);
  });
});
