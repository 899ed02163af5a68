import assert from "node:assert/strict";
import { Budget, standardLimits } from "../../../../src/rasp/ir/budget";
import { original } from "../../../../src/rasp/original/dialect";
import type { Execution } from "../../../../src/rasp/program";
import { executionToJson } from "../../../../src/rasp/runCase";
import { inputFromJson } from "../../../../src/rasp/values/json";

interface Around {
  readonly input?: unknown;
  readonly files?: Readonly<Record<string, string>>;
  readonly steps?: number;
}

function run(
  text: string,
  { input = "hello", files = {}, steps = standardLimits.steps }: Around = {},
): Execution {
  return original.execute(text, {
    input: { kind: "tokens", tokens: inputFromJson(input) },
    budget: new Budget({ ...standardLimits, steps }),
    load: (path) => files[path] ?? null,
  });
}

/** What a program gives, in one line: the display text of a sequence, else JSON. */
function result(text: string, around: Around = {}): string {
  const json = executionToJson(run(text, around), { dialect: "rasp" });
  return json.print ?? JSON.stringify(json.value ?? json.list ?? json.dict ?? json.selector ?? json);
}

const values: readonly (readonly [text: string, expected: string])[] = [
  ["-1 % 3;", "2"],
  ["7 % -3;", "-2"],
  ["4 / 2;", "2"],
  ["round(1.5) + round(-0.5);", "2"],
  ["2^-1;", "0.5"],
  ["99999999999 * 99999999999;", '"9999999999800000000001"'],
  ["[1, 2] == [1, 2.0];", "true"],
  ["[1] * 3;", "[1,1,1]"],
  ["not [];", "true"],
  ['1 == "1";', "false"],
  ["{1: 2}[True];", "2"],
  ["{1: 1, True: 3};", "[[1,3]]"],
  ['"hello"[-1];', '"o"'],
  ['a, b = "xy"; b;', '"y"'],
  ["range(3);", "[0,1,2]"],
  ["[x + y for x, y in zip([1, 2], [3, 4])];", "[4,6]"],
  ["i = 5; [i for i in [1, 2]]; i;", "5"],
  ["def f() { return x; } x = 2; f();", "2"],
  ["def f() { x = 3; return x; } x = 2; f(); x;", "2"],
  ["def twice(g, x) { return g(g(x)); } def inc(n) { return n + 1; } twice(inc, 3);", "5"],
  ["def f(n) { return 0 if n == 0 else (f(n - 1)); } f(390);", "0"],
  ["indices + 1; out;", "[1, 2, 3, 4, 5] (ints)"],
  ['a = tokens; tokens = tokens_asis == "l"; a;', "[h, e, l, l, o] (strings)"],
  ["[True, 2][indices % 2];", "[T, 2, T, 2, T] (ints)"],
  ["tokens[-1] + tokens[0];", "[oh]*5 (strings)"],
  ["tokens[9];", "[0]*5 (ints)"],
  ['"l" in tokens;', "[T]*5 (bools)"],
  ['aggregate(full_s, indices)("x");', "[0] (ints)"],
  ['tokens_int([1.9, True, "12"]);', "[1, 1, 12] (ints)"],
  ['(tokens_int + 1)("12");', "[2, 3] (ints)"],
  ['draw(tokens_int, "12");', "[1, 2] (ints)"],
  ['indices({"a": 1, "b": 2});', "[0, 1] (ints)"],
  ['set example "ab"\nindices;', "[0, 1] (ints)"],
  ['set selector example "ab"\nindices;', "[0, 1, 2, 3, 4] (ints)"],
  ["select_next_identical(tokens);", "[[0,0,0,0,0],[0,0,0,0,0],[0,0,0,1,0],[0,0,0,0,0],[0,0,0,0,0]]"],
  ["load_from_location(tokens, length - 1);", "[o]*5 (strings)"],
  ['not select(indices, 1, <)("ab");', "false"],
];

const failures: readonly (readonly [text: string, code: string, at: string])[] = [
  ["x = 1;\ny = z;", "undefined-variable", "z"],
  ["aggregate (full_s, indices);", "undefined-variable", "aggregate"],
  ["length = 3;", "reserved-name", "length"],
  ["def f(max) { return max; } f(1);", "reserved-name", "max"],
  ["for sort in [1] { a = 1; }", "reserved-name", "sort"],
  ["[out for out in [1]];", "reserved-name", "out"],
  ["sort(indices);", "arguments", "sort(indices)"],
  ['indices("a", "b");', "arguments", 'indices("a", "b")'],
  ["1 + (2 / 0);", "arithmetic", "2 / 0"],
  ["a = indices; b = 1 + 6 / a;", "arithmetic", "6 / a"],
  ["tokens + 1;", "type", "tokens + 1"],
  ["1 + tokens < 2;", "type", "1 + tokens"],
  ["average(tokens);", "type", "average(tokens)"],
  ["def f(s) { return s + 1; }\nf(tokens);", "type", "s + 1"],
  ["tokens_int;", "token-conversion", "tokens_int"],
  ['tokens_int("ab");', "token-conversion", "tokens_int"],
  ["aggregate(indices, indices);", "type", "aggregate(indices, indices)"],
  ["indicator(1);", "type", "indicator(1)"],
  ["full_s if indices > 1 else 1;", "type", "full_s if indices > 1 else 1"],
  ["tokens + [1];", "type", "tokens + [1]"],
  ["max + 1;", "type", "max + 1"],
  ["a, b = [1, 2, 3];", "type", "a, b = [1, 2, 3];"],
  ["for a, b in [1] { c = a; }", "type", "[1]"],
  ["[1][1.0];", "type", "[1][1.0]"],
  ["tokens[1.5];", "index", "tokens[1.5]"],
  ['{"h": 1}[tokens];', "index", '{"h": 1}[tokens]'],
  ["zip([1], [1, 2]);", "type", "zip([1], [1, 2])"],
  ["range(1.5);", "type", "range(1.5)"],
  ["range(1, 2, 0);", "type", "range(1, 2, 0)"],
  ["range(10^9);", "limit", "range(10^9)"],
  ['"a"(1);', "not-callable", '"a"(1)'],
  ['load "none";', "load", 'load "none";'],
  ["set example 5", "type", "5"],
  ["set example []", "type", "[]"],
  ["def f(n) { return f(n); } f(1);", "limit", "f(n)"],
  ["x = ;", "syntax", ";"],
];

describe("interpreter of original RASP", () => {
  for (const [text, expected] of values) {
    it(`${text.replaceAll("\n", " ")} gives ${expected}`, () => assert.equal(result(text), expected));
  }

  for (const [text, code, at] of failures) {
    it(`${text.replaceAll("\n", " ")} is an error of kind ${code} at ${at}`, () => {
      const { errors } = run(text);
      assert.equal(errors.length, 1, JSON.stringify(errors));
      const [{ range }] = errors;
      assert.ok(range !== null);
      assert.deepEqual([errors[0].code, text.slice(range.start, range.end)], [code, at]);
    });
  }

  it("suggests the nearest known name", () => {
    assert.equal(run("my_value = 1; my_valeu;").errors[0].next, "Did you mean my_value?");
    assert.equal(run("lenght;").errors[0].next, "Did you mean length?");
    assert.equal(run("true;").errors[0].next, "Write True.");
  });

  it("goes on after an error, with everything before it intact", () => {
    const { bindings, errors } = run("a = 1; b = nothing; a = a + 1; c = ; d = a; b;");
    assert.deepEqual(
      errors.map(({ code }) => code),
      ["undefined-variable", "syntax", "undefined-variable"],
    );
    const atoms = bindings.map(({ name, value }) => [name, value.kind === "atom" ? value.atom : null]);
    assert.deepEqual(atoms, [
      ["a", 1],
      ["a", 2],
      ["d", 2],
    ]);
  });

  it("gives the place of every binding", () => {
    const text = "a, b = 1, indices;\ndef f(x) { return x; } f(2);";
    const shown = run(text).bindings.map(({ name, nameRange, range, value }) => [
      name,
      nameRange === null ? null : text.slice(nameRange.start, nameRange.end),
      text.slice(range.start, range.end),
      value.kind,
    ]);
    assert.deepEqual(shown, [
      ["a", "a", "a, b = 1, indices;", "atom"],
      ["b", "b", "a, b = 1, indices;", "sop"],
      ["f", "f", "def f(x) { return x; }", "function"],
      [null, null, "f(2);", "atom"],
    ]);
  });

  it("says on which input values are shown: the program's own example", () => {
    assert.deepEqual(run("indices;").input, { kind: "tokens", tokens: [..."hello"] });
    assert.deepEqual(run('set example [1, "b"]\nindices;').input, { kind: "tokens", tokens: [1, "b"] });
  });

  it("gives nodes the range that made them, and those of the library the range of the call", () => {
    const text = "a = indices + 1;\nb = selector_width(select(a, a, ==));";
    const [a, b] = run(text).bindings.map(({ value }) => {
      assert.ok(value.kind === "sop" && value.node.range !== null);
      return text.slice(value.node.range.start, value.node.range.end);
    });
    assert.deepEqual([a, b], ["indices + 1", "selector_width(select(a, a, ==))"]);
  });

  it("knows equal steps, whatever wrote them", () => {
    const shapes = run(
      'indices + 1; (indices) + 1; {"h": 1, "e": 2}; x = tokens in ["a", "b"]; y = tokens in ["b", "a"]; indices + 2;',
    ).bindings.flatMap(({ value }) => (value.kind === "sop" ? [value.node.shape] : []));
    assert.equal(shapes[0], shapes[1]);
    assert.equal(shapes[2], shapes[3]);
    assert.notEqual(shapes[0], shapes[4]);
  });

  it("survives a recursion that is deep in its text, too", () => {
    const deep = `${"1 + (".repeat(60)}f(n - 1)${")".repeat(60)}`;
    const [error] = run(`def f(n) { return 0 if n == 0 else ${deep}; } f(390);`).errors;
    assert.equal(error?.code ?? "limit", "limit");
  });

  it("stops at its limits", () => {
    assert.equal(result("for i in range(1000000) { x = i; }", { steps: 1000 }), '{"error":"limit"}');
    assert.equal(result('x = "a"; for i in range(99) { x = x + x; }'), '{"error":"limit"}');
    assert.equal(result("x = [1]; for i in range(99) { x = x + x; }"), '{"error":"limit"}');
    assert.equal(result("2^99999999;"), '{"error":"limit"}');
    const many = original.execute("full_s;", {
      input: { kind: "tokens", tokens: new Array<string>(100_000).fill("a") },
      budget: new Budget(),
    });
    assert.equal(many.errors.at(0)?.code, "limit");
  });

  describe("load", () => {
    const files = {
      "lib.rasp":
        "_private = 1; public = _private + 1; public = public * 2;\ndef f(s) { return s + _private; }",
      "outer.rasp": 'load "lib"; own = f(indices);',
      "bad.rasp": "good = 1;\nwrong = good + nothing;\nlater = 2;",
      "broken.rasp": "good = 1;\nx = ;",
      "self.rasp": 'load "self";',
      "sees.rasp": "y = mine;",
    };
    const cases: readonly (readonly [text: string, expected: string])[] = [
      ['load "lib"; public;', "4"],
      ['load "lib"; f(indices);', "[1, 2, 3, 4, 5] (ints)"],
      ['load "outer"; own;', "[1, 2, 3, 4, 5] (ints)"],
      ['load "bad"; later;', "2"],
      ['load "lib"; _private;', '{"error":"undefined-variable"}'],
      ['mine = 1; load "sees"; y;', '{"error":"undefined-variable"}'],
      ['load "self";', '{"error":"limit"}'],
    ];
    for (const [text, expected] of cases) {
      it(`${text} gives ${expected}`, () => assert.equal(result(text, { files }), expected));
    }

    it("lists each loaded name once, with its last value and no place of its own", () => {
      const { bindings } = run('load "lib";', { files });
      assert.deepEqual(
        bindings.map(({ name, nameRange }) => [name, nameRange]),
        [
          ["public", null],
          ["f", null],
        ],
      );
    });

    it("says in which file and line an error is, at the statement that loads it", () => {
      for (const [file, line] of [
        ["bad", "In bad.rasp, line 2: Undefined variable: nothing"],
        ["broken", "In broken.rasp, line 2: "],
      ]) {
        const text = `load "${file}";`;
        const [error] = run(text, { files }).errors;
        assert.ok(error.message.startsWith(line), error.message);
        assert.deepEqual(error.range, { start: 0, end: text.length });
      }
    });

    it("puts errors inside a loaded function at the call", () => {
      const text = 'load "lib";\nx = f(tokens);';
      const [{ range }] = run(text, { files }).errors;
      assert.equal(range === null ? null : text.slice(range.start, range.end), "f(tokens)");
    });
  });
});
