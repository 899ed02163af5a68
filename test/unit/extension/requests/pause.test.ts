import assert from "node:assert/strict";
import { Pause } from "../../../../src/extension/requests/pause";

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe("a pause", () => {
  it("is waited for: several calls are one", async () => {
    let done = 0;
    const pause = new Pause(() => done++, { quiet: 40, longest: 10_000 });
    for (let i = 0; i < 5; i++) {
      pause.wake();
      await sleep(5);
    }
    assert.equal(done, 0);
    await sleep(100);
    assert.equal(done, 1);
  });

  it("is not waited for longer than allowed", async () => {
    let done = 0;
    const pause = new Pause(() => done++, { quiet: 200, longest: 60 });
    const started = performance.now();
    while (done === 0 && performance.now() - started < 2000) {
      pause.wake();
      await sleep(5);
    }
    assert.equal(done, 1);
    pause.rest();
  });

  it("that is forgotten brings nothing", async () => {
    let done = 0;
    const pause = new Pause(() => done++, { quiet: 5, longest: 50 });
    pause.wake();
    pause.rest();
    await sleep(40);
    assert.equal(done, 0);
  });
});
