import assert from "node:assert/strict";
import { original } from "../../../../src/rasp/original/dialect";
import { namesOf } from "../../../../src/rasp/original/names";
import { parse } from "../../../../src/rasp/original/parser";

/** Each occurrence as `name@place kind→place of its definition`. */
function shown(text: string): string[] {
  return original.names(text).map(({ name, range, kind, of, definition }) => {
    assert.equal(text.slice(range.start, range.end), name);
    const to = definition === null ? "-" : definition.start;
    return kind === "definition" ? `${name}@${range.start} ${of}` : `${name}@${range.start}→${to} ${of}`;
  });
}

const table: readonly (readonly [what: string, text: string, expected: readonly string[]])[] = [
  ["the last definition before a use", "a=1;a=2;a;", ["a@0 variable", "a@4 variable", "a@8→4 variable"]],
  [
    "the old value on the right of an assignment",
    "a=1;a=a;",
    ["a@0 variable", "a@4 variable", "a@6→0 variable"],
  ],
  ["names of the language", "tokens;max;", ["tokens@0→- library", "max@7→- library"]],
  [
    "a name of the language that the program assigns",
    "tokens=1;tokens;",
    ["tokens@0 variable", "tokens@9→0 variable"],
  ],
  ["unknown names", "what;", ["what@0→- variable"]],
  [
    "parameters",
    "def f(a){return a;}f;",
    ["f@4 function", "a@6 parameter", "a@16→6 parameter", "f@19→4 function"],
  ],
  ["a function inside itself", "def f(){return f;}", ["f@4 function", "f@15→4 function"]],
  [
    "what a function sees later",
    "def f(){return x;}x=1;",
    ["f@4 function", "x@15→18 variable", "x@18 variable"],
  ],
  [
    "locals of a function",
    "x=1;def f(){x=2;return x;}x;",
    ["x@0 variable", "f@8 function", "x@12 variable", "x@23→12 variable", "x@26→0 variable"],
  ],
  [
    "iterators, which leak",
    "for i in [1]{j=i;}i;",
    ["i@4 variable", "j@13 variable", "i@15→4 variable", "i@18→4 variable"],
  ],
  [
    "iterators of comprehensions, which do not",
    "[i for i in [1]];i;",
    ["i@1→7 variable", "i@7 variable", "i@17→- variable"],
  ],
  [
    "the list of a comprehension, outside it",
    "i=[1];[i for i in i];",
    ["i@0 variable", "i@7→13 variable", "i@13 variable", "i@18→0 variable"],
  ],
];

describe("names of original RASP", () => {
  for (const [what, text, expected] of table) {
    it(`finds ${what}`, () => assert.deepEqual(shown(text), expected));
  }

  it("finds the names around what is broken", () => {
    assert.deepEqual(shown("a=1; b = ; a;"), ["a@0 variable", "a@11→0 variable"]);
  });

  it("finds unknown names and local names that hide others", () => {
    const { unknown, hiding } = namesOf(parse("x=1; y; def f(x) { x = z; return x; }"));
    assert.deepEqual(
      unknown.map(({ name, conditional }) => [name, conditional]),
      [
        ["y", false],
        ["z", true],
      ],
    );
    assert.deepEqual(
      hiding.map(({ name, range }) => [name, range.start]),
      [["x", 14]],
    );
  });
});
