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
from scores import byte_counts, point_scores
from storage import default_cache, default_model, load_model, read_tokens
from tokens import Tokenizer

KIND_WEIGHTS = {"ts": 0.45, "js": 0.15, "md": 0.40}
WARMUP_STEPS, FALL_FROM, FINAL_SHARE = 150, 0.7, 0.02
"""Rates rise over the first steps and fall along a cosine over the last part of the run."""
ADAM_RATE, BETAS, EPSILON, DECAY, CLIP = 3e-3, (0.9, 0.98), 1e-8, 0.05, 1.0
"""Embeddings, biases and gains: Adam with decoupled decay of what has more than one axis."""
MUON_RATE, MOMENTUM = 0.02, 0.95
"""The blocks' matrices: Muon (Jordan et al. 2024), orthogonalised momentum; in so short
a run it learns from the same tokens what Adam needs about twice as many for."""
LENGTHS = ((0.9, 512), (0.6, 256), (0.0, 128))
"""Window lengths, each from its share of the run on: short windows cost less at first."""
REPEATED_SHARE, SHORTEST_REPEAT = 0.15, 8
"""Windows in which a span comes a second time, a third of them as it stands, a third with
its tokens shuffled, a third of random tokens: they teach copying from context, which so
little text teaches too slowly. Text goes on behind the copy, or greedy text would learn to
run in circles."""
LONGEST = 512
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


def with_repeat(row, generator):
    """A row in which one span is repeated at a random distance."""
    length = len(row) - 1
    span = int(SHORTEST_REPEAT * (length / 2 / SHORTEST_REPEAT) ** generator.random())
    piece = row[:span]
    kind = generator.integers(3)
    if kind == 1:
        piece = generator.permutation(piece)
    elif kind == 2:
        piece = generator.integers(CONFIG["vocab_size"], size=span)
    first = generator.integers(length - 2 * span + 1)
    second = generator.integers(first + span, length - span + 1)
    row = row.copy()
    row[first : first + span] = piece
    row[second : second + span] = piece
    return row


def update_jobs(config, world):
    """What each process updates: hidden matrices whole, everything else in pieces.

    Per rank a list of (first, end, shape, decayed); shape is None for Adam's pieces.
    """
    jobs, offset = [], 0
    for name, shape in parameter_shapes(config).items():
        count = math.prod(shape)
        if ".h." in name and len(shape) > 1:
            jobs.append((offset, offset + count, shape, False))
        else:
            piece = 1 << 16
            for start in range(offset, offset + count, piece):
                jobs.append((start, min(start + piece, offset + count), None, len(shape) > 1))
        offset += count
    ranks, loads = [[] for _ in range(world)], [0] * world
    for job in sorted(jobs, key=lambda job: (job[2] is None, job[0] - job[1])):
        rank = loads.index(min(loads))
        ranks[rank].append(job)
        loads[rank] += (job[1] - job[0]) * (20 if job[2] else 1)
    return ranks


def orthogonalised(matrices, steps=5):
    """Newton-Schulz iteration towards the nearest orthogonal matrix, for [n, rows, columns]."""
    tall = matrices.shape[1] > matrices.shape[2]
    value = matrices.transpose(1, 2) if tall else matrices
    value = value / (value.flatten(1).norm(dim=1)[:, None, None] + 1e-7)
    for _ in range(steps):
        square = value @ value.transpose(1, 2)
        value = 3.4445 * value + (-4.7750 * square + 2.0315 * square @ square) @ value
    return value.transpose(1, 2) if tall else value


def muon_update(matrix, gradient, momentum, rate):
    """One step on a [in, out] matrix; queries, keys and values are matrices of their own."""
    momentum.lerp_(gradient, 1 - MOMENTUM)
    direction = gradient.lerp(momentum, MOMENTUM)
    rows, columns = matrix.shape
    parts = columns // rows if columns == 3 * rows else 1
    step = orthogonalised(direction.view(rows, parts, columns // parts).transpose(0, 1))
    scale = max(1.0, columns / parts / rows) ** 0.5
    matrix.sub_(step.transpose(0, 1).reshape(rows, columns), alpha=rate * scale)


def adam_update(piece, gradient, moments, rate, count, decayed):
    first, second = moments
    first.lerp_(gradient, 1 - BETAS[0])
    second.lerp_(gradient.square_(), 1 - BETAS[1])
    if decayed:
        piece.mul_(1 - rate * DECAY)
    scale = (second / (1 - BETAS[1] ** count)).sqrt_().add_(EPSILON)
    piece.addcdiv_(first, scale, value=-rate / (1 - BETAS[0] ** count))


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
            row = with_repeat(row, generator)
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


def rate_at(progress, warm_steps):
    """The share of the peak rates that holds now."""
    fall = min(max((progress - FALL_FROM) / (1 - FALL_FROM), 0.0), 1.0)
    share = FINAL_SHARE + (1 - FINAL_SHARE) * 0.5 * (1 + math.cos(math.pi * fall))
    return share * min(1.0, (warm_steps + 1) / WARMUP_STEPS)


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
    jobs = update_jobs(config, world)[rank]
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
        means = [gradients[:, start:end].sum(0) / parts for start, end, _, _ in jobs]
        shared["norms"][rank] = sum(mean.square().sum() for mean in means)
        barrier.wait()
        clip = min(1.0, CLIP / (shared["norms"].sum().sqrt().item() + 1e-6))
        count = step - state["moments_from"] + 1
        with torch.no_grad():
            for (start, end, shape, decayed), mean in zip(jobs, means):
                piece, first = flat[start:end], shared["first"][start:end]
                mean *= clip
                if shape:
                    muon_update(piece.view(shape), mean.view(shape), first.view(shape), rate * MUON_RATE)
                else:
                    adam_update(piece, mean, (first, shared["second"][start:end]), rate * ADAM_RATE, count, decayed)
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
        self.counts = byte_counts(Tokenizer(default_model()))

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
            point = point_scores(self.parameters, state["config"], self.held_out, self.counts)
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
