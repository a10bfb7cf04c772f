#!/usr/bin/env bash
# A search of 60 candidates that is killed (kill -9) at 20 random moments and resumed each time ends with the record of a search that was
# not: the same candidates, scores and model. Once with threads, once with workers, which die with it, once (24 candidates) with workers,
# outer test folds and candidates that are given up. A kill counts when the search had begun and had not ended: 20 of them, or it fails.
# usage: search.sh HOPFIELD [threads|workers|nested...]
# KILLS says how many, EPOCHS how long a candidate takes: more for a fast machine, on which the search would end too soon.
set -euo pipefail
hopfield=$1
shift
runners=("$@")
[ "$#" -gt 0 ] || runners=(threads workers nested)
wanted=${KILLS:-20}
epochs=${EPOCHS:-100}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
RANDOM=7
common=(sweep mil --strategy tpe --seed 5 --inner-folds 2 --quiet --resume)
search() { # FOLDER [more options]
  local out=$1
  shift
  "$hopfield" "${common[@]}" --json --out "$out" "$@" >"$out.json"
}
# Without what differs between runs: times, places, how many were trained by the last run.
record() { find "$1" -name sweep.json | sort | xargs cat | grep -vE '"(seconds|started|host|trained)"'; }
lines() { { find "$1" -name sweep.jsonl -exec cat {} + 2>/dev/null || true; } | wc -l; }
# How many candidates have a record of that type.
count() { { find "$1" -name sweep.jsonl -exec grep -o "\"type\":\"$2\",\"candidate\":[0-9]*" {} + || true; } | sort -u | wc -l; }

status=0
printf '%-10s %6s %8s %7s %s\n' runner kills running seconds record
for runner in "${runners[@]}"; do
  most=8 # seconds; a worker takes some to start
  case $runner in
    threads) most=3 options=(--candidates 60 --threads 2 --epochs "$epochs") ;;
    workers) options=(--candidates 60 --workers 2 --epochs "$epochs") ;;
    nested) options=(--candidates 24 --workers 2 --epochs "$epochs" --prune median --score nested --outer-folds 2) ;;
  esac
  begin=$SECONDS
  # Workers compute with one thread, threads with all: each has its own uninterrupted run to be compared with.
  search "$work/$runner-whole" "${options[@]}"
  kills=0 running=0
  while [ "$kills" -lt "$wanted" ]; do
    before=$(lines "$work/$runner")
    setsid "$hopfield" "${common[@]}" --out "$work/$runner" "${options[@]}" >/dev/null 2>&1 &
    process=$!
    # After the moment that it goes on, so that a slow start takes no kill away.
    while kill -0 "$process" 2>/dev/null && [ "$(lines "$work/$runner")" -le "$before" ]; do sleep 0.05; done
    sleep "$((RANDOM % most)).$((RANDOM % 10))"
    started=$(count "$work/$runner" started)
    ended=$(count "$work/$runner" ended)
    if ! kill -9 "$process" 2>/dev/null; then break; fi
    kills=$((kills + 1))
    running=$((running + (started > ended)))
    wait "$process" 2>/dev/null || true
  done
  search "$work/$runner" "${options[@]}"
  if [ "$kills" -lt "$wanted" ]; then
    result="TOO FEW KILLS: it ended before; give more EPOCHS"
    status=1
  elif diff <(record "$work/$runner-whole") <(record "$work/$runner") >"$work/difference"; then
    result=equal
  else
    result="DIFFERS: $(head -n 3 "$work/difference" | tr '\n' ' ')"
    status=1
  fi
  printf '%-10s %6d %8d %7d %s\n' "$runner" "$kills" "$running" "$((SECONDS - begin))" "$result"
done
exit "$status"
