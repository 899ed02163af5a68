import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { CodedError } from "../../../src/base/errors";
import { seededRandom } from "../../../src/base/random";
import { familyOf, modelSpecOf } from "../../../src/engine/families";
import { modelInfo } from "../../../src/engine/modelInfo";
import { ModelRunner } from "../../../src/engine/modelRunner";
import { SessionPool } from "../../../src/engine/sessionPool";
import { openModelFolder, type ModelFolder } from "../../../src/engine/store/modelFolder";
import { headerLength, parseHeader } from "../../../src/formats/safetensors";
import { writeSafetensors } from "../../../src/formats/safetensorsWriter";
import { mutated, mutatedBytes } from "../../support/mutate";
import { hasOracle, oracleDir, oracleIt } from "../../support/oracle";
import { useTempFolder } from "../../support/tempFolder";
import { writeTinyCheckpoint } from "../../support/tinyCheckpoint";
import { tinyModel } from "../../support/tinyModel";

/** A thrown error must have a code and a next step; "internal" is what an error without a code would become. */
function requireCoded(thrown: unknown, what: () => string): void {
  if (thrown instanceof CodedError && thrown.code !== "internal" && thrown.message.length > 5) return;
  throw new assert.AssertionError({
    message: `${what()}\n${thrown instanceof Error ? thrown.stack : String(thrown)}`,
  });
}

describe("2,500 mutated safetensors headers", () => {
  const tensors = [
    { name: "a.weight", dtype: "F32", shape: [2, 3] },
    { name: "b.bias", dtype: "F16", shape: [4] },
    { name: "c", dtype: "I64", shape: [] },
  ] as const;
  const data = [24, 8, 8].map((n) => new Uint8Array(n));
  const whole = writeSafetensors(tensors, data, { format: "pt" });
  const header = JSON.parse(
    new TextDecoder().decode(whole.subarray(8, 8 + headerLength(whole, whole.length))),
  ) as unknown;
  const read = (file: Uint8Array): void => {
    const length = headerLength(file.subarray(0, 8), file.length);
    const { tensors: found, dataStart } = parseHeader(file.subarray(8, 8 + length), file.length);
    for (const { start, end } of found.values())
      assert.ok(start >= dataStart && end >= start && end <= file.length, "a tensor outside its file");
  };

  it("are read within the file or refused by a code", () => {
    const random = seededRandom(1);
    let refused = 0;
    for (let i = 0; i < 2500; i++) {
      let file: Uint8Array;
      if (i % 2 === 0) file = mutatedBytes(whole, random);
      else {
        const json = new TextEncoder().encode(JSON.stringify(mutated(header, random)));
        file = new Uint8Array(8 + json.length + 40);
        new DataView(file.buffer).setBigUint64(0, BigInt(json.length), true);
        file.set(json, 8);
      }
      try {
        read(file);
      } catch (thrown) {
        refused++;
        requireCoded(thrown, () => `mutation ${i}`);
      }
    }
    assert.ok(refused > 1000, `only ${refused} were refused`);
  });
});

/** Opens what a mutated config makes of a folder's tensors, and runs three tokens where it opens. */
async function tryConfig(folder: ModelFolder, config: Record<string, unknown>): Promise<boolean> {
  familyOf(config);
  const spec = modelSpecOf(config, folder.tensors);
  const facts = { path: "x", nParams: 0, hasTokenizer: false, addsBos: false, hasRecords: false };
  const pool = new SessionPool({ directory: folder.directory, threads: 1 });
  try {
    const runner = new ModelRunner(modelInfo(spec, facts), spec, folder.tensors, { pool });
    await runner.logitsAt({ ids: [1, 2, 0], position: -1 });
    return true;
  } finally {
    pool.dispose();
  }
}

async function mutateConfigs(
  folder: ModelFolder,
  n: number,
  seed: number,
): Promise<{ ran: number; refused: number }> {
  const random = seededRandom(seed);
  const counts = { ran: 0, refused: 0 };
  for (let i = 0; i < n; i++) {
    const config = mutated(folder.config, random) as Record<string, unknown>;
    if (typeof config !== "object" || config === null || Array.isArray(config)) continue;
    try {
      await tryConfig(folder, config);
      counts.ran++;
    } catch (thrown) {
      counts.refused++;
      requireCoded(thrown, () => `config ${i}: ${JSON.stringify(config)}`);
    }
  }
  return counts;
}

describe("2,500 mutated configs", function () {
  this.timeout(120_000);
  const folder = useTempFolder();
  const open = (dir: string): Promise<ModelFolder> =>
    openModelFolder(dir, { cacheDirectory: path.join(folder(), "cache") });
  const families = hasOracle("oracle-hf")
    ? fs.readdirSync(oracleDir("oracle-hf")).filter((name) => !name.includes("."))
    : [];

  it("of a plain model run or are refused by a code", async () => {
    const shape = {
      nLayers: 2,
      nHeads: 2,
      dModel: 8,
      dMlp: 12,
      dVocab: 30,
      nCtx: 8,
      kind: "gpt",
      seed: 1,
    } as const;
    writeTinyCheckpoint(folder(), tinyModel(shape));
    const { ran, refused } = await mutateConfigs(await open(folder()), 1000, 2);
    assert.ok(ran > 50 && refused > 50, `${ran} ran, ${refused} were refused`);
  });

  oracleIt("of every family run or are refused by a code", "oracle-hf", async () => {
    for (const [i, family] of families.entries()) {
      const dir = oracleDir(`oracle-hf/${family}`);
      await mutateConfigs(await open(dir), Math.ceil(1500 / families.length), 10 + i);
    }
  });
});
