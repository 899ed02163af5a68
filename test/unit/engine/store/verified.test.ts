import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { keepVerified, verifiedOf } from "../../../../src/engine/store/verified";
import { useTempFolder } from "../../../support/tempFolder";

describe("what is remembered of verifying", () => {
  const folder = useTempFolder();
  const record = { device: "cpu", passed: true, failed: [], at: "2026-01-02T03:04:05.000Z" };

  it("is found again by the model's digest, the newest of each device", async () => {
    await keepVerified(folder(), "aa", record);
    await keepVerified(folder(), "aa", { ...record, passed: false, failed: ["zero edits"] });
    await keepVerified(folder(), "aa", { ...record, device: "webgpu" });
    await keepVerified(folder(), "ab", record);
    const found = await verifiedOf(folder(), "aa");
    assert.deepEqual(
      found.map(({ device, passed }) => [device, passed]),
      [
        ["cpu", false],
        ["webgpu", true],
      ],
    );
  });

  it("is nothing where nothing was kept, or something else", async () => {
    assert.deepEqual(await verifiedOf(folder(), "aa"), []);
    await keepVerified(folder(), "aa", record);
    for (const text of ["", "{", "[]", '{"device":"cpu"}']) {
      writeFileSync(join(folder(), "verified", "aa.cpu.json"), text);
      assert.deepEqual(await verifiedOf(folder(), "aa"), []);
    }
  });

  it("is forgotten without a word where the cache cannot be written", async () => {
    writeFileSync(join(folder(), "file"), "");
    await keepVerified(join(folder(), "file"), "aa", record);
    assert.deepEqual(await verifiedOf(join(folder(), "file"), "aa"), []);
  });
});
