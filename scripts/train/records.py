"""Computes records.safetensors: what each neuron and each head does on held-out text.

    python3 records.py [--model DIR] [--cache DIR]

models/README.md describes every tensor. All is computed from the exported
float16 weights, on the held-out packages' TypeScript and Markdown. The neurons'
explanations are added by explain.mjs.
"""

import argparse
import hashlib
import json
import os

import numpy as np
import torch

from attention import repetition_scores
from model import forward
from storage import default_cache, default_model, load_model, read_tokens, write_safetensors
from tokens import Tokenizer

COUNT, WINDOW, EXCERPT = 16384, 256, 64
DOCUMENT = 400
"""Tokens taken from one document for `ids`."""
WINDOWS_OF_KIND = 220
QUANTILES = (0.01, 0.25, 0.5, 0.75, 0.99)
SEED = 1


def excerpts(stream, end_of_text, tokenizer):
    """From every document some consecutive lines, with <|endoftext|> at the end, in seeded order."""
    generator = np.random.default_rng([SEED, 3])
    documents = np.split(stream, np.flatnonzero(stream == end_of_text) + 1)
    documents = [document[:-1] for document in documents if len(document) > 100]
    for index in generator.permutation(len(documents)):
        document = documents[index]
        begins = [0] + [at + 1 for at, id in enumerate(document[:-100]) if "\n" in tokenizer.names[int(id)].replace("Ċ", "\n")]
        begins = [at for at in begins if len(document) - at >= min(DOCUMENT, len(document) // 2)]
        begin = begins[generator.integers(len(begins))]
        yield np.append(document[begin : begin + DOCUMENT], end_of_text)


def record_ids(streams, end_of_text, tokenizer):
    sources = [excerpts(stream, end_of_text, tokenizer) for stream in streams]
    parts, total = [], 0
    while total < COUNT:
        for source in sources:
            part = next(source)
            parts.append(part)
            total += len(part)
    return np.concatenate(parts)[:COUNT].astype(np.int64)


def statistics_windows(streams):
    """Evenly spaced windows of both kinds, taken in turn."""
    rows = []
    for stream in streams:
        starts = np.linspace(0, len(stream) - WINDOW, WINDOWS_OF_KIND).astype(int)
        rows.append(np.stack([stream[s : s + WINDOW] for s in starts]))
    return torch.from_numpy(np.stack(rows, 1).reshape(-1, WINDOW).astype(np.int64))


def run(parameters, config, windows):
    """Yields the trace of a few windows at a time."""
    for rows in windows.split(8):
        trace = {}
        with torch.no_grad():
            forward(parameters, config, rows, trace=trace)
        yield trace


def mlp_statistics(parameters, config, windows):
    """Over every position but the first of each window."""
    layers, width = config["n_layer"], 4 * config["n_embd"]
    values = [np.empty((len(windows) * (WINDOW - 1), width), np.float32) for _ in range(layers)]
    heads = {name: torch.zeros(layers, config["n_head"]) for name in ("previousToken", "firstToken", "entropy")}
    filled = 0
    for trace in run(parameters, config, windows):
        share = len(trace["mlp"][0]) / len(windows)
        for layer in range(layers):
            block = trace["mlp"][layer][:, 1:].reshape(-1, width).numpy()
            values[layer][filled : filled + len(block)] = block
            pattern = trace["pattern"][layer][:, :, 1:]
            previous = pattern.diagonal(dim1=-2, dim2=-1)
            heads["previousToken"][layer] += share * previous.mean((0, 2))
            heads["firstToken"][layer] += share * pattern[..., 0].mean((0, 2))
            heads["entropy"][layer] -= share * (pattern * pattern.clamp_min(1e-30).log()).sum(-1).mean((0, 2))
        filled += len(block)
    result = {
        "mlp.mean": np.stack([value.mean(0, dtype=np.float64) for value in values]),
        "mlp.deviation": np.stack([value.std(0, dtype=np.float64) for value in values]),
        "mlp.quantiles": np.stack([np.quantile(value.T.copy(), QUANTILES, axis=1).T for value in values]),
    }
    return {name: array.astype(np.float32) for name, array in result.items()}, heads, filled


def strongest(parameters, config, ids):
    """Positions in `ids` of the ten strongest activations, one for each excerpt at most, and the strongest of all."""
    windows = torch.from_numpy(ids.reshape(-1, WINDOW))
    top, highest = [], []
    blocks = [[] for _ in range(config["n_layer"])]
    for trace in run(parameters, config, windows):
        for layer, value in enumerate(trace["mlp"]):
            value = value.clone()
            value[:, 0] = float("-inf")
            blocks[layer].append(value.reshape(-1, EXCERPT, value.shape[-1]))
    for parts in blocks:
        value, place = torch.cat(parts).max(1)
        best, excerpt = value.topk(10, 0)
        top.append((excerpt * EXCERPT + place.gather(0, excerpt)).t().numpy())
        highest.append(best[0].numpy())
    return np.stack(top).astype(np.int32), np.stack(highest)


def random_positions(config):
    """Ten positions of distinct excerpts for each neuron, never a window's first."""
    generator = np.random.default_rng([SEED, 4])
    shape = (config["n_layer"], 4 * config["n_embd"])
    excerpt = generator.random((*shape, COUNT // EXCERPT)).argsort(-1)[..., :10]
    return (excerpt * EXCERPT + generator.integers(1, EXCERPT, excerpt.shape)).astype(np.int32)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", default=default_model())
    parser.add_argument("--cache", default=default_cache())
    options = parser.parse_args()
    torch.set_num_threads(2)
    config, parameters = load_model(options.model)
    tokenizer = Tokenizer(options.model)
    streams = [read_tokens(options.cache, "heldOut", kind) for kind in ("ts", "md")]
    ids = record_ids(streams, config["eos_token_id"], tokenizer)
    statistics, heads, counted = mlp_statistics(parameters, config, statistics_windows(streams))
    repetition = repetition_scores(parameters, config)
    heads.update(duplicate=repetition["duplicate"], induction=repetition["induction"])
    top, highest = strongest(parameters, config, ids)
    arrays = {
        "ids": ids.astype(np.int32),
        **statistics,
        "mlp.max": highest,
        "mlp.top": top,
        "mlp.random": random_positions(config),
        **{f"attn.{name}": np.asarray(value, np.float32) for name, value in heads.items()},
    }

    def digest(name):
        with open(os.path.join(options.model, name), "rb") as file:
            return hashlib.sha256(file.read()).hexdigest()

    metadata = {
        "format": "introspect-records-1",
        "tokens": str(counted),
        "text": "held-out packages, TypeScript and Markdown in turn",
        "window": str(WINDOW),
        "excerpt": str(EXCERPT),
        "quantiles": json.dumps(QUANTILES),
        "configDigest": f"sha256:{digest('config.json')}",
        "weightsDigest": f"sha256:{digest('model.safetensors')}",
        "tokenizerDigest": f"sha256:{digest('tokenizer.json')}",
    }
    path = os.path.join(options.model, "records.safetensors")
    write_safetensors(path, arrays, metadata)
    print(os.path.getsize(path), "bytes", counted, "positions")
    for name in ("previousToken", "duplicate", "induction", "firstToken", "entropy"):
        print(name, np.round(arrays[f"attn.{name}"], 2).tolist())


if __name__ == "__main__":
    main()
