"""Fills card.md: writes the model's card, README.md and curve.svg, from its evaluation, curve and records.

    python3 card.py [--model DIR] [--cache DIR]

Run it last: after export.py, reference.py, records.py, explain.mjs and evaluate.py. What these
files cannot tell, how the run went, is taken from HISTORY.md in the model folder.
"""

import argparse
import json
import math
import os

import numpy as np

from plot import svg
from storage import default_cache, default_model, read_safetensors, read_tokens
from train import (
    ADAM_RATE,
    BETAS,
    CLIP,
    DECAY,
    KIND_WEIGHTS,
    MOMENTUM,
    MUON_RATE,
    REPEATED_SHARE,
    SHORTEST_REPEAT,
    STEP_TOKENS,
)

POINT = ("train", "tsBits", "mdBits", "repeat", "prefixMatching", "previousToken")
KINDS = {"token": "by the token they stand on", "next-token": "by the token that follows", "ngram": "by the last two tokens"}


def goals(evaluation):
    """(what was meant, what is measured, whether it is reached)"""
    rows = []
    for name, kind in (("typescript", "TypeScript"), ("markdown", "Markdown")):
        v = evaluation["heldOut"][name]
        for other, said in (("xzBitsPerByte", "`xz -9`"), ("fiveGramBitsPerByte", "the 5-gram model")):
            measured = f"{v['bitsPerByte']:.3f} against {v[other]:.3f}"
            rows.append((f"{kind}: fewer bits per byte than {said}", measured, v["bitsPerByte"] < v[other]))
    induction, parsing = evaluation["induction"], evaluation["parsing"]
    best = max(map(max, induction["prefixMatching"]))
    rows.append(("a head with a prefix-matching score of 0.4 or more", f"{best:.2f}", best >= 0.4))
    drop = -induction["difference"]
    rows.append(("second half of repeated random tokens 1 nat below the first", f"{drop:.2f} nats", drop >= 1))
    more, of = max(induction["ablation"]["eachCostsMoreThan"], default=0), induction["ablation"]["of"]
    rows.append(("ablating such a head costs more than each of 20 matched heads", f"at best more than {more} of {of}", more == of))
    shares = f"{parsing['model']:.1%} against {parsing['fiveGram']:.1%}"
    rows.append(("more continuations that parse than the 5-gram model's", shares, parsing["model"] > parsing["fiveGram"]))
    return [(meant, measured, "reached" if good else "**missed**") for meant, measured, good in rows]


def ablation_text(ablation):
    layer, head = ablation["best"]
    left_out = [
        f"{l}.{h}"
        for l, row in enumerate(ablation["cost"])
        for h in range(len(row))
        if [l, h] not in ablation["matched"] and [l, h] != ablation["best"]
    ]
    dearer = [f"{l}.{h}" for l, h in ablation["matched"] if ablation["cost"][l][h] >= ablation["cost"][layer][head]]
    text = (
        f"Head {layer}.{head} has the highest prefix-matching score. Compared with it are the {ablation['of']} of the other heads"
        " that add vectors of the most similar length to the residual stream there"
        f" (all but {', '.join(left_out)}): without it the loss rises by {ablation['cost'][layer][head]:.2f} nats,"
        f" more than without {ablation['costsMoreThan']} of these {ablation['of']}"
    )
    text += f"; it rises as much or more without {', '.join(dearer)}." if dearer else "."
    if len(ablation["together"]) > 1:
        each = zip(ablation["together"], ablation["eachCostsMoreThan"])
        text += " The same for every head that scores 0.4 or more, each with its own 20: "
        text += ", ".join(f"{name} costs more than {more}" for name, more in each) + "."
        text += f" Without all of them together it rises by {ablation['togetherCost']:.2f} nats."
    return text


def pictures(points):
    def line(name, key):
        return name, [(p["tokens"], p[key]) for p in points if p.get(key) is not None]

    return svg(
        [
            ("Bits per byte, held-out text", [line("TypeScript", "tsBits"), line("Markdown", "mdBits")]),
            ("Highest score of any head", [line("prefix matching", "prefixMatching"), line("previous token", "previousToken")]),
            ("Second half less first, nats", [line("random tokens written twice", "repeat")]),
        ]
    )


def table(rows):
    return "\n".join("| " + " | ".join(str(cell) for cell in row) + " |" for row in rows)


def head_table(scores):
    return table([layer, *(f"{round(float(value), 2) + 0.0:.2f}" for value in row)] for layer, row in enumerate(scores))


def fenced(sample):
    text = sample["prompt"] + "\u27e6" + sample["greedy"] + "\u27e7"
    return f"````text\n{text}\n````"


def shape_values(config, folder):
    weights, _ = read_safetensors(os.path.join(folder, "model.safetensors"))
    return {
        "layers": config["n_layer"],
        "width": config["n_embd"],
        "heads": config["n_head"],
        "d_head": config["n_embd"] // config["n_head"],
        "mlp": config["n_inner"],
        "vocab": f"{config['vocab_size']:,}",
        "context": config["n_positions"],
        "eos": config["eos_token_id"],
        "parameters": sum(math.prod(array.shape) for array in weights.values()),
        "megabytes": os.path.getsize(os.path.join(folder, "model.safetensors")) / 1e6,
        "head_names": " | ".join(f"head {head}" for head in range(config["n_head"])),
        "head_rule": "---|" * config["n_head"],
    }


def training_values(curve, cache):
    epochs = []
    for kind, share in KIND_WEIGHTS.items():
        size = len(read_tokens(cache, "train", kind))
        name = {"ts": "TypeScript", "js": "JavaScript", "md": "Markdown"}[kind]
        epochs.append(f"{name} {share:.0%} ({size / 1e6:.1f} M tokens, {curve['tokens'] * share / size:.1f} times)")
    rows = ([f"{p['tokens']:,}"] + ["" if p.get(key) is None else p[key] for key in POINT] for p in curve["points"])
    return {
        "tokens": curve["tokens"],
        "steps": curve["steps"],
        "seed": curve["seed"],
        "betas": BETAS,
        "decay": DECAY,
        "clip": CLIP,
        "muon_rate": MUON_RATE,
        "momentum": MOMENTUM,
        "adam_rate": ADAM_RATE,
        "step_tokens": STEP_TOKENS,
        "repeated": REPEATED_SHARE,
        "shortest": SHORTEST_REPEAT,
        "epochs": "; ".join(epochs),
        "curve_rows": table(rows),
    }


def evaluation_values(evaluation):
    induction, parsing = evaluation["induction"], evaluation["parsing"]
    names = {"typescript": "TypeScript", "markdown": "Markdown"}
    return {
        "goal_rows": table(goals(evaluation)),
        "held_out_rows": table(
            [names[name], *(f"{v[key]:,}" for key in ("documents", "tokens", "bytes"))]
            + [f"{v['lossPerToken']:.3f}", f"**{v['bitsPerByte']:.3f}**"]
            + [f"{v[key]:.3f}" for key in ("fiveGramLossPerToken", "fiveGramBitsPerByte", "xzBitsPerByte")]
            for name, v in evaluation["heldOut"].items()
        ),
        "loss_first": induction["lossFirst"],
        "loss_second": induction["lossSecond"],
        "difference": induction["difference"],
        "uniform": float(np.mean(1 / np.arange(129, 257))),
        "induction_rows": head_table(induction["prefixMatching"]),
        "cost_rows": head_table(induction["ablation"]["cost"]),
        "ablation_text": ablation_text(induction["ablation"]),
        "continuations": parsing["continuations"],
        "continuation_tokens": parsing["tokens"],
        "prompt_tokens": parsing["promptTokens"],
        "temperature": parsing["temperature"],
        "parses_model": parsing["model"],
        "parses_ngram": parsing["fiveGram"],
        "parses_real": parsing["real"],
        "samples": "\n\n".join(fenced(sample) for sample in evaluation["samples"]),
    }


def record_values(folder):
    records, _ = read_safetensors(os.path.join(folder, "records.safetensors"))
    kinds = [one["kind"] for one in json.loads(records["mlp.explanations"].tobytes())]
    scores = records["mlp.explanationScores"][..., 0]
    return {
        "neurons": len(kinds),
        "explained": len(kinds) - kinds.count("none"),
        "median_score": float(np.median(scores[scores >= 0.3])),
        "median_control": round(float(np.median(records["mlp.explanationScores"][..., 1][scores >= 0.3])), 2) + 0.0,
        "by_kind": ", ".join(f"{kinds.count(kind):,} {words}" for kind, words in KINDS.items()),
        "previous_rows": head_table(records["attn.previousToken"]),
    }


def package_values(packages, used):
    def cells(split, package):
        counts = used[f"{split} {package['name']}@{package['version']}"]
        return [f"{package['name']} {package['version']}", package["license"]] + [
            f"{counts[kind]:,}" for kind in ("ts", "js", "md")
        ]

    return {
        "held_out_names": ", ".join(p["name"] for p in packages["heldOut"]),
        "package_rows": table(cells("train", package) for package in packages["train"]),
        "held_out_package_rows": table(cells("heldOut", package) for package in packages["heldOut"]),
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", default=default_model())
    parser.add_argument("--cache", default=default_cache())
    options = parser.parse_args()
    here = os.path.dirname(os.path.abspath(__file__))

    def text(*path):
        with open(os.path.join(*path), encoding="utf8") as file:
            return file.read()

    def load(*path):
        return json.loads(text(*path))

    curve = load(options.model, "curve.json")
    card = text(here, "card.md").format(
        history=text(options.model, "HISTORY.md").strip(),
        **shape_values(load(options.model, "config.json"), options.model),
        **training_values(curve, options.cache),
        **evaluation_values(load(options.model, "evaluation.json")),
        **record_values(options.model),
        **package_values(load(here, "packages.json"), load(options.cache, "text", "summary.json")),
    )
    for name, content in (("curve.svg", pictures(curve["points"])), ("README.md", card)):
        with open(os.path.join(options.model, name), "w", encoding="utf8") as file:
            file.write(content)


if __name__ == "__main__":
    main()
