#!/usr/bin/env bash
# A training of a Vision Transformer killed at random moments and started again until it ends: its model must be that of an uninterrupted
# one, byte for byte. Batches are prepared in the background and augmented, mixed, accumulated; weights are averaged; units draw noise.
# Prints a table; exits 1 where it is not.
#   vit-training.sh HOPFIELD [KILLS] [SEED]
set -uo pipefail
hopfield=${1:?the launcher}
kills=${2:-20}
RANDOM=${3:-$$}
seed=$RANDOM; RANDOM=$seed
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
echo "seed $seed, $work"

# binary files as CIFAR-10's, of noise
mkdir "$work/cifar"
for name in data_batch_1 test_batch; do
  for ((i = 0; i < 300; i++)); do
    printf '%b' "\\x0$((i % 10))"
    head -c 3072 /dev/urandom
  done > "$work/cifar/$name.bin"
done

train=(train --model vit --data "$work/cifar" --epochs "${EPOCHS:-60}" --batch-size 16 --accumulate 2 --width 32 --depth 2 --unit pfu,relu
  --dropout 0.1 --stochastic-depth 0.1 --average 0.99 --mixup 0.4 --cutmix 1 --smoothing 0.1 --rand-augment 2 --workers 2)

start=$SECONDS
"$hopfield" "${train[@]}" --out "$work/whole" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
whole=$((SECONDS - start))
middle=0
for ((kill = 0; kill < kills; kill++)); do
  touch "$work/started"
  "$hopfield" "${train[@]}" --checkpoint "$work/checkpoint.zip" --out "$work/killed" >"$work/log" 2>&1 &
  pid=$!
  # until it trains, then a moment of it
  for ((wait = 0; wait < 1200; wait++)); do
    [ "$work/checkpoint.zip" -nt "$work/started" ] && break
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.05
  done
  sleep "0.$(printf '%03d' $((RANDOM % 1000)))"
  if kill -9 "$pid" 2>/dev/null; then middle=$((middle + 1)); fi
  wait "$pid" 2>/dev/null
  [ -e "$work/killed/metrics.json" ] && break
done
[ -e "$work/killed/metrics.json" ] ||
  "$hopfield" "${train[@]}" --checkpoint "$work/checkpoint.zip" --out "$work/killed" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
if cmp -s "$work/whole/model.zip" "$work/killed/model.zip"; then outcome=ok; else outcome=BAD; fi
printf '%-34s %-4s %s\n' "training killed $middle times" "$outcome" "the model of one that was not, which took $whole s"
[ "$outcome" = ok ]
