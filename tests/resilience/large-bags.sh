#!/usr/bin/env bash
# Trains HopfieldMIL on bags that no memory holds: N bags (1,000) of 10,000 x 1,024 floats in NumPy files, sparse on disk, and prints the
# peak resident memory beside that of the same program on two bags. Usage: large-bags.sh [N] [FOLDER]; needs python3, GNU time.
set -euo pipefail
here=$(cd "$(dirname "$0")/../.." && pwd)
count=${1:-1000}
folder=${2:-$(mktemp -d)}
make() { # FOLDER N ROWS
  python3 - "$@" <<'PY'
import os, struct, sys
folder, count, rows = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
os.makedirs(folder, exist_ok=True)
text = "{'descr': '<f4', 'fortran_order': False, 'shape': (%d, 1024), }" % rows
text += ' ' * (-(10 + len(text) + 1) % 64) + '\n'
header = b'\x93NUMPY\x01\x00' + struct.pack('<H', len(text)) + text.encode()
with open(folder + '/labels.csv', 'w') as table:
    table.write('file,label\n')
    for i in range(count):
        table.write('bag%d,%d\n' % (i, i % 2))
        with open('%s/bag%d.npy' % (folder, i), 'wb') as out:
            out.write(header)
            if i % 2:  # what tells the label: some instances of a positive bag
                for row in range(0, rows, 50):
                    out.seek(len(header) + row * 4096)
                    out.write(struct.pack('<8f', *[1.0] * 8))
            out.truncate(len(header) + rows * 4096)
PY
}
run() { # FOLDER
  /usr/bin/time -f '%M KB, %e s' "$here/hopfield" train --model HopfieldMIL --data "$1" --tune false --epochs 1 --out "$1/out" --quiet 2>&1 |
    grep -v '^hopfield: built' | tail -1
}
trap 'rm -rf "$folder"' EXIT
make "$folder/two" 4 10
make "$folder/all" "$count" 10000
echo "4 bags of 10 instances: $(run "$folder/two")"
echo "$count bags of 10,000 instances: $(run "$folder/all"); $(du -sh --apparent-size "$folder/all" | cut -f1) of files, $(du -sh "$folder/all" | cut -f1) on disk"
