#!/usr/bin/env bash
# The cache of repertoires, with the program: killed at 20 random moments of being filled, filled by two at once, on a full disk,
# over a file that changes, and its memory over 10 and 1,000 files. Prints a table; exits 1 where something is not as it must be.
#   repertoire-cache.sh HOPFIELD [SEED]
set -uo pipefail
hopfield=${1:?the launcher}
RANDOM=${2:-$$}
seed=$RANDOM; RANDOM=$seed
work=$(mktemp -d)
failed=0
mounted=''
trap '[ -z "$mounted" ] || umount "$mounted"; rm -rf "$work"' EXIT
echo "seed $seed, $work"

row() { # NAME OUTCOME DETAIL
  printf '%-34s %-4s %s\n' "$1" "$2" "$3"
  [ "$2" = ok ] || failed=1
}

# FILE ROWS SEED: AIRR rows of about 300 bytes
generate() {
  awk -v rows="$2" -v seed="$3" 'BEGIN {
    srand(seed); letters = "ACDEFGHIKLMNPQRSTVWY"
    pad = sprintf("%240s", ""); gsub(/ /, "G", pad)
    print "sequence_id\tsequence\tproductive\tv_call\tj_call\tjunction_aa\tduplicate_count"
    for (i = 0; i < rows; i++) {
      s = "CAS"; for (k = 0; k < 10; k++) s = s substr(letters, 1 + int(20 * rand()), 1)
      print "s" i "\t" pad "\tT\tTRBV" 1 + i % 30 "-1\tTRBJ2-1\t" s "F\t" 1 + int(99 * rand())
    }
  }' > "$1"
}

inspect() { "$hopfield" inspect "$@"; }
content() { inspect "$1" --cache "$2" --values --json 2>"$work/err" | sha256sum; }
entries() { find "$1" -maxdepth 1 -name '*.rep' 2>/dev/null | wc -l; }
parts() { find "$1" -name '*.part' 2>/dev/null | wc -l; }
await_part() { # CACHE PID
  while kill -0 "$2" 2>/dev/null && [ "$(parts "$1")" = 0 ]; do sleep 0.01; done
}

generate "$work/a.tsv" 400000 1
gzip -1 "$work/a.tsv"
file=$work/a.tsv.gz
expected=$(inspect "$file" --values --json 2>/dev/null | sha256sum)

# 20 kills, each followed by a run that must read what the file holds
middle=0 good=0
for ((kill = 0; kill < 20; kill++)); do
  cache=$work/killed; rm -rf "$cache"
  "$hopfield" inspect "$file" --cache "$cache" --json >/dev/null 2>&1 &
  pid=$!
  await_part "$cache" "$pid"
  sleep "0.$(printf '%03d' $((RANDOM % 600)))"
  kill -9 "$pid" 2>/dev/null
  wait "$pid" 2>/dev/null
  [ "$(parts "$cache")" = 0 ] || middle=$((middle + 1))
  found=$(content "$file" "$cache")
  [ "$found" = "$expected" ] && [ "$(entries "$cache")" = 1 ] && [ "$(parts "$cache")" = 0 ] && good=$((good + 1))
done
row 'killed 20 times' "$([ "$good" = 20 ] && echo ok || echo BAD)" "$good right afterwards, $middle killed in the middle of filling"
[ "$middle" -gt 0 ] || row 'kills in the middle' BAD 'none: the file is too small for this machine'

# two processes, one cache
cache=$work/two
content "$file" "$cache" > "$work/first" & first=$!
content "$file" "$cache" > "$work/second" & second=$!
wait "$first"; wait "$second"
if [ "$(cat "$work/first")" = "$expected" ] && [ "$(cat "$work/second")" = "$expected" ] && [ "$(entries "$cache")" = 1 ]; then
  row 'two processes at once' ok 'one entry, both right'
else
  row 'two processes at once' BAD "$(entries "$cache") entries"
fi

# a disk with room for half an entry; where nothing can be mounted, a limit on the size of a file
cache=$work/full; mkdir -p "$cache"
if mount -t tmpfs -o size=4m tmpfs "$cache" 2>/dev/null; then
  mounted=$cache
  inspect "$file" --cache "$cache" --json >"$work/out" 2>"$work/err"; status=$?
else
  (ulimit -f 4000; HOPFIELD_JAVA_OPTS=-XX:-UsePerfData inspect "$file" --cache "$cache" --json) >"$work/out" 2>"$work/err"; status=$?
fi
if [ "$status" = 1 ] && [ ! -s "$work/out" ] && [ "$(wc -l < "$work/err")" = 1 ] && grep -q "$cache: cannot write" "$work/err" \
  && [ "$(entries "$cache")$(parts "$cache")" = 00 ]; then
  row 'no room' ok "$(sed "s|$work|...|g" "$work/err")"
else
  row 'no room' BAD "status $status: $(cat "$work/err")"
fi
[ -z "$mounted" ] || { umount "$mounted"; mounted=''; }

# a file that grows while it is read
cache=$work/changed; gzip -dc "$file" > "$work/b.tsv"
inspect "$work/b.tsv" --cache "$cache" --json >"$work/out" 2>"$work/err" & pid=$!
await_part "$cache" "$pid"
tail -1 "$work/b.tsv" >> "$work/b.tsv"
wait "$pid"; status=$?
if [ "$status" = 1 ] && grep -q 'b.tsv.*changed while it was read' "$work/err"; then
  row 'a file that changes' ok "$(sed "s|$work|...|g" "$work/err")"
else
  row 'a file that changes' BAD "status $status: $(cat "$work/err")"
fi

# the most anonymous memory of a run over a table of files (what is mapped of the cache can be dropped at any time)
peak() { # N
  local most=0 now pid
  mkdir -p "$work/many"
  printf 'file\tlabel\n' > "$work/many/metadata.tsv"
  for ((i = 0; i < $1; i++)); do
    [ -f "$work/many/$i.tsv" ] || generate "$work/many/$i.tsv" 2000 "$((i + 10))"
    printf '%d.tsv\t%d\n' "$i" $((i % 2)) >> "$work/many/metadata.tsv"
  done
  HOPFIELD_JAVA_OPTS='-Xmx64m' "$hopfield" inspect "$work/many/metadata.tsv" --cache "$work/many/cache" >"$work/out" 2>"$work/err" &
  pid=$!
  while kill -0 "$pid" 2>/dev/null; do
    now=$(awk '/RssAnon/ { print $2 }' "/proc/$pid/status" 2>/dev/null)
    [ "${now:-0}" -le "$most" ] || most=$now
    sleep 0.05
  done
  wait "$pid" || { echo "failed: $(cat "$work/err")"; return; }
  echo "$most"
}
if [ -r /proc/self/status ]; then
  few=$(peak 10); many=$(peak 1000)
  if [[ $few =~ ^[0-9]+$ && $many =~ ^[0-9]+$ ]] && [ $((many - few)) -lt 60000 ]; then
    row 'memory, 10 and 1,000 files' ok "$few and $many kB anonymous, heap limited to 64 MB"
  else
    row 'memory, 10 and 1,000 files' BAD "$few and $many"
  fi
fi
exit "$failed"
