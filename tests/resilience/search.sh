#!/usr/bin/env bash
# A search of 60 candidates that is killed (kill -9) at 20 random moments and resumed each time ends with the record of a search that was
# not: the same candidates, scores and model. Once with threads, once with workers, which die with it, once (24 candidates) with workers,
# outer test folds and candidates that are given up.
# usage: search.sh HOPFIELD [threads|workers|nested...]
set -euo pipefail
hopfield=$1
shift
runners=("$@")
[ "$#" -gt 0 ] || runners=(threads workers nested)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
RANDOM=7
search() { # FOLDER [more options]
  local out=$1
  shift
  "$hopfield" sweep mil --strategy tpe --seed 5 --epochs 2 --inner-folds 2 --quiet --json --resume --out "$out" "$@" >"$out.json"
}
# Without what differs between runs: times, places, how many were trained by the last run.
record() { find "$1" -name sweep.json | sort | xargs cat | grep -vE '"(seconds|started|host|trained)"'; }

status=0
printf '%-10s %6s %8s %s\n' runner kills resumed record
for runner in "${runners[@]}"; do
  case $runner in
    threads) options=(--candidates 60 --threads 2) ;;
    workers) options=(--candidates 60 --workers 2) ;;
    nested) options=(--candidates 24 --workers 2 --prune median --score nested --outer-folds 2) ;;
  esac
  # Workers compute with one thread, threads with all: each has its own uninterrupted run to be compared with.
  search "$work/$runner-whole" "${options[@]}"
  kills=0 resumed=0
  while [ "$kills" -lt 20 ]; do
    setsid "$hopfield" sweep mil --strategy tpe --seed 5 --epochs 2 --inner-folds 2 --quiet --resume \
      --out "$work/$runner" "${options[@]}" >/dev/null 2>&1 &
    process=$!
    sleep "$((RANDOM % 6 + 2)).$((RANDOM % 10))"
    if kill -9 "$process" 2>/dev/null; then kills=$((kills + 1)); else break; fi
    wait "$process" 2>/dev/null || true
    resumed=$((resumed + 1))
  done
  search "$work/$runner" "${options[@]}"
  if diff <(record "$work/$runner-whole") <(record "$work/$runner") >"$work/difference"; then
    result=equal
  else
    result="DIFFERS: $(head -n 3 "$work/difference" | tr '\n' ' ')"
    status=1
  fi
  printf '%-10s %6d %8d %s\n' "$runner" "$kills" "$resumed" "$result"
done
exit "$status"
