import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { LensResult } from "../../../src/protocol/lens";
import { fewHeldOut, type LensFacts } from "../../../src/protocol/lensFile";
import { cliError, cliJson, cliWith } from "../../support/cli";
import { oracleIt } from "../../support/oracle";
import { inRepo } from "../../support/paths";
import { useTempFolder } from "../../support/tempFolder";

const model = inRepo("models/introspect-small");

describe("introspect lens-fit", function () {
  this.timeout(120_000);
  const folder = useTempFolder();
  const text = (): string => {
    const path = join(folder(), "text.txt");
    writeFileSync(path, readFileSync(inRepo("ARCHITECTURE.md"), "utf8"));
    return path;
  };
  const call = (out: string, ...more: string[]): string[] => {
    const some = ["--tokens", "3000", "--steps", "4", "--seed", "2"];
    return ["lens-fit", model, "--file", text(), "--out", join(folder(), out), ...some, ...more];
  };

  it("fits a lens that `lens` reads through, and says how good it is on held-out text", async () => {
    const facts = await cliJson<LensFacts>(...call("a.safetensors"));
    assert.equal(facts.heldOut.layers.length, 4);
    for (const { trained, logit, worse } of facts.heldOut.layers)
      assert.equal(worse ?? false, trained > logit);
    const asked = ["lens", model, "--text", "const a = ", "--top", "2"];
    const raw = await cliJson<LensResult>(...asked);
    const read = await cliJson<LensResult & { lens: LensFacts }>(...asked, "--lens", facts.file);
    assert.deepEqual(read.layers[4], raw.layers[4]);
    assert.notDeepEqual(read.layers[1], raw.layers[1]);
    assert.deepEqual(read.lens.heldOut, facts.heldOut);
    assert.equal(facts.warning, fewHeldOut(facts) ?? undefined);
    assert.match(facts.warning ?? "", /stand on (one window|\d windows) of text alone/);
    assert.equal("lens" in raw, false);
    assert.deepEqual(readdirSync(folder()).sort(), ["a.safetensors", "text.txt"]);
  });

  it("keeps a checkpoint when it is stopped, and goes on from it to the same file", async () => {
    await cliJson(...call("whole.safetensors"));
    const out = join(folder(), "cut.safetensors");
    const stop = new AbortController();
    const timer = setInterval(() => existsSync(`${out}.part`) && stop.abort(), 1);
    const { status, stderr } = await cliWith(stop.signal, call("cut.safetensors"));
    clearInterval(timer);
    assert.equal(status, 130);
    assert.match(stderr, /"cancelled".*cut\.safetensors\.part is kept/);
    assert.ok(existsSync(`${out}.part`) && !existsSync(out));
    const other = await cliError(...call("cut.safetensors", "--held-out", "0.3"));
    assert.equal(other.code, "lens-unfinished");
    await cliJson(...call("cut.safetensors"));
    assert.deepEqual(readFileSync(out), readFileSync(join(folder(), "whole.safetensors")));
    assert.ok(!existsSync(`${out}.part`));
  });

  const wrong: [string, () => string[], string][] = [
    ["no text", () => ["lens-fit", model, "--out", "x"], "usage"],
    ["no file to write", () => ["lens-fit", model, "--file", text()], "usage"],
    ["a share of all", () => call("x", "--held-out", "1"), "usage"],
    ["another text that is not there", () => call("x", "--held-out", "/no/such"), "file-not-found"],
    ["a folder that is not there", () => call("no/x.safetensors"), "lens-not-written"],
  ];
  for (const [what, argv, code] of wrong) {
    it(`refuses ${what}`, async () => assert.equal((await cliError(...argv())).code, code));
  }

  it("refuses a text that is too short", async () => {
    const short = join(folder(), "short.txt");
    writeFileSync(short, "Too short.");
    const argv = ["lens-fit", model, "--file", short, "--out", join(folder(), "x.safetensors")];
    assert.equal((await cliError(...argv)).code, "too-little-text");
  });

  it("is refused by `lens` where the file is none", async () => {
    const refused = await cliError("lens", model, "--text", "a", "--lens", text());
    assert.equal(refused.code, "bad-lens");
    assert.match(refused.message, /no safetensors file, or not whole\.$/);
    assert.doesNotMatch(refused.message, /claims|\d{6}/);
  });

  oracleIt(
    "comes nearer than the logit lens at every layer of a trained Llama",
    "stories260K/hf",
    async (dir) => {
      const out = join(folder(), "llama.safetensors");
      const argv = ["lens-fit", dir, "--file", text(), "--out", out, "--tokens", "8000", "--steps", "10"];
      const facts = await cliJson<LensFacts>(...argv);
      for (const { trained, logit, random } of facts.heldOut.layers) {
        assert.ok(trained < 0.6 * logit && trained < random, `${trained} of ${logit}, ${random} by chance`);
      }
    },
  );
});
