"""Continuations: of the model, with keys and values kept, and of the 5-gram model."""

import numpy as np
import torch

from model import forward


def continued(parameters, config, prompts, count, choose):
    """`count` ids behind each prompt of an array [batch, length]; `choose` makes ids of logits [batch, vocabulary]."""
    cache, ids, chosen = [], torch.from_numpy(np.asarray(prompts, np.int64)), []
    for _ in range(count):
        with torch.no_grad():
            final = forward(parameters, config, ids, cache=cache)
            last = final.view(*ids.shape, -1)[:, -1]
            chosen.append(choose((last @ parameters["transformer.wte.weight"].t()).numpy()))
        ids = torch.from_numpy(chosen[-1][:, None])
    return np.stack(chosen, 1)


def greedy(parameters, config, prompt, count):
    """Most likely continuation of one list of ids."""
    return continued(parameters, config, [prompt], count, lambda logits: logits.argmax(1))[0].tolist()


def drawn(log_probabilities, temperature, generator):
    """One id from each row [batch, vocabulary], by the Gumbel trick."""
    noise = generator.gumbel(size=log_probabilities.shape)
    return (log_probabilities / temperature + noise).argmax(1)


def model_samples(parameters, config, prompts, count, temperature, seed):
    generator = np.random.default_rng(seed)
    return continued(parameters, config, prompts, count, lambda logits: drawn(logits, temperature, generator))


def ngram_samples(ngram, prompts, count, temperature, seed):
    generator = np.random.default_rng(seed)
    rows = [list(prompt) for prompt in prompts]
    for _ in range(count):
        every = np.stack([ngram.distribution(row[-ngram.order + 1 :]) for row in rows])
        for row, id in zip(rows, drawn(np.log(every), temperature, generator)):
            row.append(int(id))
    return np.array([row[-count:] for row in rows])
