import assert from "node:assert/strict";
import { DrawPace } from "../../../webview/shared/drawPace";

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Keeps the thread busy, as drawing does. */
function busy(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

describe("the pace of drawing", () => {
  it("draws what comes alone at once", async () => {
    const drawn: number[] = [];
    const pace = new DrawPace<number>((value) => drawn.push(value));
    pace.take(1);
    assert.deepEqual(drawn, [1]);
    await wait(50);
    pace.take(2);
    assert.deepEqual(drawn, [1, 2]);
  });

  it("draws the newest alone where more comes than can be drawn, and ends with the last", async () => {
    const drawn: number[] = [];
    const pace = new DrawPace<number>((value) => {
      drawn.push(value);
      busy(20);
    });
    for (let value = 1; value <= 100; value++) {
      pace.take(value);
      await wait(1);
    }
    while (drawn.at(-1) !== 100) await wait(5);
    assert.ok(drawn.length < 50, `${drawn.length} drawings`);
    assert.deepEqual(
      drawn,
      [...drawn].sort((a, b) => a - b),
    );
  });

  it("goes on after a drawing that failed", async () => {
    const drawn: number[] = [];
    const pace = new DrawPace<number>((value) => {
      if (value === 1) throw new Error("not drawn");
      drawn.push(value);
    });
    assert.throws(() => pace.take(1));
    pace.take(2);
    await wait(50);
    assert.deepEqual(drawn, [2]);
  });
});
