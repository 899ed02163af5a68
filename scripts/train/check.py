"""Checks of what the figures rest on, each against a slower or plainer way; some seconds.

    python3 check.py
"""

import json
import os
import subprocess
from collections import Counter

import numpy as np
import torch

from model import forward, initial_parameters, logits_of
from ngram import KneserNey, discounts
from sampling import greedy

TINY = {"n_layer": 2, "n_head": 2, "n_embd": 64, "n_positions": 32, "vocab_size": 50, "layer_norm_epsilon": 1e-5}


def naive_kneser_ney(stream, vocabulary, order):
    """Probabilities from dictionaries, written as Chen and Goodman have them."""
    types = Counter(tuple(stream[i : i + order]) for i in range(len(stream) - order + 1))
    counts = {order: types}
    for n in range(order - 1, 0, -1):
        counts[n] = Counter(gram[1:] for gram in counts[n + 1])
    amounts = {n: discounts(np.array(list(table.values()))) for n, table in counts.items()}

    def probability(token, history):
        if history is None:
            return 1 / vocabulary
        n = len(history) + 1
        shorter = probability(token, history[1:] if history else None)
        after = [count for gram, count in counts[n].items() if gram[:-1] == history]
        if not after:
            return shorter
        amount = amounts[n]
        own = counts[n].get((*history, token), 0)
        gamma = sum(amount[i] * sum(1 for count in after if min(count, 3) == i) for i in (1, 2, 3))
        return (own - amount[min(own, 3)]) / sum(after) + gamma / sum(after) * shorter

    return probability


def check_ngram():
    # 10, 5, 3 and 2 n-grams seen once to four times: by hand, Y = 10 / 20.
    example = discounts(np.repeat([1, 2, 3, 4, 9], [10, 5, 3, 2, 6]))
    assert np.allclose(example, [0, 1 - 2 * 0.5 * 5 / 10, 2 - 3 * 0.5 * 3 / 5, 3 - 4 * 0.5 * 2 / 3])
    generator = np.random.default_rng(1)
    for vocabulary, order, length in ((7, 5, 600), (5, 3, 300), (9, 2, 50), (3, 5, 40)):
        stream, other = ((vocabulary * generator.random(n) ** 2).astype(np.uint16) for n in (length, 60))
        fast, slow = KneserNey(stream, vocabulary, order), naive_kneser_ney(stream.tolist(), vocabulary, order)
        probabilities = fast.probabilities(other)
        for at in range(1, len(other)):
            history = tuple(other[max(0, at - order + 1) : at].tolist())
            every = fast.distribution(history)
            assert abs(every.sum() - 1) < 1e-12 and every.min() > 0
            assert np.allclose(every, [slow(token, history) for token in range(vocabulary)], rtol=1e-12)
            assert abs(probabilities[at - 1] - every[other[at]]) < 1e-12


def tiny_model():
    parameters = initial_parameters(TINY, 1)
    return {name: 5 * value if value.dim() > 1 else value for name, value in parameters.items()}


def check_cache():
    """Greedy text with keys and values kept is that of whole runs."""
    parameters, ids = tiny_model(), [3, 1, 4, 1, 5]
    made = greedy(parameters, TINY, ids, 12)
    for _ in made:
        ids = ids + [int(logits_of(parameters, TINY, torch.tensor([ids]))[0, -1].argmax())]
    assert made == ids[5:]


def check_replaced():
    """A head replaced by nothing is a head whose output weights are zero."""
    parameters, ids = tiny_model(), torch.tensor([[7, 8, 9, 10]])
    silenced = {name: value.clone() for name, value in parameters.items()}
    silenced["transformer.h.1.attn.c_proj.weight"][32:] = 0
    replaced = forward(parameters, TINY, ids, replaced={1: {1: torch.zeros(32)}})
    assert torch.allclose(replaced, forward(silenced, TINY, ids), atol=1e-6)
    assert not torch.allclose(replaced, forward(parameters, TINY, ids), atol=1e-3)


PARSES = [
    ("export function f(a: number) {\n", "  if (a) {\n    return [1,\n 2,\n", False, True),
    ("export function f(a: number) {\n", "  if (a) {\n    return [1,\n 2,\n", True, False),
    ("export function f(a: number) {\n", "  if (a)) {\n    return [1,\n", False, False),
    ("export function f(a: number) {\n", "  return 1;\n}\n", True, True),
    ("/** x\n", " * doc (((\n", False, True),
    ("const x = `a\n", " b ${c\n", False, True),
    ("const x = {\n", " b: 1\n c: 2\n", False, False),
    ("const x = {\n", " b: 1,\n c: = 2", False, True),
    ("const x = {\n", " b: 1", False, False),
    ("try {\n", " b()\n}\n", False, True),
    ("", " const a = \n", False, True),
]
"""(before, continuation, whether it ends the file, whether it parses)"""


def check_parses():
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "parses.mjs")
    cases = [{"path": "a.ts", "before": before, "text": text, "ended": ended} for before, text, ended, _ in PARSES]
    answer = subprocess.run(["node", script], input=json.dumps(cases).encode(), stdout=subprocess.PIPE, check=True)
    assert json.loads(answer.stdout) == [parses for *_, parses in PARSES], answer.stdout


if __name__ == "__main__":
    check_ngram()
    check_cache()
    check_replaced()
    check_parses()
    print("all agree")
