"""The share of sampled continuations of held-out TypeScript files that parse; parses.mjs says what that means."""

import json
import os
import subprocess

import numpy as np

from sampling import model_samples, ngram_samples

COUNT, PROMPT, LENGTH, TEMPERATURE, SEED = 200, 192, 64, 0.8, 1


def places(documents, tokenizer):
    """`COUNT` seeded cuts behind line breaks, as (document, position), with room on both sides."""
    breaks = np.array(["Ċ" in tokenizer.names[id] for id in range(len(tokenizer.names))])
    every = [
        (index, at + 1)
        for index, document in enumerate(documents)
        for at in np.flatnonzero(breaks[document])
        if PROMPT <= at + 1 < len(document) - LENGTH
    ]
    chosen = np.random.default_rng([SEED, 5]).choice(len(every), COUNT, replace=False)
    return [every[at] for at in sorted(chosen)]


def continuation(document, at, path, ids, tokenizer, end_of_text):
    ended = end_of_text in ids
    ids = ids[: ids.index(end_of_text)] if ended else ids
    return {"path": path, "before": tokenizer.decode(document[:at].tolist()), "text": tokenizer.decode(ids), "ended": ended}


def parsing_figures(model, ngram, documents, paths):
    """`model` is (parameters, config, tokenizer); `documents` are id arrays, `paths` their file names."""
    parameters, config, tokenizer = model
    cuts = places(documents, tokenizer)
    prompts = np.stack([documents[index][at - PROMPT : at] for index, at in cuts])
    ids = {
        "model": model_samples(parameters, config, prompts, LENGTH, TEMPERATURE, SEED),
        "fiveGram": ngram_samples(ngram, prompts, LENGTH, TEMPERATURE, SEED),
        "real": np.stack([documents[index][at : at + LENGTH] for index, at in cuts]),
    }
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "parses.mjs")
    shares, examples = {}, {}
    for name, rows in ids.items():
        texts = [
            continuation(documents[index], at, paths[index], row.tolist(), tokenizer, config["eos_token_id"])
            for (index, at), row in zip(cuts, rows)
        ]
        answer = subprocess.run(["node", script], input=json.dumps(texts).encode(), stdout=subprocess.PIPE, check=True)
        parses = json.loads(answer.stdout)
        shares[name], examples[name] = sum(parses) / len(parses), (texts, parses)
    return {"continuations": COUNT, "promptTokens": PROMPT, "tokens": LENGTH, "temperature": TEMPERATURE, **shares}, examples
