import assert from "node:assert/strict";
import { alone, beginOf, contextOf, KeptChoice } from "../../../../src/extension/panels/runChoice";
import type { RunChoice } from "../../../../src/protocol/panelApi";

/** What VS Code keeps, kept in a map. */
class Kept {
  readonly values = new Map<string, unknown>();
  keys = () => [...this.values.keys()];
  get = (key: string): undefined => this.values.get(key) as undefined;
  update = (key: string, value: unknown) => Promise.resolve(void this.values.set(key, value));
}

const first: RunChoice = { context: "document", prefix: "" };

describe("the choice of what a panel runs its texts behind", () => {
  it("is the document's text until another is made, and is found again, per panel", () => {
    const kept = new Kept();
    const choice = new KeptChoice(kept, "lens");
    assert.deepEqual(choice.value, first);
    assert.equal(choice.change({ context: "prefix", prefix: "a\n" }), true);
    assert.equal(choice.change({ context: "prefix", prefix: "a\n" }), false);
    assert.deepEqual(new KeptChoice(kept, "lens").value, { context: "prefix", prefix: "a\n" });
    assert.deepEqual(new KeptChoice(kept, "neurons").value, first);
  });

  it("is the selection alone at first where texts are compared", () => {
    const kept = new Kept();
    const choice = new KeptChoice(kept, "patch", alone);
    assert.equal(choice.value.context, "selection");
    choice.change(first);
    assert.deepEqual(new KeptChoice(kept, "patch", alone).value, first);
  });

  it("keeps the prefix while another context is chosen", () => {
    const kept = new Kept();
    const choice = new KeptChoice(kept, "lens");
    choice.change({ context: "selection", prefix: "a" });
    assert.equal(new KeptChoice(kept, "lens").value.prefix, "a");
  });

  for (const stored of [null, 3, "prefix", { context: "file", prefix: "" }, { context: "selection" }]) {
    it(`is the first one where ${JSON.stringify(stored)} was stored`, () => {
      const kept = new Kept();
      kept.values.set("run.lens", stored);
      assert.deepEqual(new KeptChoice(kept, "lens").value, first);
    });
  }
});

describe("the context of a text", () => {
  for (const [choice, context, begin] of [
    [first, { kind: "document" }, 0],
    [{ context: "selection", prefix: "a" }, { kind: "selection", from: 7 }, 7],
    [{ context: "prefix", prefix: "a" }, { kind: "prefix", from: 7, prefix: "a" }, 7],
  ] as const) {
    it(`that begins at 7 is ${JSON.stringify(context)}`, () => {
      assert.deepEqual(contextOf(choice, 7), context);
      assert.equal(beginOf(context), begin);
    });
  }
});
