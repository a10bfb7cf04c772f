// The medians of scores that a PFU takes for its threshold, without keeping the scores.
#include <cmath>
#include <cstring>
#include <limits>
#include <mutex>

#include "internal/association_run.h"

namespace dl4jhopfield {
namespace association_detail {
namespace {

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
      const int64_t found =
          ops.between(values.data(), ops.lanes, rows, ops.lanes, low, high, &there, &below, next.data());
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

}  // namespace

/// Lower medians of the whole tensor or of each sample: a few scores say about where, one pass over all counts those
/// below and keeps those near, among which the median is found exactly. False where there are too many scores to keep
/// a share of.
template <class T>
bool AssociationRun<T>::findMediansFromSamples(Iteration<T>& it, int64_t t, const std::vector<int64_t>& active) {
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
void AssociationRun<T>::countMedians(Iteration<T>& it, int64_t t, const std::vector<int64_t>& active) {
  using Key = decltype(orderedKey(T()));
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

/// Lower medians of each query, likewise.
template <class T>
void AssociationRun<T>::countRowMedians(Iteration<T>& it, int64_t t, const std::vector<int64_t>& active) {
  using Key = decltype(orderedKey(T()));
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

template <class T>
void AssociationRun<T>::findMedians(Iteration<T>& it, int64_t t, const std::vector<int64_t>& active) {
  if (o.pfu.scope == MedianScope::Row)
    countRowMedians(it, t, active);
  else if (!findMediansFromSamples(it, t, active))
    countMedians(it, t, active);
}

template void AssociationRun<float>::findMedians(Iteration<float>&, int64_t, const std::vector<int64_t>&);
template void AssociationRun<double>::findMedians(Iteration<double>&, int64_t, const std::vector<int64_t>&);

}  // namespace association_detail
}  // namespace dl4jhopfield
