// One evaluation of the association: statistics of the separation, weights, and their products with patterns.
#include "internal/each_type.h"
#include "internal/association_run.h"

namespace dl4jhopfield {
namespace association_detail {

/// top, tau and factor of step t.
template <class T>
void AssociationRun<T>::findStatistics(Iteration<T>& it, const Unit& x, const Plan& p, int64_t t, Work& w,
                                       bool& filled) {
  Step<T>& step = it.steps[t];
  const int64_t at = laneAt(it, x);
  const SearchMemory<T> memory{w.top, w.sum, w.aux, w.lane[0], w.lane[1], w.lane[2]};
  findThresholds<T>(ops, separatorOf(x), lanesOf(it, x, t), p.width, p.sets(), memory, step.top.data() + at,
                    step.tau.data() + at, step.factor.data() + at, [&](auto&& f) {
                      eachBlock(x, p, w.qt, w.tile, filled,
                                [&](int64_t set, int64_t, int64_t rows, const T* X) { f(set, rows, X); });
                    });
}

/// One pass: statistics and, with `mix.dst`, the mixed rows.
template <class T>
void AssociationRun<T>::softmaxAndMix(Iteration<T>& it, const Unit& x, const Plan& p, int64_t t, Work& w,
                                      bool finalStep, const Mix& mix, const Kept* kept) {
  const int64_t W = p.width;
  const Separator<T>& sep = separatorOf(x);
  constexpr T inf = std::numeric_limits<T>::infinity();
  const Lanes<T> lanes = lanesOf(it, x, t);
  beginOnline(sep, w.top, w.sum, p.sets(), W);
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
void AssociationRun<T>::weightsAndMix(Iteration<T>& it, const Unit& x, const Plan& p, int64_t t, Work& w,
                                      bool finalStep, const Mix& mix, bool filled, bool weights, const Kept* kept) {
  const int64_t W = p.width, size = mix.depth * W;
  const Separator<T>& sep = separatorOf(x);
  const Lanes<T> lanes = lanesOf(it, x, t);
  if (!weights) fill(w.mixed, p.sets() * size, T(0));
  const T* qt = w.qt;
  eachBlock(x, p, qt, w.tile, filled, [&](int64_t set, int64_t first, int64_t rows, const T* X) {
    for (int64_t j = 0; j < rows; j += p.block) {
      const int64_t n = std::min(p.block, rows - j);
      T* P = kept != nullptr ? kept->tile + (first + j) * W : blockBuffer(p, 1);
      weightsOf(ops, sep, lanes, finalStep, X + j * W, P, W, n);
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
void AssociationRun<T>::evaluate(Iteration<T>& it, const Unit& x, const Plan& p, int64_t t, Work& w, bool finalStep,
                                 const Mix& mix, const Mix* weights, const Kept* kept) {
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
void AssociationRun<T>::update(Iteration<T>& it, const Plan& p, int64_t bh, int64_t u, int64_t t, T* next, bool keep) {
  const Unit x = unitOf(p, bh, u);
  Work w = work(p, std::max(o.width, o.valueWidth), false);
  const Mix mix{x.k, in.k.row, in.k.step, o.width, next + stateAt(it, x), o.width, 1};
  const Kept kept = keep ? keptOf(p, u, t) : Kept{nullptr, nullptr};
  evaluate(it, x, p, t, w, false, mix, nullptr, keep ? &kept : nullptr);
}

/// The last evaluation of a head: what the caller wants.
template <class T>
void AssociationRun<T>::associate(Iteration<T>& it, const Plan& p, int64_t bh, int64_t u, int64_t t,
                                  const AssociationOutputs<T>& out) {
  const Unit x = unitOf(p, bh, u);
  Work w = work(p, std::max(o.width, o.valueWidth), false);
  const auto at = [&](const HeadView<T>& view) {
    return view.data + x.b * view.batch + x.h * view.head + x.first * view.row;
  };
  Mix mix, weights;
  if (out.out.data != nullptr && o.valueWidth > 0)
    mix = {in.v.data + x.b * in.v.batch + x.h * in.v.head,
           in.v.row,
           in.v.step,
           o.valueWidth,
           at(out.out),
           out.out.row,
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
      for (int64_t c = 0; c < o.width; ++c)
        dst[q * out.state.row + c * out.state.step] = s.data[q * s.row + c * s.step];
  }
}

#define INSTANTIATE(T)                                                                                             \
  template void AssociationRun<T>::findStatistics(Iteration<T>&, const Unit&, const Plan&, int64_t, Work&, bool&); \
  template void AssociationRun<T>::update(Iteration<T>&, const Plan&, int64_t, int64_t, int64_t, T*, bool);        \
  template void AssociationRun<T>::associate(Iteration<T>&, const Plan&, int64_t, int64_t, int64_t,                \
                                             const AssociationOutputs<T>&);
DL4JH_EACH_COMPUTED(INSTANTIATE)
#undef INSTANTIATE

}  // namespace association_detail
}  // namespace dl4jhopfield
