#!/usr/bin/env bash
# Checks that the C++ code is formatted as .clang-format says; with --fix, formats it.
# Usage: tests/format-cpp.sh [--fix]
# Files that tests/format-cpp.pending names are left out.
# Needs clang-format 14 (Debian: clang-format), since another version formats otherwise; exit status 77 without it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
if ! command -v clang-format >/dev/null || [[ $(clang-format --version) != *"version 14."* ]]; then
  echo "format-cpp.sh: clang-format 14 is not installed (Debian: apt-get install clang-format)" >&2
  exit 77
fi
files=()
while IFS= read -r file; do
  grep -qxF "$file" tests/format-cpp.pending || files+=("$file")
done < <(find custom-ops-cpp \( -name build -o -name target \) -prune -o \
  -type f \( -name '*.cpp' -o -name '*.h' -o -name '*.inl' -o -name '*.cu' -o -name '*.cuh' \) -print | sort)
if [ "${1:-}" = --fix ]; then
  clang-format -i "${files[@]}"
  exit
fi
status=0
for file in "${files[@]}"; do
  if ! clang-format "$file" | cmp -s - "$file"; then
    echo "$file is not formatted"
    status=1
  fi
done
exit $status
