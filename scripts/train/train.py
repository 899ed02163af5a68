"""Trains the bundled model on the CPU, one single-threaded process for each core.

    python3 train.py --minutes 90              starts, or resumes the checkpoint
    python3 train.py --minutes 90 --from-weights ../../models/introspect-small

The learning rate follows the clock: warm-up, a plateau, and a cosine that reaches
its end when the minutes are over. A run that is stopped early resumes at the same
point of that course. Each step draws its windows from a generator seeded by the step,
so that a resumed run sees what an uninterrupted one would have seen.

The processes share flat vectors of parameters, moments and gradients: each one
computes the gradient of the parts of the step that it takes, and after that
updates its slice of the parameters.
"""

import argparse
import json
import math
import os
import time

os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np
import torch
import torch.multiprocessing as mp

from model import CONFIG, TiedLoss, forward, initial_parameters, parameter_shapes
from storage import default_cache, load_model, read_tokens

KIND_WEIGHTS = {"ts": 0.45, "js": 0.15, "md": 0.40}
PEAK_RATE, FINAL_RATE, WARMUP_STEPS, FALL_FROM = 1.5e-3, 5e-5, 150, 0.85
BETAS, EPSILON, DECAY, CLIP = (0.9, 0.98), 1e-8, 0.1, 1.0
LENGTHS = ((0.94, 512), (0.86, 256), (0.0, 128))
"""Window lengths, each from its share of the run on: short windows cost less at first."""
REPEATED_SHARE, SHORTEST_REPEAT = 0.1, 8
"""Windows in which one span is repeated to the end, half of them with the span's tokens
shuffled: they teach copying from context, which so little text teaches too slowly."""
LONGEST, HELD_OUT_LENGTH = 512, 256
STEP_TOKENS, PART_TOKENS = 2048, 512
"""A step's tokens, and those of one part of it: processes take parts as they get free."""


def views(flat, config):
    """The parameters as views of a flat vector."""
    result, offset = {}, 0
    for name, shape in parameter_shapes(config).items():
        count = math.prod(shape)
        result[name] = flat[offset : offset + count].view(shape)
        offset += count
    return result


def parameter_count(config):
    return sum(math.prod(shape) for shape in parameter_shapes(config).values())


def draw_part(streams, seed, step, part, length):
    """Windows at random places, and random position shifts for short windows."""
    generator = np.random.default_rng([seed, step, part])
    kinds = list(KIND_WEIGHTS)
    rows = []
    for kind in generator.choice(len(kinds), PART_TOKENS // length, p=list(KIND_WEIGHTS.values())):
        stream = streams[kinds[kind]]
        start = generator.integers(len(stream) - length)
        row = stream[start : start + length + 1].astype(np.int64)
        if generator.random() < REPEATED_SHARE:
            span = int(SHORTEST_REPEAT * (length / 2 / SHORTEST_REPEAT) ** generator.random())
            piece = generator.permutation(row[:span]) if generator.random() < 0.5 else row[:span]
            row = np.resize(piece, length + 1)
        rows.append(row)
    ids = torch.from_numpy(np.stack(rows))
    offsets = None
    if length < LONGEST:
        shift = generator.integers(0, LONGEST - length + 1, len(rows))
        offsets = torch.from_numpy(np.where(generator.random(len(rows)) < 0.5, 0, shift))
    return ids, offsets


def take_part(taken, step, parts):
    """The next part of this step that no process has taken, or None."""
    with taken.get_lock():
        at_step, part = divmod(taken.value, parts)
        if at_step != step:
            return None
        taken.value += 1
    return part


def held_out_loss(parameters, config, stream, length=HELD_OUT_LENGTH, windows=16):
    """Mean loss on evenly spaced windows of a held-out stream."""
    starts = np.linspace(0, len(stream) - length - 1, windows).astype(int)
    ids = torch.from_numpy(np.stack([stream[s : s + length + 1] for s in starts]).astype(np.int64))
    with torch.no_grad():
        total = 0.0
        for rows in ids.split(8):
            final = forward(parameters, config, rows[:, :-1])
            loss = TiedLoss.apply(final, parameters["transformer.wte.weight"], rows[:, 1:].reshape(-1))
            total += loss.item() * len(rows)
    return total / windows


def rate_at(progress, warm_steps):
    fall = min(max((progress - FALL_FROM) / (1 - FALL_FROM), 0.0), 1.0)
    rate = FINAL_RATE + (PEAK_RATE - FINAL_RATE) * 0.5 * (1 + math.cos(math.pi * fall))
    return rate * min(1.0, (warm_steps + 1) / WARMUP_STEPS)


def worker(rank, world, shared, state, options, barrier, taken):
    torch.set_num_threads(1)
    np.finfo(np.float64), np.finfo(np.float32)  # read before subnormals are flushed
    torch.set_flush_denormal(True)
    config, seed = state["config"], state["seed"]
    streams = {kind: read_tokens(options.cache, "train", kind) for kind in KIND_WEIGHTS}
    flat, gradients = shared["flat"], shared["gradients"]
    parameters = {name: view.requires_grad_() for name, view in views(flat.detach(), config).items()}
    for name, view in views(gradients[rank], config).items():
        parameters[name].grad = view
    low, high = (len(flat) * part // world for part in (rank, rank + 1))
    decay = torch.cat([torch.full((math.prod(s),), float(len(s) > 1)) for s in parameter_shapes(config).values()])
    decay = decay[low:high] * DECAY
    mine, first, second = flat[low:high], shared["first"][low:high], shared["second"][low:high]
    control = shared["control"]
    reporter = Reporter(parameters, shared, state, options) if rank == 0 else None
    parts = STEP_TOKENS // PART_TOKENS
    step = state["step"]

    while True:
        if reporter:
            reporter.before(step)
        barrier.wait()
        rate, length, stop = control.tolist()
        if stop:
            return
        gradients[rank].zero_()
        shared["losses"][rank] = 0
        while (part := take_part(taken, step, parts)) is not None:
            ids, offsets = draw_part(streams, seed, step, part, int(length))
            final = forward(parameters, config, ids[:, :-1], offsets)
            loss = TiedLoss.apply(final, parameters["transformer.wte.weight"], ids[:, 1:].reshape(-1))
            loss.backward()
            shared["losses"][rank] += loss.item() / parts
        barrier.wait()
        mean = gradients[:, low:high].sum(0) / parts
        shared["norms"][rank] = mean.square().sum()
        barrier.wait()
        norm = shared["norms"].sum().sqrt().item()
        mean *= min(1.0, CLIP / (norm + 1e-6))
        count = step - state["moments_from"] + 1
        with torch.no_grad():
            first.lerp_(mean, 1 - BETAS[0])
            second.lerp_(mean.square_(), 1 - BETAS[1])
            mine.sub_(decay * mine, alpha=rate)
            scale = (second / (1 - BETAS[1] ** count)).sqrt_().add_(EPSILON)
            mine.addcdiv_(first, scale, value=-rate / (1 - BETAS[0] ** count))
        step += 1
        barrier.wait()


class Reporter:
    """What only the first process does: the schedule, the curve and the checkpoints."""

    def __init__(self, parameters, shared, state, options):
        self.parameters, self.shared, self.state, self.options = parameters, shared, state, options
        self.begin = self.saved = time.time()
        self.start_progress, self.start_step = state["progress"], state["step"]
        self.smooth = None
        self.held_out = {kind: read_tokens(options.cache, "heldOut", kind) for kind in ("ts", "md")}

    def before(self, step):
        state, now = self.state, time.time()
        if step > self.start_step:
            loss = self.shared["losses"].sum().item()
            self.smooth = loss if self.smooth is None else 0.98 * self.smooth + 0.02 * loss
            state["tokens"] += STEP_TOKENS
        share = (now - self.begin) / (60 * self.options.minutes)
        state["step"] = step
        state["progress"] = progress = self.start_progress + (1 - self.start_progress) * min(share, 1.0)
        stop = share >= 1
        length = next(length for begin, length in LENGTHS if progress >= begin)
        rate = rate_at(progress, step - state["moments_from"])
        self.shared["control"][:] = torch.tensor([rate, length, float(stop)], dtype=torch.float64)
        if stop or state["tokens"] >= state["next_point"]:
            state["next_point"] = max(state["next_point"] * 1.35, state["tokens"] + 1)
            point = {kind: round(held_out_loss(self.parameters, state["config"], s), 4) for kind, s in self.held_out.items()}
            smooth = round(self.smooth, 4) if self.smooth is not None else None
            state["curve"].append({"tokens": state["tokens"], "train": smooth, **point})
            speed = (step - self.start_step) * STEP_TOKENS / max(now - self.begin, 1e-9)
            line = {"step": step, "progress": round(progress, 3), "rate": rate, "speed": round(speed), **state["curve"][-1]}
            print(json.dumps(line), flush=True)
        if stop or now - self.saved > 60 * self.options.save_minutes:
            self.saved = now
            save(self.options.checkpoint, self.shared, state)
            print(f"saved step {step} tokens {state['tokens']} train {self.smooth}", flush=True)


def save(path, shared, state):
    torch.save({**state, **{key: shared[key].clone() for key in ("flat", "first", "second")}}, path + ".part")
    os.replace(path + ".part", path)


def fresh_state(options):
    return {
        "config": CONFIG,
        "seed": options.seed,
        "step": 0,
        "tokens": 0,
        "progress": 0.0,
        "moments_from": 0,
        "next_point": 32768,
        "curve": [],
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cache", default=default_cache())
    parser.add_argument("--checkpoint", default=None)
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--save-minutes", type=float, default=3)
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--from-weights", default=None, help="start a new run from an exported model folder")
    options = parser.parse_args()
    options.checkpoint = options.checkpoint or os.path.join(options.cache, "checkpoint.pt")

    state = fresh_state(options)
    count = parameter_count(CONFIG)
    shared = {key: torch.zeros(count) for key in ("flat", "first", "second")}
    if options.from_weights:
        _, parameters = load_model(options.from_weights)
        with open(os.path.join(options.from_weights, "curve.json")) as file:
            curve = json.load(file)
        state.update(curve=curve["points"], tokens=curve["tokens"], step=curve["steps"], moments_from=curve["steps"])
        state["next_point"] = state["tokens"] * 1.35
    elif os.path.exists(options.checkpoint):
        saved = torch.load(options.checkpoint)
        for key in shared:
            shared[key].copy_(saved.pop(key))
        state, parameters = saved, None
    else:
        parameters = initial_parameters(CONFIG, options.seed)
    if parameters:
        for name, view in views(shared["flat"], CONFIG).items():
            view.copy_(parameters[name])
    world = options.processes
    shared["gradients"] = torch.zeros(world, count)
    shared["losses"], shared["norms"] = torch.zeros(world), torch.zeros(world)
    shared["control"] = torch.zeros(3, dtype=torch.float64)
    for tensor in shared.values():
        tensor.share_memory_()

    context = mp.get_context("spawn")
    barrier, taken = context.Barrier(world), context.Value("q", state["step"] * (STEP_TOKENS // PART_TOKENS))
    arguments = (world, shared, state, options, barrier, taken)
    others = [context.Process(target=worker, args=(rank, *arguments), daemon=True) for rank in range(1, world)]
    for process in others:
        process.start()
    worker(0, *arguments)
    for process in others:
        process.join()


if __name__ == "__main__":
    main()
