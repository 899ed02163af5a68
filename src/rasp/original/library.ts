/**
 * The library, in RASP itself. Each function costs the heads and layers that the original's costs: programs are
 * compared by them.
 */
import { parse } from "./parser";
import type { Program } from "./tree";

/** What every program may use. */
export const libraryText = `tokens = tokens_str;

# Every position attends to every position.
full_s = select(1, 1, ==);

# The first position gets 1 / length of the attention; every position reads that share.
length = round(1 / aggregate(full_s, indicator(indices == 0)));

# How many keys each query selects. The first position is added to every row, so that the mean of
# "is it the first?" is 1 / (selected others + 1); whether it was selected itself is read by a second head.
def selector_width(sel) {
    first = select(indices, 0, ==);
    with_first = sel or first;
    only_first = sel and first;
    others = 1 / aggregate(with_first, indicator(indices == 0)) - 1;
    return round(others + aggregate(only_first, 1, 0));
}

# Whether each query selects anything.
def has_focus(sel) {
    return aggregate(sel, 1, 0) > 0;
}

# How often an atom occurs.
def count(seq, atom) {
    return round(length * aggregate(full_s, indicator(seq == atom)));
}

# Whether an atom occurs.
def contains(seq, atom) {
    return aggregate(full_s, indicator(seq == atom)) > 0;
}

# The larger, position by position.
def max(a, b) {
    return a if a > b else b;
}

# The smaller, position by position.
def min(a, b) {
    return a if a < b else b;
}

# The mean over all positions.
def average(a) {
    return aggregate(full_s, a);
}

# The value at a position, read from everywhere.
def load_from_location(seq, location) {
    return aggregate(select(indices, location, ==), seq);
}

# Moved right by n positions (left where n is negative); the filler comes in at the end.
def shift(seq, n, filler) {
    return aggregate(select(indices + n, indices, ==), seq, filler);
}

# Where an atom stands for the last time.
def mark_last_instance(seq, val) {
    later = select(seq, val, ==) and select(indices, indices, >);
    return (seq == val) and not has_focus(later);
}

# Where an atom stands for the first time.
def mark_first_instance(seq, val) {
    earlier = select(seq, val, ==) and select(indices, indices, <);
    return (seq == val) and not has_focus(earlier);
}

# Every query selects the last place of an atom.
def select_from_last(seq, val) {
    return select(mark_last_instance(seq, val), True, ==);
}

# Every query selects the first place of an atom.
def select_from_first(seq, val) {
    return select(mark_first_instance(seq, val), True, ==);
}

# In ascending order of the key; equal keys keep their order.
def sort(seq, key) {
    before = select(key, key, <) or (select(key, key, ==) and select(indices, indices, <));
    target = selector_width(before);
    return aggregate(select(target, indices, ==), seq);
}

# Each query selects the next later position of the same value.
def select_next_identical(seq) {
    same = select(seq, seq, ==);
    so_far = selector_width(same and select(indices, indices, <));
    return same and select(so_far, so_far + 1, ==);
}
`;

let parsed: Program | null = null;

/** The library's tree, read once. */
export function libraryProgram(): Program {
  return (parsed ??= parse(libraryText));
}
