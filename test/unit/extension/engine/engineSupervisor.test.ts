import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import * as esbuild from "esbuild";
import { CancelledError, CodedError } from "../../../../src/base/errors";
import { EngineSupervisor, type EngineCrash } from "../../../../src/extension/engine/engineSupervisor";
import { forkEngine } from "../../../../src/extension/engine/forkEngine";
import { RestartPolicy } from "../../../../src/extension/engine/restartPolicy";
import { protocolVersion } from "../../../../src/protocol/version";
import { inRepo } from "../../../support/paths";
import { removeFolder } from "../../../support/tempFolder";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "introspect-supervisor-"));
const script = path.join(folder, "fakeEngine.js");

/** Waits until a condition holds; the test's own time limit ends the wait. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

const hasCode = (code: string) => (error: unknown) => error instanceof CodedError && error.code === code;

describe("the engine supervisor, over real processes", () => {
  let supervisor: EngineSupervisor;
  let log: string[] = [];
  let crashes: EngineCrash[] = [];
  let idleMs = 0;

  const ask = (model: string, options: Parameters<EngineSupervisor["call"]>[2] = {}) =>
    supervisor.call("model/digest", { model }, options);
  const pid = (): number => {
    assert.ok(supervisor.pid !== undefined, "no engine runs");
    return supervisor.pid;
  };

  before(async () => {
    await esbuild.build({
      entryPoints: [inRepo("test/support/fakeEngine.ts")],
      outfile: script,
      bundle: true,
      platform: "node",
      logLevel: "warning",
    });
  });

  beforeEach(() => {
    log = [];
    crashes = [];
    idleMs = 0;
    const keep = (message: string): void => void log.push(message);
    const logger = { info: keep, warn: keep, error: keep };
    supervisor = new EngineSupervisor({
      launch: () => forkEngine(script, logger),
      build: protocolVersion,
      logger,
      idleMs: () => idleMs,
      stuckMs: 50,
      policy: new RestartPolicy(3, 60_000),
    });
    supervisor.onDidCrash((crash) => void crashes.push(crash));
  });

  afterEach(() => supervisor.dispose());
  after(() => removeFolder(folder));

  it("starts nothing before the first call, then one process for all calls", async () => {
    assert.equal(supervisor.pid, undefined);
    const answers = await Promise.all([ask("a"), ask("b")]);
    assert.deepEqual(answers, [
      { digest: String(pid()), verified: [] },
      { digest: String(pid()), verified: [] },
    ]);
  });

  it("passes progress on, and what the process prints to the log", async () => {
    const seen: string[] = [];
    await ask("words", { onProgress: ({ message }) => void seen.push(message) });
    assert.deepEqual(seen, ["words"]);
    await until(() => log.some((line) => line.includes(`hello ${protocolVersion}`)));
  });

  it("after a crash rejects what waits, tells once, and starts anew with the next call", async () => {
    await ask("a");
    const before = pid();
    const waiting = [ask("hang"), ask("hang")];
    process.kill(before, "SIGKILL");
    for (const call of waiting) await assert.rejects(call, hasCode("engine-closed"));
    assert.deepEqual(crashes, [{ ending: "signal SIGKILL", cutOff: 2, mayStart: true }]);
    assert.notEqual((await ask("a")).digest, String(before));
  });

  it("tells of a crash that cut nothing off as such", async () => {
    await ask("a");
    process.kill(pid(), "SIGKILL");
    await until(() => crashes.length > 0);
    assert.equal(crashes[0]?.cutOff, 0);
    assert.equal(supervisor.pid, undefined);
  });

  it("does not start again after three crashes, until a person asks", async () => {
    for (let i = 0; i < 3; i++) await assert.rejects(ask("exit"), hasCode("engine-closed"));
    assert.deepEqual(
      crashes.map(({ mayStart }) => mayStart),
      [true, true, false],
    );
    assert.equal(crashes[0]?.ending, "exit code 3");
    await assert.rejects(ask("a"), hasCode("engine-crash-loop"));
    supervisor.restart();
    assert.equal((await ask("a")).digest, String(pid()));
  });

  it("leaves the process alone when a cancelled call stops by itself", async () => {
    await ask("a");
    const before = pid();
    const controller = new AbortController();
    const call = ask("hang", { signal: controller.signal });
    controller.abort();
    await assert.rejects(call, CancelledError);
    await new Promise((resolve) => setTimeout(resolve, 120));
    assert.equal((await ask("a")).digest, String(before));
  });

  it("ends a process that does not stop after a cancel, and asks again what else was waiting", async () => {
    await ask("a");
    const before = pid();
    const controller = new AbortController();
    const deaf = ask("deaf", { signal: controller.signal });
    const other = ask("other");
    await new Promise((resolve) => setTimeout(resolve, 20));
    controller.abort();
    await assert.rejects(deaf, CancelledError);
    assert.equal((await other).digest, String(pid()));
    assert.notEqual(pid(), before);
    assert.deepEqual(crashes, []);
    await until(() => !isAlive(before));
  });

  it("ends a process that is stuck in one native graph call, and the next call is answered", async function () {
    this.timeout(60_000);
    const stuck = path.join(inRepo("out"), "stuckEngine.js");
    await esbuild.build({
      entryPoints: [inRepo("test/support/stuckEngine.ts")],
      outfile: stuck,
      bundle: true,
      platform: "node",
      external: ["onnxruntime-node"],
      logLevel: "warning",
    });
    const keep = (message: string): void => void log.push(message);
    const logger = { info: keep, warn: keep, error: keep };
    const real = new EngineSupervisor({
      launch: () => forkEngine(stuck, logger),
      build: protocolVersion,
      logger,
    });
    try {
      const controller = new AbortController();
      const call = real.call("model/digest", { model: "stuck" }, { signal: controller.signal });
      call.catch(() => {});
      await until(() => log.some((line) => line.includes("now it is stuck")));
      await new Promise((resolve) => setTimeout(resolve, 100));
      const before = real.pid as number;
      controller.abort();
      await assert.rejects(call, CancelledError);
      await until(() => !isAlive(before));
      const { digest } = await real.call("model/digest", { model: "a" });
      assert.equal(digest, String(real.pid));
      assert.notEqual(real.pid, before);
    } finally {
      real.dispose();
      fs.rmSync(stuck, { force: true });
    }
  });

  it("waits for a stuck call that was only replaced by a newer one", async () => {
    await ask("a");
    const before = pid();
    const controller = new AbortController();
    const deaf = ask("deaf", { signal: controller.signal, endIfStuck: () => false });
    await new Promise((resolve) => setTimeout(resolve, 20));
    controller.abort();
    await assert.rejects(deaf, CancelledError);
    await new Promise((resolve) => setTimeout(resolve, 150));
    assert.equal(pid(), before);
  });

  it("stops when idle, and starts again when needed", async () => {
    idleMs = 30;
    await ask("a");
    const before = pid();
    await until(() => supervisor.pid === undefined);
    await until(() => !isAlive(before));
    assert.deepEqual(crashes, []);
    assert.notEqual((await ask("a")).digest, String(before));
  });

  it("does not stop while a call is running", async () => {
    idleMs = 10;
    const controller = new AbortController();
    const long = ask("hang", { signal: controller.signal });
    await ask("a");
    await new Promise((resolve) => setTimeout(resolve, 60));
    assert.notEqual(supervisor.pid, undefined);
    controller.abort();
    await assert.rejects(long, CancelledError);
  });

  it("asks waiting calls again when a person restarts it", async () => {
    await ask("a");
    const before = pid();
    const hello = supervisor.call("engine/hello", { build: "x" });
    supervisor.restart();
    assert.notEqual((await hello).pid, before);
  });

  it("ends its process when disposed, and rejects what comes later", async () => {
    await ask("a");
    const before = pid();
    const waiting = ask("hang");
    supervisor.dispose();
    await assert.rejects(waiting, hasCode("engine-disposed"));
    await assert.rejects(ask("a"), hasCode("engine-disposed"));
    await until(() => !isAlive(before));
  });

  it("says so when there is no engine to start", async () => {
    fs.writeFileSync(path.join(folder, "broken.js"), "throw new Error('no native library here')");
    const keep = (message: string): void => void log.push(message);
    const broken = new EngineSupervisor({
      launch: () => forkEngine(path.join(folder, "broken.js"), { info: keep, warn: keep, error: keep }),
      build: protocolVersion,
    });
    await assert.rejects(broken.call("model/digest", { model: "a" }), hasCode("engine-closed"));
    await until(() => log.some((line) => line.includes("no native library here")));
    broken.dispose();
  });

  it("says so when the process cannot be made", async () => {
    const none = new EngineSupervisor({
      launch: () => {
        throw new Error("too many processes");
      },
      build: protocolVersion,
    });
    await assert.rejects(none.call("model/digest", { model: "a" }), hasCode("engine-start"));
  });
});

describe("the restart policy", () => {
  it("forgets crashes as time passes", () => {
    let now = 0;
    const policy = new RestartPolicy(2, 1000, () => now);
    policy.crashed();
    now = 900;
    policy.crashed();
    assert.equal(policy.mayStart, false);
    now = 1001;
    assert.equal(policy.mayStart, true);
  });

  it("forgets them when a person asks", () => {
    const policy = new RestartPolicy(1, 1000, () => 0);
    policy.crashed();
    assert.equal(policy.mayStart, false);
    policy.reset();
    assert.equal(policy.mayStart, true);
  });
});
