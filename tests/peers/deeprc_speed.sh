#!/usr/bin/env bash
# Times DeepRC beside the same architecture in PyTorch, in turns: a repertoire of 1,000,000 sequences predicted, a training step on 10,000.
# Wall time, 2 threads each, start of the program left out. Prints each round, then medians and PyTorch / ours.
# Usage: deeprc_speed.sh PYTHON [ROUNDS]     PYTHON has torch; after ./hopfield has built
set -euo pipefail
python=$1
rounds=${2:-5}
root=$(cd "$(dirname "$0")/../.." && pwd)
lib=$(ls "$root"/cli/target/lib/*.jar | tr '\n' ':')
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
javac -d "$out" -cp "$lib" "$root/tests/peers/RepertoireSpeed.java"
export OMP_NUM_THREADS=2
for ((r = 1; r <= rounds; r++)); do
  for what in "predict 1000000 3" "train 10000 15"; do
    # shellcheck disable=SC2086
    java -Xmx1g -Dorg.slf4j.simpleLogger.defaultLogLevel=error -cp "$out:$lib" io.github.dl4jhopfield.zoo.repertoire.RepertoireSpeed $what 2>/dev/null |
      grep -E '^(ours|peak)'
    # shellcheck disable=SC2086
    "$python" "$root/tests/peers/deeprc.py" $what
  done
done | tee "$out/rounds"
awk '
  /median/ { key = $1 " " $2; for (i = 1; i <= NF; i++) if ($i == "median") { n[key]++; v[key, n[key]] = $(i + 1) } }
  function median(key,   i, j, t) {
    for (i = 1; i <= n[key]; i++) for (j = i + 1; j <= n[key]; j++) if (v[key, j] < v[key, i]) { t = v[key, i]; v[key, i] = v[key, j]; v[key, j] = t }
    return v[key, int((n[key] + 1) / 2)]
  }
  END {
    split("predict train", whats, " ")
    for (w = 1; w <= 2; w++) {
      ours = median("ours " whats[w]); theirs = median("torch " whats[w])
      printf "%s: ours %.0f ms, PyTorch %.0f ms, %.2f times as fast\n", whats[w], ours, theirs, theirs / ours
    }
  }' "$out/rounds"
