"""Training of a Hopfield layer through MultiLayerNetwork.fit beside hflayers' in PyTorch, interleaved.

    python layers.py PEERS_ENV [--rounds N] [--classpath CP]

Batch 32 x 128, width 64, 4 heads of 16, float, plain SGD: forward, backward and update, with 0 and with 3 update steps (no early stop:
eps 0 here, 1e-12 there). After the Hopfield layer comes one of two heads:

    flat   flattened, a linear layer to one number and logistic loss, as in hflayers' own examples
    steps  a linear layer of width 64 at each step (DL4J's RnnOutputLayer) and mean squared error

Medians over all rounds of one run on one machine; the ratio is hflayers / ours. CP is that of the command line (`cli/target/lib/*` after a
build).
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))


HEADS = ("flat", "steps")


def peer(head, steps, seconds):
    import torch
    from difflayers import Hopfield  # the same code as hflayers 1.0.2

    torch.set_num_threads(2)
    torch.manual_seed(1)
    layer = Hopfield(input_size=64, hidden_size=16, num_heads=4, update_steps_max=steps, update_steps_eps=1e-12)
    x = torch.randn(32, 128, 64)
    if head == "flat":
        model = torch.nn.Sequential(layer, torch.nn.Flatten(), torch.nn.Linear(128 * 64, 1))
        target, loss = torch.randint(0, 2, (32, 1)).float(), torch.nn.BCEWithLogitsLoss()
    else:
        model = torch.nn.Sequential(layer, torch.nn.Linear(64, 64))
        target, loss = torch.randn(32, 128, 64), torch.nn.MSELoss()
    optimiser = torch.optim.SGD(model.parameters(), lr=1e-3)

    def fit():
        optimiser.zero_grad()
        loss(model(x), target).backward()
        optimiser.step()

    for _ in range(5):
        fit()
    end = time.perf_counter() + seconds
    while True:
        start = time.perf_counter()
        fit()
        print("ms", (time.perf_counter() - start) * 1e3)
        if time.perf_counter() >= end:
            return


def run(command):
    env = dict(os.environ, OMP_NUM_THREADS="2", OMP_WAIT_POLICY="PASSIVE")
    if command[0] == "java":  # what ./hopfield sets
        env.update(OPENBLAS_THREAD_TIMEOUT="4", MALLOC_ARENA_MAX="1", MALLOC_MMAP_THRESHOLD_="268435456", MALLOC_TRIM_THRESHOLD_="536870912")
    done = subprocess.run(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)}: exit {done.returncode}")
    return [float(line[3:]) for line in done.stdout.splitlines() if line.startswith("ms ")]


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("peers_env")
    ap.add_argument("--rounds", type=int, default=3)
    ap.add_argument("--seconds", type=float, default=4)
    ap.add_argument("--classpath", default=os.path.join(ROOT, "cli/target/lib/*"))
    args = ap.parse_args()
    cases = [(head, steps) for head in HEADS for steps in (0, 3)]
    times = {(who, *case): [] for who in ("hflayers", "ours") for case in cases}
    for _ in range(args.rounds):
        for head, steps in cases:
            code = f"import sys; sys.path.insert(0, {HERE!r}); import layers; layers.peer({head!r}, {steps}, {args.seconds})"
            times["hflayers", head, steps] += run([f"{args.peers_env}/bin/python", "-c", code])
            java = ["java", "-Xmx3g", "-cp", args.classpath, f"{HERE}/LayerFit.java", head, str(steps), str(args.seconds)]
            times["ours", head, steps] += run(java)
    for head, steps in cases:
        theirs, ours = (statistics.median(times[who, head, steps]) for who in ("hflayers", "ours"))
        row = {"head": head, "update_steps": steps, "hflayers_ms": round(theirs, 2), "ours_ms": round(ours, 2), "ratio": round(theirs / ours, 2)}
        print(json.dumps(row))


if __name__ == "__main__":
    main()
