/** Small programs of original RASP that together use all of the language. */

/** The texts. */
export const raspPrograms: readonly string[] = [
  "aggregate(select(indices, length - 1 - indices, ==), tokens);",
  "selector_width(select(tokens, tokens, ==));",
  "h = selector_width(select(tokens, tokens, ==)); first = not has_focus(select(tokens, tokens, ==) and select(indices, indices, <));",
  'sort(tokens, tokens); shift(tokens, 1, "_"); max(indices, 2); average(indices); count(tokens, "l");',
  "def f(a, b) { # two\n  x = a + b; # sum\n  return x, x^2;\n}\np, q = f(1, 2); f(indices, 3);",
  'd = {"h": 1, "e": 2}; [d[k] * 2 for k in d]; {k: len([k]) for k in ["a", "b"]};',
  "for i, j in zip([1, 2], range(3, 5)) { a = i * j; }\n[1, [2, indices], full_s];",
  "set example [1, 2.5, 3]\ntokens_float / 2; tokens_asis if indices % 2 == 0 else -indices; show example",
  's-op examples off\nexamples on\nfull seq display on\ntokens[-1]; "e" in tokens; tokens in ["a", "e"]; out;',
  'draw(indices + 1, "ab"); (indices + 1)("xyz"); full_s([1, 2]); round(2.5) % 3; indicator(tokens == "l");',
  "1 if True else 2 if False else 3; not 1 == 2; 3 > 2 > 1; True or True and False; -2^2; 2^-1; +1;",
  'def fact(n) { return 1 if n <= 1 else n * fact(n - 1); } fact(20); load "other";',
];
