// Sequential k-subsets against enumeration of all subsets, its optimality conditions, and finite differences.
#include "dl4jhopfield/sequential_k_subsets.h"

#include <algorithm>

#include "dl4jhopfield/k_subsets.h"
#include "support.h"

namespace dl4jhopfield {
namespace testing_support {
namespace {

struct Problem {
  std::vector<double> x, w;
  std::vector<uint8_t> mask;
  double k;
  bool atMost;

  std::vector<double> solve() const {
    const int64_t n = static_cast<int64_t>(x.size());
    std::vector<double> y(n, -7);
    sequentialKSubsets<double>(denseRows<const double>(x.data(), 1, n), denseRows<const double>(w.data(), 1, n - 1),
                               mask.empty() ? MaskView() : denseRows<const uint8_t>(mask.data(), 1, n), k, atMost,
                               denseRows<double>(y.data(), 1, n));
    return y;
  }

  void gradient(const std::vector<double>& g, std::vector<double>& gradX, std::vector<double>& gradW) const {
    const int64_t n = static_cast<int64_t>(x.size());
    gradX.assign(n, -7);
    gradW.assign(n - 1, -7);
    sequentialKSubsetsBackward<double>(
        denseRows<const double>(x.data(), 1, n), denseRows<const double>(w.data(), 1, n - 1),
        mask.empty() ? MaskView() : denseRows<const uint8_t>(mask.data(), 1, n), k, atMost,
        denseRows<const double>(g.data(), 1, n), denseRows<double>(gradX.data(), 1, n),
        denseRows<double>(gradW.data(), 1, n - 1));
  }
};

Problem randomProblem(Random& random, int64_t n, double edge) {
  Problem problem;
  problem.x = random.normals<double>(n);
  problem.w = random.normals<double>(n - 1, edge);
  problem.k = static_cast<double>(random.integer(1, n - 1));
  problem.atMost = random.integer(0, 1) == 1;
  if (random.integer(0, 2) == 0) problem.mask = random.mask(n, 0.8);
  return problem;
}

/// A point near the optimum and how far at most, by conditional gradient over all subsets (slow, but plain): the
/// objective is strongly concave with modulus 2, so ||p - p*||^2 is at most the duality gap.
std::vector<double> nearOptimum(const Problem& problem, double& distance) {
  double gap = kInf;
  const int n = static_cast<int>(problem.x.size());
  std::vector<uint32_t> subsets;
  int available = 0;
  for (int i = 0; i < n; ++i) available += problem.mask.empty() || problem.mask[i];
  const int k = std::min(static_cast<int>(problem.k), available);
  for (uint32_t c = 0; c < (1u << n); ++c) {
    const int size = __builtin_popcount(c);
    bool allowed = problem.atMost ? size <= k : size == k;
    for (int i = 0; i < n; ++i) allowed &= !(c >> i & 1) || problem.mask.empty() || problem.mask[i];
    if (allowed) subsets.push_back(c);
  }
  const auto edgeValue = [&](uint32_t c) {
    double sum = 0;
    for (int i = 0; i + 1 < n; ++i)
      if ((c >> i & 3) == 3) sum += problem.w[i];
    return sum;
  };
  std::vector<double> p(n, 0.0);
  for (int i = 0; i < n; ++i) p[i] = subsets[0] >> i & 1;
  double e = edgeValue(subsets[0]);
  for (int iteration = 0; iteration < 3000; ++iteration) {
    double best = -kInf, present = e;
    uint32_t chosen = 0;
    for (int i = 0; i < n; ++i) present += (problem.x[i] + 1 - 2 * p[i]) * p[i];
    for (uint32_t c : subsets) {
      double value = edgeValue(c);
      for (int i = 0; i < n; ++i)
        if (c >> i & 1) value += problem.x[i] + 1 - 2 * p[i];
      if (value > best) {
        best = value;
        chosen = c;
      }
    }
    gap = best - present;
    double curvature = 0;
    for (int i = 0; i < n; ++i) curvature += 2 * std::pow((chosen >> i & 1) - p[i], 2);
    const double step = curvature == 0 ? 0 : std::min(1.0, gap / curvature);
    for (int i = 0; i < n; ++i) p[i] += step * ((chosen >> i & 1) - p[i]);
    e += step * (edgeValue(chosen) - e);
    if (gap < 1e-6) break;
  }
  distance = std::sqrt(std::max(0.0, gap));
  return p;
}

TEST(SequentialKSubsets, isTheProjectionOfKSubsetsWithoutEdges) {
  Random random(5);
  SCOPED_TRACE(random.trace());
  for (int trial = 0; trial < 100; ++trial) {
    Problem problem = randomProblem(random, random.integer(2, 30), 0);
    const int64_t n = static_cast<int64_t>(problem.x.size());
    // ||p||^2 + ||1-p||^2 has twice the curvature: x.p + sum p - ||p||^2 is maximal at the projection of (x + 1)/2.
    std::vector<double> half(problem.x), y(n);
    for (double& value : half) value = (value + 1) / 2;
    kSubsets<double>(denseRows<const double>(half.data(), 1, n),
                     problem.mask.empty() ? MaskView() : denseRows<const uint8_t>(problem.mask.data(), 1, n), problem.k,
                     problem.atMost, 1.0, denseRows<double>(y.data(), 1, n));
    const std::vector<double> ours = problem.solve();
    for (int64_t i = 0; i < n; ++i) ASSERT_NEAR(ours[i], y[i], 1e-11) << "trial " << trial;
  }
}

TEST(SequentialKSubsets, liesAtTheOptimumThatEnumerationFinds) {
  Random random(9);
  SCOPED_TRACE(random.trace());
  for (int trial = 0; trial < 30; ++trial) {
    const Problem problem = randomProblem(random, random.integer(2, 7), 0.8);
    double distance = 0;
    const std::vector<double> near = nearOptimum(problem, distance), y = problem.solve();
    ASSERT_LT(distance, 0.06);
    double apart = 0;
    for (std::size_t i = 0; i < y.size(); ++i) apart += (y[i] - near[i]) * (y[i] - near[i]);
    EXPECT_LE(std::sqrt(apart), distance + 1e-9) << "trial " << trial;
    double sum = 0;
    for (double value : y) {
      EXPECT_GE(value, 0);
      EXPECT_LE(value, 1);
      sum += value;
    }
    int available = 0;
    for (std::size_t i = 0; i < y.size(); ++i) available += problem.mask.empty() || problem.mask[i];
    const double mass = std::min<double>(problem.k, available);
    EXPECT_LE(sum, mass + 1e-12);
    EXPECT_GE(sum, problem.atMost ? 0 : mass - 1e-12);
  }
}

TEST(SequentialKSubsets, gradientsMatchFiniteDifferences) {
  Random random(15);
  SCOPED_TRACE(random.trace());
  const double h = 1e-6;
  int measured = 0;
  for (int trial = 0; trial < 40; ++trial) {
    const Problem problem = randomProblem(random, random.integer(3, 9), 0.7);
    const int64_t n = static_cast<int64_t>(problem.x.size());
    const std::vector<double> g = random.normals<double>(n);
    std::vector<double> gradX, gradW;
    problem.gradient(g, gradX, gradW);
    const auto loss = [&](const Problem& at) {
      const std::vector<double> y = at.solve();
      double sum = 0;
      for (int64_t i = 0; i < n; ++i) sum += g[i] * y[i];
      return sum;
    };
    const double here = loss(problem);
    const auto check = [&](auto&& vary, double ours) {
      Problem up = problem, down = problem;
      vary(up, h);
      vary(down, -h);
      const double right = (loss(up) - here) / h, left = (here - loss(down)) / h;
      if (std::abs(right - left) > 1e-5) return;  // a kink
      ++measured;
      EXPECT_NEAR(ours, (right + left) / 2, 1e-5) << "trial " << trial;
    };
    for (int64_t i = 0; i < n; ++i) check([i](Problem& p, double by) { p.x[i] += by; }, gradX[i]);
    for (int64_t i = 0; i + 1 < n; ++i) check([i](Problem& p, double by) { p.w[i] += by; }, gradW[i]);
  }
  EXPECT_GT(measured, 300);
}

TEST(SequentialKSubsets, tiesGetTheGradientOfTheWholeFace) {
  const Problem problem{{0.3, 0.3, 0.3, 0.3}, {0, 0, 0}, {}, 2, false};
  std::vector<double> gradX, gradW;
  problem.gradient({1, 0, 0, 0}, gradX, gradW);
  EXPECT_NEAR(gradX[0], 0.375, 1e-12);  // half of I - 11'/4
  for (int i = 1; i < 4; ++i) EXPECT_NEAR(gradX[i], -0.125, 1e-12);
}

TEST(SequentialKSubsets, oddEntries) {
  const double nan = std::nan("");
  EXPECT_EQ((Problem{{1, 2}, {0.5}, {}, 5, false}.solve()), std::vector<double>({1, 1}));
  EXPECT_EQ((Problem{{1, 2, 3}, {0.5, 9}, {0, 0, 0}, 2, false}.solve()), std::vector<double>({0, 0, 0}));
  EXPECT_EQ((Problem{{kInf, 0, kInf, 1}, {0, 0, 0}, {}, 1, false}.solve()), std::vector<double>({0.5, 0, 0.5, 0}));
  EXPECT_EQ((Problem{{kInf, 8, -8, 0}, {0, 0, 0}, {}, 2, false}.solve()), std::vector<double>({1, 1, 0, 0}));
  const std::vector<double> y = Problem{{nan, 1, 2, 3}, {0, 0, 0}, {1, 1, 0, 1}, 2, false}.solve();
  EXPECT_TRUE(std::isnan(y[0]) && std::isnan(y[1]) && std::isnan(y[3]));
  EXPECT_EQ(y[2], 0);
}

}  // namespace
}  // namespace testing_support
}  // namespace dl4jhopfield
