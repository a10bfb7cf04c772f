// The backward pass of the association: everything is computed again from q, k, v and the states, block by block.
#include <limits>

#include "internal/alpha_gradient.h"
#include "internal/association_run.h"
#include "internal/reference.h"

namespace dl4jhopfield {
namespace association_detail {
namespace {

/// Zeros in the rows of every head.
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
class Backward : private AssociationRun<T> {
  using Run = AssociationRun<T>;

 public:
  Backward(const AssociationOptions& options, const AssociationInputs<T>& inputs,
           const AssociationGradients<T>& gradients)
      : Run(options, inputs),
        g(gradients),
        p(makePlan<T>(o, ops.lanes, true)),
        grouped_(gradientToMedian() && o.pfu.scope != MedianScope::Row) {}

  void run();

 private:
  using Run::ahead;
  using Run::alphaOf;
  using Run::beginStep;
  using Run::blockBuffer;
  using Run::copyRows;
  using Run::eachBlock;
  using Run::eachChunk;
  using Run::eachIteration;
  using Run::eachUnit;
  using Run::fill;
  using Run::findStatistics;
  using Run::gradientToMedian;
  using Run::groupOf;
  using Run::groups;
  using Run::heads_;
  using Run::in;
  using Run::iterate;
  using Run::keysAhead;
  using Run::lanesOf;
  using Run::medianAt;
  using Run::o;
  using Run::ops;
  using Run::packState;
  using Run::padded_;
  using Run::scores;
  using Run::separatorOf;
  using Run::stateAt;
  using Run::stateRows;
  using Run::stateSize;
  using Run::taken_;
  using Run::unitOf;
  using Run::work;
  using typename Run::Rows;
  using typename Run::Unit;
  using typename Run::Work;

  /// A gradient to a median that several heads share needs a pass over all of them for its sums first.
  enum class Phase { All, Sums, Gradients };
  struct Targets {  // of this head; rows of gradK and gradV
    T *k, *v;
    int64_t kRow, vRow;
    bool fresh;  // nothing was written to them yet
  };
  /// One unit at one step.
  struct Pass {
    Unit x;
    const Separator<T>& sep;
    Work w;
    Targets to;
    int64_t t, number;  // the step; of the unit among those of all heads
    bool finalStep;
    const T* m;  // what the weights are multiplied with: values, or stored patterns; its width is `depth`
    int64_t mRow, mStep, depth;
    T* gm;  // the gradient of it
    int64_t gmRow;
    int64_t statePad, gradPad;  // rows of w.qr and w.gr
    TileMask<T> weightGrad;
    bool filled, gradFilled;  // w.tile, w.gradTile
  };
  struct Moments {  // of the separation's gradient, for each lane
    T *mean, *extra;
  };
  struct Medians {
    T *median, *share;
  };

  void readTaken(const T* saved);
  void restore(Iteration<T>& it);
  void step(Iteration<T>& it, int64_t t);
  void strand(Iteration<T>& it, int64_t bh, int64_t part, int64_t t);
  void addStrands(const std::vector<int64_t>& active);
  int64_t perHead() const { return o.stored * (o.width + o.valueWidth); }
  /// The first unit of a head that comes to the arrays writes, the others add.
  bool writes() const { return strands_ == 1 && !grouped_; }

  Pass begin(Iteration<T>& it, int64_t bh, int64_t u, int64_t t, const Targets& to);
  void unit(Iteration<T>& it, int64_t bh, int64_t u, int64_t t, const Targets& to, Phase phase);
  void weightGradients(const Pass& u, int64_t first, int64_t rows, T* G) const;
  void products(const Pass& u, int64_t set, int64_t first, int64_t rows, const T* X, const T* G) const;
  void softmax(Iteration<T>& it, Pass& u);
  template <class F>
  void eachPair(Pass& u, F&& f);
  void anySeparation(Iteration<T>& it, Pass& u, Phase phase);
  void exactSeparation(Iteration<T>& it, Pass& u, Phase phase);
  void sumAlpha(Pass& u, const Lanes<T>& lanes);
  Moments moments(Pass& u, const Lanes<T>& lanes, Phase phase);
  void sumForgotten(Pass& u, const Lanes<T>& lanes, const Moments& of);
  Medians medians(Iteration<T>& it, Pass& u, Phase phase);
  void finish(Iteration<T>& it, Pass& u);
  void addSets(T* sums) const { Run::addSets(sums, p); }

  const AssociationGradients<T>& g;
  const Plan p;
  const bool grouped_;
  int64_t strands_ = 1;
  std::vector<double> betaSums_, alphaSums_;  // [BH, units]
  std::vector<T> means_, extras_;             // [BH, Lp], between the phases
  std::vector<double> forgotten_;             // [BH, units]
  std::vector<double> groupForgotten_;        // per group
  std::vector<T> partial_;                    // [BH, strands], gradients of stored patterns
};

template <class T>
void Backward<T>::run() {
  if (g.gradK.data && g.gradK.step != 1) refuse("gradK needs contiguous rows");
  if (g.gradV.data && g.gradV.step != 1) refuse("gradV needs contiguous rows");
  clear(g.gradQ, o, o.queries, o.width);
  clear(g.gradAdditive, o, o.queries, o.stored);
  if (g.gradAlpha && o.separation != AssociationSeparation::Entmax) refuse("a gradient of alpha is for entmax");
  for (double* each : {g.gradBeta, g.gradAlpha})
    if (each != nullptr) std::fill(each, each + heads_, 0.0);
  if (heads_ == 0 || o.queries == 0 || o.stored == 0) {
    clear(g.gradK, o, o.stored, o.width);
    clear(g.gradV, o, o.stored, o.valueWidth);
    return;
  }
  if (g.saved != nullptr) readTaken(g.saved);
  betaSums_.assign(heads_ * p.units, 0.0);
  alphaSums_.assign(heads_ * p.units, 0.0);
  if (grouped_) {
    means_.assign(heads_ * padded_ + 64, T(0));
    extras_.assign(heads_ * padded_ + 64, T(0));
  }
  // Few heads: several runs of units of one head side by side, each with gradients of the stored patterns of its own,
  // added in order afterwards.
  strands_ = p.split || heads_ >= kSeparateHeads ? 1 : std::min<int64_t>(8, p.units);
  strands_ = std::max<int64_t>(1, std::min(strands_, (int64_t(16) << 20) / std::max<int64_t>(1, perHead() * heads_)));
  if (strands_ > 1) partial_.resize(heads_ * strands_ * perHead());
  if (!writes()) clear(g.gradK, o, o.stored, o.width);
  if (!writes() || !g.gradOut.data || !in.v.data) clear(g.gradV, o, o.stored, o.valueWidth);

  eachIteration([&](Iteration<T>& it) {
    if (g.saved != nullptr)
      restore(it);
    else
      iterate(it, nullptr);
    const auto last = std::max_element(taken_.begin() + it.first, taken_.begin() + it.first + it.count);
    if (*last > 0) it.gradState.resize(it.count * o.queries * o.width);
    for (int64_t t = *last; t >= 0; --t) step(it, t);
  });
  for (int64_t bh = 0; bh < heads_; ++bh)
    for (int64_t u = 0; u < p.units; ++u) {
      if (g.gradBeta != nullptr) g.gradBeta[bh] += betaSums_[bh * p.units + u];
      if (g.gradAlpha != nullptr) g.gradAlpha[bh] += alphaSums_[bh * p.units + u];
    }
}

/// Refuses what is not from a forward pass, and takes the numbers of steps.
template <class T>
void Backward<T>::readTaken(const T* saved) {
  const int64_t most = savedSteps(o);
  for (int64_t bh = 0; bh < heads_; ++bh) {
    const T taken = saved[most * stateSize() + bh];
    if (!(taken >= 0 && taken <= static_cast<T>(most))) refuse("the saved states are not those of a forward pass");
    taken_[bh] = static_cast<int32_t>(taken);
  }
}

/// What iterate would find, from what the forward pass saved.
template <class T>
void Backward<T>::restore(Iteration<T>& it) {
  const int64_t head = o.queries * o.width;
  for (int64_t t = 0;; ++t) {
    std::vector<int64_t> active;
    for (int64_t bh = it.first; bh < it.first + it.count; ++bh)
      if (taken_[bh] >= t) active.push_back(bh);
    if (active.empty()) return;
    if (t > 0) it.step(t).state = g.saved + (t - 1) * stateSize() + it.first * head;
    beginStep(it, t, active);
  }
}

/// Step t of the heads that took it.
template <class T>
void Backward<T>::step(Iteration<T>& it, int64_t t) {
  std::vector<int64_t> active;
  for (int64_t bh = it.first; bh < it.first + it.count; ++bh)
    if (taken_[bh] >= t) active.push_back(bh);
  if (grouped_) {
    forgotten_.assign(heads_ * p.units, 0.0);
    eachUnit(it, active, p, [&](int64_t bh, int64_t u) { unit(it, bh, u, t, Targets{}, Phase::Sums); });
    groupForgotten_.assign(groups(), 0.0);
    for (int64_t bh : active)
      for (int64_t u = 0; u < p.units; ++u)
        groupForgotten_[o.pfu.scope == MedianScope::Tensor ? 0 : bh / o.heads] += forgotten_[bh * p.units + u];
  }
  const int64_t n = static_cast<int64_t>(active.size()) * strands_;
  const auto one = [&](int64_t i) { strand(it, active[i / strands_], i % strands_, t); };
  if (p.split || it.separate)
    for (int64_t i = 0; i < n; ++i) one(i);
  else
    parallelRows(n, std::max<int64_t>(1, o.queries * perHead() / (8 * strands_)), [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) one(i);
    });
  if (strands_ > 1) addStrands(active);
}

/// One part of the units of a head, one after the other.
template <class T>
void Backward<T>::strand(Iteration<T>& it, int64_t bh, int64_t part, int64_t t) {
  Targets to{};
  if (strands_ == 1) {
    if (g.gradK.data) to.k = g.gradK.data + bh / o.heads * g.gradK.batch + bh % o.heads * g.gradK.head;
    if (g.gradV.data) to.v = g.gradV.data + bh / o.heads * g.gradV.batch + bh % o.heads * g.gradV.head;
    to.kRow = g.gradK.row;
    to.vRow = g.gradV.row;
  } else {
    T* base = partial_.data() + (bh * strands_ + part) * perHead();
    fill(base, perHead(), T(0));
    if (g.gradK.data) to.k = base;
    if (g.gradV.data) to.v = base + o.stored * o.width;
    to.kRow = o.width;
    to.vRow = o.valueWidth;
  }
  to.fresh = writes() && taken_[bh] == t;
  for (int64_t u = p.units * part / strands_; u < p.units * (part + 1) / strands_; ++u) {
    unit(it, bh, u, t, to, grouped_ ? Phase::Gradients : Phase::All);
    to.fresh = false;
  }
}

template <class T>
void Backward<T>::addStrands(const std::vector<int64_t>& active) {
  const auto addRows = [&](const HeadView<T>& to, int64_t bh, const T* from, int64_t depth) {
    if (to.data == nullptr) return;
    for (int64_t j = 0; j < o.stored; ++j) {
      T* row = to.data + bh / o.heads * to.batch + bh % o.heads * to.head + j * to.row;
      for (int64_t c = 0; c < depth; ++c) row[c] += from[j * depth + c];
    }
  };
  parallelRows(static_cast<int64_t>(active.size()), perHead() * strands_ / 4, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i)
      for (int64_t part = 0; part < strands_; ++part) {
        const T* base = partial_.data() + (active[i] * strands_ + part) * perHead();
        addRows(g.gradK, active[i], base, o.width);
        addRows(g.gradV, active[i], base + o.stored * o.width, o.valueWidth);
      }
  });
}

/// Packs what the products of a unit need.
template <class T>
typename Backward<T>::Pass Backward<T>::begin(Iteration<T>& it, int64_t bh, int64_t number, int64_t t,
                                              const Targets& to) {
  const Unit x = unitOf(p, bh, number);
  Pass u{x,
         separatorOf(x),
         work(p, std::max(o.width, o.valueWidth), true),
         to,
         t,
         bh * p.units + number,
         taken_[bh] == t,
         x.k,
         in.k.row,
         in.k.step,
         o.width,
         to.k,
         to.kRow,
         0,
         0,
         {},
         false,
         false};
  Rows grad{nullptr, 0, 0};
  if (u.finalStep) {
    u.m = in.v.data ? in.v.data + x.b * in.v.batch + x.h * in.v.head : nullptr;
    u.mRow = in.v.row;
    u.mStep = in.v.step;
    u.depth = g.gradOut.data && in.v.data ? o.valueWidth : 0;
    u.gm = to.v;
    u.gmRow = to.vRow;
    if (u.depth > 0)
      grad = {g.gradOut.data + x.b * g.gradOut.batch + x.h * g.gradOut.head + x.first * g.gradOut.row, g.gradOut.row,
              g.gradOut.step};
    if (g.gradWeights.data != nullptr) {
      u.weightGrad.additive =
          g.gradWeights.data + x.b * g.gradWeights.batch + x.h * g.gradWeights.head + x.first * g.gradWeights.row;
      u.weightGrad.additiveRow = g.gradWeights.row;
      u.weightGrad.additiveStep = g.gradWeights.step;
    }
  } else {
    grad = {it.gradState.data() + stateAt(it, x), o.width, 1};
  }
  u.statePad = roundUp(o.width, 16);
  u.gradPad = roundUp(std::max<int64_t>(u.depth, 1), 16);
  packState(it, x, p, t, u.w.qt);
  copyRows(u.w.qr, u.statePad, stateRows(it, x, t), x.queries, o.width, x.beta);
  if (u.depth > 0) {
    ops.pack(u.w.gt, p.width, grad.data, grad.row, grad.step, x.queries, u.depth, T(1));
    copyRows(u.w.gr, u.gradPad, grad, x.queries, u.depth, T(1));
  }
  if (to.fresh) {  // padding at the end is not visited
    for (int64_t j = x.stored; j < o.stored; ++j) {
      if (to.k != nullptr) fill(to.k + j * to.kRow, o.width, T(0));
      if (u.gm != nullptr) fill(u.gm + j * u.gmRow, u.depth, T(0));
    }
  }
  fill(u.w.dqt, p.sets() * o.width * p.width, T(0));
  return u;
}

template <class T>
void Backward<T>::unit(Iteration<T>& it, int64_t bh, int64_t number, int64_t t, const Targets& to, Phase phase) {
  Pass u = begin(it, bh, number, t, to);
  if (u.sep.kind == Kind::Softmax && !u.sep.unit && p.resident && g.gradAlpha == nullptr)
    softmax(it, u);
  else if (u.sep.exact)
    exactSeparation(it, u, phase);
  else
    anySeparation(it, u, phase);
  if (phase != Phase::Sums) finish(it, u);
}

/// The gradient of the weights of some stored patterns.
template <class T>
void Backward<T>::weightGradients(const Pass& u, int64_t first, int64_t rows, T* G) const {
  const int64_t W = p.width;
  const Ahead next = keysAhead(u.x, first + rows, std::min(first + rows + p.block, u.x.stored));
  if (u.depth > 0)
    ops.gemm(G, W, u.w.gt, W, W, u.m + first * u.mRow, u.mRow, u.mStep, rows, u.depth, false, &next);
  else
    fill(G, rows * W, T(0));
  if (u.weightGrad.additive != nullptr) ops.mask(G, W, first, rows, u.x.queries, u.weightGrad);
}

/// From weights X and score gradients G of some stored patterns to the gradients of the arrays.
template <class T>
void Backward<T>::products(const Pass& u, int64_t set, int64_t first, int64_t rows, const T* X, const T* G) const {
  const int64_t W = p.width, d = o.width, after = std::min(first + rows + p.block, u.x.stored);
  const Targets& to = u.to;
  const bool add = !to.fresh;
  const Ahead keys = keysAhead(u.x, first, first + rows);
  const Ahead targets = ahead(to.k, to.kRow, 1, d, first, first + rows);
  const Ahead mixTargets = ahead(u.gm, u.gmRow, 1, u.depth, first + rows, after);
  if (u.gm != nullptr && u.depth > 0)
    ops.gemm(u.gm + first * u.gmRow, u.gmRow, u.w.gr, u.gradPad, u.depth, X, W, 1, rows, u.x.queries, add, &keys);
  ops.gemm(u.w.dqt + set * d * W, W, G, W, W, u.x.k + first * in.k.row, in.k.step, in.k.row, d, rows, true, &targets);
  if (to.k != nullptr)
    ops.gemm(to.k + first * to.kRow, to.kRow, u.w.qr, u.statePad, d, G, W, 1, rows, u.x.queries, add, &mixTargets);
  if (g.gradAdditive.data != nullptr)
    ops.unpack(g.gradAdditive.data + u.x.b * g.gradAdditive.batch + u.x.h * g.gradAdditive.head +
                   u.x.first * g.gradAdditive.row + first * g.gradAdditive.step,
               g.gradAdditive.row, g.gradAdditive.step, G, W, u.x.queries, rows, nullptr, true);
}

/// Softmax without a unit: one exponential a score, as the tile turns into exp(x - top of its chunk) at once.
template <class T>
void Backward<T>::softmax(Iteration<T>& it, Pass& u) {
  const Unit& x = u.x;
  const Work& w = u.w;
  const int64_t W = p.width;
  const bool known = it.steps[u.t].known[x.bh - it.first] != 0;
  const Lanes<T> lanes = lanesOf(it, x, u.t);
  beginOnline(u.sep, w.top, w.sum, p.sets(), W);
  fill(w.aux, p.sets() * W, T(0));
  eachChunk(x, p, [&](int64_t set, int64_t first, int64_t end) {
    for (int64_t j = first; j < end; j += p.block) {
      const int64_t rows = std::min(p.block, end - j);
      scores(x, p, w.qt, j, rows, w.tile + j * W,
             ahead(u.m == x.k ? nullptr : u.m, u.mRow, u.mStep, u.depth, j, j + rows));
      weightGradients(u, j, rows, w.gradTile + j * W);
    }
    if (end <= first) return;
    T *X = w.tile + first * W, *G = w.gradTile + first * W;
    if (known)
      ops.weights(u.sep, lanes, u.finalStep, X, X, W, end - first);
    else
      ops.online(u.sep, lanes, u.finalStep, X, W, end - first, w.top + set * W, w.sum + set * W, w.rescale + set * W);
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
      products(u, set, j, rows, w.tile + j * W, w.gradTile + j * W);
    }
  });
}

/// f(set, first, rows, X, G), blocks of at most p.block rows.
template <class T>
template <class F>
void Backward<T>::eachPair(Pass& u, F&& f) {
  const bool there = u.gradFilled && u.w.gradTile != nullptr;
  eachBlock(u.x, p, u.w.qt, u.w.tile, u.filled, [&](int64_t set, int64_t first, int64_t rows, T* X) {
    for (int64_t j = 0; j < rows; j += p.block) {
      const int64_t n = std::min(p.block, rows - j);
      T* G = u.w.gradTile != nullptr ? u.w.gradTile + (first + j) * p.width : blockBuffer(p, 1);
      if (!there) weightGradients(u, first + j, n, G);
      f(set, first + j, n, X + j * p.width, G);
    }
  });
  u.gradFilled = u.w.gradTile != nullptr;
}

template <class T>
void Backward<T>::anySeparation(Iteration<T>& it, Pass& u, Phase phase) {
  if (!it.steps[u.t].known[u.x.bh - it.first] && phase != Phase::Gradients)
    findStatistics(it, u.x, p, u.t, u.w, u.filled);
  const Lanes<T> lanes = lanesOf(it, u.x, u.t);
  if (g.gradAlpha != nullptr && phase != Phase::Gradients) sumAlpha(u, lanes);
  const Moments of = moments(u, lanes, phase);
  if (gradientToMedian() && phase != Phase::Gradients) sumForgotten(u, lanes, of);
  if (phase == Phase::Sums) {
    double total = 0;
    for (int64_t q = 0; q < u.x.queries; ++q) total += u.w.rescale[q];
    forgotten_[u.number] = total;
    const int64_t at = u.x.bh * padded_ + u.x.first;
    std::copy(of.mean, of.mean + p.width, means_.data() + at);
    std::copy(of.extra, of.extra + p.width, extras_.data() + at);
    return;
  }
  const Medians to = gradientToMedian() ? medians(it, u, phase) : Medians{nullptr, nullptr};
  eachPair(u, [&](int64_t set, int64_t first, int64_t rows, T* X, T* G) {
    ops.gradient(u.sep, lanes, u.finalStep, X, G, of.mean, of.extra, to.median, to.share, p.width, rows);
    products(u, set, first, rows, X, G);
  });
}

/// Separators that are exact: the gradient of each lane in one piece, from the entries of its support, as the
/// separations' own backward passes compute it.
template <class T>
void Backward<T>::exactSeparation(Iteration<T>& it, Pass& u, Phase phase) {
  struct Entry {
    int64_t j;
    T weight, gradient;
    bool kept;
  };
  const int64_t W = p.width;
  if (!it.steps[u.t].known[u.x.bh - it.first] && phase != Phase::Gradients)
    findStatistics(it, u.x, p, u.t, u.w, u.filled);
  const Lanes<T> lanes = lanesOf(it, u.x, u.t);
  if (g.gradAlpha != nullptr && phase != Phase::Gradients) sumAlpha(u, lanes);
  std::vector<std::vector<Entry>> entries(p.sets() * W);
  eachPair(u, [&](int64_t set, int64_t first, int64_t rows, const T* X, const T* G) {
    T* P = blockBuffer(p, 2);
    weightsOf(ops, u.sep, lanes, false, X, P, W, rows);
    for (int64_t j = 0; j < rows; ++j)
      for (int64_t q = 0; q < u.x.queries; ++q) {
        const int64_t i = j * W + q;
        if (P[i] == 0) continue;
        const bool kept = !u.sep.unit || X[i] > lanes.threshold[q];
        entries[set * W + q].push_back({first + j, P[i], u.finalStep && !kept ? T(0) : G[i], kept});
      }
  });
  fill(u.w.rescale, W, T(0));  // gradients that reach forgotten scores
  std::vector<T> weights, gradients;
  std::vector<double> raw;
  for (int64_t q = 0; q < u.x.queries; ++q) {
    weights.clear();
    gradients.clear();
    for (int64_t set = 0; set < p.sets(); ++set)
      for (const Entry& e : entries[set * W + q]) {
        weights.push_back(e.weight);
        gradients.push_back(e.gradient);
      }
    const int64_t n = static_cast<int64_t>(weights.size());
    raw.resize(n);
    if (u.sep.kind == Kind::Entmax)
      reference::entmaxGradient(weights.data(), gradients.data(), n, u.sep.parameter, raw.data());
    else
      reference::normmaxGradient(weights.data(), gradients.data(), n, u.sep.parameter, raw.data());
    double lost = 0;
    const double* next = raw.data();
    for (int64_t set = 0; set < p.sets(); ++set)
      for (Entry& e : entries[set * W + q]) {
        if (!e.kept) lost += *next;
        e.gradient = static_cast<T>(*next++);
      }
    u.w.rescale[q] = static_cast<T>(lost);
  }
  if (phase == Phase::Sums) {
    double total = 0;
    for (int64_t q = 0; q < u.x.queries; ++q) total += u.w.rescale[q];
    forgotten_[u.number] = total;
    return;
  }
  const Medians to = gradientToMedian() ? medians(it, u, phase) : Medians{nullptr, nullptr};
  std::vector<std::size_t> at(entries.size(), 0);
  eachPair(u, [&](int64_t set, int64_t first, int64_t rows, T* X, T* G) {
    for (int64_t q = 0; q < W; ++q) {
      for (int64_t j = 0; j < rows; ++j) {
        const int64_t i = j * W + q;
        G[i] = to.share != nullptr && q < u.x.queries && X[i] == to.median[q] ? to.share[q] : T(0);
        X[i] = 0;
      }
      std::vector<Entry>& own = entries[set * W + q];
      for (std::size_t& e = at[set * W + q]; e < own.size() && own[e].j < first + rows; ++e) {
        const int64_t i = (own[e].j - first) * W + q;
        if (own[e].kept) G[i] += own[e].gradient;
        X[i] = u.finalStep && !own[e].kept ? T(0) : own[e].weight;
      }
    }
    products(u, set, first, rows, X, G);
  });
}

template <class T>
void Backward<T>::sumAlpha(Pass& u, const Lanes<T>& lanes) {
  const int64_t W = p.width;
  const Unit& x = u.x;
  std::vector<AlphaGradientSums> sums(p.sets() * x.queries, AlphaGradientSums(alphaOf(x.h)));
  eachPair(u, [&](int64_t set, int64_t, int64_t rows, const T* X, const T* G) {
    T* P = blockBuffer(p, 2);
    weightsOf(ops, u.sep, lanes, false, X, P, W, rows);
    const bool forgets = u.finalStep && u.sep.unit;
    for (int64_t i = 0; i < rows * W; i += W)
      for (int64_t q = 0; q < x.queries; ++q)
        sums[set * x.queries + q].add(P[i + q], forgets && !(X[i + q] > lanes.threshold[q]) ? T(0) : G[i + q]);
  });
  for (int64_t q = 0; q < x.queries; ++q) {
    for (int64_t set = 1; set < p.sets(); ++set) sums[q].add(sums[set * x.queries + q]);
    alphaSums_[u.number] += sums[q].value();
  }
}

/// What the gradient of the separation needs of each query, in lanes 3 and 4; in the second phase from the first.
template <class T>
typename Backward<T>::Moments Backward<T>::moments(Pass& u, const Lanes<T>& lanes, Phase phase) {
  const int64_t W = p.width;
  const Work& w = u.w;
  T *mean = w.lane[3], *extra = w.lane[4];
  if (phase == Phase::Gradients) {
    const int64_t at = u.x.bh * padded_ + u.x.first;
    std::copy(means_.data() + at, means_.data() + at + W, mean);
    std::copy(extras_.data() + at, extras_.data() + at + W, extra);
    return {mean, extra};
  }
  T *r1 = w.top, *r2 = w.sum, *r3 = w.aux;
  for (T* r : {r1, r2, r3}) fill(r, p.sets() * W, T(0));
  eachPair(u, [&](int64_t set, int64_t, int64_t rows, T* X, T* G) {
    ops.reduce(u.sep, lanes, u.finalStep, X, G, W, rows, r1 + set * W, r2 + set * W, r3 + set * W);
  });
  for (T* r : {r1, r2, r3}) addSets(r);
  for (int64_t q = 0; q < W; ++q) {
    extra[q] = 0;
    if (u.sep.kind == Kind::Softmax) {
      mean[q] = r1[q];
    } else if (u.sep.kind == Kind::Normmax) {
      mean[q] = r1[q];
      extra[q] = (r2[q] - r1[q] * r3[q]) * lanes.factor[q];
    } else {
      mean[q] = r3[q] == T(0) || (u.sep.kind == Kind::KSubsets && lanes.factor[q] == T(0)) ? T(0) : r2[q] / r3[q];
    }
  }
  return {mean, extra};
}

/// Sums of the gradients that reach forgotten scores, into w.rescale.
template <class T>
void Backward<T>::sumForgotten(Pass& u, const Lanes<T>& lanes, const Moments& of) {
  T* lost = u.w.rescale;
  fill(lost, p.sets() * p.width, T(0));
  eachPair(u, [&](int64_t set, int64_t, int64_t rows, T* X, T* G) {
    ops.forgotten(u.sep, lanes, u.finalStep, X, G, of.mean, of.extra, p.width, rows, lost + set * p.width);
  });
  addSets(lost);
}

/// The median of each query, and what each score equal to it receives.
template <class T>
typename Backward<T>::Medians Backward<T>::medians(Iteration<T>& it, Pass& u, Phase phase) {
  T *median = u.w.lane[5], *share = u.w.lane[6];
  fill(median, p.width, std::numeric_limits<T>::quiet_NaN());
  fill(share, p.width, T(0));
  const Step<T>& step = it.steps[u.t];
  for (int64_t q = 0; q < u.x.queries; ++q) {
    const int64_t at = medianAt(it, u.x, q);
    const double lost =
        phase == Phase::Gradients ? groupForgotten_[groupOf(u.x, q)] : static_cast<double>(u.w.rescale[q]);
    median[q] = step.median[at];
    if (step.ties[at] > 0) share[q] = static_cast<T>(lost / step.ties[at]);
  }
  return {median, share};
}

/// From the gradient of the scaled state to those of the state and of beta.
template <class T>
void Backward<T>::finish(Iteration<T>& it, Pass& u) {
  const Unit& x = u.x;
  const Work& w = u.w;
  const int64_t W = p.width, d = o.width, size = d * W;
  for (int64_t set = 1; set < p.sets(); ++set)
    for (int64_t i = 0; i < size; ++i) w.dqt[i] += w.dqt[set * size + i];
  if (g.gradBeta != nullptr) {
    const Rows s = stateRows(it, x, u.t);
    double total = 0;
    for (int64_t c = 0; c < d; ++c) {
      T part = 0;
      for (int64_t q = 0; q < x.queries; ++q) part += w.dqt[c * W + q] * s.data[q * s.row + c * s.step];
      total += part;
    }
    betaSums_[u.number] += total;
  }
  fill(w.lane[7], W, x.beta);
  if (u.t > 0) {
    ops.unpack(it.gradState.data() + stateAt(it, x), d, 1, w.dqt, W, x.queries, d, w.lane[7], false);
  } else if (g.gradQ.data != nullptr) {
    ops.unpack(g.gradQ.data + x.b * g.gradQ.batch + x.h * g.gradQ.head + x.first * g.gradQ.row, g.gradQ.row,
               g.gradQ.step, w.dqt, W, x.queries, d, w.lane[7], false);
  }
}

}  // namespace
}  // namespace association_detail

template <class T>
void associationBackward(const AssociationOptions& options, const AssociationInputs<T>& in,
                         const AssociationGradients<T>& gradients) {
  association_detail::Backward<T>(options, in, gradients).run();
}

template void associationBackward<float>(const AssociationOptions&, const AssociationInputs<float>&,
                                         const AssociationGradients<float>&);
template void associationBackward<double>(const AssociationOptions&, const AssociationInputs<double>&,
                                          const AssociationGradients<double>&);

}  // namespace dl4jhopfield
