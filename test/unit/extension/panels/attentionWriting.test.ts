import assert from "node:assert/strict";
import { CancelSource } from "../../../../src/base/cancel";
import { CancelledError } from "../../../../src/base/errors";
import { inputOf, roomFor, write, writtenOf } from "../../../../src/extension/panels/attentionWriting";
import { mostShown, type AttentionStep } from "../../../../src/protocol/attention";
import type { AttentionPanelData } from "../../../../src/protocol/panelApi";
import { tinyWindow } from "../../../support/tinyWindow";

const start: AttentionPanelData = {
  about: "this",
  window: tinyWindow([0, 2, 3, 4]),
  positions: [2, 3],
  unshown: 0,
  pattern: {
    layer: 1,
    head: 0,
    rows: [Float32Array.of(0.5, 0), Float32Array.of(0.25, 0.5)],
    outside: [0.5, 0.25],
    weighted: [Float32Array.of(1, 0), Float32Array.of(0.5, 1.5)],
    valueNorms: Float32Array.of(2, 3),
  },
  heads: [],
  engineMs: 1,
};

type Params = { ids: number[]; positions: number[]; valueNorms?: number[] };

/** An engine that writes 5, 6, 7 …, and stops at the call that is named. */
function fakeEngine(stopAt = Infinity, onStop: () => void = () => {}) {
  const calls: Params[] = [];
  const call = (_method: string, params: Params): Promise<AttentionStep> => {
    calls.push(params);
    if (calls.length === stopAt) {
      onStop();
      return Promise.reject(new CancelledError());
    }
    const n = params.positions.length;
    const row = new Float32Array(n).fill(1 / 8);
    const next = { id: 4 + calls.length, text: `w${calls.length}`, logProb: -calls.length };
    return Promise.resolve({ row, outside: 1 - n / 8, weighted: row, valueNorm: n, next });
  };
  return { engine: { call } as unknown as Parameters<typeof write>[0]["engine"], calls };
}

const work = (source = new CancelSource()) => ({
  signal: source.signal,
  onProgress: () => {},
  endIfStuck: () => true,
  meta: { view: "test" },
});
const writing = (onMore: (view: AttentionPanelData) => void = () => {}) => ({
  view: start,
  model: "m",
  tokens: 3,
  says: (done: number, total: number) => `${done} of ${total}`,
  onMore,
});

describe("what a model writes behind an attention panel's text", () => {
  it("grows by a token and its row each step, each asked for with all before it", async () => {
    const { engine, calls } = fakeEngine();
    const shown: AttentionPanelData[] = [];
    const made = await write(
      { engine },
      writing((view) => shown.push(view)),
      work(),
    );
    assert.deepEqual(made.window.ids, [0, 2, 3, 4, 5, 6, 7]);
    assert.deepEqual(made.positions, [2, 3, 4, 5, 6]);
    assert.deepEqual(made.written, [-1, -2, -3]);
    assert.deepEqual(writtenOf(made), { ids: [5, 6, 7], logProbs: [-1, -2, -3] });
    assert.deepEqual(
      made.pattern.rows.map((row) => row.length),
      [2, 2, 3, 4, 5],
    );
    assert.deepEqual([...made.pattern.valueNorms!], [2, 3, 3, 4, 5]);
    assert.equal(made.pattern.outside.at(-1), 1 - 5 / 8);
    assert.equal(made.pattern.weighted?.length, 5);
    const end = start.window.tokens.at(-1)!.end;
    for (const token of made.window.tokens.slice(4))
      assert.deepEqual([token.start, token.end, token.generated], [end, end, true]);
    assert.deepEqual(
      calls.map(({ ids, positions }) => [ids.length, positions.at(-1)]),
      [
        [4, 3],
        [5, 4],
        [6, 5],
        [7, 6],
      ],
    );
    assert.deepEqual(calls.at(-1)?.valueNorms, [2, 3, 3, 4]);
    assert.equal(shown.at(-1), made, "the last picture is whole");
    assert.equal(start.positions.length, 2, "what was shown before is as it was");
  });

  it("asks for nothing more once it was cancelled", async () => {
    const source = new CancelSource();
    const { engine, calls } = fakeEngine(3, () => source.cancel());
    await assert.rejects(write({ engine }, writing(), work(source)), CancelledError);
    assert.equal(calls.length, 3);
  });

  it("runs edges on the text, or on all ids where something was written", () => {
    const input = { kind: "text", text: "abc", offset: 0 } as const;
    assert.equal(inputOf(start, input), input);
    const view = { ...start, written: [-1] };
    assert.deepEqual(inputOf(view, input), { kind: "ids", ids: start.window.ids });
    assert.equal(writtenOf(start), undefined);
  });

  const rooms: [string, Partial<AttentionPanelData>, number, number][] = [
    ["what the model sees", {}, 10, 6],
    ["the picture", {}, 10_000, mostShown - 2],
    ["nothing, where selected tokens are left out already", { unshown: 1 }, 10_000, 0],
    ["nothing, where the text is as long as the context", {}, 3, 0],
  ];
  for (const [what, change, nCtx, wanted] of rooms) {
    it(`leaves room for no more than ${what}`, () => {
      assert.equal(roomFor({ ...start, ...change }, nCtx), wanted);
    });
  }
});
