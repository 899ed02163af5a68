import assert from "node:assert/strict";
import { CancelSource, throwIfCancelled, type CancelSignal } from "../../../src/base/cancel";
import { CancelledError } from "../../../src/base/errors";

/** What both an AbortController and ours must do. */
const makers: [string, () => { signal: CancelSignal; raise(): void }][] = [
  [
    "AbortController",
    () => {
      const controller = new AbortController();
      return { signal: controller.signal, raise: () => controller.abort() };
    },
  ],
  [
    "CancelSource",
    () => {
      const source = new CancelSource();
      return { signal: source.signal, raise: () => source.cancel() };
    },
  ],
];

for (const [name, make] of makers) {
  describe(`a signal of ${name}`, () => {
    it("is not raised at first and lets work go on", () => {
      const { signal } = make();
      assert.equal(signal.aborted, false);
      throwIfCancelled(signal);
    });

    it("calls each listener once, however often it is raised or was added", () => {
      const { signal, raise } = make();
      const calls: string[] = [];
      const first = (): void => void calls.push("first");
      signal.addEventListener("abort", first);
      signal.addEventListener("abort", first);
      signal.addEventListener("abort", () => calls.push("second"), { once: true });
      raise();
      raise();
      assert.deepEqual(calls, ["first", "second"]);
      assert.equal(signal.aborted, true);
      assert.throws(() => throwIfCancelled(signal), CancelledError);
    });

    it("does not call a removed listener, nor one added afterwards", () => {
      const { signal, raise } = make();
      let calls = 0;
      const listener = (): void => void calls++;
      signal.addEventListener("abort", listener);
      signal.removeEventListener("abort", listener);
      raise();
      signal.addEventListener("abort", listener);
      raise();
      assert.equal(calls, 0);
    });
  });
}

describe("CancelSource", () => {
  it("calls every listener even when one throws, and then throws that error", () => {
    const source = new CancelSource();
    let reached = false;
    source.signal.addEventListener("abort", () => {
      throw new RangeError("first");
    });
    source.signal.addEventListener("abort", () => void (reached = true));
    assert.throws(() => source.cancel(), RangeError);
    assert.equal(reached, true);
  });
});
