import assert from "node:assert/strict";
import { pythonRepr } from "../../../support/pythonRepr";

/** Programs and what Python prints for their last line. */
const values: [string, string][] = [
  // Numbers
  ["7 // 2, -7 // 2, 7 % -3, -7 % 3, 7.5 // 2, -7.5 % 2", "(3, -4, -2, 2, 3.0, 0.5)"],
  ["4 / 2, 2 ** 10, 2 ** -1, -2 ** 2, (-2) ** 2, 2 ** 3 ** 2", "(2.0, 1024, 0.5, -4, 4, 512)"],
  ["3^2, 2 * 3^2, 2^-1", "(9, 18, 0.5)"],
  ["True + True, True / 2, -True, ~5, ~True", "(2, 0.5, -1, -6, -2)"],
  ["1 == 1.0, 1 == True, '1' == 1, 0.1 + 0.2", "(True, True, False, 0.30000000000000004)"],
  ["10 ** 20, 2 ** 64 - 1, 10 ** 20 % 7", "(100000000000000000000, 18446744073709551615, 2)"],
  ["round(2.5), round(3.5), round(-0.5), round(2.345, 2)", "(2, 4, 0, 2.35)"],
  ["int(-1.9), int('12'), float('1.5'), int(True), abs(-3), abs(-2.5)", "(-1, 12, 1.5, 1, 3, 2.5)"],
  ["0x1F, 0b101, 0o17, 1_000, .5, 1., 1e3", "(31, 5, 15, 1000, 0.5, 1.0, 1000.0)"],
  ["5 & 3, 5 | 3, 1 << 4, 256 >> 2, True & False, True | False", "(1, 7, 16, 64, False, True)"],
  ["1 if 0 else 2 if '' else 3", "3"],
  // Comparison and truth
  ["1 < 2 < 3, 1 < 2 > 3, 3 > 2 == 2", "(True, False, True)"],
  ["not 1 == 2, not 0, not ''", "(True, True, True)"],
  ["3 and 5, 0 or 'x', '' and 1 / 0, 1 or 1 / 0", "(5, 'x', '', 1)"],
  [
    "None is None, [] is not None, 1 in [1, 2], 'ell' in 'hello', 3 not in (1, 2)",
    "(True, True, True, True, True)",
  ],
  ["[1, 2] < [1, 3], (1, 2) == (1, 2), [1] == (1,), {1: 2} == {1.0: 2}", "(True, True, False, True)"],
  // Strings
  [
    `'it\\'s', "a\\tb", '''x
y''', 'a' 'b', r'\\n'`,
    `("it's", 'a\\tb', 'x\\ny', 'ab', '\\\\n')`,
  ],
  ["'hello'[1], 'hello'[-1], 'hello'[1:3], 'hello'[::-1], 'hello'[::2]", "('e', 'o', 'el', 'olleh', 'hlo')"],
  [
    "'0123456789'.index('7'), 'a,b'.split(','), '-'.join(['a', 'b']), ' x '.strip()",
    "(7, ['a', 'b'], 'a-b', 'x')",
  ],
  [
    "'ab' * 2 + 'c', ord('a'), chr(98), 'abc'.upper(), 'a1'.isdigit(), '12'.isdigit()",
    "('ababc', 97, 'b', 'ABC', False, True)",
  ],
  ["x = 3\nf'{x} and {x + 1:.2f} {{}}'", "'3 and 4.00 {}'"],
  // Lists, tuples, dicts, sets
  [
    "a = [1, 2, 3]\na.append(4)\na += [5]\na[0] = 9\na, len(a), a.pop(), a",
    "([9, 2, 3, 4], 5, 5, [9, 2, 3, 4])",
  ],
  ["a, *b = [1, 2, 3]\n*c, d = 'xyz'\na, b, c, d", "(1, [2, 3], ['x', 'y'], 'z')"],
  ["(a, b), c = (1, 2), 3\na, b, c", "(1, 2, 3)"],
  ["a = b = [1]\na.append(2)\nb", "[1, 2]"],
  ["[*range(3), *'ab'], (*[1], 2), {**{'a': 1}, 'b': 2}", "([0, 1, 2, 'a', 'b'], (1, 2), {'a': 1, 'b': 2})"],
  ["[x * y for x in range(3) for y in range(x) if y % 2 == 0]", "[0, 0]"],
  ["{k: v for k, v in zip('ab', [1, 2])}, {x % 2 for x in range(5)}", "({'a': 1, 'b': 2}, {0, 1})"],
  [
    "sum(x for x in range(5)), any(x > 2 for x in [1, 3]), all([]), max(3, 1, 2), min([4, 2])",
    "(10, True, True, 3, 2)",
  ],
  [
    "sorted([3, 1, 2]), sorted('ba', reverse=True), sorted([(1, 'b'), (0, 'c')], key=lambda t: t[1])",
    "([1, 2, 3], ['b', 'a'], [(1, 'b'), (0, 'c')])",
  ],
  [
    "list(enumerate('ab', 1)), list(reversed([1, 2])), list(map(lambda x: x + 1, [1, 2]))",
    "([(1, 'a'), (2, 'b')], [2, 1], [2, 3])",
  ],
  ["d = {}\nd['a'] = 1\nd['a'] += 1\nd.get('b', 0), d, list(d.items())", "(0, {'a': 2}, [('a', 2)])"],
  [
    "range(5)[1:3], list(range(5, 0, -2)), len(range(10 ** 9)), 7 in range(0, 10, 7)",
    "(range(1, 3), [5, 3, 1], 1000000000, True)",
  ],
  [
    "isinstance((1,), tuple), isinstance(True, int), isinstance('a', (int, str)), isinstance(1.0, int)",
    "(True, True, True, False)",
  ],
  ["[1, 2] * 2, (), (1,), [], set(), {}", "([1, 2, 1, 2], (), (1,), [], set(), {})"],
  // Functions and scopes
  [
    "def f(a, b=2, *c, d=4, **e):\n    return a, b, c, d, e\nf(1), f(1, 3, 5, d=6, z=7)",
    "((1, 2, (), 4, {}), (1, 3, (5,), 6, {'z': 7}))",
  ],
  ["def f(x=[]):\n    x.append(1)\n    return x\nf()\nf()", "[1, 1]"],
  ["fs = [lambda: i for i in range(3)]\n[f() for f in fs]", "[2, 2, 2]"],
  ["fs = [lambda i=i: i for i in range(3)]\n[f() for f in fs]", "[0, 1, 2]"],
  ["def make(n):\n    def add(x):\n        return x + n\n    return add\nmake(3)(4)", "7"],
  ["n = 0\ndef up():\n    global n\n    n += 1\nup()\nup()\nn", "2"],
  [
    "def f():\n    n = 0\n    def g():\n        nonlocal n\n        n += 1\n        return n\n    g()\n    return g()\nf()",
    "2",
  ],
  ["def fact(n):\n    return 1 if n < 2 else n * fact(n - 1)\nfact(20)", "2432902008176640000"],
  ["x = 1\n[x for x in range(3)]\nx", "1"],
  ["for i in range(3):\n    pass\ni", "2"],
  ["def f():\n    pass\nf()", "None"],
  ["(lambda *a: a)(*[1, 2], 3), (lambda x, y: x - y)(**{'x': 5, 'y': 1})", "((1, 2, 3), 4)"],
  // Statements
  [
    "t = 0\nfor i in range(10):\n    if i == 2: continue\n    if i == 5: break\n    t += i\nelse:\n    t = 99\nt",
    "8",
  ],
  ["t = 0\nwhile t < 3:\n    t += 1\nelse:\n    t = 10\nt", "10"],
  ["x = 5\nif x < 3:\n    y = 'a'\nelif x < 6:\n    y = 'b'\nelse:\n    y = 'c'\ny", "'b'"],
  ["a = 1; b = 2; a + b", "3"],
  ["x: int = 3\ny: str\nx", "3"],
  ["total = (1 +\n         2)\ntotal", "3"],
  ["if True:\n\tx = 1\n\ty = 2\nx + y", "3"],
  ["x = 1 + \\\n    2\nx", "3"],
];

/** Programs that stop, and why. */
const errors: [string, string][] = [
  ["x", "undefined-variable"],
  ["1 / 0", "arithmetic"],
  ["'a' + 1", "type"],
  ["1 < 'a'", "type"],
  ["[1][3]", "index"],
  ["{}['a']", "index"],
  ["'abc'.index('z')", "index"],
  ["a, b = [1]", "type"],
  ["5()", "not-callable"],
  ["(lambda x: x)()", "arguments"],
  ["(lambda x: x)(1, 2)", "arguments"],
  ["(lambda x: x)(y=1)", "arguments"],
  ["int('x')", "token-conversion"],
  ["def f():\n    x = x + 1\n    return x\nx = 1\nf()", "undefined-variable"],
  ["[].nothing", "type"],
  ["{[]: 1}", "type"],
  ["class A:\n    pass", "unsupported"],
  ["with x as y:\n    pass", "unsupported"],
  ["x = ", "syntax"],
  ["while True:\n    pass", "limit"],
  ["def f(n):\n    return f(n + 1)\nf(0)", "limit"],
  ["f = lambda n: f(n)\nf(0)", "limit"],
  ["x = [0]\nfor i in x:\n    x.append(i)", "limit"],
  ["x = 'a'\nwhile True:\n    x = x + x", "limit"],
  ["x = 2\nwhile True:\n    x = x * x", "limit"],
  ["x = [1]\nwhile True:\n    x = x + x", "limit"],
  ["list(range(10 ** 12))", "limit"],
  ["2 ** 10 ** 10", "limit"],
  ["1 << 10 ** 9", "limit"],
];

describe("the Python subset: values", () => {
  for (const [program, expected] of values) {
    it(`${JSON.stringify(program)} is ${expected}`, () => assert.equal(pythonRepr(program), expected));
  }

  for (const [program, kind] of errors) {
    it(`${JSON.stringify(program)} stops: ${kind}`, () =>
      assert.equal(pythonRepr(program), `error: ${kind}`));
  }

  const recursions: [string, string][] = [
    ["plain", "def f(n):\n    return 0 if n == 0 else f(n - 1) + 1\n"],
    ["lambdas", "f = lambda n: 0 if n == 0 else f(n - 1) + 1\n"],
    [
      "blocks",
      "def f(n):\n    for a in [1]:\n        for b in [1]:\n            if 1:\n                while n:\n                    return f(n - 1) + 1\n    return 0\n",
    ],
    [
      "comprehensions",
      "f = lambda n: [x for x in [1] if n and [f(n - 1) for y in [1] for z in [1]]] and n\n",
    ],
    ["builtins", "f = lambda n: sorted([n], key=lambda x: n and f(n - 1))[0]\n"],
  ];
  for (const [name, program] of recursions) {
    it(`recursion through ${name} goes some way, and ends by the count, not by the stack`, () => {
      assert.equal(pythonRepr(`${program}f(20)`), "20");
      assert.equal(pythonRepr(`${program}f(10 ** 6)`), "error: limit");
    });
  }
});
