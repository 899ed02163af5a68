import assert from "node:assert/strict";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSession } from "../../../../src/engine/ort";
import type { OnnxGraph, OnnxNode } from "../../../../src/formats/onnx/onnxModel";

const node = (op: string, inputs: string[], attributes: OnnxNode["attributes"] = {}): OnnxNode => ({
  op,
  domain: "",
  name: op,
  inputs,
  outputs: [`${op}.out`],
  attributes,
});

/** Runs a graph of one output through onnxruntime: the reader that has to understand what was written. */
async function run(graph: OnnxGraph, x: number[], directory = tmpdir()): Promise<number[]> {
  const session = await createSession(graph, { directory, threads: 1 });
  const out = await session.run({ x: { type: "float32", data: Float32Array.from(x), dims: [x.length] } });
  await session.release();
  return Array.from(out["y"].data, Number);
}

function graphOf(nodes: OnnxNode[], initializers: OnnxGraph["initializers"] = []): OnnxGraph {
  const last = nodes[nodes.length - 1].outputs[0];
  return {
    name: "test",
    nodes: [...nodes, { ...node("Identity", [last]), outputs: ["y"] }],
    inputs: [{ name: "x", type: "float", shape: ["n"] }],
    outputs: [{ name: "y", type: "float", shape: ["m"] }],
    initializers,
  };
}

describe("encodeOnnxModel", () => {
  it("writes integers, negative ones too", async () => {
    const axis = {
      name: "axis",
      type: "int64",
      shape: [1],
      source: { kind: "inline", bytes: new Uint8Array(new BigInt64Array([-1n]).buffer) },
    } as const;
    const sum = node("ReduceSum", ["x", "axis"], { keepdims: 1 });
    assert.deepEqual(await run(graphOf([sum], [axis]), [1, 2, 4]), [7]);
    assert.deepEqual(await run(graphOf([node("Softmax", ["x"], { axis: -1 })]), [0, 0]), [0.5, 0.5]);
  });

  it("writes floats", async () => {
    const leaky = node("LeakyRelu", ["x"], { alpha: { float: 0.25 } });
    assert.deepEqual(await run(graphOf([leaky]), [-4, 8]), [-1, 8]);
  });

  it("writes text and lists", async () => {
    const exact = await run(graphOf([node("Gelu", ["x"], { approximate: "none" })]), [1]);
    const tanh = await run(graphOf([node("Gelu", ["x"], { approximate: "tanh" })]), [1]);
    assert.notEqual(exact[0], tanh[0]);
    assert.ok(Math.abs(exact[0] - 0.8413447) < 1e-6);
    assert.deepEqual(await run(graphOf([node("Transpose", ["x"], { perm: [0] })]), [3, 5]), [3, 5]);
  });

  it("points at bytes of a file beside it, whatever its name and alignment", async () => {
    const directory = mkdtempSync(join(tmpdir(), "introspect-onnx-"));
    const file = "gewichte ä.bin";
    const bytes = Buffer.concat([Buffer.alloc(3), Buffer.from(Float32Array.from([10, 20]).buffer)]);
    writeFileSync(join(directory, file), bytes);
    const weight = {
      name: "w",
      type: "float",
      shape: [2],
      source: { kind: "external", file, offset: 3, length: 8 },
    } as const;
    assert.deepEqual(await run(graphOf([node("Add", ["x", "w"])], [weight]), [1, 2], directory), [11, 22]);
  });

  it("is refused with a coded error when a graph makes no sense", async () => {
    await assert.rejects(run(graphOf([node("NoSuchOperator", ["x"])]), [1]), { code: "run-failed" });
  });
});
