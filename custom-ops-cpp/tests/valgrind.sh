#!/usr/bin/env bash
# Runs each kernel once or more under valgrind's memcheck: the reference cases of every op, forward and backward, and some tests of
# retrieval, projection and pooling. valgrind knows no AVX-512: the scalar and AVX2 levels run. Nor does it have 80-bit long double,
# which some tests' oracles need: those are not here.
# Usage: custom-ops-cpp/tests/valgrind.sh [build directory, default build/valgrind]
set -euo pipefail
cd "$(dirname "$0")/.."
build=${1:-build/valgrind}
cmake -S . -B "$build" -DDL4JHOPFIELD_BENCH=OFF -DDL4JHOPFIELD_LIBND4J=OFF > /dev/null
cmake --build "$build" --parallel 2
run() { # binary, filter
  echo "== $1 $2 =="
  valgrind --quiet --error-exitcode=9 --leak-check=full --errors-for-leak-kinds=definite \
    "$build/tests/$1" --gtest_brief=1 --gtest_filter="$2"
}
run golden_test '*'
run association_test '*MatchesTheReference*:*FullyMasked*'
run association_retrieval_test '*TakesBlocks*:*NothingStored*'
run transformer_test '*OddNumbers*:*OfALongLine*:*layerNormGradientsMatch*:*l2*'
run sequential_k_subsets_test '*oddEntries*:*ties*'
run projection_test '*ofViews*:*ofTransposed*:*keepNan*'
run pooling_test '*ofViews*:*doesNotReadPadding*:*ofNoPatterns*:*SixteenBits*'
