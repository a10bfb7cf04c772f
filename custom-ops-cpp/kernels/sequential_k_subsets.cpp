#include "dl4jhopfield/sequential_k_subsets.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include "internal/each_type.h"
#include "internal/row_plan.h"

namespace dl4jhopfield {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
using Subset = std::vector<uint8_t>;

/// One row's problem over the entries that can be chosen.
struct Chain {
  std::vector<double> x;  // scores
  std::vector<double> w;  // w[i] couples i and i+1; 0 where something masked lies between
  int64_t k = 0;
  bool atMost = false;

  int64_t size() const { return static_cast<int64_t>(x.size()); }

  /// The best subset for given unary scores and edges, Viterbi over (how many chosen, was the last one chosen).
  Subset best(const std::vector<double>& unary, const std::vector<double>& edges) const {
    const int64_t n = size(), states = 2 * (k + 1);
    std::vector<double> value(states, -kInfinity), next(states);
    std::vector<uint8_t> from(n * states);
    value[0] = 0;
    for (int64_t i = 0; i < n; ++i) {
      std::fill(next.begin(), next.end(), -kInfinity);
      for (int64_t count = 0; count <= std::min(i, k); ++count) {
        for (int last = 0; last < 2; ++last) {
          const double so = value[2 * count + last];
          if (so == -kInfinity) continue;
          if (so > next[2 * count]) {
            next[2 * count] = so;
            from[i * states + 2 * count] = static_cast<uint8_t>(last);
          }
          const double chosen = so + unary[i] + (last == 1 ? edges[i - 1] : 0.0);
          if (count < k && chosen > next[2 * count + 3]) {
            next[2 * count + 3] = chosen;
            from[i * states + 2 * count + 3] = static_cast<uint8_t>(last);
          }
        }
      }
      value.swap(next);
    }
    int64_t state = -1;
    for (int64_t candidate = atMost ? 0 : 2 * k; candidate < states; ++candidate)
      if (state < 0 || value[candidate] > value[state]) state = candidate;
    Subset subset(n, 0);
    for (int64_t i = n - 1; i >= 0; --i) {
      const int64_t previous = from[i * states + state];
      subset[i] = state % 2 == 1;
      state = state - state % 2 - (subset[i] ? 2 : 0) + previous;
    }
    return subset;
  }

  double linear(const Subset& c) const {  // b_c: score + edges + the linear part of the quadratic
    double sum = 0;
    for (int64_t i = 0; i < size(); ++i) {
      if (!c[i]) continue;
      sum += x[i] + 1;
      if (i + 1 < size() && c[i + 1]) sum += w[i];
    }
    return sum;
  }
};

/// Solves a small square system in place by elimination with partial pivoting; a vanishing pivot gives 0 for its
/// unknown.
std::vector<double> solve(std::vector<double> a, std::vector<double> b) {
  const std::size_t n = b.size();
  std::vector<bool> dead(n, false);
  for (std::size_t column = 0; column < n; ++column) {
    std::size_t pivot = column;
    for (std::size_t row = column + 1; row < n; ++row)
      if (std::abs(a[row * n + column]) > std::abs(a[pivot * n + column])) pivot = row;
    if (std::abs(a[pivot * n + column]) < 1e-11) {
      dead[column] = true;
      continue;
    }
    if (pivot != column) {
      std::swap_ranges(a.begin() + column * n, a.begin() + (column + 1) * n, a.begin() + pivot * n);
      std::swap(b[column], b[pivot]);
    }
    for (std::size_t row = column + 1; row < n; ++row) {
      const double factor = a[row * n + column] / a[column * n + column];
      if (factor == 0) continue;
      for (std::size_t j = column; j < n; ++j) a[row * n + j] -= factor * a[column * n + j];
      b[row] -= factor * b[column];
    }
  }
  for (std::size_t row = n; row-- > 0;) {
    if (dead[row]) {
      b[row] = 0;
      continue;
    }
    for (std::size_t j = row + 1; j < n; ++j) b[row] -= a[row * n + j] * b[j];
    b[row] /= a[row * n + row];
  }
  return b;
}

class ActiveSet {
 public:
  explicit ActiveSet(const Chain& chain) : chain_(chain) {
    double scale = 1;
    for (double value : chain.x) scale = std::max(scale, std::abs(value));
    for (double value : chain.w) scale = std::max(scale, std::abs(value));
    tolerance_ = 1e-13 * scale * static_cast<double>(std::max<int64_t>(1, chain.k));
    std::vector<double> start(chain.x);
    subsets_.push_back(chain.best(start, chain.w));
    weights_.push_back(1);
    run();
  }

  const std::vector<double>& p() const { return p_; }

  /// Adds the other subsets of the optimal face, as far as they are independent.
  void spanFace() {
    uint64_t state = 0x9e3779b97f4a7c15u;
    const auto random = [&state] {  // fixed: the same gradient every time
      state = state * 6364136223846793005u + 1442695040888963407u;
      return static_cast<double>(state >> 33) / 4294967296.0 * 4 - 1;
    };
    const double lambda = value(subsets_[0]);
    int failures = 0;
    while (failures < 8 && static_cast<int64_t>(subsets_.size()) <= chain_.size()) {
      std::vector<double> unary = marginalScores(), edges(chain_.w);
      for (double& u : unary) u += 1e6 * tolerance_ * random();
      const Subset candidate = chain_.best(unary, edges);
      if (std::abs(value(candidate) - lambda) > 100 * tolerance_ || !independent(candidate, nullptr)) {
        ++failures;
        continue;
      }
      subsets_.push_back(candidate);
      weights_.push_back(0);
    }
  }

  void backward(const std::vector<double>& g, std::vector<double>& gradX, std::vector<double>& gradW) const {
    std::vector<double> right;
    for (const Subset& c : subsets_) {
      double sum = 0;
      for (int64_t i = 0; i < chain_.size(); ++i) sum += c[i] ? g[i] : 0.0;
      right.push_back(sum);
    }
    right.push_back(0);
    const std::vector<double> u = solve(system(2), right);
    for (std::size_t j = 0; j < subsets_.size(); ++j)
      for (int64_t i = 0; i < chain_.size(); ++i) {
        if (!subsets_[j][i]) continue;
        gradX[i] += u[j];
        if (i + 1 < chain_.size() && subsets_[j][i + 1]) gradW[i] += u[j];
      }
  }

 private:
  std::vector<double> marginalScores() const {
    std::vector<double> unary(chain_.x);
    for (int64_t i = 0; i < chain_.size(); ++i) unary[i] += 1 - 2 * p_[i];
    return unary;
  }

  double value(const Subset& c) const {  // the derivative of the objective in the weight of c
    double sum = chain_.linear(c);
    for (int64_t i = 0; i < chain_.size(); ++i) sum -= c[i] ? 2 * p_[i] : 0.0;
    return sum;
  }

  double common(const Subset& a, const Subset& b) const {
    int64_t sum = 0;
    for (int64_t i = 0; i < chain_.size(); ++i) sum += a[i] & b[i];
    return static_cast<double>(sum);
  }

  /// [factor G, 1; 1, 0], G the Gram matrix of the subsets.
  std::vector<double> system(double factor) const {
    const std::size_t m = subsets_.size();
    std::vector<double> a((m + 1) * (m + 1), 0.0);
    for (std::size_t i = 0; i < m; ++i) {
      for (std::size_t j = 0; j < m; ++j) a[i * (m + 1) + j] = factor * common(subsets_[i], subsets_[j]);
      a[i * (m + 1) + m] = a[m * (m + 1) + i] = 1;
    }
    return a;
  }

  /// Whether c is affinely independent of the subsets; else `mix` receives the weights (sum 1) that give it.
  bool independent(const Subset& c, std::vector<double>* mix) const {
    std::vector<double> right;
    for (const Subset& other : subsets_) right.push_back(common(other, c));
    right.push_back(1);
    std::vector<double> mu = solve(system(1), right);
    mu.pop_back();
    double distance = 0;
    for (int64_t i = 0; i < chain_.size(); ++i) {
      double sum = 0;
      for (std::size_t j = 0; j < subsets_.size(); ++j) sum += subsets_[j][i] ? mu[j] : 0.0;
      distance += (sum - c[i]) * (sum - c[i]);
    }
    double total = 0;
    for (double weight : mu) total += weight;
    if (mix != nullptr) *mix = mu;
    return distance > 1e-12 || std::abs(total - 1) > 1e-7;
  }

  void drop(std::size_t j) {
    subsets_.erase(subsets_.begin() + static_cast<std::ptrdiff_t>(j));
    weights_.erase(weights_.begin() + static_cast<std::ptrdiff_t>(j));
  }

  void updateP() {
    p_.assign(chain_.size(), 0.0);
    for (std::size_t j = 0; j < subsets_.size(); ++j)
      for (int64_t i = 0; i < chain_.size(); ++i) p_[i] += subsets_[j][i] ? weights_[j] : 0.0;
  }

  void run() {
    const int64_t limit = 1000 + 20 * chain_.size();
    for (int64_t iteration = 0; iteration < limit; ++iteration) {
      std::vector<double> right;
      for (const Subset& c : subsets_) right.push_back(chain_.linear(c));
      right.push_back(1);
      std::vector<double> target = solve(system(2), right);
      const double lambda = target.back();
      target.pop_back();
      // As far towards the optimum on these subsets as no weight falls below 0.
      double step = 1;
      std::size_t blocking = 0;
      bool blocked = false;
      for (std::size_t j = 0; j < target.size(); ++j) {
        if (target[j] >= 0) continue;
        const double reach = weights_[j] / (weights_[j] - target[j]);
        if (!blocked || reach < step) {
          step = reach;
          blocking = j;
          blocked = true;
        }
      }
      for (std::size_t j = 0; j < target.size(); ++j) weights_[j] += step * (target[j] - weights_[j]);
      if (blocked) {
        drop(blocking);
        continue;
      }
      updateP();
      const Subset candidate = chain_.best(marginalScores(), chain_.w);
      if (value(candidate) - lambda <= tolerance_ ||
          std::find(subsets_.begin(), subsets_.end(), candidate) != subsets_.end())
        return;
      std::vector<double> mix;
      if (!independent(candidate, &mix)) {
        // p stays, only the edges gain: all the way, until one of the others is used up.
        double most = kInfinity;
        std::size_t used = 0;
        for (std::size_t j = 0; j < mix.size(); ++j)
          if (mix[j] > 1e-12 && weights_[j] / mix[j] < most) {
            most = weights_[j] / mix[j];
            used = j;
          }
        for (std::size_t j = 0; j < mix.size(); ++j) weights_[j] -= most * mix[j];
        drop(used);
        subsets_.push_back(candidate);
        weights_.push_back(most);
      } else {
        subsets_.push_back(candidate);
        weights_.push_back(0);
      }
    }
  }

  const Chain& chain_;
  double tolerance_;
  std::vector<Subset> subsets_;
  std::vector<double> weights_, p_;
};

/// What a row is, before any arithmetic.
struct RowProblem {
  Chain chain;
  std::vector<int64_t> index;     // of the chain's entries in the row
  std::vector<int64_t> edge;      // of the chain's couplings in the row's edges; -1: none
  std::vector<int64_t> infinite;  // +inf entries, when they are more than k
  std::vector<int64_t> one;       // entries that are 1 whatever the rest does
  int64_t entries = 0;
  bool nan = false;
};

/// Settles entries whose scores leave no choice, so that what is left is of the size of the couplings and no digit of
/// it is lost beside the others. With W the largest coupling, exchanging one entry of a subset for another gains their
/// difference less 2 + 4W at most, and adding one its score less 1 + 2W. Where the budget is used up whatever happens,
/// only differences count: `scores` become relative to that of rank k.
/// @param part on return only the entries that are left
/// @param one gets those that are chosen for certain; their couplings become scores of their neighbours
void settleCertain(std::vector<double>& scores, const std::vector<double>& w, std::vector<uint8_t>& part, int64_t& k,
                   bool& atMost, std::vector<int64_t>& one) {
  const int64_t n = static_cast<int64_t>(scores.size());
  for (bool changed = true; changed && k > 0;) {
    changed = false;
    double most = 0;
    std::vector<double> order;
    for (int64_t i = 0; i < n; ++i) {
      if (!part[i]) continue;
      order.push_back(scores[i]);
      if (i + 1 < n && part[i + 1]) most = std::max(most, std::abs(w[i]));
    }
    const int64_t left = static_cast<int64_t>(order.size());
    if (left == 0 || !std::isfinite(most)) return;
    std::sort(order.begin(), order.end(), std::greater<double>());
    if (atMost && order[left - 1] > 1 + 2 * most) atMost = false;  // each is worth its place
    const bool choice = left > k;
    const double last = choice ? order[k - 1] : order[left - 1];  // of the best k
    const double next = choice ? order[k] : -kInfinity;
    if (!atMost && last != 0) {
      for (int64_t i = 0; i < n; ++i)
        if (part[i]) scores[i] -= last;
      changed = true;
      continue;
    }
    const double margin = (2 + 4 * most) * (1 + 1e-12);
    for (int64_t i = 0; i < n; ++i) {
      if (!part[i]) continue;
      const bool worth = !atMost || scores[i] > 1 + 2 * most;
      if (worth && scores[i] - next > margin) {
        one.push_back(i);
        part[i] = 0;
        if (i > 0 && part[i - 1]) scores[i - 1] += w[i - 1];
        if (i + 1 < n && part[i + 1]) scores[i + 1] += w[i];
        --k;
        changed = true;
        break;  // the others' scores and the budget are not what they were
      }
      if ((choice && last - scores[i] > margin) || (atMost && scores[i] < -1 - 2 * most)) {
        part[i] = 0;
        changed = true;
      }
    }
  }
}

template <class S>
RowProblem problemOf(const RowsView<const S>& x, const RowsView<const S>& edges, const MaskView& mask, double k,
                     bool atMost, int64_t row) {
  RowProblem problem;
  const S* values = x.row(row);
  const S* couplings = x.length > 1 ? edges.row(row) : nullptr;
  const uint8_t* keep = mask.data != nullptr ? mask.row(row) : nullptr;
  std::vector<double> z(x.length);
  std::vector<uint8_t> part(x.length);
  std::vector<int64_t> infinite;
  for (int64_t i = 0; i < x.length; ++i) {
    z[i] = load<S>(values[i * x.stride]);
    part[i] = (keep == nullptr || keep[i * mask.stride] != 0) && z[i] != -kInfinity;
    if (!part[i]) continue;
    ++problem.entries;
    problem.nan |= std::isnan(z[i]);
    if (z[i] == kInfinity) infinite.push_back(i);
  }
  if (!(k >= 0)) problem.nan = true;
  std::vector<double> w(std::max<int64_t>(0, x.length - 1), 0.0);
  for (int64_t i = 0; i + 1 < x.length; ++i) {
    if (!part[i] || !part[i + 1]) continue;
    w[i] = load<S>(couplings[i * edges.stride]);
    problem.nan |= std::isnan(w[i]);
  }
  for (int64_t i = 0; i < x.length; ++i)
    if (part[i]) problem.index.push_back(i);
  if (problem.nan) return problem;
  const double whole = std::floor(k);
  if (static_cast<double>(infinite.size()) > whole) {
    problem.infinite = infinite;
    return problem;
  }
  // Entries of +inf are chosen for sure: out of the chain, their couplings become scores of their neighbours.
  std::vector<double> unary(z);
  for (int64_t i : infinite) {
    problem.one.push_back(i);
    part[i] = 0;
    if (i > 0 && part[i - 1]) unary[i - 1] += w[i - 1];
    if (i + 1 < x.length && part[i + 1]) unary[i + 1] += w[i];
  }
  int64_t left = 0;
  for (uint8_t p : part) left += p;
  left = static_cast<int64_t>(std::min(whole - static_cast<double>(infinite.size()), static_cast<double>(left)));
  problem.chain.atMost = atMost;
  settleCertain(unary, w, part, left, problem.chain.atMost, problem.one);
  problem.index.clear();
  for (int64_t i = 0; i < x.length; ++i) {
    if (!part[i]) continue;
    problem.index.push_back(i);
    problem.chain.x.push_back(unary[i]);
    const bool coupled = i + 1 < x.length && part[i + 1];
    problem.chain.w.push_back(coupled ? w[i] : 0.0);
    problem.edge.push_back(coupled ? i : -1);
  }
  problem.chain.k = std::min(left, problem.chain.size());
  return problem;
}

template <class S>
double scalarOf(const RowScalars<S>& scalar, int64_t row) {
  return scalar.view.data == nullptr ? scalar.constant : static_cast<double>(load<S>(*scalar.view.row(row)));
}

template <class S, class T>
void checkSame(const RowsView<const S>& x, const RowsView<T>& other, int64_t length) {
  bool same = other.length == length && other.outerRank == x.outerRank;
  for (int i = 0; same && i < x.outerRank; ++i) same = other.shape[i] == x.shape[i];
  if (!same)
    throw std::invalid_argument(
        "sequentialKSubsets: views must have the same outer shape, and the edges one entry less than x");
}

}  // namespace

template <class S>
void sequentialKSubsets(const RowsView<const S>& x, const RowsView<const S>& edges, const MaskView& mask,
                        const RowScalars<S>& k, bool atMost, const RowsView<S>& y) {
  checkSame(x, y, x.length);
  if (x.length > 1) checkSame(x, edges, x.length - 1);
  if (mask.data != nullptr) checkSame(x, mask, x.length);
  parallelRows(x.rows(), x.length * 1000, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const double budget = scalarOf(k, row);
      const RowProblem problem = problemOf(x, edges, mask, budget, atMost, row);
      std::vector<double> p(x.length, 0.0);
      if (problem.nan) {
        for (int64_t i : problem.index) p[i] = std::numeric_limits<double>::quiet_NaN();
      } else if (!problem.infinite.empty()) {
        for (int64_t i : problem.infinite) p[i] = std::floor(budget) / static_cast<double>(problem.infinite.size());
      } else {
        for (int64_t i : problem.one) p[i] = 1;
        if (problem.chain.size() > 0) {
          const ActiveSet solution(problem.chain);
          for (int64_t j = 0; j < problem.chain.size(); ++j)
            p[problem.index[j]] = std::min(1.0, std::max(0.0, solution.p()[j]));
        }
      }
      S* out = y.row(row);
      for (int64_t i = 0; i < x.length; ++i) out[i * y.stride] = store<S>(static_cast<Compute<S>>(p[i]));
    }
  });
}

template <class S>
void sequentialKSubsetsBackward(const RowsView<const S>& x, const RowsView<const S>& edges, const MaskView& mask,
                                const RowScalars<S>& k, bool atMost, const RowsView<const S>& gradOut,
                                const RowsView<S>& gradX, const RowsView<S>& gradEdges) {
  checkSame(x, gradOut, x.length);
  checkSame(x, gradX, x.length);
  if (mask.data != nullptr) checkSame(x, mask, x.length);
  if (x.length > 1) {
    checkSame(x, edges, x.length - 1);
    checkSame(x, gradEdges, x.length - 1);
  }
  parallelRows(x.rows(), x.length * 1000, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const RowProblem problem = problemOf(x, edges, mask, scalarOf(k, row), atMost, row);
      std::vector<double> dx(x.length, 0.0), dw(std::max<int64_t>(0, x.length - 1), 0.0);
      if (problem.nan) {
        for (int64_t i : problem.index) dx[i] = std::numeric_limits<double>::quiet_NaN();
        std::fill(dw.begin(), dw.end(), std::numeric_limits<double>::quiet_NaN());
      } else if (problem.infinite.empty() && problem.chain.size() > 0) {
        ActiveSet solution(problem.chain);
        solution.spanFace();
        const int64_t m = problem.chain.size();
        std::vector<double> g(m), chainX(m, 0.0), chainW(m, 0.0);
        const S* grad = gradOut.row(row);
        for (int64_t j = 0; j < m; ++j) g[j] = load<S>(grad[problem.index[j] * gradOut.stride]);
        solution.backward(g, chainX, chainW);
        for (int64_t j = 0; j < m; ++j) {
          dx[problem.index[j]] = chainX[j];
          if (problem.edge[j] >= 0) dw[problem.edge[j]] = chainW[j];
        }
        for (int64_t i : problem.one) {  // couplings to a certain entry act as scores
          if (i > 0) dw[i - 1] = dx[i - 1];
          if (i + 1 < x.length) dw[i] = dx[i + 1];
        }
      }
      S* outX = gradX.row(row);
      for (int64_t i = 0; i < x.length; ++i) outX[i * gradX.stride] = store<S>(static_cast<Compute<S>>(dx[i]));
      if (x.length < 2) continue;
      S* outW = gradEdges.row(row);
      for (int64_t i = 0; i + 1 < x.length; ++i) outW[i * gradEdges.stride] = store<S>(static_cast<Compute<S>>(dw[i]));
    }
  });
}

#define INSTANTIATE(S)                                                                                               \
  template void sequentialKSubsets(const RowsView<const S>&, const RowsView<const S>&, const MaskView&,              \
                                   const RowScalars<S>&, bool, const RowsView<S>&);                                  \
  template void sequentialKSubsetsBackward(const RowsView<const S>&, const RowsView<const S>&, const MaskView&,      \
                                           const RowScalars<S>&, bool, const RowsView<const S>&, const RowsView<S>&, \
                                           const RowsView<S>&);
DL4JH_EACH_STORED(INSTANTIATE)

}  // namespace dl4jhopfield
