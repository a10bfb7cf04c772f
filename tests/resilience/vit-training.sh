#!/usr/bin/env bash
# A training of a Vision Transformer killed at random moments and started again until it ends: its model must be that of an uninterrupted
# one, byte for byte. Batches are prepared in the background and augmented, mixed, accumulated; weights are averaged; units draw noise.
# Prints a table; exits 1 where it is not.
#   vit-training.sh HOPFIELD [KILLS] [SEED]
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/killed-training.bash"
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
killed "$hopfield" "$kills" "$work/checkpoint.zip" "$work/killed/metrics.json" "${train[@]}" --checkpoint "$work/checkpoint.zip" --out "$work/killed"
same "$work/whole/model.zip" "$work/killed/model.zip" "$whole"
