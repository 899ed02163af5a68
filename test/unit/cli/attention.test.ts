import assert from "node:assert/strict";
import type { HeadScores } from "../../../src/protocol/attention";
import type { EdgeBlock, WhyAttention } from "../../../src/protocol/attentionEdge";
import type { PatchResult } from "../../../src/protocol/patch";
import { join } from "node:path";
import { cliError, cliJson } from "../../support/cli";
import { inRepo } from "../../support/paths";
import { useTempFolder, writeFiles } from "../../support/tempFolder";

const model = inRepo("models/introspect-small");
const text = "Mary Dalton met Tom at the park. Then Mary Dal";
const at = ["--text", text, "--at", "3:2:-1:4"];

describe("attention on the command line", function () {
  this.timeout(60_000);
  const folder = useTempFolder();

  it("finds the bundled model's heads on repeated random tokens, whatever the seed", async () => {
    type Heads = { readonly repeated: { readonly heads: readonly HeadScores[] } };
    for (const seed of ["0", "7"]) {
      const { repeated } = await cliJson<Heads>("heads", model, "--seed", seed);
      const of = (layer: number, head: number): HeadScores =>
        repeated.heads.find((one) => one.layer === layer && one.head === head)!;
      for (const [layer, head] of [
        [1, 5],
        [3, 2],
        [3, 3],
        [3, 5],
      ] as const)
        assert.ok(of(layer, head).induction! > 0.4, `${layer}.${head}: ${of(layer, head).induction}`);
      assert.ok(of(0, 4).previousToken! > 0.9);
      assert.ok(of(2, 0).induction! < 0.2, "a head that is none");
    }
  });

  it("gives no scores of a text of one token, which has no query that counts", async () => {
    type Heads = { readonly text: { readonly ids: readonly number[]; readonly heads: unknown } };
    const scored = await cliJson<Heads>("heads", model, "--ids", "44,901", "--length", "4");
    assert.ok(Array.isArray(scored.text.heads));
    const one = await cliJson<Heads>("heads", model, "--ids", "44", "--length", "4");
    assert.deepEqual(one.text, { ids: [44], heads: null });
  });

  it("takes an edge apart, and blocks it", async () => {
    const why = await cliJson<WhyAttention & { digest: string }>("why-attention", model, ...at, "--top", "3");
    assert.ok(Math.abs(why.residual) <= 1e-4);
    assert.equal(why.pairs.length, 3);
    assert.match(why.digest, /^[0-9a-f]{64}$/);
    const block = await cliJson<EdgeBlock>(
      "block-edge",
      model,
      ...at,
      "--token",
      "ton",
      "--softmax",
      "after",
    );
    assert.equal(block.softmax, "after");
    assert.equal(block.token.text, "ton");
    assert.ok(Math.abs(block.weight - why.weight) < 1e-5);
    assert.ok(block.change.logProb < -0.05, "the induction head brings the name's end");
    assert.ok(block.controls.length === 20 && (block.percentile.logProb ?? 0) > 0.5);
    const { code } = await cliError("block-edge", model, "--text", text, "--at", "0:0:0:0");
    assert.equal(code, "only-edge");
  });

  it("patches one text into another", async () => {
    const texts = ["--source", "const count = items.", "--base", "const name = user."];
    const patch = await cliJson<PatchResult>("patch", model, ...texts);
    assert.notEqual(patch.base.answer.id, patch.source.answer.id);
    assert.deepEqual(
      patch.maps.map(({ self }) => self.largest),
      [0, 0, 0],
    );
    const last = patch.maps[0].effects.at(-1)!.at(-1)!;
    assert.ok(last > 0.5 * (patch.source.measure - patch.base.measure), "the last stream decides");
    const uneven = ["--base", "const name = user.", "--source", "items of", "--seed", "1"];
    assert.equal((await cliError("patch", model, ...uneven)).code, "not-aligned");
    const { alignment } = await cliJson<PatchResult>("patch", model, ...uneven, "--align", "end");
    const ends = patch.base.ids.length - 1;
    assert.deepEqual([alignment.kind, alignment.pairs.at(-1)!.base], ["given", ends]);
    const { code } = await cliError("patch", model, "--base", "a", "--source", "a");
    assert.equal(code, "not-aligned");
  });

  it("patches ranges of a file behind the text before them, alone, or behind a prefix", async () => {
    const whole = "let total = 0;\nconst count = items.\nconst name = user.\n";
    writeFiles(folder(), { "names.ts": whole });
    const file = join(folder(), "names.ts");
    const range = (part: string): string => `${whole.indexOf(part)}:${whole.indexOf(part) + part.length}`;
    const [source, base] = ["const count = items.", "const name = user."];
    const ranges = ["--file", file, "--source-range", range(source), "--base-range", range(base)];
    type Answer = PatchResult & { readonly context: string };
    const inDocument = await cliJson<Answer>("patch", model, ...ranges);
    assert.equal(inDocument.context, "document");
    assert.ok(inDocument.base.from > inDocument.source.from && inDocument.source.from > 0);
    const { tokens, from } = inDocument.base;
    assert.equal(
      tokens
        .slice(from)
        .map(({ text }) => text)
        .join(""),
      base,
    );
    const alone = await cliJson<Answer>("patch", model, ...ranges, "--context", "selection");
    const given = await cliJson<Answer>("patch", model, "--base", base, "--source", source);
    assert.deepEqual(alone.maps, given.maps);
    assert.equal(alone.context, "selection");
    assert.notDeepEqual(alone.base.measure, inDocument.base.measure);
    const prefix = ["--prefix", "// names\n"];
    const behind = await cliJson<Answer>("patch", model, ...ranges, ...prefix);
    const typed = await cliJson<Answer>("patch", model, "--base", base, "--source", source, ...prefix);
    assert.deepEqual(behind.maps, typed.maps);
    assert.ok(behind.base.from > 0 && behind.base.from === behind.source.from);
    for (const wrong of [
      ["--base", "a"],
      ["--base-range", "0:1", "--source-range", "1:2"],
      ["--base", "a", "--source", "b", "--context", "document"],
      ["--base", "a", "--source", "b", "--context", "selection", "--prefix", "c"],
    ])
      assert.equal((await cliError("patch", model, ...wrong)).code, "usage");
  });

  it("prints one head's rows, with what the model writes behind the text", async () => {
    type Answer = {
      readonly ids: readonly number[];
      readonly positions: readonly number[];
      readonly rows: readonly (readonly number[])[];
      readonly weighted: readonly (readonly number[])[];
      readonly valueNorms: readonly number[];
      readonly written: { readonly ids: readonly number[]; readonly logProbs: readonly number[] };
      readonly tokens: readonly { readonly generated?: true }[];
    };
    const asked = ["--text", text, "--head", "3.2"];
    const made = await cliJson<Answer>("attention", model, ...asked, "--max-tokens", "3");
    const generated = await cliJson<{ ids: number[] }>(
      "generate",
      model,
      "--text",
      text,
      "--max-tokens",
      "3",
    );
    assert.deepEqual(made.written.ids, generated.ids);
    assert.deepEqual(made.ids.slice(-3), generated.ids);
    assert.equal(made.tokens.filter((token) => token.generated).length, 3);
    assert.equal(made.rows.length, made.positions.length);
    const why = await cliJson<WhyAttention>("why-attention", model, ...at);
    const query = made.positions.indexOf(why.query);
    assert.ok(Math.abs(made.rows[query][made.positions.indexOf(why.key)] - why.weight) < 1e-5);
    made.weighted.forEach((row, i) =>
      row.forEach((x, j) => assert.ok(Math.abs(x - made.rows[i][j] * made.valueNorms[j]) < 1e-5)),
    );
    const part = await cliJson<Answer>("attention", model, ...asked, "--range", "0:11");
    assert.ok(part.rows.length < made.rows.length);
    assert.ok(Math.abs(part.rows[1][0] - made.rows[1][0]) < 1e-5);
    assert.equal((await cliError("attention", model, "--text", text, "--head", "x")).code, "usage");
    assert.equal((await cliError("attention", model, "--text", text, "--head", "9.9")).code, "out-of-range");
  });
});
