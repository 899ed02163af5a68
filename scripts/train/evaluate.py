"""Measures an exported model on the held-out packages; writes evaluation.json.

    python3 evaluate.py [--model DIR] [--cache DIR] [--every N]

Bits per byte: windows of 512 tokens with a stride of 256, so that every token
but the first 256 of a stream has at least 256 tokens before it. All of a
stream's tokens count, the <|endoftext|> after each document too; the bytes are
those of the documents. Beside it `xz -9` of the same documents in one piece.
With `--every N` only each N-th document is measured, which takes less time.
"""

import argparse
import json
import lzma
import math
import os

import numpy as np
import torch

from attention import HALF, repetition_scores
from model import forward
from storage import default_cache, default_model, load_model, read_tokens
from tokens import Tokenizer

WINDOW, STRIDE, BATCH = 512, 256, 4
KINDS = {"ts": "typescript", "md": "markdown"}
PROMPTS = [
    "import { readFileSync } from 'node:fs';\n",
    "export function isString(value: unknown): value is",
    "export interface Options {\n  /** The name of the",
    "const result = items.filter((item) =>",
    "  if (!Array.isArray(value)) {\n    throw new",
    "/**\n * Returns true if the given",
    "for (let i = 0; i < array.length; i++) {\n",
    "## Installation\n\n",
    "This option can be used to",
    "The function returns a promise that",
]


def token_losses(parameters, config, stream):
    """Natural-log loss of every token of a stream but the first."""
    losses = torch.zeros(len(stream) - 1)
    starts = list(range(0, max(1, len(stream) - WINDOW + STRIDE), STRIDE))
    full = [s for s in starts if s + WINDOW < len(stream)]
    for at in range(0, len(full), BATCH):
        rows = full[at : at + BATCH]
        ids = torch.from_numpy(np.stack([stream[s : s + WINDOW + 1] for s in rows]).astype(np.int64))
        loss = losses_of(parameters, config, ids)
        for start, row in zip(rows, loss):
            skip = 0 if start == 0 else WINDOW - STRIDE
            losses[start + skip : start + WINDOW] = row[skip:]
    done = full[-1] + WINDOW if full else 0
    if done < len(stream) - 1:
        start = max(0, len(stream) - 1 - WINDOW)
        ids = torch.from_numpy(stream[None, start:].astype(np.int64))
        losses[done:] = losses_of(parameters, config, ids)[0][done - start :]
    return losses


def losses_of(parameters, config, ids):
    with torch.no_grad():
        final = forward(parameters, config, ids[:, :-1])
        logits = final @ parameters["transformer.wte.weight"].t()
        picked = logits.gather(1, ids[:, 1:].reshape(-1, 1))
        return (logits.logsumexp(1, keepdim=True) - picked).view(len(ids), -1)


def documents_of(cache, kind):
    with open(os.path.join(cache, "text", f"heldOut.{kind}.jsonl"), encoding="utf8") as file:
        return [json.loads(line)["text"].encode() for line in file]


def xz_bits_per_byte(text):
    return round(8 * len(lzma.compress(text, preset=9)) / len(text), 4)


def greedy(parameters, config, ids, count):
    longer = list(ids)
    for _ in range(count):
        with torch.no_grad():
            final = forward(parameters, config, torch.tensor([longer]))[-1]
        longer.append(int((parameters["transformer.wte.weight"] @ final).argmax()))
    return longer[len(ids) :]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", default=default_model())
    parser.add_argument("--cache", default=default_cache())
    parser.add_argument("--every", type=int, default=1, help="measure only each N-th document")
    options = parser.parse_args()
    torch.set_num_threads(2)
    config, parameters = load_model(options.model)
    tokenizer = Tokenizer(options.model)
    held_out = {}
    for kind, name in KINDS.items():
        stream = read_tokens(options.cache, "heldOut", kind)
        documents = np.split(stream, np.flatnonzero(stream == config["eos_token_id"])[:-1] + 1)
        stream = np.concatenate(documents[:: options.every])
        whole = documents_of(options.cache, kind)
        text = b"".join(whole[:: options.every])
        losses = token_losses(parameters, config, stream)
        held_out[name] = {
            "documents": len(documents[:: options.every]),
            "ofDocuments": len(documents),
            "tokens": len(stream),
            "bytes": len(text),
            "lossPerToken": round(losses.mean().item(), 4),
            "bitsPerByte": round(losses.sum().item() / math.log(2) / len(text), 4),
            "xzBitsPerByte": xz_bits_per_byte(text),
            "xzBitsPerByteOfAll": xz_bits_per_byte(b"".join(whole)),
        }
        print(name, held_out[name], flush=True)
    scores = repetition_scores(parameters, config)
    first, second = scores["losses"]
    induction = {
        "tokens": f"2 x {HALF} random tokens, 32 sequences",
        "lossFirst": round(first, 4),
        "lossSecond": round(second, 4),
        "difference": round(second - first, 4),
        "prefixMatching": [[round(float(value), 4) for value in row] for row in scores["induction"]],
    }
    print(induction, flush=True)
    samples = [
        {"prompt": prompt, "greedy": tokenizer.decode(greedy(parameters, config, tokenizer.encode(prompt), 32))}
        for prompt in PROMPTS
    ]
    with open(os.path.join(options.model, "evaluation.json"), "w") as file:
        file.write(json.dumps({"heldOut": held_out, "induction": induction, "samples": samples}, indent=1) + "\n")


if __name__ == "__main__":
    main()
