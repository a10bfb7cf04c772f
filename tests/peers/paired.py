"""`hopfield run latch` or `bit-pattern` and the PyTorch originals, from the same weights, data and batches of each seed.

    python paired.py PEERS_ENV latch|bit-pattern [--networks A,B] [--seeds 1-5] [--epochs N] [--mended] [--out DIR]

Needs a build (`./hopfield doctor` makes one) and the environment of ../shared/tools/install-torch-peers.sh. TaskStart.java writes the weights
that `hopfield run` starts from, example_tasks.py trains from them over batches in the order of `hopfield run`. For each network it prints the
accuracy of both sides after the last epoch (mean over the seeds and its standard error), the mean and standard error of their paired
difference, and the first epoch in which the training losses differ by more than a thousandth. Dropout masks and the noise of the PFU are
drawn by each side's own generator.

DIR (a temporary folder if not given) keeps starts, our metrics.json, and peers.jsonl or mended.jsonl; what lies there already is not run again.
"""

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
LAYERS = ["hopfield", "pooling", "lookup"]
NETWORKS = ["average-pooling", "max-pooling"] + LAYERS + [f"{layer}-{variant}" for variant in ("relu", "pfu", "adapted") for layer in LAYERS]
EPOCHS = {"latch": 20, "bit-pattern": 250}


def arguments():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("peers_env")
    ap.add_argument("task", choices=EPOCHS)
    ap.add_argument("--networks")
    ap.add_argument("--seeds", default="1-5")
    ap.add_argument("--epochs", type=int)
    ap.add_argument("--threads", type=int, default=2)
    ap.add_argument("--mended", action="store_true", help="see example_tasks.py")
    ap.add_argument("--classpath", default=os.path.join(ROOT, "cli/target/lib/*"))
    ap.add_argument("--out")
    args = ap.parse_args()
    all_networks = (["lstm"] if args.task == "latch" else []) + NETWORKS
    args.networks = args.networks.split(",") if args.networks else all_networks
    first, _, last = args.seeds.partition("-")
    args.seeds = list(range(int(first), int(last or first) + 1))
    args.epochs = args.epochs or EPOCHS[args.task]
    args.out = os.path.abspath(args.out) if args.out else tempfile.mkdtemp(prefix="paired-")
    return args


def run(command, **how):
    if subprocess.run(command, **how).returncode:
        sys.exit(f"failed: {' '.join(command)}")


def write_starts(args):
    starts, classes = (os.path.join(args.out, name) for name in ("starts", "classes"))
    seeds = ",".join(map(str, args.seeds))
    if not os.path.exists(starts):
        os.makedirs(starts + ".part", exist_ok=True)
        run(["javac", "-d", classes, "-cp", args.classpath, os.path.join(HERE, "TaskStart.java")])
        run(["java", "-cp", f"{classes}:{args.classpath}", "io.github.dl4jhopfield.zoo.tasks.TaskStart",
             args.task, starts + ".part", seeds, ",".join(args.networks)], stdout=sys.stderr)
        os.rename(starts + ".part", starts)
    return starts


def train_ours(args):
    metrics = os.path.join(args.out, "ours", "metrics.json")
    if not os.path.exists(metrics):
        run([os.path.join(ROOT, "hopfield"), "run", args.task, "--networks", ",".join(args.networks), "--repeats", str(len(args.seeds)),
             "--seed", str(args.seeds[0]), "--epochs", str(args.epochs), "--threads", str(args.threads), "--quiet",
             "--out", os.path.dirname(metrics)], cwd=ROOT, stdout=sys.stderr)
    with open(metrics) as f:
        details = json.load(f)
    return {(name, seed): (details["accuracyCurves"][name][i], details["lossCurves"][name][i])
            for name in args.networks for i, seed in enumerate(args.seeds)}


def train_theirs(args, starts):
    results = os.path.join(args.out, "mended.jsonl" if args.mended else "peers.jsonl")
    if not os.path.exists(results):
        script = os.path.join(HERE, args.task.replace("-", "_") + ".py")
        jobs = []
        for i in range(args.threads):  # one process a thread, each its share of the networks
            share = args.networks[i::args.threads]
            if share:
                with open(f"{results}.{i}", "w") as out:
                    jobs.append(subprocess.Popen(
                        [f"{args.peers_env}/bin/python", script, *share, "--seeds", ",".join(map(str, args.seeds)), "--epochs",
                         str(args.epochs), "--starts", starts, *(["--mended"] if args.mended else [])], stdout=out))
        if any([job.wait() for job in jobs]):
            sys.exit("a PyTorch run failed")
        lines = []
        for i in range(len(jobs)):
            with open(f"{results}.{i}") as part:
                lines += part.readlines()
            os.remove(f"{results}.{i}")
        with open(results + ".part", "w") as out:
            out.writelines(lines)
        os.rename(results + ".part", results)
    with open(results) as f:
        rows = [row for row in map(json.loads, f) if "network" in row]
    return {(row["network"], row["seed"]): (row["curve"], row["loss"]) for row in rows}


def spread(values):
    """Mean and its standard error, in points."""
    error = statistics.stdev(values) / math.sqrt(len(values)) if len(values) > 1 else 0
    return f"{100 * statistics.mean(values):.1f} +- {100 * error:.1f}"


def parting(ours, theirs):
    """The first epoch, from 1, of clearly different losses; the number of epochs and one if there is none."""
    apart = [abs(a - b) > 1e-3 * max(abs(b), 1e-3) for a, b in zip(ours, theirs)]
    return apart.index(True) + 1 if True in apart else len(apart) + 1


def main():
    args = arguments()
    starts = write_starts(args)
    ours, theirs = train_ours(args), train_theirs(args, starts)
    print(f"{args.task}, {args.epochs} epochs, seeds {args.seeds[0]} to {args.seeds[-1]}; kept in {args.out}")
    print("| network | here, % | PyTorch, % | difference, points | losses part in epoch |\n|---|---|---|---|---|")
    for name in args.networks:
        a, b = ([side[name, seed][0][-1] for seed in args.seeds] for side in (ours, theirs))
        epochs = [parting(ours[name, seed][1], theirs[name, seed][1]) for seed in args.seeds]
        middle = sorted(epochs)[len(epochs) // 2]
        when = "never" if middle > args.epochs else f"{middle}"
        print(f"| {name} | {spread(a)} | {spread(b)} | {spread([x - y for x, y in zip(a, b)])} | {when} |")


if __name__ == "__main__":
    main()
