// What the association and retrieval from memories share: the tables by instruction set, separations as the tile
// primitives know them, working memory, and the search for thresholds. Baseline code only.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "dl4jhopfield/association.h"
#include "dl4jhopfield/dispatch.h"
#include "internal/association_exact.h"
#include "internal/association_tile.h"

namespace dl4jhopfield {
namespace association_detail {

constexpr int kRounds = 200;  // of a threshold search; a few are needed, bisection alone needs 60

inline int64_t roundUp(int64_t n, int64_t to) { return (n + to - 1) / to * to; }

/// Hands out pieces of one allocation; with base == nullptr it only counts.
class Arena {
 public:
  explicit Arena(void* base) : base_(reinterpret_cast<uintptr_t>(base)) {}
  template <class U>
  U* take(int64_t n) {
    U* piece = reinterpret_cast<U*>(base_ + static_cast<uintptr_t>(used_));
    used_ += roundUp(n * static_cast<int64_t>(sizeof(U)) + 128, 64);  // vector loads may run past the end
    return piece;
  }
  int64_t used() const { return used_; }

 private:
  uintptr_t base_;
  int64_t used_ = 0;
};

template <class T>
const TileOps<T>& activeOps() {
#ifdef DL4JHOPFIELD_X86
  switch (activeSimdLevel()) {
    case SimdLevel::Avx512:
      return tileOpsAvx512<T>();
    case SimdLevel::Avx2:
      return tileOpsAvx2<T>();
    default:
      break;
  }
#endif
  return tileOpsScalar<T>();
}

/// `alpha` is that of entmax, or the p of normmax.
template <class T>
Separator<T> makeSeparator(AssociationSeparation separation, double alpha, double k, bool atMost, bool unit) {
  Separator<T> s{};
  s.scale = 1;
  s.power = s.sumPower = 1;
  s.k = static_cast<T>(k);
  s.atMost = atMost;
  s.unit = unit;
  s.parameter = alpha;
  const bool powers = separation == AssociationSeparation::Entmax || separation == AssociationSeparation::Normmax;
  s.exact = powers && isExact(alpha);
  switch (separation) {
    case AssociationSeparation::Softmax:
      s.kind = Kind::Softmax;
      break;
    case AssociationSeparation::Softmax1:
      s.kind = Kind::Softmax;
      s.nothing = true;
      break;
    case AssociationSeparation::Sparsemax:
      s.kind = Kind::Sparsemax;
      break;
    case AssociationSeparation::Entmax15:
      s.kind = Kind::Entmax15;
      break;
    case AssociationSeparation::Entmax:
      if (!(alpha > 1)) s.exact = false;
      s.kind = alpha == 1 ? Kind::Softmax : alpha == 1.5 ? Kind::Entmax15 : alpha == 2 ? Kind::Sparsemax : Kind::Entmax;
      if (s.kind == Kind::Entmax) {
        s.scale = static_cast<T>(alpha - 1);
        s.power = s.sumPower = static_cast<T>(1 / (alpha - 1));
        s.slopePower = static_cast<T>((2 - alpha) / (alpha - 1));
      }
      break;
    case AssociationSeparation::Normmax:
      s.kind = Kind::Normmax;
      s.power = static_cast<T>(1 / (alpha - 1));
      s.slopePower = static_cast<T>((2 - alpha) / (alpha - 1));
      s.sumPower = static_cast<T>(alpha / (alpha - 1));
      break;
    case AssociationSeparation::KSubsets:
      s.kind = Kind::KSubsets;
      break;
  }
  if (s.kind == Kind::Entmax15) {
    s.scale = static_cast<T>(0.5);
    s.sumPower = 2;
  }
  return s;
}

/// ops.weights, or what takes its place.
template <class T>
void weightsOf(const TileOps<T>& ops, const Separator<T>& s, const Lanes<T>& lanes, bool finalStep, const T* X, T* P,
               int64_t width, int64_t rows) {
  if (s.exact)
    exactWeights(s, lanes, finalStep, X, P, width, rows);
  else
    ops.weights(s, lanes, finalStep, X, P, width, rows);
}

/// Largest scores and sums of an online softmax before its first pattern, [sets, width]. Of softmax1 the first set has
/// seen nothing's score, 0, already.
template <class T>
void beginOnline(const Separator<T>& sep, T* top, T* sum, int64_t sets, int64_t width) {
  std::fill(top, top + sets * width, -std::numeric_limits<T>::infinity());
  std::fill(sum, sum + sets * width, T(0));
  if (!sep.nothing) return;
  std::fill(top, top + width, T(0));
  std::fill(sum, sum + width, T(1));
}

/// p[0 .. width) = sum over sets, in order.
template <class T>
void addSets(T* p, int64_t sets, int64_t width) {
  for (int64_t s = 1; s < sets; ++s)
    for (int64_t q = 0; q < width; ++q) p[q] += p[s * width + q];
}

/// Working memory of findThresholds: [sets, width] the first three, [width] the others.
template <class T>
struct SearchMemory {
  T *a, *b, *c, *lo, *hi, *done;
};

/// For each lane: `top`, the largest scale * D(x) (0 where there is none); `tau`, the threshold below it; `factor`, see
/// Lanes. each(f) calls f(set, rows, X) for all tiles of scores, sets possibly at the same time. `lanes` points to the
/// three outputs.
template <class T, class Each>
void findThresholds(const TileOps<T>& ops, const Separator<T>& sep, const Lanes<T>& lanes, int64_t W, int64_t sets,
                    const SearchMemory<T>& m, T* top, T* tau, T* factor, Each&& each) {
  constexpr T inf = std::numeric_limits<T>::infinity();
  const auto fill = [](T* p, int64_t n, T value) { std::fill(p, p + n, value); };
  fill(m.a, sets * W, -inf);
  std::vector<int64_t> rowsOf(sets, 0);
  each([&](int64_t set, int64_t rows, const T* X) {
    ops.top(sep, lanes, X, W, rows, m.a + set * W);
    rowsOf[set] += rows;
  });
  int64_t stored = 0;
  for (int64_t rows : rowsOf) stored += rows;
  for (int64_t s = 1; s < sets; ++s)
    for (int64_t q = 0; q < W; ++q) m.a[q] = std::max(m.a[q], m.a[s * W + q]);
  if (sep.exact) return exactThresholds<T>(sep, lanes, W, sets, stored, m.a, top, tau, factor, each);
  for (int64_t q = 0; q < W; ++q) {
    top[q] = m.a[q] == -inf ? T(0) : sep.kind == Kind::Entmax15 ? m.a[q] / 2 : m.a[q];
    if (sep.nothing) top[q] = std::max(top[q], T(0));
  }
  fill(tau, W, T(-1));
  fill(factor, W, T(1));

  if (sep.kind != Kind::Softmax) {
    T *lo = m.lo, *hi = m.hi, *done = m.done;
    fill(lo, W, T(-1));
    fill(hi, W, T(0));
    fill(done, W, T(0));
    if (sep.kind == Kind::KSubsets) {
      std::vector<int64_t> far;  // lanes whose scores are too far apart to be told from the largest
      fill(m.a, sets * W, inf);
      fill(m.b, sets * W, T(0));
      each([&](int64_t set, int64_t rows, const T* X) {
        ops.bottom(sep, lanes, X, W, rows, m.a + set * W, m.b + set * W);
      });
      addSets(m.b, sets, W);
      for (int64_t q = 0; q < W; ++q) {
        T lowest = m.a[q];
        for (int64_t s = 1; s < sets; ++s) lowest = std::min(lowest, m.a[s * W + q]);
        lowest = std::max(lowest, -std::numeric_limits<T>::max() / 8);
        if (m.b[q] == T(0)) {
          done[q] = 1;
          tau[q] = 0;
        } else if (lowest < farApart<T>() && std::isfinite(top[q])) {
          far.push_back(q);
          done[q] = 1;
        } else if (sep.atMost) {
          tau[q] = -top[q];  // the threshold 0 of the unshifted scores
          lo[q] = tau[q];
          hi[q] = std::max(T(0), tau[q]);
        } else if (m.b[q] <= sep.k) {
          done[q] = 1;
          tau[q] = lowest - T(2);
        } else {
          lo[q] = lowest - T(1);
          tau[q] = std::max(lo[q], T(-1));
        }
      }
      if (!far.empty()) subsetThresholds<T>(sep, lanes, W, sets, stored, far, top, tau, factor, each);
    }
    bool all = false;
    for (int64_t q = 0; q < W; ++q) all |= done[q] == T(0);
    all = !all;
    for (int round = 0; !all && round < kRounds; ++round) {
      fill(m.b, sets * W, T(0));
      fill(m.c, sets * W, T(0));
      each([&](int64_t set, int64_t rows, const T* X) {
        ops.search(sep, lanes, X, W, rows, m.b + set * W, m.c + set * W);
      });
      addSets(m.b, sets, W);
      addSets(m.c, sets, W);
      if (round == 0 && sep.kind == Kind::KSubsets && sep.atMost)
        for (int64_t q = 0; q < W; ++q)
          if (done[q] == T(0) && m.b[q] <= sep.k) {
            done[q] = 1;
            factor[q] = 0;
          }
      all = ops.step(sep, W, round, m.b, m.c, tau, lo, hi, done);
    }
  }
  if (sep.kind == Kind::Softmax || sep.kind == Kind::Normmax) {
    fill(m.b, sets * W, T(0));
    each([&](int64_t set, int64_t rows, const T* X) { ops.total(sep, lanes, X, W, rows, m.b + set * W); });
    addSets(m.b, sets, W);
    if (sep.nothing)
      for (int64_t q = 0; q < W; ++q) m.b[q] += std::exp(-top[q]);
    for (int64_t q = 0; q < W; ++q) factor[q] = m.b[q] == T(0) ? T(0) : T(1) / m.b[q];
  }
}

}  // namespace association_detail
}  // namespace dl4jhopfield
