#!/usr/bin/env bash
# The kernels' tests under AddressSanitizer with UndefinedBehaviorSanitizer, then under ThreadSanitizer; some minutes each.
# Usage: tests/resilience/sanitizers.sh [HOPFIELD]   (the argument is not used: the kernels need no build of the rest)
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
if [ "$(uname -s)-$(uname -m)" != Linux-x86_64 ]; then
  echo "sanitizers.sh: skipped, the kernels are built for Linux on x86-64 only"
  exit 0
fi
exec "$root/custom-ops-cpp/tests/sanitize.sh"
