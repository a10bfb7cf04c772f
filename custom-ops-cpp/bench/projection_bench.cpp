// Layer norm and three projections of one input, float, as a Hopfield layer has them: forward, and forward + backward.
#include <benchmark/benchmark.h>

#include <random>
#include <vector>

#include "dl4jhopfield/projection.h"

namespace dl4jhopfield {
namespace {

void projectionBench(benchmark::State& state) {
  const int64_t rows = state.range(0), length = state.range(1);
  std::mt19937 engine(1);
  std::normal_distribution<float> gaussian;
  std::vector<float> x(rows * length), weight(length * length), gain(length, 1), shift(length), gradX(x.size());
  for (std::vector<float>* values : {&x, &weight})
    for (float& value : *values) value = gaussian(engine);
  const std::vector<Projection<float>> projections(
      3, {length, weight.data(), length, 1, shift.data(), gain.data(), shift.data()});
  std::vector<std::vector<float>> y(3, x), gradWeight(3, weight), gradVector(9, gain);
  std::vector<RowsView<float>> out;
  std::vector<RowsView<const float>> gradients;
  std::vector<ProjectionGradient<float>> to;
  for (int i = 0; i < 3; ++i) {
    out.push_back(denseRows<float>(y[i].data(), rows, length));
    gradients.push_back(denseRows<const float>(x.data(), rows, length));
    to.push_back(
        {gradWeight[i].data(), gradVector[3 * i].data(), gradVector[3 * i + 1].data(), gradVector[3 * i + 2].data()});
  }
  const RowsView<const float> in = denseRows<const float>(x.data(), rows, length);
  for (auto _ : state) {
    project<float>(in, true, 1e-5, projections, out);
    if (state.range(2))
      projectBackward<float>(in, true, 1e-5, projections, gradients, denseRows<float>(gradX.data(), rows, length), to);
    benchmark::ClobberMemory();
  }
}
BENCHMARK(projectionBench)
    ->ArgNames({"rows", "length", "backward"})
    ->Args({4096, 64, 0})
    ->Args({4096, 64, 1})
    ->Args({100000, 32, 0})
    ->Args({100000, 32, 1})
    ->Args({1576, 192, 0})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace
}  // namespace dl4jhopfield

BENCHMARK_MAIN();
