#!/bin/sh
# Usage: isa_isolation.sh OBJECT...
# A weak (inline, template) function in an object compiled for AVX2 or AVX-512 could be the copy that the linker
# keeps for the whole program, and crash older processors: there must be none.
for object in "$@"; do
  case "$object" in *avx*) ;; *) continue ;; esac
  checked=1
  weak=$(nm -C "$object" | grep -E ' [WVu] ')
  if [ -n "$weak" ]; then
    echo "$object defines weak symbols:"
    echo "$weak"
    exit 1
  fi
done
[ -n "$checked" ] || { echo "no SIMD objects given"; exit 1; }
