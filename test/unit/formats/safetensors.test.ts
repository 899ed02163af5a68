import assert from "node:assert/strict";
import fs from "node:fs";
import { CodedError } from "../../../src/base/errors";
import { seededRandom } from "../../../src/base/random";
import {
  elementCount,
  headerLength,
  parseHeader,
  type SafetensorsHeader,
} from "../../../src/formats/safetensors";
import { writeSafetensors } from "../../../src/formats/safetensorsWriter";
import { oracleIt } from "../../support/oracle";

/** Reads a whole file in memory, as the engine reads one on disk. */
function readWhole(file: Uint8Array, fileSize = file.length): SafetensorsHeader {
  const length = headerLength(file.subarray(0, 8), fileSize);
  return parseHeader(file.subarray(8, 8 + length), fileSize);
}

/** A file whose header is the given text, with `size` bytes of data. */
function fileOf(header: string, size: number): Uint8Array {
  const json = new TextEncoder().encode(header);
  const file = new Uint8Array(8 + json.length + size);
  new DataView(file.buffer).setBigUint64(0, BigInt(json.length), true);
  file.set(json, 8);
  return file;
}

function check(name: string, code: string, file: Uint8Array, fileSize?: number): void {
  it(`refuses ${name}`, () => {
    assert.throws(
      () => readWhole(file, fileSize),
      (thrown) => thrown instanceof CodedError && thrown.code === code && thrown.next !== undefined,
    );
  });
}

const entry = (dtype: string, shape: string, offsets: string) =>
  `{"a":{"dtype":${dtype},"shape":${shape},"data_offsets":${offsets}}}`;

describe("safetensors headers", () => {
  it("gives back what was written", () => {
    const tensors = [
      { name: "a.weight", dtype: "F32", shape: [2, 3] },
      { name: "empty", dtype: "F32", shape: [0, 5] },
      { name: 'scalar \u00e9 "quoted"', dtype: "I64", shape: [] },
      { name: "__proto__", dtype: "BF16", shape: [3] },
    ] as const;
    const data = [24, 0, 8, 6].map((n, i) => new Uint8Array(n).fill(i + 1));
    const file = writeSafetensors(tensors, data, { format: "pt" });
    const { tensors: read, metadata, dataStart } = readWhole(file);
    assert.equal(dataStart % 8, 0);
    assert.deepEqual(metadata, { format: "pt" });
    assert.deepEqual(
      [...read.keys()],
      tensors.map((t) => t.name),
    );
    tensors.forEach(({ name, dtype, shape }, i) => {
      const found = read.get(name);
      assert.ok(found);
      assert.deepEqual([found.dtype, [...found.shape]], [dtype, [...shape]]);
      assert.deepEqual(file.subarray(found.start, found.end), data[i]);
    });
  });

  check("an empty file", "safetensors-too-short", new Uint8Array(0));
  check("seven bytes", "safetensors-too-short", new Uint8Array(7));
  const claims = (length: bigint, size: number) => {
    const file = new Uint8Array(size);
    new DataView(file.buffer).setBigUint64(0, length, true);
    return file;
  };
  check("a header of ten gigabytes", "safetensors-header-too-large", claims(10_000_000_000n, 64));
  check("a header of 2^64 - 1 bytes", "safetensors-header-too-large", claims(2n ** 64n - 1n, 64));
  check("a header longer than the file", "safetensors-header-truncated", claims(57n, 64));
  check("a header that is no UTF-8", "safetensors-header-not-json", fileOf("{}", 0).fill(0xff, 8));
  check("a header that is no JSON", "safetensors-header-not-json", fileOf('{"a":', 0));
  check("a header that is a list", "safetensors-header-malformed", fileOf("[]", 0));
  check("a header that is null", "safetensors-header-malformed", fileOf("null", 0));
  check("metadata with numbers", "safetensors-header-malformed", fileOf('{"__metadata__":{"a":1}}', 0));
  check("an entry that is no object", "safetensors-header-malformed", fileOf('{"a":7}', 0));
  check("an entry without a dtype", "safetensors-header-malformed", fileOf('{"a":{}}', 0));
  check("an unknown dtype", "safetensors-unknown-dtype", fileOf(entry('"F31"', "[1]", "[0,4]"), 4));
  check(
    "a dtype named like a method",
    "safetensors-unknown-dtype",
    fileOf(entry('"toString"', "[1]", "[0,4]"), 4),
  );
  check("a shape that is no list", "safetensors-header-malformed", fileOf(entry('"F32"', "4", "[0,4]"), 4));
  check("a negative size", "safetensors-bad-shape", fileOf(entry('"F32"', "[-1,-1]", "[0,4]"), 4));
  check("a size with a fraction", "safetensors-bad-shape", fileOf(entry('"F32"', "[0.5]", "[0,4]"), 4));
  check("a size that is a string", "safetensors-bad-shape", fileOf(entry('"F32"', '["1"]', "[0,4]"), 4));
  check("a size of 1e999", "safetensors-bad-shape", fileOf(entry('"F32"', "[1e999]", "[0,4]"), 4));
  check(
    "sizes whose product overflows",
    "safetensors-bad-shape",
    fileOf(entry('"F32"', "[4503599627370496,4096]", "[0,4]"), 4),
  );
  check("one offset", "safetensors-header-malformed", fileOf(entry('"F32"', "[1]", "[0]"), 4));
  check("negative offsets", "safetensors-bad-offsets", fileOf(entry('"F32"', "[1]", "[-4,0]"), 4));
  check("offsets in the wrong order", "safetensors-bad-offsets", fileOf(entry('"F32"', "[1]", "[4,0]"), 4));
  check("offsets past the end", "safetensors-past-end", fileOf(entry('"F32"', "[2]", "[0,8]"), 4));
  check(
    "a file cut short",
    "safetensors-past-end",
    fileOf(entry('"F32"', "[2]", "[0,8]"), 8),
    fileOf(entry('"F32"', "[2]", "[0,8]"), 7).length,
  );
  check(
    "a shape that does not fill its bytes",
    "safetensors-size-mismatch",
    fileOf(entry('"F32"', "[3]", "[0,8]"), 8),
  );
  check(
    "a dtype that does not fill its bytes",
    "safetensors-size-mismatch",
    fileOf(entry('"F16"', "[2]", "[0,8]"), 8),
  );
  check(
    "bytes at the end that belong to nothing",
    "safetensors-trailing-bytes",
    fileOf(entry('"F32"', "[1]", "[0,4]"), 5),
  );
  check(
    "bytes in between that belong to nothing",
    "safetensors-gap",
    fileOf(entry('"F32"', "[1]", "[4,8]"), 8),
  );
  const two = (first: string, second: string, name = "b") =>
    fileOf(
      `{"a":{"dtype":"U8","shape":[4],"data_offsets":${first}},"${name}":{"dtype":"U8","shape":[4],"data_offsets":${second}}}`,
      8,
    );
  check("tensors that overlap", "safetensors-overlap", two("[0,4]", "[2,6]"));
  check("two tensors in the same place", "safetensors-overlap", two("[0,4]", "[0,4]"));
  check("a name given twice", "safetensors-duplicate-name", two("[0,4]", "[4,8]", "a"));
  check(
    "a name given twice, once with an escape",
    "safetensors-duplicate-name",
    two("[0,4]", "[4,8]", "\\u0061"),
  );

  it("does not take a name inside an entry for one given twice", () => {
    const { tensors } = readWhole(
      fileOf(
        '{"shape":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"dtype":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}',
        2,
      ),
    );
    assert.deepEqual([...tensors.keys()], ["shape", "dtype"]);
  });

  oracleIt("reads a header that the reference implementation wrote", "oracle-hf/gpt2", (dir) => {
    const file = new Uint8Array(fs.readFileSync(`${dir}/model.safetensors`));
    const { tensors } = readWhole(file);
    const wte = tensors.get("transformer.wte.weight");
    assert.ok(wte && wte.dtype === "F32");
    assert.equal(wte.end - wte.start, 4 * elementCount(wte));
  });
});

describe("safetensors headers, mutated", () => {
  const clean = writeSafetensors(
    [
      { name: "a", dtype: "F32", shape: [2, 2] },
      { name: "b", dtype: "BF16", shape: [3] },
      { name: "c", dtype: "U8", shape: [2] },
    ],
    [new Uint8Array(16), new Uint8Array(6), new Uint8Array(2)],
    { format: "pt" },
  );

  it("are read as a valid header or refused with a code, 4 000 times", () => {
    const random = seededRandom(2024);
    const codes = new Set<string>();
    for (let i = 0; i < 4000; i++) {
      const file = mutate(clean, random);
      try {
        const { tensors } = readWhole(file);
        for (const { start, end } of tensors.values()) assert.ok(start <= end && end <= file.length);
        codes.add("valid");
      } catch (thrown) {
        assert.ok(thrown instanceof CodedError, String(thrown));
        codes.add(thrown.code);
      }
    }
    assert.ok(codes.size >= 8, `only ${[...codes].join(", ")}`);
  });
});

const snippets = [
  "-1",
  "1e308",
  "null",
  "[]",
  "{}",
  '"x"',
  "9007199254740993",
  "NaN",
  ",",
  '"F16"',
  '"a":',
  "\u0000",
  "0",
];

function mutate(clean: Uint8Array, random: () => number): Uint8Array {
  const pick = (n: number) => Math.floor(random() * n);
  let bytes = [...clean];
  for (let n = 1 + pick(3); n > 0; n--) {
    const at = 8 + pick(bytes.length - 8);
    const kind = pick(6);
    if (kind === 0) bytes[at] = pick(256);
    else if (kind === 1) bytes.splice(at, 1 + pick(4));
    else if (kind === 2) bytes.splice(at, 0, ...new TextEncoder().encode(snippets[pick(snippets.length)]));
    else if (kind === 3) bytes = bytes.slice(0, Math.max(16, at));
    else if (kind === 4) bytes[pick(8)] = pick(256);
    else {
      // A digit for another keeps the header JSON, so that the checks behind are reached.
      const digits = bytes.flatMap((byte, i) => (i >= 8 && byte >= 0x30 && byte <= 0x39 ? [i] : []));
      bytes[digits[pick(digits.length)] ?? at] = 0x30 + pick(10);
    }
    // The prefix follows the header's end, else most mutations only break the length.
    if (kind === 1 || kind === 2) {
      const end = bytes.lastIndexOf(0x7d);
      if (end > 8) bytes.splice(0, 8, ...new Uint8Array(BigUint64Array.of(BigInt(end - 7)).buffer));
    }
  }
  return Uint8Array.from(bytes);
}
