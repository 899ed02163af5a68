import assert from "node:assert/strict";
import { original } from "../../../../src/rasp/original/dialect";
import { libraryText } from "../../../../src/rasp/original/library";
import { parse } from "../../../../src/rasp/original/parser";
import { conformanceCases, conformanceFile } from "../../../support/conformance";
import { oracleIt } from "../../../support/oracle";
import { raspPrograms } from "../../../support/raspPrograms";
import { withoutPlaces } from "../../../support/raspTree";

const table: readonly (readonly [what: string, text: string, expected: string])[] = [
  ["one statement a line", "a=1;b=2;", "a = 1;\nb = 2;\n"],
  ["parentheses as they are", "((a+b)*-c)^2;", "((a + b) * -c)^2;\n"],
  [
    "a function over lines",
    "def f(a,b){x=a;return x,b;}",
    "def f(a, b) {\n    x = a;\n    return x, b;\n}\n",
  ],
  ["a loop", "for a,b in zip(x,y){c=a;}", "for a, b in zip(x, y) {\n    c = a;\n}\n"],
  ["at most one blank line", "a;\n\n\n\nb;\nc;", "a;\n\nb;\nc;\n"],
  ["comments above, behind and below", "#a\nx; #b\n#c", "#a\nx; #b\n#c\n"],
  [
    "comments in blocks",
    "def f() { #a\n#b\nreturn 1; #c\n#d\n}#e",
    "def f() { #a\n    #b\n    return 1; #c\n    #d\n} #e\n",
  ],
  ["a statement with a comment inside as it is", "x = 1 # one\n   + 2 ;", "x = 1 # one\n   + 2 ;\n"],
  [
    "a comment in a function's head above it",
    "def f( # why\na) { return a; }",
    "# why\ndef f(a) {\n    return a;\n}\n",
  ],
  [
    "commands",
    'set  selector example "a"\nshow example\nexamples   off\nfull seq display on\nquit()',
    'set selector example "a"\nshow example\nexamples off\nfull seq display on\nexit\n',
  ],
  ["the space that keeps a name a name", "len (x);", "len (x);\n"],
  ["numbers as they are written", "007+1.50;", "007 + 1.50;\n"],
  ["nothing of nothing", " \n ", ""],
];

/** Longer than a line. */
const long = `x = aggregate(select(${"key_".repeat(12)}, ${"query_".repeat(9)}, ==) and full_s, [1, 2], 0) if c else d;`;

describe("printer of original RASP", () => {
  for (const [what, text, expected] of table) {
    it(`writes ${what}`, () => {
      assert.equal(original.format(text), expected);
      assert.equal(original.format(expected), expected);
    });
  }

  it("does not touch a text with errors", () => assert.equal(original.format("a = ;"), null));

  it("breaks long lines where operators and commas are", () => {
    const formatted = original.format(long) ?? "";
    assert.ok(formatted.split("\n").every((line) => line.length <= 100));
    assert.deepEqual(withoutPlaces(parse(formatted).statements), withoutPlaces(parse(long).statements));
    assert.equal(original.format(formatted), formatted);
  });

  it("leaves the library as it is written", () => assert.equal(original.format(libraryText), libraryText));

  function keeps(text: string): void {
    const program = parse(text);
    if (program.problems.length > 0) return;
    const formatted = original.format(text) ?? "";
    assert.deepEqual(withoutPlaces(parse(formatted).statements), withoutPlaces(program.statements), text);
    assert.equal(original.format(formatted), formatted, text);
    const texts = (source: string): string[] => parse(source).comments.map((comment) => comment.text);
    assert.deepEqual(texts(formatted), texts(text));
  }

  it("keeps every program's tree and comments, and its own layout", () => raspPrograms.forEach(keeps));

  oracleIt("keeps every case's tree and comments, and its own layout", conformanceFile, () => {
    conformanceCases("rasp").forEach(({ program }) => keeps(program));
  });
});
