import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { openModelFolder, type ModelFolder } from "../../../../src/engine/store/modelFolder";
import { StoreError, type StoreErrorCode } from "../../../../src/engine/store/storeError";
import { writeSafetensors, type TensorToWrite } from "../../../../src/formats/safetensorsWriter";
import { useTempFolder, writeFiles } from "../../../support/tempFolder";

const bytesOf = (...values: number[]) => new Uint8Array(Float32Array.of(...values).buffer);
const f32 = (name: string, shape: number[]): TensorToWrite => ({ name, dtype: "F32", shape });

/** A weights file with tensors counting up from a number. */
function shard(first: number, ...names: string[]): Uint8Array {
  return writeSafetensors(
    names.map((name) => f32(name, [2])),
    names.map((_, i) => bytesOf(first + 2 * i, first + 2 * i + 1)),
  );
}

/** The values of a tensor, read from where the folder says that it lies. */
function valuesOf(folder: ModelFolder, name: string): number[] {
  const tensor = folder.tensors.get(name);
  assert.ok(tensor, name);
  const file = fs.readFileSync(path.join(folder.directory, tensor.file));
  return [
    ...new Float32Array(new Uint8Array(file.subarray(tensor.offset, tensor.offset + tensor.length)).buffer),
  ];
}

describe("opening a model folder", () => {
  const temp = useTempFolder();
  const model = (...parts: string[]) => path.join(temp(), "model", ...parts);
  const cacheDirectory = () => path.join(temp(), "cache");
  const open = () => openModelFolder(model(), { cacheDirectory: cacheDirectory() });
  const refused = (code: StoreErrorCode, text?: RegExp) => async () => {
    await assert.rejects(open(), (thrown) => {
      assert.ok(thrown instanceof StoreError, String(thrown));
      assert.equal(thrown.code, code);
      assert.ok(thrown.next !== undefined && thrown.next.endsWith("."));
      if (text) assert.match(`${thrown.message} ${thrown.next}`, text);
      return true;
    });
  };

  it("reads no device that stands in a file's place", async function () {
    if (!fs.existsSync("/dev/zero")) this.skip();
    writeFiles(model(), { "model.safetensors": shard(1, "a") });
    fs.symlinkSync("/dev/zero", model("config.json"));
    await refused("file-unreadable")();
    fs.rmSync(model("config.json"));
    writeFiles(model(), { "config.json": { model_type: "gpt2" } });
    fs.symlinkSync("/dev/zero", model("tokenizer.json"));
    await refused("file-unreadable")();
  });

  it("waits for no writer of a pipe that stands in the weights' place", async function () {
    if (process.platform === "win32") this.skip();
    writeFiles(model(), { "config.json": { model_type: "gpt2" } });
    execFileSync("mkfifo", [model("model.safetensors")]);
    await refused("file-unreadable")();
  });

  it("says where each tensor lies, without a copy", async () => {
    writeFiles(model(), { "config.json": { model_type: "gpt2" }, "model.safetensors": shard(1, "a", "b") });
    const folder = await open();
    assert.equal(folder.directory, fs.realpathSync(model()));
    assert.deepEqual(
      [valuesOf(folder, "a"), valuesOf(folder, "b")],
      [
        [1, 2],
        [3, 4],
      ],
    );
    assert.equal(folder.nParams, 4);
    assert.deepEqual(folder.config, { model_type: "gpt2" });
    assert.deepEqual([folder.tokenizerJson, folder.tokenizerConfig, folder.recordsFile], [null, null, null]);
    assert.ok(!fs.existsSync(cacheDirectory()));
  });

  it("reads shards by their index", async () => {
    writeFiles(model(), {
      "config.json": {},
      "model-00001-of-00002.safetensors": shard(1, "a"),
      "model-00002-of-00002.safetensors": shard(5, "b"),
      "model.safetensors.index.json": {
        weight_map: { a: "model-00001-of-00002.safetensors", b: "model-00002-of-00002.safetensors" },
      },
      "tokenizer.json": { model: {} },
      "tokenizer_config.json": "\ufeff{}",
      "records.safetensors": "anything",
    });
    const folder = await open();
    assert.deepEqual(
      [valuesOf(folder, "a"), valuesOf(folder, "b")],
      [
        [1, 2],
        [5, 6],
      ],
    );
    assert.deepEqual([folder.tokenizerJson, folder.tokenizerConfig], [{ model: {} }, {}]);
    assert.equal(folder.recordsFile, model("records.safetensors"));
  });

  it("follows the links of a Hugging Face cache to the real files", async () => {
    writeFiles(temp(), { "blobs/c0": "{}", "blobs/w0": shard(1, "a") });
    fs.mkdirSync(model(), { recursive: true });
    fs.symlinkSync("../blobs/c0", model("config.json"));
    fs.symlinkSync("../blobs/w0", model("model.safetensors"));
    const folder = await open();
    assert.equal(folder.directory, path.join(fs.realpathSync(temp()), "blobs"));
    assert.deepEqual(valuesOf(folder, "a"), [1, 2]);
    assert.equal(folder.tensors.get("a")?.file, "w0");
  });

  it("brings shards of several real folders together with links, once", async () => {
    writeFiles(temp(), { "one/w1": shard(1, "a"), "two/w2": shard(5, "b"), "model/config.json": {} });
    fs.symlinkSync("../one/w1", model("s1.safetensors"));
    fs.symlinkSync("../two/w2", model("s2.safetensors"));
    writeFiles(model(), {
      "model.safetensors.index.json": { weight_map: { a: "s1.safetensors", b: "s2.safetensors" } },
    });
    const folder = await open();
    assert.ok(folder.directory.startsWith(cacheDirectory()));
    assert.deepEqual(
      [valuesOf(folder, "a"), valuesOf(folder, "b")],
      [
        [1, 2],
        [5, 6],
      ],
    );
    const inode = fs.statSync(path.join(folder.directory, "s1.safetensors")).ino;
    assert.equal(inode, fs.statSync(path.join(temp(), "one/w1")).ino);
    assert.equal((await open()).directory, folder.directory);
    assert.deepEqual(fs.readdirSync(path.dirname(folder.directory)).length, 1);
  });

  it("keeps masks and other integers out, and does not count stored masks as parameters", async () => {
    const tensors: TensorToWrite[] = [
      f32("h.0.attn.c_attn.weight", [2]),
      { name: "h.0.attn.bias", dtype: "BOOL", shape: [1, 1, 2, 2] },
      { name: "position_ids", dtype: "I64", shape: [1] },
      f32("h.1.attn.bias", [1, 1, 1, 1]),
      f32("h.1.attn.masked_bias", []),
      f32("rotary_emb.inv_freq", [2]),
    ];
    const sizes = [8, 4, 8, 4, 4, 8];
    writeFiles(model(), {
      "config.json": {},
      "model.safetensors": writeSafetensors(
        tensors,
        sizes.map((n) => new Uint8Array(n)),
      ),
    });
    const folder = await open();
    assert.ok(!folder.tensors.has("h.0.attn.bias") && !folder.tensors.has("position_ids"));
    assert.equal(folder.nParams, 2);
  });

  it("hashes config, tokenizer and shards in name order, and remembers the answer", async () => {
    const files = { "config.json": "{}", "tokenizer.json": '{"a":1}', "model.safetensors": shard(1, "a") };
    writeFiles(model(), { ...files, "tokenizer_config.json": "{}" });
    const expected = createHash("sha256");
    for (const content of Object.values(files)) expected.update(content);
    const hex = expected.digest("hex");
    const folder = await open();
    assert.equal(await folder.digest(), hex);
    // The second answer comes from the cache: it is what the cache says.
    const [kept] = fs.readdirSync(path.join(cacheDirectory(), "digests"));
    fs.writeFileSync(path.join(cacheDirectory(), "digests", kept), "0".repeat(64));
    assert.equal(await (await open()).digest(), "0".repeat(64));
  });

  it("stops hashing when cancelled", async () => {
    writeFiles(model(), { "config.json": {}, "model.safetensors": shard(1, "a") });
    const folder = await open();
    const signal = AbortSignal.abort();
    await assert.rejects(folder.digest({ signal }), { code: "cancelled" });
  });

  it("asks about the configuration before it looks at weights", async () => {
    writeFiles(model(), { "config.json": { model_type: "odd" }, "model.safetensors": "broken" });
    const checkConfig = () => assert.fail("asked");
    await assert.rejects(
      openModelFolder(model(), { cacheDirectory: cacheDirectory(), checkConfig }),
      /asked/,
    );
  });

  describe("refuses", () => {
    it("a folder that is not there", refused("folder-missing", /Choose the folder/));

    it("a file in place of a folder", async () => {
      fs.writeFileSync(model(), "x");
      await refused("folder-not-a-folder")();
    });

    const cases: readonly [string, StoreErrorCode, Record<string, unknown>, RegExp?][] = [
      ["a folder without weights", "weights-missing", { "config.json": {} }, /no model\.safetensors/],
      [
        "weights of pickled Python",
        "weights-not-safetensors",
        { "config.json": {}, "pytorch_model.bin": "x" },
        /Convert it once/,
      ],
      ["an adapter alone", "weights-missing", { "adapter_model.safetensors": "x" }, /merge/],
      ["a missing config.json", "config-missing", { "model.safetensors": shard(1, "a") }],
      [
        "a config.json that is no JSON",
        "json-malformed",
        { "config.json": "{,", "model.safetensors": shard(1, "a") },
      ],
      [
        "a config.json that is a list",
        "json-malformed",
        { "config.json": "[]", "model.safetensors": shard(1, "a") },
      ],
      [
        "a config.json that is null",
        "json-malformed",
        { "config.json": "null", "model.safetensors": shard(1, "a") },
      ],
      [
        "a config.json nested beyond reason",
        "json-malformed",
        { "config.json": "[".repeat(200_000), "model.safetensors": shard(1, "a") },
      ],
      [
        "a tokenizer.json that is no JSON",
        "json-malformed",
        { "config.json": {}, "tokenizer.json": "x", "model.safetensors": shard(1, "a") },
        /tokenizer\.json/,
      ],
      [
        "truncated weights",
        "weights-malformed",
        { "config.json": {}, "model.safetensors": shard(1, "a").subarray(0, -1) },
      ],
      ["empty weights", "weights-malformed", { "config.json": {}, "model.safetensors": "" }],
      [
        "weights without a float",
        "weights-missing",
        {
          "config.json": {},
          "model.safetensors": writeSafetensors(
            [{ name: "a", dtype: "I64", shape: [1] }],
            [new Uint8Array(8)],
          ),
        },
      ],
      [
        "an index that is empty",
        "index-malformed",
        { "config.json": {}, "model.safetensors.index.json": {} },
      ],
      [
        "an index that leaves the folder",
        "index-malformed",
        { "config.json": {}, "model.safetensors.index.json": { weight_map: { a: "../x.safetensors" } } },
      ],
      [
        "an index that names a number",
        "index-malformed",
        { "config.json": {}, "model.safetensors.index.json": { weight_map: { a: 7 } } },
      ],
      [
        "a missing shard",
        "shard-missing",
        { "config.json": {}, "model.safetensors.index.json": { weight_map: { a: "x.safetensors" } } },
        /x\.safetensors/,
      ],
      [
        "a tensor that its shard lacks",
        "tensor-missing",
        {
          "config.json": {},
          "x.safetensors": shard(1, "a"),
          "model.safetensors.index.json": { weight_map: { a: "x.safetensors", b: "x.safetensors" } },
        },
      ],
      [
        "a tensor of two shards that the index does not place",
        "tensor-twice",
        {
          "config.json": {},
          "x.safetensors": shard(1, "a", "c"),
          "y.safetensors": shard(1, "b", "c"),
          "model.safetensors.index.json": { weight_map: { a: "x.safetensors", b: "y.safetensors" } },
        },
      ],
    ];
    for (const [name, code, files, text] of cases) {
      it(name, async () => {
        writeFiles(model(), files);
        await refused(code, text)();
      });
    }

    for (const [dtype, name, size] of [
      ["I8", "a.bias", 1],
      ["F8_E4M3", "a", 1],
      ["F64", "a", 8],
      ["U8", "a.weight", 1],
      ["I32", "a.qweight", 4],
    ] as const) {
      it(`${name} of the type ${dtype}`, async () => {
        const file = writeSafetensors(
          [{ name, dtype, shape: [1] }, f32("b", [1])],
          [new Uint8Array(size), bytesOf(1)],
        );
        writeFiles(model(), { "config.json": {}, "model.safetensors": file });
        await refused("unsupported-dtype", new RegExp(dtype))();
      });
    }

    it("a link to weights that are gone", async () => {
      writeFiles(model(), { "config.json": {} });
      fs.symlinkSync("../blobs/gone", model("model.safetensors"));
      await refused("weights-missing", /link/)();
    });

    it("a header of ten gigabytes, without asking for memory", async () => {
      const file = new Uint8Array(64);
      new DataView(file.buffer).setBigUint64(0, 10_000_000_000n, true);
      writeFiles(model(), { "config.json": {}, "model.safetensors": file });
      await refused("weights-malformed", /10000000000/)();
    });
  });

  describe("notices", () => {
    const cases: readonly [string, RegExp, (file: string) => void][] = [
      ["a file that became shorter", /shorter/, (file) => fs.truncateSync(file, 20)],
      ["a file that became longer", /longer/, (file) => fs.appendFileSync(file, "x")],
      ["a file that is gone", /no longer there/, (file) => fs.rmSync(file)],
      [
        "a file that was written in place",
        /written to/,
        (file) => {
          const handle = fs.openSync(file, "r+");
          fs.writeSync(handle, Buffer.of(9), 0, 1, 0);
          fs.closeSync(handle);
          fs.utimesSync(file, new Date(), new Date(Date.now() + 5000));
        },
      ],
      [
        "a file that was replaced by one of the same size",
        /replaced|written/,
        (file) => {
          fs.copyFileSync(file, `${file}.new`);
          fs.renameSync(`${file}.new`, file);
        },
      ],
    ];
    for (const [name, sentence, change] of cases) {
      for (const file of ["model.safetensors", "config.json", "tokenizer.json"]) {
        it(`${name}: ${file}`, async () => {
          writeFiles(model(), {
            "config.json": '{"a": "0123456789abcdef"}',
            "tokenizer.json": '{"a": "0123456789abcdef"}',
            "model.safetensors": shard(1, "a"),
          });
          const folder = await open();
          assert.equal(await folder.changed(), null);
          change(model(file));
          const said = await folder.changed();
          assert.match(said ?? "", sentence);
          assert.match(said ?? "", new RegExp(file.replace(".", "\\.")));
        });
      }
    }

    it("files that vanish while their digest is computed", async () => {
      writeFiles(model(), { "config.json": {}, "model.safetensors": shard(1, "a") });
      const folder = await open();
      fs.rmSync(model("model.safetensors"));
      await assert.rejects(folder.digest(), { code: "weights-changed" });
    });
  });
});
