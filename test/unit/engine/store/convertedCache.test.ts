import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, utimesSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { evictConverted, markInUse } from "../../../../src/engine/store/convertedCache";
import { openModelFolder } from "../../../../src/engine/store/modelFolder";
import { f32ToF16 } from "../../../../src/tensor/dtypes";
import { writeSafetensors } from "../../../../src/formats/safetensorsWriter";
import { useTempFolder, writeFiles } from "../../../support/tempFolder";

describe("converted weights in the cache", () => {
  const folder = useTempFolder();
  const weights = (): string[] => readdirSync(folder()).filter((name) => name.endsWith(".safetensors"));
  const host = hostname().replace(/[^a-zA-Z0-9-]/g, "-");

  /** Files of 100 bytes, the first used longest ago. */
  function files(...names: string[]): void {
    for (const [i, name] of names.entries()) {
      writeFiles(folder(), {
        [`${name}.safetensors`]: new Uint8Array(100),
        [`${name}.safetensors.used`]: "",
      });
      const time = new Date(Date.now() - (names.length - i) * 60_000);
      utimesSync(join(folder(), `${name}.safetensors.used`), time, time);
    }
  }

  it("go, the least recently used first, until the rest fits", async () => {
    files("a", "b", "c", "d");
    assert.deepEqual(await evictConverted(folder(), 250), ["a.safetensors", "b.safetensors"]);
    assert.deepEqual(weights(), ["c.safetensors", "d.safetensors"]);
    assert.equal(existsSync(join(folder(), "a.safetensors.used")), false);
    assert.deepEqual(await evictConverted(folder(), 250), []);
  });

  it("stay while this process uses them, and go afterwards", async () => {
    files("a", "b");
    const release = await markInUse(join(folder(), "a.safetensors"));
    const again = await markInUse(join(folder(), "a.safetensors"));
    assert.deepEqual(await evictConverted(folder(), 0), ["b.safetensors"]);
    await release();
    assert.deepEqual(await evictConverted(folder(), 0), []);
    await again();
    assert.deepEqual(await evictConverted(folder(), 0), ["a.safetensors"]);
  });

  it("count as used when they are marked", async () => {
    files("a", "b");
    await (
      await markInUse(join(folder(), "a.safetensors"))
    )();
    assert.deepEqual(await evictConverted(folder(), 100), ["b.safetensors"]);
  });

  const dead = spawnSync(process.execPath, ["-e", ""]).pid;
  const marks: [what: string, mark: string, stays: boolean][] = [
    ["another process that lives", `${host}.${process.ppid}.1`, true],
    ["a process that ended", `${host}.${dead}.1`, false],
    ["another host", "elsewhere.1.1", true],
    ["nobody", "x", true],
  ];
  for (const [what, mark, stays] of marks) {
    it(`${stays ? "stay" : "go"} when marked by ${what}`, async () => {
      files("a");
      writeFiles(folder(), { [`a.safetensors.use.${mark}`]: "" });
      await evictConverted(folder(), 0);
      assert.equal(weights().length, stays ? 1 : 0);
    });
  }

  it("stop being kept for another host after a week", async () => {
    files("a");
    writeFiles(folder(), { "a.safetensors.use.elsewhere.1.1": "" });
    const old = new Date(Date.now() - 8 * 24 * 3600 * 1000);
    utimesSync(join(folder(), "a.safetensors.use.elsewhere.1.1"), old, old);
    assert.deepEqual(await evictConverted(folder(), 0), ["a.safetensors"]);
  });

  it("make room for the next model's, and a model in use keeps its own", async () => {
    const cacheDirectory = join(folder(), "cache");
    const model = (name: string): string => {
      const data = new Uint8Array(f32ToF16(Float32Array.from({ length: 64 }, Math.random)).buffer);
      const file = writeSafetensors([{ name: "w", dtype: "F16", shape: [64] }], [data]);
      writeFiles(join(folder(), name), { "config.json": {}, "model.safetensors": file });
      return join(folder(), name);
    };
    const kept = (): number =>
      readdirSync(join(cacheDirectory, "converted")).filter((name) => name.endsWith(".safetensors")).length;
    const options = { cacheDirectory, cacheLimit: 1000 };
    const one = await openModelFolder(model("one"), options);
    const two = await openModelFolder(model("two"), options);
    await openModelFolder(model("three"), options);
    assert.equal(kept(), 3, "all three are in use");
    await one.release();
    await two.release();
    await openModelFolder(model("four"), options);
    assert.equal(kept(), 2);
    assert.equal((await one.changed()) === null, false, "the first was removed");
  });
});
