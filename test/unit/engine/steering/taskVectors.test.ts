import assert from "node:assert/strict";
import { join } from "node:path";
import { answersTo, lastStreams, patchOf } from "../../../../src/analysis/taskVectors/answers";
import { answerText, demonstrated, partsOf } from "../../../../src/analysis/taskVectors/prompts";
import { taskVectors } from "../../../../src/analysis/taskVectors";
import type { ModelRunner } from "../../../../src/engine/modelRunner";
import { decodeTaskVectorPlan } from "../../../../src/protocol/decodeTaskVector";
import { openRunner } from "../../../support/openRunner";
import { type ReferenceTensor, writeReferenceTensors } from "../../../support/referenceTensors";
import { useTempFolder, writeFiles } from "../../../support/tempFolder";

/** Token 0 stands for nothing; tasks: a … h become A … H, or I … P. */
const letters = "·abcdefghABCDEFGHIJKLMNOP>\n";
const encode = (text: string) => Array.from(text, (c) => letters.indexOf(c));
const vocabulary = {
  text: (id: number) => letters[id],
  decode: (ids: readonly number[]) => ids.map((id) => letters[id]).join(""),
};
const inputs = [..."abcdefgh"];
const tasks = ["ABCDEFGH", "IJKLMNOP"].map((outputs, t) => ({
  name: ["first", "second"][t],
  pairs: inputs.map((x, i) => [x, outputs[i]] as const),
}));
const d = 40;
// What the stream's numbers stand for.
const [isInput, isOut, arrow, position, task, asked, answer] = [8, 9, 11, 12, 13, 15, 23];

/**
 * A model built by hand. Block 0 does nothing. In block 1 an arrow looks at the outputs before it and notes the task. In
 * block 2 it looks at the last input, and neurons that see both input and task write the answer.
 */
function weights(): Map<string, ReferenceTensor> {
  const tensors = new Map<string, ReferenceTensor>();
  const put = (
    name: string,
    rows: number,
    columns: number,
    entries: [number, number, number][] = [],
  ): void => {
    const data = new Float32Array(rows * columns);
    for (const [row, column, value] of entries) data[row * columns + column] = value;
    tensors.set(name, { shape: [rows, columns], data });
  };
  const one = inputs.map((_, i) => i);
  const embed = one.flatMap((i): [number, number, number][] => [
    [1 + i, i, 1],
    [1 + i, isInput, 1],
    [9 + i, isOut, 1],
    [17 + i, isOut + 1, 1],
  ]);
  put("embed.weight", 27, d, [...embed, [25, arrow, 1]]);
  put(
    "positions.weight",
    32,
    d,
    Array.from({ length: 32 }, (_, p) => [p, position, p]),
  );
  for (const layer of [0, 1, 2]) {
    for (const side of ["q", "k", "v", "o"]) put(`blocks.${layer}.attn.${side}.weight`, d, d);
    put(`blocks.${layer}.mlp.in.weight`, 16, d);
    put(`blocks.${layer}.mlp.out.weight`, d, 16);
    tensors.set(`blocks.${layer}.mlp.in.bias`, {
      shape: [16],
      data: new Float32Array(16).fill(layer === 2 ? -1.5 : 0),
    });
  }
  put("blocks.1.attn.q.weight", d, d, [[0, arrow, 1]]);
  put("blocks.1.attn.k.weight", d, d, [
    [0, isOut, 30],
    [0, isOut + 1, 30],
  ]);
  put("blocks.1.attn.v.weight", d, d, [
    [0, isOut, 1],
    [1, isOut + 1, 1],
  ]);
  put("blocks.1.attn.o.weight", d, d, [
    [task, 0, 1],
    [task + 1, 1, 1],
  ]);
  put("blocks.2.attn.q.weight", d, d, [[0, arrow, 1]]);
  put("blocks.2.attn.k.weight", d, d, [
    [0, isInput, 100],
    [0, position, 3],
  ]);
  put(
    "blocks.2.attn.v.weight",
    d,
    d,
    one.map((i) => [i, i, 1]),
  );
  put(
    "blocks.2.attn.o.weight",
    d,
    d,
    one.map((i) => [asked + i, i, 1]),
  );
  const neurons = [0, 1].flatMap((t) => one.map((i) => ({ t, i, n: 8 * t + i })));
  put(
    "blocks.2.mlp.in.weight",
    16,
    d,
    neurons.flatMap(({ t, i, n }) => [
      [n, asked + i, 1],
      [n, task + t, 1],
    ]),
  );
  put(
    "blocks.2.mlp.out.weight",
    d,
    16,
    neurons.map(({ n }) => [answer + n, n, 1]),
  );
  put(
    "unembed.weight",
    27,
    d,
    neurons.map(({ n }) => [9 + n, answer + n, 20]),
  );
  return tensors;
}

describe("task vectors of a model that was built to have them", () => {
  const folder = useTempFolder();
  let runner: ModelRunner;
  let dispose: () => void;
  beforeEach(async () => {
    const sizes = { n_layers: 3, n_heads: 1, d_model: d, d_head: d, d_mlp: 16, vocab_size: 27, n_ctx: 32 };
    const config = { model_type: "introspect-plain", norm: "none", score_scale: 1, ...sizes };
    writeFiles(folder(), { "config.json": config });
    writeReferenceTensors(join(folder(), "model.safetensors"), weights());
    ({ runner, dispose } = await openRunner(folder()));
  });
  afterEach(() => dispose());

  const plan = (more: object = {}) =>
    decodeTaskVectorPlan({
      version: 1,
      tasks,
      template: { demonstration: "{x}>{y}\n", query: "{x}>" },
      demonstrations: 2,
      dev: 2,
      test: 3,
      ask: ["a", "h"],
      ...more,
    });
  const run = (more: object = {}) =>
    taskVectors(runner, vocabulary, {
      plan: plan(more),
      tasks,
      encode,
      answerOf: (_, y) => letters.indexOf(y),
    });

  it("are all it needs behind the block that notes the task, and nothing before", async () => {
    const { layers, tasks: found } = await run();
    assert.deepEqual(layers, [0, 1, 2]);
    for (const [t, one] of found.entries()) {
      assert.deepEqual([one.n, one.regular, one.zeroShot], [3, 1, 0]);
      assert.deepEqual(one.patched, [0, 1, 0]);
      assert.deepEqual(one.dev, [0, 1, 0]);
      assert.equal(one.best, 1);
      assert.ok(one.interval[0] < 0.5 && one.interval[1] === 1);
      assert.deepEqual(one.others, [0, 0, 0], "the other task's vector does the other task");
      assert.deepEqual(one.copiesOutput, [false, false, true], "the last block's stream is an output");
      assert.deepEqual(one.copied, [0, 0, 1]);
      assert.deepEqual(
        one.asked.map((one) => one.answer?.[0]),
        [
          ["A", "H"],
          ["I", "P"],
        ][t],
      );
    }
  });

  it("win against demonstrations of another task", async () => {
    const { conflicts } = await run();
    assert.equal(conflicts.length, 2);
    for (const one of conflicts) {
      assert.equal(one.layer, 1);
      assert.deepEqual([one.byDemonstrations, one.byVector], [0, 1]);
      assert.deepEqual(one.plain, { byDemonstrations: 1, byVector: 0 });
    }
  });

  it("of a prompt, put back where they were read, change nothing", async () => {
    const ids = encode("a>A\nb>B\nc>");
    const layers = [0, 1, 2];
    const own = await lastStreams(runner, [ids], layers, {});
    const edits = [null, ...layers.map((layer) => patchOf(layer, own[layer]))];
    assert.deepEqual(
      await answersTo(runner, ids, edits, {}),
      edits.map(() => letters.indexOf("C")),
    );
  });

  it("never see a query in a demonstration, or in two parts", () => {
    const parts = partsOf(tasks[0], plan());
    const all = [...parts.pool, ...parts.dev, ...parts.test].map(([x]) => x);
    assert.deepEqual([...all].sort(), inputs);
    assert.deepEqual([parts.dev.length, parts.test.length, parts.pool.length], [2, 3, 3]);
    for (const [x] of parts.pool) {
      const prompt = demonstrated(parts, x, { plan: plan(), seed: 3 });
      assert.equal(prompt.split("\n").length, 3);
      assert.equal(prompt.split(x).length, 2, `${x} stands once in ${prompt}`);
    }
    assert.equal(answerText({ demonstration: "{x} -> {y}\n", query: "{x} ->" }, "y"), " y");
    assert.equal(answerText({ demonstration: "{y} of {x}\n", query: "what of {x}" }, "y"), "y");
    const braces = { pool: [["{y}", "{x}"]] as const };
    assert.equal(demonstrated(braces, "q", { plan: plan({ demonstrations: 1 }), seed: 0 }), "{y}>{x}\nq>");
  });

  it("are refused for too few pairs, and for a layer there is not", async () => {
    await assert.rejects(run({ demonstrations: 6 }), { code: "too-little-text" });
    await assert.rejects(run({ layers: [3] }), { code: "bad-field" });
  });

  it("stop when they are no longer wanted", async () => {
    const stop = new AbortController();
    const request = { plan: plan(), tasks, encode, answerOf: (_: string, y: string) => letters.indexOf(y) };
    const onProgress = ({ done }: { done: number }) => done >= 2 && stop.abort();
    await assert.rejects(taskVectors(runner, vocabulary, request, { signal: stop.signal, onProgress }), {
      code: "cancelled",
    });
  });
});
