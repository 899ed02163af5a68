import assert from "node:assert/strict";
import { format } from "../../../../src/rasp/python/syntax/format";
import { hasErrors, parsePython } from "../../../../src/rasp/python/syntax/parse";

/** The texts under the error remarks of a program. */
function errorsOf(text: string): string[] {
  return parsePython(text)
    .diagnostics.filter((one) => one.severity === "error")
    .map(({ range }) => text.slice(range.start, range.end));
}

describe("the Python subset: reading what is broken", () => {
  const broken: [name: string, text: string, at: string[]][] = [
    ["an open bracket costs its own statement only", "x = f(1\ny = 2\nz = )", ["(", "1", ")"]],
    ["an open bracket before def", "x = (1,\ndef f():\n    return 1\n", ["(", ","]],
    ["a string without its end", "x = 'abc\ny = 1", ["'abc"]],
    ["a missing block", "def f():\nx = 1", ["x"]],
    ["a header that cannot be read takes its block along", "def 1():\n    x = 1\n    y = 2\nz = 1", ["1"]],
    ["a line indented for no reason", "x = 1\n    y = 2", [""]],
    ["two values without an operator", "x = 1 2", ["2"]],
    ["an assignment where a condition stands", "if x = 1:\n    y = 1", ["="]],
    ["else without if", "else:\n    x = 1", ["else"]],
    ["return outside", "return 1", ["return"]],
    ["break outside", "break", ["break"]],
    ["a value that is no target", "1 = x", ["1"]],
    ["a class and its block", "class A:\n    def f(self):\n        return 1\nx = 1", ["class"]],
    ["typographic quotes", "x = “a”", ["“", "”"]],
    ["zeros in front", "x = 007", ["007"]],
    ["a name that begins with a digit", "x = 3y", ["3", "y"]],
    ["a default before none", "def f(a=1, b):\n    return a", ["b"]],
    ["a broken f-string", 'x = f"{1 + }"', ["}"]],
  ];
  for (const [name, text, at] of broken) {
    it(`${name} is reported there`, () => {
      const found = errorsOf(text);
      assert.deepEqual(found.slice(0, at.length), at, JSON.stringify(parsePython(text).diagnostics));
      assert.ok(found.length > 0);
    });
  }

  it("what stands before and behind a broken line is read", () => {
    const { statements } = parsePython("a = 1\nb = = 2\nc = 3\ndef f(:\n    return 1\nd = 4\n");
    assert.deepEqual(
      statements.map((one) => one.kind),
      ["assign", "error", "assign", "error", "assign"],
    );
  });

  it("deep and long texts are refused with a remark and leave the stack alone", () => {
    const deep = [
      "(".repeat(5000),
      `${"(".repeat(500)}1${")".repeat(500)}`,
      `x = ${"1 + ".repeat(5000)}1`,
      `x = ${"-".repeat(5000)}1`,
      `x = ${"not ".repeat(5000)}1`,
      `x = f${"()".repeat(5000)}`,
      `x = ${"lambda: ".repeat(5000)}1`,
      `x = ${"1 if 1 else ".repeat(5000)}1`,
      Array.from({ length: 200 }, (_, i) => `${" ".repeat(i)}if x:`).join("\n"),
    ];
    for (const text of deep) assert.ok(hasErrors(parsePython(text).diagnostics), text.slice(0, 20));
  });

  it("a text of 5,000 lines is read in a second", () => {
    const text = "x = (key(tokens) == query(tokens)).value(1)  # a line\n".repeat(5000);
    const start = performance.now();
    const { statements } = parsePython(text);
    assert.equal(statements.length, 5000);
    assert.ok(performance.now() - start < 5000);
  });
});

describe("the Python subset: layout", () => {
  const layouts: [name: string, text: string, expected: string][] = [
    ["spaces around operators", "x=1+2*3-(4)\ny  =  -x**2", "x = 1 + 2 * 3 - (4)\ny = -x**2\n"],
    ["a statement a line", "a=1;b=2;  c = 3 # all\n", "a = 1\nb = 2\nc = 3  # all\n"],
    [
      "blocks of four spaces",
      "if x:\n y=1\n if y:\n  z=2\nelse: w=3\n",
      "if x:\n    y = 1\n    if y:\n        z = 2\nelse:\n    w = 3\n",
    ],
    ["one blank line", "a=1\n\n\n\nb=2\n\n", "a = 1\n\nb = 2\n"],
    [
      "comments",
      "#one\nx=1 #two\ndef f(): # three\n    # four\n    return 1\n# five\n",
      "# one\nx = 1  # two\ndef f():  # three\n    # four\n    return 1\n# five\n",
    ],
    ["arguments", "f(a,b = 2,*c,**d)", "f(a, b=2, *c, **d)\n"],
    ["displays", "x=[1,2,];y={'a':1};z=(1,);w={1,2}", "x = [1, 2]\ny = {'a': 1}\nz = (1,)\nw = {1, 2}\n"],
    [
      "brackets that matter stay",
      "x=(a+b)*c\ny=(lambda v:v)(1)\nz=(a if b else c).d",
      "x = (a + b) * c\ny = (lambda v: v)(1)\nz = (a if b else c).d\n",
    ],
    [
      "slices and comprehensions",
      "x=a[1:2,::3];y=[i for i in b if i if j]",
      "x = a[1:2, ::3]\ny = [i for i in b if i if j]\n",
    ],
    [
      "lambdas and defaults",
      "f=lambda x,y=2,*z:x\ndef g(a:int=1,*,b)->int: return a",
      "f = lambda x, y=2, *z: x\ndef g(a: int = 1, *, b) -> int:\n    return a\n",
    ],
    ["imports", "from a.b import c as d,e\nimport x as y", "from a.b import c as d, e\nimport x as y\n"],
    [
      "lines that the author broke around comments",
      "x = f(\n  1, # one\n  2,\n)\n",
      "x = f(\n  1, # one\n  2,\n)\n",
    ],
    ["strings as they are", "x = \"a\"  'b'", "x = \"a\" 'b'\n"],
    ["an empty text", "\n\n", ""],
    ["comments alone", "  # only\n", "# only\n"],
  ];
  for (const [name, text, expected] of layouts) {
    it(`${name} are laid out`, () => {
      assert.equal(format(text), expected);
      assert.equal(format(expected), expected);
    });
  }

  it("a text with errors is left alone", () => assert.equal(format("x = ("), null));
});
