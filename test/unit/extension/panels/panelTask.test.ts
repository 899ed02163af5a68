import assert from "node:assert/strict";
import { CancelledError, CodedError } from "../../../../src/base/errors";
import { PanelStore } from "../../../../src/extension/panels/panelStore";
import { PanelTask, type Job } from "../../../../src/extension/panels/panelTask";
import type { SteeringPanelData } from "../../../../src/protocol/panelApi";

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const data = (file: string): SteeringPanelData => ({
  experiment: {
    version: 1,
    model: { path: "m", digest: null },
    prompt: "p",
    edits: [],
    sampling: { maxTokens: 1, temperature: 0, seed: 0 },
    controls: { isotropic: 0, seed: 0 },
  },
  result: null,
  file,
});

function setUp() {
  const store = new PanelStore("steering", 100);
  const task = new PanelTask(store, "Cancelled.");
  const seen: string[] = [];
  store.onDidChange(({ status, message }) => void seen.push(message ? `${status}: ${message}` : status));
  return { store, task, seen };
}
const hang: Job<"steering"> = ({ signal }) =>
  new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("stopped"))));

describe("a panel's snapshot", () => {
  it("is empty at first, and its number grows with every change", () => {
    const { store } = setUp();
    assert.deepEqual(store.state, { seq: 100, status: "empty" });
    store.update({ message: "a" });
    store.update({ message: "b" });
    assert.deepEqual(store.state, { seq: 102, status: "empty", message: "b" });
  });

  it("is no longer told to who stopped listening", () => {
    const { store } = setUp();
    let told = 0;
    const stop = store.onDidChange(() => void told++);
    store.update({});
    stop();
    store.update({});
    assert.equal(told, 1);
  });
});

describe("a panel's work", () => {
  it("that is short never shows as loading", async () => {
    const { task, store, seen } = setUp();
    assert.equal(
      await task.run({ message: "Working", quietMs: 50 }, async () => ({ data: data("a") })),
      true,
    );
    assert.deepEqual(seen, ["ready"]);
    assert.equal(store.state.data?.file, "a");
  });

  it("that is short never shows its progress either", async () => {
    const { task, seen } = setUp();
    await task.run({ message: "Working", quietMs: 1000 }, async ({ onProgress }) => {
      onProgress({ done: 1, total: 2, message: "half" });
      return { data: data("a") };
    });
    assert.deepEqual(seen, ["ready"]);
  });

  it("that is long does, with its words", async () => {
    const { task, seen } = setUp();
    await task.run({ message: "Working" }, async () => {
      await pause(20);
      return { data: data("a") };
    });
    assert.deepEqual(seen, ["loading: Working", "ready"]);
  });

  it("keeps the data of before while it runs, and when it fails", async () => {
    const { task, store } = setUp();
    await task.run({ message: "m" }, async () => ({ data: data("good") }));
    await task.run({ message: "m" }, async () => {
      await pause(10);
      assert.equal(store.state.status, "loading");
      assert.equal(store.state.data?.file, "good");
      throw new CodedError("no-model", "There is no model.", { next: "Choose one." });
    });
    const { status, error, data: kept } = store.state;
    assert.deepEqual(
      [status, error?.code, error?.next, kept?.file],
      ["error", "no-model", "Choose one.", "good"],
    );
  });

  it("is replaced by newer work, whose result alone is painted", async () => {
    const { task, store, seen } = setUp();
    const first = task.run({ message: "first", quietMs: 50 }, async () => {
      await pause(20);
      return { data: data("old") };
    });
    const second = task.run({ message: "second", quietMs: 50 }, async () => ({ data: data("new") }));
    assert.deepEqual(await Promise.all([first, second]), [false, true]);
    assert.deepEqual(seen, ["ready"]);
    assert.equal(store.state.data?.file, "new");
  });

  it("that a person cancels leaves what was there, marked", async () => {
    const { task, store } = setUp();
    await task.run({ message: "m" }, async () => ({ data: data("a") }));
    const run = task.run({ message: "m" }, hang);
    task.cancel();
    assert.equal(await run, false);
    assert.deepEqual(
      [store.state.status, store.state.message, store.state.data?.file],
      ["stale", "Cancelled.", "a"],
    );
  });

  it("that a person cancels before there is anything leaves an empty panel", async () => {
    const { task, store } = setUp();
    const run = task.run({ message: "m" }, hang);
    task.cancel();
    await run;
    assert.deepEqual([store.state.status, store.state.message], ["empty", "Cancelled."]);
  });

  for (const [name, end] of [
    ["gives up by itself", (): void => {}],
    ["is dropped", (task: PanelTask<"steering">): void => task.drop()],
  ] as const) {
    it(`that ${name} does not leave the panel loading`, async () => {
      const { task, store } = setUp();
      await task.run({ message: "m" }, async () => ({ data: data("a") }));
      const run = task.run({ message: "m" }, async () => {
        await pause(10);
        assert.equal(store.state.status, "loading");
        end(task);
        throw new CancelledError();
      });
      assert.equal(await run, false);
      assert.deepEqual([store.state.status, store.state.message], ["stale", undefined]);
    });
  }

  it("may end a stuck engine when a person cancels, but not when newer work comes", async () => {
    const { task } = setUp();
    const may: (() => boolean)[] = [];
    const watched: Job<"steering"> = (work) => {
      may.push(work.endIfStuck);
      return hang(work);
    };
    const runs = [task.run({ message: "m" }, watched), task.run({ message: "m" }, watched)];
    task.cancel();
    await Promise.all(runs);
    assert.deepEqual(
      may.map((is) => is()),
      [false, true],
    );
  });

  it("is done again on retry, after a failure", async () => {
    const { task, store } = setUp();
    let tries = 0;
    const job: Job<"steering"> = async () => {
      tries += 1;
      if (tries === 1) throw new Error("once");
      return { data: data(String(tries)) };
    };
    await task.run({ message: "m" }, job);
    assert.equal(store.state.status, "error");
    assert.equal(await task.retry(), true);
    assert.deepEqual(
      [store.state.status, store.state.data?.file, store.state.error],
      ["ready", "2", undefined],
    );
  });

  it("shows progress as a share, never beyond 0 … 1, and none after its end", async () => {
    const { task, store } = setUp();
    const shares: (number | undefined)[] = [];
    store.onDidChange(({ progress }) => void shares.push(progress));
    let late: (() => void) | undefined;
    await task.run({ message: "m" }, async ({ onProgress }) => {
      onProgress({ done: 3, total: 2, message: "over" });
      late = () => onProgress({ done: 1, total: 2, message: "late" });
      return { data: data("a") };
    });
    late?.();
    assert.deepEqual(shares, [1, undefined]);
    assert.equal(store.state.status, "ready");
  });
});
