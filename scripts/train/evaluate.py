"""Measures an exported model on the held-out packages; writes evaluation.json.

    python3 evaluate.py [--model DIR] [--cache DIR]

Bits per byte of all held-out TypeScript and of all held-out Markdown: windows of
512 tokens with a stride of 256, so that every token but the first 256 of a stream
has at least 256 tokens before it. All of a stream's tokens but its first count, the
<|endoftext|> after each document too; the bytes are those of the documents. Beside
it a 5-gram model of the same training text (ngram.py) on the same tokens, and
`xz -9` of the same documents in one piece. Then induction, the share of continuations
that parse, and fixed prompts with greedy texts.
"""

import argparse
import json
import lzma
import math
import os

import numpy as np
import torch

from induction import induction_figures
from model import forward
from ngram import KneserNey
from parsing import parsing_figures
from sampling import greedy
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
    "export class Queue<T> {\n  private items: T[] = [];\n\n  push(item: T): void {\n",
    "export async function readConfig(path: string): Promise<",
    "switch (node.type) {\n  case 'text':\n    return",
    "type Result<T> = { ok: true; value: T } | {",
    "  try {\n    await connection.close();\n  } catch (",
    "/**\n * @param name The name of the",
    "import React, { useState",
    "```js\nconst server = ",
    "| Option | Type | Default |",
    "If you want to use this with",
]
CONTINUATION = 32


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
        return [json.loads(line) for line in file]


def held_out_figures(model, ngram, cache, kind):
    stream = read_tokens(cache, "heldOut", kind)
    documents = [document["text"].encode() for document in documents_of(cache, kind)]
    text = b"".join(documents)
    losses = {
        "": token_losses(*model, stream).double().numpy(),
        "fiveGram": -np.log(ngram.probabilities(stream)),
    }
    figures = {"documents": len(documents), "tokens": len(stream), "bytes": len(text)}
    for name, values in losses.items():
        for key, value in (("lossPerToken", values.mean()), ("bitsPerByte", values.sum() / math.log(2) / len(text))):
            figures[name + (key[0].upper() + key[1:] if name else key)] = round(float(value), 4)
    figures["xzBitsPerByte"] = round(8 * len(lzma.compress(text, preset=9)) / len(text), 4)
    return figures


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", default=default_model())
    parser.add_argument("--cache", default=default_cache())
    options = parser.parse_args()
    torch.set_num_threads(2)
    config, parameters = load_model(options.model)
    tokenizer = Tokenizer(options.model)
    train = np.concatenate([read_tokens(options.cache, "train", kind) for kind in ("ts", "js", "md")])
    ngram = KneserNey(train, config["vocab_size"])
    result = {"heldOut": {}}
    for kind, name in KINDS.items():
        result["heldOut"][name] = held_out_figures((parameters, config), ngram, options.cache, kind)
        print(name, result["heldOut"][name], flush=True)
    result["induction"] = induction_figures(parameters, config)
    print(result["induction"], flush=True)
    stream = read_tokens(options.cache, "heldOut", "ts")
    documents = np.split(stream, np.flatnonzero(stream == config["eos_token_id"])[:-1] + 1)
    paths = [document["path"] for document in documents_of(options.cache, "ts")]
    result["parsing"], _ = parsing_figures((parameters, config, tokenizer), ngram, documents, paths)
    print(result["parsing"], flush=True)
    result["samples"] = [
        {"prompt": p, "greedy": tokenizer.decode(greedy(parameters, config, tokenizer.encode(p), CONTINUATION))}
        for p in PROMPTS
    ]
    with open(os.path.join(options.model, "evaluation.json"), "w") as file:
        file.write(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
