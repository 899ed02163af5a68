"""Attention-head scores on random repeated tokens and on text."""

import numpy as np
import torch

from model import logits_of

HALF = 128


def repeated_tokens(config, seed, rows):
    """Rows of `HALF` random tokens written twice; the special last id is never drawn."""
    generator = np.random.default_rng([seed, 2])
    first = generator.integers(0, config["vocab_size"] - 1, (rows, HALF))
    return torch.from_numpy(np.concatenate([first, first], 1))


def repetition_scores(parameters, config, seed=1, rows=32):
    """Induction and duplicate-token scores [layer][head], and the loss of each half."""
    induction, duplicate, losses = 0, 0, 0
    for ids in repeated_tokens(config, seed, rows).split(8):
        trace = {}
        with torch.no_grad():
            log = logits_of(parameters, config, ids, trace)[:, :-1].log_softmax(-1)
        loss = -log.gather(2, ids[:, 1:, None])[..., 0]
        share = len(ids) / rows
        # The first token of the second half cannot be foreseen: it belongs to neither.
        losses += share * np.array([loss[:, : HALF - 1].mean().item(), loss[:, HALF:].mean().item()])
        pattern = torch.stack(trace["pattern"])
        second = torch.arange(HALF, 2 * HALF)
        induction += share * pattern[..., second, second - HALF + 1].mean((1, 3))
        duplicate += share * pattern[..., second, second - HALF].mean((1, 3))
    return {"induction": induction.numpy(), "duplicate": duplicate.numpy(), "losses": losses.tolist()}
