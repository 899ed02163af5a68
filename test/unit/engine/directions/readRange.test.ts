import assert from "node:assert/strict";
import { join } from "node:path";
import { CancelSource } from "../../../../src/base/cancel";
import { silentLogger } from "../../../../src/base/log";
import { gaussian, seededRandom } from "../../../../src/base/random";
import { directionHandlers } from "../../../../src/engine/directions/handlers";
import { ModelStore } from "../../../../src/engine/modelStore";
import { writeDirection } from "../../../../src/engine/store/directionStore";
import type { DirectionHeader, DirectionReading } from "../../../../src/protocol/direction";
import { directionHeader } from "../../../panels/fixtures/direction";
import { useTempFolder, writeFiles } from "../../../support/tempFolder";
import { writeTinyCheckpoint } from "../../../support/tinyCheckpoint";
import { tinyModel } from "../../../support/tinyModel";
import { byteLevelJson } from "../../../support/tokenizerJson";

const shape = {
  nLayers: 3,
  nHeads: 2,
  dModel: 8,
  dMlp: 12,
  dVocab: 300,
  nCtx: 32,
  kind: "gpt",
  seed: 1,
} as const;

describe("a range of a text read along directions", () => {
  const folder = useTempFolder();
  let store: ModelStore;
  let files: string[];

  beforeEach(async () => {
    writeTinyCheckpoint(folder(), tinyModel(shape));
    writeFiles(folder(), { "tokenizer.json": byteLevelJson() });
    store = new ModelStore({ cacheDirectory: join(folder(), "cache"), logger: silentLogger });
    files = [await written("a", [0, 1, 2], 2, 5), await written("b", [1], 1, 6)];
  });
  afterEach(() => store.dispose());

  async function written(
    name: string,
    layers: readonly number[],
    bestLayer: number,
    seed: number,
  ): Promise<string> {
    const { vectors: _, ...header }: DirectionHeader = directionHeader({ name, bestLayer });
    const normal = gaussian(seededRandom(seed));
    const vectors = new Map(layers.map((layer) => [layer, Float32Array.from({ length: 8 }, normal)]));
    const own = header.layers.filter(({ layer }) => layers.includes(layer));
    const file = join(folder(), `${name}.json`);
    await writeDirection(file, { ...header, layers: own, model: { path: null, digest: null } }, vectors);
    return file;
  }

  const input = { kind: "text", text: "a cat sat on it", offset: 0, bos: "never" } as const;

  function read(more: object) {
    const handlers = directionHandlers(store);
    const params = { model: folder(), input, files, layers: null, ...more };
    const work = { signal: new CancelSource().signal, onProgress: () => undefined };
    return Promise.resolve(handlers["directions/read"](params, work as never));
  }

  it("has the scores of the whole text at its positions, without position 0, also from a cached prefix", async () => {
    const whole = await read({});
    for (let time = 0; time < 2; time++) {
      const part = await read({ range: { start: 0, end: 9 } });
      const positions = part.positions ?? [];
      assert.deepEqual(
        positions,
        whole.window.tokens.flatMap(({ start }, pos) => (pos > 0 && start < 9 ? [pos] : [])),
      );
      part.directions.forEach((direction, i) =>
        direction.layers.forEach(({ scores }, l) => {
          const all = whole.directions[i]!.layers[l]!.scores;
          positions.forEach((pos, at) => assert.ok(Math.abs(scores[at]! - all[pos]!) < 1e-5));
        }),
      );
    }
  });

  it("is cut to its last tokens", async () => {
    const all = await read({ range: { start: 2, end: 15 } });
    const last = await read({ range: { start: 2, end: 15 }, most: 3 });
    assert.deepEqual(last.positions, all.positions!.slice(-3));
    assert.equal(last.directions[0]!.layers[0]!.scores.length, 3);
  });

  it("gives the mean over some layers with that of their thresholds; of a direction without them its best", async () => {
    const { directions } = await read({ range: { start: 2, end: 9 }, strip: [0, 2] });
    const [a, b] = directions;
    const [first, , third] = a!.layers;
    assert.deepEqual(a!.strip!.layers, [0, 2]);
    a!.strip!.scores.forEach((score, i) =>
      assert.ok(Math.abs(score - (first!.scores[i]! + third!.scores[i]!) / 2) < 1e-6),
    );
    assert.equal(a!.strip!.threshold, (first!.threshold! + third!.threshold!) / 2);
    assert.deepEqual(b!.strip, { layers: [1], ...without(b!.layers[0]!) });
    const best = await read({ range: { start: 2, end: 9 }, strip: null });
    assert.deepEqual(
      best.directions.map(({ strip }) => strip?.layers),
      [[2], [1]],
    );
    assert.equal((await read({})).directions[0]!.strip, undefined);
  });

  const without = ({
    layer: _,
    ...rest
  }: {
    layer: number;
    threshold: unknown;
    spread: unknown;
    scores: unknown;
  }) => rest;

  it("goes on behind the text: each written token's scores as it comes are those of reading all of it at once", async () => {
    const handlers = directionHandlers(store);
    const work = { signal: new CancelSource().signal, onProgress: () => undefined };
    const own = (await read({})).window.ids;
    const steps: DirectionReading[][] = [];
    const written: number[] = [];
    for (let i = 0; i < 5; i++) {
      const ids = [...own, ...written];
      const asked = { model: folder(), ids, files, layers: null, strip: [0, 2] };
      const step = await handlers["directions/next"](asked, work as never);
      if (i > 0) steps.push([...step.directions]);
      written.push(step.next.id);
    }
    const range = { start: 2, end: 15 };
    const whole = await read({ range, strip: [0, 2], written });
    assert.deepEqual(whole.window.ids, [...own, ...written]);
    assert.deepEqual(
      whole.positions!.slice(-5),
      [0, 1, 2, 3, 4].map((i) => own.length + i),
    );
    assert.ok(whole.window.tokens.slice(own.length).every(({ generated }) => generated === true));
    const plain = await read({ input: { kind: "ids", ids: [...own, ...written] } });
    steps.forEach((step, i) =>
      step.forEach((direction, d) => {
        const all = whole.directions[d]!;
        direction.layers.forEach(({ scores }, l) => {
          const at = whole.positions!.indexOf(own.length + i);
          const once = plain.directions[d]!.layers[l]!.scores[own.length + i]!;
          assert.ok(Math.abs(scores[0]! - once) < 1e-5, `${scores[0]} ${once}`);
          assert.ok(Math.abs(all.layers[l]!.scores[at]! - once) < 1e-5);
        });
        assert.equal(direction.strip!.scores.length, 1);
      }),
    );
    const text = { ...input, text: "a cat sat on it ".repeat(4), context: { kind: "document" } as const };
    const end = { start: 60, end: 64 };
    await assert.rejects(read({ input: text, range: end, written }), /33 tokens do not fit/);
    const moved = await read({ input: text, range: end, written, room: 8 });
    assert.ok(moved.window.ids.length <= 32 - 8 + written.length, String(moved.window.ids.length));
    assert.ok(moved.window.truncated);
    const last = await read({ range, most: 2, written });
    assert.deepEqual(last.positions, whole.positions!.slice(-2));
  });

  it("of position 0 alone is refused, since nothing there counts", async () => {
    await assert.rejects(read({ range: { start: 0, end: 1 } }), { code: "empty-selection" });
  });
});
