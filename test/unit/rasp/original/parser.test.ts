import assert from "node:assert/strict";
import { parse } from "../../../../src/rasp/original/parser";
import { partsOf, type Expression } from "../../../../src/rasp/original/tree";
import { ExpressionPrinter } from "../../../../src/rasp/original/printExpression";

/** An expression with every grouping written out. */
function grouped(expression: Expression): string {
  switch (expression.kind) {
    case "group":
      return grouped(expression.inner);
    case "unary":
      return `(${expression.sign} ${grouped(expression.operand)})`;
    case "binary":
      return `(${grouped(expression.left)} ${expression.sign} ${grouped(expression.right)})`;
    case "in":
      return `(${grouped(expression.element)} in ${grouped(expression.container)})`;
    case "ternary": {
      const parts = [expression.then, expression.condition, expression.otherwise].map(grouped);
      return `(${parts[0]} if ${parts[1]} else ${parts[2]})`;
    }
    case "index":
      return `${grouped(expression.value)}[${grouped(expression.index)}]`;
    case "call":
      return `${grouped(expression.callee)}(${expression.arguments.map(grouped).join(", ")})`;
    default:
      return new ExpressionPrinter().flat(expression);
  }
}

/** Section 1.5 of the reference, from the tightest to the weakest. */
const precedence: readonly (readonly [text: string, expected: string])[] = [
  ["not x[0](1)", "(not x[0](1))"],
  ["not 1==2", "((not 1) == 2)"],
  ["-2^2", "((- 2) ^ 2)"],
  ["2^-1", "(2 ^ (- 1))"],
  ["not tokens in L", "((not tokens) in L)"],
  ["c and not x==1", "(c and ((not x) == 1))"],
  ["- - 1", "(- (- 1))"],
  ["2^3^2", "((2 ^ 3) ^ 2)"],
  ["2*3^2", "(2 * (3 ^ 2))"],
  ["8/4*2", "((8 / 4) * 2)"],
  ["7%3*2", "(7 % (3 * 2))"],
  ["7*3%2", "((7 * 3) % 2)"],
  ["1+5%3", "(1 + (5 % 3))"],
  ["1-2-3", "((1 - 2) - 3)"],
  ["a<b+1", "(a < (b + 1))"],
  ["3>2>1", "((3 > 2) > 1)"],
  ["a==b and c", "((a == b) and c)"],
  ["a or b and c", "((a or b) and c)"],
  ["a and b or c", "((a and b) or c)"],
  ["a if b or c else d and e", "(a if (b or c) else (d and e))"],
  ["1 if a else 2 if b else 3", "((1 if a else 2) if b else 3)"],
  ["1 if a if b else c else 3", "(1 if (a if b else c) else 3)"],
  ["x in y and z", "(x in (y and z))"],
  ["x and y in z", "((x and y) in z)"],
  ["a if b else c in d", "((a if b else c) in d)"],
  ["a in b in c", "((a in b) in c)"],
  ["a if b in c else d", "(a if (b in c) else d)"],
  ["(a or b) and c", "((a or b) and c)"],
];

function valueOf(text: string): Expression {
  const { statements, problems } = parse(`${text};`);
  assert.deepEqual(problems, []);
  const [statement] = statements;
  assert.ok(statement.kind === "expression");
  return statement.value;
}

describe("parser of original RASP", () => {
  for (const [text, expected] of precedence) {
    it(`groups ${text} as ${expected}`, () => assert.equal(grouped(valueOf(text)), expected));
  }

  it("gives every expression the range of its text", () => {
    const text = "aggregate(select(a, b, ==), [c, {1: x}[2]], 3) + len([1]) if not q in z(4) else -1";
    const program = parse(`${text};`);
    const seen: string[] = [];
    const walk = (expression: Expression): void => {
      seen.push(program.text.slice(expression.range.start, expression.range.end));
      partsOf(expression).forEach(walk);
    };
    walk(valueOf(text));
    for (const part of ["select(a, b, ==)", "{1: x}[2]", "{1: x}", "len([1])", "not q", "z(4)", "-1", text]) {
      assert.ok(seen.includes(part), part);
    }
  });

  const wrong: readonly (readonly [text: string, at: string, message: RegExp])[] = [
    ["tokens;;", ";", /ends no statement/],
    ['tokens!="a";', "!=", /only in select/],
    ["[1,2,];", "]", /no comma/],
    ["f(1,);", ")", /no comma/],
    ["if=1;", "if", /cannot be a name/],
    ["selector=3;", "selector", /word of the language/],
    ["for i in range(2) { }", "}", /needs a statement/],
    ["for in;", "in", /cannot be a name/],
    ["select (a,b,==);", "(", /no space/],
    ["select(a,b,=);", "=", /assigns/],
    ["1 if x = 2 else 3;", "=", /equality is ==/],
    ["a + 1 = 2;", "=", /assigns to a name/],
    [".5;", ".5", /begins with a digit/],
    ["'a';", "'a'", /double quotes/],
    ["2 ** 3;", "**", /\^/],
    ["def f(a) { x = 1; }", "}", /ends with return/],
    ["def f() { return 1; x = 2; }", "x", /last statement/],
    ["return 1;", "return", /only at the end of a def/],
    ["for i in [1] { show example }", "show example", /only at the top/],
    ["x\ny = 2;", "x", /no ;/],
    ["a = 1 2;", "2", /; is missing/],
    ["}", "}", /closes nothing/],
    ["if x { y = 1; }", "if", /no if statement/],
    ["x += 1;", "=", /no \+=/],
    ["load x;", "x", /path in double quotes/],
  ];
  for (const [text, at, message] of wrong) {
    it(`says one thing of ${JSON.stringify(text)}, at ${at}`, () => {
      const { problems } = parse(text);
      assert.equal(problems.length, 1, JSON.stringify(problems));
      const [{ range }] = problems;
      assert.equal(text.slice(range.start, range.end), at);
      assert.match(problems[0].message, message);
    });
  }

  it("loses no statement around one that is wrong", () => {
    const text =
      "a = 1; b = ; c = 3;\nd = \ndef f(x) { return x; }\ne = 5\ng = 6; for i in [1] { h = ; } z = 1;";
    const { statements, broken } = parse(text);
    const kinds = statements.map((statement) => `${statement.kind}${broken.has(statement) ? "!" : ""}`);
    assert.deepEqual(kinds, [..."assign broken! assign broken! def assign! assign for! assign".split(" ")]);
  });

  it("skips the whole of a function whose head is wrong", () => {
    const { statements } = parse("def f(a b) { x = {1: 2}; return a; } y = 1;");
    assert.deepEqual(
      statements.map(({ kind }) => kind),
      ["broken", "assign"],
    );
  });

  const unfinished: readonly (readonly [text: string, expected: boolean])[] = [
    ["tokens", true],
    ["a = (1 +", true],
    ["def f(a) {", true],
    ["def f(a) { return a;", true],
    ["select(indices, indices,", true],
    ["a = = 1", false],
    ["a = 1;", false],
    ["set example", false],
    ['"open', false],
  ];
  for (const [text, expected] of unfinished) {
    it(`${expected ? "waits for more after" : "knows that no more helps"} ${JSON.stringify(text)}`, () => {
      assert.equal(parse(text).problems.at(0)?.unfinished ?? false, expected);
    });
  }

  it("ends a command with its line, unless a bracket is open", () => {
    const { statements, problems } = parse(
      'set example "a"\n(indices)("b");\nset s-op example [1,\n2]\nindices;',
    );
    assert.deepEqual(problems, []);
    assert.deepEqual(
      statements.map(({ kind }) => kind),
      ["command", "expression", "command", "expression"],
    );
  });

  const deep: readonly (readonly [name: string, text: string])[] = [
    ["parentheses", `${"(".repeat(50_000)}1`],
    ["prefixes", `${"-".repeat(50_000)}1;`],
    ["operators", `1${"+1".repeat(50_000)};`],
    ["indices", `x${"[0]".repeat(50_000)};`],
    ["loops", "for i in [1] { ".repeat(5_000)],
  ];
  for (const [name, text] of deep) {
    it(`refuses ${name} that are too many for a tree, without falling over`, () => {
      assert.ok(parse(text).problems.length > 0);
    });
  }
});
