"""The bit pattern and latch tasks with the PyTorch originals: what `bit_pattern.py` and `latch.py` share.

Data are those of `hopfield run`, drawn with java.util.Random's generator, so that both sides see the same bags for a
seed. Networks, optimiser (AdamW 1e-3, weight decay 0.01), clipping (gradient norm 1), batches of 32 and epochs are those
of the examples of hopfield-layers; the pooling baselines are ours. difflayers holds hflayers' code unchanged.

`--mended` does what differs in the originals as `hopfield run` does it:
- hflayers compares its inputs by value and, where they are equal, projects one of them: the normalisations of the others then
  have no gradient. They are equal at the start, so the first steps train one layer norm of three. Mended: inputs are never equal.
- Adam's epsilon is 1e-8 / sqrt(1 - 0.999^t) at step t in ND4J.
- The PFU's median and noise are those of each sample, not of the batch.
"""

import argparse
import json
import math
import os
import statistics
import time

import torch
from torch import nn

import difflayers


class JavaRandom:
    """java.util.Random, as its documentation defines it."""

    def __init__(self, seed):
        self.state = (seed ^ 0x5DEECE66D) & ((1 << 48) - 1)

    def bits(self, n):
        self.state = (self.state * 0x5DEECE66D + 0xB) & ((1 << 48) - 1)
        return self.state >> (48 - n)

    def next_int(self, bound):
        r = self.bits(31)
        if bound & (bound - 1) == 0:
            return (bound * r) >> 31
        while r - r % bound + bound - 1 >= 1 << 31:
            r = self.bits(31)
        return r % bound

    def shuffle(self, values):
        """As TaskTraining shuffles."""
        for i in range(len(values) - 1, 0, -1):
            j = self.next_int(i + 1)
            values[i], values[j] = values[j], values[i]


def bit_pattern(seed, bags=2048, instances=16, bits=8, signals=8):
    """Bags of bit patterns; the first half holds one of the signals, the others none."""
    random = JavaRandom(seed)
    chosen = []
    while len(chosen) < signals:
        pattern = random.next_int(1 << bits)
        if pattern != 0 and pattern not in chosen:
            chosen.append(pattern)
    data = torch.zeros(bags, instances, bits)
    for b in range(bags):
        patterns = []
        while len(patterns) < instances:
            pattern = random.next_int(1 << bits)
            if pattern != 0 and pattern not in chosen:
                patterns.append(pattern)
        if b < bags // 2:
            place = random.next_int(instances)
            patterns[place] = chosen[random.next_int(signals)]
        for t, pattern in enumerate(patterns):
            for f in range(bits):
                data[b, t, f] = pattern >> f & 1
    return data, (torch.arange(bags) < bags // 2).float()


def latch(seed, sequences=4096, steps=32, characters=20):
    """One-hot characters; the first, 0 or 1, is the label, the others are 2 or more."""
    random = JavaRandom(seed)
    data = torch.zeros(sequences, steps, characters)
    labels = torch.zeros(sequences)
    for s in range(sequences):
        label = random.next_int(2)
        labels[s] = label
        data[s, 0, label] = 1
        for t in range(1, steps):
            data[s, t, 2 + random.next_int(characters - 2)] = 1
    return data, labels


class Plain(nn.Module):
    """The baseline of pooling: embedded by a dense layer, then the average or maximum over the steps."""

    def __init__(self, size, maximum):
        super().__init__()
        self.embed, self.out, self.maximum = nn.Linear(size, size), nn.Linear(size, 1), maximum

    def forward(self, x):
        h = self.embed(x).relu()
        return self.out(h.amax(1) if self.maximum else h.mean(1)).flatten()


class Lstm(nn.Module):
    """The baseline of latch: an LSTM of 4 units, its last step."""

    def __init__(self, size):
        super().__init__()
        self.lstm, self.out = nn.LSTM(size, 4, batch_first=True), nn.Linear(4, 1)

    def forward(self, x):
        return self.out(self.lstm(x)[0][:, -1]).flatten()


class Unit(nn.Module):
    """LwPF around a module with one association step and one head: softmax(D(x)) * D'(x)."""

    def __init__(self, module, unit, mended):
        super().__init__()
        self.module, self.unit, self.mended = module, unit, mended

    def threshold(self, scores):
        if self.unit == "relu":
            return torch.zeros(())
        median, shape = scores.median(), ()
        if self.mended:
            median, shape = scores.flatten(1).median(1).values[:, None, None], (len(scores), 1, 1)
        return median + torch.randn(shape) * 0.01**2 if self.training else median

    def separate(self, scores, dim):
        threshold = self.threshold(scores)
        kept = scores > threshold
        forgotten = torch.where(kept, scores, threshold)
        return self.plain(forgotten, dim=dim) * kept

    def forward(self, x):
        self.plain = nn.functional.softmax
        nn.functional.softmax = self.separate
        try:
            return self.module(x)
        finally:
            nn.functional.softmax = self.plain


ADAPTED = dict(hidden_size=8, num_heads=8, update_steps_max=3, scaling=0.25, dropout=0.5)


def network(name, data, train, mended):
    steps, size = data.shape[1:]
    if name in ("average-pooling", "max-pooling"):
        return Plain(size, name == "max-pooling")
    if name == "lstm":
        return Lstm(size)
    kind, _, variant = name.partition("-")
    options = ADAPTED if variant == "adapted" else {}
    if kind == "hopfield":
        module, features = difflayers.Hopfield(input_size=size, **options), size * steps
    elif kind == "pooling":
        module, features = difflayers.HopfieldPooling(input_size=size, **options), size
    else:
        unique = data[train].reshape(-1, size).unique(dim=0)
        separated = variant == "adapted"
        module = difflayers.HopfieldLayer(input_size=size, quantity=len(unique), lookup_weights_as_separated=separated,
                                          lookup_targets_as_trainable=not separated)
        if separated:
            with torch.no_grad():
                module.lookup_weights[:] = unique
        features = size * steps
    if variant in ("relu", "pfu"):
        module = Unit(module, variant, mended)
    return nn.Sequential(module, nn.Flatten(1), nn.Linear(features, 1), nn.Flatten(0))


def start_from(net, name, file):
    """Weights that TaskStart.java wrote: hflayers' names for Hopfield layers, DL4J's for the others."""
    from safetensors.torch import load_file

    arrays = load_file(file)
    outputs = str(max(int(n.split(".")[0]) for n in arrays))
    out = net.out if isinstance(net, (Plain, Lstm)) else net[2]
    state = {"weight": arrays.pop(f"{outputs}.W").T, "bias": arrays.pop(f"{outputs}.b").flatten()}
    out.load_state_dict(state)
    if isinstance(net, Plain):
        net.embed.load_state_dict({"weight": arrays["0.W"].T, "bias": arrays["0.b"].flatten()})
    elif isinstance(net, Lstm):
        # DL4J's blocks are candidate, forget, output and input gate; PyTorch's input, forget, candidate, output
        def gates(a):
            c, f, o, i = a.chunk(4, dim=1)
            return torch.cat([i, f, c, o], dim=1).T.contiguous()

        half = gates(arrays["0.b"].reshape(1, -1)).flatten() / 2  # its two biases are only ever added
        net.lstm.load_state_dict({"weight_ih_l0": gates(arrays["0.W"]), "weight_hh_l0": gates(arrays["0.RW"]),
                                  "bias_ih_l0": half, "bias_hh_l0": half})
    else:
        module = net[0].module if isinstance(net[0], Unit) else net[0]
        module.load_state_dict({n[2:]: a for n, a in arrays.items()})


def train(name, data, labels, seed, epochs, mended=False, starts=None):
    """Mean loss of each epoch, and accuracy after it on the held-out eighths at both ends."""
    torch.manual_seed(seed)
    count, held = len(data), len(data) // 8
    inside = torch.arange(held, count - held)
    outside = torch.cat([torch.arange(held), torch.arange(count - held, count)])
    net = network(name, data, inside, mended)
    random, order = None, inside.tolist()
    if starts:
        start_from(net, name, os.path.join(starts, f"{name}-{seed}.safetensors"))
        random = JavaRandom(seed)
    optimiser = torch.optim.AdamW(net.parameters(), lr=1e-3)
    losses, curve, steps = [], [], 0
    for _ in range(epochs):
        if random:
            random.shuffle(order)
        else:
            order = inside[torch.randperm(len(inside))].tolist()
        net.train()
        total = 0.0
        for batch in torch.tensor(order).split(32):
            optimiser.zero_grad()
            loss = nn.functional.binary_cross_entropy_with_logits(net(data[batch]), labels[batch])
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            steps += 1
            if mended:
                optimiser.param_groups[0]["eps"] = 1e-8 / math.sqrt(1 - 0.999**steps)
            optimiser.step()
            total += loss.item() * len(batch) / len(inside)
        losses.append(total)
        net.eval()
        with torch.no_grad():
            right = sum(int(((net(data[b]) > 0) == (labels[b] > 0.5)).sum()) for b in outside.split(32))
        curve.append(right / len(outside))
    return losses, curve


def main(task, names, epochs):
    ap = argparse.ArgumentParser(description=f"{task} with the PyTorch originals: one JSON line a network and seed.")
    ap.add_argument("networks", nargs="*", default=names)
    ap.add_argument("--seeds", default="1,2,3,4,5")
    ap.add_argument("--epochs", type=int, default=epochs)
    ap.add_argument("--mended", action="store_true", help="what differs in the originals, done as `hopfield run` does it")
    ap.add_argument("--starts", help="a folder of TaskStart.java: its weights, and the batches of `hopfield run`; else PyTorch's own")
    args = ap.parse_args()
    torch.set_num_threads(1)
    if args.mended:
        torch.equal = lambda a, b: False
    make = bit_pattern if task == "bit-pattern" else latch
    means = {}
    sets = {seed: make(seed) for seed in map(int, args.seeds.split(","))}
    for name in args.networks:
        final = []
        for seed, (data, labels) in sets.items():
            begin = time.perf_counter()
            losses, curve = train(name, data, labels, seed, args.epochs, args.mended, args.starts)
            final.append(curve[-1])
            print(json.dumps({"network": name, "seed": seed, "accuracy": curve[-1], "seconds": round(time.perf_counter() - begin, 1),
                              "curve": [round(a, 4) for a in curve], "loss": losses}), flush=True)
        means[name] = round(statistics.mean(final), 4)
    print(json.dumps({"task": task, "epochs": args.epochs, "mean": means}))
