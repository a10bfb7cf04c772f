// Projections of one input, float, forward, or the gradients of all there is: three after a layer norm, as a Hopfield
// layer has them, and the dense layers of a ViT-Tiny at batch 8 (1576 rows) and of a ViT-Base at batch 1 (197).
#include <benchmark/benchmark.h>

#include <algorithm>
#include <random>
#include <vector>

#include "dl4jhopfield/projection.h"

namespace dl4jhopfield {
namespace {

void projectionBench(benchmark::State& state) {
  const int64_t rows = state.range(0), length = state.range(1), width = state.range(2);
  const std::size_t count = static_cast<std::size_t>(state.range(3));
  const bool normalise = state.range(4) != 0, backward = state.range(5) != 0;
  std::mt19937 engine(1);
  std::normal_distribution<float> gaussian;
  const auto normals = [&](int64_t n) {
    std::vector<float> values(n);
    for (float& v : values) v = gaussian(engine);
    return values;
  };
  const std::vector<float> x = normals(rows * length), weight = normals(length * width), g = normals(rows * width);
  const std::vector<float> gain(length, 1), zeros(std::max(length, width));
  std::vector<float> gradX(x.size());
  const std::vector<Projection<float>> projections(
      count, {width, weight.data(), width, 1, zeros.data(), normalise ? gain.data() : nullptr,
              normalise ? zeros.data() : nullptr});
  std::vector<std::vector<float>> y(count, g), gradWeight(count, weight), gradVector(3 * count, zeros);
  std::vector<RowsView<float>> out;
  std::vector<RowsView<const float>> gradients;
  std::vector<ProjectionGradient<float>> to;
  for (std::size_t i = 0; i < count; ++i) {
    out.push_back(denseRows<float>(y[i].data(), rows, width));
    gradients.push_back(denseRows<const float>(g.data(), rows, width));
    to.push_back({gradWeight[i].data(), gradVector[3 * i].data(), normalise ? gradVector[3 * i + 1].data() : nullptr,
                  normalise ? gradVector[3 * i + 2].data() : nullptr});
  }
  const RowsView<const float> in = denseRows<const float>(x.data(), rows, length);
  for (auto _ : state) {
    if (backward)
      projectBackward<float>(in, normalise, 1e-5, projections, gradients, denseRows<float>(gradX.data(), rows, length),
                             to);
    else
      project<float>(in, normalise, 1e-5, projections, out);
    benchmark::ClobberMemory();
  }
  const double flop = 2.0 * static_cast<double>(rows * length * width) * static_cast<double>(count);
  state.counters["GFLOP/s"] =
      benchmark::Counter(1e-9 * flop * (backward ? 2 : 1), benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(projectionBench)
    ->ArgNames({"rows", "length", "width", "count", "norm", "backward"})
    ->ArgsProduct({{4096}, {64}, {64}, {3}, {1}, {0, 1}})
    ->ArgsProduct({{100000}, {32}, {32}, {3}, {1}, {0, 1}})
    ->ArgsProduct({{1576}, {192}, {192}, {3}, {1}, {0, 1}})
    ->ArgsProduct({{1576}, {192}, {768}, {1}, {1}, {0, 1}})
    ->ArgsProduct({{1576}, {768}, {192}, {1}, {0}, {0, 1}})
    ->ArgsProduct({{197}, {768}, {768}, {3}, {1}, {0, 1}})
    ->ArgsProduct({{197}, {768}, {3072}, {1}, {1}, {0, 1}})
    ->ArgsProduct({{197}, {3072}, {768}, {1}, {0}, {0, 1}})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace
}  // namespace dl4jhopfield

BENCHMARK_MAIN();
