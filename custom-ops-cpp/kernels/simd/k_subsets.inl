// Row kernels of k-subsets.
#pragma once

namespace dl4jhopfield {
namespace {

/// The threshold t with sum clip(d - t, 0, 1) = k, by Newton on the piecewise linear sum inside a bracket, from `t`.
/// `d` is padded with -inf. Fails (false) only if rounding keeps it from settling.
template <class V>
bool budgetThreshold(const typename V::T* d, int64_t n, double k, double low, double high, double& t) {
  using T = typename V::T;
  const auto zero = V::zero(), one = V::set(1);
  double halved = high - low;
  int since = 0;
  for (int iteration = 0; iteration < 300; ++iteration) {
    const auto tv = V::set(static_cast<T>(t));
    auto f = zero;
    double total = 0;
    int64_t risers = 0, fallers = 0;
    if (sizeof(T) == 8 || k <= 64) {
      for (int64_t i = 0; i < n; i += V::W) {
        const auto c = V::load(d + i) - tv;
        f = f + V::min(one, V::max(zero, c));
        risers += V::count(V::both(V::greater(c, zero), V::greaterEqual(one, c)));   // what moves if t rises
        fallers += V::count(V::both(V::greaterEqual(c, zero), V::greater(one, c)));  // ... if t falls
      }
    } else {  // a float sum as large as k has no digits left for its terms: ones are counted, the others added up in
              // pieces
      int64_t ones = 0;
      for (int64_t i = 0; i < n; i += V::W) {
        if (i % (32 * V::W) == 0) {
          total += V::sum(f);
          f = zero;
        }
        const auto c = V::load(d + i) - tv;
        f = f + V::keep(V::both(V::greater(c, zero), V::greater(one, c)), c);
        ones += V::count(V::greaterEqual(c, one));
        risers += V::count(V::both(V::greater(c, zero), V::greaterEqual(one, c)));
        fallers += V::count(V::both(V::greaterEqual(c, zero), V::greater(one, c)));
      }
      total += static_cast<double>(ones);
    }
    const double excess = total + V::sum(f) - k;
    if (excess == 0) return true;
    (excess > 0 ? low : high) = t;
    const double scale = t < -1 ? -t : t > 1 ? t : 1;
    const int64_t moving = excess > 0 ? risers : fallers;
    double next;
    if (moving > 0) {
      next = t + excess / static_cast<double>(moving);
      const double size = next > t ? next - t : t - next;
      if (size <= V::epsilon * (t < -0.01 || t > 0.01 ? scale : 0.01)) {
        t = next;
        return true;
      }
    } else {
      // Flat here: on to just behind the next breakpoint, of the saturated entry that a rising t reaches first or of
      // the zero entry that a falling one does.
      auto up = V::set(static_cast<T>(__builtin_inf())), down = V::set(-static_cast<T>(__builtin_inf()));
      for (int64_t i = 0; i < n; i += V::W) {
        const auto c = V::load(d + i) - tv;
        up = V::min(up, V::select(V::greaterEqual(one, c), up, c));
        down = V::max(down, V::select(V::greaterEqual(c, zero), down, c));
      }
      const double beyond = 4 * V::epsilon * scale;
      next = excess > 0 ? t + (V::minimum(up) - 1.0) + beyond : t + V::maximum(down) - beyond;
    }
    if (++since == 4) {  // Newton may crawl over a long chain of breakpoints: halve the bracket now and then
      if (high - low > halved / 2) next = low + (high - low) / 2;
      halved = high - low;
      since = 0;
    }
    if (!(next > low && next < high)) next = low + (high - low) / 2;
    T rounded = static_cast<T>(next);
    if (rounded == static_cast<T>(t)) {
      t = next;
      return true;
    }
    if (rounded == static_cast<T>(low) || rounded == static_cast<T>(high)) {
      // Back at a bound that is known not to be the root (Newton may cycle between two pieces): halve instead.
      next = low + (high - low) / 2;
      rounded = static_cast<T>(next);
      if (rounded == static_cast<T>(low) || rounded == static_cast<T>(high)) {
        t = next;
        return true;
      }
    }
    t = rounded;
  }
  return false;
}

/// A score that at least k are not below, 0 < k <= 2 W: of the largest of some sets of scores the number k, or a
/// smaller one.
template <class V>
typename V::T atLeastOf(const typename V::T* groups, int k) {
  using T = typename V::T;
  constexpr int most = 2 * V::W;
  if (k <= 4) {
    auto left = V::max(V::max(V::load(groups), V::load(groups + V::W)),
                       V::max(V::load(groups + 2 * V::W), V::load(groups + 3 * V::W)));
    for (int i = 1; i < k; ++i)
      left = V::select(V::equal(left, V::set(V::maximum(left))), V::set(-static_cast<T>(__builtin_inf())), left);
    return V::maximum(left);
  }
  T best[most] = {};
  for (int i = 0; i < Row<V>::kGroups; ++i) {
    if (i >= k && !(groups[i] > best[k - 1])) continue;
    int at = i < k ? i : k - 1;
    for (; at > 0 && best[at - 1] < groups[i]; --at) best[at] = best[at - 1];
    best[at] = groups[i];
  }
  return best[k - 1];
}

/// y = clip(|beta| (x - origin) - t, 0, 1).
template <class V>
void clipRow(const Row<V>& row, typename V::T origin, double t) {
  const auto zero = V::zero(), one = V::set(1), scale = V::set(row.scale), m = V::set(origin);
  const auto tv = V::set(static_cast<typename V::T>(t));
  sweep<V>(row.n, [&](auto at, int64_t i) {
    at.store(row.y + i, V::min(one, V::max(zero, (row.score(at, i) - m) * scale - tv)));
  });
}

/// k-subsets with t >= `bound` known: what lies below it is told apart at once and gets 0.
template <class V, bool atMost>
void kSubsetsAbove(const Row<V>& row, double k, typename V::T origin, typename V::T bound, typename V::T* scratch) {
  using T = typename V::T;
  const auto zero = V::zero(), one = V::set(1), scale = V::set(row.scale), m = V::set(origin), low = V::set(bound);
  PiecewiseSum<V> clipped;
  int64_t count = 0;
  sweep<V>(row.n, [&](auto at, int64_t i) {
    const auto x = row.score(at, i);
    const auto d = (x - m) * scale;
    count += V::compress(scratch + count, V::greater(d, low), d);
    if (atMost) clipped.add(i, V::min(one, V::max(zero, x * scale)));
  });
  V::store(scratch + count, V::set(-static_cast<T>(__builtin_inf())));
  if (atMost && clipped.value() <= k) return clipRow<V>(row, 0, 0);
  if (static_cast<double>(count) <= k) {
    sweep<V>(row.n, [&](auto at, int64_t i) {
      at.store(row.y + i, V::keep(V::greater((row.score(at, i) - m) * scale, low), one));
    });
    return;
  }
  double t = bound;
  if (!budgetThreshold<V>(scratch, count, k, bound, 0, t))
    return reference::kSubsetsRow<T>(row.x, row.mask, row.y, row.n, row.beta, k, atMost);
  clipRow<V>(row, origin, t);
}

/// k-subsets of scores so far apart that differences from the largest have lost digits of those near the threshold:
/// relative to the score of rank ceil(k) the threshold is in [-1, 0), and only scores nearer than 1 to it are left to
/// tell.
/// @param taking how many scores are not -inf, more than k
template <class V>
void kSubsetsByRank(const Row<V>& row, double k, int64_t taking, typename V::T* scratch) {
  using T = typename V::T;
  const auto one = V::set(1), scale = V::set(row.scale), low = V::set(-static_cast<T>(__builtin_inf()));
  int64_t count = 0;
  sweep<V>(row.n, [&](auto at, int64_t i) {
    const auto x = row.score(at, i);
    count += V::compress(scratch + count, V::greater(x, low), x);
  });
  const T origin = select<V>(scratch, taking, taking - static_cast<int64_t>(__builtin_ceil(k)));
  const auto m = V::set(origin);
  int64_t ones = 0;
  count = 0;
  sweep<V>(row.n, [&](auto at, int64_t i) {
    const auto d = (row.score(at, i) - m) * scale;
    const auto above = V::greaterEqual(d, one);
    ones += V::count(above);
    count += V::compress(scratch + count, V::both(V::greater(d, -one), V::greater(one, d)), d);
  });
  V::store(scratch + count, low);
  double t = -0.5;
  budgetThreshold<V>(scratch, count, k - static_cast<double>(ones), -1, 0, t);
  clipRow<V>(row, origin, t);
}

template <class V, bool atMost>
void kSubsetsRow(const Row<V>& row, double k, typename V::T* scratch) {
  using T = typename V::T;
  const auto refer = [&] { reference::kSubsetsRow<T>(row.x, row.mask, row.y, row.n, row.beta, k, atMost); };
  if (!(k > 0)) return refer();
  const bool few = k <= 2 * V::W;
  T groups[Row<V>::kGroups];
  const auto top = row.maximum(few ? groups : nullptr);
  if (top.special) return refer();
  const T minusInfinity = -static_cast<T>(__builtin_inf());
  if (top.value == minusInfinity) return row.zeros();
  if (few) {
    // At t one below a score that k are not below, those k get 1 each.
    const T low = atLeastOf<V>(groups, static_cast<int>(__builtin_ceil(k)));
    const T bound = (low - top.value) * row.scale - 1 - 8 * V::epsilon;
    if (bound > -4) return kSubsetsAbove<V, atMost>(row, k, top.value, bound, scratch);
  }
  const auto zero = V::zero(), one = V::set(1), scale = V::set(row.scale);
  T origin = top.value;
  auto smallest = zero;
  PiecewiseSum<V> clipped;
  int64_t taking = 0;
  const auto gather = [&] {
    const auto m = V::set(origin);
    sweep<V>(row.n, [&](auto at, int64_t i) {
      const auto x = row.score(at, i);
      const auto d = (x - m) * scale;
      const auto finite = V::greater(x, V::set(minusInfinity));
      V::store(scratch + i, d);  // scratch is padded: whole vectors
      smallest = V::min(smallest, V::select(finite, d, smallest));
      taking += V::count(finite);
      if (atMost) clipped.add(i, V::min(one, V::max(zero, x * scale)));
    });
  };
  gather();
  if (atMost && clipped.value() <= k) return clipRow<V>(row, 0, 0);
  if (static_cast<double>(taking) <= k) {
    sweep<V>(row.n, [&](auto at, int64_t i) {
      at.store(row.y + i, V::keep(V::greater(row.score(at, i), V::set(minusInfinity)), one));
    });
    return;
  }
  const double lowest = V::minimum(smallest);
  if (lowest < (sizeof(T) == 4 ? -0x1p16 : -0x1p40)) return kSubsetsByRank<V>(row, k, taking, scratch);
  // All at the lowest would give sum >= k at t = lowest - k/n (k < n); all at the top sum <= k at t = -k/n.
  const double share = k / static_cast<double>(taking);
  double t = -1 < lowest - share ? lowest - share : -1 < -share ? -1 : -share;
  if (!budgetThreshold<V>(scratch, row.n, k, lowest - 1, 0, t)) return refer();
  if (t < -4) {
    // Far from the maximum, x - max has lost digits that count: once more from the entry nearest the threshold.
    const auto reach = V::set(static_cast<T>(t + 1)), lowv = V::set(minusInfinity);
    auto chosen = lowv;
    sweep<V>(row.n, [&](auto at, int64_t i) {
      const auto x = row.score(at, i);
      const auto d = (x - V::set(origin)) * scale;
      chosen = V::max(chosen, V::select(V::greaterEqual(reach, d), x, lowv));
    });
    const T shifted = V::maximum(chosen);
    if (shifted > minusInfinity) {
      const double moved =
          (static_cast<double>(shifted) - static_cast<double>(origin)) * static_cast<double>(row.scale);
      origin = shifted;
      smallest = zero;
      taking = 0;
      gather();
      t -= moved;
      const double width = 4 + V::epsilon * 8 * (moved < 0 ? -moved : moved);
      double shiftedT = t;
      if (!budgetThreshold<V>(scratch, row.n, k, t - width, t + width, shiftedT)) return refer();
      t = shiftedT;
    }
  }
  clipRow<V>(row, origin, t);
}

template <class V, bool atMost>
void kSubsets(const Block<typename V::T>& b) {
  for (int64_t r = 0; r < b.rows; ++r)
    kSubsetsRow<V, atMost>(Row<V>(b, r), b.scalar[1][r * b.scalarStep[1]], b.scratch);
}

template <class V, bool atMost>
void kSubsetsBackward(const Block<typename V::T>& b) {
  using T = typename V::T;
  const auto zero = V::zero(), one = V::set(1);
  for (int64_t r = 0; r < b.rows; ++r) {
    const BackwardRow<V> row(b, r);
    const double k = b.scalar[1][r * b.scalarStep[1]];
    PiecewiseSum<V, 4> total;
    auto sum = zero;
    int64_t inside = 0;
    sweep<V>(row.n, [&](auto at, int64_t i) {
      const auto y = at.load(row.y + i, zero);
      const auto live = V::both(V::notEqual(y, zero), V::notEqual(y, one));
      if (atMost) total.add(i, y);
      if (!V::any(live)) return;
      sum = sum + V::keep(live, at.load(row.g + i, zero));
      inside += V::count(live);
    });
    // Rounding of that many weights.
    const double tolerance = 4 * static_cast<double>(V::epsilon) * ((k > 1 ? k : 1) + static_cast<double>(inside));
    const bool slack = atMost && total.value() < k - tolerance;
    const auto mean = V::set(slack || inside == 0 ? T(0) : V::sum(sum) / static_cast<T>(inside)), factor = row.factor();
    sweep<V>(row.n, [&](auto at, int64_t i) {
      const auto y = at.load(row.y + i, zero);
      const auto live = V::both(V::notEqual(y, zero), V::notEqual(y, one));
      const auto result = V::select(V::nan(y), y, (at.load(row.g + i, zero) - mean) * factor);
      at.store(row.out + i, V::keep(live, result));
    });
    row.finish();
  }
}

}  // namespace
}  // namespace dl4jhopfield
