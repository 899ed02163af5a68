import assert from "node:assert/strict";
import { linePlace, TopPlaces } from "../../../../src/extension/neurons/topPlaces";
import type { NeuronPlace } from "../../../../src/protocol/neurons";

const place = (activation: number, start: number): NeuronPlace => ({
  pos: start,
  activation,
  token: { id: 7, text: "x", start, end: start + 1 },
  before: "",
  after: "",
});

describe("the strongest places of several files", () => {
  it("are kept, the strongest first", () => {
    const top = new TopPlaces(3, 1);
    top.add({ uri: "a", name: "a.ts", text: "x\nx x" }, [place(2, 0), place(5, 4)]);
    top.add({ uri: "b", name: "b.ts", text: "x x" }, [place(3, 0), place(1, 2)]);
    const found = top.all.map(({ shown }) => [shown.file, shown.line, shown.activation]);
    assert.deepEqual(found, [
      ["a.ts", 2, 5],
      ["b.ts", 1, 3],
      ["a.ts", 1, 2],
    ]);
    assert.deepEqual(top.all[0].from, { line: 1, character: 2 });
    assert.deepEqual(top.all[0].to, { line: 1, character: 3 });
  });

  it("are the most negative ones where these are strong", () => {
    const top = new TopPlaces(1, -1);
    top.add({ uri: "a", name: "a", text: "xx" }, [place(-2, 0), place(-5, 1)]);
    assert.equal(top.all[0].shown.activation, -5);
  });

  for (const [text, offset, line, character] of [
    ["a\r\nbc", 4, 1, 1],
    ["a\rb\nc", 4, 2, 0],
    ["abc", 3, 0, 3],
    ["a\n", 2, 1, 0],
  ] as const) {
    it(`have lines: ${JSON.stringify(text)} at ${offset}`, () => {
      assert.deepEqual(linePlace(text, offset), { line, character });
    });
  }
});
