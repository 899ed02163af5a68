import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync, truncateSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withModel } from "../../../src/cli/session";
import "../../support/cli";
import { inRepo } from "../../support/paths";

describe("a model while a command uses it", () => {
  let folder: string;
  beforeEach(() => {
    folder = join(mkdtempSync(join(tmpdir(), "introspect-used-")), "model");
    cpSync(inRepo("models/introspect-small"), folder, { recursive: true });
  });
  afterEach(() => rmSync(join(folder, ".."), { recursive: true, force: true }));

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

  it("that is as it was leaves a run's own error alone", async () => {
    const failing = withModel(folder, {}, () => Promise.reject(new Error("no such tensor")));
    await assert.rejects(failing, /no such tensor/);
  });
});
