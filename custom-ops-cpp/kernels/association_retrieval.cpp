#include "dl4jhopfield/association_retrieval.h"

#include <atomic>
#include <cmath>
#include <stdexcept>
#include <string>
#include <vector>

#include "dl4jhopfield/entmax.h"
#include "dl4jhopfield/k_subsets.h"
#include "dl4jhopfield/normmax.h"
#include "dl4jhopfield/parallel.h"
#include "internal/association_search.h"
#include "internal/scratch.h"

namespace dl4jhopfield {
namespace association_detail {
namespace {

constexpr int64_t kParts = 16;       // of the memory, side by side
constexpr int64_t kPartRows = 1024;  // at least, in each
constexpr int64_t kTileBytes = 384 * 1024,
                  kFewTileBytes = 128 * 1024;  // of patterns: they stay in the second-level cache

template <class T>
struct Scored {
  T score;
  int64_t index;
};
/// Heavier first; of equals the earlier pattern.
template <class T>
bool before(const Scored<T>& a, const Scored<T>& b) {
  return a.score > b.score || (a.score == b.score && a.index < b.index);
}

template <class T>
class Retrieval {
 public:
  Retrieval(const RetrievalOptions& options, const PatternBlock<T>* blocks, int64_t count)
      : o(options),
        blocks_(blocks, blocks + count),
        ops(activeOps<T>()),
        sep(makeSeparator<T>(options.separation, options.alpha, options.k, options.atMost, false)) {
    for (const auto& b : blocks_) {
      starts_.push_back(patterns_);
      patterns_ += b.rows;
    }
    parts_ = std::max<int64_t>(1, std::min(kParts, patterns_ / kPartRows));
  }

  void run(const T* queries, int64_t stride, const RetrievalResults<T>& r) {
    constexpr int64_t most = 256 / static_cast<int64_t>(sizeof(T));
    for (int64_t first = 0; first < o.queries; first += most) {
      arrange(std::min(most, o.queries - first));
      unit(queries + first * stride, stride, first, r);
    }
  }

 private:
  struct Part {  // what one part of the memory gives
    std::vector<T> top, sum, rescale, mixed;
    std::vector<std::vector<Scored<T>>> best, candidates;
    std::vector<T> bestFrom, candidateFrom, largest;
  };
  struct Rows {
    const T *keys, *values;
    int64_t keyStride, valueStride;
    const uint16_t *halfKeys, *halfValues;  // instead, where they are not widened
  };

  /// Sizes for a unit of so many queries.
  void arrange(int64_t queries) {
    const int64_t size = sizeof(T), row = std::max<int64_t>(1, o.width) * size;
    count_ = queries;
    few_ = queries <= std::max(1, ops.lanes / 2);  // from there on half-empty lanes are faster
    width_ = roundUp(std::max<int64_t>(queries, 1), ops.lanes);
    block_ = std::min(32 * 1024 / (width_ * size), (few_ ? kFewTileBytes : kTileBytes) / row);
    block_ = std::max<int64_t>(32, block_ / 8 * 8);
    zeros_.assign(width_ + 64, T(0));
  }

  std::vector<T> pack(const T* queries, int64_t stride) const {
    std::vector<T> packed(o.width * width_ + 64);
    if (few_) {
      for (int64_t q = 0; q < count_; ++q)
        for (int64_t c = 0; c < o.width; ++c)
          packed[q * o.width + c] = static_cast<T>(o.beta) * queries[q * stride + c];
    } else {
      ops.pack(packed.data(), width_, queries, stride, 1, count_, o.width, static_cast<T>(o.beta));
    }
    return packed;
  }
  void score(T* X, const T* queries, const Rows& m, int64_t rows, const Ahead& ahead) const {
    if (few_) {
      std::fill(X, X + rows * width_, T(0));
      if (m.halfKeys)
        ops.dotsHalf(X, width_, queries, count_, m.halfKeys, m.keyStride, rows, o.width);
      else
        ops.dots(X, width_, queries, count_, m.keys, m.keyStride, rows, o.width);
    } else {
      ops.gemm(X, width_, queries, width_, width_, m.keys, m.keyStride, 1, rows, o.width, false, &ahead);
    }
  }

  // Mixtures lie as [valueWidth, width_], those of a few queries as [queries, valueWidth].
  int64_t mixtureSize() const { return o.valueWidth * width_; }
  void mix(T* mixed, const T* X, const Rows& m, int64_t rows, const Ahead& ahead) const {
    if (m.halfValues)
      ops.mixHalf(mixed, X, width_, count_, m.halfValues, m.valueStride, rows, o.valueWidth);
    else if (few_)
      ops.mix(mixed, X, width_, count_, m.values, m.valueStride, rows, o.valueWidth);
    else
      ops.gemm(mixed, width_, X, width_, width_, m.values, 1, m.valueStride, o.valueWidth, rows, true, &ahead);
  }
  /// mixed += factor[q] * other, or mixed *= factor[q] without another.
  void scale(T* mixed, const T* other, const T* factor) const {
    if (!few_) return ops.scale(mixed, other, factor, width_, o.valueWidth);
    for (int64_t q = 0; q < count_; ++q)
      for (int64_t i = q * o.valueWidth; i < (q + 1) * o.valueWidth; ++i)
        mixed[i] = other ? mixed[i] + factor[q] * other[i] : mixed[i] * factor[q];
  }
  void unpack(T* out, const T* mixed, const T* factor) const {
    if (!few_) return ops.unpack(out, o.valueWidth, 1, mixed, width_, count_, o.valueWidth, factor, false);
    for (int64_t q = 0; q < count_; ++q)
      for (int64_t i = q * o.valueWidth; i < (q + 1) * o.valueWidth; ++i)
        out[i] = factor ? factor[q] * mixed[i] : mixed[i];
  }

  /// f(part, rows, X) for the scores that the first pass kept.
  template <class F>
  void eachKept(F&& f) {
    parallelRows(parts_, patterns_ / parts_ * width_, [&](int64_t begin, int64_t end) {
      std::vector<T> X(block_ * width_ + 64);
      for (int64_t part = begin; part < end; ++part) {
        const int64_t last = patterns_ * (part + 1) / parts_;
        for (int64_t at = patterns_ * part / parts_; at < last; at += block_) {
          const int64_t rows = std::min(block_, last - at);
          for (int64_t j = 0; j < rows; ++j)
            std::copy_n(kept_.data() + (at + j) * count_, count_, X.data() + j * width_);
          f(part, rows, X.data());
        }
      }
    });
  }

  /// f(part, first pattern, rows, X, rows of the patterns), the scores of every pattern once.
  template <class F>
  void eachTile(const T* qt, bool wantValues, F&& f) {
    parallelRows(parts_, patterns_ / parts_ * width_ * (o.width / 16 + 4), [&](int64_t begin, int64_t end) {
      static thread_local Scratch scratch;
      Arena count(nullptr);
      T *X, *keys, *values;
      const auto layout = [&](Arena& a) {
        X = a.template take<T>(block_ * width_);
        keys = a.template take<T>(block_ * o.width);
        values = a.template take<T>(block_ * o.valueWidth);
      };
      layout(count);
      Arena arena(scratch.atLeast(static_cast<std::size_t>(count.used())));
      layout(arena);
      for (int64_t part = begin; part < end; ++part) {
        const int64_t last = patterns_ * (part + 1) / parts_;
        for (int64_t at = patterns_ * part / parts_; at < last;) {
          std::size_t b = std::upper_bound(starts_.begin(), starts_.end(), at) - starts_.begin() - 1;
          while (blocks_[b].rows == 0) ++b;
          const PatternBlock<T>& from = blocks_[b];
          const int64_t inside = at - starts_[b], rows = std::min({block_, last - at, from.rows - inside});
          Rows m{};
          if (from.half && few_) {
            m.keyStride = from.keyStride;
            m.halfKeys = static_cast<const uint16_t*>(from.keys) + inside * from.keyStride;
            m.valueStride = from.values ? from.valueStride : from.keyStride;
            m.halfValues =
                from.values ? static_cast<const uint16_t*>(from.values) + inside * from.valueStride : m.halfKeys;
          } else if (from.half) {
            const auto* k = static_cast<const uint16_t*>(from.keys) + inside * from.keyStride;
            for (int64_t i = 0; i < rows; ++i) ops.widen(keys + i * o.width, k + i * from.keyStride, o.width);
            m = {keys, keys, o.width, o.width, nullptr, nullptr};
            if (from.values != nullptr && wantValues) {
              const auto* v = static_cast<const uint16_t*>(from.values) + inside * from.valueStride;
              for (int64_t i = 0; i < rows; ++i)
                ops.widen(values + i * o.valueWidth, v + i * from.valueStride, o.valueWidth);
              m.values = values;
              m.valueStride = o.valueWidth;
            }
          } else {
            m.keys = static_cast<const T*>(from.keys) + inside * from.keyStride;
            m.keyStride = from.keyStride;
            m.values = from.values ? static_cast<const T*>(from.values) + inside * from.valueStride : m.keys;
            m.valueStride = from.values ? from.valueStride : from.keyStride;
          }
          const int64_t size = sizeof(T);
          const int64_t next = std::min(block_, std::min(last - at, from.rows - inside) - rows);
          Ahead ahead{nullptr, 0, 0, 0};
          if (!from.half && (!wantValues || from.values == nullptr))
            ahead = {m.keys + rows * m.keyStride, wantValues ? 0 : next, o.width * size, m.keyStride * size};
          else if (!from.half)
            ahead = {m.values, rows, o.valueWidth * size, m.valueStride * size};
          score(X, qt, m, rows, ahead);
          const Ahead keysAhead{from.half ? nullptr : m.keys + rows * m.keyStride, from.half ? 0 : next, o.width * size,
                                m.keyStride * size};
          f(part, at, rows, X, m, keysAhead);
          at += rows;
        }
      }
    });
  }

  /// A sorted list of the `limit` best, and what a score must exceed to enter it.
  void offer(std::vector<Scored<T>>& list, int64_t limit, T& from, const Scored<T>& s) {
    if (static_cast<int64_t>(list.size()) >= limit && !before(s, list.back())) return;
    list.insert(std::upper_bound(list.begin(), list.end(), s, before<T>), s);
    if (static_cast<int64_t>(list.size()) > limit) list.pop_back();
    if (static_cast<int64_t>(list.size()) == limit) from = list.back().score;
  }

  T lowerBound(T largest, const std::vector<Scored<T>>& best) const {
    // Rounded down: a score equal to the bound rounded to the nearest number may be above the exact one.
    if (sep.kind != Kind::KSubsets)
      return std::nextafter(largest - T(1) / sep.scale * (T(1) + 8 * std::numeric_limits<T>::epsilon()),
                            -std::numeric_limits<T>::infinity());
    const int64_t k = static_cast<int64_t>(std::ceil(o.k));
    T bound = static_cast<int64_t>(best.size()) >= k ? best[k - 1].score - T(1) : -std::numeric_limits<T>::infinity();
    if (sep.atMost) bound = std::max(bound, T(0));
    return bound - std::abs(bound) * 8 * std::numeric_limits<T>::epsilon();
  }

  void unit(const T* queries, int64_t stride, int64_t first, const RetrievalResults<T>& r);
  void solveFromCandidates(std::vector<Part>& parts, int64_t count, int64_t first, const RetrievalResults<T>& r);
  void searchInPasses(const T* qt, std::vector<Part>& parts, int64_t count, int64_t first,
                      const RetrievalResults<T>& r);
  void weigh(std::vector<T>& scores) const;
  void reportTop(std::vector<Part>& parts, int64_t q, int64_t at, const RetrievalResults<T>& r,
                 std::vector<Scored<T>>& merged) const;
  void addRow(T* out, int64_t index, T weight) const;

  const RetrievalOptions& o;
  std::vector<PatternBlock<T>> blocks_;
  std::vector<int64_t> starts_;
  const TileOps<T>& ops;
  const Separator<T> sep;
  int64_t patterns_ = 0, parts_ = 1;
  int64_t count_ = 0, width_ = 0, block_ = 0;  // of the unit: its queries, lanes for them, patterns in a tile
  bool few_ = false;
  std::vector<T> zeros_, kept_;
};

/// The heaviest over all parts.
template <class T>
void Retrieval<T>::reportTop(std::vector<Part>& parts, int64_t q, int64_t at, const RetrievalResults<T>& r,
                             std::vector<Scored<T>>& merged) const {
  merged.clear();
  for (Part& p : parts) merged.insert(merged.end(), p.best[q].begin(), p.best[q].end());
  std::sort(merged.begin(), merged.end(), before<T>);
  for (int64_t i = 0; i < o.topK; ++i) {
    const bool there = i < static_cast<int64_t>(merged.size());
    if (r.topIndex) r.topIndex[at * o.topK + i] = there ? merged[i].index : -1;
    if (r.topScore) r.topScore[at * o.topK + i] = there ? merged[i].score : T(0);
    if (r.topWeight) r.topWeight[at * o.topK + i] = T(0);
  }
}

template <class T>
void Retrieval<T>::unit(const T* queries, int64_t stride, int64_t first, const RetrievalResults<T>& r) {
  constexpr T inf = std::numeric_limits<T>::infinity();
  const int64_t W = width_, n = count_, size = mixtureSize();
  const bool dense = sep.kind == Kind::Softmax, mixing = dense && r.out != nullptr;
  const std::vector<T> qt = pack(queries, stride);
  kept_.clear();
  const bool keeping = !dense && patterns_ * n <= o.mostKept;
  if (keeping) kept_.resize(patterns_ * n);
  int64_t keep = o.topK;
  if (sep.kind == Kind::KSubsets) keep = std::max(keep, static_cast<int64_t>(std::ceil(o.k)));
  std::atomic<bool> overflow{false};
  std::vector<Part> parts(parts_);
  for (Part& p : parts) {
    p.top.assign(W, -inf);
    p.sum.assign(W, T(0));
    p.rescale.assign(W, T(0));
    if (mixing) p.mixed.assign(size, T(0));
    p.best.resize(W);
    p.candidates.resize(W);
    p.bestFrom.assign(W, keep > 0 ? -inf : inf);
    p.candidateFrom.assign(W, -inf);
    p.largest.assign(W, -inf);
    for (int64_t q = n; q < W; ++q) p.bestFrom[q] = p.candidateFrom[q] = inf;
  }
  beginOnline(sep, parts[0].top.data(), parts[0].sum.data(), 1, W);
  const Lanes<T> none{zeros_.data(), zeros_.data(), nullptr, nullptr, nullptr};
  eachTile(qt.data(), mixing, [&](int64_t part, int64_t at, int64_t rows, T* X, const Rows& m, const Ahead& ahead) {
    Part& p = parts[part];
    static thread_local std::vector<int32_t> found;
    found.resize(rows * W);
    if (keeping)
      for (int64_t j = 0; j < rows; ++j) std::copy_n(X + j * W, n, kept_.data() + (at + j) * n);
    if (keep > 0) {
      const int64_t hits = ops.above(X, W, rows, p.bestFrom.data(), found.data());
      for (int64_t i = 0; i < hits; ++i) {
        const int64_t q = found[i] % W;
        offer(p.best[q], keep, p.bestFrom[q], {X[found[i]], at + found[i] / W});
      }
    }
    if (!dense) {
      ops.top(sep, none, X, W, rows, p.largest.data());
      for (int64_t q = 0; q < n; ++q)
        p.candidateFrom[q] = std::max(p.candidateFrom[q], lowerBound(p.largest[q], p.best[q]));
      if (overflow.load(std::memory_order_relaxed)) return;
      const int64_t hits = ops.above(X, W, rows, p.candidateFrom.data(), found.data());
      for (int64_t i = 0; i < hits; ++i) p.candidates[found[i] % W].push_back({X[found[i]], at + found[i] / W});
      for (int64_t q = 0; q < n; ++q) {
        auto& list = p.candidates[q];
        if (static_cast<int64_t>(list.size()) <= o.mostCandidates) continue;
        const T from = p.candidateFrom[q];
        list.erase(std::remove_if(list.begin(), list.end(), [from](const Scored<T>& s) { return s.score <= from; }),
                   list.end());
        if (static_cast<int64_t>(list.size()) > o.mostCandidates / 2) overflow = true;
      }
      // NaN is above nothing: it shows in the search, which every NaN query takes.
      bool nan = false;
      for (int64_t i = 0; i < rows * W; ++i) nan |= X[i] != X[i];
      if (nan) overflow = true;
      return;
    }
    const bool changed = ops.online(sep, none, true, X, W, rows, p.top.data(), p.sum.data(), p.rescale.data());
    if (!mixing) return;
    if (changed) scale(p.mixed.data(), nullptr, p.rescale.data());
    mix(p.mixed.data(), X, m, rows, ahead);
  });

  if (!dense) {
    if (overflow)
      searchInPasses(qt.data(), parts, n, first, r);
    else
      solveFromCandidates(parts, n, first, r);
    return;
  }
  std::vector<T> top(parts[0].top), sum(W + 64, T(0)), share(W + 64), factor(W + 64);
  for (const Part& p : parts)
    for (int64_t q = 0; q < W; ++q) top[q] = std::max(top[q], p.top[q]);
  top.resize(W + 64);
  for (Part& p : parts) {
    ops.expDifference(share.data(), p.top.data(), top.data(), W);
    for (int64_t q = 0; q < W; ++q) sum[q] += share[q] * p.sum[q];
    if (mixing) scale(parts[0].mixed.data(), &p == &parts[0] ? nullptr : p.mixed.data(), share.data());
  }
  for (int64_t q = 0; q < W; ++q) factor[q] = sum[q] == T(0) ? T(0) : T(1) / sum[q];
  if (mixing) unpack(r.out + first * o.valueWidth, parts[0].mixed.data(), factor.data());
  std::vector<Scored<T>> merged;
  for (int64_t q = 0; q < n; ++q) {
    if (r.logSumExp) r.logSumExp[first + q] = top[q] + std::log(sum[q]);
    if (r.support) r.support[first + q] = -1;
    if (o.topK == 0) continue;
    reportTop(parts, q, first + q, r, merged);
    if (r.topWeight)
      for (int64_t i = 0; i < std::min<int64_t>(o.topK, merged.size()); ++i)
        r.topWeight[(first + q) * o.topK + i] = std::exp(merged[i].score - top[q]) * factor[q];
  }
}

/// Scores to weights, exact, by the row kernels.
template <class T>
void Retrieval<T>::weigh(std::vector<T>& scores) const {
  const RowsView<T> view = denseRows(scores.data(), 1, static_cast<int64_t>(scores.size()));
  const MaskView all;
  switch (o.separation) {
    case AssociationSeparation::Normmax:
      normmax<T>(view, all, o.alpha, 1.0, view);
      break;
    case AssociationSeparation::KSubsets:
      kSubsets<T>(view, all, o.k, o.atMost, 1.0, view);
      break;
    case AssociationSeparation::Sparsemax:
      sparsemax<T>(view, all, 1.0, view);
      break;
    case AssociationSeparation::Entmax15:
      entmax15<T>(view, all, 1.0, view);
      break;
    default:
      entmax<T>(view, all, o.alpha, 1.0, view);
  }
}

template <class T>
void Retrieval<T>::addRow(T* out, int64_t index, T weight) const {
  std::size_t b = std::upper_bound(starts_.begin(), starts_.end(), index) - starts_.begin() - 1;
  while (blocks_[b].rows == 0) ++b;
  const PatternBlock<T>& from = blocks_[b];
  const int64_t inside = index - starts_[b];
  const void* rows = from.values ? from.values : from.keys;
  const int64_t stride = from.values ? from.valueStride : from.keyStride;
  if (from.half) {
    std::vector<T> row(o.valueWidth);
    ops.widen(row.data(), static_cast<const uint16_t*>(rows) + inside * stride, o.valueWidth);
    for (int64_t c = 0; c < o.valueWidth; ++c) out[c] += weight * row[c];
  } else {
    const T* row = static_cast<const T*>(rows) + inside * stride;
    for (int64_t c = 0; c < o.valueWidth; ++c) out[c] += weight * row[c];
  }
}

template <class T>
void Retrieval<T>::solveFromCandidates(std::vector<Part>& parts, int64_t count, int64_t first,
                                       const RetrievalResults<T>& r) {
  parallelRows(count, o.valueWidth * 64, [&](int64_t begin, int64_t end) {
    std::vector<Scored<T>> all, merged;
    std::vector<T> weights;
    for (int64_t q = begin; q < end; ++q) {
      T from = -std::numeric_limits<T>::infinity();
      for (const Part& p : parts) from = std::max(from, p.candidateFrom[q]);
      all.clear();
      for (const Part& p : parts)
        for (const Scored<T>& s : p.candidates[q])
          if (s.score > from) all.push_back(s);
      weights.clear();
      for (const Scored<T>& s : all) weights.push_back(s.score);
      if (!weights.empty()) weigh(weights);
      const int64_t at = first + q;
      int64_t support = 0;
      T* out = r.out ? r.out + at * o.valueWidth : nullptr;
      if (out) std::fill(out, out + o.valueWidth, T(0));
      for (std::size_t i = 0; i < all.size(); ++i)
        if (weights[i] > T(0)) {
          ++support;
          if (out) addRow(out, all[i].index, weights[i]);
        }
      if (r.support) r.support[at] = support;
      if (r.logSumExp) r.logSumExp[at] = std::numeric_limits<T>::quiet_NaN();
      if (o.topK == 0) continue;
      reportTop(parts, q, at, r, merged);
      if (r.topWeight)
        for (int64_t i = 0; i < std::min<int64_t>(o.topK, merged.size()); ++i)
          for (std::size_t j = 0; j < all.size(); ++j)
            if (all[j].index == merged[i].index) r.topWeight[at * o.topK + i] = weights[j];
    }
  });
}

/// Large supports: the threshold by passes over the patterns, then one more that mixes.
template <class T>
void Retrieval<T>::searchInPasses(const T* qt, std::vector<Part>& parts, int64_t count, int64_t first,
                                  const RetrievalResults<T>& r) {
  const int64_t W = width_, sets = parts_, size = mixtureSize();
  std::vector<T> memory((3 * sets + 6) * W + 64);
  T* at = memory.data();
  const auto take = [&at](int64_t n) {
    T* piece = at;
    at += n;
    return piece;
  };
  SearchMemory<T> m{take(sets * W), take(sets * W), take(sets * W), take(W), take(W), take(W)};
  T *top = take(W), *tau = take(W), *factor = take(W);
  const Lanes<T> lanes{zeros_.data(), zeros_.data(), top, tau, factor};
  findThresholds<T>(ops, sep, lanes, W, sets, m, top, tau, factor, [&](auto&& f) {
    if (!kept_.empty()) return eachKept(f);
    eachTile(qt, false,
             [&](int64_t part, int64_t, int64_t rows, const T* X, const Rows&, const Ahead&) { f(part, rows, X); });
  });
  std::vector<std::vector<int64_t>> support(parts_, std::vector<int64_t>(W, 0));
  for (Part& p : parts) p.mixed.assign(size, T(0));
  std::vector<Scored<T>> merged;
  eachTile(qt, r.out != nullptr, [&](int64_t part, int64_t, int64_t rows, T* X, const Rows& from, const Ahead& ahead) {
    Part& p = parts[part];
    weightsOf(ops, sep, lanes, true, X, X, W, rows);
    for (int64_t j = 0; j < rows; ++j)
      for (int64_t q = 0; q < count; ++q) support[part][q] += X[j * W + q] > T(0);
    if (r.out) mix(p.mixed.data(), X, from, rows, ahead);
  });
  for (int64_t p = 1; p < parts_; ++p)
    for (int64_t i = 0; i < size; ++i) parts[0].mixed[i] += parts[p].mixed[i];
  if (r.out) unpack(r.out + first * o.valueWidth, parts[0].mixed.data(), nullptr);
  std::vector<T> tile(W * std::max<int64_t>(1, o.topK) + 64);
  for (int64_t q = 0; q < count; ++q) {
    if (r.logSumExp) r.logSumExp[first + q] = std::numeric_limits<T>::quiet_NaN();
    if (r.support) {
      r.support[first + q] = 0;
      for (int64_t p = 0; p < parts_; ++p) r.support[first + q] += support[p][q];
    }
    if (o.topK == 0) continue;
    reportTop(parts, q, first + q, r, merged);
    if (!r.topWeight) continue;
    const int64_t n = std::min<int64_t>(o.topK, merged.size());
    std::fill(tile.begin(), tile.end(), -std::numeric_limits<T>::infinity());
    for (int64_t i = 0; i < n; ++i) tile[i * W + q] = merged[i].score;
    weightsOf(ops, sep, lanes, true, tile.data(), tile.data(), W, n);
    for (int64_t i = 0; i < n; ++i) r.topWeight[(first + q) * o.topK + i] = tile[i * W + q];
  }
}

[[noreturn]] void refuse(const std::string& what) { throw std::invalid_argument("retrieve: " + what); }

}  // namespace
}  // namespace association_detail

template <class T>
void retrieve(const RetrievalOptions& o, const T* queries, int64_t queryStride, const PatternBlock<T>* blocks,
              int64_t blockCount, const RetrievalResults<T>& results) {
  using association_detail::refuse;
  if (o.queries < 0 || o.topK < 0 || o.valueWidth < 0) refuse("queries, topK and valueWidth must not be negative");
  if (o.width < 1) refuse("width must be at least 1, found " + std::to_string(o.width));
  if (o.separation == AssociationSeparation::Entmax && !(o.alpha >= 1))
    refuse("entmax needs alpha >= 1, found " + std::to_string(o.alpha));
  if (o.separation == AssociationSeparation::Normmax && !(o.alpha > 1))
    refuse("normmax needs p > 1, found " + std::to_string(o.alpha));
  if (o.separation == AssociationSeparation::KSubsets && !(o.k > 0))
    refuse("k-subsets need k > 0, found " + std::to_string(o.k));
  for (int64_t i = 0; i < blockCount; ++i) {
    if (blocks[i].rows < 0) refuse("block " + std::to_string(i) + " has a negative number of rows");
    if (blocks[i].rows > 0 && blocks[i].keys == nullptr) refuse("block " + std::to_string(i) + " has no keys");
    if (blocks[i].values == nullptr && results.out != nullptr && o.valueWidth != o.width)
      refuse("without values, valueWidth is the width " + std::to_string(o.width) + ", found " +
             std::to_string(o.valueWidth));
  }
  association_detail::Retrieval<T>(o, blocks, blockCount).run(queries, queryStride, results);
}

template void retrieve<float>(const RetrievalOptions&, const float*, int64_t, const PatternBlock<float>*, int64_t,
                              const RetrievalResults<float>&);
template void retrieve<double>(const RetrievalOptions&, const double*, int64_t, const PatternBlock<double>*, int64_t,
                               const RetrievalResults<double>&);

}  // namespace dl4jhopfield
