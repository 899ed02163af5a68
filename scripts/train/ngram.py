"""A 5-gram model with interpolated modified Kneser-Ney smoothing, the baseline of the evaluation.

Source: Chen and Goodman, "An empirical study of smoothing techniques for language
modeling", 1998: three discounts for each order, from counts of counts; lower orders
count the distinct tokens before an n-gram; below the unigrams lies the uniform
distribution over the whole vocabulary. An n-gram is one 64-bit number, so that
sorting does the counting.
"""

import numpy as np

ORDER = 5


def discounts(counts):
    """What counts of 0, 1, 2 and of 3 and more are discounted by."""
    n1, n2, n3, n4 = (int((counts == times).sum()) for times in (1, 2, 3, 4))
    share = n1 / max(n1 + 2 * n2, 1)
    one, two, more = (
        min(max(times - (times + 1) * share * above / max(of, 1), 0), times)
        for times, of, above in ((1, n1, n2), (2, n2, n3), (3, n3, n4))
    )
    return np.array([0, one, two, more])


class Level:
    """The n-grams of one order: sorted keys with discounted counts, grouped by context."""

    def __init__(self, keys, counts, bits):
        discount = discounts(counts)[np.minimum(counts, 3)]
        self.keys, self.kept = keys, counts - discount
        self.contexts, self.begins = np.unique(keys >> np.uint64(bits), return_index=True)
        self.totals = np.add.reduceat(counts, self.begins).astype(np.float64)
        self.weights = np.add.reduceat(discount, self.begins) / self.totals
        self.ends = np.append(self.begins[1:], len(keys))


def find(sorted_keys, wanted):
    """Index of each wanted key, and whether it is there."""
    at = np.minimum(np.searchsorted(sorted_keys, wanted), len(sorted_keys) - 1)
    return at, sorted_keys[at] == wanted


class KneserNey:
    def __init__(self, stream, vocabulary, order=ORDER):
        self.vocabulary, self.order = vocabulary, order
        self.bits = int(vocabulary - 1).bit_length()
        assert self.bits * order <= 64
        levels = []
        keys, counts = np.unique(self.grams(stream, order), return_counts=True)
        levels.append(Level(keys, counts, self.bits))
        for n in range(order - 1, 0, -1):
            keys, counts = np.unique(keys & np.uint64((1 << self.bits * n) - 1), return_counts=True)
            levels.append(Level(keys, counts, self.bits))
        self.levels = levels[::-1]

    def grams(self, stream, n):
        """Keys of the n-grams that begin at each place of a stream."""
        count = len(stream) - n + 1
        keys = np.zeros(count, np.uint64)
        for at in range(n):
            keys = (keys << np.uint64(self.bits)) | stream[at : at + count].astype(np.uint64)
        return keys

    def probabilities(self, stream):
        """Probability of every token of a stream but the first, each from up to `order` - 1 tokens before it."""
        result = np.full(len(stream) - 1, 1 / self.vocabulary)
        for n, level in enumerate(self.levels, 1):
            grams = self.grams(stream, n)[max(0, 2 - n) :]
            part = result[len(result) - len(grams) :]
            context, known = find(level.contexts, grams >> np.uint64(self.bits))
            at, seen = find(level.keys, grams)
            own = np.where(seen, level.kept[at], 0) / level.totals[context]
            part[known] = (level.weights[context] * part + own)[known]
        return result

    def distribution(self, history):
        """Probabilities of all tokens after a list of tokens."""
        result = np.full(self.vocabulary, 1 / self.vocabulary)
        for n, level in enumerate(self.levels, 1):
            if n > len(history) + 1:
                break
            key = 0
            for token in history[len(history) - n + 1 :]:
                key = (key << self.bits) | int(token)
            at = np.searchsorted(level.contexts, np.uint64(key))
            if at == len(level.contexts) or level.contexts[at] != key:
                break
            rows = slice(level.begins[at], level.ends[at])
            tokens = level.keys[rows] & np.uint64((1 << self.bits) - 1)
            result *= level.weights[at]
            result[tokens.astype(np.int64)] += level.kept[rows] / level.totals[at]
        return result
