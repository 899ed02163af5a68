import assert from "node:assert/strict";
import { KeptLens } from "../../../../src/extension/panels/keptLens";

/** What VS Code keeps, kept in a map. */
class Kept {
  readonly values = new Map<string, unknown>();
  keys = () => [...this.values.keys()];
  get = (key: string): undefined => this.values.get(key) as undefined;
  update = (key: string, value: unknown) => Promise.resolve(void this.values.set(key, value));
}

describe("the choice of a lens", () => {
  it("is the logit lens until another is made, and is found again", () => {
    const kept = new Kept();
    const lens = new KeptLens(kept);
    assert.equal(lens.kind, "logit");
    assert.equal(lens.change("logit"), false);
    assert.equal(lens.change("trained"), true);
    assert.equal(new KeptLens(kept).kind, "trained");
  });

  it("has a file for each model, of which the settings are the default and the lens beside the model the way back", () => {
    const kept = new Kept();
    const lens = new KeptLens(kept);
    const asked = (model: string, setting = "/set.safetensors") =>
      new KeptLens(kept).requested(model, setting).file;
    assert.deepEqual([asked("/a"), asked("/a", "")], ["/set.safetensors", null]);
    lens.chooseFile("/a", "/a.safetensors");
    assert.deepEqual([asked("/a"), asked("/b")], ["/a.safetensors", "/set.safetensors"]);
    lens.chooseFile("/a", null);
    assert.equal(asked("/a"), null);
    lens.chooseFile("/a", undefined);
    assert.equal(asked("/a"), "/set.safetensors");
  });

  it("tells of each change once, and of none where nothing changed", () => {
    const lens = new KeptLens(new Kept());
    let told = 0;
    const stop = lens.onDidChange(() => told++);
    lens.change("logit");
    assert.equal(told, 0);
    lens.change("trained");
    lens.chooseFile("/a", "/a.safetensors");
    assert.equal(told, 2);
    stop();
    lens.change("logit");
    assert.equal(told, 2);
  });

  it("offers no file where another version stored something else", () => {
    for (const stored of [null, 3, { "/a": 7 }, "x"]) {
      const kept = new Kept();
      kept.values.set("lens.files", stored);
      assert.equal(new KeptLens(kept).fileOf("/a"), undefined);
    }
  });

  it("is the logit lens where something else was stored", () => {
    for (const stored of [null, 3, "jacobian", {}]) {
      const kept = new Kept();
      kept.values.set("lens.kind", stored);
      assert.equal(new KeptLens(kept).kind, "logit");
    }
  });
});
