// The Hopfield association, float: forward, and forward + backward (which computes scores again, but takes up the
// states of update steps), on the shapes that the project's targets name. Threads: OMP_NUM_THREADS. SIMD level:
// DL4JHOPFIELD_SIMD. On a busy machine look at the `min` rows: --benchmark_repetitions=20
// --benchmark_report_aggregates_only=true
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "dl4jhopfield/association.h"
#include "dl4jhopfield/association_retrieval.h"
#include "dl4jhopfield/dtype.h"

namespace dl4jhopfield {
namespace {

struct Data {
  AssociationOptions o;
  std::vector<float> q, k, v, out, gradOut, gq, gk, gv, saved;
  AssociationInputs<float> in;

  explicit Data(const AssociationOptions& options) : o(options) {
    const int64_t B = o.batch, H = o.heads, L = o.queries, S = o.stored, d = o.width, dv = o.valueWidth;
    std::mt19937 engine(1);
    std::normal_distribution<float> gaussian;
    for (auto [array, n] :
         {std::pair<std::vector<float>*, int64_t>{&q, L * d}, {&k, S * d}, {&v, S * dv}, {&gradOut, L * dv}}) {
      array->resize(B * H * n);
      for (std::size_t i = 0; i < array->size(); ++i) (*array)[i] = i < 65521 ? gaussian(engine) : (*array)[i - 65521];
    }
    out.resize(B * H * L * dv);
    in.q = view<const float>(q, L, d);
    in.k = view<const float>(k, S, d);
    in.v = view<const float>(v, S, dv);
    in.beta = 1 / std::sqrt(static_cast<double>(d));
  }
  /// As projections come: [B, rows, H * width].
  template <class T, class A>
  HeadView<T> view(A& a, int64_t rows, int64_t width) {
    return {a.data(), rows * o.heads * width, width, o.heads * width, 1};
  }
  void forward(bool save = false) {
    AssociationOutputs<float> to;
    if (save) {
      saved.resize(o.batch * o.heads * (o.updateSteps * o.queries * o.width + 1));
      to.saved = saved.data();
    }
    to.out = view<float>(out, o.queries, o.valueWidth);
    association<float>(o, in, to);
  }
  void backward() {
    gq.resize(q.size());
    gk.resize(k.size());
    gv.resize(v.size());
    AssociationGradients<float> g;
    if (o.updateSteps > 0) g.saved = saved.data();
    g.gradOut = view<const float>(gradOut, o.queries, o.valueWidth);
    g.gradQ = view<float>(gq, o.queries, o.width);
    g.gradK = view<float>(gk, o.stored, o.width);
    g.gradV = view<float>(gv, o.stored, o.valueWidth);
    associationBackward<float>(o, in, g);
  }
};

void add(const std::string& name, const AssociationOptions& o) {
  for (bool both : {false, true})
    benchmark::RegisterBenchmark((name + (both ? "/both" : "/forward")).c_str(),
                                 [o, both](benchmark::State& state) {
                                   Data data(o);
                                   data.forward();
                                   for (auto _ : state) {
                                     data.forward(both && o.updateSteps > 0);
                                     if (both) data.backward();
                                     benchmark::ClobberMemory();
                                   }
                                 })
        ->Unit(benchmark::kMillisecond)
        ->UseRealTime()
        ->MeasureProcessCPUTime()
        ->ComputeStatistics("min", [](const std::vector<double>& v) { return *std::min_element(v.begin(), v.end()); });
}

AssociationOptions shape(int64_t B, int64_t H, int64_t L, int64_t S, int64_t d, int64_t dv) {
  AssociationOptions o;
  o.batch = B;
  o.heads = H;
  o.queries = L;
  o.stored = S;
  o.width = d;
  o.valueWidth = dv;
  o.updateStepsEps = -1;
  return o;
}

/// A memory of patterns that are keys and values at once, the ten heaviest reported.
void addMemory(const std::string& name, int64_t queries, int64_t rows, int64_t width, AssociationSeparation kind,
               bool half) {
  benchmark::RegisterBenchmark(
      name.c_str(),
      [=](benchmark::State& state) {
        std::mt19937 engine(1);
        std::normal_distribution<float> gaussian;
        std::vector<float> keys(half ? 0 : rows * width), q(queries * width), out(queries * width);
        std::vector<Half> halves(half ? rows * width : 0);
        for (float& x : q) x = gaussian(engine);
        for (std::size_t i = 0; i < keys.size(); ++i) keys[i] = i < 65521 ? gaussian(engine) : keys[i - 65521];
        for (std::size_t i = 0; i < halves.size(); ++i)
          halves[i] = i < 65521 ? toHalf(gaussian(engine)) : halves[i - 65521];
        std::vector<int64_t> top(queries * 10);
        RetrievalOptions o;
        o.queries = queries;
        o.width = o.valueWidth = width;
        o.separation = kind;
        o.beta = 1 / std::sqrt(static_cast<double>(width));
        o.topK = 10;
        RetrievalResults<float> r;
        r.out = out.data();
        r.topIndex = top.data();
        const PatternBlock<float> all{
            half ? static_cast<const void*>(halves.data()) : keys.data(), nullptr, rows, width, 0, half};
        for (auto _ : state) retrieve<float>(o, q.data(), width, &all, 1, r);
      })
      ->Unit(benchmark::kMillisecond)
      ->UseRealTime()
      ->MeasureProcessCPUTime()
      ->ComputeStatistics("min", [](const std::vector<double>& v) { return *std::min_element(v.begin(), v.end()); });
}

int all() {
  for (int64_t steps : {0, 3}) {
    auto o = shape(32, 4, 128, 128, 16, 16);
    o.updateSteps = steps;
    add("association/32x128/4x16/steps" + std::to_string(steps), o);
    if (steps == 3) {
      o.updateStepsEps = 1e-4;
      add("association/32x128/4x16/stopping3", o);
    }
  }
  for (auto [name, kind] :
       {std::pair<const char*, AssociationSeparation>{"sparsemax", AssociationSeparation::Sparsemax},
        {"entmax15", AssociationSeparation::Entmax15}}) {
    auto o = shape(32, 4, 128, 128, 16, 16);
    o.separation = kind;
    add(std::string("association/32x128/4x16/") + name, o);
  }
  {
    auto o = shape(32, 4, 128, 128, 16, 16);
    o.unit = AssociationUnit::Pfu;
    add("association/32x128/4x16/pfu", o);
  }
  add("attention/8x197/3x64", shape(8, 3, 197, 197, 64, 64));
  add("lookup/64x30/1000x32", shape(1, 1, 64 * 30, 1000, 32, 32));
  add("pooling/1x100000x32", shape(1, 1, 1, 100000, 32, 32));
  add("pooling/8x1000x64", shape(8, 1, 1, 1000, 64, 64));
  add("retrieval/64x100000x784", shape(1, 1, 64, 100000, 784, 784));
  {
    auto o = shape(1, 1, 64, 100000, 784, 784);
    o.separation = AssociationSeparation::Sparsemax;
    add("retrieval/64x100000x784/sparsemax", o);
  }
  addMemory("memory/64x100000x784", 64, 100000, 784, AssociationSeparation::Softmax, false);
  for (int64_t queries : {1, 4, 8, 16})
    addMemory("memory/" + std::to_string(queries) + "x100000x784", queries, 100000, 784, AssociationSeparation::Softmax,
              false);
  addMemory("memory/1x100000x784/half", 1, 100000, 784, AssociationSeparation::Softmax, true);
  addMemory("memory/1x100000x784/sparsemax", 1, 100000, 784, AssociationSeparation::Sparsemax, false);
  addMemory("memory/64x100000x784/half", 64, 100000, 784, AssociationSeparation::Softmax, true);
  addMemory("memory/64x100000x784/sparsemax", 64, 100000, 784, AssociationSeparation::Sparsemax, false);
  return 0;
}

const int registered = all();

}  // namespace
}  // namespace dl4jhopfield

BENCHMARK_MAIN();
