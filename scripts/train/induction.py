"""What the model does on random tokens written twice, and what each head's absence costs there."""

import numpy as np
import torch

from attention import HALF, repeated_tokens, repetition_scores
from model import forward

SEQUENCES, MATCHED, BATCH = 32, 20, 8
LEAST_SCORE = 0.4
"""Prefix-matching score from which a head counts as an induction head."""


def second_half_loss(parameters, config, ids, replaced=None):
    total = 0.0
    for rows in ids.split(BATCH):
        with torch.no_grad():
            final = forward(parameters, config, rows[:, :-1], replaced=replaced).view(len(rows), 2 * HALF - 1, -1)
            log = (final[:, HALF:] @ parameters["transformer.wte.weight"].t()).log_softmax(-1)
        total -= log.gather(2, rows[:, HALF + 1 :, None]).sum().item()
    return total / (len(ids) * (HALF - 1))


def head_means(parameters, config, ids):
    """Per layer and head: the mean of what it mixes [layer][head, d_head], and how long what it adds is on average.

    Position 0 is left out of the mean; the length is over the second halves.
    """
    heads = config["n_head"]
    means, lengths = 0, 0
    for rows in ids.split(BATCH):
        trace, share = {}, len(rows) / len(ids)
        with torch.no_grad():
            forward(parameters, config, rows, trace=trace)
        mixed = torch.stack(trace["mixed"])
        means += share * mixed[:, :, :, 1:].mean((1, 3))
        out = torch.stack([parameters[f"transformer.h.{layer}.attn.c_proj.weight"] for layer in range(config["n_layer"])])
        added = torch.einsum("lbhpd,lhdw->lbhpw", mixed[:, :, :, HALF:], out.view(*out.shape[:1], heads, -1, out.shape[-1]))
        lengths += share * added.norm(dim=-1).mean((1, 3))
    return means, lengths


def matched_heads(lengths, head):
    """The heads that add vectors of the most similar length to those of `head`."""
    ratio = (lengths / lengths[head]).log().abs().numpy()
    others = [place for place in np.ndindex(ratio.shape) if place != head]
    return sorted(others, key=lambda place: ratio[place])[:MATCHED]


def induction_figures(parameters, config):
    """Prefix-matching scores, the loss of each half, and the cost of replacing each head by its mean."""
    scores = repetition_scores(parameters, config, rows=SEQUENCES)
    first, second = scores["losses"]
    ids = repeated_tokens(config, 1, SEQUENCES)
    plain = second_half_loss(parameters, config, ids)
    means, lengths = head_means(parameters, config, repeated_tokens(config, 2, SEQUENCES))
    costs = np.zeros((config["n_layer"], config["n_head"]))
    for layer, head in np.ndindex(costs.shape):
        replaced = {layer: {head: means[layer, head]}}
        costs[layer, head] = second_half_loss(parameters, config, ids, replaced) - plain
    inducing = [tuple(place) for place in np.argwhere(scores["induction"] >= LEAST_SCORE)]
    together = {}
    for layer, head in inducing:
        together.setdefault(layer, {})[head] = means[layer, head]
    best = np.unravel_index(scores["induction"].argmax(), costs.shape)
    matched = matched_heads(lengths, best)

    def cheaper(head):
        return sum(bool(costs[head] > costs[place]) for place in matched_heads(lengths, head))

    def rounded(table):
        return [[round(float(value), 4) for value in row] for row in table]

    return {
        "tokens": f"2 x {HALF} random tokens, {SEQUENCES} sequences",
        "lossFirst": round(first, 4),
        "lossSecond": round(second, 4),
        "difference": round(second - first, 4),
        "prefixMatching": rounded(scores["induction"]),
        "ablation": {
            "best": [int(index) for index in best],
            "cost": rounded(costs),
            "length": rounded(lengths),
            "matched": [list(place) for place in sorted(matched)],
            "together": [f"{layer}.{head}" for layer, head in inducing],
            "togetherCost": round(second_half_loss(parameters, config, ids, together) - plain, 4),
            "costsMoreThan": cheaper(best),
            "eachCostsMoreThan": [cheaper(head) for head in inducing],
            "of": len(matched),
        },
    }
