import assert from "node:assert/strict";
import { CancelSource } from "../../../src/base/cancel";
import { CancelledError } from "../../../src/base/errors";
import { endTurn, JobQueue, takeTurn } from "../../../src/engine/jobQueue";
import { queued } from "../../../src/engine/handlers";
import type { EngineApi } from "../../../src/protocol/engineApi";
import { type Handlers, RpcPeer, type ServedWork } from "../../../src/protocol/rpc";
import { channelPair } from "../../support/channelPair";

/** One turn of the event loop, as a graph call takes. */
const graphCall = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Long enough that no test comes to its end by it. */
const long = 600_000;

describe("the engine's queue", () => {
  /** A job of some graph calls that writes down each of them. */
  const steps = (log: string[], name: string, n: number) => async (): Promise<void> => {
    for (let i = 0; i < n; i++) {
      await takeTurn();
      log.push(name);
      await graphCall();
      endTurn();
    }
  };

  it("lets background work wait while work for a view is busy, and goes on with it afterwards", async () => {
    const queue = new JobQueue(long);
    const log: string[] = [];
    const sweep = queue.run({ priority: "background" }, {}, steps(log, "sweep", 20));
    while (log.length < 5) await graphCall();
    const view = queue.run({ view: "lens" }, {}, steps(log, "view", 10));
    await view;
    const done = log.length;
    assert.ok(done <= 5 + 1 + 10, `${log.join(" ")}`);
    await sweep;
    assert.equal(log.length, 30);
    assert.deepEqual(log.slice(done), new Array<string>(30 - done).fill("sweep"));
  });

  it("lets work of one rank take turns", async () => {
    const queue = new JobQueue(long);
    const log: string[] = [];
    await Promise.all(["a", "b"].map((name) => queue.run({ view: name }, {}, steps(log, name, 5))));
    assert.equal(new Set(log.slice(0, 4)).size, 2, log.join(" "));
  });

  it("does not wait for ever for work that itself waits for background work", async () => {
    const queue = new JobQueue(20);
    const log: string[] = [];
    const shared = queue.run({ priority: "background" }, {}, steps(log, "shared", 4));
    await queue.run({ view: "lens" }, {}, async () => {
      await takeTurn();
      await shared;
    });
    assert.equal(log.length, 4);
  });

  it("cancels the older of two calls for one view, and no other", async () => {
    const queue = new JobQueue(long);
    const log: string[] = [];
    const older = queue.run({ view: "lens" }, {}, steps(log, "older", 1000));
    const other = queue.run({ view: "neurons" }, {}, steps(log, "other", 3));
    await graphCall();
    const newer = queue.run({ view: "lens" }, {}, steps(log, "newer", 3));
    await assert.rejects(older, CancelledError);
    await Promise.all([other, newer]);
    assert.ok(log.filter((name) => name === "older").length <= 3, log.join(" "));
  });

  it("ends a background job that waits as soon as it is cancelled", async () => {
    const queue = new JobQueue(long);
    let end = (): void => {};
    const view = queue.run({}, {}, () => new Promise<void>((resolve) => (end = resolve)));
    const source = new CancelSource();
    const work = queue.run({ priority: "background" }, { signal: source.signal }, steps([], "sweep", 1));
    await graphCall();
    source.cancel();
    await assert.rejects(work, CancelledError);
    end();
    await view;
  });

  it("does not start what is cancelled already", async () => {
    const source = new CancelSource();
    source.cancel();
    const work = new JobQueue().run({}, { signal: source.signal }, () => assert.fail("was started"));
    await assert.rejects(work, CancelledError);
  });

  it("hears of view and priority over the protocol, and takes no other words for them", async () => {
    const { left, right } = channelPair();
    const metas: unknown[] = [];
    const handler = (_: unknown, { meta, signal }: ServedWork): Promise<never> => {
      metas.push(meta);
      return new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(new CancelledError()));
      });
    };
    const handlers = { "model/digest": handler } as unknown as Handlers<EngineApi>;
    new RpcPeer<EngineApi, Record<never, never>>(right, queued(handlers, new JobQueue()), { remote: "host" });
    const peer = new RpcPeer<Record<never, never>, EngineApi>(left, {}, { remote: "engine" });
    const ask = (meta: { view: string }): Promise<unknown> => {
      const answer = peer.request("model/digest", { model: "a" }, { meta });
      answer.catch(() => {});
      return answer;
    };
    const older = ask({ view: "one" });
    ask({ view: "two" });
    ask({ view: "one" });
    await assert.rejects(older, CancelledError);
    right.inject({
      rpc: "request",
      id: 90,
      method: "model/digest",
      params: {},
      meta: { view: 3, priority: "x" },
    });
    right.inject({ rpc: "request", id: 91, method: "model/digest", params: {}, meta: "high" });
    await graphCall();
    assert.deepEqual(metas, [{ view: "one" }, { view: "two" }, { view: "one" }, {}, {}]);
  });
});
