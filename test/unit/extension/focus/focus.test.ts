import assert from "node:assert/strict";
import { Focus, type Look } from "../../../../src/extension/focus/focus";
import { History } from "../../../../src/extension/focus/history";
import { Pointer } from "../../../../src/extension/focus/pointer";

describe("what was looked at", () => {
  it("is found again, back and forward", () => {
    const history = new History<string>();
    for (const entry of ["a", "b", "b", "c"]) history.visit(entry);
    assert.deepEqual([history.back(), history.back(), history.back()], ["b", "a", undefined]);
    assert.deepEqual([history.forward(), history.canGoForward], ["b", true]);
    history.visit("d");
    assert.deepEqual([history.canGoForward, history.back(), history.forward()], [false, "b", "d"]);
  });

  it("is forgotten from the far end when there is too much of it", () => {
    const history = new History<number>();
    for (let i = 0; i < 500; i++) history.visit(i);
    let steps = 0;
    while (history.back() !== undefined) steps++;
    assert.equal(steps, 99);
  });
});

describe("the pointer", () => {
  it("tells each place once a side", () => {
    const pointer = new Pointer();
    let told = 0;
    const stop = pointer.onDidChange(() => told++);
    const place = { uri: "a", start: 1, end: 2 };
    pointer.point(place, "page");
    pointer.point({ ...place }, "page");
    assert.deepEqual([told, pointer.by, pointer.seq], [1, "page", 1]);
    pointer.point(place, "editor");
    assert.deepEqual([told, pointer.by], [2, "editor"], "the same place, from the other side");
    pointer.point(null, "editor");
    pointer.point(null, "page");
    stop();
    pointer.point(place, "page");
    assert.equal(told, 3);
  });
});

describe("the focus", () => {
  const look = (start: number): Look => ({
    panel: "neurons",
    target: { uri: "a", start, end: start + 1 },
  });

  it("does not note as new what is gone back to", () => {
    const focus = new Focus();
    const shown: number[] = [];
    focus.onRevisit((one) => {
      shown.push(one.target.start);
      focus.visit(one);
    });
    for (const start of [1, 2, 3]) focus.visit(look(start));
    focus.back();
    focus.back();
    assert.deepEqual([shown, focus.canGoBack, focus.canGoForward], [[2, 1], false, true]);
    focus.forward();
    focus.forward();
    focus.forward();
    assert.deepEqual([shown, focus.canGoForward], [[2, 1, 2, 3], false]);
  });

  it("tells what is open of a chosen place", () => {
    const focus = new Focus();
    const seen: unknown[] = [];
    focus.onDidChoose((place) => seen.push(place));
    focus.choose({ uri: "a", start: 1, end: 4, layer: null });
    assert.deepEqual(seen, [{ uri: "a", start: 1, end: 4, layer: null }]);
  });
});
