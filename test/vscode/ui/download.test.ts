import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { entryOf, startModelServer, type ModelServer } from "../../support/modelServer";
import { inRepo } from "../../support/paths";
import { waitForNotification } from "./support/notification";
import { openWorkbench, patience, type Workbench } from "./support/workbench";
import { removeFolder } from "../../support/tempFolder";

/** The catalogue of the installed extension, a copy that may be changed; null where it runs from its source. */
function installedCatalogue(): string | null {
  const { extension, profile } = JSON.parse(process.env["INTROSPECT_RIG"] ?? "{}") as {
    extension: string | null;
    profile: string;
  };
  if (extension !== null) return null;
  const folder = path.join(profile, "extensions");
  const name = fs.readdirSync(folder).find((entry) => entry.startsWith("introspect.introspect-"));
  return name === undefined ? null : path.join(folder, name, "models", "catalogue.json");
}

describe("downloading a model in VS Code", () => {
  const temp = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), "introspect-download-"));
  const downloads = path.join(temp, "cache", "introspect", "models");
  const catalogue = installedCatalogue();
  const kept = catalogue === null ? "" : fs.readFileSync(catalogue, "utf8");
  let server: ModelServer;
  let workbench: Workbench;

  const row = (text: string | RegExp) =>
    workbench.page.locator(".quick-input-list .monaco-list-row").filter({ hasText: text }).first();

  before(async function () {
    if (catalogue === null) return this.skip();
    const names = ["config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors"];
    const files = names.map(
      (name) => [name, new Uint8Array(fs.readFileSync(inRepo("models/introspect-small", name)))] as const,
    );
    const model = {
      name: "test/small",
      commit: "c".repeat(40),
      files: Object.fromEntries(files),
      large: ["model.safetensors"],
    };
    server = await startModelServer(model);
    const entry = { ...entryOf(model), revision: "main", parameters: 3_000_000 };
    fs.writeFileSync(catalogue, JSON.stringify({ version: 1, models: [entry] }));
    workbench = await openWorkbench({
      environment: {
        HF_HUB_CACHE: path.join(temp, "hub"),
        HF_ENDPOINT: server.endpoint,
        XDG_CACHE_HOME: path.join(temp, "cache"),
      },
    });
  });
  after(async () => {
    if (catalogue !== null) fs.writeFileSync(catalogue, kept);
    await server?.close();
    await removeFolder(temp);
  });

  async function choose(): Promise<void> {
    await workbench.runCommand("Introspect: Choose Model…");
    await row("test/small").waitFor({ timeout: patience });
    await row("test/small").click();
  }

  it("shows how far it is, and stops when it is cancelled", async () => {
    server.faults.pace = 20;
    await choose();
    await row(/Download \d+ MB/).click();
    await waitForNotification(workbench, /downloading test\/small: .* of/);
    await workbench.screenshot("download-progress");
    const item = workbench.page
      .locator(".notifications-center .monaco-list-row")
      .filter({ hasText: "downloading test/small" })
      .first();
    await item.click();
    await item.locator(".monaco-button").filter({ hasText: "Cancel" }).first().click();
    await waitForNotification(workbench, "The download was cancelled");
    const sent = server.sent();
    await workbench.page.waitForTimeout(300);
    assert.equal(server.sent(), sent, "nothing is sent any more");
    await workbench.runCommand("Notifications: Clear All Notifications");
  });

  it("goes on when it is asked for again, and is used once it is whole", async () => {
    delete server.faults.pace;
    await choose();
    await row("Go on downloading").waitFor({ timeout: patience });
    await workbench.screenshot("download-go-on");
    await row("Go on downloading").click();
    await workbench.page
      .locator(".statusbar-item [aria-label^='Introspect model test--small']")
      .first()
      .waitFor({ timeout: patience });
    assert.match(server.requests.at(-1) ?? "", /^GET \/cdn\/model\.safetensors bytes=[1-9]\d*-$/);
    const record = fs.readFileSync(path.join(downloads, "test--small", "introspect-download.json"), "utf8");
    assert.equal((JSON.parse(record) as { revision: string }).revision, "c".repeat(40));
    assert.deepEqual(fs.readdirSync(downloads), ["test--small"]);
    await workbench.runCommand("Introspect: Choose Model…");
    await row("in use").waitFor({ timeout: patience });
    await row("introspect-small").click();
  });
});
