import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { startModelServer, type ModelServer } from "../../support/modelServer";
import { removeFolder, writeFiles } from "../../support/tempFolder";
import { writeTinyCheckpoint } from "../../support/tinyCheckpoint";
import { tinyModel } from "../../support/tinyModel";
import { byteLevelJson } from "../../support/tokenizerJson";
import { pressInNotification, waitForNotification } from "./support/notification";
import { readUntil } from "./support/readUntil";
import { openWorkbench, patience, type Workbench } from "./support/workbench";

const shape = {
  nLayers: 2,
  nHeads: 2,
  dModel: 8,
  dMlp: 12,
  dVocab: 300,
  nCtx: 16,
  kind: "gpt",
  seed: 1,
} as const;

describe("the list of Choose Model…", () => {
  const temp = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), "introspect-choose-"));
  const hub = path.join(temp, "hub");
  let server: ModelServer;
  let workbench: Workbench;

  const rows = () => workbench.page.locator(".quick-input-list .monaco-list-row");
  const row = (text: string | RegExp) => rows().filter({ hasText: text }).first();
  const input = () => workbench.page.locator(".quick-input-widget input.input");

  /** A snapshot of the Hugging Face cache: links into blobs. */
  function snapshot(name: string, files: Record<string, unknown>, checkpoint = false): void {
    const repository = path.join(hub, `models--${name.replace("/", "--")}`);
    const blobs = path.join(repository, "blobs");
    const folder = path.join(repository, "snapshots", "a".repeat(40));
    fs.mkdirSync(blobs, { recursive: true });
    fs.mkdirSync(folder, { recursive: true });
    if (checkpoint) writeTinyCheckpoint(blobs, tinyModel(shape));
    writeFiles(blobs, files);
    for (const file of fs.readdirSync(blobs)) {
      fs.symlinkSync(path.join("..", "..", "blobs", file), path.join(folder, file));
    }
  }

  async function open(): Promise<void> {
    await workbench.runCommand("Introspect: Choose Model…");
    await row("introspect-small").waitFor({ timeout: patience });
  }

  before(async () => {
    snapshot("research/tiny-reader", { "tokenizer.json": byteLevelJson() }, true);
    snapshot("research/no-tokenizer", {}, true);
    snapshot("google-bert/bert-base-uncased", {
      "config.json": { model_type: "bert" },
      "model.safetensors": "x",
    });
    server = await startModelServer({ name: "none", commit: "", files: {}, large: [] });
    workbench = await openWorkbench({
      environment: {
        HF_HUB_CACHE: hub,
        HF_ENDPOINT: server.endpoint,
        XDG_CACHE_HOME: path.join(temp, "cache"),
        INTROSPECT_MEMORY_BUDGET: "1.5",
      },
    });
  });
  after(async () => {
    await server.close();
    await removeFolder(temp);
  });

  it("has what is here and what can be downloaded, with what each needs of memory", async () => {
    await open();
    await row("research/tiny-reader").waitFor({ timeout: patience });
    await workbench.screenshot("choose-model-list");
    await input().fill("gpt2");
    await row("openai-community/gpt2").waitFor();
    assert.match(await row("openai-community/gpt2").innerText(), /needs .*, fits/s);
    await input().fill("Qwen");
    assert.match(await row("Qwen/Qwen2.5-0.5B").innerText(), /does not fit in 1\.5 GB/);
    await workbench.closePick();
  });

  it("shows what cannot be used with the reason, which choosing it says again", async () => {
    await open();
    await input().fill("bert");
    await row("google-bert/bert-base-uncased").waitFor({ timeout: patience });
    assert.match(await row("google-bert").innerText(), /"bert", which this version does not open/);
    await workbench.screenshot("choose-model-reason");
    await input().fill("no-tokenizer");
    await row("research/no-tokenizer").waitFor();
    assert.match(await row("research/no-tokenizer").innerText(), /no tokenizer\.json/);
    await workbench.page.keyboard.press("Enter");
    await waitForNotification(workbench, "It has no tokenizer.json");
    await workbench.runCommand("Notifications: Clear All Notifications");
  });

  it("uses a snapshot of the cache, remembers it, and forgets it again by its button", async () => {
    await open();
    await input().fill("tiny-reader");
    await row("research/tiny-reader").click({ timeout: patience });
    const status = workbench.page.locator(
      ".statusbar-item [aria-label^='Introspect model research/tiny-reader']",
    );
    await status.first().waitFor({ timeout: patience });
    await open();
    await row("in use").waitFor({ timeout: patience });
    await row("introspect-small").click();
    await status.first().waitFor({ state: "detached", timeout: patience });
    await open();
    await row(/used before/i).waitFor({ timeout: patience });
    await row("research/tiny-reader").waitFor({ timeout: patience });
    await row("research/tiny-reader").hover();
    await workbench.screenshot("choose-model-used");
    await row("research/tiny-reader").locator(".codicon-close").first().click();
    await row(/used before/i).waitFor({ state: "detached", timeout: patience });
    await row("research/tiny-reader").waitFor({ timeout: patience });
    await workbench.closePick();
  });

  it("asks nobody before a download was confirmed, then says what is wrong", async () => {
    await open();
    await input().fill("gpt2");
    await row("openai-community/gpt2").waitFor({ timeout: patience });
    await row("openai-community/gpt2").click();
    await row("Download 549 MB").waitFor({ timeout: patience });
    await workbench.screenshot("choose-model-download");
    assert.match(await row("Download 549 MB").innerText(), /MIT/);
    assert.equal(server.requests.length, 0);
    await row("Back").click();
    await row("introspect-small").waitFor({ timeout: patience });
    await input().fill("gpt2");
    await row("openai-community/gpt2").click();
    await row("Download 549 MB").click();
    await pressInNotification(workbench, "has no config.json (404)", "Retry");
    const sent = await readUntil(
      () => server.requests.length,
      (n) => n >= 2,
    );
    assert.ok(sent >= 2, "it was not tried again");
    assert.ok(
      server.requests.every((line) => line.startsWith("HEAD /openai-community/gpt2/resolve/607a30d")),
    );
  });
});
