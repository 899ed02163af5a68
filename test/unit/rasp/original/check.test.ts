import assert from "node:assert/strict";
import { check } from "../../../../src/rasp/original/check";
import { libraryText } from "../../../../src/rasp/original/library";

const traps: readonly (readonly [text: string, code: string, severity: string, at: string, next: string])[] =
  [
    ["not 1==2;", "not-binds-first", "warning", "not 1==2", "not (1 == 2)"],
    ["x = 1; x and not x == 1;", "not-binds-first", "warning", "not x == 1", "not (x == 1)"],
    [
      'tokens in ["a"] and indices > 0;',
      "in-binds-last",
      "warning",
      'tokens in ["a"] and indices > 0',
      '(tokens in ["a"])',
    ],
    [
      'indices > 0 and tokens in ["a"];',
      "in-binds-last",
      "warning",
      'indices > 0 and tokens in ["a"]',
      '(tokens in ["a"])',
    ],
    ['not tokens in ["a"];', "in-binds-last", "warning", 'not tokens in ["a"]', 'not (tokens in ["a"])'],
    ["True or True and False;", "and-or-mixed", "warning", "True or True and False", "parentheses"],
    ["True and True or False;", "and-or-mixed", "hint", "True and True or False", "parentheses"],
    [
      "1 if True else 2 if False else 3;",
      "nested-ternary",
      "warning",
      "1 if True else 2 if False else 3",
      "1 if True else (2 if False else 3)",
    ],
    ["3 > 2 > 1;", "chained-comparison", "warning", "3 > 2 > 1", "3 > 2 and 2 > 1"],
    ["aggregate(full_s, tokens);", "average", "warning", "tokens", "numbers"],
    ['aggregate(full_s, tokens == "a");', "average", "warning", 'tokens == "a"', 'indicator(tokens == "a")'],
    [
      'b = tokens == "a"; s = select(indices, indices, <=); aggregate(s, b);',
      "average",
      "warning",
      "b",
      "indicator(b)",
    ],
    [
      "aggregate(select(indices, indices + 1, ==), tokens);",
      "missing-default",
      "warning",
      "aggregate(select(indices, indices + 1, ==), tokens)",
      '"…"',
    ],
    ["2^3;", "power", "hint", "^", ""],
    ["def f(a, length) { return a; }", "reserved-name", "warning", "length", "another name"],
    ["length = 2;", "reserved-name", "error", "length", "another name"],
    ["x = 1; def f(x) { return x; }", "hidden-name", "hint", "x", ""],
    ["lenght;", "undefined-variable", "error", "lenght", "length"],
    ["def f() { return lenght; }", "undefined-variable", "warning", "lenght", "length"],
    ["1 if True else nothing;", "undefined-variable", "warning", "nothing", "Assign"],
    ["aggregate (full_s, indices);", "undefined-variable", "error", "aggregate", "aggregate("],
    ['tokens != "a";', "syntax", "error", "!=", "not (a == b)"],
    ["2 ** 3;", "syntax", "error", "**", "x ^ 2"],
    ["select (indices, 1, ==);", "syntax", "error", "(", "select(key, query, ==)"],
    ["'a';", "syntax", "error", "'a'", '"a"'],
    ["1 if 2 = 3 else 4;", "syntax", "error", "=", "=="],
  ];

const clean: readonly string[] = [
  "not (1 == 2);",
  '(tokens in ["a"]) and indices > 0;',
  '"a" if tokens in ["a"] else "b";',
  "(True or True) and False; True and True and False;",
  "1 if True else (2 if False else 3);",
  "(3 > 2) == True;",
  'aggregate(full_s, indicator(tokens == "a"));',
  "aggregate(select(indices, length - 1 - indices, ==), tokens);",
  'aggregate(select(indices, indices + 1, ==), tokens, "-");',
  "tokens = tokens_int; aggregate(full_s, tokens);",
  "x = 1; for i in [x] { x = x + i; } i;",
  "def f(n) { return 1 if n == 0 else f(n - 1); }",
  "def g() { return later; } later = 1;",
  'load "lib"; from_lib;',
  "[a + b for a, b in zip([1], [2])];",
];

describe("remarks on programs of original RASP", () => {
  for (const [text, code, severity, at, next] of traps) {
    it(`says ${code} of ${text}`, () => {
      const found = check(text);
      assert.equal(found.length, 1, JSON.stringify(found));
      const [{ range }] = found;
      assert.deepEqual(
        [found[0].code, found[0].severity, text.slice(range.start, range.end)],
        [code, severity, at],
      );
      assert.ok((found[0].next ?? "").includes(next), found[0].next);
    });
  }

  for (const text of clean) {
    it(`says nothing of ${text}`, () => assert.deepEqual(check(text), []));
  }

  it("says of ^ once what it is", () => {
    assert.deepEqual(
      check("2^3; 4^5;").map(({ code }) => code),
      ["power"],
    );
  });

  it("finds no trap in the library", () => {
    const codes = check(libraryText).map(({ code }) => code);
    assert.deepEqual([...new Set(codes)], ["reserved-name"]);
  });

  it("reads a thousand lines well within a keystroke", () => {
    const line = (i: number): string =>
      `name_${i} = aggregate(select(tokens, tokens, ==), indices + ${i}) if indices > ${i} else ${i};`;
    const text = Array.from({ length: 1000 }, (_, i) => line(i)).join("\n");
    const started = performance.now();
    assert.deepEqual(check(text), []);
    // Some 20 ms alone; the bound only keeps it from becoming quadratic.
    assert.ok(performance.now() - started < 2000);
  });
});
