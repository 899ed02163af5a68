import assert from "node:assert/strict";
import { lex } from "../../../../src/rasp/original/lexer";

const table: readonly (readonly [text: string, tokens: string])[] = [
  ["x=1;", "name:x sign:= int:1 sign:;"],
  ["007 1.50", "int:007 float:1.50"],
  ['"a#b" # c', 'string:"a#b"'],
  ["select(select (len( len (", "glued:select( name:select sign:( glued:len( name:len sign:("],
  ["myselect(", "name:myselect sign:("],
  ["a<=b!=c==d", "name:a sign:<= name:b sign:!= name:c sign:== name:d"],
  ["s-op s-ops s - op", "keyword:s-op name:s sign:- name:ops name:s sign:- name:op"],
  ["full seq display on", "phrase:full seq display keyword:on"],
  ["full seq x", "name:full name:seq name:x"],
  ["exit() exit quit()", "keyword:exit() keyword:exit keyword:quit()"],
  ["examples exampl", "keyword:examples name:exampl"],
  ["'a' .5 1. ** // &", "bad:'a' bad:.5 int:1 bad:. bad:** bad:// bad:&"],
  ['"open\nx', 'bad:"open name:x'],
  ["é😀", "bad:é bad:😀"],
  ["True round indicator", "name:True keyword:round keyword:indicator"],
];

describe("lexer of original RASP", () => {
  for (const [text, expected] of table) {
    it(`reads ${JSON.stringify(text)}`, () => {
      const { tokens } = lex(text);
      const shown = tokens.slice(0, -1).map((token) => `${token.kind}:${token.text}`);
      assert.equal(shown.join(" "), expected);
      assert.equal(tokens.at(-1)?.kind, "end");
      for (const { text: own, range } of tokens) assert.equal(text.slice(range.start, range.end), own);
    });
  }

  it("tells why a token is none, and what to write", () => {
    const { tokens } = lex("2 ** 3");
    assert.match(tokens[1].problem?.message ?? "", /\^/);
    assert.equal(lex("'a'").tokens[0].problem?.next, 'Write "a".');
  });

  it("knows which comments have a line of their own", () => {
    const { comments } = lex("# one\nx; # two \r\n  # three");
    assert.deepEqual(
      comments.map(({ text, ownLine }) => [text, ownLine]),
      [
        ["# one", true],
        ["# two", false],
        ["# three", true],
      ],
    );
  });

  it("knows what begins a line", () => {
    const { tokens } = lex("a b\n c");
    assert.deepEqual(
      tokens.map(({ startsLine }) => startsLine),
      [true, false, true, false],
    );
  });
});
