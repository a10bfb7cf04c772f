#!/usr/bin/env bash
# A training of DeepRC killed at random moments and started again until it ends: its model must be that of an uninterrupted one, byte for
# byte. Prints a table; exits 1 where it is not.
#   deeprc-training.sh HOPFIELD [KILLS] [SEED]
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/killed-training.bash"
hopfield=${1:?the launcher}
kills=${2:-20}
RANDOM=${3:-$$}
seed=$RANDOM; RANDOM=$seed
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
echo "seed $seed, $work"

{
  printf 'repertoire_id\tstatus\tfilename\n'
  for ((i = 0; i < 20; i++)); do
    awk -v rows=400 -v seed="$i" -v sick=$((i % 2)) 'BEGIN {
      srand(seed + 1); letters = "ACDEFGHIKLMNPQRSTVWY"; print "junction_aa\tduplicate_count"
      for (r = 0; r < rows; r++) {
        s = "CAS"; for (k = 0; k < 9; k++) s = s substr(letters, 1 + int(20 * rand()), 1)
        if (sick && r % 20 == 0) s = s "WYCAS"
        print s "F\t1"
      }
    }' > "$work/r$i.tsv"
    printf 'r%d\t%s\tr%d.tsv\n' "$i" "$([ $((i % 2)) = 1 ] && echo sick || echo healthy)" "$i"
  done
} > "$work/metadata.tsv"

train=(train --model deeprc --data "$work/metadata.tsv" --target status --cache "$work/cache" --updates "${UPDATES:-2000}"
  --evaluate-every 10 --patience 0 --kernels 8 --attention-units 8)

start=$SECONDS
"$hopfield" "${train[@]}" --out "$work/whole" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
whole=$((SECONDS - start))
killed "$hopfield" "$kills" "$work/killed/checkpoint.zip" "$work/killed/model.zip" "${train[@]}" --out "$work/killed"
same "$work/whole/model.zip" "$work/killed/model.zip" "$whole"
