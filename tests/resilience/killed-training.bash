# For the scripts beside it: a training that is killed and started again.

# killed HOPFIELD KILLS CHECKPOINT END ARGUMENT...: runs the training, kills it at a random moment after it wrote its checkpoint, and so on until
# the file END is there or it was killed so often; then lets it end. Sets middle to how often it was killed. Needs a folder $work.
killed() {
  local hopfield=$1 kills=$2 checkpoint=$3 end=$4 kill wait pid
  shift 4
  middle=0
  for ((kill = 0; kill < kills; kill++)); do
    touch "$work/started"
    "$hopfield" "$@" >"$work/log" 2>&1 &
    pid=$!
    # until it trains, then a moment of it
    for ((wait = 0; wait < 1200; wait++)); do
      [ "$checkpoint" -nt "$work/started" ] 2>/dev/null && break
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.05
    done
    sleep "0.$(printf '%03d' $((RANDOM % 1000)))"
    if kill -9 "$pid" 2>/dev/null; then middle=$((middle + 1)); fi
    wait "$pid" 2>/dev/null
    [ -e "$end" ] && return
  done
  "$hopfield" "$@" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
}

# same WHOLE KILLED SECONDS: a line of the table; fails where the two files differ.
same() {
  local outcome
  if cmp -s "$1" "$2"; then outcome=ok; else outcome=BAD; fi
  printf '%-34s %-4s %s\n' "training killed $middle times" "$outcome" "the model of one that was not, which took $3 s"
  [ "$outcome" = ok ]
}
