import assert from "node:assert/strict";
import { join } from "node:path";
import { CodedError } from "../../../src/base/errors";
import { seededRandom } from "../../../src/base/random";
import { sweep } from "../../../src/analysis/sweep";
import { silentLogger } from "../../../src/base/log";
import { engineHandlers, queued } from "../../../src/engine/handlers";
import { JobQueue } from "../../../src/engine/jobQueue";
import { ModelStore } from "../../../src/engine/modelStore";
import type { RunPlan } from "../../../src/graph/runner";
import { engineCallDecoders } from "../../../src/protocol/decodeEngineCall";
import { decodeSweep } from "../../../src/protocol/decodeSweep";
import type { EngineApi } from "../../../src/protocol/engineApi";
import { RpcPeer } from "../../../src/protocol/rpc";
import { channelPair } from "../../support/channelPair";
import { mutated } from "../../support/mutate";
import { openRunner, type OpenRunner } from "../../support/openRunner";
import { useTempFolder, writeFiles } from "../../support/tempFolder";
import { writeTinyCheckpoint } from "../../support/tinyCheckpoint";
import { tinyModel } from "../../support/tinyModel";
import { byteLevelJson } from "../../support/tokenizerJson";

const shape = {
  nLayers: 2,
  nHeads: 2,
  dModel: 8,
  dMlp: 12,
  dVocab: 300,
  nCtx: 16,
  kind: "gpt",
  seed: 1,
} as const;

function requireCoded(thrown: unknown, what: unknown): void {
  if (thrown instanceof CodedError && thrown.code !== "internal") return;
  const stack = thrown instanceof Error ? thrown.stack : String(thrown);
  throw new assert.AssertionError({ message: `${JSON.stringify(what)}\n${stack}` });
}

describe("2,500 mutated plans", function () {
  this.timeout(120_000);
  const folder = useTempFolder();
  let open: OpenRunner;
  beforeEach(async () => {
    writeTinyCheckpoint(folder(), tinyModel(shape));
    open = await openRunner(folder(), 1);
  });
  afterEach(() => open.dispose());

  const ids = [5, 6, 7, 8];
  const plan = {
    version: 1,
    base: { ids },
    source: { ids: [1, 2, 3, 4] },
    axes: { layer: "layers", position: [0, 3], strength: [0, 1] },
    edits: [
      {
        hook: "blocks.{layer}.hook_resid_pre",
        op: "set",
        value: "source",
        positions: ["{position}"],
        scale: "{strength}",
      },
      { hook: "blocks.1.mlp.hook_post", op: "zero", neurons: [3], positions: "last" },
    ],
    measures: [
      { of: "logitDiff", token: 3, minus: 4 },
      { of: "kl", position: 2 },
    ],
  };

  it("of sweeps run or are refused by a code", async () => {
    const random = seededRandom(3);
    const counts = { ran: 0, refused: 0 };
    for (let i = 0; i < 1250; i++) {
      const harmed = mutated(plan, random);
      try {
        const decoded = decodeSweep(harmed);
        const base = "ids" in decoded.base ? decoded.base.ids : ids;
        const source = decoded.source;
        const sourceIds = source === undefined ? null : "ids" in source ? source.ids : ids;
        const request = { plan: decoded, ids: base, sourceIds, encoder: null, tokenOf: () => null };
        const { cells } = await sweep(open.runner, request);
        const first = await cells().next();
        assert.ok(first.done || first.value.values.every((value) => typeof value === "number"));
        counts.ran++;
      } catch (thrown) {
        counts.refused++;
        requireCoded(thrown, harmed);
      }
    }
    assert.ok(counts.ran > 50 && counts.refused > 300, JSON.stringify(counts));
  });

  it("of runs run or are refused by a code", async () => {
    const random = seededRandom(4);
    const good: RunPlan = {
      ids,
      reads: [
        { hook: "blocks.1.attn.hook_z", positions: [1, 3], heads: [0] },
        { hook: "blocks.0.mlp.hook_post" },
      ],
      edits: [{ hook: "blocks.0.hook_resid_pre", op: "zero", positions: [2] }],
      cache: "none",
      chunk: 2,
    };
    const counts = { ran: 0, refused: 0 };
    for (let i = 0; i < 1250; i++) {
      const { ids: given, ...rest } = good;
      // The numbers and names of a plan may be anything; that lists are lists is what its type says and decoders check.
      const odd = [-1, 0.5, 300, 1e18, NaN, "5", null, undefined] as number[];
      const oddId = (id: number): number =>
        (random() < 0.05 ? odd[Math.floor(random() * odd.length)] : id) as number;
      const harmed = { ids: given.map(oddId), ...rest };
      const reads = harmed.reads.map((read) => harmedRead(read, random));
      try {
        await open.runner.run({ ...harmed, reads } as RunPlan);
        counts.ran++;
      } catch (thrown) {
        counts.refused++;
        requireCoded(thrown, { ...harmed, reads });
      }
    }
    assert.ok(counts.ran > 50 && counts.refused > 300, JSON.stringify(counts));
  });

  function harmedRead(read: RunPlan["reads"][number], random: () => number): RunPlan["reads"][number] {
    const number = (): number => [-1, 0, 1, 2, 3, 4, 1.5, 1e9, NaN][Math.floor(random() * 9)] as number;
    const list = (): number[] => Array.from({ length: Math.floor(random() * 4) }, number);
    return {
      hook: random() < 0.2 ? `${read.hook}${["x", ".", "\u0000", ""][Math.floor(random() * 4)]}` : read.hook,
      ...(random() < 0.4 ? { positions: list() } : {}),
      ...(random() < 0.3 ? { heads: list() } : {}),
      ...(random() < 0.3 ? { neurons: list() } : {}),
    };
  }
});

describe("2,500 mutated calls of the engine", function () {
  this.timeout(120_000);
  const folder = useTempFolder();
  let store: ModelStore;
  beforeEach(() => {
    writeTinyCheckpoint(folder(), tinyModel(shape));
    writeFiles(folder(), { "tokenizer.json": byteLevelJson() });
    store = new ModelStore({ cacheDirectory: join(folder(), "cache"), logger: silentLogger });
  });
  afterEach(() => store.dispose());

  it("are each answered, by a result or by a code, and the engine goes on", async () => {
    const model = folder();
    const input = { kind: "text", text: "a cat sat", offset: 0, context: { kind: "document" }, bos: "auto" };
    const range = { start: 2, end: 5 };
    const arraysFile = join(folder(), "arrays.npz");
    const made = join(folder(), "made.json");
    const pairs = [
      ["a cat", "a dog"],
      ["b cat", "b dog"],
      ["c cat", "c dog"],
    ];
    const measure = { kind: "direction", file: made, layers: [1], centred: true };
    const calls: [keyof EngineApi, unknown][] = [
      ["directions/make", { model, spec: { pairs, hook: "hook_resid_post" }, base: folder(), out: made }],
      ["directions/read", { model, input, files: [made], layers: [0, 1] }],
      [
        "directions/read",
        { model, input, files: [made], layers: null, range, strip: null, written: [1, 2], room: 2 },
      ],
      ["directions/next", { model, ids: [1, 2], files: [made], layers: null, strip: [0] }],
      ["directions/templates", {}],
      ["directions/read", { model, input, files: [made], layers: null, range, most: 2, strip: [0] }],
      ["directions/compare", { files: [made, made] }],
      ["directions/correlate", { model, text: "a cat sat", bos: "auto", files: [made, made], layers: [1] }],
      ["directions/combine", { parts: [{ file: made, weight: -1 }], out: join(folder(), "sum.json") }],
      ["directions/export", { file: made, format: "gguf", out: join(folder(), "made.gguf") }],
      ["heatmap/part", { model, text: "a cat", lead: 0, offset: 0, bos: "auto", measure, most: 8, from: 3 }],
      ["engine/hello", { build: "x" }],
      ["model/open", { model }],
      ["model/digest", { model }],
      [
        "arrays/save",
        {
          file: arraysFile,
          facts: "{}",
          shown: [
            {
              name: "a",
              shape: [2],
              kind: "real",
              values: [1, null],
              axes: ["pos"],
              unit: "nats",
              about: "next",
            },
          ],
          read: { model, runs: [{ prefix: "", ids: [1, 2, 3], hooks: ["blocks.0.hook_resid_post"] }] },
        },
      ],
      ["model/list", { bundled: model, used: [model], catalogue: [] }],
      ["text/tokens", { model, text: "a cat" }],
      ["lens/view", { model, input, columns: 4, k: 3, chosen: [2, 5] }],
      ["lens/perplexity", { model, input, range: { start: 0, end: 9 } }],
      ["lens/depths", { model, input, range: { start: 0, end: 9 } }],
      ["neurons/rank", { model, input, range, k: 4 }],
      ["neurons/card", { model, input, range, layer: 1, neuron: 3 }],
      [
        "neurons/file",
        { model, text: "a cat sat", offset: 0, bos: "auto", range, layer: 1, neuron: 3, sign: 1 },
      ],
      ["neurons/effects", { model, input, range, layer: 1, neuron: 3, choice: { position: -1 } }],
      ["neurons/places", { model, text: "a cat sat", bos: "auto", layer: 1, neuron: 3, sign: -1 }],
      ["attention/view", { model, input, range, layer: 1, head: 1 }],
      ["attention/why", { model, input, layer: 1, head: 1, query: 3, key: 1, top: 4 }],
      [
        "attention/block",
        {
          model,
          input,
          layer: 1,
          head: 1,
          query: 3,
          key: 1,
          softmax: "after",
          against: 7,
          controls: "matched",
        },
      ],
      ["attention/view", { model, input, range, layer: 1, head: 1, written: { ids: [3], logProbs: [-1] } }],
      ["attention/next", { model, ids: [1, 2, 3], layer: 1, head: 1, positions: [1, 2], valueNorms: [1] }],
      [
        "patch/run",
        {
          model,
          base: { input, start: 2 },
          source: { input: { ...input, text: "a sat cat" }, start: 2 },
          choice: { token: 5, minus: 7, align: [2, 3].map((at) => ({ base: at, source: at })) },
        },
      ],
      [
        "heatmap/part",
        {
          model,
          text: "a cat sat",
          lead: 2,
          offset: 0,
          bos: "auto",
          measure: { kind: "norm", hook: "hook_embed" },
          most: 8,
          from: 3,
        },
      ],
      [
        "steer/run",
        {
          experiment: {
            version: 1,
            model: { path: model, digest: null },
            prompt: "a cat",
            edits: [{ hook: "blocks.0.hook_resid_pre", op: "zero", positions: [1] }],
            sampling: { maxTokens: 2, temperature: 0, seed: 0 },
            controls: { isotropic: 1, seed: 0 },
          },
          base: model,
        },
      ],
      [
        "steer/step",
        {
          experiment: {
            version: 1,
            model: { path: model, digest: null },
            prompt: "a cat",
            edits: [{ hook: "blocks.0.hook_resid_pre", op: "zero", positions: [1] }],
            sampling: { maxTokens: 2, temperature: 0, seed: 0 },
          },
          base: model,
        },
      ],
      [
        "steer/sweep",
        {
          model,
          plan: {
            version: 1,
            prompt: "a cat",
            edits: [
              {
                hook: "blocks.{layer}.hook_resid_pre",
                op: "add",
                value: [1, 2, 3, 4, 5, 6, 7, 8],
                positions: "last",
              },
            ],
            layers: "all",
            strengths: [0, 1],
            effect: { of: "logProb", text: "t" },
            cost: { of: "perplexityRatio", on: { texts: ["a cat sat"] } },
            controls: { isotropic: 1 },
          },
          base: model,
        },
      ],
      [
        "tasks/vector",
        {
          model,
          plan: {
            version: 1,
            tasks: [{ name: "next", pairs: [..."abcdef"].map((x, i) => [x, "bcdefg"[i]]) }],
            template: { demonstration: "{x}{y} ", query: "{x}" },
            demonstrations: 1,
            dev: 1,
            test: 1,
            ask: ["g"],
          },
          base: model,
        },
      ],
    ];
    // A file is written where it is asked for; only a path in the test's own folder is.
    const paths: Partial<Record<keyof EngineApi, string>> = {
      "arrays/save": "file",
      "directions/make": "out",
      "directions/combine": "out",
      "directions/export": "out",
    };
    const kept = (method: keyof EngineApi, changed: unknown): unknown => {
      const path = paths[method];
      if (path === undefined || typeof changed !== "object" || changed === null) return changed;
      return { ...changed, [path]: path === "file" ? arraysFile : join(folder(), "harmed.json") };
    };
    const called = new Set<string>(calls.map(([method]) => method));
    const uncalled = Object.keys(engineCallDecoders).filter((method) => !called.has(method));
    assert.deepEqual(uncalled, [], "every method of the engine is mutated here");
    const { left, right } = channelPair();
    new RpcPeer<EngineApi, Record<never, never>>(right, queued(engineHandlers(store), new JobQueue()), {
      remote: "host",
      decoders: engineCallDecoders,
    });
    const peer = new RpcPeer<Record<never, never>, EngineApi>(left, {}, { remote: "engine" });
    for (const [method, params] of calls) await peer.request(method, params as never);
    const random = seededRandom(5);
    let refused = 0;
    for (let i = 0; i < 2500; i++) {
      const [method, params] = calls[i % calls.length] as [keyof EngineApi, unknown];
      const changed = mutated(params, random);
      const harmed = kept(method, changed);
      try {
        await peer.request(method, harmed as never);
      } catch (thrown) {
        refused++;
        requireCoded(thrown, [method, harmed]);
      }
    }
    assert.ok(refused > 1000, `only ${refused} were refused`);
    assert.equal(peer.busy, 0);
    for (const [method, params] of calls) await peer.request(method, params as never);
  });
});
