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

  it("is the logit lens where something else was stored", () => {
    for (const stored of [null, 3, "jacobian", {}]) {
      const kept = new Kept();
      kept.values.set("lens.kind", stored);
      assert.equal(new KeptLens(kept).kind, "logit");
    }
  });
});
