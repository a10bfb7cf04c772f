#include "dl4jhopfield/association.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <iterator>
#include <limits>
#include <mutex>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

#include "dl4jhopfield/dispatch.h"
#include "dl4jhopfield/parallel.h"
#include "internal/alpha_gradient.h"
#include "internal/association_search.h"
#include "internal/association_tile.h"
#include "internal/scratch.h"

namespace dl4jhopfield {
namespace association_detail {
namespace {

constexpr int64_t kWidthBytes = 256;               // of a full row of lanes: 64 floats, 32 doubles
constexpr int64_t kBlockBytes = 32 * 1024;         // scores computed at a time: they stay in the first-level cache
constexpr int64_t kPreferredTile = 512 * 1024;     // resident tiles shrink to fewer queries to stay in the second level
constexpr int64_t kLargestTile = 8 * 1024 * 1024;  // and are not kept at all beyond this
constexpr int64_t kLargestSplitTile = 26 * 1024 * 1024;
constexpr int64_t kKeptBytes = 512 * 1024;         // weights of a head at two steps, for its early stop
constexpr int64_t kSeparateHeads = 16;             // from so many on, heads iterate one by one

/// How the scores of one head are cut. Depends on shapes only.
struct Plan {
  int64_t width;   // queries of a unit, padded
  int64_t units;   // units of a head
  int64_t block;   // stored patterns scored at a time
  int64_t chunk, chunks;
  bool split;      // chunks run in parallel, units one after the other; else the reverse
  bool resident;   // the scores of a unit stay in memory between passes
  int64_t sets() const { return split ? chunks : 1; }
};

template <class T>
Plan makePlan(const AssociationOptions& o, int lanes, bool backward) {
  const int64_t S = o.stored, L = o.queries, heads = o.batch * o.heads;
  Plan p{};
  const int64_t full = kWidthBytes / static_cast<int64_t>(sizeof(T));
  p.width = std::min(full, roundUp(std::max<int64_t>(L, 1), lanes));
  p.units = (L + p.width - 1) / p.width;
  p.split = (S >= 8192 && p.units < 16) || (S >= 2048 && heads * p.units < 8);
  const bool passes = backward || o.separation != AssociationSeparation::Softmax ||
                      (o.unit == AssociationUnit::Pfu && o.pfu.muIsMedian && o.pfu.scope == MedianScope::Row);
  const int64_t tiles = backward ? 2 : 1;
  const auto bytes = [&](int64_t width) { return S * width * tiles * static_cast<int64_t>(sizeof(T)); };
  if (passes) {
    const int64_t limit = p.split ? kLargestSplitTile : kLargestTile;
    const int64_t wish = p.split ? kLargestSplitTile : kPreferredTile;
    int64_t width = p.width;
    while (bytes(width) > wish && width > lanes && width > 8) width = roundUp(width / 2, lanes);
    p.resident = bytes(width) <= limit;
    if (p.resident) p.width = width;
  }
  p.units = (L + p.width - 1) / p.width;
  p.block = std::max<int64_t>(16, kBlockBytes / (p.width * static_cast<int64_t>(sizeof(T))));
  p.chunks = p.split ? std::min<int64_t>(16, S / 1024) : 1;
  p.chunk = p.split ? roundUp((S + p.chunks - 1) / p.chunks, p.block) : std::max<int64_t>(S, 1);
  p.chunks = std::max<int64_t>(1, (S + p.chunk - 1) / p.chunk);
  return p;
}

/// Update steps whose states a forward pass saves.
int64_t savedSteps(const AssociationOptions& o) {
  int64_t most = 0;
  for (int64_t h = 0; h < (o.updateStepsPerHead ? o.heads : 1); ++h) {
    const int64_t steps = o.updateStepsPerHead ? o.updateStepsPerHead[h] : o.updateSteps;
    if (steps < 0) throw std::invalid_argument("association: states of an unbounded number of steps are not saved");
    most = std::max(most, steps);
  }
  return most;
}

[[noreturn]] void refuse(const std::string& what) { throw std::invalid_argument("association: " + what); }

template <class T>
void check(const AssociationOptions& o, const AssociationInputs<T>& in) {
  if (o.batch < 0 || o.heads < 0 || o.queries < 0 || o.stored < 0)
    refuse("batch, heads, queries and stored must not be negative");
  if (o.width < 1) refuse("width must be at least 1, found " + std::to_string(o.width));
  if (o.valueWidth < 0) refuse("valueWidth must not be negative, found " + std::to_string(o.valueWidth));
  if (o.alphaPerHead && o.separation != AssociationSeparation::Entmax) refuse("alpha per head is for entmax");
  for (int64_t h = 0; h < (o.alphaPerHead ? o.heads : 1); ++h) {
    const double alpha = o.alphaPerHead ? o.alphaPerHead[h] : o.alpha;
    if (o.separation == AssociationSeparation::Entmax && !(alpha >= 1))
      refuse("entmax needs alpha >= 1, found " + std::to_string(alpha));
  }
  if (o.separation == AssociationSeparation::Normmax && !(o.alpha > 1))
    refuse("normmax needs p > 1, found " + std::to_string(o.alpha));
  if (o.separation == AssociationSeparation::KSubsets && !(o.k > 0))
    refuse("k-subsets need k > 0, found " + std::to_string(o.k));
  if (o.batch * o.heads * o.queries > 0 && in.q.data == nullptr) refuse("q is missing");
  if (o.batch * o.heads * o.stored > 0 && in.k.data == nullptr) refuse("k is missing");
  if (o.noise != nullptr && o.updateSteps < 0 && o.updateStepsPerHead == nullptr)
    refuse("PFU noise needs a bounded number of update steps");
}

// Order-preserving unsigned keys of the floating-point numbers, for selecting a median digit by digit.
inline uint32_t orderedKey(float x) {
  uint32_t bits;
  x += 0.0f;  // -0 becomes 0
  std::memcpy(&bits, &x, sizeof bits);
  return bits & 0x80000000u ? ~bits : bits | 0x80000000u;
}
inline uint64_t orderedKey(double x) {
  uint64_t bits;
  x += 0.0;
  std::memcpy(&bits, &x, sizeof bits);
  return bits & 0x8000000000000000u ? ~bits : bits | 0x8000000000000000u;
}
inline float fromKey(uint32_t key) {
  const uint32_t bits = key & 0x80000000u ? key & 0x7fffffffu : ~key;
  float x;
  std::memcpy(&x, &bits, sizeof x);
  return x;
}
inline double fromKey(uint64_t key) {
  const uint64_t bits = key & 0x8000000000000000u ? key & 0x7fffffffffffffffu : ~key;
  double x;
  std::memcpy(&x, &bits, sizeof x);
  return x;
}

/// The element of rank `rank` of `values` (none -inf or NaN), by narrowing brackets around it with vectors.
template <class T>
T select(const TileOps<T>& ops, std::vector<T> values, int64_t rank) {
  constexpr int64_t sample = 64, near = 6;
  constexpr T inf = std::numeric_limits<T>::infinity();
  std::vector<T> next;
  while (static_cast<int64_t>(values.size()) > 256) {
    const int64_t n = static_cast<int64_t>(values.size()), rows = (n + ops.lanes - 1) / ops.lanes;
    T some[sample];
    for (int64_t i = 0; i < sample; ++i) some[i] = values[i * n / sample];
    std::sort(some, some + sample);
    const int64_t at = rank * sample / n;
    T low = at < near ? -inf : some[at - near], high = at + near >= sample ? inf : some[at + near];
    values.resize(rows * ops.lanes, std::numeric_limits<T>::quiet_NaN());
    next.resize(rows * ops.lanes);
    for (;;) {
      int64_t there = 0, below = 0;
      const int64_t found = ops.between(values.data(), ops.lanes, rows, ops.lanes, low, high, &there, &below, next.data());
      if (rank >= below && rank < below + found) {
        next.resize(found);
        rank -= below;
        break;
      }
      const bool lower = rank < below;  // on the other side of the bracket for certain
      const T edge = lower ? low : high;
      low = lower ? -inf : edge;
      high = lower ? edge : inf;
    }
    values.resize(n);
    if (next.size() == values.size()) break;
    values.swap(next);
  }
  std::nth_element(values.begin(), values.begin() + rank, values.end());
  return values[rank];
}

/// The state of one step of the iteration.
template <class T>
struct Step {
  const T* state = nullptr;            // of the first head, [heads, L, d]; not at step 0, which is q itself
  std::vector<T> own;                  // the memory of `state` where nobody gave any
  std::vector<T> top, tau, factor;     // [heads, Lp]
  std::vector<T> threshold, fill;      // [heads, Lp], PFU only
  std::vector<T> median;               // per group, PFU with a median
  std::vector<double> ties;            // per group: entries equal to the median
  std::vector<char> known;             // [heads]: top, tau and factor are there
};

/// The iteration of the heads [first, first + count): all of them, or one at a time.
template <class T>
struct Iteration {
  int64_t first, count;
  bool separate;                       // one head, on one thread
  std::vector<Step<T>> steps;
  std::vector<T> gradState;            // [count, L, d]

  Step<T>& step(int64_t t) {
    if (static_cast<int64_t>(steps.size()) <= t) steps.resize(t + 1);
    return steps[t];
  }
};

template <class T>
class Run {
  using Key = decltype(orderedKey(T()));

 public:
  Run(const AssociationOptions& options, const AssociationInputs<T>& inputs)
      : o(options), in(inputs), ops(activeOps<T>()) {
    check(o, in);
    for (int64_t h = 0; h < (o.alphaPerHead ? o.heads : 1); ++h)
      separators_.push_back(makeSeparator<T>(o.separation, alphaOf(h), o.k, o.atMost, o.unit != AssociationUnit::None));
    heads_ = o.batch * o.heads;
    padded_ = roundUp(std::max<int64_t>(o.queries, 1), 64);
    zeros_.assign(128, T(0));
    taken_.assign(heads_, 0);
    effective_.assign(o.batch, o.stored);
    if (in.paddingMask != nullptr)
      for (int64_t b = 0; b < o.batch; ++b) {
        int64_t& n = effective_[b];
        while (n > 0 && !in.paddingMask[b * in.paddingBatch + (n - 1) * in.paddingStep]) --n;
      }
  }

  void forward(const AssociationOutputs<T>& out) {
    if (out.out.data != nullptr && heads_ * o.stored * o.valueWidth > 0 && in.v.data == nullptr) refuse("v is missing");
    const int64_t most = out.saved != nullptr ? savedSteps(o) : 0;
    eachIteration([&](Iteration<T>& it) { iterate(it, &out); });
    for (int64_t i = 0; i < heads_; ++i) {
      if (out.steps != nullptr) out.steps[i] = taken_[i];
      if (out.saved != nullptr) out.saved[most * stateSize() + i] = static_cast<T>(taken_[i]);
    }
  }

  void backward(const AssociationGradients<T>& g);

 private:
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
    T *top, *sum, *aux, *rescale;      // [sets, width]
    T *lane[8];                        // [width]
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
    if (m == nullptr || step != 1 || end <= first || o.stored * std::abs(row) * size < (int64_t(1) << 20)) return {nullptr, 0, 0, 0};
    m += first * row;
    if (row == depth) return {m, ((end - first) * depth * size + run - 1) / run, run, run};
    return {m, end - first, depth * size, row * size};
  }
  Ahead keysAhead(const Unit& x, int64_t first, int64_t end) const {
    return ahead(x.k, in.k.row, in.k.step, o.width, first, end);
  }

  void scores(const Unit& x, const Plan& p, const T* qt, int64_t first, int64_t rows, T* X, const Ahead& next) const {
    ops.gemm(X, p.width, qt, p.width, p.width, x.k + first * in.k.row, in.k.row, in.k.step, rows, o.width, false, &next);
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

  // ---- the forward pass ----

  /// The weights of a unit at one step, kept for comparing them with those of the next: factor X, with a factor of its own for
  /// each block of stored patterns.
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
  std::vector<int64_t> stopping(Iteration<T>& it, const Plan& p, int64_t t, const std::vector<int64_t>& going, bool kept);
  void beginStep(Iteration<T>& it, int64_t t, const std::vector<int64_t>& active);
  bool findMediansFromSamples(Iteration<T>& it, int64_t t, const std::vector<int64_t>& active);
  void findMedians(Iteration<T>& it, int64_t t, const std::vector<int64_t>& active);
  void findRowMedians(Iteration<T>& it, int64_t t, const std::vector<int64_t>& active);
  void iterate(Iteration<T>& it, const AssociationOutputs<T>* out);
  void readTaken(const T* saved);
  void restore(Iteration<T>& it, const T* saved);

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

  /// Whether heads iterate one by one, each on one thread with all its data in the cache. Depends on shapes and options only.
  bool separate() const {
    if (heads_ < kSeparateHeads || makePlan<T>(o, ops.lanes, false).split || makePlan<T>(o, ops.lanes, true).split) return false;
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

  // ---- the backward pass ----
  enum class Phase { All, Sums, Gradients };
  struct Targets {  // of this head; rows of gradK and gradV
    T *k, *v;
    int64_t kRow, vRow;
    bool fresh;  // nothing was written to them yet
  };
  void backwardStep(Iteration<T>& it, const Plan& p, int64_t t, const AssociationGradients<T>& g, bool grouped, bool writes,
                    int64_t strands);
  void backwardUnit(Iteration<T>& it, const Plan& p, int64_t bh, int64_t u, int64_t t, const AssociationGradients<T>& g,
                    const Targets& to, Phase phase);

  const AssociationOptions& o;
  const AssociationInputs<T>& in;
  const TileOps<T>& ops;
  std::vector<Separator<T>> separators_;  // one, or one a head
  int64_t heads_ = 0, padded_ = 0;
  std::vector<T> zeros_;
  std::vector<int64_t> effective_;
  std::vector<int32_t> taken_;
  std::vector<double> betaSums_, alphaSums_;    // [BH, units]
  std::vector<T> means_, extras_;               // [BH, Lp], between the phases
  std::vector<double> forgotten_;               // per unit, then per group
  std::vector<double> groupForgotten_;
  std::vector<T> partial_;                      // [BH, strands], gradients of stored patterns
};

/// top, tau and factor of step t.
template <class T>
void Run<T>::findStatistics(Iteration<T>& it, const Unit& x, const Plan& p, int64_t t, Work& w, bool& filled) {
  Step<T>& step = it.steps[t];
  const int64_t at = laneAt(it, x);
  const SearchMemory<T> memory{w.top, w.sum, w.aux, w.lane[0], w.lane[1], w.lane[2]};
  findThresholds<T>(ops, separatorOf(x), lanesOf(it, x, t), p.width, p.sets(), memory, step.top.data() + at, step.tau.data() + at,
                    step.factor.data() + at, [&](auto&& f) {
                      eachBlock(x, p, w.qt, w.tile, filled,
                                [&](int64_t set, int64_t, int64_t rows, const T* X) { f(set, rows, X); });
                    });
}

/// One pass: statistics and, with `mix.dst`, the mixed rows.
template <class T>
void Run<T>::softmaxAndMix(Iteration<T>& it, const Unit& x, const Plan& p, int64_t t, Work& w, bool finalStep, const Mix& mix,
                           const Kept* kept) {
  const int64_t W = p.width;
  const Separator<T>& sep = separatorOf(x);
  constexpr T inf = std::numeric_limits<T>::infinity();
  const Lanes<T> lanes = lanesOf(it, x, t);
  fill(w.top, p.sets() * W, -inf);
  fill(w.sum, p.sets() * W, T(0));
  const bool mixing = mix.dst != nullptr;
  const int64_t size = mix.depth * W;
  eachChunk(x, p, [&](int64_t set, int64_t first, int64_t end) {
    T* mixed = w.mixed + set * size;
    T* rescale = w.rescale + set * W;
    if (mixing && end <= first) fill(mixed, size, T(0));
    for (int64_t j = first; j < end; j += p.block) {
      const int64_t rows = std::min(p.block, end - j);
      T* X = kept != nullptr ? kept->tile + j * W : blockBuffer(p, 0);
      const int64_t after = std::min(j + 2 * p.block, end);
      const bool same = mix.m == x.k && mix.row == in.k.row;
      scores(x, p, w.qt, j, rows, X,
             !mixing ? keysAhead(x, j + rows, after)
                     : ahead(same ? nullptr : mix.m, mix.row, mix.step, mix.depth, j, j + rows));
      const bool changed = ops.online(sep, lanes, finalStep, X, W, rows, w.top + set * W, w.sum + set * W, rescale);
      if (kept != nullptr) std::copy(w.top, w.top + W, kept->factor + j / p.block * W);
      if (!mixing) continue;
      if (changed && j > first) ops.scale(mixed, nullptr, rescale, W, mix.depth);
      const Ahead next = keysAhead(x, j + rows, after);
      ops.gemm(mixed, W, X, W, W, mix.m + j * mix.row, mix.step, mix.row, mix.depth, rows, j > first, &next);
    }
  });
  if (p.sets() > 1) {
    T* top = w.lane[0];
    std::copy(w.top, w.top + W, top);
    for (int64_t s = 1; s < p.sets(); ++s)
      for (int64_t q = 0; q < W; ++q) top[q] = std::max(top[q], w.top[s * W + q]);
    fill(w.lane[1], W, T(0));
    for (int64_t s = 0; s < p.sets(); ++s) {
      T* share = w.rescale + s * W;
      ops.expDifference(share, w.top + s * W, top, W);
      for (int64_t q = 0; q < W; ++q) w.lane[1][q] += share[q] * w.sum[s * W + q];
      if (mixing) ops.scale(s == 0 ? w.mixed : w.mixed, s == 0 ? nullptr : w.mixed + s * size, share, W, mix.depth);
    }
    std::copy(top, top + W, w.top);
    std::copy(w.lane[1], w.lane[1] + W, w.sum);
  }
  Step<T>& step = it.steps[t];
  const int64_t at = laneAt(it, x);
  for (int64_t q = 0; q < W; ++q) {
    step.top[at + q] = w.top[q] == -inf ? T(0) : w.top[q];
    step.factor[at + q] = w.sum[q] == T(0) ? T(0) : T(1) / w.sum[q];
  }
  if (kept != nullptr)
    for (int64_t j = 0; j < x.stored; j += p.block) {
      T* factor = kept->factor + j / p.block * W;  // from the largest score so far to the largest of all
      ops.expDifference(factor, factor, w.top, W);
      for (int64_t q = 0; q < W; ++q) factor[q] *= step.factor[at + q];
    }
  if (mixing)
    ops.unpack(mix.dst, mix.dstRow, mix.dstStep, w.mixed, W, x.queries, mix.depth, step.factor.data() + at, false);
}

/// With known statistics: the mixed rows and, where `weights`, the weights into mix.dst.
template <class T>
void Run<T>::weightsAndMix(Iteration<T>& it, const Unit& x, const Plan& p, int64_t t, Work& w, bool finalStep, const Mix& mix,
                           bool filled, bool weights, const Kept* kept) {
  const int64_t W = p.width, size = mix.depth * W;
  const Separator<T>& sep = separatorOf(x);
  const Lanes<T> lanes = lanesOf(it, x, t);
  if (!weights) fill(w.mixed, p.sets() * size, T(0));
  const T* qt = w.qt;
  eachBlock(x, p, qt, w.tile, filled, [&](int64_t set, int64_t first, int64_t rows, const T* X) {
    for (int64_t j = 0; j < rows; j += p.block) {
      const int64_t n = std::min(p.block, rows - j);
      T* P = kept != nullptr ? kept->tile + (first + j) * W : blockBuffer(p, 1);
      ops.weights(sep, lanes, finalStep, X + j * W, P, W, n);
      if (weights)
        ops.unpack(mix.dst + (first + j) * mix.dstStep, mix.dstRow, mix.dstStep, P, W, x.queries, n, nullptr, false);
      else
        ops.gemm(w.mixed + set * size, W, P, W, W, mix.m + (first + j) * mix.row, mix.step, mix.row, mix.depth, n, true,
                 nullptr);
    }
  });
  if (weights) {
    for (int64_t q = 0; q < x.queries; ++q)
      for (int64_t j = x.stored; j < o.stored; ++j) mix.dst[q * mix.dstRow + j * mix.dstStep] = 0;
    return;
  }
  for (int64_t s = 1; s < p.sets(); ++s)
    for (int64_t i = 0; i < size; ++i) w.mixed[i] += w.mixed[s * size + i];
  ops.unpack(mix.dst, mix.dstRow, mix.dstStep, w.mixed, W, x.queries, mix.depth, nullptr, false);
}

/// Evaluation of step t: the rows of `mix` and, where wanted, the weights.
template <class T>
void Run<T>::evaluate(Iteration<T>& it, const Unit& x, const Plan& p, int64_t t, Work& w, bool finalStep, const Mix& mix,
                      const Mix* weights, const Kept* kept) {
  packState(it, x, p, t, w.qt);
  bool filled = false;
  if (separatorOf(x).kind == Kind::Softmax) {
    softmaxAndMix(it, x, p, t, w, finalStep, mix, kept);
  } else {
    findStatistics(it, x, p, t, w, filled);
    if (mix.dst != nullptr) weightsAndMix(it, x, p, t, w, finalStep, mix, filled, false, kept);
    if (kept != nullptr) fill(kept->factor, (x.stored + p.block - 1) / p.block * p.width, T(1));
  }
  if (weights != nullptr) weightsAndMix(it, x, p, t, w, true, *weights, filled, true, nullptr);
}

/// state_{t+1} = p_t k, into `next`, the array of the iteration.
template <class T>
void Run<T>::update(Iteration<T>& it, const Plan& p, int64_t bh, int64_t u, int64_t t, T* next, bool keep) {
  const Unit x = unitOf(p, bh, u);
  Work w = work(p, std::max(o.width, o.valueWidth), false);
  const Mix mix{x.k, in.k.row, in.k.step, o.width, next + stateAt(it, x), o.width, 1};
  const Kept kept = keep ? keptOf(p, u, t) : Kept{nullptr, nullptr};
  evaluate(it, x, p, t, w, false, mix, nullptr, keep ? &kept : nullptr);
}

/// The last evaluation of a head: what the caller wants.
template <class T>
void Run<T>::associate(Iteration<T>& it, const Plan& p, int64_t bh, int64_t u, int64_t t, const AssociationOutputs<T>& out) {
  const Unit x = unitOf(p, bh, u);
  Work w = work(p, std::max(o.width, o.valueWidth), false);
  const auto at = [&](const HeadView<T>& view) { return view.data + x.b * view.batch + x.h * view.head + x.first * view.row; };
  Mix mix, weights;
  if (out.out.data != nullptr && o.valueWidth > 0)
    mix = {in.v.data + x.b * in.v.batch + x.h * in.v.head, in.v.row, in.v.step, o.valueWidth, at(out.out), out.out.row,
           out.out.step};
  if (out.weights.data != nullptr) {
    weights.dst = at(out.weights);
    weights.dstRow = out.weights.row;
    weights.dstStep = out.weights.step;
  }
  evaluate(it, x, p, t, w, true, mix, weights.dst != nullptr ? &weights : nullptr, nullptr);
  if (out.state.data != nullptr) {
    const Rows s = stateRows(it, x, t);
    T* dst = at(out.state);
    for (int64_t q = 0; q < x.queries; ++q)
      for (int64_t c = 0; c < o.width; ++c) dst[q * out.state.row + c * out.state.step] = s.data[q * s.row + c * s.step];
  }
}

/// Whether the weights of a head at two steps are worth their memory.
template <class T>
bool Run<T>::keepsWeights(const Plan& p) const {
  return 2 * p.units * p.width * o.stored * static_cast<int64_t>(sizeof(T)) <= kKeptBytes;
}
template <class T>
typename Run<T>::Kept Run<T>::keptOf(const Plan& p, int64_t u, int64_t t) const {
  static thread_local Scratch scratch;
  const int64_t tile = roundUp(o.stored * p.width + 32, 16), factors = roundUp((o.stored + p.block - 1) / p.block * p.width + 32, 16);
  T* base = static_cast<T*>(scratch.atLeast(static_cast<std::size_t>(2 * p.units * (tile + factors)) * sizeof(T)));
  base += ((t & 1) * p.units + u) * (tile + factors);
  return {base, base + tile};
}

/// distance() of weights that both steps kept.
template <class T>
double Run<T>::keptDistance(const Plan& p, int64_t bh, int64_t u, int64_t t) {
  const Unit x = unitOf(p, bh, u);
  const int64_t W = p.width;
  Work w = work(p, std::max(o.width, o.valueWidth), false);
  const Kept now = keptOf(p, u, t), before = keptOf(p, u, t - 1);
  fill(w.sum, W, T(0));
  for (int64_t j = 0; j < x.stored; j += p.block) {
    const int64_t factors = j / p.block * W;
    ops.distance(now.tile + j * W, now.factor + factors, before.tile + j * W, before.factor + factors, W,
                 std::min(p.block, x.stored - j), w.sum);
  }
  double total = 0;
  for (int64_t q = 0; q < x.queries; ++q) total += w.sum[q];
  return total;
}

/// Sum over this unit of (p_t - p_{t-1})^2.
template <class T>
double Run<T>::distance(Iteration<T>& it, const Plan& p, int64_t bh, int64_t u, int64_t t) {
  const Unit x = unitOf(p, bh, u);
  const Separator<T>& sep = separatorOf(x);
  Work w = work(p, std::max(o.width, o.valueWidth), false);
  packState(it, x, p, t, w.qt);
  packState(it, x, p, t - 1, w.other);
  const Lanes<T> now = lanesOf(it, x, t), before = lanesOf(it, x, t - 1);
  const int64_t W = p.width;
  T* one = w.lane[0];
  fill(one, W, T(1));
  fill(w.sum, p.sets() * W, T(0));
  eachChunk(x, p, [&](int64_t set, int64_t first, int64_t end) {
    for (int64_t j = first; j < end; j += p.block) {
      const int64_t rows = std::min(p.block, end - j);
      T *X = blockBuffer(p, 0), *Y = blockBuffer(p, 1);
      const Ahead none{nullptr, 0, 0, 0};
      scores(x, p, w.qt, j, rows, X, none);
      ops.weights(sep, now, false, X, X, W, rows);
      scores(x, p, w.other, j, rows, Y, none);
      ops.weights(sep, before, false, Y, Y, W, rows);
      ops.distance(X, one, Y, one, W, rows, w.sum + set * W);
    }
  });
  double total = 0;
  for (int64_t s = 0; s < p.sets(); ++s)
    for (int64_t q = 0; q < x.queries; ++q) total += w.sum[s * W + q];
  return total;
}

template <class T>
void Run<T>::beginStep(Iteration<T>& it, int64_t t, const std::vector<int64_t>& active) {
  Step<T>& s = it.step(t);
  const int64_t n = it.count * padded_ + 64;
  s.top.resize(n);
  s.tau.resize(n);
  s.factor.resize(n);
  s.known.assign(it.count, 0);
  if (o.unit != AssociationUnit::Pfu) return;
  s.threshold.assign(n, T(0));
  s.fill.assign(n, T(0));
  const double sigma = o.pfu.sigma * o.pfu.sigma;
  if (o.pfu.muIsMedian) {
    s.median.assign(medians(it), std::numeric_limits<T>::quiet_NaN());
    s.ties.assign(medians(it), 0);
    if (o.pfu.scope == MedianScope::Row)
      findRowMedians(it, t, active);
    else if (!findMediansFromSamples(it, t, active))
      findMedians(it, t, active);
  }
  Plan p = makePlan<T>(o, ops.lanes, false);
  for (int64_t bh : active)
    for (int64_t u = 0; u < p.units; ++u) {
      const Unit x = unitOf(p, bh, u);
      for (int64_t q = 0; q < x.queries; ++q) {
        const int64_t at = laneAt(it, x) + q;
        const double mu = o.pfu.muIsMedian ? static_cast<double>(s.median[medianAt(it, x, q)]) : o.pfu.mu;
        const double noise = o.noise ? sigma * o.noise[t * groups() + groupOf(x, q)] : 0.0;
        s.threshold[at] = static_cast<T>(mu + noise);
        s.fill[at] = o.pfu.biasIsThreshold ? s.threshold[at] : static_cast<T>(o.pfu.bias);
      }
    }
}

/// Lower medians of the whole tensor or of each sample: a few scores say about where, one pass over all counts those
/// below and keeps those near, among which the median is found exactly. False where there are too many scores to keep
/// a share of.
template <class T>
bool Run<T>::findMediansFromSamples(Iteration<T>& it, int64_t t, const std::vector<int64_t>& active) {
  constexpr int64_t tile = 16;
  if (static_cast<int64_t>(active.size()) * o.queries * o.stored > int64_t(16) << 20) return false;
  Plan p = makePlan<T>(o, ops.lanes, false);
  p.resident = false;
  const int64_t n = groups();
  struct Group {
    std::vector<T> near;
    T low = 0, high = 0;
    int64_t there = 0, below = 0;
    bool done = false;
  };
  std::vector<Group> groupsOf(n);
  std::mutex mutex;
  eachUnit(it, active, p, [&](int64_t bh, int64_t u) {
    const Unit x = unitOf(p, bh, u);
    if (x.stored == 0) return;
    Work w = work(p, std::max(o.width, o.valueWidth), false);
    packState(it, x, p, t, w.qt);
    T* X = blockBuffer(p, 0);
    const int64_t rows = std::min({tile, p.block, x.stored});
    const int64_t first = (bh * 37 + u * 11) % (x.stored - rows + 1);
    scores(x, p, w.qt, first, rows, X, Ahead{nullptr, 0, 0, 0});
    std::lock_guard<std::mutex> lock(mutex);
    auto& sample = groupsOf[groupOf(x, 0)].near;
    for (int64_t i = 0; i < rows; ++i)
      for (int64_t q = 0; q < x.queries; ++q)
        if (X[i * p.width + q] > -std::numeric_limits<T>::infinity()) sample.push_back(X[i * p.width + q]);
  });
  for (Group& g : groupsOf) {
    const int64_t m = static_cast<int64_t>(g.near.size());
    if (m > 0) {
      const int64_t slack = m / 64 + static_cast<int64_t>(2 * std::sqrt(static_cast<double>(m))) + 1;
      g.low = select(ops, g.near, std::max<int64_t>(0, m / 2 - slack));
      g.high = select(ops, g.near, std::min(m - 1, m / 2 + slack));
    } else {
      g.low = -std::numeric_limits<T>::infinity();
      g.high = std::numeric_limits<T>::infinity();
    }
    g.near.clear();
  }
  // Where the guess missed, the other side of it is sure to hold the median.
  std::vector<int64_t> missed = active;
  for (int round = 0; round < 3 && !missed.empty(); ++round) {
    eachUnit(it, missed, p, [&](int64_t bh, int64_t u) {
      const Unit x = unitOf(p, bh, u);
      Work w = work(p, std::max(o.width, o.valueWidth), false);
      packState(it, x, p, t, w.qt);
      Group& g = groupsOf[groupOf(x, 0)];
      eachChunk(x, p, [&](int64_t, int64_t first, int64_t end) {
        std::vector<T> near;
        int64_t there = 0, below = 0;
        for (int64_t j = first; j < end; j += p.block) {
          const int64_t rows = std::min(p.block, end - j);
          T *X = blockBuffer(p, 0), *found = blockBuffer(p, 1);
          scores(x, p, w.qt, j, rows, X, keysAhead(x, j + rows, std::min(j + 2 * p.block, end)));
          const int64_t k = ops.between(X, p.width, rows, x.queries, g.low, g.high, &there, &below, found);
          near.insert(near.end(), found, found + k);
        }
        std::lock_guard<std::mutex> lock(mutex);
        g.there += there;
        g.below += below;
        g.near.insert(g.near.end(), near.begin(), near.end());
      });
    });
    std::vector<char> missing(n, 0);
    parallelRows(n, 100000, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        Group& g = groupsOf[i];
        if (g.done || g.there == 0) continue;  // nothing to take a median of: it stays NaN
        const int64_t rank = (g.there - 1) / 2 - g.below;
        if (rank < 0 || rank >= static_cast<int64_t>(g.near.size())) {
          missing[i] = 1;
          (rank < 0 ? g.high : g.low) = rank < 0 ? g.low : g.high;
          (rank < 0 ? g.low : g.high) = (rank < 0 ? -1 : 1) * std::numeric_limits<T>::infinity();
          g.near.clear();
          g.there = g.below = 0;
          continue;
        }
        g.done = true;
        const T median = select(ops, g.near, rank);
        it.steps[t].median[i] = median;
        it.steps[t].ties[i] = static_cast<double>(std::count(g.near.begin(), g.near.end(), median));
      }
    });
    std::vector<int64_t> again;
    for (int64_t bh : missed)
      if (missing[o.pfu.scope == MedianScope::Tensor ? 0 : bh / o.heads]) again.push_back(bh);
    missed.swap(again);
  }
  return missed.empty();
}

/// Lower medians of the whole tensor or of each sample: the scores are computed once for each digit of the answer, and
/// only counted.
template <class T>
void Run<T>::findMedians(Iteration<T>& it, int64_t t, const std::vector<int64_t>& active) {
  constexpr int digits = sizeof(T) == 4 ? 3 : 6, bits = 11, total = sizeof(T) * 8;
  Plan p = makePlan<T>(o, ops.lanes, false);
  p.resident = false;
  const int64_t n = groups();
  std::vector<Key> prefix(n, 0);
  std::vector<int64_t> rank(n, -1);
  std::vector<int64_t> counts(n << bits);
  std::mutex mutex;
  for (int digit = 0; digit < digits; ++digit) {
    const int high = total - digit * bits, low = std::max(0, high - bits);
    std::fill(counts.begin(), counts.end(), 0);
    eachUnit(it, active, p, [&](int64_t bh, int64_t u) {
      const Unit x = unitOf(p, bh, u);
      Work w = work(p, std::max(o.width, o.valueWidth), false);
      packState(it, x, p, t, w.qt);
      const int64_t g = groupOf(x, 0);
      bool filled = false;
      eachChunk(x, p, [&](int64_t, int64_t first, int64_t end) {
        std::vector<int64_t> local(int64_t(1) << bits, 0);
        for (int64_t j = first; j < end; j += p.block) {
          const int64_t rows = std::min(p.block, end - j);
          T* X = blockBuffer(p, 0);
          scores(x, p, w.qt, j, rows, X, keysAhead(x, j + rows, std::min(j + 2 * p.block, end)));
          for (int64_t i = 0; i < rows; ++i)
            for (int64_t q = 0; q < x.queries; ++q) {
              const T value = X[i * p.width + q];
              if (value == -std::numeric_limits<T>::infinity() || value != value) continue;
              const Key key = orderedKey(value);
              if (digit > 0 && (key >> high) != prefix[g]) continue;
              ++local[(key >> low) & ((Key(1) << (high - low)) - 1)];
            }
        }
        std::lock_guard<std::mutex> lock(mutex);
        for (int64_t i = 0; i < int64_t(1) << bits; ++i) counts[(g << bits) + i] += local[i];
      });
      (void)filled;
    });
    for (int64_t g = 0; g < n; ++g) {
      const int64_t* c = counts.data() + (g << bits);
      if (digit == 0) {
        int64_t all = 0;
        for (int64_t i = 0; i < int64_t(1) << bits; ++i) all += c[i];
        rank[g] = all == 0 ? -1 : (all - 1) / 2;
      }
      if (rank[g] < 0) continue;
      int64_t i = 0;
      while (rank[g] >= c[i]) rank[g] -= c[i++];
      prefix[g] = digit == 0 ? Key(i) : (prefix[g] << (high - low)) | Key(i);
      if (low == 0) {
        it.steps[t].median[g] = fromKey(prefix[g]);
        it.steps[t].ties[g] = static_cast<double>(c[i]);
      }
    }
  }
}

template <class T>
void Run<T>::findRowMedians(Iteration<T>& it, int64_t t, const std::vector<int64_t>& active) {
  constexpr int digits = sizeof(T), bits = 8;
  Plan p = makePlan<T>(o, ops.lanes, false);
  eachUnit(it, active, p, [&](int64_t bh, int64_t u) {
    const Unit x = unitOf(p, bh, u);
    Work w = work(p, std::max(o.width, o.valueWidth), false);
    packState(it, x, p, t, w.qt);
    const int64_t W = p.width;
    std::vector<Key> prefix(W, 0);
    std::vector<int64_t> rank(W, -1), counts(W << bits);
    bool filled = false;
    std::mutex mutex;
    for (int digit = 0; digit < digits; ++digit) {
      const int low = (digits - 1 - digit) * bits;
      std::fill(counts.begin(), counts.end(), 0);
      eachBlock(x, p, w.qt, w.tile, filled, [&](int64_t, int64_t, int64_t rows, const T* X) {
        std::unique_lock<std::mutex> lock(mutex, std::defer_lock);
        if (p.split) lock.lock();
        for (int64_t i = 0; i < rows; ++i)
          for (int64_t q = 0; q < x.queries; ++q) {
            const T value = X[i * W + q];
            if (value == -std::numeric_limits<T>::infinity() || value != value) continue;
            const Key key = orderedKey(value);
            if (digit > 0 && (key >> (low + bits)) != prefix[q]) continue;
            ++counts[(q << bits) + ((key >> low) & 255)];
          }
      });
      for (int64_t q = 0; q < x.queries; ++q) {
        const int64_t* c = counts.data() + (q << bits);
        if (digit == 0) {
          int64_t all = 0;
          for (int i = 0; i < 256; ++i) all += c[i];
          rank[q] = all == 0 ? -1 : (all - 1) / 2;
        }
        if (rank[q] < 0) continue;
        int i = 0;
        while (rank[q] >= c[i]) rank[q] -= c[i++];
        prefix[q] = (prefix[q] << bits) | Key(i);
        if (low == 0) {
          it.steps[t].median[medianAt(it, x, q)] = fromKey(prefix[q]);
          it.steps[t].ties[medianAt(it, x, q)] = static_cast<double>(c[i]);
        }
      }
    }
  });
}

/// Which of the heads `going` change so little at step t that they stop.
template <class T>
std::vector<int64_t> Run<T>::stopping(Iteration<T>& it, const Plan& p, int64_t t, const std::vector<int64_t>& going, bool kept) {
  std::vector<int64_t> measured, stop;
  for (int64_t bh : going)
    if (stopEps(bh % o.heads) >= 0) measured.push_back(bh);
  std::vector<double> parts(it.count * p.units, 0.0), norm(it.count, 0.0);
  eachUnit(it, measured, p, [&](int64_t bh, int64_t u) {
    parts[(bh - it.first) * p.units + u] = kept ? keptDistance(p, bh, u, t) : distance(it, p, bh, u, t);
  });
  for (int64_t i = 0; i < it.count; ++i) {
    for (int64_t u = 0; u < p.units; ++u) norm[i] += parts[i * p.units + u];
    norm[i] = std::sqrt(norm[i]);
  }
  if (o.stopScope == StopScope::Batch && it.count == heads_)
    for (int64_t h = 0; h < o.heads; ++h) {
      double most = 0;
      for (int64_t b = 0; b < o.batch; ++b) most = std::max(most, norm[b * o.heads + h]);
      for (int64_t b = 0; b < o.batch; ++b) norm[b * o.heads + h] = most;
    }
  for (int64_t bh : measured)
    if (norm[bh - it.first] <= stopEps(bh % o.heads)) stop.push_back(bh);
  return stop;
}

/// All steps. Without `out` (the backward pass) the last evaluation of each head is left to the caller.
template <class T>
void Run<T>::iterate(Iteration<T>& it, const AssociationOutputs<T>* out) {
  if (it.count == 0 || o.queries == 0) return;
  const Plan p = makePlan<T>(o, ops.lanes, false);
  const int64_t head = o.queries * o.width;
  T* saved = out != nullptr ? out->saved : nullptr;
  std::vector<int64_t> active(it.count);
  std::iota(active.begin(), active.end(), it.first);
  for (int64_t t = 0; !active.empty(); ++t) {
    beginStep(it, t, active);
    std::vector<int64_t> last, going;
    bool keep = it.separate && keepsWeights(p);
    for (int64_t bh : active) {
      (maxSteps(bh % o.heads) <= t ? last : going).push_back(bh);
      keep = keep && stopEps(bh % o.heads) >= 0 && maxSteps(bh % o.heads) > 1;
    }
    if (!going.empty()) {
      Step<T>& after = it.step(t + 1);
      if (saved == nullptr) after.own.resize(it.count * head);
      T* next = saved != nullptr ? saved + t * stateSize() + it.first * head : after.own.data();
      after.state = next;
      eachUnit(it, going, p, [&](int64_t bh, int64_t u) { update(it, p, bh, u, t, next, keep); });
      for (int64_t bh : going) it.steps[t].known[bh - it.first] = 1;
      if (t >= 1) {
        const std::vector<int64_t> stop = stopping(it, p, t, going, keep);
        std::vector<int64_t> on;
        std::set_difference(going.begin(), going.end(), stop.begin(), stop.end(), std::back_inserter(on));
        going.swap(on);
        last.insert(last.end(), stop.begin(), stop.end());
        std::sort(last.begin(), last.end());
      }
    }
    for (int64_t bh : last) taken_[bh] = static_cast<int32_t>(t);
    if (out != nullptr && !last.empty())
      eachUnit(it, last, p, [&](int64_t bh, int64_t u) { associate(it, p, bh, u, t, *out); });
    if (saved != nullptr)
      for (int64_t bh : last)
        for (int64_t later = t; later < savedSteps(o); ++later) fill(saved + later * stateSize() + bh * head, head, T(0));
    // No longer needed, as only the backward pass goes back: its memory serves the step after next.
    if (out != nullptr && t >= 1) std::swap(it.steps[t - 1], it.step(t + 2));
    active.swap(going);
  }
}

// ---- backward -----------------------------------------------------------------------------------------------------

/// Refuses what is not from a forward pass, and takes the numbers of steps.
template <class T>
void Run<T>::readTaken(const T* saved) {
  const int64_t most = savedSteps(o);
  for (int64_t bh = 0; bh < heads_; ++bh) {
    const T taken = saved[most * stateSize() + bh];
    if (!(taken >= 0 && taken <= static_cast<T>(most))) refuse("the saved states are not those of a forward pass");
    taken_[bh] = static_cast<int32_t>(taken);
  }
}

/// What iterate would find, from what the forward pass saved.
template <class T>
void Run<T>::restore(Iteration<T>& it, const T* saved) {
  const int64_t head = o.queries * o.width;
  for (int64_t t = 0;; ++t) {
    std::vector<int64_t> active;
    for (int64_t bh = it.first; bh < it.first + it.count; ++bh)
      if (taken_[bh] >= t) active.push_back(bh);
    if (active.empty()) return;
    if (t > 0) it.step(t).state = saved + (t - 1) * stateSize() + it.first * head;
    beginStep(it, t, active);
  }
}

template <class T>
void Run<T>::backwardUnit(Iteration<T>& it, const Plan& p, int64_t bh, int64_t u, int64_t t, const AssociationGradients<T>& g,
                          const Targets& to, Phase phase) {
  const Unit x = unitOf(p, bh, u);
  const Separator<T>& sep = separatorOf(x);
  const bool finalStep = taken_[bh] == t;
  const int64_t W = p.width, d = o.width;
  const bool values = finalStep;
  const int64_t depth = values ? (g.gradOut.data && in.v.data ? o.valueWidth : 0) : d;
  Work w = work(p, std::max(o.width, o.valueWidth), true);

  packState(it, x, p, t, w.qt);
  const int64_t dp = roundUp(d, 16), gp = roundUp(std::max<int64_t>(depth, 1), 16);
  const Rows s = stateRows(it, x, t);
  copyRows(w.qr, dp, s, x.queries, d, x.beta);
  // The matrix that p is multiplied with, and the gradient of the product.
  const T* m = values ? (in.v.data ? in.v.data + x.b * in.v.batch + x.h * in.v.head : nullptr) : x.k;
  const int64_t mRow = values ? in.v.row : in.k.row, mStep = values ? in.v.step : in.k.step;
  Rows grad{nullptr, 0, 0};
  if (values) {
    if (depth > 0)
      grad = {g.gradOut.data + x.b * g.gradOut.batch + x.h * g.gradOut.head + x.first * g.gradOut.row, g.gradOut.row,
              g.gradOut.step};
  } else {
    grad = {it.gradState.data() + stateAt(it, x), d, 1};
  }
  if (depth > 0) {
    ops.pack(w.gt, W, grad.data, grad.row, grad.step, x.queries, depth, T(1));
    copyRows(w.gr, gp, grad, x.queries, depth, T(1));
  }
  TileMask<T> weightGrad{};
  if (finalStep && g.gradWeights.data != nullptr) {
    weightGrad.additive = g.gradWeights.data + x.b * g.gradWeights.batch + x.h * g.gradWeights.head + x.first * g.gradWeights.row;
    weightGrad.additiveRow = g.gradWeights.row;
    weightGrad.additiveStep = g.gradWeights.step;
  }
  const auto gradients = [&](int64_t first, int64_t rows, T* G) {
    const Ahead next = keysAhead(x, first + rows, std::min(first + rows + p.block, x.stored));
    if (depth > 0)
      ops.gemm(G, W, w.gt, W, W, m + first * mRow, mRow, mStep, rows, depth, false, &next);
    else
      fill(G, rows * W, T(0));
    if (weightGrad.additive != nullptr) ops.mask(G, W, first, rows, x.queries, weightGrad);
  };

  T* gm = values ? to.v : to.k;
  const int64_t gmRow = values ? to.vRow : to.kRow;
  const int64_t size = d * W;
  const int64_t at = bh * padded_ + x.first;
  /// From weights X and score gradients G of some stored patterns to the gradients of the arrays.
  const bool add = !to.fresh;
  if (to.fresh) {  // padding at the end is not visited
    for (int64_t j = x.stored; j < o.stored; ++j) {
      if (to.k != nullptr) std::fill(to.k + j * to.kRow, to.k + j * to.kRow + d, T(0));
      if (gm != nullptr) std::fill(gm + j * gmRow, gm + j * gmRow + depth, T(0));
    }
  }
  const auto products = [&](int64_t set, int64_t first, int64_t rows, const T* X, const T* G) {
    const int64_t after = std::min(first + rows + p.block, x.stored);
    const Ahead keys = keysAhead(x, first, first + rows);
    const Ahead targets = ahead(to.k, to.kRow, 1, d, first, first + rows);
    const Ahead mixTargets = ahead(gm, gmRow, 1, depth, first + rows, after);
    if (gm != nullptr && depth > 0)
      ops.gemm(gm + first * gmRow, gmRow, w.gr, gp, depth, X, W, 1, rows, x.queries, add, &keys);
    ops.gemm(w.dqt + set * size, W, G, W, W, x.k + first * in.k.row, in.k.step, in.k.row, d, rows, true, &targets);
    if (to.k != nullptr)
      ops.gemm(to.k + first * to.kRow, to.kRow, w.qr, dp, d, G, W, 1, rows, x.queries, add, &mixTargets);
    if (g.gradAdditive.data != nullptr)
      ops.unpack(g.gradAdditive.data + x.b * g.gradAdditive.batch + x.h * g.gradAdditive.head +
                     x.first * g.gradAdditive.row + first * g.gradAdditive.step,
                 g.gradAdditive.row, g.gradAdditive.step, G, W, x.queries, rows, nullptr, true);
  };
  fill(w.dqt, p.sets() * size, T(0));

  if (sep.kind == Kind::Softmax && !sep.unit && p.resident && g.gradAlpha == nullptr) {
    // One exponential a score: the tile turns into exp(x - top of its chunk) at once.
    constexpr T inf = std::numeric_limits<T>::infinity();
    const bool known = it.steps[t].known[bh - it.first] != 0;
    const Lanes<T> lanes = lanesOf(it, x, t);
    fill(w.top, p.sets() * W, -inf);
    fill(w.sum, p.sets() * W, T(0));
    fill(w.aux, p.sets() * W, T(0));
    eachChunk(x, p, [&](int64_t set, int64_t first, int64_t end) {
      for (int64_t j = first; j < end; j += p.block) {
        const int64_t rows = std::min(p.block, end - j);
        scores(x, p, w.qt, j, rows, w.tile + j * W, ahead(m == x.k ? nullptr : m, mRow, mStep, depth, j, j + rows));
        gradients(j, rows, w.gradTile + j * W);
      }
      if (end <= first) return;
      T *X = w.tile + first * W, *G = w.gradTile + first * W;
      if (known)
        ops.weights(sep, lanes, finalStep, X, X, W, end - first);
      else
        ops.online(sep, lanes, finalStep, X, W, end - first, w.top + set * W, w.sum + set * W, w.rescale + set * W);
      ops.dot(X, G, W, end - first, w.aux + set * W);
    });
    T *top = w.lane[0], *mean = w.lane[1], *sum = w.lane[2];
    fill(mean, W, T(0));
    if (known) {
      fill(w.rescale, p.sets() * W, T(1));
    } else {
      std::copy(w.top, w.top + W, top);
      for (int64_t set = 1; set < p.sets(); ++set)
        for (int64_t q = 0; q < W; ++q) top[q] = std::max(top[q], w.top[set * W + q]);
      fill(sum, W, T(0));
      for (int64_t set = 0; set < p.sets(); ++set) {
        ops.expDifference(w.rescale + set * W, w.top + set * W, top, W);
        for (int64_t q = 0; q < W; ++q) sum[q] += w.rescale[set * W + q] * w.sum[set * W + q];
      }
      for (int64_t q = 0; q < W; ++q) sum[q] = sum[q] == T(0) ? T(0) : T(1) / sum[q];
      for (int64_t set = 0; set < p.sets(); ++set)
        for (int64_t q = 0; q < W; ++q) w.rescale[set * W + q] *= sum[q];
    }
    for (int64_t set = 0; set < p.sets(); ++set)
      for (int64_t q = 0; q < W; ++q) mean[q] += w.rescale[set * W + q] * w.aux[set * W + q];
    eachChunk(x, p, [&](int64_t set, int64_t first, int64_t end) {
      for (int64_t j = first; j < end; j += p.block) {
        const int64_t rows = std::min(p.block, end - j);
        ops.softmaxGradient(w.tile + j * W, w.gradTile + j * W, w.rescale + set * W, mean, W, rows);
        products(set, j, rows, w.tile + j * W, w.gradTile + j * W);
      }
    });
  } else {
    bool filled = false, gradFilled = false;
    if (!it.steps[t].known[bh - it.first] && phase != Phase::Gradients) findStatistics(it, x, p, t, w, filled);
    const Lanes<T> lanes = lanesOf(it, x, t);

    /// f(set, first, rows, X, G), blocks of at most p.block rows unless both tiles are filled.
    const auto eachPair = [&](auto&& f) {
      const bool there = gradFilled && w.gradTile != nullptr;
      eachBlock(x, p, w.qt, w.tile, filled, [&](int64_t set, int64_t first, int64_t rows, T* X) {
        for (int64_t j = 0; j < rows; j += p.block) {
          const int64_t n = std::min(p.block, rows - j);
          T* G = w.gradTile != nullptr ? w.gradTile + (first + j) * W : blockBuffer(p, 1);
          if (!there) gradients(first + j, n, G);
          f(set, first + j, n, X + j * W, G);
        }
      });
      gradFilled = w.gradTile != nullptr;
    };

    if (g.gradAlpha != nullptr && phase != Phase::Gradients) {
      std::vector<AlphaGradientSums> sums(p.sets() * x.queries, AlphaGradientSums(alphaOf(x.h)));
      eachPair([&](int64_t set, int64_t, int64_t rows, const T* X, const T* G) {
        T* P = blockBuffer(p, 2);
        ops.weights(sep, lanes, false, X, P, W, rows);
        const bool forgets = finalStep && sep.unit;
        for (int64_t i = 0; i < rows * W; i += W)
          for (int64_t q = 0; q < x.queries; ++q)
            sums[set * x.queries + q].add(P[i + q], forgets && !(X[i + q] > lanes.threshold[q]) ? T(0) : G[i + q]);
      });
      for (int64_t q = 0; q < x.queries; ++q) {
        for (int64_t set = 1; set < p.sets(); ++set) sums[q].add(sums[set * x.queries + q]);
        alphaSums_[bh * p.units + u] += sums[q].value();
      }
    }

    T *mean = w.lane[3], *extra = w.lane[4];
    if (phase != Phase::Gradients) {
      T *r1 = w.top, *r2 = w.sum, *r3 = w.aux;
      fill(r1, p.sets() * W, T(0));
      fill(r2, p.sets() * W, T(0));
      fill(r3, p.sets() * W, T(0));
      eachPair([&](int64_t set, int64_t, int64_t rows, T* X, T* G) {
        ops.reduce(sep, lanes, finalStep, X, G, W, rows, r1 + set * W, r2 + set * W, r3 + set * W);
      });
      addSets(r1, p);
      addSets(r2, p);
      addSets(r3, p);
      for (int64_t q = 0; q < W; ++q) {
        extra[q] = 0;
        if (sep.kind == Kind::Softmax) {
          mean[q] = r1[q];
        } else if (sep.kind == Kind::Normmax) {
          mean[q] = r1[q];
          extra[q] = (r2[q] - r1[q] * r3[q]) * lanes.factor[q];
        } else {
          mean[q] = r3[q] == T(0) || (sep.kind == Kind::KSubsets && lanes.factor[q] == T(0)) ? T(0) : r2[q] / r3[q];
        }
      }
    } else {
      std::copy(means_.data() + at, means_.data() + at + W, mean);
      std::copy(extras_.data() + at, extras_.data() + at + W, extra);
    }

    T *median = nullptr, *share = nullptr;
    if (gradientToMedian()) {
      median = w.lane[5];
      share = w.lane[6];
      fill(median, W, std::numeric_limits<T>::quiet_NaN());
      fill(share, W, T(0));
      if (phase != Phase::Gradients) {
        T* lost = w.rescale;
        fill(lost, p.sets() * W, T(0));
        eachPair([&](int64_t set, int64_t, int64_t rows, T* X, T* G) {
          ops.forgotten(sep, lanes, finalStep, X, G, mean, extra, W, rows, lost + set * W);
        });
        addSets(lost, p);
        if (phase == Phase::Sums) {
          double total = 0;
          for (int64_t q = 0; q < x.queries; ++q) total += lost[q];
          forgotten_[bh * p.units + u] = total;
          std::copy(mean, mean + W, means_.data() + at);
          std::copy(extra, extra + W, extras_.data() + at);
          return;
        }
        for (int64_t q = 0; q < x.queries; ++q) {
          const int64_t group = medianAt(it, x, q);
          median[q] = it.steps[t].median[group];
          if (it.steps[t].ties[group] > 0) share[q] = static_cast<T>(lost[q] / it.steps[t].ties[group]);
        }
      } else {
        for (int64_t q = 0; q < x.queries; ++q) {
          const int64_t group = groupOf(x, q);
          median[q] = it.steps[t].median[group];
          if (it.steps[t].ties[group] > 0) share[q] = static_cast<T>(groupForgotten_[group] / it.steps[t].ties[group]);
        }
      }
    }
    eachPair([&](int64_t set, int64_t first, int64_t rows, T* X, T* G) {
      ops.gradient(sep, lanes, finalStep, X, G, mean, extra, median, share, W, rows);
      products(set, first, rows, X, G);
    });
  }
  for (int64_t set = 1; set < p.sets(); ++set)
    for (int64_t i = 0; i < size; ++i) w.dqt[i] += w.dqt[set * size + i];
  if (g.gradBeta != nullptr) {
    double total = 0;
    for (int64_t c = 0; c < d; ++c) {
      T part = 0;
      for (int64_t q = 0; q < x.queries; ++q) part += w.dqt[c * W + q] * s.data[q * s.row + c * s.step];
      total += part;
    }
    betaSums_[bh * p.units + u] += total;
  }
  fill(w.lane[7], W, x.beta);
  if (t > 0) {
    ops.unpack(it.gradState.data() + stateAt(it, x), d, 1, w.dqt, W, x.queries, d, w.lane[7], false);
  } else if (g.gradQ.data != nullptr) {
    ops.unpack(g.gradQ.data + x.b * g.gradQ.batch + x.h * g.gradQ.head + x.first * g.gradQ.row, g.gradQ.row, g.gradQ.step,
               w.dqt, W, x.queries, d, w.lane[7], false);
  }
}

template <class T>
void clear(const HeadView<T>& view, const AssociationOptions& o, int64_t rows, int64_t columns) {
  if (view.data == nullptr) return;
  parallelRows(o.batch * o.heads, rows * columns / 8, [&](int64_t begin, int64_t end) {
    for (int64_t bh = begin; bh < end; ++bh) {
      T* base = view.data + bh / o.heads * view.batch + bh % o.heads * view.head;
      for (int64_t r = 0; r < rows; ++r) {
        T* row = base + r * view.row;
        if (view.step == 1)
          std::fill(row, row + columns, T(0));
        else
          for (int64_t c = 0; c < columns; ++c) row[c * view.step] = 0;
      }
    }
  });
}

template <class T>
void Run<T>::backward(const AssociationGradients<T>& g) {
  if (g.gradK.data && g.gradK.step != 1) refuse("gradK needs contiguous rows");
  if (g.gradV.data && g.gradV.step != 1) refuse("gradV needs contiguous rows");
  clear(g.gradQ, o, o.queries, o.width);
  clear(g.gradAdditive, o, o.queries, o.stored);
  if (g.gradAlpha && o.separation != AssociationSeparation::Entmax) refuse("a gradient of alpha is for entmax");
  for (double* perHead : {g.gradBeta, g.gradAlpha})
    if (perHead != nullptr) std::fill(perHead, perHead + heads_, 0.0);
  if (heads_ == 0 || o.queries == 0 || o.stored == 0) {
    clear(g.gradK, o, o.stored, o.width);
    clear(g.gradV, o, o.stored, o.valueWidth);
    return;
  }
  if (g.saved != nullptr) readTaken(g.saved);
  const Plan p = makePlan<T>(o, ops.lanes, true);
  betaSums_.assign(heads_ * p.units, 0.0);
  alphaSums_.assign(heads_ * p.units, 0.0);
  const bool grouped = gradientToMedian() && o.pfu.scope != MedianScope::Row;
  if (grouped) {
    means_.assign(heads_ * padded_ + 64, T(0));
    extras_.assign(heads_ * padded_ + 64, T(0));
  }
  // Few heads: several runs of units of one head side by side, each with gradients of the stored patterns of its own,
  // added in order afterwards.
  const int64_t perHead = o.stored * (o.width + o.valueWidth);
  int64_t strands = p.split || heads_ >= kSeparateHeads ? 1 : std::min<int64_t>(8, p.units);
  strands = std::max<int64_t>(1, std::min(strands, (int64_t(16) << 20) / std::max<int64_t>(1, perHead * heads_)));
  // The first unit of a head that comes to the arrays writes, the others add.
  const bool writes = strands == 1 && !grouped;
  if (!writes) clear(g.gradK, o, o.stored, o.width);
  if (!writes || !g.gradOut.data || !in.v.data) clear(g.gradV, o, o.stored, o.valueWidth);

  eachIteration([&](Iteration<T>& it) {
    if (g.saved != nullptr)
      restore(it, g.saved);
    else
      iterate(it, nullptr);
    const auto last = std::max_element(taken_.begin() + it.first, taken_.begin() + it.first + it.count);
    if (*last > 0) it.gradState.resize(it.count * o.queries * o.width);
    for (int64_t t = *last; t >= 0; --t) backwardStep(it, p, t, g, grouped, writes, strands);
  });
  for (int64_t bh = 0; bh < heads_; ++bh)
    for (int64_t u = 0; u < p.units; ++u) {
      if (g.gradBeta != nullptr) g.gradBeta[bh] += betaSums_[bh * p.units + u];
      if (g.gradAlpha != nullptr) g.gradAlpha[bh] += alphaSums_[bh * p.units + u];
    }
}

/// Step t of the heads that took it.
template <class T>
void Run<T>::backwardStep(Iteration<T>& it, const Plan& p, int64_t t, const AssociationGradients<T>& g, bool grouped, bool writes,
                          int64_t strands) {
  std::vector<int64_t> active;
  for (int64_t bh = it.first; bh < it.first + it.count; ++bh)
    if (taken_[bh] >= t) active.push_back(bh);
  if (grouped) {
    forgotten_.assign(heads_ * p.units, 0.0);
    eachUnit(it, active, p, [&](int64_t bh, int64_t u) { backwardUnit(it, p, bh, u, t, g, Targets{}, Phase::Sums); });
    groupForgotten_.assign(groups(), 0.0);
    for (int64_t bh : active)
      for (int64_t u = 0; u < p.units; ++u)
        groupForgotten_[o.pfu.scope == MedianScope::Tensor ? 0 : bh / o.heads] += forgotten_[bh * p.units + u];
  }
  const int64_t perHead = o.stored * (o.width + o.valueWidth), n = static_cast<int64_t>(active.size());
  if (strands > 1) partial_.resize(heads_ * strands * perHead);
  const auto strand = [&](int64_t i) {
    const int64_t bh = active[i / strands], part = i % strands;
    Targets to{};
    if (strands == 1) {
      if (g.gradK.data) to.k = g.gradK.data + bh / o.heads * g.gradK.batch + bh % o.heads * g.gradK.head;
      if (g.gradV.data) to.v = g.gradV.data + bh / o.heads * g.gradV.batch + bh % o.heads * g.gradV.head;
      to.kRow = g.gradK.row;
      to.vRow = g.gradV.row;
    } else {
      T* base = partial_.data() + (bh * strands + part) * perHead;
      fill(base, perHead, T(0));
      if (g.gradK.data) to.k = base;
      if (g.gradV.data) to.v = base + o.stored * o.width;
      to.kRow = o.width;
      to.vRow = o.valueWidth;
    }
    to.fresh = writes && taken_[bh] == t;
    for (int64_t u = p.units * part / strands; u < p.units * (part + 1) / strands; ++u) {
      backwardUnit(it, p, bh, u, t, g, to, grouped ? Phase::Gradients : Phase::All);
      to.fresh = false;
    }
  };
  if (p.split || it.separate) {
    for (int64_t i = 0; i < n; ++i) strand(i);
  } else {
    const int64_t cost = o.queries * o.stored * (o.width + o.valueWidth) / (8 * strands);
    parallelRows(n * strands, std::max<int64_t>(1, cost), [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) strand(i);
    });
  }
  if (strands == 1) return;
  const auto addRows = [&](const HeadView<T>& to, int64_t bh, const T* from, int64_t depth) {
    if (to.data == nullptr) return;
    for (int64_t j = 0; j < o.stored; ++j) {
      T* row = to.data + bh / o.heads * to.batch + bh % o.heads * to.head + j * to.row;
      for (int64_t c = 0; c < depth; ++c) row[c] += from[j * depth + c];
    }
  };
  parallelRows(n, perHead * strands / 4, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i)
      for (int64_t part = 0; part < strands; ++part) {
        const T* base = partial_.data() + (active[i] * strands + part) * perHead;
        addRows(g.gradK, active[i], base, o.width);
        addRows(g.gradV, active[i], base + o.stored * o.width, o.valueWidth);
      }
  });
}

}  // namespace
}  // namespace association_detail

template <class T>
void association(const AssociationOptions& options, const AssociationInputs<T>& in, const AssociationOutputs<T>& out) {
  association_detail::Run<T>(options, in).forward(out);
}

template <class T>
void associationBackward(const AssociationOptions& options, const AssociationInputs<T>& in,
                         const AssociationGradients<T>& gradients) {
  association_detail::Run<T>(options, in).backward(gradients);
}

template void association<float>(const AssociationOptions&, const AssociationInputs<float>&, const AssociationOutputs<float>&);
template void association<double>(const AssociationOptions&, const AssociationInputs<double>&,
                                  const AssociationOutputs<double>&);
template void associationBackward<float>(const AssociationOptions&, const AssociationInputs<float>&,
                                         const AssociationGradients<float>&);
template void associationBackward<double>(const AssociationOptions&, const AssociationInputs<double>&,
                                          const AssociationGradients<double>&);

}  // namespace dl4jhopfield
