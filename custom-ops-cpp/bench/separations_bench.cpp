// Separations, float: forward, and forward + backward, on the shapes that the project's targets name.
// Threads: OMP_NUM_THREADS. SIMD level: DL4JHOPFIELD_SIMD.
#include <benchmark/benchmark.h>

#include <functional>
#include <random>
#include <string>
#include <vector>

#include "dl4jhopfield/dispatch.h"
#include "dl4jhopfield/entmax.h"
#include "dl4jhopfield/k_subsets.h"
#include "dl4jhopfield/lagrangian.h"
#include "dl4jhopfield/masked_softmax.h"
#include "dl4jhopfield/normmax.h"
#include "dl4jhopfield/parallel.h"

namespace dl4jhopfield {
namespace {

struct Data {
  int64_t rows, length;
  std::vector<float> x, y, g, gradX;
  std::vector<uint8_t> mask;

  Data(int64_t r, int64_t n) : rows(r), length(n), x(r * n), y(r * n), g(r * n), gradX(r * n), mask(r * n) {
    std::mt19937 engine(1);
    std::normal_distribution<float> gaussian;  // scores of deviation 2, as in tests/peers/peers.py
    for (int64_t i = 0; i < r * n; ++i) {
      x[i] = 2 * gaussian(engine);
      g[i] = gaussian(engine);
      mask[i] = engine() % 8 != 0;
    }
  }
  RowsView<const float> in(const std::vector<float>& v) const { return denseRows<const float>(v.data(), rows, length); }
  RowsView<float> out(std::vector<float>& v) { return denseRows<float>(v.data(), rows, length); }
  MaskView maskView() const { return denseRows<const uint8_t>(mask.data(), rows, length); }
};

using Step = std::function<void(Data&)>;

void add(const std::string& name, Step forward, Step backward) {
  for (auto [rows, length] : {std::pair<int64_t, int64_t>{4096, 512}, {64, 16384}}) {
    const std::string shape = "/" + std::to_string(rows) + "x" + std::to_string(length);
    const auto bench = [rows = rows, length = length](benchmark::State& state, const Step& first, const Step& second) {
      Data data(rows, length);
      for (auto _ : state) {
        first(data);
        if (second) second(data);
        benchmark::ClobberMemory();
      }
    };
    benchmark::RegisterBenchmark((name + shape + "/forward").c_str(), bench, forward, Step())
        ->Unit(benchmark::kMillisecond)
        ->UseRealTime();
    benchmark::RegisterBenchmark((name + shape + "/both").c_str(), bench, forward, backward)
        ->Unit(benchmark::kMillisecond)
        ->UseRealTime();
  }
}

void addAll() {
  add(
      "softmax", [](Data& d) { maskedSoftmax<float>(d.in(d.x), {}, 1.0, d.out(d.y)); },
      [](Data& d) { maskedSoftmaxBackward<float>(d.in(d.y), d.in(d.g), 1.0, d.out(d.gradX)); });
  add(
      "masked_softmax", [](Data& d) { maskedSoftmax<float>(d.in(d.x), d.maskView(), 0.5, d.out(d.y)); },
      [](Data& d) { maskedSoftmaxBackward<float>(d.in(d.y), d.in(d.g), 0.5, d.out(d.gradX)); });
  add(
      "sparsemax", [](Data& d) { sparsemax<float>(d.in(d.x), {}, 1.0, d.out(d.y)); },
      [](Data& d) { sparsemaxBackward<float>(d.in(d.y), d.in(d.g), 1.0, d.out(d.gradX)); });
  add(
      "entmax15", [](Data& d) { entmax15<float>(d.in(d.x), {}, 1.0, d.out(d.y)); },
      [](Data& d) { entmax15Backward<float>(d.in(d.y), d.in(d.g), 1.0, d.out(d.gradX)); });
  for (double alpha : {1.1, 1.3, 1.7, 3.0})
    add(
        "entmax_" + std::to_string(alpha).substr(0, 3),
        [alpha](Data& d) { entmax<float>(d.in(d.x), {}, alpha, 1.0, d.out(d.y)); },
        [alpha](Data& d) { entmaxBackward<float>(d.in(d.y), d.in(d.g), alpha, 1.0, d.out(d.gradX)); });
  for (double p : {1.5, 2.0, 5.0})
    add(
        "normmax_" + std::to_string(p).substr(0, 3),
        [p](Data& d) { normmax<float>(d.in(d.x), {}, p, 1.0, d.out(d.y)); },
        [p](Data& d) { normmaxBackward<float>(d.in(d.y), d.in(d.g), p, 1.0, d.out(d.gradX)); });
  for (double k : {4.0, 64.0})
    add(
        "k_subsets_" + std::to_string(static_cast<int>(k)),
        [k](Data& d) { kSubsets<float>(d.in(d.x), {}, k, false, 1.0, d.out(d.y)); },
        [k](Data& d) { kSubsetsBackward<float>(d.in(d.y), d.in(d.g), k, false, 1.0, d.out(d.gradX)); });
  const auto pfu = [](MedianScope scope) {
    PfuOptions options;
    options.scope = scope;
    return options;
  };
  for (MedianScope scope : {MedianScope::Tensor, MedianScope::Row})
    add(
        scope == MedianScope::Tensor ? "pfu_tensor" : "pfu_row",
        [options = pfu(scope)](Data& d) {
          pfuUnit<float>(d.in(d.x), {}, options, nullptr, d.out(d.y), d.out(d.gradX));
        },
        [options = pfu(scope)](Data& d) {
          pfuUnitBackward<float>(d.in(d.x), {}, options, d.in(d.gradX), d.in(d.g), d.out(d.y));
        });
}

}  // namespace
}  // namespace dl4jhopfield

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  benchmark::AddCustomContext("simd", dl4jhopfield::simdLevelName(dl4jhopfield::activeSimdLevel()));
  benchmark::AddCustomContext("threads", std::to_string(dl4jhopfield::maxThreads()));
  dl4jhopfield::addAll();
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
