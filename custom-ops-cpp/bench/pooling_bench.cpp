// Pooling of many stored patterns into one, float: forward, and backward.
#include <benchmark/benchmark.h>

#include <random>
#include <vector>

#include "dl4jhopfield/pooling.h"

namespace dl4jhopfield {
namespace {

void poolingBench(benchmark::State& state) {
  PoolingOptions o;
  o.stored = state.range(0);
  const int64_t length = state.range(1);
  o.heads = state.range(2);
  o.queries = state.range(3);
  o.width = o.valueWidth = length / o.heads;
  o.separation = static_cast<AssociationSeparation>(state.range(4));
  o.beta = 0.2;
  std::mt19937 engine(1);
  std::normal_distribution<float> gaussian;
  std::vector<float> x(o.stored * length), weight(length * length), gain(length, 1), shift(length), gradX(x.size());
  for (std::vector<float>* values : {&x, &weight})
    for (float& value : *values) value = gaussian(engine);
  std::vector<float> q(o.queries * length, 0.3f), out(q.size()), gradOut(q.size(), 1), gradQ(q.size()),
      gradWeight(2 * length * length);
  const int64_t shape[] = {1, o.stored, length}, strides[] = {o.stored * length, length, 1};
  PoolingInputs<float> in;
  in.x = rowsAlong<const float>(x.data(), 3, shape, strides);
  in.q = q.data();
  in.key = in.value = {length, weight.data(), length, 1, shift.data(), gain.data(), shift.data()};
  PoolingGradients<float> g;
  g.gradOut = gradOut.data();
  g.gradX = rowsAlong(gradX.data(), 3, shape, strides);
  g.gradQ = gradQ.data();
  g.key.weight = gradWeight.data();
  g.value.weight = gradWeight.data() + length * length;
  for (auto _ : state) {
    if (state.range(5) == 0)
      pool<float>(o, in, out.data());
    else
      poolBackward<float>(o, in, g);
    benchmark::ClobberMemory();
  }
}
BENCHMARK(poolingBench)
    ->ArgNames({"stored", "length", "heads", "queries", "separation", "backward"})
    ->Args({100000, 32, 1, 1, 0, 0})
    ->Args({100000, 32, 1, 1, 0, 1})
    ->Args({100000, 32, 1, 1, 1, 0})
    ->Args({100000, 32, 1, 1, 1, 1})
    ->Args({100000, 32, 8, 1, 0, 0})
    ->Args({100000, 32, 8, 1, 0, 1})
    ->Args({20000, 256, 8, 1, 0, 0})
    ->Args({20000, 256, 8, 1, 0, 1})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace
}  // namespace dl4jhopfield

BENCHMARK_MAIN();
