import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { CodedError } from "../../../src/base/errors";
import { seededRandom } from "../../../src/base/random";
import { type ControlVector, readControlVector, writeControlVector } from "../../../src/formats/gguf";
import { useTempFolder } from "../../support/tempFolder";

const run = promisify(execFile);

const vector: ControlVector = {
  modelHint: "gpt2",
  directions: new Map([
    [1, Float32Array.of(1, -2, 0.5)],
    [2, Float32Array.of(0, 1e-30, -0)],
    [11, Float32Array.of(3, 4, 5)],
  ]),
};

/** Reads a control vector by the specification alone, and writes one with more values and another alignment. */
const python = `
import json, struct, sys
data = open(sys.argv[1], "rb").read()
at = 0
def take(form):
    global at
    found = struct.unpack_from("<" + form, data, at)
    at += struct.calcsize("<" + form)
    return found[0]
def text():
    global at
    n = take("Q")
    at += n
    return data[at - n:at].decode()
assert data[:4] == b"GGUF"
at = 4
assert take("I") == 3
tensors, values = take("Q"), take("Q")
facts = {}
for _ in range(values):
    key, kind = text(), take("I")
    facts[key] = text() if kind == 8 else take({4: "I", 5: "i", 6: "f"}[kind])
found = []
for _ in range(tensors):
    name, dims = text(), take("I")
    shape = [take("Q") for _ in range(dims)]
    found.append((name, shape, take("I"), take("Q")))
start = (at + 31) // 32 * 32
read = {}
for name, shape, kind, offset in found:
    assert kind == 0 and offset % 32 == 0
    read[name] = list(struct.unpack_from("<%df" % shape[0], data, start + offset))
assert start + max(offset + 4 * shape[0] for _, shape, _, offset in found) == len(data)
def s(value):
    return struct.pack("<Q", len(value)) + value.encode()
out = b"GGUF" + struct.pack("<IQQ", 3, 2, 5)
out += s("general.alignment") + struct.pack("<II", 4, 64)
out += s("general.architecture") + struct.pack("<I", 8) + s("controlvector")
out += s("words") + struct.pack("<IIQ", 9, 8, 2) + s("a") + s("b")
out += s("x") + struct.pack("<Id", 12, 1.5)
out += s("controlvector.model_hint") + struct.pack("<I", 8) + s("llama")
out += s("other") + struct.pack("<IQQIQ", 2, 2, 2, 1, 64)
out += s("direction.3") + struct.pack("<IQIQ", 1, 2, 0, 0)
out += b"\\0" * (-len(out) % 64) + struct.pack("<2f", 7, 8) + b"\\0" * 56 + b"\\0" * 8
open(sys.argv[2], "wb").write(out)
print(json.dumps({"facts": facts, "read": read}))
`;

const refused = (code: string) => (thrown: unknown) => thrown instanceof CodedError && thrown.code === code;

describe("control vectors in GGUF", () => {
  const folder = useTempFolder();

  it("give back what was written", () => {
    const read = readControlVector(writeControlVector(vector));
    assert.equal(read.modelHint, "gpt2");
    assert.deepEqual([...read.directions], [...vector.directions]);
  });

  it("are read by another reader, and another writer's are read", async () => {
    const [ours, theirs] = [join(folder(), "ours.gguf"), join(folder(), "theirs.gguf")];
    writeFileSync(ours, writeControlVector(vector));
    const { stdout } = await run("python3", ["-c", python, ours, theirs]);
    const { facts, read } = JSON.parse(stdout) as { facts: object; read: Record<string, number[]> };
    assert.deepEqual(facts, {
      "general.architecture": "controlvector",
      "controlvector.model_hint": "gpt2",
      "controlvector.layer_count": 3,
    });
    for (const [layer, values] of vector.directions)
      assert.deepEqual(read[`direction.${layer}`], [...values]);
    const { modelHint, directions } = readControlVector(readFileSync(theirs));
    assert.deepEqual([modelHint, [...directions]], ["llama", [[3, Float32Array.of(7, 8)]]]);
  });

  it("have no direction for block 0, which llama.cpp refuses", () => {
    const zero = { modelHint: "", directions: new Map([[0, Float32Array.of(1)]]) };
    assert.throws(() => writeControlVector(zero), refused("gguf-unsupported"));
    assert.throws(
      () => writeControlVector({ modelHint: "", directions: new Map() }),
      refused("gguf-unsupported"),
    );
  });

  it("are refused where the file is a model, or holds half precision", () => {
    const text = Buffer.from(writeControlVector(vector)).toString("latin1");
    const model = Buffer.from(text.replace("controlvector", "llamallamalla"), "latin1");
    assert.throws(() => readControlVector(model), refused("gguf-unsupported"));
    const half = Buffer.from(writeControlVector(vector));
    half[half.indexOf("direction.1") + 11 + 4 + 8] = 1;
    assert.throws(() => readControlVector(half), refused("gguf-unsupported"));
  });

  it("are read or refused with a code when bytes of them change, 3,000 times", () => {
    const random = seededRandom(6);
    const clean = writeControlVector(vector);
    let count = 0;
    for (let i = 0; i < 3000; i++) {
      const file = random() < 0.3 ? clean.slice(0, Math.floor(random() * clean.length)) : clean.slice();
      for (let n = 0; n < 1 + 3 * random(); n++)
        file[Math.floor(random() * file.length)] = Math.floor(random() * 256);
      try {
        readControlVector(file);
      } catch (thrown) {
        count++;
        assert.ok(thrown instanceof CodedError, String(thrown));
      }
    }
    assert.ok(count > 1000, String(count));
  });
});
