import assert from "node:assert/strict";
import { noiseDraws, patchRuns, type PatchText } from "../../../src/analysis/patch";
import { alignAs, alignParts, alignTokens, givenAlignment } from "../../../src/analysis/patch/align";
import type { PatchAlign } from "../../../src/protocol/patch";
import { movedMost } from "../../../src/analysis/patch/movedMost";
import { CancelSource } from "../../../src/base/cancel";
import type { Vocabulary } from "../../../src/graph/runner";
import { openRunner, type OpenRunner } from "../../support/openRunner";
import { inRepo } from "../../support/paths";

const vocabulary: Vocabulary = { text: (id) => `t${id}`, decode: () => null };
const textOf = (ids: readonly number[]): PatchText => ({
  ids,
  tokens: ids.map((id, i) => ({ id, text: `t${id}`, start: i, end: i + 1 })),
});

// Mary Dalton … Mary Dal, and the same with another name's beginning: the copies go on differently.
const base = [44, 901, 615, 276, 2519, 765, 354, 318, 796, 286, 1077, 74, 13, 354, 873, 571, 901, 615, 276];
const source = base.map((id, i) => (i === 4 ? 258 : id));
const longer = [...base.slice(0, 4), 258, 300, ...base.slice(5)];

describe("patching one run into another", function () {
  this.timeout(30_000);
  let open: OpenRunner;
  before(async () => (open = await openRunner(inRepo("models", "introspect-small"))));
  after(() => open.dispose());
  const tokens = { token: 258, against: 2519 };

  it("gives in every cell what a whole edited run gives", async () => {
    const { runner } = open;
    const result = await patchRuns(runner, vocabulary, {
      base: textOf(base),
      source: textOf(source),
      ...tokens,
    });
    assert.equal(result.alignment.kind, "equal");
    assert.equal(result.alignment.same, 4);
    assert.equal(result.patched.length, base.length - 4);
    assert.deepEqual(
      result.maps.map(({ place }) => place),
      ["resid", "attn", "mlp"],
    );
    const of = async (edits: Parameters<typeof runner.logitsAt>[0]["edits"], ids = base): Promise<number> => {
      const { logits } = await runner.logitsAt({ ids, edits, position: -1 });
      return logits[tokens.token] - logits[tokens.against];
    };
    const near = (a: number, b: number): void => assert.ok(Math.abs(a - b) < 1e-4, `${a} and ${b}`);
    near(result.base.measure, await of([]));
    near(result.source.measure, await of([], source));
    const sites = { resid: "hook_resid_pre", attn: "hook_attn_out", mlp: "hook_mlp_out" };
    for (const [layer, pair] of [
      [0, 0],
      [3, 1],
      [2, 14],
    ]) {
      for (const { place, effects } of result.maps) {
        const hook = `blocks.${layer}.${sites[place]}`;
        const at = result.patched[pair];
        const read = await runner.run({ ids: source, reads: [{ hook, positions: [at.source] }] });
        const value = [Array.from(read.reads.get(hook)!.data)];
        const edit = { hook, op: "set", positions: [at.base], value } as const;
        near(effects[layer][pair], (await of([edit])) - result.base.measure);
      }
    }
    // The embedding at the one token that differs is all that differs.
    near(result.maps[0].effects[0][0], result.source.measure - result.base.measure);
    assert.ok(Math.abs(result.maps[0].effects[0][0]) > 1);
  });

  it("is exactly nothing where the base is patched into itself, and noise is told beside the largest effect", async () => {
    const request = { base: textOf(base), source: textOf(source), ...tokens };
    const { maps } = await patchRuns(open.runner, vocabulary, request);
    for (const { self, noise, effects } of maps) {
      assert.ok(self.n >= 20);
      assert.equal(self.largest, 0);
      assert.equal(noise.draws.length, noiseDraws);
      assert.equal(noise.effect, effects[noise.layer][noise.pair]);
      assert.equal(Math.abs(noise.effect), Math.max(...effects.flat().map(Math.abs)));
      assert.ok(noise.draws.every((draw) => draw !== 0));
      const smaller = noise.draws.filter((draw) => Math.abs(draw) < Math.abs(noise.effect));
      assert.equal(noise.percentile, smaller.length / noiseDraws);
    }
    for (const { noiseMap, effects } of maps) {
      assert.deepEqual(
        noiseMap.effects.map((row) => row.length),
        effects.map((row) => row.length),
      );
      const flat = noiseMap.effects.flat();
      const larger = effects.flat().filter((effect, i) => Math.abs(effect) > Math.abs(flat[i]));
      assert.equal(noiseMap.exceeded, larger.length / flat.length);
      assert.ok(flat.filter((effect) => effect !== 0).length > 0.9 * flat.length);
    }
    // At layer 0 only the one token that differs is any distance away: elsewhere the random value is the base's own.
    const [first, ...rest] = maps[0].noiseMap.effects[0];
    assert.ok(first !== 0 && rest.every((effect) => Math.abs(effect) < 1e-4));
    const again = await patchRuns(open.runner, vocabulary, { ...request, seed: 0 });
    assert.deepEqual(again.maps, maps);
  });

  it("aligns texts of other lengths by what they begin and end with, and the last tokens of what differs", async () => {
    const { kind, pairs, same } = alignTokens(base, longer);
    assert.equal(kind, "spans");
    assert.equal(same, 4);
    assert.deepEqual(pairs.slice(3, 7), [
      { base: 3, source: 3 },
      { base: 4, source: 5 },
      { base: 5, source: 6 },
      { base: 6, source: 7 },
    ]);
    assert.equal(pairs.length, base.length);
    const inserted = alignTokens([1, 2, 3], [1, 2, 9, 3]);
    assert.deepEqual(inserted.pairs.at(-1), { base: 2, source: 3 });
    assert.equal(inserted.pairs.length, 3);
    const result = await patchRuns(open.runner, vocabulary, {
      base: textOf(base),
      source: textOf(longer),
      ...tokens,
    });
    assert.equal(result.patched.length, base.length - 4);
    assert.equal(result.maps[0].self.largest, 0);
  });

  it("patches a text behind its own context, which is not patched, and differs from the text alone", async () => {
    const [before, other] = [
      [286, 1077, 74, 13],
      [318, 796],
    ];
    const at = { base: [...before, ...base], source: [...other, ...source] };
    const request = {
      base: { ...textOf(at.base), from: before.length },
      source: { ...textOf(at.source), from: other.length },
      ...tokens,
    };
    const result = await patchRuns(open.runner, vocabulary, request);
    assert.deepEqual([result.base.from, result.source.from], [4, 2]);
    assert.equal(result.alignment.kind, "equal");
    assert.equal(result.alignment.same, 0, "behind other contexts nothing is the same");
    assert.deepEqual(result.patched.at(0), { base: 4, source: 2 });
    assert.deepEqual(result.patched.at(-1), { base: 22, source: 20 });
    assert.deepEqual(
      result.maps.map(({ self }) => self.largest),
      [0, 0, 0],
    );
    const hook = "blocks.3.hook_resid_pre";
    const read = await open.runner.run({ ids: at.source, reads: [{ hook, positions: [20] }] });
    const value = [Array.from(read.reads.get(hook)!.data)];
    const edit = { hook, op: "set", positions: [22], value } as const;
    const { logits } = await open.runner.logitsAt({ ids: at.base, edits: [edit], position: -1 });
    const effect = logits[tokens.token] - logits[tokens.against] - result.base.measure;
    assert.ok(Math.abs(result.maps[0].effects[3].at(-1)! - effect) < 1e-4);
    const alone = await patchRuns(open.runner, vocabulary, {
      base: textOf(base),
      source: textOf(source),
      ...tokens,
    });
    assert.ok(Math.abs(alone.base.measure - result.base.measure) > 1e-3);
  });

  it("aligns one to one from either end where asked, with what the texts begin with", () => {
    const [one, other] = [
      { ids: [9, 1, 2, 3], from: 0 },
      { ids: [9, 1, 4, 5, 6], from: 0 },
    ];
    const pairs = (align: PatchAlign) =>
      alignAs(align, one, other).pairs.map(({ base: to, source: at }) => `${to}:${at}`);
    assert.deepEqual(pairs("front"), ["0:0", "1:1", "2:2", "3:3"]);
    assert.deepEqual(pairs("end"), ["0:0", "1:1", "2:3", "3:4"]);
    assert.deepEqual(pairs([{ base: 2, source: 4 }]), ["2:4"]);
    assert.throws(() => alignAs(undefined, one, other), { code: "not-aligned" });
    const behind = alignAs("end", { ids: [7, 1, 2], from: 1 }, { ids: [5, 8, 8, 3], from: 2 });
    assert.deepEqual(behind.pairs, [
      { base: 1, source: 2 },
      { base: 2, source: 3 },
    ]);
  });

  it("aligns the same words behind other contexts, and nothing where all is the same", () => {
    const same = { ids: [9, 1, 2], from: 1 };
    assert.equal(alignParts(same, { ids: [8, 1, 2], from: 1 }).pairs.length, 2);
    assert.throws(() => alignParts(same, same), { code: "not-aligned" });
  });

  const bad: [string, () => unknown, string][] = [
    ["texts of other lengths that end otherwise", () => alignTokens([1, 2, 3], [1, 2, 3, 4]), "not-aligned"],
    ["the same text twice", () => alignTokens([1, 2], [1, 2]), "not-aligned"],
    ["a pair beyond a text", () => givenAlignment([{ base: 0, source: 9 }], [1, 2], [1, 3]), "not-aligned"],
    [
      "pairs that go back",
      () =>
        givenAlignment(
          [1, 0].map((base) => ({ base, source: 1 })),
          [1, 2],
          [1, 3],
        ),
      "not-aligned",
    ],
  ];
  for (const [what, run, code] of bad) {
    it(`refuses ${what}`, () => {
      assert.throws(run, (error: { code?: string; next?: string }) => error.code === code && !!error.next);
    });
  }

  it("measures two texts with the same answer by the tokens that they move furthest apart, unless tokens are named", async () => {
    const alike = base.map((id, i) => (i === 6 ? 318 : id));
    const request = { base: textOf(base), source: textOf(alike) };
    const result = await patchRuns(open.runner, vocabulary, request);
    assert.equal(result.base.answer.id, result.source.answer.id);
    assert.equal(result.movedMost, true);
    const [of, against] = [result.token.id, result.against.id];
    const logits = async (ids: readonly number[]): Promise<Float32Array> =>
      (await open.runner.logitsAt({ ids, edits: [], position: -1 })).logits;
    const [plain, other] = [await logits(base), await logits(alike)];
    const best = (all: Float32Array): number[] =>
      [...all.keys()].sort((a, b) => all[b] - all[a]).slice(0, 12);
    // The normalisers are the same for all tokens, so that logits compare as log-probabilities do.
    const raised = [...best(plain), ...best(other)].map((id) => other[id] - plain[id]);
    assert.ok(Math.abs(other[of] - plain[of] - Math.max(...raised)) < 1e-4);
    assert.ok(Math.abs(other[against] - plain[against] - Math.min(...raised)) < 1e-4);
    const measure = (all: Float32Array): number => all[of] - all[against];
    assert.ok(Math.abs(result.source.measure - measure(other)) < 1e-4);
    assert.ok(result.source.measure > result.base.measure);
    const named = await patchRuns(open.runner, vocabulary, { ...request, ...tokens });
    assert.deepEqual([named.token.id, named.movedMost], [tokens.token, undefined]);
  });

  it("refuses texts with the same answer where one token is named, and it is the answer", async () => {
    const alike = base.map((id, i) => (i === 6 ? 318 : id));
    const request = { base: textOf(base), source: textOf(alike) };
    const { base: run } = await patchRuns(open.runner, vocabulary, { ...request, ...tokens });
    const half = { ...request, token: run.answer.id };
    await assert.rejects(patchRuns(open.runner, vocabulary, half), { code: "same-answer" });
  });

  it("finds nothing to measure between a text and itself", async () => {
    const run = await open.runner.base(base, {});
    assert.equal(await movedMost(open.runner, { base: run, source: run }), null);
  });

  it("stops when it is cancelled", async () => {
    const cancel = new CancelSource();
    let cells = 0;
    const onProgress = (): void => {
      if (++cells === 10) cancel.cancel();
    };
    const run = patchRuns(
      open.runner,
      vocabulary,
      { base: textOf(base), source: textOf(source), ...tokens },
      { signal: cancel.signal, onProgress },
    );
    await assert.rejects(run, { code: "cancelled" });
    assert.equal(cells, 10);
  });
});
