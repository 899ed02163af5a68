import assert from "node:assert/strict";
import { headPattern } from "../../../src/analysis/attention";
import { heatmapPart, tokenAt } from "../../../src/analysis/heatmap";
import type { HeatmapSection } from "../../../src/analysis/heatmap/window";
import { WindowCache } from "../../../src/analysis/heatmap/windowCache";
import { lensView } from "../../../src/analysis/lens";
import { scoreTokens } from "../../../src/analysis/score";
import { CancelSource } from "../../../src/base/cancel";
import type { HeatmapMeasure, HeatmapPart } from "../../../src/protocol/heatmap";
import { tinyModel } from "../../support/tinyModel";
import { TinyRunner, tinyVocabulary } from "../../support/tinyRunner";
import { randomIds, tinyWindow } from "../../support/tinyWindow";

const shape = {
  nLayers: 3,
  nHeads: 2,
  dModel: 8,
  dMlp: 10,
  dVocab: 20,
  nCtx: 8,
  kind: "gpt",
  seed: 1,
} as const;
const most = shape.nCtx;
const runner = new TinyRunner(tinyModel(shape));

const sectionOf = (ids: readonly number[], first = 0): HeatmapSection => ({
  ids,
  tokens: tinyWindow(ids).tokens,
  first,
});

interface Values {
  readonly values: (number | null)[];
  readonly parts: HeatmapPart[];
}

/** Every value of a section, asked for answer by answer. */
async function all(
  section: HeatmapSection,
  measure: HeatmapMeasure,
  at: number | null = null,
): Promise<Values> {
  const parts: HeatmapPart[] = [];
  let from = section.first;
  while (from < section.ids.length) {
    const part = await heatmapPart(runner, tinyVocabulary, { section, measure, most, from, at });
    parts.push(part);
    from += part.ids.length;
  }
  return { values: parts.flatMap(({ values }) => values), parts };
}

/** The window's first id for the token i: where `score` has it, too. */
const startOf = (i: number): number => (i < most ? 0 : 4 * Math.floor((i - 4) / 4));

const lengths = [1, 2, 7, 8, 9, 12, 13, 40];

describe("a scalar per token", () => {
  for (const n of lengths) {
    const ids = randomIds(n, shape.dVocab, n);

    it(`surprisal and rank of ${n} tokens are those of score, to the last bit`, async () => {
      const scored: { logProb: number | null; rank: number | null }[] = [];
      for await (const part of scoreTokens(runner, ids)) scored.push(...part);
      const { values, parts } = await all(sectionOf(ids), { kind: "surprisal" });
      assert.deepEqual(
        values,
        scored.map(({ logProb }) => (logProb === null ? null : -logProb)),
      );
      assert.ok(parts.every(({ about }) => about === "this"));
      const ranks = (await all(sectionOf(ids), { kind: "rank" })).values;
      assert.deepEqual(
        ranks,
        scored.map(({ rank }) => rank),
      );
    });

    it(`entropy, depth, neuron and norm of ${n} tokens are those of their own windows run alone`, async () => {
      const entropies = await all(sectionOf(ids), { kind: "entropy" });
      const depths = await all(sectionOf(ids), { kind: "depth" });
      const neurons = await all(sectionOf(ids), { kind: "neuron", layer: 1, neuron: 3 });
      const hook = "blocks.1.hook_resid_post";
      const norms = await all(sectionOf(ids), { kind: "norm", hook });
      assert.ok(entropies.parts.every(({ about }) => about === "next"));
      for (let i = 0; i < n; i++) {
        const seen = ids.slice(startOf(i), i + 1);
        const view = await lensView(runner, tinyVocabulary, {
          window: tinyWindow(seen),
          columns: most,
          k: 1,
        });
        const final = view.layers.at(-1)!.positions.at(-1)!;
        assert.ok(Math.abs((entropies.values[i] ?? NaN) - final.entropy) < 1e-5, `entropy ${i}`);
        assert.equal(depths.values[i], i === 0 ? null : view.depth.at(-2), `depth ${i}`);
        const reads = [{ hook: "blocks.1.mlp.hook_post", neurons: [3] }, { hook }];
        const run = await runner.run({ ids: seen, reads });
        const post = run.reads.get("blocks.1.mlp.hook_post")!.data.at(-1)!;
        assert.ok(Math.abs((neurons.values[i] ?? NaN) - post) < 1e-6, `neuron ${i}`);
        const norm = Math.hypot(...run.reads.get(hook)!.data.slice(-shape.dModel));
        assert.ok(Math.abs((norms.values[i] ?? NaN) - norm) < 1e-5 * norm, `norm ${i}`);
      }
    });
  }

  it("is the same whichever token was asked for first, and each is in one answer", async () => {
    const section = sectionOf(randomIds(50, shape.dVocab, 5));
    const { values } = await all(section, { kind: "surprisal" });
    for (const from of [49, 0, 23, 24, 8, 7]) {
      const part = await heatmapPart(runner, tinyVocabulary, {
        section,
        measure: { kind: "surprisal" },
        most,
        from,
      });
      const first = section.tokens.findIndex(
        ({ start, end }) => start === part.starts[0] && end === part.ends[0],
      );
      assert.ok(first <= from && from < first + part.ids.length);
      assert.deepEqual(part.values, values.slice(first, first + part.ids.length));
      const next = section.tokens[first + part.ids.length];
      assert.equal(part.next, next?.start ?? null);
    }
  });

  it("has half a window of a section's context before it, and no value for the context itself", async () => {
    const ids = randomIds(30, shape.dVocab, 6);
    const { values, parts } = await all(sectionOf(ids, 4), { kind: "surprisal" });
    assert.equal(values.length, 26);
    assert.deepEqual(values, (await all(sectionOf(ids), { kind: "surprisal" })).values.slice(4));
    assert.deepEqual(
      parts.flatMap(({ uncounted }) => uncounted),
      [],
    );
  });

  it("brings the predictions behind it, which hold the token where its rank is small", async () => {
    const ids = randomIds(20, shape.dVocab, 7);
    const { parts, values } = await all(sectionOf(ids), { kind: "rank" });
    let at = 0;
    for (const { top, ids: own } of parts) {
      own.forEach((id, i) => {
        const listed = top!.ids.slice(3 * i, 3 * i + 3);
        const rank = values[at++];
        if (rank === null) assert.deepEqual(listed, [-1, -1, -1]);
        else assert.equal(listed.indexOf(id) + 1, rank <= 3 ? rank : 0);
        for (const one of listed) if (one >= 0) assert.equal(top!.texts[one], tinyVocabulary.text(one));
      });
    }
  });

  it("never counts position 0 nor an added token", async () => {
    const { parts } = await all(sectionOf(randomIds(20, shape.dVocab, 8)), {
      kind: "norm",
      hook: "hook_embed",
    });
    assert.deepEqual(parts[0]?.uncounted, [0]);
    assert.ok(parts.slice(1).every(({ uncounted }) => uncounted.length === 0));
  });

  it("counts UTF-8 bytes of a character that several tokens share once", async () => {
    const section = sectionOf([0, 1, 2, 3]);
    const tokens = section.tokens.map((token, i) =>
      i === 0
        ? token
        : { ...token, text: i === 3 ? "ä" : "👧", start: i === 3 ? 2 : 0, end: i === 3 ? 3 : 2 },
    );
    const { parts } = await all({ ...section, tokens }, { kind: "surprisal" });
    assert.deepEqual(parts[0]?.bytes, [0, 4, 0, 2]);
    assert.equal(tokenAt({ ...section, tokens }, 1), 2);
    assert.equal(tokenAt({ ...section, tokens }, 3), null);
  });
});

describe("attention as a scalar per token", () => {
  const ids = randomIds(30, shape.dVocab, 9);
  const section = sectionOf(ids);
  const [layer, head] = [1, 1];
  const row = async (query: number): Promise<{ start: number; row: Float32Array }> => {
    const start = startOf(query);
    const positions = ids.slice(start, query + 1).map((_, i) => i);
    const pattern = await headPattern(runner, { ids: ids.slice(start, query + 1), layer, head, positions });
    return { start, row: pattern.rows.at(-1)! };
  };

  for (const at of [1, 5, 7, 8, 15, 29]) {
    it(`from token ${at} is its row, and adds up to one`, async () => {
      const measure = { kind: "attention", direction: "from", layer, head } as const;
      const { values } = await all(section, measure, at);
      const wanted = await row(at);
      values.forEach((value, key) => {
        const inReach = key >= wanted.start && key <= at;
        if (!inReach) assert.equal(value, null);
        else assert.ok(Math.abs((value ?? NaN) - wanted.row[key - wanted.start]!) < 1e-6, `key ${key}`);
      });
      assert.ok(Math.abs(values.reduce<number>((sum, value) => sum + (value ?? 0), 0) - 1) < 1e-5);
    });

    it(`to token ${at} is its column, each query in its own window`, async () => {
      const measure = { kind: "attention", direction: "to", layer, head } as const;
      const { values } = await all(section, measure, at);
      for (let query = 0; query < ids.length; query++) {
        const wanted = await row(query);
        const isSink = at === wanted.start && at > 0;
        const inReach = query >= at && at >= wanted.start && !isSink;
        if (!inReach) assert.equal(values[query], null, `query ${query}`);
        else
          assert.ok(
            Math.abs((values[query] ?? NaN) - wanted.row[at - wanted.start]!) < 1e-6,
            `query ${query}`,
          );
      }
    });
  }

  it("leaves out the first position of the chosen token's window, which is a sink there", async () => {
    const measure = { kind: "attention", direction: "from", layer, head } as const;
    const { parts } = await all(section, measure, 15);
    const sinks = parts.flatMap(({ starts, uncounted }) => uncounted.map((i) => starts[i]));
    assert.deepEqual(sinks, [section.tokens[0]?.start, section.tokens[startOf(15)]?.start]);
  });

  it("is nothing where the chosen token is not in the section", async () => {
    const { values } = await all(section, { kind: "attention", direction: "from", layer, head }, null);
    assert.ok(values.every((value) => value === null));
  });
});

describe("windows that were measured", () => {
  const ids = randomIds(40, shape.dVocab, 10);

  async function runs(cache: WindowCache, of: readonly number[], measure: HeatmapMeasure): Promise<number> {
    const counted = new TinyRunner(tinyModel(shape));
    let from = 0;
    while (from < of.length) {
      const request = { section: sectionOf(of), measure, most, from, cache };
      from += (await heatmapPart(counted, tinyVocabulary, request)).ids.length;
    }
    return counted.plans.length;
  }

  it("are not run again, and after a change only from the change on", async () => {
    const cache = new WindowCache();
    const whole = await runs(cache, ids, { kind: "surprisal" });
    assert.equal(whole, 9);
    assert.equal(await runs(cache, ids, { kind: "surprisal" }), 0);
    const changed = ids.map((id, i) => (i === 30 ? (id % 19) + 1 : id));
    // Token 30 is measured in the window from 24 and seen in the one from 28.
    assert.equal(await runs(cache, changed, { kind: "surprisal" }), 2);
    assert.equal(await runs(cache, ids, { kind: "rank" }), whole);
  });

  it("refuse what the model has not, with a code, and stop when they are told to", async () => {
    const section = sectionOf(ids);
    const ask = (measure: HeatmapMeasure, signal = new CancelSource().signal) =>
      heatmapPart(runner, tinyVocabulary, { section, measure, most, from: 0, at: 3 }, { signal });
    await assert.rejects(ask({ kind: "neuron", layer: 3, neuron: 0 }), { code: "out-of-range" });
    await assert.rejects(ask({ kind: "neuron", layer: 0, neuron: 10 }), { code: "out-of-range" });
    await assert.rejects(ask({ kind: "attention", direction: "to", layer: 0, head: 2 }), {
      code: "out-of-range",
    });
    await assert.rejects(
      heatmapPart(runner, tinyVocabulary, {
        section: sectionOf([]),
        measure: { kind: "rank" },
        most,
        from: 0,
      }),
      { code: "empty-input" },
    );
    const source = new CancelSource();
    source.cancel();
    await assert.rejects(ask({ kind: "rank" }, source.signal), { code: "cancelled" });
  });
});
