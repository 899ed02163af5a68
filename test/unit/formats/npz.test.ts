import assert from "node:assert/strict";
import fs from "node:fs";
import { CodedError } from "../../../src/base/errors";
import { seededRandom } from "../../../src/base/random";
import { crc32 } from "../../../src/base/crc32";
import { readNpy, writeNpy, type NpyArray } from "../../../src/formats/npy";
import { readNpz, writeNpz } from "../../../src/formats/npz";
import { oracleIt } from "../../support/oracle";

const arrays = new Map<string, NpyArray>([
  ["blocks.0.hook_resid_pre", { shape: [2, 3], data: Float32Array.of(1, -2, NaN, Infinity, 0.1, -0) }],
  ["ids", { shape: [3], data: BigInt64Array.of(1n, -2n, 2n ** 62n) }],
  ["scalar", { shape: [], data: Float32Array.of(7) }],
  ["empty", { shape: [0, 4], data: new Float32Array(0) }],
  ["caf\u00e9", { shape: [1, 1, 1, 1], data: Float32Array.of(2) }],
]);

const refused = (code: string) => (thrown: unknown) => thrown instanceof CodedError && thrown.code === code;

describe("npy and npz files", () => {
  it("give back what was written", () => {
    const read = readNpz(writeNpz(arrays));
    assert.deepEqual([...read.keys()], [...arrays.keys()]);
    for (const [key, { shape, data }] of arrays) {
      assert.deepEqual(read.get(key)?.shape, shape, key);
      assert.deepEqual(read.get(key)?.data, data, key);
    }
  });

  it("have the check value that the CRC-32 is defined with", () => {
    assert.equal(crc32(new TextEncoder().encode("123456789")), 0xcbf43926);
  });

  it("have the header that NumPy writes, the values at a multiple of 64", () => {
    const file = writeNpy({ shape: [3], data: Float32Array.of(1, 2, 3) });
    const header = Buffer.from(file.subarray(0, 128)).toString("latin1");
    assert.equal(header.slice(0, 8), "\x93NUMPY\x01\x00");
    assert.match(header.slice(10), /^\{'descr': '<f4', 'fortran_order': False, 'shape': \(3,\), \} +\n$/);
    assert.equal(file.length, 128 + 12);
  });

  oracleIt("read an array that NumPy saved", "refdata/lm-vector-arithmetic", (dir) => {
    const file = fs.readFileSync(`${dir}/city_capital_o19_gpt2-medium.npy`);
    const { shape, data } = readNpy(new Uint8Array(file));
    assert.deepEqual(shape, [1024]);
    assert.equal(data[5], file.readFloatLE(128 + 20));
    assert.deepEqual(writeNpy({ shape, data }), new Uint8Array(file));
  });

  it("refuse data that do not fill the shape", () => {
    assert.throws(() => writeNpy({ shape: [2], data: new Float32Array(3) }), refused("npy-shape-mismatch"));
  });

  it("refuse other element types, other orders and compression", () => {
    const patched = (from: string, to: string) => {
      const file = writeNpy({ shape: [2], data: Float32Array.of(1, 2) });
      const text = new TextDecoder().decode(file.subarray(10, 128)).replace(from, to).slice(0, 118);
      file.set(new TextEncoder().encode(text), 10);
      return file;
    };
    assert.throws(() => readNpy(patched("<f4", ">f4")), refused("npy-unsupported"));
    assert.throws(() => readNpy(patched("False", "True ")), refused("npy-unsupported"));
    const zip = writeNpz(arrays);
    const entry = zip.findIndex(
      (_, i) => zip[i] === 0x50 && zip[i + 1] === 0x4b && zip[i + 2] === 1 && zip[i + 3] === 2,
    );
    zip[entry + 10] = 8;
    assert.throws(() => readNpz(zip), refused("npz-unsupported"));
  });

  it("are read or refused with a code when bytes of them change, 3 000 times", () => {
    const random = seededRandom(5);
    const clean = writeNpz(arrays);
    let refusedCount = 0;
    for (let i = 0; i < 3000; i++) {
      let file = clean.slice();
      if (random() < 0.3) file = file.slice(0, Math.floor(random() * file.length));
      else
        for (let n = 0; n < 1 + 3 * random(); n++)
          file[Math.floor(random() * file.length)] = Math.floor(random() * 256);
      try {
        readNpz(file);
      } catch (thrown) {
        assert.ok(thrown instanceof CodedError, `${String(thrown)}`);
        refusedCount++;
      }
    }
    assert.ok(refusedCount > 1500);
  });
});
