"""The bit pattern and latch tasks with the PyTorch originals: what `bit_pattern.py` and `latch.py` share.

Data are those of `hopfield run`, drawn with java.util.Random's generator, so that both sides see the same bags for a
seed. Networks, optimiser (AdamW 1e-3, weight decay 0.01), clipping (gradient norm 1), batches of 32 and epochs are those
of the examples of hopfield-layers; the pooling baselines are ours. difflayers holds hflayers' code unchanged.
"""

import argparse
import json
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
    """LwPF around a module with one association step: softmax(D(x)) * D'(x), median over the whole tensor."""

    def __init__(self, module, unit):
        super().__init__()
        self.module, self.unit = module, unit

    def separate(self, scores, dim):
        threshold = torch.zeros(())
        if self.unit == "pfu":
            threshold = scores.median()
            if self.training:
                threshold = threshold + torch.randn(()) * 0.01**2
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


def network(name, data, train):
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
        module = Unit(module, variant)
    return nn.Sequential(module, nn.Flatten(1), nn.Linear(features, 1), nn.Flatten(0))


def train(name, data, labels, seed, epochs):
    """Accuracy on the held-out eighths at both ends after each epoch."""
    torch.manual_seed(seed)
    count, held = len(data), len(data) // 8
    inside = torch.arange(held, count - held)
    outside = torch.cat([torch.arange(held), torch.arange(count - held, count)])
    net = network(name, data, inside)
    optimiser = torch.optim.AdamW(net.parameters(), lr=1e-3)
    curve = []
    for _ in range(epochs):
        net.train()
        for batch in inside[torch.randperm(len(inside))].split(32):
            optimiser.zero_grad()
            nn.functional.binary_cross_entropy_with_logits(net(data[batch]), labels[batch]).backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimiser.step()
        net.eval()
        with torch.no_grad():
            right = sum(int(((net(data[b]) > 0) == (labels[b] > 0.5)).sum()) for b in outside.split(32))
        curve.append(right / len(outside))
    return curve


def main(task, names, epochs):
    ap = argparse.ArgumentParser(description=f"{task} with the PyTorch originals: one JSON line a network and seed.")
    ap.add_argument("networks", nargs="*", default=names)
    ap.add_argument("--seeds", default="1,2,3,4,5")
    ap.add_argument("--epochs", type=int, default=epochs)
    args = ap.parse_args()
    torch.set_num_threads(1)
    make = bit_pattern if task == "bit-pattern" else latch
    means = {}
    for name in args.networks:
        final = []
        for seed in map(int, args.seeds.split(",")):
            data, labels = make(seed)
            begin = time.perf_counter()
            curve = train(name, data, labels, seed, args.epochs)
            final.append(curve[-1])
            print(json.dumps({"network": name, "seed": seed, "accuracy": curve[-1], "seconds": round(time.perf_counter() - begin, 1),
                              "curve": [round(a, 4) for a in curve]}), flush=True)
        means[name] = round(statistics.mean(final), 4)
    print(json.dumps({"task": task, "epochs": args.epochs, "mean": means}))
