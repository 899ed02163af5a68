import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import * as vscode from "vscode";
import { Command, Setting } from "../../../src/extension/contributions";
import {
  closeAll,
  explain,
  introspect,
  openText,
  select,
  setModel,
  type,
  until,
  untilState,
} from "./support/introspect";
import { removeFolder } from "../../support/tempFolder";

const data =
  process.env["INTROSPECT_DATA"] ||
  path.resolve(process.env["INTROSPECT_ROOT"] ?? ".", "..", "shared", "data");
const llama = path.join(data, "stories260K", "hf");

describe("the model in use", () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "introspect-models-"));

  before(async () => {
    await vscode.commands.executeCommand(Command.ShowLens);
    await openText("Once upon a time");
  });
  afterEach(() => setModel(undefined));
  after(async () => {
    await closeAll();
    await removeFolder(folder);
  });

  const failure = (what: string) => untilState("lens", what, ({ status }) => status === "error");

  it("is the bundled one at first, with its digest after a while", async () => {
    const { model } = await untilState("lens", "the digest is known", (state) =>
      Boolean(state.model?.digest),
    );
    assert.equal(path.basename(model?.path ?? ""), "introspect-small");
    assert.match(model?.digest ?? "", /^[0-9a-f]{64}$/);
  });

  const wrong: [string, () => string, RegExp][] = [
    ["a folder that is not there", () => path.join(folder, "nowhere"), /nowhere/],
    ["an empty folder", () => fs.mkdtempSync(path.join(folder, "empty-")), /empty-.* has no /],
    ["a path that is not whole", () => "models/mine", /full path/],
  ];
  for (const [name, make, pattern] of wrong) {
    it(`that is ${name} is told where the result would be, with a next step`, async () => {
      await setModel(make());
      const { error } = await failure("the model is refused");
      assert.match(error?.message ?? "", pattern);
      assert.ok(error?.next, "a next step");
      await setModel(undefined);
      await untilState("lens", "the lens is there again", ({ status }) => status === "ready");
    });
  }

  it("may vanish while it is in use: a clear sentence, and all is well when it is back", async () => {
    const copy = path.join(folder, "copy");
    fs.cpSync((await introspect()).model().path, copy, { recursive: true });
    await setModel(copy);
    await untilState(
      "lens",
      "the copy is in use",
      ({ status, model }) => status === "ready" && model?.path === copy,
    );
    fs.renameSync(copy, `${copy}-away`);
    await type(" there");
    const { error } = await failure("the vanished model is told");
    assert.ok(error && error.message.length > 10 && error.next, JSON.stringify(error));
    fs.renameSync(`${copy}-away`, copy);
    await type(" was");
    await untilState("lens", "the lens is there again", ({ status }) => status === "ready");
  });

  it("may be overwritten while it is in use: that is told before anything of the new one is shown", async () => {
    const copy = path.join(folder, "overwritten");
    fs.cpSync((await introspect()).model().path, copy, { recursive: true });
    await setModel(copy);
    const known = await untilState(
      "lens",
      "the copy is in use, its digest known",
      ({ status, model }) => status === "ready" && model?.path === copy && Boolean(model.digest),
    );
    const weights = path.join(copy, "model.safetensors");
    const bytes = fs.readFileSync(weights);
    // Turns the sign of a stretch of 16-bit weights: other numbers of the same size in the same place.
    for (let i = bytes.length - 400_001; i < bytes.length; i += 2) bytes[i] = bytes[i] ^ 0x80;
    fs.writeFileSync(weights, bytes);
    await type(" he");
    const { error } = await failure("the change is told");
    assert.equal(error?.code, "model-changed");
    assert.ok(error.next, "a next step");
    await type(" said");
    const digest = (state: { status: string; model?: { digest: string | null } }): boolean =>
      state.status === "ready" && Boolean(state.model?.digest) && state.model?.digest !== known.model?.digest;
    await untilState("lens", "the new model is in use, under its own digest", digest);
  });

  it("is opened anew once a setting of the engine is another: what was known of it is of the past", async () => {
    const set = async (device: string | undefined): Promise<void> =>
      vscode.workspace.getConfiguration().update(Setting.Device, device, vscode.ConfigurationTarget.Global);
    const opened = async (): Promise<readonly string[]> => {
      await type(" so");
      await until("the model is open", () => api.model().state.kind === "open");
      const { state } = api.model();
      return (state.kind === "open" ? state.info.warnings : undefined) ?? [];
    };
    const api = await introspect();
    assert.deepEqual(await opened(), []);
    try {
      await set("dml");
      await until("the model is closed", () => api.model().state.kind === "unopened");
      // DirectML is on Windows only; where it works, nothing is to be said.
      if (process.platform !== "win32") assert.match((await opened()).join(" "), /cpu/i);
    } finally {
      await set(undefined);
    }
  });

  (fs.existsSync(llama) ? it : it.skip)("may be a checkpoint of one's own: a Llama", async () => {
    await setModel(llama);
    const { model, data: lens } = await untilState(
      "lens",
      "the Llama is shown",
      (state) => state.status === "ready" && state.model?.path === llama,
    );
    assert.equal(model?.family, "llama");
    assert.equal(lens?.layers.length, model.nLayers + 1);
    const editor = await openText("Lily and Tom went to the park. They saw a big dog.");
    select(editor, 30, 50);
    const { data: ranked } = await explain();
    assert.ok((ranked?.ranking.neurons.length ?? 0) >= 10);
  });
});
