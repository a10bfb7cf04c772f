// Properties of every separation, at each SIMD level: against an oracle written from the definition (bisection in long
// double), sums, order, translation, gradients by finite differences, masks, NaN and infinities, views.
#include <algorithm>
#include <functional>

#include "dl4jhopfield/entmax.h"
#include "dl4jhopfield/k_subsets.h"
#include "dl4jhopfield/masked_softmax.h"
#include "dl4jhopfield/normmax.h"
#include "dl4jhopfield/parallel.h"
#include "support.h"

namespace dl4jhopfield {
namespace testing_support {
namespace {

enum class Kind { Softmax, Softmax1, Sparsemax, Entmax15, Entmax, Normmax, ExactlyK, AtMostK };

struct Separation {
  const char* name;
  Kind kind;
  double parameter;  // alpha, p or k

  template <class S>
  void forward(const RowsView<const S>& x, const MaskView& mask, const RowScalars<S>& beta,
               const RowsView<S>& y) const {
    switch (kind) {
      case Kind::Softmax:
        return maskedSoftmax<S>(x, mask, beta, y);
      case Kind::Softmax1:
        return softmax1<S>(x, mask, beta, y);
      case Kind::Sparsemax:
        return sparsemax<S>(x, mask, beta, y);
      case Kind::Entmax15:
        return entmax15<S>(x, mask, beta, y);
      case Kind::Entmax:
        return entmax<S>(x, mask, parameter, beta, y);
      case Kind::Normmax:
        return normmax<S>(x, mask, parameter, beta, y);
      case Kind::ExactlyK:
      case Kind::AtMostK:
        return kSubsets<S>(x, mask, parameter, kind == Kind::AtMostK, beta, y);
    }
  }

  template <class S>
  void backward(const RowsView<const S>& y, const RowsView<const S>& g, const RowScalars<S>& beta,
                const RowsView<S>& gradX, const RowScalarGrad<S>& gradBeta = {}) const {
    switch (kind) {
      case Kind::Softmax:
        return maskedSoftmaxBackward<S>(y, g, beta, gradX, gradBeta);
      case Kind::Softmax1:
        return softmax1Backward<S>(y, g, beta, gradX, gradBeta);
      case Kind::Sparsemax:
        return sparsemaxBackward<S>(y, g, beta, gradX, gradBeta);
      case Kind::Entmax15:
        return entmax15Backward<S>(y, g, beta, gradX, gradBeta);
      case Kind::Entmax:
        return entmaxBackward<S>(y, g, parameter, beta, gradX, nullptr, gradBeta);
      case Kind::Normmax:
        return normmaxBackward<S>(y, g, parameter, beta, gradX, gradBeta);
      case Kind::ExactlyK:
      case Kind::AtMostK:
        return kSubsetsBackward<S>(y, g, parameter, kind == Kind::AtMostK, beta, gradX, gradBeta);
    }
  }

  /// For alpha > 2 the map itself magnifies rounding of double scores by y^(2 - alpha), without bound as y nears 0;
  /// float rows are computed in double there.
  double amplification() const { return kind == Kind::Entmax && parameter > 2 ? 1e5 : 1; }
  bool budget() const { return kind == Kind::ExactlyK || kind == Kind::AtMostK; }
  bool translates() const { return kind != Kind::AtMostK && kind != Kind::Softmax1; }
  bool hasMass() const { return kind != Kind::Softmax1; }
  double mass(int64_t entries) const {
    return entries == 0 ? 0 : budget() ? std::min(parameter, static_cast<double>(entries)) : 1;
  }

  /// The definition: bisection on the one unknown of the closed form, in long double.
  std::vector<double> oracle(const std::vector<double>& x, const std::vector<uint8_t>& mask, double beta) const {
    using L = long double;
    std::vector<L> z;
    std::vector<std::size_t> index;
    for (std::size_t i = 0; i < x.size(); ++i) {
      if ((!mask.empty() && mask[i] == 0) || x[i] == -kInf) continue;
      z.push_back(static_cast<L>(beta) * x[i]);
      index.push_back(i);
    }
    std::vector<double> y(x.size(), 0.0);
    if (z.empty()) return y;
    if (kind == Kind::Softmax1) {
      for (std::size_t j = 0; j < z.size(); ++j) {
        L inverse = std::exp(-z[j]);  // (1 + sum exp z_i) / exp z_j
        for (L zi : z) inverse += std::exp(zi - z[j]);
        y[index[j]] = static_cast<double>(1 / inverse);
      }
      return y;
    }
    const L top = *std::max_element(z.begin(), z.end()), bottom = *std::min_element(z.begin(), z.end());
    L alpha = parameter;
    if (kind == Kind::Softmax) alpha = 1;
    if (kind == Kind::Sparsemax) alpha = 2;
    if (kind == Kind::Entmax15) alpha = 1.5L;
    std::function<L(L, L)> value;       // of z at threshold t
    std::function<L(L, L)> constraint;  // summed, must be `target`
    L low, high, target = 1;
    if (budget()) {
      value = constraint = [](L zi, L t) { return std::min(std::max(zi - t, 0.0L), 1.0L); };
      target = parameter;
      low = bottom - 1;
      high = top;
      L clipped = 0;
      for (L zi : z) clipped += value(zi, 0);
      if ((kind == Kind::AtMostK && clipped <= target) || static_cast<double>(z.size()) <= parameter) {
        const L t = kind == Kind::AtMostK && clipped <= target ? 0 : low;
        for (std::size_t j = 0; j < z.size(); ++j) y[index[j]] = static_cast<double>(value(z[j], t));
        return y;
      }
    } else if (kind == Kind::Normmax) {
      value = [alpha](L zi, L t) { return zi <= t ? 0.0L : std::pow(zi - t, 1 / (alpha - 1)); };
      constraint = [alpha](L zi, L t) { return zi <= t ? 0.0L : std::pow(zi - t, alpha / (alpha - 1)); };
      low = top - 1;
      high = top;
    } else if (alpha == 1) {
      value = constraint = [](L zi, L t) { return std::exp(zi - t); };
      low = top;
      high = top + std::log(static_cast<L>(z.size())) + 1;
    } else {
      value = constraint = [alpha, top](L zi, L t) {  // t = tau - (alpha-1) top + 1
        const L base = (alpha - 1) * (zi - top) + 1 - t;
        return base <= 0 ? 0.0L : std::pow(base, 1 / (alpha - 1));
      };
      low = 0;
      high = 1;
    }
    for (int i = 0; i < 200; ++i) {
      const L middle = low + (high - low) / 2;
      L sum = 0;
      for (L zi : z) sum += constraint(zi, middle);
      (sum >= target ? low : high) = middle;
    }
    L sum = 0;
    for (L zi : z) sum += value(zi, low);
    for (std::size_t j = 0; j < z.size(); ++j)
      y[index[j]] = static_cast<double>(budget() ? value(z[j], low) : value(z[j], low) / sum);
    return y;
  }
};

const std::vector<Separation>& separations() {
  static const std::vector<Separation> all = {
      {"softmax", Kind::Softmax, 1},     {"softmax1", Kind::Softmax1, 1},      {"sparsemax", Kind::Sparsemax, 2},
      {"entmax15", Kind::Entmax15, 1.5}, {"entmax 1", Kind::Entmax, 1},        {"entmax 1.0001", Kind::Entmax, 1.0001},
      {"entmax 1.3", Kind::Entmax, 1.3}, {"entmax 1.5", Kind::Entmax, 1.5},    {"entmax 2", Kind::Entmax, 2},
      {"entmax 2.5", Kind::Entmax, 2.5}, {"entmax 4", Kind::Entmax, 4},        {"normmax 1.5", Kind::Normmax, 1.5},
      {"normmax 2", Kind::Normmax, 2},   {"normmax 5", Kind::Normmax, 5},      {"exactly 1", Kind::ExactlyK, 1},
      {"exactly 3", Kind::ExactlyK, 3},  {"exactly 2.5", Kind::ExactlyK, 2.5}, {"at most 3", Kind::AtMostK, 3},
  };
  return all;
}

template <class T>
std::vector<T> run(const Separation& s, const std::vector<T>& x, const std::vector<uint8_t>& mask, int64_t rows,
                   double beta = 1) {
  const int64_t n = rows == 0 ? 0 : static_cast<int64_t>(x.size()) / rows;
  std::vector<T> y(x.size(), T(-7));
  s.forward<T>(denseRows<const T>(x.data(), rows, n),
               mask.empty() ? MaskView() : denseRows<const uint8_t>(mask.data(), rows, n), beta,
               denseRows<T>(y.data(), rows, n));
  return y;
}

template <class T>
std::vector<T> gradient(const Separation& s, const std::vector<T>& y, const std::vector<T>& g, int64_t rows,
                        double beta = 1) {
  const int64_t n = static_cast<int64_t>(y.size()) / rows;
  std::vector<T> gradX(y.size(), T(-7));
  s.backward<T>(denseRows<const T>(y.data(), rows, n), denseRows<const T>(g.data(), rows, n), beta,
                denseRows<T>(gradX.data(), rows, n));
  return gradX;
}

class Separations : public EachLevel {};

template <class T>
void expectOracle(double tolerance) {
  Random random(20240611);
  SCOPED_TRACE(random.trace());
  for (const Separation& s : separations()) {
    for (int64_t n : {1, 2, 3, 7, 8, 9, 16, 17, 31, 64, 100, 513}) {
      for (double spread : {0.05, 1.0, 20.0}) {
        for (double beta : {1.0, 0.3, -2.0}) {
          std::vector<T> x = random.normals<T>(n, spread);
          std::vector<uint8_t> mask = random.integer(0, 1) ? random.mask(n, 0.7) : std::vector<uint8_t>();
          if (random.integer(0, 3) == 0) x[random.integer(0, n - 1)] = static_cast<T>(-kInf);
          if (random.integer(0, 3) == 0) x[random.integer(0, n - 1)] = x[0];
          const std::vector<T> y = run<T>(s, x, mask, 1, beta);
          const std::vector<double> expected = s.oracle(std::vector<double>(x.begin(), x.end()), mask, beta);
          for (int64_t i = 0; i < n; ++i)
            ASSERT_NEAR(y[i], expected[i], sizeof(T) == 4 ? tolerance : tolerance * s.amplification())
                << s.name << " n " << n << " spread " << spread << " beta " << beta << " entry " << i;
        }
      }
    }
  }
}

TEST_P(Separations, doubleMatchesTheDefinition) { expectOracle<double>(1e-13); }
TEST_P(Separations, floatMatchesTheDefinition) { expectOracle<float>(5e-6); }

TEST_P(Separations, rowsHoldTheirMassKeepTheOrderAndIgnoreTranslation) {
  Random random(7);
  SCOPED_TRACE(random.trace());
  for (const Separation& s : separations()) {
    SCOPED_TRACE(s.name);
    for (int64_t n : {5, 33, 200}) {
      const std::vector<double> x = random.normals<double>(n, 2);
      const std::vector<double> y = run<double>(s, x, {}, 1);
      double sum = 0;
      for (double value : y) {
        EXPECT_GE(value, 0);
        EXPECT_LE(value, 1 + 1e-14);
        sum += value;
      }
      if (s.kind == Kind::AtMostK)
        EXPECT_LE(sum, s.parameter + 1e-12);
      else if (s.hasMass())
        EXPECT_NEAR(sum, s.mass(n), 1e-12);
      else
        EXPECT_LT(sum, 1 + 1e-12);
      for (int64_t i = 0; i < n; ++i) {
        for (int64_t j = 0; j < n; ++j) {
          if (x[i] > x[j]) {
            EXPECT_GE(y[i], y[j] - 1e-15);
          }
        }
      }
      if (!s.translates()) continue;
      std::vector<double> moved(x);
      for (double& value : moved) value += 3.25;
      const std::vector<double> again = run<double>(s, moved, {}, 1);
      for (int64_t i = 0; i < n; ++i) EXPECT_NEAR(again[i], y[i], 1e-13);
    }
  }
}

TEST_P(Separations, gradientsMatchFiniteDifferences) {
  Random random(11);
  SCOPED_TRACE(random.trace());
  const double h = 1e-6, beta = 0.8;
  for (const Separation& s : separations()) {
    SCOPED_TRACE(s.name);
    for (int64_t n : {4, 19}) {
      const std::vector<double> x = random.normals<double>(n), g = random.normals<double>(n);
      const std::vector<uint8_t> mask = random.mask(n, 0.8);
      const auto loss = [&](const std::vector<double>& at, double b) {
        const std::vector<double> y = run<double>(s, at, mask, 1, b);
        double sum = 0;
        for (int64_t i = 0; i < n; ++i) sum += y[i] * g[i];
        return sum;
      };
      const std::vector<double> y = run<double>(s, x, mask, 1, beta);
      // Finite differences across an entry's entering the support measure nothing.
      bool smooth = true;
      for (double value : y) smooth &= value == 0 || (value > 1e-3 && std::abs(value - 1) > 1e-4) || value == 1;
      if (!smooth) continue;
      double gradBeta = 0;
      std::vector<double> gradX(n);
      s.backward<double>(denseRows<const double>(y.data(), 1, n), denseRows<const double>(g.data(), 1, n), beta,
                         denseRows<double>(gradX.data(), 1, n), {&gradBeta, denseRows<const double>(x.data(), 1, n)});
      for (int64_t i = 0; i < n; ++i) {
        std::vector<double> up(x), down(x);
        up[i] += h;
        down[i] -= h;
        EXPECT_NEAR(gradX[i], (loss(up, beta) - loss(down, beta)) / (2 * h), 2e-6) << "entry " << i;
      }
      EXPECT_NEAR(gradBeta, (loss(x, beta + h) - loss(x, beta - h)) / (2 * h), 2e-6);
      EXPECT_EQ(gradX, gradient<double>(s, y, g, 1, beta)) << "the gradient of beta changes nothing else";
    }
  }
}

TEST_P(Separations, alphaGradientMatchesFiniteDifferencesAndIsContinuousAtOne) {
  Random random(13);
  SCOPED_TRACE(random.trace());
  const int64_t n = 12;
  const std::vector<double> x = random.normals<double>(n, 0.4), g = random.normals<double>(n);
  const auto at = [&](double alpha) {
    std::vector<double> y(n);
    entmax<double>(denseRows<const double>(x.data(), 1, n), {}, alpha, 1.0, denseRows<double>(y.data(), 1, n));
    return y;
  };
  const auto gradAlpha = [&](double alpha) {
    const std::vector<double> y = at(alpha);
    std::vector<double> gradX(n);
    double result = 0;
    entmaxBackward<double>(denseRows<const double>(y.data(), 1, n), denseRows<const double>(g.data(), 1, n), alpha, 1.0,
                           denseRows<double>(gradX.data(), 1, n), &result);
    return result;
  };
  const auto difference = [&](double low, double high) {
    const std::vector<double> a = at(low), b = at(high);
    double sum = 0;
    for (int64_t i = 0; i < n; ++i) sum += g[i] * (b[i] - a[i]);
    return sum / (high - low);
  };
  for (double alpha : {1.001, 1.05, 1.2, 1.5, 1.7}) {
    SCOPED_TRACE(alpha);
    EXPECT_NEAR(gradAlpha(alpha), difference(alpha - 1e-6, alpha + 1e-6), 1e-6);
  }
  EXPECT_NEAR(gradAlpha(1.0), difference(1.0, 1.0 + 1e-6), 1e-5);
  EXPECT_NEAR(gradAlpha(1.0), gradAlpha(1.0 + 1e-9), 1e-7);
}

TEST_P(Separations, maskedAndMinusInfiniteEntriesAreAsIfTheyWereNotThere) {
  Random random(17);
  SCOPED_TRACE(random.trace());
  const double poison[] = {std::nan(""), kInf, 1e30, -kInf};
  for (const Separation& s : separations()) {
    SCOPED_TRACE(s.name);
    for (int64_t n : {6, 40}) {
      std::vector<double> x = random.normals<double>(n), kept, g = random.normals<double>(n), keptG;
      std::vector<uint8_t> mask(n, 1);
      for (int64_t i = 0; i < n; ++i) {
        if (random.uniform(0, 1) < 0.3) {
          mask[i] = 0;
          x[i] = poison[random.integer(0, 3)];
          g[i] = poison[random.integer(0, 3)];
        } else if (random.uniform(0, 1) < 0.2) {
          x[i] = -kInf;
        } else {
          kept.push_back(x[i]);
          keptG.push_back(g[i]);
        }
      }
      const std::vector<double> y = run<double>(s, x, mask, 1), expected = run<double>(s, kept, {}, 1);
      const std::vector<double> gradX = gradient<double>(s, y, g, 1),
                                gradKept = gradient<double>(s, expected, keptG, 1);
      std::size_t j = 0;
      for (int64_t i = 0; i < n; ++i) {
        const bool takesPart = mask[i] != 0 && x[i] != -kInf;
        EXPECT_NEAR(y[i], takesPart ? expected[j] : 0.0, takesPart ? 1e-15 : 0.0);
        EXPECT_NEAR(gradX[i], takesPart ? gradKept[j] : 0.0, takesPart ? 1e-12 : 0.0);
        j += takesPart;
      }
    }
  }
}

TEST_P(Separations, rowsWithNothingGiveZerosAndNaNStaysInItsRow) {
  const double nan = std::nan("");
  for (const Separation& s : separations()) {
    SCOPED_TRACE(s.name);
    const int64_t n = 9;
    std::vector<double> x(5 * n), g(5 * n, 1.5);
    std::vector<uint8_t> mask(5 * n, 1);
    for (int64_t i = 0; i < 5 * n; ++i) x[i] = 0.1 * static_cast<double>(i % 7);
    for (int64_t i = 0; i < n; ++i) mask[i] = 0;       // row 0: masked
    for (int64_t i = n; i < 2 * n; ++i) x[i] = -kInf;  // row 1: -inf
    x[2 * n + 4] = nan;                                // row 2: NaN, with one masked and one -inf entry
    mask[2 * n + 1] = 0;
    x[2 * n + 2] = -kInf;
    x[4 * n + 3] = nan;  // row 4: NaN where masked
    mask[4 * n + 3] = 0;
    const std::vector<double> y = run<double>(s, x, mask, 5), gradX = gradient<double>(s, y, g, 5);
    for (int64_t i = 0; i < 2 * n; ++i) {
      EXPECT_EQ(y[i], 0);
      EXPECT_EQ(gradX[i], 0);
    }
    for (int64_t i = 2 * n; i < 3 * n; ++i) {
      const bool takesPart = i != 2 * n + 1 && i != 2 * n + 2;
      EXPECT_EQ(std::isnan(y[i]), takesPart) << i;
      EXPECT_EQ(std::isnan(gradX[i]), takesPart) << i;
      if (!takesPart) {
        EXPECT_EQ(y[i], 0);
        EXPECT_EQ(gradX[i], 0);
      }
    }
    for (int64_t i = 3 * n; i < 5 * n; ++i) {
      EXPECT_TRUE(std::isfinite(y[i])) << i;
      EXPECT_TRUE(std::isfinite(gradX[i])) << i;
    }
  }
}

TEST_P(Separations, infiniteScoresShareTheMass) {
  for (const Separation& s : separations()) {
    SCOPED_TRACE(s.name);
    const std::vector<double> x = {1, kInf, 0.5, kInf, 2, -kInf, 1, 1, 0, 0, 0};
    const std::vector<double> y = run<double>(s, x, {}, 1);
    const double share = s.budget() ? std::min(1.0, s.parameter / 2) : 0.5;
    double sum = 0;
    for (double value : y) sum += value;
    EXPECT_EQ(y[1], share);
    EXPECT_EQ(y[3], share);
    EXPECT_EQ(y[5], 0);
    EXPECT_NEAR(sum, s.mass(10), 1e-14);
  }
}

TEST_P(Separations, parametersOutOfRangeGiveNaN) {
  const std::vector<double> x = {1, 2, 3};
  for (const Separation& s : {Separation{"entmax 0.5", Kind::Entmax, 0.5},
                              {"entmax nan", Kind::Entmax, std::nan("")},
                              {"normmax 1", Kind::Normmax, 1},
                              {"k -1", Kind::ExactlyK, -1}})
    for (double value : run<double>(s, x, {}, 1)) EXPECT_TRUE(std::isnan(value)) << s.name;
}

TEST_P(Separations, fewerEntriesThanKAllGetOne) {
  const std::vector<double> x = {5, -3, 0.25};
  EXPECT_EQ(run<double>({"", Kind::ExactlyK, 4}, x, {}, 1), std::vector<double>({1, 1, 1}));
  EXPECT_EQ(run<double>({"", Kind::ExactlyK, 2}, x, {1, 0, 1}, 1), std::vector<double>({1, 0, 1}));
  EXPECT_EQ(run<double>({"", Kind::AtMostK, 4}, x, {}, 1), std::vector<double>({1, 0, 0.25}));
}

/// Ties among the largest scores, k to either side of how many scores are searched alone, and masks that leave about k.
TEST_P(Separations, budgetsOfTiesMatchTheDefinition) {
  Random random(31);
  SCOPED_TRACE(random.trace());
  for (double k : {1.0, 2.0, 3.5, 4.0, 5.0, 8.0, 9.0, 16.0, 17.0, 32.0, 33.0, 70.0})
    for (Kind kind : {Kind::ExactlyK, Kind::AtMostK})
      for (int64_t n : {40, 64, 129, 513})
        for (double keep : {1.0, 0.5, k / static_cast<double>(n)}) {
          std::vector<double> x = random.normals<double>(n, 2);
          for (double& value : x) value = std::round(4 * value) / 4;
          const std::vector<uint8_t> mask = keep < 1 ? random.mask(n, keep) : std::vector<uint8_t>();
          const Separation s{"", kind, k};
          const std::vector<double> exact = run<double>(s, x, mask, 1), expected = s.oracle(x, mask, 1);
          const std::vector<float> rounded = run<float>(s, std::vector<float>(x.begin(), x.end()), mask, 1);
          for (int64_t i = 0; i < n; ++i) {
            ASSERT_NEAR(exact[i], expected[i], 1e-13) << "k " << k << " n " << n << " keep " << keep << " entry " << i;
            ASSERT_NEAR(rounded[i], expected[i], 5e-6) << "k " << k << " n " << n << " keep " << keep << " entry " << i;
          }
        }
}

TEST_P(Separations, hugeOffsetsAndSpreadsLoseNothing) {
  // Scores whose neighbours differ by one unit in the last place of a large number.
  Random random(19);
  SCOPED_TRACE(random.trace());
  for (const Separation& s : separations()) {
    SCOPED_TRACE(s.name);
    for (double size : {1e4, 1e6}) {
      std::vector<float> x(70);
      for (float& value : x) value = static_cast<float>(random.normal() - size);
      for (int i = 0; i < 2; ++i) x[i] = static_cast<float>(size * (i + 1));  // k-subsets: two saturated far above
      const std::vector<float> y = run<float>(s, x, {}, 1);
      const std::vector<double> expected = s.oracle(std::vector<double>(x.begin(), x.end()), {}, 1);
      for (std::size_t i = 0; i < x.size(); ++i) ASSERT_NEAR(y[i], expected[i], 3e-6) << size << " entry " << i;
    }
  }
}

/// An array of some rank and strides inside a larger buffer.
template <class T>
struct Strided {
  std::vector<T> buffer;
  std::vector<int64_t> shape, strides;
  int64_t origin = 0;
  T* data() { return buffer.data() + origin; }
};

template <class T>
Strided<T> randomLayout(Random& random, const std::vector<int64_t>& shape) {
  Strided<T> result;
  result.shape = shape;
  result.strides.resize(shape.size());
  std::vector<int> order(shape.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<int>(i);
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.integer(0, i - 1)]);
  int64_t size = 1;
  for (int dim : order) {
    const int64_t gap = random.integer(1, 2);
    result.strides[dim] = size * gap;
    size *= gap * shape[dim];
    if (random.integer(0, 3) == 0) {
      result.origin += result.strides[dim] * (shape[dim] - 1);
      result.strides[dim] = -result.strides[dim];
    }
  }
  result.buffer.assign(size + 8, T(99));
  return result;
}

template <class T, class F>
void eachIndex(const std::vector<int64_t>& shape, F&& f) {
  std::vector<int64_t> index(shape.size(), 0);
  int64_t total = 1;
  for (int64_t dim : shape) total *= dim;
  for (int64_t flat = 0; flat < total; ++flat) {
    f(index, flat);
    for (int i = static_cast<int>(shape.size()) - 1; i >= 0 && ++index[i] == shape[i]; --i) index[i] = 0;
  }
}

template <class T>
int64_t offsetOf(const Strided<T>& array, const std::vector<int64_t>& index) {
  int64_t offset = 0;
  for (std::size_t i = 0; i < index.size(); ++i) offset += index[i] * array.strides[i];
  return offset;
}

template <class T>
void expectViewsEqualCopies() {
  Random random(23);
  SCOPED_TRACE(random.trace());
  for (int trial = 0; trial < 40; ++trial) {
    const int rank = static_cast<int>(random.integer(1, 4)), axis = static_cast<int>(random.integer(0, rank - 1));
    std::vector<int64_t> shape(rank);
    for (int64_t& dim : shape) dim = random.integer(1, 6);
    shape[axis] = random.integer(1, 40);
    Strided<T> x = randomLayout<T>(random, shape), y = randomLayout<T>(random, shape);
    Strided<uint8_t> mask = randomLayout<uint8_t>(random, shape);
    for (int i = 0; i < rank; ++i)
      if (random.integer(0, 2) == 0) mask.strides[i] = 0;  // broadcast
    mask.origin = 0;
    for (int i = 0; i < rank; ++i)
      if (mask.strides[i] < 0) mask.origin -= mask.strides[i] * (shape[i] - 1);
    for (uint8_t& keep : mask.buffer) keep = random.uniform(0, 1) < 0.8;
    Strided<T> dense = x, denseY = x;
    // Dense copies with the row axis fastest.
    std::vector<int64_t> strides(rank);
    strides[axis] = 1;
    int64_t total = shape[axis];
    for (int i = rank - 1; i >= 0; --i)
      if (i != axis) {
        strides[i] = total;
        total *= shape[i];
      }
    dense.strides = denseY.strides = strides;
    dense.origin = denseY.origin = 0;
    dense.buffer.assign(total, T(0));
    denseY.buffer.assign(total, T(0));
    std::vector<uint8_t> denseMask(total);
    eachIndex<T>(shape, [&](const std::vector<int64_t>& index, int64_t) {
      const T value = static_cast<T>(random.normal());
      x.data()[offsetOf(x, index)] = value;
      dense.data()[offsetOf(dense, index)] = value;
      denseMask[offsetOf(dense, index)] = mask.data()[offsetOf(mask, index)];
    });
    const Separation& s = separations()[random.integer(0, separations().size() - 1)];
    SCOPED_TRACE(s.name);
    const auto in = [&](Strided<T>& a) {
      return rowsAlong<const T>(a.data(), rank, shape.data(), a.strides.data(), axis);
    };
    const auto out = [&](Strided<T>& a) { return rowsAlong<T>(a.data(), rank, shape.data(), a.strides.data(), axis); };
    s.forward<T>(in(x), rowsAlong<const uint8_t>(mask.data(), rank, shape.data(), mask.strides.data(), axis), 0.7,
                 out(y));
    s.forward<T>(in(dense), rowsAlong<const uint8_t>(denseMask.data(), rank, shape.data(), strides.data(), axis), 0.7,
                 out(denseY));
    int64_t written = 0;
    eachIndex<T>(shape, [&](const std::vector<int64_t>& index, int64_t) {
      ASSERT_EQ(y.data()[offsetOf(y, index)], denseY.data()[offsetOf(denseY, index)]);
      written += y.data()[offsetOf(y, index)] != T(99);
    });
    EXPECT_EQ(std::count_if(y.buffer.begin(), y.buffer.end(), [](T value) { return value != T(99); }), written)
        << "something outside the view was written";
  }
}

TEST_P(Separations, viewsGiveTheBitsOfCopies) {
  expectViewsEqualCopies<float>();
  expectViewsEqualCopies<double>();
}

TEST_P(Separations, worksInPlace) {
  Random random(29);
  for (const Separation& s : separations()) {
    std::vector<float> x = random.normals<float>(3 * 37);
    x[40] = std::nanf("");
    const std::vector<float> expected = run<float>(s, x, {}, 3);
    s.forward<float>(denseRows<const float>(x.data(), 3, 37), {}, 1.0, denseRows<float>(x.data(), 3, 37));
    for (std::size_t i = 0; i < x.size(); ++i)
      ASSERT_TRUE(x[i] == expected[i] || (std::isnan(x[i]) && std::isnan(expected[i]))) << s.name << " " << i;
  }
}

TEST_P(Separations, sixteenBitTypesAreTheFloatResultRounded) {
  Random random(31);
  const int64_t n = 50;
  for (const Separation& s : separations()) {
    SCOPED_TRACE(s.name);
    std::vector<Half> x(n), y(n);
    std::vector<BFloat16> xb(n), yb(n);
    std::vector<float> wide(n), wideB(n);
    for (int64_t i = 0; i < n; ++i) {
      x[i] = toHalf(static_cast<float>(random.normal()));
      xb[i] = toBFloat16(static_cast<float>(random.normal()));
      wide[i] = toFloat(x[i]);
      wideB[i] = toFloat(xb[i]);
    }
    s.forward<Half>(denseRows<const Half>(x.data(), 1, n), {}, 1.0, denseRows<Half>(y.data(), 1, n));
    s.forward<BFloat16>(denseRows<const BFloat16>(xb.data(), 1, n), {}, 1.0, denseRows<BFloat16>(yb.data(), 1, n));
    const std::vector<float> expected = run<float>(s, wide, {}, 1), expectedB = run<float>(s, wideB, {}, 1);
    for (int64_t i = 0; i < n; ++i) {
      EXPECT_EQ(y[i].bits, toHalf(expected[i]).bits);
      EXPECT_EQ(yb[i].bits, toBFloat16(expectedB[i]).bits);
    }
  }
}

TEST_P(Separations, emptyArraysAreLeftAlone) {
  for (const Separation& s : separations()) {
    EXPECT_TRUE(run<float>(s, {}, {}, 0).empty());
    s.forward<float>(denseRows<const float>(nullptr, 4, 0), {}, 1.0, denseRows<float>(nullptr, 4, 0));
  }
}

TEST_P(Separations, perRowParameters) {
  Random random(37);
  const int64_t n = 21;
  const std::vector<double> x = random.normals<double>(4 * n), betas = {0.5, 1, 2, 3}, alphas = {1, 1.25, 2, 1.5};
  std::vector<double> y(4 * n);
  entmax<double>(denseRows<const double>(x.data(), 4, n), {}, denseRows<const double>(alphas.data(), 4, 1),
                 denseRows<const double>(betas.data(), 4, 1), denseRows<double>(y.data(), 4, n));
  for (int64_t r = 0; r < 4; ++r) {
    const std::vector<double> row(x.begin() + r * n, x.begin() + (r + 1) * n);
    EXPECT_EQ(run<double>({"", Kind::Entmax, alphas[r]}, row, {}, 1, betas[r]),
              std::vector<double>(y.begin() + r * n, y.begin() + (r + 1) * n));
  }
}

TEST_P(Separations, alphaOfClosedFormsGivesTheirBits) {
  Random random(41);
  const std::vector<float> x = random.normals<float>(3 * 101);
  const auto alpha = [&](double a) { return run<float>({"", Kind::Entmax, a}, x, {}, 3); };
  EXPECT_EQ(alpha(1), run<float>({"", Kind::Softmax, 0}, x, {}, 3));
  EXPECT_EQ(alpha(1.5), run<float>({"", Kind::Entmax15, 0}, x, {}, 3));
  EXPECT_EQ(alpha(2), run<float>({"", Kind::Sparsemax, 0}, x, {}, 3));
}

TEST_P(Separations, floatErrorIsAtMostTwiceThatOfAPlainFloatSoftmax) {
  Random random(43);
  SCOPED_TRACE(random.trace());
  const int64_t rows = 2000, n = 64;
  const std::vector<float> x = random.normals<float>(rows * n, 3);
  const std::vector<float> y = run<float>({"", Kind::Softmax, 0}, x, {}, rows);
  const std::vector<double> exact =
      run<double>({"", Kind::Softmax, 0}, std::vector<double>(x.begin(), x.end()), {}, rows);
  double ours = 0, plain = 0;
  for (int64_t r = 0; r < rows; ++r) {
    float top = -INFINITY, sum = 0, e[n];
    for (int64_t i = 0; i < n; ++i) top = std::max(top, x[r * n + i]);
    for (int64_t i = 0; i < n; ++i) sum += e[i] = std::exp(x[r * n + i] - top);
    for (int64_t i = 0; i < n; ++i) {
      plain = std::max(plain, std::abs(e[i] / sum - exact[r * n + i]));
      ours = std::max(ours, std::abs(y[r * n + i] - exact[r * n + i]));
    }
  }
  EXPECT_LE(ours, 2 * plain);
}

TEST_P(Separations, threadsChangeNoBit) {
  Random random(47);
  const std::vector<float> x = random.normals<float>(3000 * 64);
  for (const Separation& s : separations()) {
    setMaxThreads(1);
    const std::vector<float> one = run<float>(s, x, {}, 3000);
    setMaxThreads(3);
    EXPECT_EQ(run<float>(s, x, {}, 3000), one) << s.name;
    setMaxThreads(0);
  }
}

AT_EACH_LEVEL(Separations);

TEST(Levels, agree) {
  Random random(53);
  SCOPED_TRACE(random.trace());
  const SimdLevel before = activeSimdLevel();
  for (const Separation& s : separations()) {
    const std::vector<float> x = random.normals<float>(50 * 77, 2);
    const std::vector<double> xd = random.normals<double>(50 * 77, 2);
    setSimdLevel(SimdLevel::Scalar);
    const std::vector<float> y = run<float>(s, x, {}, 50);
    const std::vector<double> yd = run<double>(s, xd, {}, 50);
    for (SimdLevel level : supportedLevels()) {
      setSimdLevel(level);
      const std::vector<float> other = run<float>(s, x, {}, 50);
      const std::vector<double> otherD = run<double>(s, xd, {}, 50);
      for (std::size_t i = 0; i < x.size(); ++i) {
        ASSERT_NEAR(other[i], y[i], 3e-6) << s.name << " " << simdLevelName(level);
        ASSERT_NEAR(otherD[i], yd[i], 2e-14 * s.amplification()) << s.name << " " << simdLevelName(level);
      }
    }
  }
  setSimdLevel(before);
}

TEST(Views, ofDifferentShapesAreRefused) {
  float x[12] = {}, y[12] = {};
  EXPECT_THROW(sparsemax<float>(denseRows<const float>(x, 3, 4), {}, 1.0, denseRows<float>(y, 4, 3)),
               std::invalid_argument);
  EXPECT_THROW(sparsemax<float>(denseRows<const float>(x, 3, 4), denseRows<const uint8_t>(nullptr, 3, 4), 1.0,
                                denseRows<float>(y, 2, 4)),
               std::invalid_argument);
}

}  // namespace
}  // namespace testing_support
}  // namespace dl4jhopfield
