import assert from "node:assert/strict";
import { CancelSource, throwIfCancelled } from "../../../../src/base/cancel";
import { readOn } from "../../../../src/extension/directions/directionWriting";
import type { ConceptReading } from "../../../../src/protocol/directionPanel";
import { directionData } from "../../../panels/fixtures/direction";

type Services = Parameters<typeof readOn>[0];
type Work = Parameters<typeof readOn>[2];

/** An engine whose model writes the number of ids before it; a score is the last id, less the layer. */
function counting(cancelAt = Infinity) {
  const source = new CancelSource();
  const asked: number[][] = [];
  const call = (_method: string, { ids, files }: { ids: number[]; files: string[] }) => {
    asked.push(ids);
    if (asked.length === cancelAt) source.cancel();
    throwIfCancelled(source.signal);
    const last = ids.at(-1)!;
    const layers = [0, 1, 2, 3, 4, 5].map((layer) => ({ layer, scores: [last - layer] }));
    const one = { layers, strip: { layers: [3], scores: [last - 3] } };
    return Promise.resolve({
      next: { id: ids.length, text: `t${ids.length}` },
      directions: files.map(() => one),
    });
  };
  const services = { engine: { call } } as unknown as Services;
  return { services, asked, work: { signal: source.signal, onProgress: () => undefined } as unknown as Work };
}

describe("writing on behind a text that is read along directions", () => {
  const { reading } = directionData();
  const from = reading!;
  const n = from.window.ids.length;

  function on(more: Partial<Parameters<typeof readOn>[1]>) {
    const seen: ConceptReading[] = [];
    const written: (readonly number[])[] = [];
    const asked = {
      reading: from,
      model: "m",
      files: ["a", "b"],
      strip: null,
      tokens: 3,
      most: 1000,
      says: String,
      onWritten: (ids: readonly number[]) => written.push(ids),
      onMore: (one: ConceptReading) => seen.push(one),
      ...more,
    };
    return { seen, written, asked };
  }

  it("asks for each token behind those before it, and tells all that is written", async () => {
    const { services, asked: calls, work } = counting();
    const { written, asked } = on({});
    await readOn(services, asked, work);
    assert.deepEqual(written, [[n], [n, n + 1], [n, n + 1, n + 2]]);
    assert.deepEqual(
      calls,
      [0, 1, 2, 3].map((more) => [...from.window.ids, ...Array.from({ length: more }, (_, i) => n + i)]),
    );
  });

  it("puts each token's scores behind those of the text, layer by layer, and shows the last ones of many", async () => {
    const { services, work } = counting();
    const { seen, asked } = on({ tokens: 4, most: 3, says: () => "" });
    const slow = {
      engine: {
        call: async (...call: [never, never]) => {
          await new Promise((done) => setTimeout(done, 120));
          return services.engine.call(...call);
        },
      },
    } as unknown as Services;
    await readOn(slow, asked, work);
    const last = seen.at(-1)!;
    assert.deepEqual(last.positions, [n + 1, n + 2, n + 3]);
    assert.equal(last.window.tokens.filter(({ generated }) => generated).length, 4);
    for (const { layers, strip } of last.directions) {
      layers.forEach(({ layer, scores }) =>
        assert.deepEqual(
          scores,
          [1, 2, 3].map((i) => n + i - layer),
        ),
      );
      assert.deepEqual(
        strip!.scores,
        [1, 2, 3].map((i) => n + i - 3),
      );
    }
    const first = seen[0]!;
    assert.equal(first.directions[0]!.layers[2]!.threshold, from.directions[0]!.layers[2]!.threshold);
  });

  it("goes on behind what was written before", async () => {
    const { services, work } = counting();
    const before = { ...from.window.tokens.at(-1)!, generated: true as const, id: 7 };
    const window = { ...from.window, ids: [...from.window.ids, 7], tokens: [...from.window.tokens, before] };
    const { written, asked } = on({ reading: { ...from, window }, tokens: 1 });
    await readOn(services, asked, work);
    assert.deepEqual(written, [[7, n + 1]]);
  });

  it("ends before the next token when cancelled, and has told what was written until then", async () => {
    const { services, asked: calls, work } = counting(3);
    const { written, asked } = on({ tokens: 50 });
    await assert.rejects(readOn(services, asked, work), { code: "cancelled" });
    assert.equal(calls.length, 3);
    assert.deepEqual(written, [[n]]);
  });
});
