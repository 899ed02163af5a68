import assert from "node:assert/strict";
import { Budget, standardLimits } from "../../../../src/rasp/ir/budget";
import { Repl, transcript } from "../../../../src/rasp/original/repl";

const EXAMPLE = "\n \t Example: ";

/** What the original shows, written out by hand from section 1.10 of the reference. */
const texts: readonly (readonly [what: string, text: string, expected: string])[] = [
  [
    "a name under itself",
    "tokens;",
    `     s-op: tokens${EXAMPLE}tokens("hello") = [h, e, l, l, o] (strings)\n`,
  ],
  ["a name in parentheses too", "((length));", `     s-op: length${EXAMPLE}length("hello") = [5]*5 (ints)\n`],
  ["bools", "1==1;", "    value: out =  True\n"],
  ["a list", 'a = [1, "b", True, 0.5];', "     list: a = [1, 'b', True, 0.5]\n"],
  ["a dict", '{"a": 1};', "     dict: out = {'a': 1}\n"],
  [
    "a list that holds more",
    "examples off\n[indices, [1]];",
    `     list: out =  [\n\t\t     s-op: indices\n\t\t     list: [1]\n${" ".repeat(16)} ]\n`,
  ],
  ["a function of the library", "max;", "     rasplib function: max(a, b)\n"],
  [
    "an applied selector with the input around it",
    'full_s("ab");',
    "\t = \n \t\t\t     a b\n \t\t\t a | 1 1\n \t\t\t b | 1 1\n",
  ],
  ["what is drawn", 'draw(indices, "ab");', "\t =  [0, 1] (ints)\n"],
  ["several statements on a line", "a = 1; b = 2;", "    value: a =  1\n    value: b =  2\n"],
  ["nothing of a loop", "for i in [1] { a = i; }", ""],
  ["nothing of comments and empty lines", "# one\n\n  # two", ""],
  ["an example that is a list", 'set example ["ab", 1]\nshow s-op example', "\ts-op example: ['ab', 1]\n"],
  [
    "selectors without examples",
    "selector examples off\nfull_s;\nindices;",
    `     selector: full_s\n     s-op: indices${EXAMPLE}indices("hello") = [0, 1, 2, 3, 4] (ints)\n`,
  ],
  [
    "full sequences",
    "full seq display on\nindices;",
    "     s-op: indices\n \t Example:\n \t\tinput:   h e l l o \t (strings)\n \t\toutput:  0 1 2 3 4 \t (ints)\n",
  ],
  [
    "the rarer of two bools in a full display",
    'full seq display on\n(tokens == "h")("hello");',
    "\t = \n \t\tinput:   h e l l o \t (strings)\n \t\toutput:  T         \t (bools)\n",
  ],
  [
    "both bools where they are equally many",
    'full seq display on\n(tokens == "l")("la");',
    "\t = \n \t\tinput:   l a \t (strings)\n \t\toutput:  T F \t (bools)\n",
  ],
  [
    "columns of one width",
    'full seq display on\n(indices * 9)("abc");',
    "\t = \n \t\tinput:    a  b  c \t (strings)\n \t\toutput:   0  9 18 \t (ints)\n",
  ],
  [
    "that a constant sequence is not displayed in full",
    "full seq display on\nlength;",
    '     s-op: length\n \t Example: length("hello") = [5]*5 (ints) [skipped full display: identical values]\n',
  ],
  [
    "a reserved name",
    "out = 3;",
    "\t\t!!ignoring input:\n\t Error: Cannot set reserved name: out\n\t Take another name.\n",
  ],
  [
    "what was perhaps meant",
    "lenght;",
    "\t\t!!ignoring input:\n\t Error: Undefined variable: lenght\n\t Did you mean length?\n",
  ],
  ["an error of evaluation", "1 / indices;", "\t\t!!ignoring input:\n\t Division by zero.\n"],
  [
    "an error of syntax",
    "a = = 1;\na = 2;",
    "\t!! = assigns to a name at the start of a statement; equality is ==.\n\t   Write ==. -- ignoring input\n    value: a =  2\n",
  ],
  [
    "a changed example",
    'x = indices;\nset example "ab"\nx;',
    `     s-op: x${EXAMPLE}x("hello") = [0, 1, 2, 3, 4] (ints)\n     s-op: x${EXAMPLE}x("ab") = [0, 1] (ints)\n`,
  ],
];

describe("REPL of original RASP", () => {
  for (const [what, text, expected] of texts) {
    it(`shows ${what}`, () => assert.equal(transcript(text), expected));
  }

  it("waits until a statement is finished", () => {
    const repl = new Repl();
    const lines = [
      "def f(a,",
      "  b) { # two",
      "# a line of its own",
      "return a + b; }",
      "f(1,",
      "",
      "2",
      ");",
    ];
    const fed = lines.map((line) => repl.feed(line));
    assert.deepEqual(
      fed.map(({ complete }) => complete),
      [false, false, false, true, false, false, false, true],
    );
    assert.equal(fed[3].output, "     console function: f(a, b)\n");
    assert.equal(fed[7].output, "    value: out =  3\n");
  });

  it("forgets an unfinished statement when told", () => {
    const repl = new Repl();
    assert.equal(repl.feed("a = (1 +").complete, false);
    repl.abandon();
    assert.equal(repl.feed("b = 2;").output, "    value: b =  2\n");
  });

  it("keeps its state through errors", () => {
    const repl = new Repl();
    repl.feed("a = 1;");
    for (const line of ["a = nothing;", "a = ;", "a = 1 / 0;", "b = a; a = nothing;"]) repl.feed(line);
    assert.equal(repl.feed("a + b;").output, "    value: out =  2\n");
  });

  it("ends at exit and quit", () => {
    for (const line of ["exit", "quit", "exit()", "quit()"]) {
      assert.deepEqual(new Repl().feed(`1; ${line}`), {
        output: "    value: out =  1\n",
        complete: true,
        ended: true,
      });
    }
  });

  it("lists what a file brings, without examples", () => {
    const files: Record<string, string> = {
      "lib.rasp": "a = indices; a = a + 1; def f(x) { return x; } _b = 1;",
    };
    const load = (path: string): string | null => files[path] ?? null;
    const expected = `     s-op: a\n     lib function: f(x)\n     s-op: a${EXAMPLE}a("hello") = [1, 2, 3, 4, 5] (ints)\n`;
    assert.equal(transcript('load "lib";\na;', { load }), expected);
  });

  it("gives every input a budget of its own", () => {
    const repl = new Repl({ budget: () => new Budget({ ...standardLimits, steps: 500 }) });
    for (let i = 0; i < 10; i++) assert.equal(repl.feed("for i in range(90) { a = i; }").output, "");
    assert.match(repl.feed("for i in range(9999) { a = i; }").output, /stopped after 500 steps/);
    assert.equal(repl.feed("1;").output, "    value: out =  1\n");
  });
});
