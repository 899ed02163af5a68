import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { readNpz } from "../../../src/formats/npz";
import type { GenerateResult, SteerResult } from "../../../src/protocol/edit";
import type { LensPerplexity, LensResult } from "../../../src/protocol/lens";
import type { ModelInfo, TokensResult } from "../../../src/protocol/model";
import type { NeuronsResult } from "../../../src/protocol/neurons";
import type { RunSummary, ScoreResult } from "../../../src/protocol/run";
import { cli, cliError, cliJson, cliWith } from "../../support/cli";
import { inRepo } from "../../support/paths";
import { removeFolder } from "../../support/tempFolder";

const model = inRepo("models/introspect-small");
const code = [
  'import { readFile } from "node:fs/promises";',
  "",
  "export async function read(path: string): Promise<string> {",
  '  return readFile(path, "utf8");',
  "}",
  "",
].join("\n");

interface Reference {
  prompts: {
    text: string;
    ids: number[];
    topLogits: [number, number][][];
    greedy: number[];
    greedyText: string;
  }[];
}
const reference = JSON.parse(fs.readFileSync(path.join(model, "reference.json"), "utf8")) as Reference;

describe("the command line with the bundled model", function () {
  this.timeout(120_000);
  let folder: string;
  let info: ModelInfo;
  before(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "introspect-cli-"));
    info = await cliJson<ModelInfo>("model", model);
  });
  after(() => removeFolder(folder));
  const file = (name: string, content: unknown) => {
    const full = path.join(folder, name);
    fs.writeFileSync(full, typeof content === "string" ? content : JSON.stringify(content));
    return full;
  };

  it("describes it", () => {
    assert.equal(info.family, "gpt2");
    assert.match(info.digest ?? "", /^[0-9a-f]{64}$/);
    assert.equal(info.hooks[0], "hook_embed");
    assert.equal(info.hasRecords, true);
    assert.ok(info.nParams <= 8e6);
  });

  const limits: readonly (readonly [string, number])[] = [
    ["model.safetensors", 16e6],
    ["records.safetensors", 6e6],
    ["lens.safetensors", 1e6],
  ];
  for (const [name, most] of limits) {
    it(`is small enough to ship: ${name}`, () => {
      assert.ok(fs.statSync(path.join(model, name)).size <= most);
    });
  }

  it("continues by drawing, reproducibly, with the alternatives of every step", async () => {
    const drawn = (...more: string[]) =>
      cliJson<GenerateResult>(
        ...["generate", model, "--text", "export function ", "--max-tokens", "12", "--temperature", "1.2"],
        ...more,
      );
    const asked = ["--top-k", "20", "--top-p", "0.9", "--seed", "3"];
    const made = await drawn(...asked, "--alternatives", "20");
    assert.deepEqual((await drawn(...asked)).ids, made.ids);
    assert.equal((await drawn(...asked)).alternatives, undefined);
    assert.notDeepEqual((await drawn("--top-k", "20", "--top-p", "0.9", "--seed", "4")).ids, made.ids);
    made.ids.forEach((id, step) => {
      const list = made.alternatives?.[step] ?? [];
      assert.equal(list.length, 20);
      const same = list.find((one) => one.id === id);
      assert.equal(same?.logProb, made.logProbs[step], "what is drawn is among the twenty best");
      assert.ok(list.every((one, i) => i === 0 || one.logProb <= list[i - 1].logProb));
    });
    const best = await drawn("--top-k", "1", "--seed", "9");
    const greedy = await cliJson<GenerateResult>(
      ...["generate", model, "--text", "export function ", "--max-tokens", "12"],
    );
    assert.deepEqual(best.ids, greedy.ids);
  });

  for (const prompt of reference.prompts) {
    it(`runs and continues as its reference says: ${JSON.stringify(prompt.text.slice(0, 20))}`, async () => {
      const run = await cliJson<RunSummary>("run", model, "--text", prompt.text);
      assert.deepEqual(run.ids, prompt.ids);
      run.top.forEach((top, pos) => {
        top.forEach(({ logit }, j) =>
          assert.ok(Math.abs(logit - prompt.topLogits[pos][j][1]) < 1e-3, `${pos}, ${j}`),
        );
        assert.equal(top[0].id, prompt.topLogits[pos][0][0]);
      });
      const n = String(prompt.greedy.length);
      const made = await cliJson<GenerateResult>("generate", model, "--text", prompt.text, "--max-tokens", n);
      assert.deepEqual([made.ids, made.text], [prompt.greedy, prompt.greedyText]);
    });
  }

  it("gives tokens that cover the text, whole and without holes", async () => {
    const long = code.repeat(200);
    const { text, tokens } = await cliJson<TokensResult>("tokens", model, "--file", file("long.ts", long));
    assert.equal(text, long);
    let at = 0;
    for (const token of tokens) {
      assert.equal(token.start, at);
      assert.equal(token.text, long.slice(token.start, token.end));
      at = token.end;
    }
    assert.equal(at, long.length);
    const ids = tokens.slice(0, 50).map((token) => token.id);
    const back = await cliJson<TokensResult>("tokens", model, "--ids", ids.join(","));
    assert.deepEqual(back.tokens, tokens.slice(0, 50));
  });

  it("has a lens whose last row is the run's own prediction", async () => {
    const run = await cliJson<RunSummary>("run", model, "--text", code, "--top", "3");
    const lens = await cliJson<LensResult>("lens", model, "--text", code, "--top", "3");
    assert.equal(lens.layers.length, info.nLayers + 1);
    lens.layers[info.nLayers].positions.forEach((cell, pos) => {
      assert.equal(cell.pos, pos);
      cell.top.forEach(({ id, logProb }, j) => {
        assert.equal(id, run.top[pos][j].id);
        assert.ok(Math.abs(logProb - run.top[pos][j].logProb) < 1e-4);
      });
    });
  });

  it("has a lens whose last row has the surprisals of score, and means over a range of them", async () => {
    const score = await cliJson<ScoreResult>("score", model, "--text", code);
    const { tokens } = await cliJson<TokensResult>("tokens", model, "--text", code);
    type Summary = { depth: number[]; perplexity: LensPerplexity };
    const range = `${tokens[4].start}:${tokens[6].end}`;
    const lens = await cliJson<LensResult & Summary>("lens", model, "--text", code, "--range", range);
    const last = lens.layers[info.nLayers].positions;
    const surprisals = score.tokens.map(({ logProb }) => -(logProb ?? 0));
    last.forEach(({ kl, rank, surprisal }, pos) => {
      assert.deepEqual([kl, rank], [0, 1]);
      if (pos + 1 === last.length) assert.equal(surprisal, null);
      else assert.ok(Math.abs((surprisal ?? NaN) - surprisals[pos + 1]) < 1e-3);
    });
    assert.equal(lens.perplexity.tokens, 3);
    const mean = (surprisals[4] + surprisals[5] + surprisals[6]) / 3;
    assert.ok(Math.abs(lens.perplexity.surprisal[info.nLayers] - mean) < 1e-3);
    lens.depth.forEach((depth, pos) => {
      const tops = lens.layers.map(({ positions }) => positions[pos].top[0].id);
      assert.ok(tops.slice(depth).every((id) => id === tops[info.nLayers]));
      assert.ok(depth === 0 || tops[depth - 1] !== tops[info.nLayers]);
    });
  });

  it("lists the whole vocabulary where it is asked for, probabilities summing to 1", async () => {
    const { layers } = await cliJson<LensResult>(
      "lens",
      model,
      "--text",
      "const a",
      "--top",
      String(info.dVocab),
    );
    for (const cell of layers.flatMap((layer) => layer.positions)) {
      assert.equal(cell.top.length, info.dVocab);
      assert.ok(Math.abs(cell.top.reduce((sum, t) => sum + Math.exp(t.logProb), 0) - 1) < 1e-3);
    }
  });

  it("writes what it reads, with the norms it prints", async () => {
    const out = path.join(folder, "reads.npz");
    const hooks = "blocks.1.hook_resid_mid,blocks.2.attn.hook_pattern,blocks.0.mlp.hook_post";
    const run = await cliJson<RunSummary>("run", model, "--text", code, "--read", hooks, "--out", out);
    const arrays = readNpz(fs.readFileSync(out));
    assert.deepEqual([...arrays.keys()].sort(), [...hooks.split(","), "ids"].sort());
    assert.deepEqual(Array.from(arrays.get("ids")!.data, Number), run.ids);
    const resid = arrays.get("blocks.1.hook_resid_mid")!;
    assert.deepEqual(resid.shape, [run.ids.length, info.dModel]);
    const row = Array.from(resid.data.subarray(3 * info.dModel, 4 * info.dModel) as Float32Array);
    assert.ok(Math.abs(Math.hypot(...row) - run.reads["blocks.1.hook_resid_mid"].l2[3]) < 1e-4);
    const pattern = run.reads["blocks.2.attn.hook_pattern"];
    assert.deepEqual(pattern.axes, ["head", "queryPos", "keyPos"]);
    assert.equal(pattern.l2.length, run.ids.length);
  });

  it("applies edits: all heads' outputs and neurons of a block at zero leave the residual stream as it is", async () => {
    const edits = [
      { hook: "blocks.1.hook_attn_out", op: "zero", positions: "every-step" },
      { hook: "blocks.1.hook_mlp_out", op: "zero", positions: "every-step" },
    ];
    const out = path.join(folder, "edited.npz");
    const hooks = ["blocks.1.hook_resid_pre", "blocks.1.hook_resid_post"];
    const args = ["--edit", file("edits.json", edits), "--read", hooks.join(","), "--out", out];
    await cliJson("run", model, "--text", code, ...args);
    const arrays = readNpz(fs.readFileSync(out));
    assert.deepEqual(arrays.get(hooks[0])!.data, arrays.get(hooks[1])!.data);
  });

  it("ranks neurons on a selection against the model's records, the same each time", async () => {
    const range = `${code.indexOf("return")}:${code.indexOf("}\n", 60)}`;
    const ask = () =>
      cliJson<NeuronsResult>("neurons", model, "--text", code, "--range", range, "--top", "4");
    const first = await ask();
    assert.equal(first.baseline, "records");
    assert.equal(first.neurons.length, 4);
    for (const one of first.neurons) {
      assert.equal(one.activations.length, first.selected.length);
      assert.ok(one.score > 0 && one.promotes.length > 0 && one.suppresses.length > 0);
      const { kind, score, text } = one.explanation;
      assert.equal(kind === "none", score < 0.3);
      assert.equal(kind === "none", text === "no simple explanation found");
    }
    assert.deepEqual((await ask()).neurons, first.neurons);
  });

  it("scores any length, with the log-probabilities that run gives", async () => {
    const long = code.repeat(20);
    const { tokens, bitsPerByte } = await cliJson<ScoreResult>(
      "score",
      model,
      "--file",
      file("score.ts", long),
    );
    const whole = await cliJson<TokensResult>("tokens", model, "--text", long);
    assert.ok(tokens.length > 512);
    assert.deepEqual(
      tokens.map((t) => t.id),
      whole.tokens.map((t) => t.id),
    );
    assert.equal(tokens[0].logProb, null);
    const sum = tokens.slice(1).reduce((total, t) => total + t.logProb!, 0);
    const bytes = long.length - whole.tokens[0].end;
    assert.ok(Math.abs(bitsPerByte! + sum / Math.LN2 / bytes) < 1e-9);
    const run = await cliJson<RunSummary>("run", model, "--text", code, "--top", "4096");
    run.top.slice(0, 10).forEach((top, pos) => {
      const next = tokens[pos + 1];
      const rank = top.findIndex((t) => t.id === next.id);
      assert.equal(next.rank, rank + 1);
      assert.ok(Math.abs(top[rank].logProb - next.logProb!) < 1e-4);
    });
  });

  it("draws the same tokens for the same seed, and others for another", async () => {
    const ask = async (seed: string) =>
      (
        await cliJson<GenerateResult>(
          ...[
            "generate",
            model,
            "--text",
            "const",
            "--max-tokens",
            "12",
            "--temperature",
            "1",
            "--seed",
            seed,
          ],
        )
      ).ids;
    assert.deepEqual(await ask("1"), await ask("1"));
    assert.notDeepEqual(await ask("1"), await ask("2"));
  });

  it("runs a steering experiment with its controls", async () => {
    const experiment = {
      version: 1,
      model: { path: model, digest: "another" },
      prompt: code.slice(0, 60),
      edits: [
        {
          hook: "blocks.2.hook_resid_pre",
          op: "add",
          value: { text: " string", minus: " number" },
          scale: 6,
          positions: "prefill-front",
        },
      ],
      sampling: { maxTokens: 6, temperature: 0, seed: 0 },
      controls: { isotropic: 3, seed: 1 },
    };
    const name = file("steer.introspect.json", experiment);
    const result = await cliJson<SteerResult & { warnings: string[] }>("steer", model, name);
    assert.deepEqual(result.controls.zero, result.default);
    assert.equal(result.controls.isotropic.length, 3);
    assert.ok(result.kl.steered > 0 && (result.relativeNorm[0] ?? 0) > 0);
    assert.equal(result.digest, info.digest);
    assert.equal(result.warnings.length, 1);
  });

  it("cuts a long text at a line start, and says so", async () => {
    const long = code.repeat(60);
    const { ids, window } = await cliJson<RunSummary & { window: { start: number; truncated: boolean } }>(
      ...["run", model, "--file", file("window.ts", long), "--top", "1"],
    );
    assert.ok(window.truncated && ids.length <= info.nCtx && ids.length > info.nCtx / 4);
    assert.equal(long[window.start - 1], "\n");
  });

  it("leaves room for what it writes behind a long text", async () => {
    const name = file("prompt.ts", code.repeat(60));
    const made = await cliJson<GenerateResult & { stopped: string }>(
      ...["generate", model, "--file", name, "--max-tokens", "20"],
    );
    assert.deepEqual([made.ids.length, made.stopped], [20, "length"]);
  });

  it("says when the context ends a continuation", async () => {
    const ids = Array.from({ length: info.nCtx - 2 }, (_, i) => i % 50).join(",");
    const made = await cliJson<GenerateResult & { stopped: string }>(
      ...["generate", model, "--ids", ids, "--max-tokens", "20"],
    );
    assert.deepEqual([made.ids.length, made.stopped], [3, "context"]);
  });

  it("takes ids as they are, and refuses more than it has positions for", async () => {
    const ids = Array.from({ length: info.nCtx + 1 }, (_, i) => i % 50);
    assert.equal((await cliError("run", model, "--ids", ids.join(","))).code, "too-long");
    const fits = await cliJson<RunSummary>("run", model, "--ids", ids.slice(0, -1).join(","), "--top", "1");
    assert.equal(fits.ids.length, info.nCtx);
  });

  const bad: [string, () => string[], string][] = [
    ["an id past the vocabulary", () => ["run", model, "--ids", "1,999999"], "bad-ids"],
    [
      "an unknown hook",
      () => ["run", model, "--text", "a", "--read", "blocks.0.hook_resid_pree"],
      "unknown-hook",
    ],
    [
      "a hook it lacks",
      () => ["run", model, "--text", "a", "--read", "blocks.0.attn.hook_rot_q"],
      "absent-hook",
    ],
    ["an empty text without BOS", () => ["run", model, "--text", ""], "empty-input"],
    [
      "edits that are no JSON",
      () => ["run", model, "--text", "a", "--edit", file("x.json", "{")],
      "not-json",
    ],
    [
      "edits of nothing known",
      () => ["run", model, "--text", "a", "--edit", file("y.json", [{ hook: "z" }])],
      "bad-field",
    ],
    [
      "a file in another encoding",
      () => ["lens", model, "--file", inRepo("models/introspect-small/model.safetensors")],
      "file-not-utf8",
    ],
    [
      "a selection of the first token alone",
      () => ["neurons", model, "--text", "a b", "--range", "0:1"],
      "empty-selection",
    ],
    [
      "a folder for the answer that is not there",
      () => ["run", model, "--ids", "1", "--out", "/no/such/x.npz"],
      "file-not-written",
    ],
  ];
  for (const [what, argv, expected] of bad) {
    it(`refuses ${what}`, async () => {
      const { status, code: found, next } = await cliError(...argv());
      assert.deepEqual([status, found], [1, expected]);
      assert.ok(next.length > 0);
    });
  }

  it("shows progress where it is asked for, and nothing else on standard error", async () => {
    assert.equal((await cli("score", model, "--text", code)).stderr, "");
    const { stderr } = await cli("score", model, "--text", code.repeat(30), "--progress");
    assert.match(stderr, /^Scoring tokens \d+%$/m);
  });

  it("stops when it is told to", async () => {
    const stop = new AbortController();
    stop.abort();
    const { status, stdout, stderr } = await cliWith(stop.signal, ["lens", model, "--text", code]);
    assert.deepEqual([status, stdout], [130, ""]);
    assert.match(stderr, /"code":"cancelled"/);
  });

  it("takes a command line that is longer than the runtime can stand, in a process of its own", () => {
    const program = inRepo("dist/cli.js");
    assert.ok(fs.existsSync(program), "run `npm run build` first");
    const ids = Array.from({ length: 9000 }, (_, i) => 3 + (i % 400));
    const run = spawnSync(process.execPath, [program, "score", model, "--ids", ids.join(",")], {
      encoding: "utf8",
    });
    assert.equal(run.status, 0, run.stderr);
    const { tokens } = JSON.parse(run.stdout) as ScoreResult;
    assert.deepEqual(
      tokens.map(({ id }) => id),
      ids,
    );
    const wrong = spawnSync(process.execPath, [program, "score", model, "--ids", `${ids.join(",")},x`], {
      encoding: "utf8",
    });
    assert.equal(wrong.status, 2);
    assert.equal((JSON.parse(wrong.stderr) as { code: string }).code, "usage");
  });
});
