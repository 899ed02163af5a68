"""The scores that a point of the training curve keeps: enough to see when abilities appear, in about two seconds."""

import math

import numpy as np
import torch

from attention import repetition_scores
from model import forward

WINDOWS, LENGTH, ROWS = 16, 256, 8


def byte_counts(tokenizer):
    """Bytes of each token, by id; <|endoftext|> has none."""
    counts = np.zeros(len(tokenizer.names), np.int64)
    for id, name in tokenizer.names.items():
        counts[id] = 0 if name == "<|endoftext|>" else len(name)
    return counts


def windows_of(stream):
    """Evenly spaced windows of a stream, each with the token after it."""
    starts = np.linspace(0, len(stream) - LENGTH - 1, WINDOWS).astype(int)
    return torch.from_numpy(np.stack([stream[s : s + LENGTH + 1] for s in starts]).astype(np.int64))


def point_scores(parameters, config, held_out, counts):
    """Loss (nats per token) and bits per byte on windows of each held-out stream, and what heads do.

    `repeat` is the loss of the second half of repeated random tokens less that of the first;
    `prefixMatching` and `previousToken` are the highest scores of any head.
    """
    losses, bits, previous = {}, {}, 0
    for kind, stream in held_out.items():
        ids, total = windows_of(stream), 0.0
        for rows in ids.split(8):
            trace = {}
            with torch.no_grad():
                final = forward(parameters, config, rows[:, :-1], trace=trace)
                logits = final @ parameters["transformer.wte.weight"].t()
                targets = rows[:, 1:].reshape(-1, 1)
                total += (logits.logsumexp(1, keepdim=True) - logits.gather(1, targets)).sum().item()
            pattern = torch.stack(trace["pattern"])[..., 1:, :]
            previous += pattern.diagonal(dim1=-2, dim2=-1).mean((1, 3)) * len(rows) / len(ids) / len(held_out)
        losses[kind] = round(total / ids[:, 1:].numel(), 4)
        bits[f"{kind}Bits"] = round(total / math.log(2) / int(counts[ids[:, 1:].numpy()].sum()), 4)
    repetition = repetition_scores(parameters, config, rows=ROWS)
    first, second = repetition["losses"]
    return {
        **losses,
        **bits,
        "repeat": round(second - first, 4),
        "prefixMatching": round(float(repetition["induction"].max()), 4),
        "previousToken": round(float(previous.max()), 4),
    }
