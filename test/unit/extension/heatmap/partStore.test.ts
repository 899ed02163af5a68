import assert from "node:assert/strict";
import { seededRandom } from "../../../../src/base/random";
import { PartStore } from "../../../../src/extension/heatmap/partStore";
import type { HeatmapPart } from "../../../../src/protocol/heatmap";

/** A part of tokens of one unit each; values are the offsets. */
function partOf(start: number, end: number, value = (at: number): number | null => at): HeatmapPart {
  const at = Array.from({ length: end - start }, (_, i) => start + i);
  return {
    about: "this",
    ids: at,
    starts: at,
    ends: at.map((one) => one + 1),
    bytes: at.map(() => 1),
    values: at.map(value),
    uncounted: start === 0 ? [0] : [],
    top: {
      k: 2,
      ids: at.flatMap((one) => [one, -1]),
      logProbs: at.flatMap((one) => [-one, 0]),
      texts: { [start]: "t" },
    },
    next: end,
  };
}

const put = (store: PartStore, start: number, end: number, value?: (at: number) => number | null): void =>
  store.put(partOf(start, end, value), { start, end });
const tokens = (store: PartStore, start = 0, end = 1e9) => [...store.tokensIn([{ start, end }])];
const starts = (store: PartStore): number[] => tokens(store).map((token) => token.start);

describe("measured tokens of a document", () => {
  it("are found by range, with value, alternatives and whether they count", () => {
    const store = new PartStore();
    put(store, 0, 10);
    assert.deepEqual(tokens(store, 3, 5), [
      { start: 3, end: 4, id: 3, value: 3, counted: true, top: [{ id: 3, logProb: -3 }] },
      { start: 4, end: 5, id: 4, value: 4, counted: true, top: [{ id: 4, logProb: -4 }] },
    ]);
    assert.equal(tokens(store, 0, 1)[0]?.counted, false);
    assert.equal(store.text(0), "t");
  });

  it("leave the gaps that are still to be measured", () => {
    const store = new PartStore();
    assert.deepEqual(store.gap({ start: 0, end: 50 }), { start: 0, end: 50 });
    put(store, 10, 20);
    put(store, 30, 40);
    assert.deepEqual(store.gap({ start: 0, end: 50 }), { start: 0, end: 10 });
    assert.deepEqual(store.gap({ start: 12, end: 50 }), { start: 20, end: 30 });
    assert.deepEqual(store.gap({ start: 33, end: 50 }), { start: 40, end: 50 });
    assert.equal(store.gap({ start: 10, end: 20 }), undefined);
    assert.equal(store.covered, 20);
  });

  it("are each there once, the newest value counting", () => {
    const store = new PartStore();
    put(store, 0, 30);
    put(store, 10, 20, () => -1);
    assert.deepEqual(
      starts(store),
      Array.from({ length: 30 }, (_, i) => i),
    );
    assert.deepEqual(
      tokens(store, 8, 12).map(({ value }) => value),
      [8, 9, -1, -1],
    );
    assert.deepEqual(
      tokens(store, 19, 21).map(({ value }) => value),
      [-1, 20],
    );
  });

  it("move with what is typed: before it they stay as they are, behind it they are to be measured anew", () => {
    const store = new PartStore();
    put(store, 0, 1000);
    store.edit({ at: 600, removed: 2, inserted: 5 });
    assert.deepEqual(
      tokens(store, 598, 607).map(({ start, value }) => [start, value]),
      [
        [598, 598],
        [599, 599],
        [605, 602],
        [606, 603],
      ],
    );
    assert.deepEqual(store.gap({ start: 0, end: 1003 }), { start: 400, end: 1003 });
  });

  it("keep nothing of a token that is typed into", () => {
    const store = new PartStore();
    const wide = { ...partOf(0, 1), starts: [0], ends: [10] };
    store.put(wide, { start: 0, end: 10 });
    store.edit({ at: 5, removed: 0, inserted: 1 });
    assert.deepEqual(tokens(store), []);
  });

  it("stay painted while they are of the past", () => {
    const store = new PartStore();
    put(store, 0, 10);
    store.age();
    assert.equal(tokens(store).length, 10);
    assert.deepEqual(store.gap({ start: 0, end: 10 }), { start: 0, end: 10 });
  });

  it("have positions from the text's first token on, also where a range is asked for, unless something before is not measured", () => {
    const store = new PartStore();
    put(store, 0, 10);
    put(store, 10, 20);
    const positions = (start: number, end: number) =>
      [...store.measured({ start, end })].map((one) => one.position);
    assert.deepEqual(positions(8, 12), [8, 9, 10, 11]);
    assert.deepEqual(
      [...store.measured()].map(({ id, position }) => [id, position]),
      store.ids.map((id, i) => [id, i]),
    );
    store.put(partOf(25, 30), { start: 25, end: 30 });
    assert.deepEqual(positions(18, 27), [18, 19, null, null]);
    assert.equal(store.ids.length, store.fresh);
  });

  it("add up: values, bytes and the largest that counts, without those that have none", () => {
    const store = new PartStore();
    put(store, 0, 4, (at) => (at === 2 ? null : at === 0 ? 100 : -at));
    assert.deepEqual(store.sums(), { n: 3, value: 100 - 1 - 3, bytes: 3, largest: 3 });
    put(store, 4, 8000);
    assert.ok(store.sample(100).length <= 100 && store.sample(100).length > 90);
    assert.deepEqual([...store.sample(1e6)].slice(0, 3), [-1, -3, 4]);
  });

  it("are those of a text that was measured, whatever is typed (fuzzed)", () => {
    const random = seededRandom(8);
    const upTo = (n: number): number => Math.floor(random() * n);
    for (let round = 0; round < 100; round++) {
      const store = new PartStore();
      // The text as the values its tokens should have; what is typed has none.
      let text: (number | null)[] = Array.from({ length: 700 }, (_, i) => i);
      for (let from = 0; from < 700; from += 70) put(store, from, from + 70);
      for (let step = 0; step < 5; step++) {
        const at = upTo(text.length + 1);
        const removed = Math.min(upTo(20), text.length - at);
        const inserted = upTo(10);
        store.edit({ at, removed, inserted });
        text = [...text.slice(0, at), ...Array<null>(inserted).fill(null), ...text.slice(at + removed)];
      }
      const wanted = text.flatMap((value, start) => (value === null ? [] : [[start, value]]));
      assert.deepEqual(
        tokens(store).map(({ start, value }) => [start, value]),
        wanted,
      );
      const gap = store.gap({ start: 0, end: text.length });
      assert.ok(gap === undefined || text.slice(0, gap.start).every((value, i) => value === i));
    }
  });
});
