import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import path from "node:path";
import { defaultCacheDirectory } from "../../../src/engine/store/cacheDirectory";
import { verifiedOf } from "../../../src/engine/store/verified";
import type { VerifyResult } from "../../../src/protocol/verify";
import { cli, cliError, cliJson } from "../../support/cli";
import { inRepo } from "../../support/paths";

const model = inRepo("models/introspect-small");

describe("introspect verify and introspect devices", function () {
  this.timeout(60_000);

  it("prints the checks of the bundled model as a table, and remembers that it passed", async () => {
    const found = await cliJson<VerifyResult>("verify", model);
    assert.equal(found.device, "cpu");
    assert.ok(found.passed && found.checks.length === 7);
    for (const { check, worst, bound } of found.checks) assert.ok(worst !== null && worst <= bound, check);
    assert.ok(defaultCacheDirectory().startsWith(path.join(tmpdir(), "introspect-test-cache")));
    const [record] = await verifiedOf(defaultCacheDirectory(), found.digest);
    assert.deepEqual([record.device, record.passed, record.failed], ["cpu", true, []]);
  });

  it("does not verify the CPU in another device's name", async () => {
    const { devices } = await cliJson<{ devices: { name: string; works: boolean }[] }>("devices");
    assert.ok(devices.some(({ name, works }) => name === "cpu" && works));
    for (const { name, works } of devices) {
      if (works) continue;
      const { status, code } = await cliError("verify", model, "--device", name);
      assert.deepEqual([status, code], [1, "device-unavailable"]);
    }
  });

  it("runs on the CPU where a device does not work, and says why", async () => {
    type Answer = { device: string; warnings?: string[] };
    const { devices } = await cliJson<{ devices: { name: string; works: boolean }[] }>("devices");
    const broken = devices.find(({ works }) => !works)?.name ?? "dml";
    const made = await cliJson<Answer>("run", model, "--ids", "1,2", "--device", broken);
    assert.equal(made.device, "cpu");
    assert.ok(made.warnings?.some((said) => said.includes(broken)));
    assert.equal((await cliJson<Answer>("run", model, "--ids", "1,2")).warnings, undefined);
  });

  it("refuses a model that does not fit the budget, with the number", async () => {
    const { code, message } = await cliError("run", model, "--ids", "1", "--memory-budget", "0.001");
    assert.equal(code, "too-large");
    assert.match(message, /1 MB/);
    assert.equal((await cli("run", model, "--ids", "1", "--memory-budget", "2")).status, 0);
  });
});
