"""Times the PyTorch peers of dl4j-hopfield's benchmarks: one JSON line a benchmark on stdout.

Needs the environment made by ../shared/tools/install-torch-peers.sh (torch, entmax, difflayers); the build never does.
A figure is a list of milliseconds, one a repetition, float32, two threads. `compare.py` interleaves this with `hopfield bench`.
"""

import argparse
import json
import time

import torch

import difflayers
import entmax

torch.set_num_threads(2)


def scores(rows, cols, seed=0):
    g = torch.Generator().manual_seed(seed)
    return (torch.randn(rows, cols, generator=g) * 2).requires_grad_(True)


def row_op(fn, rows, cols):
    """fn over the last axis of a rows x cols array; backward from a fixed gradient."""
    x = scores(rows, cols)
    grad = torch.randn(rows, cols, generator=torch.Generator().manual_seed(1))

    def forward():
        with torch.no_grad():
            fn(x)

    def both():
        x.grad = None
        fn(x).backward(grad)

    return {"forward": forward, "forward+backward": both}


def masked_softmax(rows, cols):
    keep = torch.rand(rows, cols, generator=torch.Generator().manual_seed(2)) < 0.75
    return row_op(lambda x: torch.softmax(x.masked_fill(~keep, float("-inf")), -1), rows, cols)


def layer(module, *inputs):
    leaves = [i.requires_grad_(True) for i in inputs]

    def forward():
        with torch.no_grad():
            module(*leaves)

    def both():
        for p in list(module.parameters()) + leaves:
            p.grad = None
        module(*leaves).sum().backward()

    return {"forward": forward, "forward+backward": both}


def hopfield(steps):
    torch.manual_seed(0)
    net = difflayers.Hopfield(input_size=64, hidden_size=16, num_heads=4, update_steps_max=steps)
    x = torch.randn(32, 128, 64)
    return layer(net, x)


def pooling():
    torch.manual_seed(0)
    net = difflayers.HopfieldPooling(input_size=32, hidden_size=32, num_heads=1)
    return layer(net, torch.randn(1, 100_000, 32))


def retrieval(sdpa):
    g = torch.Generator().manual_seed(0)
    query = torch.randn(64, 784, generator=g)
    stored = torch.randn(100_000, 784, generator=g)
    beta = 0.1

    def plain():
        with torch.no_grad():
            torch.softmax(beta * (query @ stored.T), -1) @ stored

    def fused():
        with torch.no_grad():
            torch.nn.functional.scaled_dot_product_attention(query[None], stored[None], stored[None], scale=beta)

    return {"forward": fused if sdpa else plain}


# Every peer that a benchmark of ours is compared with; where entmax has a faster partial sort, each k is its own peer.
PEERS = {
    "softmax/4096x512": {"torch": lambda: row_op(lambda x: torch.softmax(x, -1), 4096, 512)},
    "masked-softmax/4096x512": {"torch": lambda: masked_softmax(4096, 512)},
    "masked-softmax/64x16384": {"torch": lambda: masked_softmax(64, 16384)},
    "sparsemax/4096x512": {f"entmax k={k}": lambda k=k: row_op(lambda x: entmax.sparsemax(x, dim=-1, k=k), 4096, 512) for k in (None, 32, 64, 128)},
    "sparsemax/64x16384": {f"entmax k={k}": lambda k=k: row_op(lambda x: entmax.sparsemax(x, dim=-1, k=k), 64, 16384) for k in (None, 64, 256)},
    "entmax15/4096x512": {f"entmax k={k}": lambda k=k: row_op(lambda x: entmax.entmax15(x, dim=-1, k=k), 4096, 512) for k in (None, 64, 128)},
    "entmax15/64x16384": {f"entmax k={k}": lambda k=k: row_op(lambda x: entmax.entmax15(x, dim=-1, k=k), 64, 16384) for k in (None, 128, 512)},
    "entmax/4096x512": {"entmax_bisect 24": lambda: row_op(lambda x: entmax.entmax_bisect(x, alpha=1.3, dim=-1, n_iter=24), 4096, 512)},
    "normmax/4096x512": {"normmax_bisect": lambda: row_op(lambda x: entmax.normmax_bisect(x, alpha=2, dim=-1), 4096, 512)},
    "k-subsets/4096x512": {"budget_bisect": lambda: row_op(lambda x: entmax.budget_bisect(x, budget=4, dim=-1), 4096, 512)},
    "association/32x128x64h4": {"hflayers": lambda: hopfield(0)},
    "association-steps3/32x128x64h4": {"hflayers": lambda: hopfield(3)},
    "retrieval/64x100000x784": {"matmul-softmax-matmul": lambda: retrieval(False), "sdpa": lambda: retrieval(True)},
    "pooling/100000x32": {"hflayers": lambda: pooling()},
}


def main():
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("names", nargs="*", default=list(PEERS))
    ap.add_argument("--seconds", type=float, default=1.0, help="time spent on each figure (at least 3 repetitions)")
    args = ap.parse_args()
    for name in args.names:
        for peer, make in PEERS[name].items():
            for direction, run in make().items():
                run()
                times, begin = [], time.perf_counter()
                while len(times) < 3 or (time.perf_counter() - begin < args.seconds and len(times) < 200):
                    t = time.perf_counter()
                    run()
                    times.append((time.perf_counter() - t) * 1e3)
                print(json.dumps({"name": name, "peer": peer, "direction": direction, "ms": times}), flush=True)


if __name__ == "__main__":
    main()
