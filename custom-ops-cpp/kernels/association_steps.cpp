// The update steps of the association and their early stop.
#include <cmath>
#include <iterator>
#include <numeric>

#include "internal/each_type.h"
#include "internal/association_run.h"

namespace dl4jhopfield {
namespace association_detail {

/// Whether the weights of a head at two steps are worth their memory.
template <class T>
bool AssociationRun<T>::keepsWeights(const Plan& p) const {
  return 2 * p.units * p.width * o.stored * static_cast<int64_t>(sizeof(T)) <= kKeptBytes;
}
template <class T>
typename AssociationRun<T>::Kept AssociationRun<T>::keptOf(const Plan& p, int64_t u, int64_t t) const {
  static thread_local Scratch scratch;
  const int64_t tile = roundUp(o.stored * p.width + 32, 16);
  const int64_t factors = roundUp((o.stored + p.block - 1) / p.block * p.width + 32, 16);
  T* base = static_cast<T*>(scratch.atLeast(static_cast<std::size_t>(2 * p.units * (tile + factors)) * sizeof(T)));
  base += ((t & 1) * p.units + u) * (tile + factors);
  return {base, base + tile};
}

/// distance() of weights that both steps kept.
template <class T>
double AssociationRun<T>::keptDistance(const Plan& p, int64_t bh, int64_t u, int64_t t) {
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
double AssociationRun<T>::distance(Iteration<T>& it, const Plan& p, int64_t bh, int64_t u, int64_t t) {
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
      weightsOf(ops, sep, now, false, X, X, W, rows);
      scores(x, p, w.other, j, rows, Y, none);
      weightsOf(ops, sep, before, false, Y, Y, W, rows);
      ops.distance(X, one, Y, one, W, rows, w.sum + set * W);
    }
  });
  double total = 0;
  for (int64_t s = 0; s < p.sets(); ++s)
    for (int64_t q = 0; q < x.queries; ++q) total += w.sum[s * W + q];
  return total;
}

template <class T>
void AssociationRun<T>::beginStep(Iteration<T>& it, int64_t t, const std::vector<int64_t>& active) {
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

/// Which of the heads `going` change so little at step t that they stop.
template <class T>
std::vector<int64_t> AssociationRun<T>::stopping(Iteration<T>& it, const Plan& p, int64_t t,
                                                 const std::vector<int64_t>& going, bool kept) {
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
void AssociationRun<T>::iterate(Iteration<T>& it, const AssociationOutputs<T>* out) {
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
        for (int64_t later = t; later < savedSteps(o); ++later)
          fill(saved + later * stateSize() + bh * head, head, T(0));
    // No longer needed, as only the backward pass goes back: its memory serves the step after next.
    if (out != nullptr && t >= 1) std::swap(it.steps[t - 1], it.step(t + 2));
    active.swap(going);
  }
}

#define INSTANTIATE(T)                                                                                      \
  template typename AssociationRun<T>::Kept AssociationRun<T>::keptOf(const Plan&, int64_t, int64_t) const; \
  template void AssociationRun<T>::beginStep(Iteration<T>&, int64_t, const std::vector<int64_t>&);          \
  template void AssociationRun<T>::iterate(Iteration<T>&, const AssociationOutputs<T>*);
DL4JH_EACH_COMPUTED(INSTANTIATE)
#undef INSTANTIATE

}  // namespace association_detail
}  // namespace dl4jhopfield
