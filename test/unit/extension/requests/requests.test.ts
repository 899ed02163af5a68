import assert from "node:assert/strict";
import type { CancelSignal } from "../../../../src/base/cancel";
import { CancelledError } from "../../../../src/base/errors";
import { Follower } from "../../../../src/extension/requests/follower";
import { NewestWins } from "../../../../src/extension/requests/newestWins";
import { SharedCall } from "../../../../src/extension/requests/sharedCall";

/** A promise that is settled from outside. */
function deferred<T>() {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe("newest wins", () => {
  it("gives the result of a job that is left in peace", async () => {
    const newest = new NewestWins();
    assert.equal(await newest.run(() => Promise.resolve(7)), 7);
    assert.equal(newest.busy, false);
  });

  it("cancels the older job, whose answer is never seen even if it comes", async () => {
    const newest = new NewestWins();
    const older = deferred<string>();
    const signals: CancelSignal[] = [];
    const first = newest.run((signal) => {
      signals.push(signal);
      return older.promise;
    });
    const second = newest.run(() => Promise.resolve("new"));
    assert.equal(signals[0]?.aborted, true);
    older.resolve("old");
    await assert.rejects(first, CancelledError);
    assert.equal(await second, "new");
  });

  it("tells a replaced job from one that a person cancelled", async () => {
    const newest = new NewestWins();
    const replaced: (() => boolean)[] = [];
    const hang = (signal: CancelSignal, isReplaced: () => boolean): Promise<never> => {
      replaced.push(isReplaced);
      return new Promise((_, reject) => signal.addEventListener("abort", () => reject(new CancelledError())));
    };
    const calls = [newest.run(hang), newest.run(hang)];
    newest.cancel();
    for (const call of calls) await assert.rejects(call, CancelledError);
    assert.deepEqual(
      replaced.map((is) => is()),
      [true, false],
    );
  });

  it("passes a failure on, and is free after it", async () => {
    const newest = new NewestWins();
    await assert.rejects(
      newest.run(() => Promise.reject(new RangeError("x"))),
      RangeError,
    );
    assert.equal(newest.busy, false);
  });

  it("stays busy with the newer job when the older one ends", async () => {
    const newest = new NewestWins();
    const second = deferred<number>();
    const first = newest.run(() => pause(1));
    const later = newest.run(() => second.promise);
    await assert.rejects(first, CancelledError);
    assert.equal(newest.busy, true);
    second.resolve(2);
    assert.equal(await later, 2);
  });
});

describe("a follower", () => {
  it("asks once for wakes that come together", async () => {
    let asked = 0;
    const follower = new Follower(
      () => void asked++,
      () => false,
    );
    for (let i = 0; i < 5; i++) follower.wake();
    await pause(20);
    assert.equal(asked, 1);
    follower.wake();
    await pause(20);
    assert.equal(asked, 2);
  });

  it("asks in time although wakes never cease", async () => {
    let asked = 0;
    const follower = new Follower(
      () => void asked++,
      () => true,
      { idle: 1, busy: 10 },
    );
    for (let i = 0; i < 30; i++) {
      follower.wake();
      await pause(2);
    }
    assert.ok(asked >= 2, `asked ${asked} times`);
  });

  it("does not ask after it was put to rest", async () => {
    let asked = 0;
    const follower = new Follower(
      () => void asked++,
      () => false,
    );
    follower.wake();
    follower.rest();
    await pause(20);
    assert.equal(asked, 0);
  });
});

describe("a shared call", () => {
  it("runs once for all who wait, and tells each how far it is", async () => {
    let runs = 0;
    const gate = deferred<string>();
    const seen: string[] = [];
    const call = new SharedCall<string>(async ({ onProgress }) => {
      runs += 1;
      const result = await gate.promise;
      onProgress({ done: 1, total: 1, message: "nearly" });
      return result;
    });
    const results = [1, 2].map((n) =>
      call.join({ onProgress: ({ message }) => void seen.push(`${n} ${message}`) }),
    );
    gate.resolve("open");
    assert.deepEqual(await Promise.all(results), ["open", "open"]);
    assert.deepEqual([runs, seen], [1, ["1 nearly", "2 nearly"]]);
  });

  it("goes on when one of two no longer waits", async () => {
    const gate = deferred<string>();
    const call = new SharedCall<string>(() => gate.promise, 1);
    const controller = new AbortController();
    const impatient = call.join({ signal: controller.signal });
    const patient = call.join();
    controller.abort();
    await assert.rejects(impatient, CancelledError);
    await pause(10);
    gate.resolve("open");
    assert.equal(await patient, "open");
    assert.equal(call.givenUp, false);
  });

  it("is given up when nobody waits any more", async () => {
    let signal: CancelSignal | undefined;
    const call = new SharedCall<never>((work) => {
      signal = work.signal;
      return new Promise(() => {});
    }, 1);
    const controller = new AbortController();
    const only = call.join({ signal: controller.signal });
    controller.abort();
    await assert.rejects(only, CancelledError);
    await pause(10);
    assert.deepEqual([call.givenUp, signal?.aborted], [true, true]);
  });

  it("survives a short time without a waiter", async () => {
    const gate = deferred<number>();
    const call = new SharedCall<number>(() => gate.promise, 50);
    const controller = new AbortController();
    const first = call.join({ signal: controller.signal });
    controller.abort();
    const second = call.join();
    await assert.rejects(first, CancelledError);
    gate.resolve(1);
    assert.equal(await second, 1);
    await pause(80);
    assert.equal(call.givenUp, true);
  });

  it("fails for all who wait, and for nobody when none does", async () => {
    const gate = deferred<never>();
    const call = new SharedCall<never>(() => gate.promise);
    const waiting = [call.join(), call.join()];
    gate.reject(new RangeError("bad model"));
    for (const one of waiting) await assert.rejects(one, RangeError);
    new SharedCall<never>(() => Promise.reject(new RangeError("unheard")));
    await pause(5);
  });
});
