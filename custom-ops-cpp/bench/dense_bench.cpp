// Dense layers of a ViT-Tiny at batch 8 (1576 rows) and a ViT-Base at batch 1 (197), float.
#include <benchmark/benchmark.h>

#include <random>
#include <vector>

#include "dl4jhopfield/dense.h"

namespace dl4jhopfield {
namespace {

void denseBench(benchmark::State& state) {
  const int64_t rows = state.range(0), nIn = state.range(1), nOut = state.range(2);
  std::mt19937 engine(1);
  std::normal_distribution<float> gaussian;
  const auto normals = [&](int64_t n) {
    std::vector<float> values(n);
    for (float& v : values) v = gaussian(engine);
    return values;
  };
  const std::vector<float> x = normals(rows * nIn), w = normals(nIn * nOut), bias = normals(nOut);
  std::vector<float> y(rows * nOut);
  for (auto _ : state) {
    dense<float>(denseRows<const float>(x.data(), rows, nIn), denseRows<const float>(w.data(), nIn, nOut), bias.data(),
                 static_cast<DenseActivation>(state.range(3)), denseRows<float>(y.data(), rows, nOut));
    benchmark::ClobberMemory();
  }
  state.counters["GFLOP/s"] =
      benchmark::Counter(2e-9 * static_cast<double>(rows * nIn * nOut), benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(denseBench)
    ->ArgNames({"rows", "nIn", "nOut", "activation"})
    ->Args({1576, 192, 192, 0})
    ->Args({1576, 192, 768, 0})
    ->Args({1576, 192, 768, 2})
    ->Args({1576, 768, 192, 0})
    ->Args({8, 192, 1000, 0})
    ->Args({197, 768, 768, 0})
    ->Args({197, 768, 3072, 0})
    ->Args({197, 3072, 768, 0})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace
}  // namespace dl4jhopfield

BENCHMARK_MAIN();
