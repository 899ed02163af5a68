import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { defaultCacheDirectory } from "../../../src/engine/store/cacheDirectory";
import { readLensFile, writeLensFile, type LensContents } from "../../../src/engine/store/lensFile";
import { verifiedOf } from "../../../src/engine/store/verified";
import type { VerifyCheck, VerifyResult } from "../../../src/protocol/verify";
import { cli, cliError, cliJson } from "../../support/cli";
import { inRepo } from "../../support/paths";
import { useTempFolder } from "../../support/tempFolder";

const model = inRepo("models/introspect-small");
const names = ["lens belongs to the model", "lens of zeros = logit lens", "lens's held-out figures"];
const cut = ["--tokens", "3000", "--held-out", "0.3"];

describe("introspect verify with a trained lens", function () {
  this.timeout(120_000);
  const folder = useTempFolder();
  const at = (name: string): string => join(folder(), name);
  const write = (name: string, text: string): string => {
    writeFileSync(at(name), text);
    return at(name);
  };
  const text = (): string => write("text.txt", readFileSync(inRepo("ARCHITECTURE.md"), "utf8"));
  const fit = async (): Promise<string> => {
    const out = at("lens.safetensors");
    await cliJson("lens-fit", model, "--file", text(), "--out", out, "--steps", "0", ...cut);
    return out;
  };
  const changed = async (path: string, change: (lens: LensContents) => Partial<LensContents>) => {
    const lens = await readLensFile(path, { nLayers: 4, dModel: 192 });
    await writeLensFile(at("changed.safetensors"), { ...lens, ...change(lens) });
    return at("changed.safetensors");
  };
  /** What is printed where a check fails: the table first, then the error. */
  const failing = async (...argv: string[]): Promise<{ checks: string[]; message: string }> => {
    const { status, stdout, stderr } = await cli("verify", model, ...argv);
    assert.equal(status, 1);
    const { lensChecks = [], passed } = JSON.parse(stdout) as VerifyResult;
    assert.equal(passed, false);
    const failed = lensChecks.filter((one) => !one.passed).map(({ check }) => check);
    return { checks: failed, message: stderr };
  };

  it("passes the bundled one, and says what it needs to measure the figures anew", async () => {
    const lens = join(model, "lens.safetensors");
    const {
      lensChecks = [],
      passed,
      lens: facts,
    } = await cliJson<VerifyResult>("verify", model, "--lens", lens);
    assert.ok(passed);
    assert.deepEqual(
      lensChecks.map(({ check, worst }) => [check, worst]),
      names.map((name, i) => [name, i < 2 ? 0 : null]),
    );
    assert.match(lensChecks[2]?.note ?? "", /npm-packages-held-out\.txt.*--file.*--held-out/);
    assert.equal(facts?.heldOut.layers.length, 4);
  });

  it("measures the figures of a lens anew on its text, and finds them as the file has them", async () => {
    const argv = ["verify", model, "--lens", await fit(), "--file", text(), ...cut];
    const { lensChecks = [], passed } = await cliJson<VerifyResult>(...argv);
    const { worst } = lensChecks[2] as VerifyCheck;
    assert.ok(passed && worst !== null && worst <= 1e-5, `${worst}`);
  });

  it("notices figures that are not the lens's, and other translators under the same figures", async () => {
    const lens = await fit();
    const better = await changed(lens, ({ facts }) => {
      const layers = facts.heldOut.layers.map((one) => ({ ...one, trained: one.trained * 0.99 }));
      return { facts: { ...facts, heldOut: { ...facts.heldOut, layers } } };
    });
    const read = ["--file", text(), ...cut];
    assert.deepEqual((await failing("--lens", better, ...read)).checks, [names[2]]);
    const other = await changed(lens, ({ translators }) => ({
      translators: translators.map(({ a, b }) => ({ a: a.map((x) => x * 1.05), b })),
    }));
    assert.deepEqual((await failing("--lens", other, ...read)).checks, [names[2]]);
  });

  it("notices a lens of another model, and leaves what is remembered of the model itself", async () => {
    const lens = await changed(join(model, "lens.safetensors"), ({ facts }) => ({
      facts: { ...facts, modelDigest: "0".repeat(64) },
    }));
    const { checks, message } = await failing("--lens", lens);
    assert.deepEqual(checks, [names[0]]);
    assert.match(message, /Do not trust this lens/);
    const { digest } = await cliJson<VerifyResult>("verify", model);
    const [record] = await verifiedOf(defaultCacheDirectory(), digest);
    assert.ok(record?.passed);
  });

  const refused: [string, (lens: string) => string[], string][] = [
    ["another text", () => ["--file", write("other.txt", "Another text."), ...cut], "other-text"],
    [
      "the text cut otherwise",
      () => ["--file", text(), "--tokens", "1600", "--held-out", "0.3"],
      "other-text",
    ],
    ["a lens that is none", () => ["--lens", text()], "bad-lens"],
  ];
  it("refuses what is not the lens's text, or no lens", async () => {
    const lens = await fit();
    for (const [what, more, code] of refused) {
      const argv = more(lens);
      const own = argv.includes("--lens") ? argv : ["--lens", lens, ...argv];
      assert.equal((await cliError("verify", model, ...own)).code, code, what);
    }
    assert.equal((await cliError("verify", model, "--file", text())).code, "usage");
  });
});
