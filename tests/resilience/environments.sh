#!/usr/bin/env bash
# environments.sh [HOPFIELD [PLACE,PLACE...]]: every command in odd places: on a full disk, with 64 MB of heap, without a home, without a temporary
# folder, under a path of blanks and accents without a locale, under a Turkish locale. Prints a table of what happened, with the
# messages below it; exits 1 where a command crashed, showed a stack trace or an internal error, answered otherwise than in a plain
# place, hid its result, didn't name the user's file, or left a hidden file behind. The full disk is a tmpfs of 512 KB: needs root,
# and is left out with a word elsewhere. Takes about 10 minutes on two cores; a second argument names the
# places to try (small, homeless, tmpless, neither, Turkish, accents, full), a plain one always.
set -u
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
hopfield=${1:-$root/hopfield}
wanted=${2:-small,homeless,tmpless,neither,Turkish,accents,full}
wants() { case ",$wanted," in *",$1,"*) ;; *) return 1 ;; esac; }
work=$(mktemp -d)
copy= mounted=
cleanup() {
  [ -z "$mounted" ] || umount "$mounted"
  rm -rf "$work" ${copy:+"$copy"}
}
trap cleanup EXIT

# --- inputs --------------------------------------------------------------------------------------------------------------

in=$work/in
mkdir -p "$in"
{
  printf "\x93NUMPY\x01\x00v\x00{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }"
  printf '%*s\n' 58 ''
  printf '\x00\x00\x80\x3f\x00\x00\x00\x40\x00\x00\x40\x40\x00\x00\x80\x40\x00\x00\xa0\x40\x00\x00\xc0\x40'
} >"$in/x.npy"
awk 'BEGIN { srand(3); print "label,bag,a,b,c"
  for (i = 0; i < 24; i++) for (k = 0; k < 3; k++) printf "%d,b%d,%.3f,%.3f,%.3f\n", i % 2, i, rand() + i % 2, rand(), rand() }' >"$in/bags.csv"
awk -v dir="$in" 'BEGIN { srand(5); aa = "ACDEFGHIKLMNPQRSTVWY"; table = dir "/repertoires.tsv"; print "filename\tsick" >table
  for (i = 0; i < 12; i++) { file = "r" i ".tsv"; print file "\t" i % 2 >table; file = dir "/" file; print "junction_aa\tduplicate_count" >file
    for (k = 0; k < 40; k++) { s = "CAS"; for (j = 0; j < 8; j++) s = s substr(aa, 1 + int(20 * rand()), 1)
      print s (i % 2 && k < 9 ? "WWHWW" : "GGG") "F\t" 1 + k >file } } }'
{
  printf "\x93NUMPY\x01\x00v\x00{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2, 3), }"
  printf '%*s\n' 55 ''
  printf '\x00\x00\x80\x3f\x00\x00\x00\x40\x00\x00\x40\x40\x00\x00\x80\x40\x00\x00\xa0\x40\x00\x00\xc0\x40'
} >"$in/bag.npy"
keras=$root/samediff-layers/src/test/resources/keras/keras3/activations.keras
golden=$root/tests/src/test/resources/io/github/dl4jhopfield/tests/golden.json.gz
[ -f "$golden" ] || golden=$(find "$root" -name 'golden.json.gz' -not -path '*/target/*' | head -n 1)
"$hopfield" train --model HopfieldMIL --data "$in/bags.csv" --out "$in/model" --epochs 2 --tune false --quiet >/dev/null || {
  echo "environments.sh: training the model that the commands read failed" >&2
  exit 1
}
"$hopfield" train --model deeprc --data "$in/repertoires.tsv" --target sick --updates 10 --evaluate-every 5 --kernels 4 --attention-units 4 \
  --cache none --out "$in/deeprc" --quiet >/dev/null || {
  echo "environments.sh: training the repertoire model failed" >&2
  exit 1
}
"$hopfield" export-weights "$in/model/model.zip" --out "$in/w.safetensors" --quiet >/dev/null 2>&1

# Left out: publish-local, test and warm-up, which are Maven's and the launcher's.
# --- commands: NAME|WRITES|ARGUMENTS, with IN and OUT for folders ---------------------------------------------------------------
# WRITES: results: shows its result where its files cannot be written; file: writes what the user named; no.

commands="
help|no|help
completion|no|completion bash
doctor|no|doctor
list|no|run --list
run mil|results|run mil --data IN/bags.csv --tune false --epochs 2 --folds 2 --out OUT/mil
run basins|results|run basins --grid 16 --betas 4 --patterns 3 --out OUT/basins
run vit|results|run vit --epochs 1 --depth 1 --width 8 --heads 1 --patch 14 --out OUT/vit
run repertoire|results|run repertoire --repertoires 10 --test-repertoires 4 --sequences 40 --updates 5 --evaluate-every 5 --kernels 4 --attention-units 4 --repeats 1 --out OUT/rep
sweep|file|sweep mil --data IN/bags.csv --candidates 2 --epochs 2 --folds 2 --out OUT/sweep
dry run|no|sweep mil --space IN/space.yaml --dry-run
train|results|train --model HopfieldMIL --data IN/bags.csv --epochs 2 --tune false --out OUT/train
predict|no|predict --model HopfieldMIL --load IN/model/model.zip --data IN/bags.csv
evaluate|no|evaluate --model HopfieldMIL --load IN/model/model.zip --data IN/bags.csv
train deeprc|file|train --model deeprc --data IN/repertoires.tsv --target sick --updates 10 --evaluate-every 5 --kernels 4 --attention-units 4 --out OUT/deeprc
predict deeprc|no|predict --model deeprc --load IN/deeprc/model.zip --data IN/repertoires.tsv
explain|no|explain --model IN/model/model.zip IN/bag.npy
verify|no|verify --reference IN/golden.json.gz --group lwpf
op|file|op entmax15 --in IN/x.npy --out OUT/y.npy
import-keras|file|import-keras IN/model.keras --save OUT/keras.zip
import-weights|file|import-weights hflayers IN/w.safetensors --model IN/model/model.zip --layer 1 --prefix 1. --save OUT/weights.zip
export-weights|file|export-weights IN/model/model.zip --out OUT/w.safetensors
inspect|no|inspect IN/x.npy --values
inspect table|no|inspect IN/repertoires.tsv
bench|no|bench softmax --seconds 0.01
"
cat >"$in/space.yaml" <<'Y'
parameters:
  learningRate: {kind: logUniform, min: 0.001, max: 0.1}
Y
cp "$keras" "$in/model.keras"
cp "$golden" "$in/golden.json.gz"

# --- running -------------------------------------------------------------------------------------------------------------------

declare -A cell # command, place -> what happened
notes=() faults=0
fault() {
  notes+=("FAULT $1: $2")
  faults=$((faults + 1))
}

# What may differ from run to run: times, and the folders of this script. A search's table holds seconds: of it the best line counts.
plain() {
  local lines=.
  [ "$1" != sweep ] || lines='^best|^  [a-zA-Z]'
  grep -E "$lines" "$2" | sed -E 's/[0-9.]+ (s|ms|MB|GB)\b/T/g; s#([^ "]*/)?(out|in)/##g'
}

# one PLACE LAUNCHER IN OUT [VARIABLE=VALUE...]: every command there.
one() {
  local place=$1 launcher=$2 from=$3 to=$4 name writes arguments status out err said
  shift 4
  local environment=("$@") word words
  while IFS='|' read -r name writes arguments; do
    [ -n "$name" ] || continue
    if [ "$place" = "full disk" ] && [ "$writes" = no ]; then
      cell["$name,$place"]="-"
      continue
    fi
    words=()
    for word in $arguments; do
      word=${word/#IN/$from}
      words+=("${word/#OUT/$to}")
    done
    out=$work/stdout err=$work/stderr
    env ${environment[@]+"${environment[@]}"} "$launcher" "${words[@]}" >"$out" 2>"$err" </dev/null
    status=$?
    said=$(grep -v '^$' "$err" | tail -n 1)
    [ "$status" -le 2 ] || fault "$name, $place" "exit status $status: $said"
    if grep -qE 'internal error|^\s+at |Exception in thread|A fatal error' "$err"; then
      fault "$name, $place" "$(grep -E 'internal error|Exception|fatal' "$err" | head -n 1)"
    fi
    if [ "$place" = plain ]; then
      cp "$out" "$work/plain-$name"
      [ "$status" = 0 ] || fault "$name, plain" "$said"
    elif [ "$status" = 0 ] && [ "$name" != doctor ] && [ "$name" != bench ] && [ "$name" != help ]; then
      cmp -s <(plain "$name" "$work/plain-$name") <(plain "$name" "$out") || fault "$name, $place" "another answer than in a plain place"
    fi
    if [ "$status" != 0 ]; then
      case $said in hopfield*) ;; *) fault "$name, $place" "no line for the user: $said" ;; esac
    fi
    if [ "$place" = "full disk" ]; then
      [ "$status" = 1 ] || fault "$name, $place" "expected status 1, found $status"
      case $said in *"$to"*"No space left"*) ;; *) fault "$name, $place" "the message names no file: $said" ;; esac
      case $said in *.part*) fault "$name, $place" "a hidden file is named: $said" ;; esac
      [ "$writes" != results ] || [ -s "$out" ] || fault "$name, $place" "no result was shown"
    fi
    if [ -n "$(find "$to" -name '.*.part' 2>/dev/null)" ]; then fault "$name, $place" "a hidden file stayed"; fi
    if [ "$status" = 0 ]; then
      cell["$name,$place"]=ok
    else
      cell["$name,$place"]="exit $status"
      notes+=("$name, $place: $said")
    fi
  done <<<"$commands"
}

place() { # a fresh output folder for each
  mkdir -p "$work/$1/out"
  printf '%s' "$work/$1/out"
}

places=(plain)
one plain "$hopfield" "$in" "$(place plain)"
if wants small; then
  places+=("64 MB")
  one "64 MB" "$hopfield" "$in" "$(place small)" HOPFIELD_JAVA_OPTS=-Xmx64m
fi
if wants homeless; then
  places+=("no home")
  one "no home" "$hopfield" "$in" "$(place homeless)" HOME=/dev/null/none "HOPFIELD_JAVA_OPTS=-Duser.home=/dev/null/none"
fi
if wants tmpless; then
  places+=("no tmp")
  one "no tmp" "$hopfield" "$in" "$(place tmpless)" TMPDIR=/dev/null/none \
    "HOPFIELD_JAVA_OPTS=-Djava.io.tmpdir=/dev/null/none"
fi
if wants neither; then
  places+=("neither")
  one "neither" "$hopfield" "$in" "$(place neither)" HOME=/dev/null/none TMPDIR=/dev/null/none \
    "HOPFIELD_JAVA_OPTS=-Duser.home=/dev/null/none -Djava.io.tmpdir=/dev/null/none"
fi
if wants Turkish; then
  places+=(Turkish)
  one Turkish "$hopfield" "$in" "$(place Turkish)" LC_ALL=tr_TR.UTF-8 \
    "HOPFIELD_JAVA_OPTS=-Duser.language=tr -Duser.country=TR"
fi

# The program itself and its files under blanks and accents; hard links of the built tree, so that nothing is built again.
# The program itself and its files under blanks and accents; hard links of the built tree, so that nothing is built again.
accents() {
  copy=$(mktemp -d -p "$root/.hopfield")
  local odd="$copy/mit Leerzeichen é ü ñ" item before=$PWD
  mkdir -p "$odd/.hopfield"
  for item in "$root"/* "$root"/.mvn; do
    case $item in */tests) ;; *) [ ! -e "$item" ] || cp -al "$item" "$odd/" ;; esac
  done
  cp -a "$root/.hopfield/built" "$odd/.hopfield/built"
  cp -r "$in" "$odd/in"
  mkdir -p "$odd/out"
  cd "$odd" || return
  one accents "$odd/hopfield" in out LC_ALL=C LANG=C
  cd "$before" || return
}
if wants accents; then
  places+=("accents")
  mkdir -p "$root/.hopfield"
  accents
fi

full=$work/full
mkdir -p "$full"
if ! wants full; then
  :
elif [ "$(id -u)" = 0 ] && mount -t tmpfs -o size=512k none "$full" 2>/dev/null; then
  places+=("full disk")
  mounted=$full
  mkdir -p "$full/out"
  # folders that the commands would make: a full disk has no room for these either
  dd if=/dev/zero of="$full/filler" bs=4k >/dev/null 2>&1
  one "full disk" "$hopfield" "$in" "$full/out"
else
  notes+=("full disk: left out, mounting a tmpfs needs root")
fi

# --- the table ------------------------------------------------------------------------------------------------------------------

printf '%-15s' command
for p in "${places[@]}"; do printf ' %-9s' "$p"; done
printf '\n'
while IFS='|' read -r name _; do
  [ -n "$name" ] || continue
  printf '%-15s' "$name"
  for p in "${places[@]}"; do printf ' %-9s' "${cell[$name,$p]:-}"; done
  printf '\n'
done <<<"$commands"
printf '\n'
for note in ${notes[@]+"${notes[@]}"}; do printf '%s\n' "$note"; done
printf '%s faults\n' "$faults"
[ "$faults" = 0 ]
