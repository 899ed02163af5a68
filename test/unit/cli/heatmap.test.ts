import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { sectionUnits } from "../../../src/base/sections";
import { readMeasure } from "../../../src/cli/measure";
import { cli, cliError, cliJson } from "../../support/cli";
import { inRepo } from "../../support/paths";
import { useTempFolder } from "../../support/tempFolder";

const model = inRepo("models/introspect-small");

interface Answer {
  readonly about: string;
  readonly unit: string;
  readonly windowTokens: number;
  readonly tokens: readonly { id: number; text: string; start: number; end: number; value: number | null }[];
  readonly total?: { bits: number; utf8Bytes: number; bitsPerByte: number };
}
interface Scores {
  readonly tokens: readonly { id: number; logProb: number | null; rank: number | null }[];
  readonly bitsPerByte: number;
}

describe("introspect heatmap", function () {
  this.timeout(240_000);
  const folder = useTempFolder();
  const source = fs.readFileSync(inRepo("media/sample/search.ts"), "utf8");
  const file = (text: string): string => {
    const path = join(folder(), "text.txt");
    fs.writeFileSync(path, text);
    return path;
  };

  it("gives score's numbers over several windows, with every token's range and the same bits per byte", async () => {
    const text = `${source}\n// 👩‍👩‍👧 ä\r\n\t${source}`;
    const input = ["--file", file(text)];
    const score = await cliJson<Scores>("score", model, ...input);
    const { tokens, total, windowTokens, about } = await cliJson<Answer>("heatmap", model, ...input);
    assert.ok(score.tokens.length > 2 * windowTokens);
    assert.equal(about, "this");
    assert.deepEqual(
      tokens.map(({ id, value }) => [id, value]),
      score.tokens.map(({ id, logProb }) => [id, logProb === null ? null : -logProb]),
    );
    for (const { text: covered, start, end } of tokens) assert.equal(covered, text.slice(start, end));
    assert.ok(Math.abs((total?.bitsPerByte ?? NaN) - score.bitsPerByte) < 1e-9);
    assert.equal(total?.utf8Bytes, Buffer.byteLength(text) - Buffer.byteLength(tokens[0]?.text ?? ""));
    const bits = await cliJson<Answer>("heatmap", model, ...input, "--measure", "bits");
    assert.equal(bits.tokens[9]?.value, (tokens[9]?.value ?? NaN) * (1 / Math.LN2));
    const ranks = await cliJson<Answer>("heatmap", model, ...input, "--measure", "rank");
    assert.deepEqual(
      ranks.tokens.map(({ value }) => value),
      score.tokens.map(({ rank }) => rank),
    );
  });

  it("says what run and lens say: entropy of the next token, depth of this one, a hook's norm", async () => {
    const input = ["--text", source.slice(0, 600)];
    const lens = await cliJson<{ layers: { positions: { entropy: number; top: { id: number }[] }[] }[] }>(
      ...["lens", model, ...input, "--top", "1"],
    );
    const last = lens.layers.at(-1)!.positions;
    const entropy = await cliJson<Answer>("heatmap", model, ...input, "--measure", "entropy");
    assert.equal(entropy.about, "next");
    entropy.tokens.forEach(({ value }, i) => {
      assert.ok(Math.abs((value ?? NaN) - last[i]!.entropy) < 1e-4, `entropy ${i}`);
    });
    const depth = await cliJson<Answer>("heatmap", model, ...input, "--measure", "depth");
    depth.tokens.forEach(({ value }, i) => {
      const tops = i === 0 ? [] : lens.layers.map((layer) => layer.positions[i - 1]!.top[0]!.id);
      const final = tops.at(-1);
      const wanted =
        i === 0 ? null : tops.length - 1 - [...tops].reverse().findIndex((id) => id !== final) + 1;
      assert.equal(value, tops.every((id) => id === final) && i > 0 ? 0 : wanted, `depth ${i}`);
    });
    const hook = "blocks.2.hook_resid_post";
    const run = await cliJson<{ reads: Record<string, { l2: number[] }> }>(
      "run",
      model,
      ...input,
      "--read",
      hook,
    );
    const norm = await cliJson<Answer>("heatmap", model, ...input, "--measure", `norm:${hook}`);
    norm.tokens.forEach(({ value }, i) => {
      const wanted = run.reads[hook]!.l2[i]!;
      assert.ok(Math.abs((value ?? NaN) - wanted) < 1e-4 * wanted, `norm ${i}`);
    });
  });

  it("goes on through sections: every unit of a long text in one token, behind context, in order", async () => {
    const line = "const a = 1;\n";
    const text = `${line.repeat(Math.ceil(sectionUnits / line.length))}${source}`;
    const answer = await cliJson<Answer>("heatmap", model, "--file", file(text), "--measure", "neuron:0.5");
    assert.equal(answer.tokens.map((token) => token.text).join(""), text);
    assert.ok(answer.tokens.every(({ start }, i) => i === 0 || start >= answer.tokens[i - 1]!.start));
    assert.ok(answer.tokens.every(({ value }) => value !== null));
    const score = await cliJson<Answer>(
      "heatmap",
      model,
      "--file",
      file(text.slice(0, sectionUnits - 500)),
      "--measure",
      "neuron:0.5",
    );
    assert.deepEqual(answer.tokens.slice(0, 20_000), score.tokens.slice(0, 20_000));
  });

  it("takes ids as they are, in windows", async () => {
    const ids = Array.from({ length: 700 }, (_, i) => (i * 37) % 4000);
    const score = await cliJson<Scores>("score", model, "--ids", ids.join());
    const { tokens } = await cliJson<Answer>("heatmap", model, "--ids", ids.join());
    assert.deepEqual(
      tokens.map(({ value }) => value),
      score.tokens.map(({ logProb }) => logProb && -logProb),
    );
    assert.deepEqual([tokens[3]?.start, tokens[3]?.end], [3, 4]);
  });

  it("gives attention from and to a token, counted from either end; a row adds up to one", async () => {
    const input = ["--text", "alpha beta gamma delta"];
    const from = await cliJson<Answer>("heatmap", model, ...input, "--measure", "attention-from:1.2@-1");
    const sum = from.tokens.reduce((all, { value }) => all + (value ?? 0), 0);
    assert.ok(Math.abs(sum - 1) < 1e-5, `${sum}`);
    const to = await cliJson<Answer>("heatmap", model, ...input, "--measure", "attention-to:1.2@1");
    const last = to.tokens.at(-1)?.value;
    assert.equal(last, from.tokens[1]?.value);
    assert.equal(to.tokens[0]?.value, null);
  });

  for (const measure of ["surprisal", "attention-to:1.2@1"]) {
    it(`a prefix is context alone: ${measure} of the text behind it is that of the whole, less its tokens`, async () => {
      const prefix = "const found = ";
      const text = source.slice(0, 400);
      const joined = await cliJson<Answer>(
        ...["heatmap", model, "--text", prefix + text, "--measure", measure.replace(/@1$/, "@4")],
      );
      const behind = joined.tokens.filter(({ end }) => end > prefix.length);
      // The token counted from is the second of the text.
      assert.equal(joined.tokens.length - behind.length, 3);
      const { tokens } = await cliJson<Answer>(
        ...["heatmap", model, "--prefix", prefix, "--text", text, "--measure", measure],
      );
      assert.deepEqual(
        tokens.map(({ id, value }) => [id, value]),
        behind.map(({ id, value }) => [id, value]),
      );
      for (const { text: covered, start, end } of tokens) assert.equal(covered, text.slice(start, end));
      assert.ok(tokens[0]?.value !== undefined);
    });
  }

  it("answers a batch line by line, each with what it says alone, and says which line is wrong", async () => {
    const lines = [
      { text: "one two three" },
      { text: "two", prefix: "one " },
      { ids: [1, 2, 3] },
      { text: 1 },
    ];
    const path = file(lines.map((line) => JSON.stringify(line)).join("\n"));
    const { stdout } = await cli("heatmap", model, "--batch", path);
    const answers = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Answer & { line: number; error?: { code: string } });
    assert.deepEqual(
      answers.map(({ line, error }) => [line, error?.code]),
      [1, 2, 3, 4].map((line) => [line, line === 4 ? "bad-field" : undefined]),
    );
    const alone = await cliJson<Answer>("heatmap", model, "--text", "one two three");
    assert.deepEqual(answers[0]?.tokens, alone.tokens);
    assert.deepEqual(answers[0]?.total, alone.total);
    const behind = await cliJson<Answer>("heatmap", model, "--text", "two", "--prefix", "one ");
    assert.deepEqual(answers[1]?.tokens, behind.tokens);
  });

  for (const [args, code] of [
    [["--measure", "supprisal"], "usage"],
    [["--measure", "neuron:1"], "usage"],
    [["--measure", "neuron:9.0"], "out-of-range"],
    [["--measure", "norm:blocks.0.nothing"], "unknown-hook"],
    [["--measure", "attention-to:0.0@99"], "bad-range"],
    [["--window", "1"], "usage"],
    [["--window", "513"], "usage"],
  ] as const) {
    it(`refuses ${args.join(" ")} with ${code}`, async () => {
      const error = await cliError("heatmap", model, "--text", "one two three", ...args);
      assert.equal(error.code, code);
      assert.ok(error.message.length > 10);
    });
  }

  it("reads every form of a measure", () => {
    assert.deepEqual(readMeasure("neuron:2.41").measure, { kind: "neuron", layer: 2, neuron: 41 });
    assert.deepEqual(readMeasure("norm:hook_embed").measure, { kind: "norm", hook: "hook_embed" });
    const { measure, at } = readMeasure("attention-to:3.1@-2");
    assert.deepEqual([measure, at], [{ kind: "attention", direction: "to", layer: 3, head: 1 }, -2]);
    assert.throws(() => readMeasure("toString"), { code: "usage" });
  });
});
