import assert from "node:assert/strict";
import type { CancelSignal, Progress } from "../../../src/base/cancel";
import { CancelledError, CodedError } from "../../../src/base/errors";
import type { Logger } from "../../../src/base/log";
import { seededRandom } from "../../../src/base/random";
import { RpcPeer, type CallOptions, type Handlers, type ParamDecoders } from "../../../src/protocol/rpc";
import { channelPair } from "../../support/channelPair";

interface Api {
  "math/add": { params: { a: number; b: number }; result: number };
  "work/long": { params: { steps: number }; result: string };
  "work/fail": { params: { kind: "coded" | "plain" | "string" }; result: null };
  "data/array": { params: { n: number }; result: Float32Array };
  "data/uncloneable": { params: Record<string, never>; result: unknown };
  "data/nothing": { params: Record<string, never>; result: unknown };
}
interface Events {
  "page/state": { seq: number };
}
type None = Record<never, never>;
type Host = RpcPeer<None, Api, None, Events>;
type Engine = RpcPeer<Api, None, Events>;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function setUp(options: { decoders?: ParamDecoders<Api> } = {}) {
  const log: string[] = [];
  const logger: Logger = { info: () => {}, warn: (m) => void log.push(m), error: (m) => void log.push(m) };
  const pair = channelPair();
  const signals: CancelSignal[] = [];
  let finish: (answer: string) => void = () => {};
  const handlers: Handlers<Api> = {
    "math/add": ({ a, b }) => a + b,
    "work/long": async ({ steps }, { signal, onProgress }) => {
      signals.push(signal);
      for (let done = 1; done <= steps; done++) onProgress({ done, total: steps, message: "counting" });
      return new Promise((resolve) => (finish = resolve));
    },
    "work/fail": ({ kind }) => {
      if (kind === "coded") {
        throw new CodedError("no-model", "This is no model.", {
          next: "Choose one.",
          details: { path: "x" },
        });
      }
      throw kind === "plain" ? new TypeError("broken") : "just words";
    },
    "data/array": ({ n }) => Float32Array.from({ length: n }, (_, i) => i / 2),
    "data/uncloneable": () => ({ f: () => 1 }),
    "data/nothing": () => undefined,
  };
  const host: Host = new RpcPeer(pair.left, {}, { remote: "engine", logger });
  const engine: Engine = new RpcPeer(pair.right, handlers, { remote: "host", logger, ...options });
  return { ...pair, host, engine, log, signals, finish: (answer: string) => finish(answer) };
}

const rejectsWith = (call: Promise<unknown>, code: string): Promise<void> =>
  assert.rejects(call, (error) => error instanceof CodedError && error.code === code);

describe("a call", () => {
  it("brings the result of the other side's handler", async () => {
    const { host } = setUp();
    assert.equal(await host.request("math/add", { a: 2, b: 3 }), 5);
  });

  it("keeps typed arrays", async () => {
    const { host } = setUp();
    assert.deepEqual(await host.request("data/array", { n: 3 }), new Float32Array([0, 0.5, 1]));
  });

  it("gets its own answer when answers overtake each other", async () => {
    const { host, hold, release } = setUp();
    hold();
    const sums = [1, 2, 3].map((a) => host.request("math/add", { a, b: 10 }));
    release((messages) => messages.reverse());
    assert.deepEqual(await Promise.all(sums), [11, 12, 13]);
  });

  it("answers null for a handler without a result", async () => {
    const { host } = setUp();
    assert.equal(await host.request("data/nothing", {}), null);
  });

  it("leaves nothing behind once it is answered", async () => {
    const { host } = setUp();
    const controller = new AbortController();
    await host.request("math/add", { a: 1, b: 1 }, { signal: controller.signal });
    assert.equal(host.busy, 0);
    controller.abort();
  });

  const failures: ["coded" | "plain" | "string", string, string][] = [
    ["coded", "no-model", "This is no model."],
    ["plain", "internal", "broken"],
    ["string", "internal", "just words"],
  ];
  for (const [kind, code, message] of failures) {
    it(`rejects with what a ${kind} failure says`, async () => {
      const { host } = setUp();
      await assert.rejects(host.request("work/fail", { kind }), (error) => {
        assert.ok(error instanceof CodedError);
        assert.deepEqual([error.code, error.message], [code, message]);
        if (kind === "coded") assert.deepEqual([error.next, error.details], ["Choose one.", { path: "x" }]);
        return true;
      });
    });
  }

  for (const method of ["no/such", "constructor", "__proto__", "toString"]) {
    it(`of the unknown method ${method} rejects with a code`, async () => {
      const { host } = setUp();
      const request = host.request.bind(host) as (m: string, p: unknown) => Promise<unknown>;
      await rejectsWith(request(method, {}), "unknown-method");
    });
  }

  it("with parameters that cannot be sent rejects and leaves nothing behind", async () => {
    const { host } = setUp();
    const params = { a: (() => 1) as unknown as number, b: 1 };
    await rejectsWith(host.request("math/add", params), "not-sent");
    assert.equal(host.busy, 0);
  });

  it("whose result cannot be sent rejects", async () => {
    const { host } = setUp();
    await rejectsWith(host.request("data/uncloneable", {}), "not-sent");
  });

  it("is refused by the decoder of its parameters before the handler sees it", async () => {
    const accept = (params: unknown): never => params as never;
    const refuse = (): never => {
      throw new CodedError("bad-params", "a is a number.");
    };
    const methods = ["work/long", "work/fail", "data/array", "data/uncloneable", "data/nothing"] as const;
    const others = Object.fromEntries(methods.map((m) => [m, accept])) as unknown as ParamDecoders<Api>;
    const { host } = setUp({ decoders: { ...others, "math/add": refuse } });
    await rejectsWith(host.request("math/add", { a: 1, b: 1 }), "bad-params");
  });

  it("with a time limit rejects, and the other side is told to stop", async () => {
    const { host, signals } = setUp();
    await rejectsWith(host.request("work/long", { steps: 0 }, { timeoutMs: 5 }), "timeout");
    await turn();
    assert.equal(signals[0]?.aborted, true);
  });
});

describe("cancelling a call", () => {
  const long = (host: Host, options: CallOptions) => host.request("work/long", { steps: 1 }, options);

  it("rejects at once, and the handler's signal is raised", async () => {
    const { host, signals } = setUp();
    const controller = new AbortController();
    const call = long(host, { signal: controller.signal });
    await turn();
    controller.abort();
    await assert.rejects(call, CancelledError);
    await turn();
    assert.equal(signals[0]?.aborted, true);
  });

  it("before it is made sends nothing", async () => {
    const { host, left } = setUp();
    await assert.rejects(long(host, { signal: AbortSignal.abort() }), CancelledError);
    assert.deepEqual(left.sent, []);
  });

  it("tells when the other side has really ended", async () => {
    const { host, finish } = setUp();
    const controller = new AbortController();
    let settled = false;
    const call = long(host, { signal: controller.signal, onSettled: () => (settled = true) });
    await turn();
    controller.abort();
    await assert.rejects(call, CancelledError);
    await turn();
    assert.deepEqual([settled, host.busy], [false, 1]);
    finish("late");
    await turn();
    assert.deepEqual([settled, host.busy], [true, 0]);
  });

  it("does not disturb another call", async () => {
    const { host } = setUp();
    const controller = new AbortController();
    const call = long(host, { signal: controller.signal });
    const other = host.request("math/add", { a: 1, b: 2 });
    controller.abort();
    await assert.rejects(call, CancelledError);
    assert.equal(await other, 3);
  });
});

describe("progress", () => {
  it("arrives in order, and not after a cancel", async () => {
    const { host } = setUp();
    const seen: Progress[] = [];
    const controller = new AbortController();
    const call = host.request(
      "work/long",
      { steps: 3 },
      { signal: controller.signal, onProgress: (p) => void seen.push(p) },
    );
    await turn();
    assert.deepEqual(
      seen.map((p) => p.done),
      [1, 2, 3],
    );
    controller.abort();
    await assert.rejects(call, CancelledError);
  });

  it("of a cancelled call is not passed on", async () => {
    const { host, left } = setUp();
    const seen: Progress[] = [];
    const controller = new AbortController();
    const call = host.request(
      "work/long",
      { steps: 0 },
      { signal: controller.signal, onProgress: (p) => void seen.push(p) },
    );
    controller.abort();
    await assert.rejects(call, CancelledError);
    left.inject({ rpc: "progress", id: 1, progress: { done: 1, total: 2, message: "x" } });
    assert.deepEqual(seen, []);
  });
});

describe("the end of the other side", () => {
  it("rejects every waiting call and raises the signal of work in hand", async () => {
    const { host, signals, close } = setUp();
    const calls = [1, 2].map((steps) => host.request("work/long", { steps }));
    await turn();
    close();
    for (const call of calls) await rejectsWith(call, "engine-closed");
    assert.deepEqual(
      signals.map((s) => s.aborted),
      [true, true],
    );
  });

  it("rejects later calls too, and makes events harmless", async () => {
    const { host, engine, close } = setUp();
    close();
    await rejectsWith(host.request("math/add", { a: 1, b: 1 }), "engine-closed");
    engine.notify("page/state", { seq: 1 });
    assert.equal(host.closed, true);
  });

  it("settles a call that was cancelled before", async () => {
    const { host, close } = setUp();
    const controller = new AbortController();
    let settled = 0;
    const call = host.request(
      "work/long",
      { steps: 1 },
      { signal: controller.signal, onSettled: () => void settled++ },
    );
    controller.abort();
    await assert.rejects(call, CancelledError);
    close();
    assert.deepEqual([settled, host.busy], [1, 0]);
  });

  const codes = [
    ["page", "page-closed"],
    ["host", "host-closed"],
  ] as const;
  for (const [remote, code] of codes) {
    it(`has the code ${code} for a ${remote}`, async () => {
      const pair = channelPair();
      const peer: RpcPeer<None, Api> = new RpcPeer(pair.left, {}, { remote });
      const call = peer.request("math/add", { a: 1, b: 1 });
      peer.close();
      await rejectsWith(call, code);
    });
  }
});

describe("events", () => {
  it("reach every listener until it stops listening, whatever another listener throws", async () => {
    const { host, engine, log } = setUp();
    const seen: number[] = [];
    host.onEvent("page/state", () => {
      throw new Error("a bad listener");
    });
    const stop = host.onEvent("page/state", ({ seq }) => void seen.push(seq));
    engine.notify("page/state", { seq: 1 });
    engine.notify("page/state", { seq: 2 });
    await turn();
    stop();
    engine.notify("page/state", { seq: 3 });
    await turn();
    assert.deepEqual(seen, [1, 2]);
    assert.match(log[0] ?? "", /a bad listener/);
  });
});

describe("messages that are not of the protocol", () => {
  const malformed: unknown[] = [
    null,
    undefined,
    7,
    "text",
    [],
    {},
    { rpc: "request" },
    { rpc: "request", id: "1", method: "math/add" },
    { rpc: "request", id: 1.5, method: "math/add" },
    { rpc: "request", id: 1, method: 5 },
    { rpc: "progress", id: 1, progress: { done: Number.NaN, total: 1, message: "" } },
    { rpc: "progress", id: 1, progress: null },
    { rpc: "event" },
    { rpc: "reply", id: {} },
    { rpc: "unheard", id: 1 },
  ];
  for (const message of malformed) {
    it(`such as ${JSON.stringify(message) ?? "undefined"} are ignored with a log`, async () => {
      const { host, left, right, log } = setUp();
      left.inject(message);
      right.inject(message);
      assert.equal(log.length, 2);
      assert.equal(await host.request("math/add", { a: 1, b: 1 }), 2);
    });
  }

  it("an answer to no call is ignored with a log", () => {
    const { left, log } = setUp();
    left.inject({ rpc: "reply", id: 99, ok: 1 });
    assert.match(log[0] ?? "", /99/);
  });

  for (const reply of [{}, { error: 5 }, { ok: 1, error: { code: 1 } }, { error: { code: "x" } }]) {
    it(`an answer ${JSON.stringify(reply)} rejects its call`, async () => {
      const { host, left } = setUp();
      const call = host.request("work/long", { steps: 1 });
      left.inject({ rpc: "reply", id: 1, ...reply });
      await rejectsWith(call, "bad-reply");
    });
  }

  it("a second request with an id in use is ignored", async () => {
    const { host, left, right, log, finish } = setUp();
    const call = host.request("work/long", { steps: 0 });
    await turn();
    right.inject({ rpc: "request", id: 1, method: "math/add", params: { a: 1, b: 1 } });
    finish("the first");
    assert.equal(await call, "the first");
    assert.equal(log.length, 1);
    assert.equal(left.sent.length, 1);
  });

  it("never stop a peer from answering, however they are mixed (fuzzed)", async () => {
    const random = seededRandom(7);
    const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
    const values = [
      undefined,
      null,
      -1,
      1,
      2,
      3,
      1e99,
      "x",
      "math/add",
      [],
      {},
      true,
      { a: 1, b: 2 },
      Number.NaN,
    ];
    const kinds = ["request", "cancel", "progress", "reply", "event", 0];
    const keys = ["id", "method", "params", "ok", "error", "progress", "event", "data"];
    const { host, left, right } = setUp();
    for (let round = 0; round < 2000; round++) {
      const message: Record<string, unknown> = { rpc: pick(kinds) };
      for (const key of keys) if (random() < 0.6) message[key] = pick(values);
      pick([left, right]).inject(message);
    }
    await turn();
    assert.equal(host.busy, 0);
    assert.equal(await host.request("math/add", { a: 20, b: 22 }), 42);
  });
});
