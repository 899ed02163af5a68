import assert from "node:assert/strict";
import { PrefixCache } from "../../../../src/engine/run/prefixCache";
import { Sequence } from "../../../../src/engine/run/sequence";

const shape = { nLayers: 2, nKvHeads: 1, dHead: 2 };

/** A sequence whose keys are its ids and whose values are their negatives. */
function sequenceOf(ids: number[]): Sequence {
  const sequence = new Sequence(shape);
  extend(sequence, ids);
  return sequence;
}

function extend(sequence: Sequence, ids: number[]): void {
  const k = Float32Array.from(ids.flatMap((id) => [id, id]));
  for (let layer = 0; layer < shape.nLayers; layer++)
    sequence.write(
      layer,
      k,
      k.map((x) => -x),
    );
  sequence.commit(ids);
}

function keys(sequence: Sequence, layer = 1): number[] {
  return Array.from(sequence.past(layer).k.data, Number).filter((_, i) => i % 2 === 0);
}

const range = (n: number, from = 0): number[] => Array.from({ length: n }, (_, i) => from + i);

describe("PrefixCache", () => {
  it("finds the longest common prefix and cuts what follows", () => {
    const cache = new PrefixCache(shape);
    cache.give(sequenceOf([1, 2, 3, 4]));
    cache.give(sequenceOf([1, 9]));
    const taken = cache.take([1, 2, 3, 7, 8], 10);
    assert.deepEqual(taken.ids, [1, 2, 3]);
    assert.deepEqual(keys(taken), [1, 2, 3]);
  });

  it("never gives more than was asked for, nor the same sequence twice", () => {
    const cache = new PrefixCache(shape);
    cache.give(sequenceOf([1, 2, 3, 4]));
    assert.deepEqual(cache.take([1, 2, 3, 4], 2).ids, [1, 2]);
    assert.equal(cache.take([1, 2, 3, 4], 4).length, 0);
  });

  it("copies a sequence that another text still needs", () => {
    const cache = new PrefixCache(shape);
    const long = range(100);
    cache.give(sequenceOf(long));
    const taken = cache.take([...range(10), 500], 50);
    assert.deepEqual(taken.ids, range(10));
    extend(taken, [500]);
    assert.deepEqual(keys(taken), [...range(10), 500]);
    assert.deepEqual(keys(cache.take(long, 100)), long);
  });

  it("keeps a handful of sequences, the newest", () => {
    const cache = new PrefixCache(shape);
    for (let i = 0; i < 20; i++) cache.give(sequenceOf([i, i]));
    assert.equal(cache.take([0, 0], 2).length, 0);
    assert.equal(cache.take([19, 19], 2).length, 2);
  });

  it("keeps keys and values through growing, cutting and copying", () => {
    const sequence = sequenceOf([5]);
    for (const n of [1, 70, 3, 200]) extend(sequence, range(n, sequence.length));
    assert.equal(sequence.length, 275);
    const before = keys(sequence);
    const copy = sequence.fork(100);
    sequence.truncate(50);
    extend(sequence, [7, 8]);
    assert.deepEqual(keys(copy), before.slice(0, 100));
    assert.deepEqual(keys(sequence, 0), [...before.slice(0, 50), 7, 8]);
    assert.deepEqual(Array.from(copy.past(0).v.data.slice(0, 2), Number), [-5, -5]);
  });
});
