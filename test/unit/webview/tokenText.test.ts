import assert from "node:assert/strict";
import { pieces, quoted, sharedCharacter, spokenText, visibleText } from "../../../webview/shared/tokenText";

describe("token text in pages", () => {
  it("shows white space and control characters as signs", () => {
    const table: readonly (readonly [string | null, string])[] = [
      [" the", "·the"],
      ["\n", "↵"],
      ["\t\r\n", "→␍↵"],
      ["a\u0000b", "a␀b"],
      ["\u007f", "␡"],
      ["\u200b", "⟨200B⟩"],
      ["\ufeff", "⟨FEFF⟩"],
      ["", "∅"],
      ["<script>", "<script>"],
      ["é", "é"],
      ["👩", "👩"],
    ];
    for (const [text, shown] of table) assert.equal(visibleText(text), shown);
    assert.equal(visibleText(null, 42), "#42");
    assert.equal(quoted(" x"), "“·x”");
  });

  it("keeps what can be read apart from what stands for something", () => {
    assert.deepEqual(pieces(" a \u0001"), [
      { text: "·", kind: "space" },
      { text: "a", kind: "plain" },
      { text: "·", kind: "space" },
      { text: "␁", kind: "control" },
    ]);
  });

  it("shows every character of any text: nothing is lost", () => {
    for (let code = 0; code < 0x3000; code++) {
      const text = `x${String.fromCodePoint(code)}y`;
      const shown = visibleText(text);
      assert.ok(shown.length >= 3 && shown.startsWith("x") && shown.endsWith("y"), `U+${code.toString(16)}`);
    }
  });

  it("says white space in words", () => {
    assert.equal(spokenText("    "), "4 × space");
    assert.equal(spokenText("\n"), "new line");
    assert.equal(spokenText("\r\n"), "carriage return, new line");
    assert.equal(spokenText(" the"), "space the");
    assert.equal(spokenText(null, 7), "token 7");
  });

  it("groups tokens that share one character, and no others", () => {
    const at = (
      start: number,
      end: number,
      special?: true,
    ): { start: number; end: number; special?: true } => ({
      start,
      end,
      ...(special ? { special } : {}),
    });
    const groups = sharedCharacter([
      at(0, 0, true),
      at(0, 1),
      at(1, 3),
      at(1, 3),
      at(1, 3),
      at(3, 4),
      at(4, 4),
      at(4, 4),
    ]);
    assert.deepEqual(groups, [null, null, "first", "middle", "last", null, null, null]);
  });
});
