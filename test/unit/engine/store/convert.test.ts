import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { convertToFloat32 } from "../../../../src/engine/store/convert";
import { openModelFolder, type ModelFolder } from "../../../../src/engine/store/modelFolder";
import { readTensors } from "../../../../src/engine/store/weightsTensors";
import { seededRandom } from "../../../../src/base/random";
import { bf16ToF32, f16ToF32, f32ToBf16, f32ToF16 } from "../../../../src/tensor/dtypes";
import { writeSafetensors, type TensorToWrite } from "../../../../src/formats/safetensorsWriter";
import { useTempFolder, writeFiles } from "../../../support/tempFolder";

const random = seededRandom(11);
const numbers = (n: number) => Float32Array.from({ length: n }, () => random() - 0.5);
const bytes = (array: Uint16Array | Float32Array) =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

/** A tensor of each kind: how it is stored, and the float32 values that must come out, exactly. */
function sample(name: string, dtype: "F32" | "F16" | "BF16", shape: number[]) {
  const values = numbers(shape.reduce((a, b) => a * b, 1));
  const tensor: TensorToWrite = { name, dtype, shape };
  if (dtype === "F32") return { tensor, data: bytes(values), values };
  const stored = dtype === "F16" ? f32ToF16(values) : f32ToBf16(values);
  const widened = new Float32Array(values.length);
  (dtype === "F16" ? f16ToF32 : bf16ToF32)(stored, widened);
  return { tensor, data: bytes(stored), values: widened };
}

const file = (samples: readonly ReturnType<typeof sample>[]) =>
  writeSafetensors(
    samples.map((s) => s.tensor),
    samples.map((s) => s.data),
  );

function valuesOf(folder: ModelFolder, name: string): Float32Array {
  const tensor = folder.tensors.get(name);
  assert.ok(tensor, name);
  const whole = fs.readFileSync(path.join(folder.directory, tensor.file));
  return new Float32Array(
    new Uint8Array(whole.subarray(tensor.offset, tensor.offset + tensor.length)).buffer,
  );
}

describe("converting 16-bit weights", () => {
  const temp = useTempFolder();
  const model = (...parts: string[]) => path.join(temp(), "model", ...parts);
  const options = () => ({ cacheDirectory: path.join(temp(), "cache") });
  const converted = () => fs.readdirSync(path.join(temp(), "cache", "converted"));

  it("gives every value exactly, over mixed types and several shards", async () => {
    const first = [sample("a", "BF16", [3, 5]), sample("b", "F32", [7]), sample("odd", "F16", [1, 1, 3])];
    const second = [sample("c", "F16", [11]), sample("none", "BF16", [0, 4]), sample("scalar", "BF16", [])];
    writeFiles(model(), {
      "config.json": {},
      "x.safetensors": file(first),
      "y.safetensors": file(second),
      "model.safetensors.index.json": {
        weight_map: Object.fromEntries([
          ...first.map((s) => [s.tensor.name, "x.safetensors"]),
          ...second.map((s) => [s.tensor.name, "y.safetensors"]),
        ]),
      },
    });
    const folder = await openModelFolder(model(), options());
    for (const { tensor, values } of [...first, ...second]) {
      assert.deepEqual(valuesOf(folder, tensor.name), values, tensor.name);
      assert.deepEqual(folder.tensors.get(tensor.name)?.shape, tensor.shape);
    }
    assert.equal(folder.nParams, 15 + 7 + 3 + 11 + 1);
    assert.equal(new Set([...folder.tensors.values()].map((t) => t.file)).size, 1);
  });

  it("streams a tensor longer than one piece, and tells how far it is", async () => {
    const large = sample("a", "BF16", [5_000_000]);
    writeFiles(model(), { "config.json": {}, "model.safetensors": file([large]) });
    const seen: number[] = [];
    const onProgress = ({ done, total }: { done: number; total: number }) => seen.push(done / total);
    const folder = await openModelFolder(model(), { ...options(), onProgress });
    assert.deepEqual(valuesOf(folder, "a"), large.values);
    assert.equal(seen.length, 3);
    assert.ok(seen.every((share, i) => i === 0 || share > seen[i - 1]) && seen.at(-1) === 1);
  });

  it("is done once, and again when the checkpoint changed", async () => {
    writeFiles(model(), { "config.json": {}, "model.safetensors": file([sample("a", "F16", [4])]) });
    const folder = await openModelFolder(model(), options());
    const [name] = converted();
    const before = fs.statSync(path.join(folder.directory, name)).mtimeMs;
    let worked = false;
    await openModelFolder(model(), { ...options(), onProgress: () => (worked = true) });
    assert.equal(worked, false);
    assert.equal(fs.statSync(path.join(folder.directory, name)).mtimeMs, before);
    const other = sample("a", "F16", [5]);
    writeFiles(model(), { "model.safetensors": file([other]) });
    assert.match((await folder.changed()) ?? "", /model\.safetensors/);
    assert.deepEqual(valuesOf(await openModelFolder(model(), options()), "a"), other.values);
  });

  it("notices when the converted file itself is damaged, and makes it anew", async () => {
    const one = sample("a", "F16", [4]);
    writeFiles(model(), { "config.json": {}, "model.safetensors": file([one]) });
    const folder = await openModelFolder(model(), options());
    fs.truncateSync(path.join(folder.directory, converted()[0]), 30);
    assert.match((await folder.changed()) ?? "", /shorter/);
    assert.deepEqual(valuesOf(await openModelFolder(model(), options()), "a"), one.values);
  });

  it("leaves nothing behind when cancelled in the middle", async () => {
    writeFiles(model(), { "config.json": {}, "model.safetensors": file([sample("a", "BF16", [5_000_000])]) });
    const stop = new AbortController();
    const opening = openModelFolder(model(), {
      ...options(),
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    await assert.rejects(opening, { code: "cancelled" });
    assert.deepEqual(converted(), []);
  });

  it("clears away what a killed conversion left, but nothing that may still be written", async () => {
    writeFiles(temp(), { "cache/converted/old.1.part": "x", "cache/converted/new.2.part": "x" });
    const longAgo = new Date(Date.now() - 48 * 3600 * 1000);
    fs.utimesSync(path.join(temp(), "cache/converted/old.1.part"), longAgo, longAgo);
    writeFiles(model(), { "config.json": {}, "model.safetensors": file([sample("a", "F16", [4])]) });
    await openModelFolder(model(), options());
    assert.deepEqual(
      converted().filter((name) => name.endsWith(".part")),
      ["new.2.part"],
    );
  });

  it("says how much room is needed and how much there is, before it writes", async () => {
    writeFiles(model(), { "model.safetensors": file([sample("a", "BF16", [1000])]) });
    const tensors = await readTensors(
      [{ name: "model.safetensors", real: model("model.safetensors") }],
      null,
    );
    const freeBytes = () => Promise.resolve(1_500_000);
    await assert.rejects(convertToFloat32(tensors, { ...options(), freeBytes }), (thrown: Error) => {
      assert.equal((thrown as { code?: string }).code, "no-space");
      assert.match(thrown.message, /^5 kB are needed in .* but only 2 MB are free\.$/);
      return true;
    });
    assert.deepEqual(converted(), []);
  });

  it("says so when the cache cannot be written", async () => {
    writeFiles(temp(), { cache: "a file where a folder should be" });
    writeFiles(model(), { "config.json": {}, "model.safetensors": file([sample("a", "BF16", [4])]) });
    await assert.rejects(openModelFolder(model(), options()), { code: "cache-unwritable" });
  });
});
