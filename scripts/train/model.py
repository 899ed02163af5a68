"""The GPT-2 architecture of the bundled model, with Hugging Face tensor names.

Parameters live in one dictionary; the forward pass is a plain function over it,
so that training, evaluation and the records all run the same lines.
"""

import math

import torch
import torch.nn.functional as F

CONFIG = {
    "n_layer": 4,
    "n_head": 6,
    "n_embd": 192,
    "n_positions": 512,
    "vocab_size": 4096,
    "layer_norm_epsilon": 1e-5,
}


def parameter_shapes(config):
    """Names and shapes in checkpoint order; Conv1D weights are [in, out]."""
    width, shapes = config["n_embd"], {}
    shapes["transformer.wte.weight"] = (config["vocab_size"], width)
    shapes["transformer.wpe.weight"] = (config["n_positions"], width)
    for layer in range(config["n_layer"]):
        prefix = f"transformer.h.{layer}."
        for norm in ("ln_1", "ln_2"):
            shapes[f"{prefix}{norm}.weight"] = (width,)
            shapes[f"{prefix}{norm}.bias"] = (width,)
        for name, rows, columns in (
            ("attn.c_attn", width, 3 * width),
            ("attn.c_proj", width, width),
            ("mlp.c_fc", width, 4 * width),
            ("mlp.c_proj", 4 * width, width),
        ):
            shapes[f"{prefix}{name}.weight"] = (rows, columns)
            shapes[f"{prefix}{name}.bias"] = (columns,)
    shapes["transformer.ln_f.weight"] = (width,)
    shapes["transformer.ln_f.bias"] = (width,)
    return shapes


def position_waves(config, generator, frequencies=24):
    """Sines and cosines of the position in random orthogonal directions, rms 1.

    Positions that start as noise leave heads without a sense of distance for
    millions of tokens; from waves a head learns "one back" for all positions at once.
    """
    count, width = config["n_positions"], config["n_embd"]
    rates = torch.logspace(math.log10(1.5), math.log10(2 * math.pi / count), frequencies)
    angles = torch.arange(count)[:, None] * rates
    waves = torch.cat([angles.sin(), angles.cos()], 1)
    directions = torch.linalg.qr(torch.randn(width, 2 * frequencies, generator=generator))[0]
    return waves @ directions.t() * math.sqrt(width / frequencies)


def initial_parameters(config, seed):
    """GPT-2's initialisation, N(0, 0.02) with residual projections scaled down, but waves for positions."""
    generator = torch.Generator().manual_seed(seed)
    parameters = {}
    for name, shape in parameter_shapes(config).items():
        if name.endswith("bias"):
            value = torch.zeros(shape)
        elif len(shape) == 1:
            value = torch.ones(shape)
        else:
            scale = 0.02
            if "c_proj" in name:
                scale /= math.sqrt(2 * config["n_layer"])
            value = torch.randn(shape, generator=generator) * scale
        if name == "transformer.wpe.weight":
            value = position_waves(config, generator) * 0.02
        parameters[name] = value
    return parameters


def causal_mask(length, dtype=torch.float32):
    return torch.full((length, length), float("-inf"), dtype=dtype).triu(1)


def forward(parameters, config, ids, offsets=None, trace=None, cache=None, replaced=None):
    """Final normalised residuals [batch * length, width].

    `offsets` shifts each row's positions. `trace`, a dictionary, receives the
    attention patterns, what heads mix from the values, the MLP activations and the
    residual after each block. `cache`, a list, holds keys and values of the tokens
    before and receives those of `ids`. `replaced` has, by layer and head, a vector
    [d_head] that stands in for what the head mixes (without gradients only).
    """
    batch, length = ids.shape
    width, heads = config["n_embd"], config["n_head"]
    d_head = width // heads
    epsilon = config["layer_norm_epsilon"]
    before = cache[0][0].shape[1] if cache else 0
    positions = torch.arange(before, before + length)
    if offsets is not None:
        positions = positions + offsets[:, None]
    residual = F.embedding(ids, parameters["transformer.wte.weight"])
    residual = (residual + parameters["transformer.wpe.weight"][positions]).reshape(batch * length, width)
    mask = causal_mask(before + length, residual.dtype)[before:]

    for layer in range(config["n_layer"]):
        def weight(name):
            return parameters[f"transformer.h.{layer}.{name}"]

        def linear(value, name):
            return torch.addmm(weight(f"{name}.bias"), value, weight(f"{name}.weight"))

        normed = F.layer_norm(residual, (width,), weight("ln_1.weight"), weight("ln_1.bias"), epsilon)
        qkv = linear(normed, "attn.c_attn").view(batch, length, 3, heads, d_head)
        query, key, value = qkv.permute(2, 0, 3, 1, 4).reshape(3, batch * heads, length, d_head).unbind(0)
        if cache is not None:
            if before:
                key, value = (torch.cat(pair, 1) for pair in zip(cache[layer], (key, value)))
            cache[layer:layer + 1] = [(key, value)]
        scores = torch.baddbmm(mask, query, key.transpose(1, 2), alpha=1 / math.sqrt(d_head))
        pattern = F.softmax(scores, -1)
        mixed = torch.bmm(pattern, value).view(batch, heads, length, d_head)
        for head, vector in (replaced or {}).get(layer, {}).items():
            mixed[:, head] = vector
        residual = residual + linear(mixed.transpose(1, 2).reshape(batch * length, width), "attn.c_proj")

        normed = F.layer_norm(residual, (width,), weight("ln_2.weight"), weight("ln_2.bias"), epsilon)
        hidden = F.gelu(linear(normed, "mlp.c_fc"), approximate="tanh")
        residual = residual + linear(hidden, "mlp.c_proj")
        if trace is not None:
            trace.setdefault("pattern", []).append(pattern.view(batch, heads, length, before + length))
            trace.setdefault("mixed", []).append(mixed)
            trace.setdefault("mlp", []).append(hidden.view(batch, length, -1))
            trace.setdefault("residual", []).append(residual.view(batch, length, width))

    return F.layer_norm(
        residual, (width,), parameters["transformer.ln_f.weight"], parameters["transformer.ln_f.bias"], epsilon
    )


def logits_of(parameters, config, ids, trace=None):
    """Logits [batch, length, vocabulary]."""
    final = forward(parameters, config, ids, trace=trace)
    return (final @ parameters["transformer.wte.weight"].t()).view(*ids.shape, -1)


class TiedLoss(torch.autograd.Function):
    """Mean cross-entropy of tied logits, in row chunks that stay in the cache.

    The logits of a whole batch are never held: each chunk's softmax is turned
    into both gradients at once.
    """

    @staticmethod
    def forward(context, final, embedding, targets, chunk=512):
        total = 0.0
        d_final = torch.empty_like(final)
        d_embedding = torch.zeros_like(embedding)
        count = final.shape[0]
        for start in range(0, count, chunk):
            rows = slice(start, min(start + chunk, count))
            logits = final[rows] @ embedding.t()
            log_z = logits.logsumexp(1, keepdim=True)
            picked = logits.gather(1, targets[rows, None])
            total += (log_z - picked).sum().item()
            logits.sub_(log_z).exp_()
            logits.scatter_add_(1, targets[rows, None], torch.full_like(picked, -1.0))
            torch.mm(logits, embedding, out=d_final[rows])
            d_embedding.addmm_(logits.t(), final[rows])
        context.save_for_backward(d_final, d_embedding)
        context.count = count
        return final.new_tensor(total / count)

    @staticmethod
    def backward(context, upstream):
        d_final, d_embedding = context.saved_tensors
        scale = upstream / context.count
        return d_final * scale, d_embedding * scale, None, None
