"""Writes the model's card, README.md, from its evaluation, curve and records.

    python3 card.py [--model DIR] [--cache DIR]

Run it last: after export.py, reference.py, evaluate.py and records.py. What these
files cannot tell, how the run went, is taken from HISTORY.md in the model folder.
"""

import argparse
import json
import math
import os

import numpy as np

from storage import default_cache, default_model, read_safetensors, read_tokens
from train import BETAS, CLIP, DECAY, KIND_WEIGHTS, PEAK_RATE

CARD = """# introspect-small

A small language model of the GPT-2 architecture, trained from scratch by this project on permissively licensed TypeScript, JavaScript and English software documentation. It is there to be looked into: a real trained model, small enough to come with the extension and to answer at every keystroke. It is not an assistant and not a useful code completer.

| | |
|---|---|
| architecture | GPT-2: learned positions, pre-norm, GELU (tanh form), biases, tied embeddings |
| size | {layers} layers, width {width}, {heads} heads of {d_head}, MLP {mlp}, {vocab} tokens, context {context}: {parameters:,} parameters |
| weights | float16, `model.safetensors` ({megabytes:.1f} MB); licence MIT, see LICENSE |
| tokenizer | byte-level BPE trained on the same text; `<|endoftext|>` ({eos}) ends every document; nothing is prepended (GPT-2's policy: no BOS) |
| training | {tokens:,} tokens in {steps:,} steps, CPU, float32; AdamW (betas {betas}, weight decay {decay}, clip {clip}), peak rate {rate}, warm-up, plateau, cosine; windows of 128, 256 and at last 512 tokens |
| data seen | {epochs} |
| repeated windows | in some windows a span of 8 tokens to half a window is repeated to the end, in half of these with the span's tokens shuffled: this teaches copying from context, for which so little text is too short |

## How it was trained

{history}

## How good it is

On whole packages that were held out of the training and of the tokenizer's text: {held_out_names}.

| held-out text | documents | tokens | bytes | loss per token | bits per byte | `xz -9`, same bytes in one piece | `xz -9`, all held-out documents |
|---|---|---|---|---|---|---|---|
{held_out_rows}

xz has seen nothing before these bytes but may look back over all of them, which helps it the more of them there are; the model has seen its training text but looks back over at most 512 tokens.

**Induction.** On 128 random tokens written twice the loss is {loss_first:.2f} in the first half and {loss_second:.2f} in the second: {difference:+.2f} nats. Prefix-matching score of each head (mean attention from the second half to the token after the earlier occurrence; 1 is perfect, {uniform:.3f} is uniform attention):

| layer | {head_names} |
|---|{head_rule}
{induction_rows}

**Previous-token heads** (mean attention to the position before, on held-out text):

| layer | {head_names} |
|---|{head_rule}
{previous_rows}

**Loss over the training** (nats per token; training loss is a moving average over windows as they were drawn, the repeated ones too; held-out loss on 16 short windows of 256 tokens, so it is noisier and higher than the figure above):

| tokens | training | held-out TypeScript | held-out Markdown |
|---|---|---|---|
{curve_rows}

## Ten fixed prompts, greedy, 32 tokens

The continuation stands between ⟦ and ⟧.

{samples}

## What it cannot do

- It is small and has read little: its code has the right shape and often the wrong content. Names are plausible, facts are not there.
- It knows little outside of TypeScript, JavaScript and English software documentation: no other languages, no general knowledge, no arithmetic, no instructions.
- What it does on repeated text owes something to the repeated windows above; do not take it as a fact about models trained on plain text.
- Greedy continuations run into repetition soon, the more so for the repeated windows.
- The context is 512 tokens. Windows of 512 were seen only in the last part of the training.
- Nothing was done against unwanted content; the text is software documentation and code.

## Text and licences

Packages of the npm registry, at these versions; the text itself is not part of this repository. Filtered: no minified, generated or bundled files, no changelogs or licence texts, duplicates dropped across all packages, a cap for each package. Characters used after that:

| package | licence | TypeScript | JavaScript | Markdown |
|---|---|---|---|---|
{package_rows}

Held out (never trained on):

| package | licence | TypeScript | JavaScript | Markdown |
|---|---|---|---|---|
{held_out_package_rows}

## Rebuilding

`scripts/train/README.md` says how. The seed is {seed}. Because the schedule follows the clock and floating-point sums depend on the machine, a rebuilt model is like this one, not identical.
"""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", default=default_model())
    parser.add_argument("--cache", default=default_cache())
    options = parser.parse_args()

    def load(*path):
        with open(os.path.join(*path), encoding="utf8") as file:
            return json.load(file)

    config, curve = load(options.model, "config.json"), load(options.model, "curve.json")
    evaluation = load(options.model, "evaluation.json")
    packages = load(os.path.dirname(os.path.abspath(__file__)), "packages.json")
    used = load(options.cache, "text", "summary.json")
    weights, _ = read_safetensors(os.path.join(options.model, "model.safetensors"))
    with open(os.path.join(options.model, "HISTORY.md"), encoding="utf8") as file:
        history = file.read().strip()
    records, _ = read_safetensors(os.path.join(options.model, "records.safetensors"))
    induction, heads = evaluation["induction"], config["n_head"]

    def table(rows):
        return "\n".join("| " + " | ".join(str(cell) for cell in row) + " |" for row in rows)

    def head_table(scores):
        return table([layer, *(f"{float(value):.2f}" for value in row)] for layer, row in enumerate(scores))

    def package_table(split):
        return table(
            [f"{p['name']} {p['version']}", p["license"]]
            + [f"{used[f'''{split} {p['name']}@{p['version']}'''][kind]:,}" for kind in ("ts", "js", "md")]
            for p in packages[split]
        )

    def fenced(sample):
        text = (sample["prompt"] + "\u27e6" + sample["greedy"] + "\u27e7").replace("\t", "  ")
        return f"````text\n{text}\n````"

    epochs = []
    for kind, share in KIND_WEIGHTS.items():
        size = len(read_tokens(options.cache, "train", kind))
        name = {"ts": "TypeScript", "js": "JavaScript", "md": "Markdown"}[kind]
        epochs.append(f"{name} {share:.0%} ({size / 1e6:.1f} M tokens, {curve['tokens'] * share / size:.1f} times)")
    card = CARD.format(
        layers=config["n_layer"],
        width=config["n_embd"],
        heads=heads,
        d_head=config["n_embd"] // heads,
        mlp=config["n_inner"],
        vocab=f"{config['vocab_size']:,}",
        context=config["n_positions"],
        eos=config["eos_token_id"],
        parameters=sum(math.prod(array.shape) for array in weights.values()),
        megabytes=os.path.getsize(os.path.join(options.model, "model.safetensors")) / 1e6,
        tokens=curve["tokens"],
        steps=curve["steps"],
        betas=BETAS,
        decay=DECAY,
        clip=CLIP,
        rate=PEAK_RATE,
        history=history,
        epochs="; ".join(epochs),
        held_out_names=", ".join(p["name"] for p in packages["heldOut"]),
        held_out_rows=table(
            [name, f"{v['documents']} of {v['ofDocuments']}", f"{v['tokens']:,}", f"{v['bytes']:,}", v["lossPerToken"], f"**{v['bitsPerByte']:.3f}**", f"{v['xzBitsPerByte']:.3f}", f"{v['xzBitsPerByteOfAll']:.3f}"]
            for name, v in evaluation["heldOut"].items()
        ),
        loss_first=induction["lossFirst"],
        loss_second=induction["lossSecond"],
        difference=induction["difference"],
        uniform=float(np.mean(1 / np.arange(129, 257))),
        head_names=" | ".join(f"head {head}" for head in range(heads)),
        head_rule="---|" * heads,
        induction_rows=head_table(induction["prefixMatching"]),
        previous_rows=head_table(records["attn.previousToken"]),
        curve_rows=table([f"{p['tokens']:,}", p["train"], p["ts"], p["md"]] for p in curve["points"]),
        samples="\n\n".join(fenced(sample) for sample in evaluation["samples"]),
        package_rows=package_table("train"),
        held_out_package_rows=package_table("heldOut"),
        seed=curve["seed"],
    )
    with open(os.path.join(options.model, "README.md"), "w", encoding="utf8") as file:
        file.write(card)


if __name__ == "__main__":
    main()
