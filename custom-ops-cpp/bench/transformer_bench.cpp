// GELU and layer norm, float, 4096x512: forward, and forward + backward.
#include <benchmark/benchmark.h>

#include <random>
#include <vector>

#include "dl4jhopfield/gelu.h"
#include "dl4jhopfield/layer_norm.h"

namespace dl4jhopfield {
namespace {

constexpr int64_t kRows = 4096, kLength = 512;

struct Data {
  std::vector<float> x, y, g, gradX, gain, bias;
  std::vector<double> gradGain, gradBias;
  Data()
      : y(kRows * kLength),
        gradX(kRows * kLength),
        gain(kLength, 1),
        bias(kLength),
        gradGain(kLength),
        gradBias(kLength) {
    std::mt19937 engine(1);
    std::normal_distribution<float> gaussian;
    for (std::vector<float>* values : {&x, &g}) {
      values->resize(kRows * kLength);
      for (float& value : *values) value = gaussian(engine);
    }
  }
};

RowsView<const float> in(const std::vector<float>& v) { return denseRows<const float>(v.data(), kRows, kLength); }
RowsView<float> out(std::vector<float>& v) { return denseRows<float>(v.data(), kRows, kLength); }

void geluBench(benchmark::State& state) {
  Data d;
  for (auto _ : state) {
    gelu<float>(in(d.x), state.range(0) != 0, out(d.y));
    if (state.range(1)) geluBackward<float>(in(d.x), in(d.g), state.range(0) != 0, out(d.gradX));
    benchmark::ClobberMemory();
  }
}
BENCHMARK(geluBench)
    ->ArgNames({"tanh", "backward"})
    ->ArgsProduct({{0, 1}, {0, 1}})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

void layerNormBench(benchmark::State& state) {
  Data d;
  for (auto _ : state) {
    layerNorm<float>(in(d.x), d.gain.data(), d.bias.data(), 1e-5, out(d.y));
    if (state.range(0))
      layerNormBackward<float>(in(d.x), d.gain.data(), 1e-5, in(d.g), out(d.gradX), d.gradGain.data(),
                               d.gradBias.data());
    benchmark::ClobberMemory();
  }
}
BENCHMARK(layerNormBench)->ArgName("backward")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace dl4jhopfield

BENCHMARK_MAIN();
