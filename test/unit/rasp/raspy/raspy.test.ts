import assert from "node:assert/strict";
import { Budget } from "../../../../src/rasp/ir/budget";
import { raspy } from "../../../../src/rasp/raspy/raspy";
import { resultText, valueText } from "../../../support/raspRuns";

const before = "before = key(indices) < query(indices)\n";

/** Programs as people print them, with what they show. */
const snippets: [program: string, input: unknown, shown: string][] = [
  ["tokens.input([5, 2, 4, 5, 2, 2])", "hello", "5 2 4 5 2 2"],
  ["indices", "hello", "0 1 2 3 4"],
  ['sop = indices\nsop.input("goodbye")', "hello", "0 1 2 3 4 5 6"],
  ['tokens == "l"', "hello", "F F T T F"],
  ["model = tokens * 2 - 1", [1, 2, 3, 5, 2], "1 3 5 9 3"],
  ["model = tokens * 2  - 1\nmodel.input([1, 2, 3, 5, 2])", "hello", "1 3 5 9 3"],
  ["tokens - 5 + indices", [1, 2, 3, 5, 2], "-4 -2 0 3 1"],
  ['where((tokens == "h") | (tokens == "l"), tokens, "q")', "hello", "h q l l q"],
  ["tokens.map(lambda x: x^2)", [1, 2, 3], "1 4 9"],
  ["tokens^2 + tokens**2", [1, 2, 3], "2 8 18"],
  ["(key(tokens) == query(tokens)).value(1)", "hello", "1 1 2 2 1"],
  [
    `${before}def cumsum(seq=tokens):\n    x = (before | (key(indices) == query(indices))).value(seq)\n    return x.name("cumsum")\ncumsum().input([3, 1, -2, 3, 1])`,
    "hello",
    "3 4 2 5 6",
  ],
  ["SOp.zip(lambda a, b: a * b, indices, indices)", "abc", "0 1 4"],
  ["10 / (indices + 1)", "ab", "10.0 5.0"],
  ["2 < indices", "abcd", "F F F T"],
  ["tokens.map(float).round()", ["1.5", "2.5"], "2 2"],
  ["raw([1, 2]) + tokens", [1, 2, 3], "2 4"],
  ["(key(indices) < query(indices)).input('ab')", "hello", "00 10"],
  ["~(key(indices) < query(indices))", "ab", "11 01"],
  ["select(tokens, 'a', lambda k, q: k == q).width()", "aba", "2 2 2"],
  ["# example: [1, 2]\ntokens + 1", "hello", "2 3"],
  ["x, y = tokens, indices\ny", "ab", "0 1"],
  ["[tokens, (1, 'a')]", "ab", '[a b, [1, "a"]]'],
  ["tokens", [], ""],
];

/** The masking example of the language's introduction, through its two selectors. */
const masking = `# Hides the letters of the first half that have a 0 in the second half.
# example: ["h", "e", "l", "l", "o", 0, 1, 0, 1, 1]
everywhere = key(1) == query(1)
half = everywhere.value(1).map(lambda n: n // 2)
opposite = key(indices) == query(indices + half)
kept = opposite.value(tokens, 1)
where(kept == 0, 0, tokens)
`;

const traps: [name: string, program: string, code: string, at: string][] = [
  ["if on an s-op", "if tokens == 'l':\n    x = 1", "truth-of-s-op", "tokens == 'l'"],
  [
    "and between s-ops",
    "(tokens == 'l') and (indices == 1)",
    "truth-of-s-op",
    "(tokens == 'l') and (indices == 1)",
  ],
  ["not on an s-op", "not tokens", "truth-of-s-op", "tokens"],
  ["and between selectors", "a = key(1) == query(1)\na or a", "truth-of-selector", "a or a"],
  ["~ on bools", "~(tokens == 'l')", "bitwise-not", "~(tokens == 'l')"],
  ["a word as an operand", "tokens == 'ab'", "string-as-sequence", "tokens == 'ab'"],
  ["a key without a query", "key(tokens) == tokens", "key-without-query", "key(tokens) == tokens"],
  ["a key against a key", "key(tokens) == key(tokens)", "key-against-key", "key(tokens) == key(tokens)"],
  ["^", "tokens ** 2 if 0 else 2^2", "power-sign", "^"],
  ["an unknown name", "tokns == 'l'", "undefined-variable", "tokns"],
  [
    "an unknown name in a function that nobody calls",
    "def f():\n    return indces",
    "undefined-variable",
    "indces",
  ],
  ["an import", "from raspy import *", "import", "from raspy import *"],
  ["an import of something else", "import numpy", "import", "import numpy"],
  ["an example that is no JSON", "# example: hello\ntokens", "example", "# example: hello"],
];

describe("RASPy", () => {
  for (const [program, input, shown] of snippets) {
    it(`${JSON.stringify(program)} shows ${shown}`, () =>
      assert.equal(resultText(raspy, program, input), shown));
  }

  it("the masking program keeps the letters whose digit is 1, through two selectors", () => {
    const { bindings, input } = raspy.execute(masking, {
      input: { kind: "tokens", tokens: ["x"] },
      budget: new Budget(),
    });
    const selectors = bindings.filter(({ value }) => value.kind === "selector").map(({ name }) => name);
    assert.deepEqual(selectors, ["everywhere", "opposite"]);
    assert.equal(resultText(raspy, masking, "x"), "0 e 0 l o 0 1 0 1 1");
    const row = valueText(bindings.find(({ name }) => name === "opposite")!.value, input).split(" ")[0];
    assert.equal(row, "0000010000");
  });

  for (const [name, program, code, at] of traps) {
    it(`check explains ${name}`, () => {
      const found = raspy.check(program).filter((one) => one.code === code);
      assert.deepEqual(
        found.map(({ range }) => program.slice(range.start, range.end)),
        [at],
      );
    });
  }

  it("check is silent about programs without traps", () => {
    assert.deepEqual(raspy.check(masking), []);
  });

  it("a failed statement leaves later ones running, and is reported once", () => {
    const { bindings, errors, result } = raspy.execute("a = 1 + tokens\nb = a * 2\nc = tokens\n1 / 0", {
      input: { kind: "tokens", tokens: ["x"] },
      budget: new Budget(),
    });
    assert.deepEqual(
      errors.map((error) => error.code),
      ["type", "arithmetic"],
    );
    assert.deepEqual(
      bindings.map(({ name }) => name),
      ["c"],
    );
    assert.equal(result, null);
  });

  it("labels are kept by the node they name", () => {
    const { labels, result } = raspy.execute('(tokens + indices).name("sum")', {
      input: { kind: "tokens", tokens: [1] },
      budget: new Budget(),
    });
    assert.ok(result?.kind === "sop");
    assert.equal(labels?.get(result.node.id), "sum");
  });

  it("equal lambdas make equal selectors, others do not", () => {
    const program =
      "select(tokens, tokens, lambda k, q: k + 1 == q)\nselect(tokens, tokens, lambda k, q: k + 1 == q)\nselect(tokens, tokens, lambda k, q: k == q)\nkey(tokens) == query(tokens)";
    const { bindings } = raspy.execute(program, {
      input: { kind: "tokens", tokens: [1] },
      budget: new Budget(),
    });
    const [a, b, c, d] = bindings.map(({ value }) => (value.kind === "selector" ? value.node.shape : -1));
    assert.equal(a, b);
    assert.equal(c, d);
    assert.notEqual(a, c);
  });

  it("names point at their definition, in their own scope", () => {
    const text = "def f(q, s=tokens):\n    x = where(s == q, 1, 0)\n    return x\nx = f('l')\nx + indices";
    const shown = raspy.names(text).map(({ name, kind, of, definition }) => {
      const place = definition === null ? "-" : String(definition.start);
      return `${name} ${kind === "definition" ? "=" : "."} ${of} ${place}`;
    });
    assert.deepEqual(shown, [
      "f = function 4",
      "q = parameter 6",
      "s = parameter 9",
      "tokens . library -",
      "x = variable 24",
      "where . library -",
      "s . parameter 9",
      "q . parameter 6",
      "x . variable 24",
      "x = variable 61",
      "f . function 4",
      "x . variable 61",
      "indices . library -",
    ]);
  });

  it("a function that never ends stops each evaluation, and leaves the next one its steps", () => {
    const program = "def f(x):\n    while True:\n        pass\ntokens.map(f)";
    assert.equal(resultText(raspy, program, "a"), "error: limit");
  });
});
