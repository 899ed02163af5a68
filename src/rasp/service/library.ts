/** The names that each language provides, with a sentence for each: what completion and hovers say. */
import type { RaspLibraryName } from "../../protocol/raspApi";
import type { DialectName } from "../program";

type Row = readonly [signature: string, about: string];

function named(kind: RaspLibraryName["kind"], rows: readonly Row[]): RaspLibraryName[] {
  return rows.map(([signature, about]) => {
    const name = /^[\w.]+/.exec(signature)?.[0] ?? signature;
    return { name, kind, signature, about };
  });
}

const original: readonly RaspLibraryName[] = [
  ...named("variable", [
    ["tokens", "The input, one string a position; may be assigned anew."],
    ["tokens_str", "The input's tokens as strings."],
    ["tokens_int", "The input's tokens as ints."],
    ["tokens_float", "The input's tokens as floats."],
    ["tokens_bool", "The truth of the input's tokens: of strings, whether they are not empty."],
    ["tokens_asis", "The input's tokens as they are."],
    ["indices", "The position numbers, from 0."],
    ["length", "The number of positions, at every position. One head."],
    ["full_s", "The selector of everything."],
    ["True", "The truth."],
    ["False", "Not the truth."],
    ["out", "The last value."],
  ]),
  ...named("function", [
    [
      "select(key, query, op)",
      "Selects, for each query, the keys for which `key op query` holds; op is ==, !=, <, <=, > or >=.",
    ],
    [
      "aggregate(selector, value, default)",
      "The mean of the selected values; a single one as it is; the default (0) where there is none.",
    ],
    ["selector_width(selector)", "How many keys each query selects. Two heads."],
    ["has_focus(selector)", "Whether a query selects anything."],
    ["count(sequence, atom)", "How often an atom occurs."],
    ["contains(sequence, atom)", "Whether an atom occurs."],
    ["max(a, b)", "The larger of the two, position by position."],
    ["min(a, b)", "The smaller of the two, position by position."],
    ["average(sequence)", "The mean over all positions."],
    ["load_from_location(sequence, index)", "The value at one position, everywhere."],
    ["shift(sequence, n, filler)", "Moved right by n (left where negative); the filler where nothing came."],
    ["mark_last_instance(sequence, value)", "True at the last position that has the value."],
    ["mark_first_instance(sequence, value)", "True at the first position that has the value."],
    ["select_from_last(sequence, value)", "Selects the last position that has the value."],
    ["select_from_first(sequence, value)", "Selects the first position that has the value."],
    ["sort(sequence, key)", "Sorted by the key, ascending; equal keys keep their order. Two layers."],
    ["select_next_identical(sequence)", "Selects the next later position that has the same value."],
    ["round(sequence)", "To the nearest int, halves to the even one."],
    ["indicator(sequence)", "1 where the value is true, else 0."],
    ["range(start, end, step)", "A list of ints, as Python's."],
    ["zip(a, b)", "A list of lists, one for each place of the lists."],
    ["len(list)", "The length of a list."],
    ["draw(sequence, input)", "Draws how the sequence comes about."],
  ]),
  ...named("keyword", [
    ["def", "Defines a function: `def f(a, b) { return a + b; }`."],
    ["return", "Ends a function's body with its value."],
    ["for", "Repeats over a list: `for i in range(3) { … }`."],
    ["in", "Membership. Binds loosest of all: put it in parentheses."],
    ["if", "`a if condition else b`, position by position."],
    ["else", "The other branch of `if`."],
    ["not", "Negation. Binds tighter than comparisons: write `not (a == b)`."],
    ["and", "Both. Binds as `or` does; use parentheses."],
    ["or", "Either. Binds as `and` does; use parentheses."],
    ["set example", 'Sets the running example: `set example "hello"`.'],
    ["show example", "Shows the running example."],
    ["load", 'Reads another program: `load "path";` reads path.rasp.'],
  ]),
];

const raspy: readonly RaspLibraryName[] = [
  ...named("variable", [
    ["tokens", "The input."],
    ["indices", "The position numbers, from 0."],
  ]),
  ...named("function", [
    ["key(sequence)", "The key side of a selector: `key(a) == query(b)`."],
    ["query(sequence)", "The query side of a selector."],
    ["select(key, query, predicate)", "Selects the keys for which predicate(k, q) holds."],
    ["aggregate(selector, value, default=0)", "The sum of the selected values; a single one as it is."],
    ["where(condition, a, b)", "a where the condition holds, else b."],
    ["value(value, default=0)", "Of a selector: the sum of the selected values."],
    ["map(f)", "Of a sequence: a function of each value."],
    ["has(collection)", "Of a sequence: whether each value is in the collection."],
    ["input(tokens)", "Of a sequence: its values on another input."],
    ["name(text)", "Names a sequence for the picture."],
    ["round()", "Of a sequence: to the nearest int."],
  ]),
];

const raspL: readonly RaspLibraryName[] = named("function", [
  ["full(x, c)", "c at every position of x."],
  ["indices(x)", "The position numbers of x, from 0."],
  ["tok_map(x, f)", "A function of each value, cut to an int."],
  ["seq_map(x, y, f)", "A function of the values of two sequences, cut to an int."],
  [
    "select(k, q, pred, causal=True)",
    "Selects, for each query, the earlier keys for which pred(k, q) holds.",
  ],
  ["sel_width(A)", "How many keys each query selects."],
  ["aggr_mean(A, v, default=0)", "The mean of the selected values, cut to an int."],
  ["aggr_max(A, v, default=0)", "The largest selected value."],
  ["aggr(A, v, default=0, reduction='mean')", "The selected values reduced by mean, max or min."],
  ["kqv(k, q, v, pred, default=0, reduction='mean')", "select and aggr in one."],
  ["equals(k, q)", "Predicate: key and query are equal."],
  ["leq(k, q)", "Predicate: the key is at most the query."],
  ["lt(k, q)", "Predicate: the key is less than the query."],
  ["geq(k, q)", "Predicate: the key is at least the query."],
  ["gt(k, q)", "Predicate: the key is greater than the query."],
  ["shift_right(x, n, default=0)", "Moved right by n."],
  ["cumsum(b)", "How many values up to here are true."],
  ["where(c, a, b)", "a where c is true, else b."],
  ["mask(x, m, mask_val=0)", "x where m is true, else mask_val."],
  ["maximum(x)", "The largest value so far."],
  ["minimum(x)", "The smallest value so far."],
  ["num_prev(x, q)", "How often q occurs in x so far."],
  ["has_seen(x, q)", "Whether q occurs in x so far."],
  ["firsts(x, q, default=-1)", "Where q first occurs in x so far."],
  ["lasts(x, q, default=-1)", "Where q last occurs in x so far."],
  ["index_select(x, idx, default=0)", "x at the positions idx, where they are not later than here."],
  ["first_true(b, default=-1)", "The first position that is true so far."],
  ["binary_mode(x)", "1 where there are more ones than zeros so far."],
  ["induct(k, q, offset)", "What stands offset places behind the first occurrence of q in k."],
  ["induct_prev(k, q, offset)", "What stands before the first occurrence of q in k."],
  [
    "induct_kqv(k, q, v, offset, default=0, null=-999)",
    "v at the first occurrence of q in k, moved by offset.",
  ],
]);

const tracr: readonly RaspLibraryName[] = [
  ...named("variable", [
    ["tokens", "The input."],
    ["indices", "The position numbers, from 0."],
    ["length", "The number of positions."],
  ]),
  ...named("function", [
    ["Map(f, sequence)", "A function of each value; None stays None."],
    ["SequenceMap(f, a, b)", "A function of the values of two sequences."],
    ["LinearSequenceMap(a, b, fa, fb)", "fa·a + fb·b, of numerical sequences."],
    [
      "Select(keys, queries, predicate)",
      "Selects the keys for which predicate(key, query) holds; EQ, LT, LEQ, GT, GEQ, NEQ, TRUE, FALSE or a lambda.",
    ],
    ["SelectorWidth(selector)", "How many keys each query selects."],
    [
      "Aggregate(selector, sequence, default=None)",
      "The mean of the selected values; a single one as it is; None where there is none.",
    ],
    ["SelectorAnd(a, b)", "Both selectors."],
    ["SelectorOr(a, b)", "Either selector."],
    ["SelectorNot(a)", "The complement."],
    ["Full(value)", "The same value everywhere."],
    ["numerical(sequence)", "Marks a sequence as a number in one direction of the residual stream."],
    ["categorical(sequence)", "Marks a sequence as one direction for each value."],
  ]),
];

const names: Readonly<Record<DialectName, readonly RaspLibraryName[]>> = {
  rasp: original,
  raspy,
  "rasp-l": raspL,
  tracr,
};

/** The names of a language. */
export function libraryOf(dialect: DialectName): readonly RaspLibraryName[] {
  return names[dialect];
}
