"""Writes the model folder from a training checkpoint.

    python3 export.py [--checkpoint FILE] [--model DIR]

config.json and model.safetensors follow the Hugging Face GPT-2 layout, with
float16 weights; curve.json keeps the loss curve and what a later run needs to
go on from these weights. The tokenizer files come from tokenizer.mjs.
"""

import argparse
import json
import os

import numpy as np
import torch

from storage import default_cache, default_model, write_safetensors
from train import views

END_OF_TEXT = 4095


def config_of(shape):
    return {
        "architectures": ["GPT2LMHeadModel"],
        "model_type": "gpt2",
        "n_layer": shape["n_layer"],
        "n_head": shape["n_head"],
        "n_embd": shape["n_embd"],
        "n_inner": 4 * shape["n_embd"],
        "n_positions": shape["n_positions"],
        "n_ctx": shape["n_positions"],
        "vocab_size": shape["vocab_size"],
        "layer_norm_epsilon": shape["layer_norm_epsilon"],
        "activation_function": "gelu_new",
        "scale_attn_weights": True,
        "scale_attn_by_inverse_layer_idx": False,
        "reorder_and_upcast_attn": False,
        "tie_word_embeddings": True,
        "bos_token_id": END_OF_TEXT,
        "eos_token_id": END_OF_TEXT,
        "torch_dtype": "float16",
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--checkpoint", default=os.path.join(default_cache(), "checkpoint.pt"))
    parser.add_argument("--model", default=default_model())
    options = parser.parse_args()
    state = torch.load(options.checkpoint)
    os.makedirs(options.model, exist_ok=True)

    def path(name):
        return os.path.join(options.model, name)

    arrays = {name: view.numpy().astype(np.float16) for name, view in views(state["flat"], state["config"]).items()}
    write_safetensors(path("model.safetensors"), arrays, {"format": "pt"})
    with open(path("config.json"), "w") as file:
        file.write(json.dumps(config_of(state["config"]), indent=2) + "\n")
    points = ",\n    ".join(json.dumps(point) for point in state["curve"])
    rest = {"tokens": state["tokens"], "steps": state["step"], "seed": state["seed"]}
    with open(path("curve.json"), "w") as file:
        file.write("{\n" + "".join(f'  "{key}": {value},\n' for key, value in rest.items()))
        file.write(f'  "points": [\n    {points}\n  ]\n}}\n')
    print(f"step {state['step']}, {state['tokens']} tokens, progress {state['progress']:.3f}")


if __name__ == "__main__":
    main()
