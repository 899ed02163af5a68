import assert from "node:assert/strict";
import { keepPin, readPin } from "../../../../src/extension/panels/keptPin";
import type { PinnedLens } from "../../../../src/protocol/lensPanel";
import { lensOf } from "../../../panels/fixtures/lens";
import { sample } from "../../../panels/fixtures/text";

/** What VS Code keeps, as JSON. */
class Kept {
  readonly values = new Map<string, string>();
  keys = () => [...this.values.keys()];
  get = (key: string): undefined => {
    const text = this.values.get(key);
    return text === undefined ? undefined : (JSON.parse(text) as undefined);
  };
  update = (key: string, value: unknown): Promise<void> => {
    if (value === undefined) this.values.delete(key);
    else this.values.set(key, JSON.stringify(value));
    return Promise.resolve();
  };
}

describe("the pinned lens", () => {
  const { followed: _f, selected: _s, pinned: _p, marks: _m, ...view } = lensOf(sample);
  const pinned: PinnedLens = { view, document: "a.ts", model: "/m", text: "const <script>" };

  it("is the very one after a reload, until it is let go", () => {
    const kept = new Kept();
    assert.equal(readPin(kept), null);
    keepPin(kept, pinned);
    assert.deepEqual(readPin(kept), JSON.parse(JSON.stringify(pinned)));
    keepPin(kept, null);
    assert.equal(readPin(kept), null);
    assert.equal(kept.values.size, 0);
  });

  it("is none where another version stored something else", () => {
    for (const stored of [null, 3, "x", {}, { ...pinned, view: {} }, { ...pinned, text: 7 }]) {
      const kept = new Kept();
      void kept.update("lens.pinned", stored);
      assert.equal(readPin(kept), null);
    }
  });
});
