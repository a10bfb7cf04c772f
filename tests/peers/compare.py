"""Our benchmarks beside the PyTorch peers', interleaved: `python compare.py PEERS_ENV [--rounds N] [NAME...]`.

Each round runs the peers (peers.py, in PEERS_ENV/bin/python) and then `./hopfield bench --json` over the same benchmarks,
so that both see the same load; the table shows medians over all rounds and the ratio peer / ours, beside the bar that
we set ourselves. Figures of one machine and one run: the ratio is what counts.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections import defaultdict

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))

# name/shape -> how many times faster than its fastest peer we must be (SDPA at retrieval: no slower)
BARS = {
    "masked-softmax/4096x512": 1.5,
    "sparsemax/4096x512": 8,
    "sparsemax/64x16384": 5,
    "entmax15/4096x512": 8,
    "entmax15/64x16384": 5,
    "entmax/4096x512": 30,
    "normmax/4096x512": 60,
    "k-subsets/4096x512": 15,
    "association/32x128x64h4": 1.5,
    "association-steps3/32x128x64h4": 8,
    "retrieval/64x100000x784": 1.3,
    "pooling/100000x32": 2,
}


def run(command):
    env = dict(os.environ, OMP_NUM_THREADS="2")
    done = subprocess.run(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)}: exit {done.returncode}")
    return done.stdout


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("peers_env", help="the folder that install-torch-peers.sh made")
    ap.add_argument("names", nargs="*", default=list(BARS), help="NAME/SHAPE as in peers.py")
    ap.add_argument("--rounds", type=int, default=3)
    ap.add_argument("--seconds", type=float, default=1.0, help="per figure and round")
    ap.add_argument("--out", help="write every figure as JSON here")
    args = ap.parse_intermixed_args()
    for name in args.names:
        if name not in BARS:
            ap.error(f"no row {name!r}; expected some of {' '.join(BARS)}")

    peers = defaultdict(lambda: defaultdict(list))  # (name, direction) -> peer -> ms
    ours = defaultdict(list)  # (name, direction) -> ms
    extra_mb = {}
    for _ in range(args.rounds):
        for line in run([f"{args.peers_env}/bin/python", f"{HERE}/peers.py", "--seconds", str(args.seconds), *args.names]).splitlines():
            row = json.loads(line)
            peers[row["name"], row["direction"]][row["peer"]] += row["ms"]
        ours_names = dict.fromkeys(n.split("/")[0] for n in args.names)
        bench = run(["./hopfield", "bench", "--json", "--no-stock", "--seconds", str(args.seconds), *ours_names])
        for row in json.loads(bench)["results"]:
            key = f"{row['name']}/{row['shape']}", row["direction"]
            if row["path"] == "native":
                ours[key].append(row["median_ms"])
                extra_mb[key] = row.get("peak_mb")

    table = []
    for (name, direction), by_peer in peers.items():
        if (name, direction) not in ours:
            continue
        best = min(by_peer, key=lambda p: statistics.median(by_peer[p]))
        theirs, mine = statistics.median(by_peer[best]), statistics.median(ours[name, direction])
        table.append(
            {"name": name, "direction": direction, "peer": best, "peer_ms": theirs, "ours_ms": mine, "ratio": theirs / mine,
             "bar": BARS.get(name), "peak_mb": extra_mb[name, direction]}
        )
    mb = lambda value: "" if value is None else f"{value:.1f}"
    print(f"{'benchmark':34}{'direction':18}{'fastest peer':24}{'peer ms':>10}{'ours ms':>10}{'ratio':>8}{'bar':>6}{'MB':>8}")
    for r in table:
        print(f"{r['name']:34}{r['direction']:18}{r['peer']:24}{r['peer_ms']:10.2f}{r['ours_ms']:10.2f}{r['ratio']:8.1f}{r['bar'] or '':>6}{mb(r['peak_mb']):>8}")
    if args.out:
        with open(args.out + ".part", "w") as f:
            json.dump({"table": table, "peers": {"|".join(k): v for k, v in peers.items()}, "ours": {"|".join(k): v for k, v in ours.items()}}, f, indent=1)
        os.replace(args.out + ".part", args.out)


if __name__ == "__main__":
    main()
