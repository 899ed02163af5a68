import assert from "node:assert/strict";
import { markOtherModel } from "../../../../src/extension/panels/otherModel";
import { PanelStore } from "../../../../src/extension/panels/panelStore";
import type { ModelInfo } from "../../../../src/protocol/model";
import type { PatchPanelData } from "../../../../src/protocol/panelApi";

class Models {
  path = "/a";
  private readonly listeners = new Set<() => void>();
  readonly onDidChange = (listener: () => void): { dispose(): void } => {
    this.listeners.add(listener);
    return { dispose: () => void this.listeners.delete(listener) };
  };
  use(path: string): void {
    this.path = path;
    for (const listener of this.listeners) listener();
  }
}

describe("a model that is changed under an open panel", () => {
  const of = (path: string): ModelInfo => ({ path }) as ModelInfo;
  const data = {} as PatchPanelData;
  const setUp = () => {
    const [store, models] = [new PanelStore("patch", 1), new Models()];
    const watch = markOtherModel(store, models, () => "another");
    const seen: string[] = [];
    store.onDidChange(({ seq, status }) => void seen.push(`${seq} ${status}`));
    return { store, models, watch, seen };
  };

  it("makes what is shown out of date, and keeps it", () => {
    const { store, models } = setUp();
    store.update({ status: "ready", data, model: of("/a") });
    models.use("/a");
    assert.equal(store.state.status, "ready", "the same model");
    models.use("/b");
    assert.deepEqual([store.state.status, store.state.message, store.state.data], ["stale", "another", data]);
  });

  it("makes what is being run out of date once it is there, and snapshots keep their order", () => {
    const { store, models, seen } = setUp();
    store.update({ status: "loading", model: of("/a") });
    models.use("/b");
    assert.equal(store.state.status, "loading");
    store.update({ status: "ready", data, model: of("/a") });
    assert.equal(store.state.status, "stale");
    store.update({ status: "ready", data, model: of("/b") });
    assert.equal(store.state.status, "ready");
    const numbers = seen.map((line) => parseInt(line, 10));
    assert.deepEqual(
      numbers,
      [...numbers].sort((a, b) => a - b),
    );
  });

  it("changes nothing without data or after the end", () => {
    const { store, models, watch } = setUp();
    models.use("/b");
    assert.equal(store.state.status, "empty");
    store.update({ status: "ready", data, model: of("/b") });
    watch.dispose();
    models.use("/c");
    assert.equal(store.state.status, "ready");
  });
});
