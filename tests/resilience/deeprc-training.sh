#!/usr/bin/env bash
# A training of DeepRC killed at random moments and started again until it ends: its model must be that of an uninterrupted one, byte for
# byte. Prints a table; exits 1 where it is not.
#   deeprc-training.sh HOPFIELD [KILLS] [SEED]
set -uo pipefail
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
middle=0
for ((kill = 0; kill < kills; kill++)); do
  touch "$work/started"
  "$hopfield" "${train[@]}" --out "$work/killed" >"$work/log" 2>&1 &
  pid=$!
  # until it trains, then a moment of it
  for ((wait = 0; wait < 600; wait++)); do
    [ "$work/killed/checkpoint.zip" -nt "$work/started" ] 2>/dev/null && break
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.05
  done
  sleep "0.$(printf '%03d' $((RANDOM % 1000)))"
  if kill -9 "$pid" 2>/dev/null; then middle=$((middle + 1)); fi
  wait "$pid" 2>/dev/null
  [ -e "$work/killed/model.zip" ] && break
done
[ -e "$work/killed/model.zip" ] || "$hopfield" "${train[@]}" --out "$work/killed" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
if cmp -s "$work/whole/model.zip" "$work/killed/model.zip"; then outcome=ok; else outcome=BAD; fi
printf '%-34s %-4s %s\n' "training killed $middle times" "$outcome" "the model of one that was not, which took $whole s"
[ "$outcome" = ok ]
