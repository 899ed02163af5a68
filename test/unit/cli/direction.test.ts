import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cosine, length, minus } from "../../../src/analysis/common/vectors";
import { readNpz, writeNpz } from "../../../src/formats/npz";
import type { DirectionMade, DirectionsCompared, DirectionTemplate } from "../../../src/protocol/direction";
import { cliError, cliJson, cliWith } from "../../support/cli";
import { DirectionCalls, type PrintedReading, smallModel } from "../../support/directionCalls";
import { useTempFolder } from "../../support/tempFolder";

const code = [
  "const total = add(1, 2);",
  "if (done) return null;",
  "let name = user.name;",
  "for (;;) stop();",
];
const prose = [
  "The total is the sum of both;",
  "When it is done, stop it;",
  "Her name is on the door;",
  "They go on and on;",
];
const pairs = code.map((text, i) => [text, prose[i]!]);

describe("introspect direction", function () {
  this.timeout(120_000);
  const calls = new DirectionCalls(useTempFolder());

  for (const position of ["last", "mean"] as const)
    it(`makes the difference of the means that \`run\` reads: ${position}`, async () => {
      const made = await calls.make({ pairs, position, testShare: 0 });
      assert.deepEqual([made.layers.length, made.position, made.data.pairs], [4, position, 4]);
      const sides = [new Float64Array(192), new Float64Array(192)];
      for (const pair of pairs)
        for (const [side, text] of pair.entries()) {
          const rows = await calls.states(text, 2);
          // Position 0, an attention sink, is not averaged; this model puts no BOS before a text.
          const chosen = position === "last" ? rows.slice(-1) : rows.slice(1);
          for (const row of chosen)
            row.forEach((x, d) => (sides[side]![d]! += x / chosen.length / pairs.length));
        }
      const expected = minus(sides[0]!, sides[1]!);
      const found = calls.vector("f", 2);
      assert.ok(length(minus(found, expected)) < 1e-4 * length(expected));
      assert.ok(Math.abs(made.layers[2]!.norm - length(expected)) < 1e-3 * length(expected));
      assert.equal(made.layers[2]!.accuracy, null);
    });

  it("answers in the shape that is promised, and writes the same into the file", async () => {
    const made = await calls.make({ method: "mean-difference", template: "code" });
    assert.equal(made.chosenOn, "validation");
    assert.equal(made.template, "code");
    for (const { layer, accuracy, interval, nulls, norm, residNorm } of made.layers) {
      assert.ok(accuracy! >= 0.9 && interval![0] <= accuracy! && accuracy! <= interval![1], `layer ${layer}`);
      assert.deepEqual([nulls.isotropic.length, nulls.shuffled.length], [20, 20]);
      const mean = nulls.shuffled.reduce((a, b) => a + b, 0) / 20;
      assert.ok(Math.abs(mean - 0.5) < 0.15, `shuffled ${mean}`);
      assert.ok(norm > 0 && residNorm! > 0);
    }
    const shown = await cliJson<DirectionMade>("direction", "show", calls.at("f.json"));
    for (const key of ["layers", "bestLayer", "chosenOn", "warnings", "data", "vectors"] as const)
      assert.deepEqual(shown[key], made[key], key);
    assert.equal(shown.model.digest, made.digest);
    const again = await calls.make({ method: "mean-difference", template: "code" }, "g");
    assert.deepEqual(again.layers, made.layers);
    assert.deepEqual([...calls.vector("g", 1)], [...calls.vector("f", 1)]);
  });

  it("reports what a small model does not carry: sentiment on a model of code is at chance", async () => {
    const { layers, bestLayer, warnings } = await calls.make({ template: "sentiment" });
    const { interval } = layers[bestLayer]!;
    assert.ok(interval![0] < 0.5 && interval![1] > 0.5);
    assert.match(warnings.join("\n"), /^Chance: /m);
  });

  it("takes pairs from files, through a frame of one's own", async () => {
    calls.file(
      "pairs.csv",
      `positive,negative\n${pairs.map((pair) => pair.map((text) => `"${text}"`).join(",")).join("\n")}\n`,
    );
    const frame = { positive: "// {}", negative: "// {}" };
    const made = await calls.make({ pairs: { file: "pairs.csv" }, template: frame });
    const inline = await calls.make({ pairs: pairs.map((pair) => pair.map((text) => `// ${text}`)) }, "g");
    assert.deepEqual(made.data, inline.data);
    assert.deepEqual(made.layers, inline.layers);
  });

  it("warns of repetitions, and uses each pair once", async () => {
    const { data, warnings } = await calls.make({ pairs: [...pairs, pairs[0]!, pairs[1]!] });
    assert.equal(data.pairs, 4);
    assert.match(warnings.join("\n"), /^Duplicates: 2 of 6 pairs are repetitions/m);
  });

  it("makes the difference of two prompts behind BOS, the shorter padded", async () => {
    const made = await calls.make({ method: "prompt-pair", pairs: [["return null", "return"]], layers: [1] });
    assert.deepEqual([made.bos, made.chosenOn, made.layers[0]!.accuracy], [true, "rule", null]);
    const { data } = readNpz(readFileSync(calls.at("f.npz"))).get("blocks.1.hook_resid_post")!;
    const bos = "<|endoftext|>";
    const plus = (await calls.states(`${bos}return null`, 1)).at(-1)!;
    const other = (await calls.states(`${bos}return `, 1)).at(-1)!;
    const apart = minus(plus, other);
    assert.ok(cosine(apart, data as Float32Array) > 0.9999);
  });

  it("makes differences of tokens' unembedding rows, nearest to these tokens", async () => {
    const made = await calls.make({ method: "unembed", tokens: [" return", " const"] });
    const config = JSON.parse(readFileSync(join(smallModel, "config.json"), "utf8")) as {
      tie_word_embeddings: boolean;
    };
    assert.ok(config.tie_word_embeddings);
    const expected = minus(await embeddingOf(" return"), await embeddingOf(" const"));
    assert.ok(length(minus(calls.vector("f", 3), expected)) < 1e-6 * length(expected));
    const folded = await calls.make({ method: "unembed", tokens: [" return", " const"], fold: true }, "g");
    const { promotes, suppresses } = folded.layers[3]!.nearest!;
    assert.deepEqual([promotes[0]!.text, suppresses[0]!.text], [" return", " const"]);
    assert.deepEqual([made.bestLayer, made.chosenOn], [3, "rule"]);
  });

  async function embeddingOf(text: string): Promise<Float32Array> {
    await cliJson(
      "run",
      smallModel,
      "--text",
      text,
      "--read",
      "hook_embed,hook_pos_embed",
      "--out",
      calls.at("e.npz"),
    );
    const arrays = readNpz(readFileSync(calls.at("e.npz")));
    return (arrays.get("hook_embed")!.data as Float32Array).slice(0, 192);
  }

  it("sums what neurons write, from their layer on", async () => {
    const made = await calls.make({
      method: "neurons",
      neurons: ["1.5", { layer: 2, neuron: 7, weight: -2 }],
      pairs,
    });
    assert.deepEqual([made.layers.map(({ layer }) => layer), made.bestLayer], [[2, 3], 2]);
    assert.deepEqual([...calls.vector("f", 2)], [...calls.vector("f", 3)]);
    const alone = await calls.make({ method: "neurons", neurons: ["1.5"] }, "a");
    const other = await calls.make({ method: "neurons", neurons: ["2.7"] }, "b");
    assert.ok(alone.layers[0]!.norm > 0 && other.layers[0]!.accuracy === null);
    const sum = calls.vector("a", 2).map((x, d) => x - 2 * calls.vector("b", 2)[d]!);
    assert.ok(length(minus(sum, calls.vector("f", 2))) < 1e-5);
  });

  it("takes the difference of what a head writes", async () => {
    await calls.make({ method: "head", head: "1.3", pairs, testShare: 0 });
    const sides = [new Float64Array(192), new Float64Array(192)];
    for (const pair of pairs)
      for (const [side, text] of pair.entries()) {
        const hook = "blocks.1.attn.hook_result";
        await cliJson("run", smallModel, "--text", text, "--read", hook, "--out", calls.at("h.npz"));
        const { shape, data } = readNpz(readFileSync(calls.at("h.npz"))).get(hook)!;
        const from = ((shape[0]! - 1) * shape[1]! + 3) * 192;
        (data as Float32Array).slice(from, from + 192).forEach((x, d) => (sides[side]![d]! += x / 4));
      }
    const expected = minus(sides[0]!, sides[1]!);
    assert.ok(length(minus(calls.vector("f", 1), expected)) < 1e-4 * length(expected));
  });

  it("comes back through a control vector and through arrays", async () => {
    await calls.make({ pairs });
    for (const format of ["gguf", "npz"]) {
      await cliJson(
        "direction",
        "export",
        calls.at("f.json"),
        "--format",
        format,
        "--out",
        calls.at(`x.${format}`),
      );
      await cliJson(
        "direction",
        "import",
        smallModel,
        calls.at(`x.${format}`),
        "--out",
        calls.at("back.json"),
      );
      const { same } = await cliJson<DirectionsCompared>(
        "direction",
        "compare",
        calls.at("f.json"),
        calls.at("back.json"),
      );
      assert.deepEqual(
        same.map(({ layer }) => layer),
        format === "gguf" ? [1, 2, 3] : [0, 1, 2, 3],
      );
      assert.ok(same.every(({ cosine }) => cosine > 1 - 1e-9));
      assert.deepEqual([...calls.vector("back", 2)], [...calls.vector("f", 2)]);
    }
  });

  it("is added up from the command line, and read along", async () => {
    await calls.make({ pairs });
    await calls.make({ method: "unembed", tokens: [" return", " const"] }, "g");
    const sum = [
      "direction",
      "combine",
      calls.at("f.json"),
      "-",
      calls.at("g.json"),
      "--weights",
      "0.5,2",
      "--out",
      calls.at("s.json"),
    ];
    const made = await cliJson<DirectionMade>(...sum);
    assert.deepEqual(
      made.parts?.map(({ weight }) => weight),
      [0.5, -2],
    );
    const expected = calls.vector("f", 3).map((x, d) => 0.5 * x - 2 * calls.vector("g", 3)[d]!);
    assert.ok(length(minus(calls.vector("s", 3), expected)) < 1e-3);
    const { tokens, threshold } = await cliJson<PrintedReading>(
      "read",
      smallModel,
      "--direction",
      calls.at("s.json"),
      "--text",
      "a b",
    );
    assert.deepEqual([tokens.length, threshold], [2, null]);
  });

  it("lists templates, and what a small model can be expected to carry of each", async () => {
    const list = await cliJson<DirectionTemplate[]>("direction", "templates");
    const names = [
      "honesty",
      "sentiment",
      "certainty",
      "formality",
      "code",
      "english-french",
      "english-german",
    ];
    assert.deepEqual(
      list.map(({ name }) => name),
      names,
    );
    for (const { pairs, why, name } of list) {
      assert.ok(pairs.length >= 30 && why.length > 20, name);
      assert.equal(new Set(pairs.map((pair) => JSON.stringify(pair))).size, pairs.length, name);
    }
  });

  const wrong: [string, object, string, RegExp][] = [
    ["no pairs", {}, "bad-field", /pairs is missing/],
    ["a method that there is not", { method: "magic", pairs }, "bad-field", /mean-difference/],
    ["a misspelt field", { pairs, postion: "last" }, "bad-field", /postion is no known field/],
    ["fewer than 20 draws", { pairs, draws: 5 }, "bad-field", /below 20/],
    ["a template that there is not", { template: "honestly" }, "bad-request", /no template "honestly"/],
    ["a layer that there is not", { pairs, layers: [9] }, "out-of-range", /no layer 9/],
    [
      "a hook that there is not",
      { pairs, hook: "hook_resid_past" },
      "missing-hook",
      /blocks\.0\.hook_resid_past/,
    ],
    ["a text without tokens", { pairs: [["a", ""], ["b", "c"]] }, "bad-pairs", /negative text of pair 1 has no tokens/], // prettier-ignore
    [
      "a text that is too long",
      { pairs: [["a ".repeat(600), "b"]] },
      "bad-pairs",
      /positive text of pair 1 has \d+ tokens/,
    ],
    ["two prompts too many", { method: "prompt-pair", pairs }, "bad-pairs", /takes one pair/],
    [
      "a text that is no token",
      { method: "unembed", tokens: ["a b c d", " return"] },
      "bad-pairs",
      /"a b c d" is no token/,
    ],
    ["pairs that are not there", { pairs: { file: "none.csv" } }, "bad-pairs", /ENOENT/],
    ["too few demonstrations", { method: "task", pairs }, "too-few-pairs", /4 pairs leave fewer/],
    ["one pair for components", { method: "pca", pairs: [pairs[0]!] }, "too-few-pairs", /two pairs/],
    ["a neuron that there is not", { method: "neurons", neurons: ["0.768"] }, "out-of-range", /0\.768/],
  ];
  for (const [what, spec, code, message] of wrong)
    it(`refuses ${what}`, async () => {
      const argv = ["direction", "make", smallModel, calls.file("s.json", spec), "--out", calls.at("f.json")];
      const error = await cliError(...argv);
      assert.equal(error.code, code, error.message);
      assert.match(error.message, message);
    });

  it("refuses imports of another width, with numbers that are none, and of another model", async () => {
    const bring = (name: string) =>
      cliError("direction", "import", smallModel, calls.at(name), "--out", calls.at("f.json"));
    const npz = (values: Float32Array, hook = "blocks.1.hook_resid_post") =>
      writeNpz(new Map([[hook, { shape: [values.length], data: values }]]));
    writeFileSync(calls.at("wide.npz"), npz(new Float32Array(7)));
    assert.equal((await bring("wide.npz")).code, "direction-width");
    writeFileSync(calls.at("nan.npz"), npz(new Float32Array(192).fill(NaN)));
    assert.match((await bring("nan.npz")).message, /no finite numbers/);
    writeFileSync(calls.at("deep.npz"), npz(new Float32Array(192), "blocks.9.hook_resid_post"));
    assert.equal((await bring("deep.npz")).code, "direction-of-another-model");
    await calls.make({ pairs });
    const text = readFileSync(calls.at("f.json"), "utf8");
    writeFileSync(
      calls.at("f.json"),
      text.replace(/"digest": "[0-9a-f]{64}"/, `"digest": "${"0".repeat(64)}"`),
    );
    assert.equal((await bring("f.json")).code, "direction-of-another-model");
    const read = await cliError("read", smallModel, "--direction", calls.at("f.json"), "--text", "a");
    assert.equal(read.code, "direction-of-another-model");
  });

  for (const [argv, message] of [
    [["direction", "sing", "x"], /does not sing/],
    [["direction", "show"], /takes F, not 0/],
    [["direction", "make", "d", "s.json"], /no file to write/],
    [["direction", "combine", "--out", "x"], /combine takes/],
    [["direction", "export", "f", "--format", "zip", "--out", "x"], /npz, gguf/],
    [["direction", "combine", "a", "b", "--weights", "1", "--out", "x"], /takes 2 numbers/],
    [["read", "d", "--text", "a"], /no direction/],
    [["read", "d", "--direction", "f", "--layer", "1", "--layers", "1-2", "--text", "a"], /--layers/],
    [["read", "d", "--direction", "f", "--layers", "3-1", "--text", "a"], /ends before/],
  ] as const)
    it(`says how it is called: ${argv.join(" ")}`, async () => {
      const error = await cliError(...argv);
      assert.deepEqual([error.status, error.code], [2, "usage"]);
      assert.match(error.message, message);
    });

  it("stops when it is told to, and leaves no file", async () => {
    const stop = new AbortController();
    const argv = [
      "direction",
      "make",
      smallModel,
      calls.file("s.json", { template: "code", draws: 2000 }),
      "--out",
      calls.at("stop.json"),
    ];
    setTimeout(() => stop.abort(), 300);
    const { status } = await cliWith(stop.signal, argv);
    assert.equal(status, 130);
    assert.throws(() => readFileSync(calls.at("stop.json")), /ENOENT/);
  });
});
