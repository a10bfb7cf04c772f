"""What a search costs beside its trials: `python tests/benchmarks/search.py [HOPFIELD] [--rounds 3]`, on a quiet machine.

Overhead in threads: the time from a trial's end to the next one's start, on one thread (proposing, writing the record, reporting).
Throughput of workers: trials a second of `--workers 1` and `--workers 2` in turns, each computing on one thread, from when every
worker has done its first trials (a JVM is slow at first, and its compilers use the other core) to when the first of them has nothing
left. Medians over rounds.
"""

import argparse
import json
import os
import statistics
import subprocess
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FIRST = 10  # trials that are not counted of a search in threads
FIRST_OF_WORKER = 100  # of each worker: about half a minute


def trials(hopfield, *options):
    with tempfile.TemporaryDirectory() as folder:
        command = [hopfield, "sweep", "mil", "--epochs", "10", "--out", folder, "--quiet", *options]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        with open(os.path.join(folder, "sweep.jsonl")) as file:
            records = [json.loads(line)["record"] for line in file]
    ended = [r for r in records if r["type"] == "ended"]
    return sorted((r["started"] / 1e3, r["started"] / 1e3 + r["seconds"], r["host"]) for r in ended)


def overhead(hopfield, strategy):
    runs = trials(hopfield, "--strategy", strategy, "--candidates", "60", "--threads", "1")[FIRST:]
    return [1e3 * (after[0] - before[1]) for before, after in zip(runs, runs[1:])]


def throughput(hopfield, workers, each, first):
    count = str(workers * each)
    runs = trials(hopfield, "--candidates", count, "--workers", str(workers), "--trials-per-worker", "1000000")
    ends = {}
    for _, end, host in runs:
        ends.setdefault(host, []).append(end)
    begin = max(sorted(e)[first - 1] for e in ends.values())
    stop = min(max(e) for e in ends.values())
    return sum(begin < end <= stop for _, end, _ in runs) / (stop - begin)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("hopfield", nargs="?", default=os.path.join(ROOT, "hopfield"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--trials", type=int, default=250, help="of each worker")
    parser.add_argument("--first", type=int, default=FIRST_OF_WORKER, help="trials of each worker that are not counted")
    parser.add_argument("--only", choices=["threads", "workers"])
    arguments = parser.parse_args()
    rounds = range(arguments.rounds)
    for strategy in ("random", "tpe") if arguments.only != "workers" else ():
        means = [statistics.mean(overhead(arguments.hopfield, strategy)) for _ in rounds]
        print(f"overhead of a trial in threads, {strategy}: {statistics.median(means):.1f} ms", flush=True)
    if arguments.only == "threads":
        return
    one, two = [], []
    for _ in rounds:
        one.append(throughput(arguments.hopfield, 1, arguments.trials, arguments.first))
        two.append(throughput(arguments.hopfield, 2, arguments.trials, arguments.first))
        print(f"trials a second: {one[-1]:.2f} with one worker, {two[-1]:.2f} with two", flush=True)
    print(f"ratio of medians {statistics.median(two) / statistics.median(one):.2f}")


if __name__ == "__main__":
    main()
