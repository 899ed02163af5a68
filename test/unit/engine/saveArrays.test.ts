/** The .npz behind a picture, as NumPy reads it. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { arrayPlan } from "../../../src/extension/exports/arrayPlan";
import type { ShownArray } from "../../../src/protocol/arrays";
import { engineCallDecoders } from "../../../src/protocol/decodeEngineCall";
import type { HeatmapPanelData } from "../../../src/protocol/heatmapPanel";
import type { LensPanelData } from "../../../src/protocol/lensPanel";
import type { AttentionPanelData } from "../../../src/protocol/panelApi";
import { heatmapData } from "../../panels/fixtures/heatmap";
import { cliJson } from "../../support/cli";
import { PanelEngine, inputOf } from "../../support/panelData";
import { inRepo } from "../../support/paths";
import { useTempFolder } from "../../support/tempFolder";

const run = promisify(execFile);
const text = "const first = items[0];\nreturn first;\n";

/** Prints what NumPy has of a file: types, shapes, and the values of one array. */
const reader = `
import json, sys, numpy
z = numpy.load(sys.argv[1], allow_pickle=False)
meta = json.loads(bytes(z["meta"]))
said = {k: [str(z[k].dtype), list(z[k].shape)] for k in z.files}
print(json.dumps({"meta": meta, "arrays": said, "one": numpy.nan_to_num(z[sys.argv[2]], nan=-9).tolist()}))
`;

interface Read {
  readonly meta: {
    readonly format: number;
    readonly digest: string;
    readonly arrays: Record<string, Pick<ShownArray, "axes" | "unit">>;
  };
  readonly arrays: Record<string, [string, number[]]>;
  readonly one: unknown;
}

/** NumPy of Debian, else of the path. */
async function numpyReads(file: string, array: string): Promise<Read> {
  const python = fs.existsSync("/usr/bin/python3") ? "/usr/bin/python3" : "python3";
  const read = (program: string) => run(program, ["-c", reader, file, array], { maxBuffer: 64_000_000 });
  const { stdout } = await read(python).catch(() => read("python3"));
  return JSON.parse(stdout) as Read;
}

describe("the arrays behind a picture", function () {
  this.timeout(60_000);
  const folder = useTempFolder();
  let engine: PanelEngine;
  before(() => void (engine = new PanelEngine(inRepo("out/recipes-cache"))));
  after(() => engine.dispose());

  async function save(plan: ReturnType<typeof arrayPlan>): Promise<string> {
    assert.ok(plan);
    const file = path.join(folder(), "a.npz");
    const read = { model: plan.model, runs: plan.runs };
    const params = { file, facts: JSON.stringify({ digest: "d" }), shown: plan.shown, read };
    // As it crosses to the engine.
    const crossed = engineCallDecoders["arrays/save"](JSON.parse(JSON.stringify(params)));
    await engine.call("arrays/save", crossed);
    return file;
  }

  it("are read by NumPy, with axes and units in meta, and hooks are those of the command line", async () => {
    const input = inputOf(text);
    const model = await engine.info();
    const view = await engine.call("lens/view", { model: engine.path, input, columns: 4, k: 5 });
    const marks = { depth: false, inline: false };
    const data: LensPanelData = { ...view, followed: [], selected: null, pinned: null, marks };
    const file = await save(arrayPlan("lens", "lens-grid", { seq: 1, status: "ready", model, data }));
    const read = await numpyReads(file, "surprisal");
    const n = view.window.ids.length;
    assert.equal(read.meta.format, 1);
    assert.equal(read.meta.digest, "d");
    assert.deepEqual(read.arrays["entropy"], ["float64", [5, 4]]);
    assert.deepEqual(read.arrays["top_ids"], ["int64", [5, 4, 5]]);
    assert.deepEqual(read.arrays["blocks.3.hook_resid_post"], ["float32", [n, 192]]);
    assert.deepEqual(read.meta.arrays["entropy"]?.axes, ["row", "pos"]);
    assert.equal(read.meta.arrays["entropy"]?.unit, "nats");
    assert.deepEqual(read.meta.arrays["blocks.3.hook_resid_post"]?.axes, ["pos", "dModel"]);
    assert.deepEqual(
      read.one,
      view.layers.map(({ positions }) => positions.map(({ surprisal }) => surprisal ?? -9)),
    );
    const out = path.join(folder(), "run.npz");
    const hooks = "blocks.*.hook_resid_pre";
    await cliJson("run", engine.path, "--text", text, "--read", hooks, "--out", out);
    const [mine, cli] = [file, out].map((one) => memberOf(one, "blocks.2.hook_resid_pre"));
    assert.ok(mine!.length > 1000);
    assert.deepEqual(mine, cli);
  });

  it("of attention have the pattern that is shown within the one that is read", async () => {
    const input = inputOf(text);
    const model = await engine.info();
    const range = { start: 6, end: 20 };
    const data: AttentionPanelData = await engine.call("attention/view", {
      ...{ model: engine.path, input, range, layer: 1, head: 4 },
    });
    const file = await save(
      arrayPlan("attention", "attention-pattern", { seq: 1, status: "ready", model, data }),
    );
    const hook = "blocks.1.attn.hook_pattern";
    const { one, arrays } = await numpyReads(file, hook);
    const n = data.window.ids.length;
    assert.deepEqual(arrays[hook], ["float32", [6, n, n]]);
    const whole = (one as number[][][])[4]!;
    // The picture may have come from the prefix cache, whose sums are of another order.
    const far = data.positions.flatMap((q, i) =>
      data.positions.map((k, j) => Math.abs(whole[q]![k]! - data.pattern.rows[i]![j]!)),
    );
    assert.ok(far.length > 4 && Math.max(...far) < 1e-5);
  });

  it("of a coloured text are its drawn tokens, and the hook that is measured where the text is one run", async () => {
    const model = await engine.info();
    const { window } = await engine.call("lens/view", {
      model: engine.path,
      input: inputOf(text),
      columns: 4,
      k: 5,
    });
    const measure = { kind: "neuron", layer: 1, neuron: 7 } as const;
    const whole = { ids: window.ids, bos: window.bos, windowTokens: 512 };
    const plan = (change: Partial<HeatmapPanelData>) =>
      arrayPlan("heatmap", "heatmap", {
        ...{ seq: 1, status: "ready", model },
        data: heatmapData({ measure, whole, ...change }),
      });
    const { tokens } = heatmapData({ measure });
    const read = await numpyReads(await save(plan({})), "values");
    assert.deepEqual(read.arrays["blocks.1.mlp.hook_post"], ["float32", [window.ids.length, model.dMlp]]);
    (read.one as number[]).forEach((value, i) =>
      assert.ok(Math.abs(value - (tokens[i]!.value ?? -9)) < 1e-5),
    );
    assert.equal(read.arrays["top_ids"], undefined);
    assert.deepEqual(plan({ whole: { ...whole, windowTokens: 4 } })?.runs, []);
    assert.deepEqual(plan({ whole: null })?.runs, []);
    const guessed = await numpyReads(
      await save(plan({ measure: { kind: "surprisal" }, whole: null })),
      "top_log_prob",
    );
    assert.deepEqual(guessed.arrays["top_ids"]?.[1], [tokens.length, 3]);
    assert.equal(guessed.meta.arrays["values"]?.unit, "nats");
  });

  it("are written without a model, and refused where values do not fill a shape", async () => {
    const shown: ShownArray = {
      ...{ name: "a", axes: ["i"], unit: null, about: null },
      shape: [2],
      kind: "real",
      values: [1, null],
    };
    const file = path.join(folder(), "b.npz");
    const params = { file, facts: "{}", shown: [shown], read: null };
    assert.deepEqual(await engine.call("arrays/save", params), ["a", "meta"]);
    assert.deepEqual((await numpyReads(file, "a")).one, [1, -9]);
    const wrong = { ...params, shown: [{ ...shown, shape: [3] }] };
    assert.throws(() => engineCallDecoders["arrays/save"](wrong), { code: "bad-field" });
    await assert.rejects(
      engine.call("arrays/save", { ...params, file: path.join(folder(), "no", "c.npz") }),
      {
        code: "file-not-written",
      },
    );
  });
});

/** The bytes of one member: the file has arrays of types that this project only writes. */
function memberOf(file: string, name: string): Buffer {
  const bytes = fs.readFileSync(file);
  const at = bytes.indexOf(`${name}.npy`);
  const begin = at + name.length + 4;
  return bytes.subarray(begin, begin + bytes.readUInt32LE(at - 30 + 22));
}
