import assert from "node:assert/strict";
import { LineEditor } from "../../../../src/extension/rasp/lineEditor";

const [left, up, down, home, del] = ["\u001b[D", "\u001b[A", "\u001b[B", "\u001b[H", "\u001b[3~"];

function typed(...data: string[]): readonly string[] {
  const editor = new LineEditor(">> ");
  return data.flatMap((one) => editor.type(one).lines);
}

describe("the line of a terminal", () => {
  it("gives a line when it is ended, and each line of a paste", () => {
    assert.deepEqual(typed("ab", "c\r"), ["abc"]);
    assert.deepEqual(typed("a;\r\nb;\rc"), ["a;", "b;"]);
  });

  it("edits where the cursor is", () => {
    assert.deepEqual(typed("ac", left, "b\r"), ["abc"]);
    assert.deepEqual(typed("abc", home, del, "\r"), ["bc"]);
    assert.deepEqual(typed("abc\u007f\u007f\r"), ["a"]);
    assert.deepEqual(typed("junk\u0015a\r"), ["a"]);
  });

  it("recalls what was typed, and goes back to nothing", () => {
    assert.deepEqual(typed("one\r", "two\r", up, up, "\r", up, down, "x\r"), ["one", "two", "one", "x"]);
  });

  it("takes letters of two UTF-16 units whole, and no control sequences as text", () => {
    assert.deepEqual(typed("a😀\u007f\r"), ["a"]);
    assert.deepEqual(typed("a\u001b[5;3Hb\u001b[Zc\r"), ["abc"]);
  });

  it("tells interrupt and end, and does not end a line that has text", () => {
    const editor = new LineEditor(">> ");
    editor.type("ab");
    assert.equal(editor.type("\u0004").signal, null);
    assert.equal(editor.type("\u0003").signal, "interrupt");
    assert.equal(editor.type("\u0004").signal, "end");
  });
});
