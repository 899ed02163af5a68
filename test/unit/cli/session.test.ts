import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { runProgram } from "../../../src/cli/program";
import { withModel } from "../../../src/cli/session";
import "../../support/cli";
import { inRepo } from "../../support/paths";
import { removeFolder } from "../../support/tempFolder";

describe("a model while a command uses it", () => {
  let folder: string;
  beforeEach(() => {
    folder = join(mkdtempSync(join(tmpdir(), "introspect-used-")), "model");
    cpSync(inRepo("models/introspect-small"), folder, { recursive: true });
  });
  afterEach(() => removeFolder(join(folder, "..")));

  const weights = (): string => join(folder, "model.safetensors");
  const harms: [what: string, harm: () => void][] = [
    ["was cut short", () => truncateSync(weights(), 1000)],
    ["was written again", () => utimesSync(weights(), new Date(), new Date(Date.now() + 5000))],
    ["is gone", () => rmSync(folder, { recursive: true })],
  ];
  for (const [what, harm] of harms) {
    it(`that ${what} is told instead of what the run makes of it`, async () => {
      const failing = withModel(folder, {}, async () => {
        harm();
        throw new Error("no such tensor");
      });
      await assert.rejects(failing, { code: "model-changed" });
    });

    it(`that ${what} makes an answer that seems right a failure`, async () => {
      await assert.rejects(
        withModel(folder, {}, async () => harm()),
        { code: "model-changed" },
      );
    });
  }

  const plan = {
    version: 1,
    base: { ids: [5, 6, 7] },
    axes: { layer: "layers", position: "positions" },
    edits: [{ hook: "blocks.{layer}.hook_resid_pre", op: "zero", positions: ["{position}"] }],
    measures: [{ of: "kl" }],
  };
  const long: [command: string, file: string, text: string, first: string, second: string][] = [
    ["run --batch", "lines.jsonl", '{"ids":[1]}\n{"ids":[2]}\n{"ids":[3]}', '"line":1', '"line":2'],
    ["sweep", "plan.json", JSON.stringify(plan), '"position":0', '"position":1'],
  ];
  for (const [command, name, text, first, second] of long) {
    it(`that was written again ends ${command} before the next answer`, async () => {
      const path = join(folder, name);
      writeFileSync(path, text);
      let [shown, said] = ["", ""];
      const stdout = new Writable({
        write: (part: Buffer, _encoding, done) => {
          shown += part.toString("utf8");
          if (shown.includes(first)) utimesSync(weights(), new Date(), new Date(Date.now() + 5000));
          done();
        },
      });
      const [word, ...options] = command.split(" ");
      const { signal } = new AbortController();
      const stderr = { write: (words: string) => ((said += words), true) };
      const status = await runProgram([word, folder, ...options, path], { stdout, stderr, signal });
      assert.equal(status, 1);
      assert.equal((JSON.parse(said) as { code: string }).code, "model-changed");
      assert.ok(shown.includes(first) && !shown.includes(second), shown);
    });
  }

  it("that is as it was leaves a run's own error alone", async () => {
    const failing = withModel(folder, {}, () => Promise.reject(new Error("no such tensor")));
    await assert.rejects(failing, /no such tensor/);
  });
});
