// One call of the Hopfield association: its heads cut into units, their scores, and the iteration of states that both
// passes need. Evaluations are in association_evaluation.cpp, update steps and early stop in association_steps.cpp,
// medians in association_medians.cpp; the backward pass derives from it in association_backward.cpp. Baseline code
// only.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "dl4jhopfield/association.h"
#include "dl4jhopfield/parallel.h"
#include "internal/association_plan.h"
#include "internal/association_search.h"
#include "internal/association_tile.h"
#include "internal/scratch.h"

namespace dl4jhopfield {
namespace association_detail {

/// The state of one step of the iteration.
template <class T>
struct Step {
  const T* state = nullptr;         // of the first head, [heads, L, d]; not at step 0, which is q itself
  std::vector<T> own;               // the memory of `state` where nobody gave any
  std::vector<T> top, tau, factor;  // [heads, Lp]
  std::vector<T> threshold, fill;   // [heads, Lp], PFU only
  std::vector<T> median;            // per group, PFU with a median
  std::vector<double> ties;         // per group: entries equal to the median
  std::vector<char> known;          // [heads]: top, tau and factor are there
};

/// The iteration of the heads [first, first + count): all of them, or one at a time.
template <class T>
struct Iteration {
  int64_t first, count;
  bool separate;  // one head, on one thread
  std::vector<Step<T>> steps;
  std::vector<T> gradState;  // [count, L, d]

  Step<T>& step(int64_t t) {
    if (static_cast<int64_t>(steps.size()) <= t) steps.resize(t + 1);
    return steps[t];
  }
};

template <class T>
class AssociationRun {
 public:
  AssociationRun(const AssociationOptions& options, const AssociationInputs<T>& inputs);
  void forward(const AssociationOutputs<T>& out);

 protected:
  struct Unit {
    int64_t b, h, bh, first, queries, stored;
    T beta;
    const T* k;
    TileMask<T> mask;
    bool masked;
  };
  struct Mix {  // p times rows of `m`, into `dst`
    const T* m = nullptr;
    int64_t row = 0, step = 0, depth = 0;
    T* dst = nullptr;
    int64_t dstRow = 0, dstStep = 0;
  };
  /// Working memory of one unit.
  struct Work {
    T *qt, *other, *tile, *gradTile, *mixed, *dqt, *qr, *gr, *gt;
    T *top, *sum, *aux, *rescale;  // [sets, width]
    T* lane[8];                    // [width]
    void layout(Arena& a, const Plan& p, int64_t d, int64_t depth, bool backward, int64_t stored) {
      qt = a.take<T>(d * p.width);
      other = a.take<T>(d * p.width);
      tile = p.resident ? a.take<T>(stored * p.width) : nullptr;
      mixed = backward ? nullptr : a.take<T>(p.sets() * depth * p.width);
      gradTile = backward && p.resident ? a.take<T>(stored * p.width) : nullptr;
      dqt = backward ? a.take<T>(p.sets() * d * p.width) : nullptr;
      gt = backward ? a.take<T>(depth * p.width) : nullptr;
      qr = backward ? a.take<T>(p.width * roundUp(d, 16)) : nullptr;
      gr = backward ? a.take<T>(p.width * roundUp(depth, 16)) : nullptr;
      top = a.take<T>(p.sets() * p.width);
      sum = a.take<T>(p.sets() * p.width);
      aux = a.take<T>(p.sets() * p.width);
      rescale = a.take<T>(p.sets() * p.width);
      for (T*& l : lane) l = a.take<T>(p.width);
    }
  };

  Work work(const Plan& p, int64_t depth, bool backward) {
    static thread_local Scratch scratch;
    Work w;
    Arena count(nullptr);
    w.layout(count, p, o.width, depth, backward, o.stored);
    Arena arena(scratch.atLeast(static_cast<std::size_t>(count.used())));
    w.layout(arena, p, o.width, depth, backward, o.stored);
    return w;
  }
  T* blockBuffer(const Plan& p, int64_t number) {
    static thread_local Scratch scratch;
    const int64_t one = roundUp(p.block * p.width + 64, 64);
    return static_cast<T*>(scratch.atLeast(static_cast<std::size_t>(3 * one) * sizeof(T))) + number * one;
  }

  Unit unitOf(const Plan& p, int64_t bh, int64_t u) const {
    Unit x;
    x.bh = bh;
    x.b = bh / o.heads;
    x.h = bh % o.heads;
    x.first = u * p.width;
    x.queries = std::min(p.width, o.queries - x.first);
    x.stored = effective_[x.b];
    x.beta = in.betas ? in.betas[x.b * in.betaBatch + x.h * in.betaHead] : static_cast<T>(in.beta);
    x.k = in.k.data + x.b * in.k.batch + x.h * in.k.head;
    x.mask = TileMask<T>{};
    if (in.paddingMask) {
      x.mask.padding = in.paddingMask + x.b * in.paddingBatch;
      x.mask.paddingStep = in.paddingStep;
    }
    if (in.mask.data) {
      x.mask.association = in.mask.data + x.b * in.mask.batch + x.h * in.mask.head + x.first * in.mask.row;
      x.mask.associationRow = in.mask.row;
      x.mask.associationStep = in.mask.step;
    }
    if (in.additive.data) {
      x.mask.additive = in.additive.data + x.b * in.additive.batch + x.h * in.additive.head + x.first * in.additive.row;
      x.mask.additiveRow = in.additive.row;
      x.mask.additiveStep = in.additive.step;
    }
    if (in.queryMask) {
      x.mask.query = in.queryMask + x.b * in.queryBatch + x.first * in.queryStep;
      x.mask.queryStep = in.queryStep;
    }
    x.masked = in.paddingMask || in.mask.data || in.additive.data || in.queryMask;
    return x;
  }

  struct Rows {
    const T* data;
    int64_t row, step;
  };
  int64_t stateSize() const { return heads_ * o.queries * o.width; }
  /// Of the first query of a unit in a [heads, L, d] array that begins with the iteration's first head.
  int64_t stateAt(const Iteration<T>& it, const Unit& x) const {
    return ((x.bh - it.first) * o.queries + x.first) * o.width;
  }
  Rows stateRows(const Iteration<T>& it, const Unit& x, int64_t t) const {
    if (t == 0) return {in.q.data + x.b * in.q.batch + x.h * in.q.head + x.first * in.q.row, in.q.row, in.q.step};
    return {it.steps[t].state + stateAt(it, x), o.width, 1};
  }
  /// Rows of `step` 1, padded with zeros to `stride`.
  static void copyRows(T* dst, int64_t stride, const Rows& from, int64_t rows, int64_t depth, T scale) {
    for (int64_t q = 0; q < rows; ++q) {
      const T* src = from.data + q * from.row;
      T* to = dst + q * stride;
      if (from.step == 1)
        for (int64_t c = 0; c < depth; ++c) to[c] = scale * src[c];
      else
        for (int64_t c = 0; c < depth; ++c) to[c] = scale * src[c * from.step];
      for (int64_t c = depth; c < stride; ++c) to[c] = 0;
    }
  }
  void packState(const Iteration<T>& it, const Unit& x, const Plan& p, int64_t t, T* qt) const {
    const Rows s = stateRows(it, x, t);
    ops.pack(qt, p.width, s.data, s.row, s.step, x.queries, o.width, x.beta);
  }

  int64_t laneAt(const Iteration<T>& it, const Unit& x) const { return (x.bh - it.first) * padded_ + x.first; }
  Lanes<T> lanesOf(const Iteration<T>& it, const Unit& x, int64_t t) const {
    const Step<T>& s = it.steps[t];
    const int64_t at = laneAt(it, x);
    Lanes<T> l{zeros_.data(), zeros_.data(), nullptr, nullptr, nullptr};
    if (!s.threshold.empty()) {
      l.threshold = s.threshold.data() + at;
      l.fill = s.fill.data() + at;
    }
    if (!s.top.empty()) {
      l.top = s.top.data() + at;
      l.tau = s.tau.data() + at;
      l.factor = s.factor.data() + at;
    }
    return l;
  }

  /// Rows of a matrix that a later product reads, where the matrix is too large to be in the cache anyway.
  Ahead ahead(const T* m, int64_t row, int64_t step, int64_t depth, int64_t first, int64_t end) const {
    constexpr int64_t size = sizeof(T), run = 2048;
    const bool small = o.stored * std::abs(row) * size < (int64_t(1) << 20);
    if (m == nullptr || step != 1 || end <= first || small) return {nullptr, 0, 0, 0};
    m += first * row;
    if (row == depth) return {m, ((end - first) * depth * size + run - 1) / run, run, run};
    return {m, end - first, depth * size, row * size};
  }
  Ahead keysAhead(const Unit& x, int64_t first, int64_t end) const {
    return ahead(x.k, in.k.row, in.k.step, o.width, first, end);
  }

  void scores(const Unit& x, const Plan& p, const T* qt, int64_t first, int64_t rows, T* X, const Ahead& next) const {
    ops.gemm(X, p.width, qt, p.width, p.width, x.k + first * in.k.row, in.k.row, in.k.step, rows, o.width, false,
             &next);
    if (x.masked) ops.mask(X, p.width, first, rows, x.queries, x.mask);
  }

  /// f(set, first, end) for each chunk of stored patterns.
  template <class F>
  void eachChunk(const Unit& x, const Plan& p, F&& f) {
    if (!p.split) {
      f(int64_t(0), int64_t(0), x.stored);
      return;
    }
    parallelRows(p.chunks, p.chunk * p.width * (o.width / 16 + 4), [&](int64_t begin, int64_t end) {
      for (int64_t c = begin; c < end; ++c)
        f(c, std::min(c * p.chunk, x.stored), std::min((c + 1) * p.chunk, x.stored));
    });
  }

  /// f(set, first, rows, X): the scores, from the tile where it holds them (filled on the first call).
  template <class F>
  void eachBlock(const Unit& x, const Plan& p, const T* qt, T* tile, bool& filled, F&& f) {
    const bool there = filled;
    eachChunk(x, p, [&](int64_t set, int64_t first, int64_t end) {
      if (tile != nullptr && there) {
        if (end > first) f(set, first, end - first, tile + first * p.width);
        return;
      }
      for (int64_t j = first; j < end; j += p.block) {
        const int64_t rows = std::min(p.block, end - j);
        T* X = tile != nullptr ? tile + j * p.width : blockBuffer(p, 0);
        scores(x, p, qt, j, rows, X, keysAhead(x, j + rows, std::min(j + 2 * p.block, end)));
        f(set, j, rows, X);
      }
    });
    filled = tile != nullptr;
  }

  static void fill(T* p, int64_t n, T value) { std::fill(p, p + n, value); }
  static void addSets(T* p, const Plan& plan) { association_detail::addSets(p, plan.sets(), plan.width); }

  // ---- evaluations and update steps ----

  /// The weights of a unit at one step, kept for comparing them with those of the next: factor X, with a factor of its
  /// own for each block of stored patterns.
  struct Kept {
    T *tile, *factor;  // [stored, width], [blocks, width]
  };
  Kept keptOf(const Plan& p, int64_t u, int64_t t) const;
  bool keepsWeights(const Plan& p) const;

  void findStatistics(Iteration<T>& it, const Unit& x, const Plan& p, int64_t t, Work& w, bool& filled);
  void softmaxAndMix(Iteration<T>& it, const Unit& x, const Plan& p, int64_t t, Work& w, bool finalStep, const Mix& mix,
                     const Kept* kept);
  void weightsAndMix(Iteration<T>& it, const Unit& x, const Plan& p, int64_t t, Work& w, bool finalStep, const Mix& mix,
                     bool filled, bool weights, const Kept* kept);
  void update(Iteration<T>& it, const Plan& p, int64_t bh, int64_t u, int64_t t, T* next, bool keep);
  void associate(Iteration<T>& it, const Plan& p, int64_t bh, int64_t u, int64_t t, const AssociationOutputs<T>& out);
  void evaluate(Iteration<T>& it, const Unit& x, const Plan& p, int64_t t, Work& w, bool finalStep, const Mix& mix,
                const Mix* weights, const Kept* kept);
  double keptDistance(const Plan& p, int64_t bh, int64_t u, int64_t t);
  double distance(Iteration<T>& it, const Plan& p, int64_t bh, int64_t u, int64_t t);
  std::vector<int64_t> stopping(Iteration<T>& it, const Plan& p, int64_t t, const std::vector<int64_t>& going,
                                bool kept);
  void beginStep(Iteration<T>& it, int64_t t, const std::vector<int64_t>& active);
  void findMedians(Iteration<T>& it, int64_t t, const std::vector<int64_t>& active);
  bool findMediansFromSamples(Iteration<T>& it, int64_t t, const std::vector<int64_t>& active);
  void countMedians(Iteration<T>& it, int64_t t, const std::vector<int64_t>& active);
  void countRowMedians(Iteration<T>& it, int64_t t, const std::vector<int64_t>& active);
  void iterate(Iteration<T>& it, const AssociationOutputs<T>* out);

  int64_t maxSteps(int64_t h) const {
    const int64_t n = o.updateStepsPerHead ? o.updateStepsPerHead[h] : o.updateSteps;
    return n < 0 ? o.stepLimit : std::min(n, o.stepLimit);
  }
  double alphaOf(int64_t h) const { return o.alphaPerHead ? o.alphaPerHead[h] : o.alpha; }
  const Separator<T>& separatorOf(const Unit& x) const { return separators_[o.alphaPerHead ? x.h : 0]; }
  double stopEps(int64_t h) const { return o.updateStepsEpsPerHead ? o.updateStepsEpsPerHead[h] : o.updateStepsEps; }

  int64_t groupOf(const Unit& x, int64_t q) const {
    switch (o.pfu.scope) {
      case MedianScope::Tensor:
        return 0;
      case MedianScope::Sample:
        return x.b;
      default:
        return x.bh * o.queries + x.first + q;
    }
  }
  int64_t groups() const {
    return o.pfu.scope == MedianScope::Tensor ? 1 : o.pfu.scope == MedianScope::Sample ? o.batch : heads_ * o.queries;
  }
  /// Where an iteration has the median of a query, and how many it has.
  int64_t medianAt(const Iteration<T>& it, const Unit& x, int64_t q) const {
    return groupOf(x, q) - (o.pfu.scope == MedianScope::Row ? it.first * o.queries : 0);
  }
  int64_t medians(const Iteration<T>& it) const {
    return o.pfu.scope == MedianScope::Row ? it.count * o.queries : groups();
  }
  bool usesMedian() const { return o.unit == AssociationUnit::Pfu && o.pfu.muIsMedian; }
  bool gradientToMedian() const { return usesMedian() && o.pfu.biasIsThreshold; }

  /// Whether heads iterate one by one, each on one thread with all its data in the cache. Depends on shapes and options
  /// only.
  bool separate() const {
    const bool split = makePlan<T>(o, ops.lanes, false).split || makePlan<T>(o, ops.lanes, true).split;
    if (heads_ < kSeparateHeads || split) return false;
    if (usesMedian() && o.pfu.scope != MedianScope::Row) return false;
    bool updates = false, stops = false;
    for (int64_t h = 0; h < o.heads; ++h) {
      updates |= maxSteps(h) > 0;
      stops |= maxSteps(h) > 1 && stopEps(h) >= 0;
    }
    return updates && !(stops && o.stopScope == StopScope::Batch);
  }
  /// f(iteration) for iterations that hold all heads between them.
  template <class F>
  void eachIteration(F&& f) {
    if (!separate()) {
      Iteration<T> all{0, heads_, false, {}, {}};
      f(all);
      return;
    }
    parallelRows(heads_, o.queries * o.stored * (o.width + o.valueWidth) / 8, [&](int64_t begin, int64_t end) {
      Iteration<T> one{begin, 1, true, {}, {}};
      for (; one.first < end; ++one.first) f(one);
    });
  }

  /// body(bh, unit) for each unit of the heads in `active`, in parallel where the plan says so.
  template <class F>
  void eachUnit(const Iteration<T>& it, const std::vector<int64_t>& active, const Plan& p, F&& body) {
    const int64_t n = static_cast<int64_t>(active.size()) * p.units;
    if (p.split || it.separate) {
      for (int64_t i = 0; i < n; ++i) body(active[i / p.units], i % p.units);
      return;
    }
    parallelRows(n, std::max<int64_t>(1, o.stored * p.width * (o.width + o.valueWidth) / 16),
                 [&](int64_t begin, int64_t end) {
                   for (int64_t i = begin; i < end; ++i) body(active[i / p.units], i % p.units);
                 });
  }

  const AssociationOptions& o;
  const AssociationInputs<T>& in;
  const TileOps<T>& ops;
  std::vector<Separator<T>> separators_;  // one, or one a head
  int64_t heads_ = 0, padded_ = 0;
  std::vector<T> zeros_;
  std::vector<int64_t> effective_;
  std::vector<int32_t> taken_;
};

}  // namespace association_detail
}  // namespace dl4jhopfield
