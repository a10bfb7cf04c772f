#!/usr/bin/env bash
# Builds and runs the native tests under AddressSanitizer + UndefinedBehaviorSanitizer, then under ThreadSanitizer.
# Usage: custom-ops-cpp/tests/sanitize.sh [build directory, default build-sanitize]
set -euo pipefail
cd "$(dirname "$0")/.."
base=${1:-build/sanitize}
for sanitizers in address,undefined thread; do
  build="$base-${sanitizers%%,*}"
  echo "== $sanitizers =="
  cmake -S . -B "$build" -DCMAKE_BUILD_TYPE=RelWithDebInfo -DDL4JHOPFIELD_SANITIZE="$sanitizers" \
    -DDL4JHOPFIELD_BENCH=OFF -DDL4JHOPFIELD_LIBND4J=OFF > /dev/null
  cmake --build "$build" --parallel 2
  ctest --test-dir "$build" --output-on-failure
done
