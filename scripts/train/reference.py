"""Writes reference.json: figures an engine that reads this folder has to agree with.

    python3 reference.py [--model DIR]

Two prompts with their ids; at every position the five largest logits, the
residual's norm after each block, and a greedy continuation of 16 tokens. All is
computed in float64 from the float16 weights.
"""

import argparse
import json
import os

import torch

from model import logits_of
from storage import default_model, load_model
from tokens import Tokenizer

PROMPTS = {
    "typescript": "export function sum(values: number[]): number {\n  let total = 0;\n  for (const value of",
    "english": "If the option is not set, the default value is used. This method returns a promise that",
}
CONTINUATION = 16


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", default=default_model())
    options = parser.parse_args()
    config, parameters = load_model(options.model, torch.float64)
    tokenizer = Tokenizer(options.model)
    prompts = []
    for name, text in PROMPTS.items():
        ids = tokenizer.encode(text)
        assert len(ids) <= 32
        trace = {}
        with torch.no_grad():
            logits = logits_of(parameters, config, torch.tensor([ids]), trace)[0]
            top = logits.topk(5)
            longer = list(ids)
            for _ in range(CONTINUATION):
                longer.append(int(logits_of(parameters, config, torch.tensor([longer]))[0, -1].argmax()))
        rows = [[[i, round(v, 6)] for i, v in zip(*pair)] for pair in zip(top.indices.tolist(), top.values.tolist())]
        norms = [[round(v, 6) for v in residual[0].norm(dim=-1).tolist()] for residual in trace["residual"]]
        continuation = longer[len(ids) :]
        prompts.append(
            {
                "name": name,
                "text": text,
                "ids": ids,
                "topLogits": rows,
                "residualNorms": norms,
                "greedy": continuation,
                "greedyText": tokenizer.decode(continuation),
            }
        )
    notes = {
        "precision": "float64 arithmetic on the float16 weights",
        "topLogits": "[position][rank] = [id, logit]",
        "residualNorms": "[block][position], l2 norm of the residual after the block",
    }
    with open(os.path.join(options.model, "reference.json"), "w") as file:
        file.write(json.dumps({**notes, "prompts": prompts}, ensure_ascii=False) + "\n")
    for prompt in prompts:
        print(prompt["name"], len(prompt["ids"]), repr(prompt["greedyText"]))


if __name__ == "__main__":
    main()
