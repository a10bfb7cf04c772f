// GELU, layer norm and l2 normalisation against their definitions, and gradients against finite differences.
#include <algorithm>

#include "dl4jhopfield/gelu.h"
#include "dl4jhopfield/layer_norm.h"
#include "dl4jhopfield/parallel.h"
#include "support.h"

namespace dl4jhopfield {
namespace testing_support {
namespace {

long double exactGelu(double x, bool tanhForm) {
  const long double v = x;
  if (tanhForm) return v / 2 * (1 + std::tanh(std::sqrt(2 / 3.14159265358979323846L) * (v + 0.044715L * v * v * v)));
  return v / 2 * std::erfc(-v / std::sqrt(2.0L));
}

class Transformer : public EachLevel {};

template <class T>
void expectGelu(double ulps) {
  std::vector<T> x, y, g, gradX;
  for (double v = -12; v <= 12; v += 0.0137) x.push_back(static_cast<T>(v));
  for (double v : {0.0, 1e-30, -1e-30, 1e-3, -1e-3, 300.0, -300.0}) x.push_back(static_cast<T>(v));
  const int64_t n = static_cast<int64_t>(x.size());
  y.resize(n);
  gradX.resize(n);
  g.assign(n, T(1));
  for (bool tanhForm : {false, true}) {
    gelu<T>(denseRows<const T>(x.data(), 1, n), tanhForm, denseRows<T>(y.data(), 1, n));
    geluBackward<T>(denseRows<const T>(x.data(), 1, n), denseRows<const T>(g.data(), 1, n), tanhForm,
                    denseRows<T>(gradX.data(), 1, n));
    for (int64_t i = 0; i < n; ++i) {
      const double expected = static_cast<double>(exactGelu(x[i], tanhForm));
      const double unit = std::numeric_limits<T>::epsilon();
      ASSERT_NEAR(y[i], expected, ulps * unit * std::max(std::abs(expected), 0.05)) << "x " << x[i];
      const double h = 1e-4,
                   slope =
                       static_cast<double>((exactGelu(x[i] + h, tanhForm) - exactGelu(x[i] - h, tanhForm)) / (2 * h));
      ASSERT_NEAR(gradX[i], slope, 1e-8 + 16 * unit) << "x " << x[i];
    }
  }
}

TEST_P(Transformer, geluMatchesItsDefinition) {
  expectGelu<float>(4);
  expectGelu<double>(8);
}

TEST_P(Transformer, geluOfOddNumbers) {
  const double nan = std::nan("");
  const std::vector<float> x = {-INFINITY, INFINITY, static_cast<float>(nan), -100, 100};
  for (bool tanhForm : {false, true}) {
    std::vector<float> y(5), gradX(5), g(5, 2);
    gelu<float>(denseRows<const float>(x.data(), 1, 5), tanhForm, denseRows<float>(y.data(), 1, 5));
    geluBackward<float>(denseRows<const float>(x.data(), 1, 5), denseRows<const float>(g.data(), 1, 5), tanhForm,
                        denseRows<float>(gradX.data(), 1, 5));
    EXPECT_EQ(y[0], 0);
    EXPECT_EQ(y[1], INFINITY);
    EXPECT_TRUE(std::isnan(y[2]));
    EXPECT_EQ(y[3], 0);
    EXPECT_EQ(y[4], 100);
    EXPECT_EQ(gradX[3], 0);
    EXPECT_EQ(gradX[4], 2);
    EXPECT_TRUE(std::isnan(gradX[2]));
  }
}

TEST_P(Transformer, geluOfALongLineAndOfAViewIsTheSame) {
  Random random(3);
  const int64_t rows = 3, n = 5000;
  const std::vector<float> x = random.normals<float>(rows * n * 2);
  std::vector<float> dense(rows * n), y(rows * n), viewed(rows * n * 2, 9);
  RowsView<const float> view = denseRows<const float>(x.data(), rows, n);
  view.stride = 2;
  view.strides[0] = 2 * n;
  for (int64_t i = 0; i < rows * n; ++i) dense[i] = x[2 * i];
  gelu<float>(denseRows<const float>(dense.data(), rows, n), false, denseRows<float>(y.data(), rows, n));
  RowsView<float> out = denseRows<float>(viewed.data(), rows, n);
  out.stride = 2;
  out.strides[0] = 2 * n;
  gelu<float>(view, false, out);
  for (int64_t i = 0; i < rows * n; ++i) {
    ASSERT_EQ(viewed[2 * i], y[i]);
    ASSERT_EQ(viewed[2 * i + 1], 9);
  }
}

template <class T>
std::vector<T> norm(const std::vector<T>& x, int64_t rows, const T* gain, const T* bias, double eps = 1e-5) {
  const int64_t n = static_cast<int64_t>(x.size()) / rows;
  std::vector<T> y(x.size());
  layerNorm<T>(denseRows<const T>(x.data(), rows, n), gain, bias, eps, denseRows<T>(y.data(), rows, n));
  return y;
}

TEST_P(Transformer, layerNormMatchesItsDefinition) {
  Random random(5);
  SCOPED_TRACE(random.trace());
  for (int64_t n : {1, 2, 7, 8, 33, 100, 513}) {
    for (double offset : {0.0, 1000.0}) {
      std::vector<double> x = random.normals<double>(3 * n), gain = random.normals<double>(n),
                          bias = random.normals<double>(n);
      for (double& value : x) value += offset;
      const std::vector<double> y = norm<double>(x, 3, gain.data(), bias.data()),
                                plain = norm<double>(x, 3, nullptr, nullptr);
      const std::vector<float> xf(x.begin(), x.end());
      const std::vector<float> yf = norm<float>(xf, 3, nullptr, nullptr);
      for (int64_t r = 0; r < 3; ++r) {
        const auto expected = [&](auto&& at, int64_t i) {
          long double mean = 0, variance = 0;
          for (int64_t j = 0; j < n; ++j) mean += at(j);
          mean /= n;
          for (int64_t j = 0; j < n; ++j) variance += (at(j) - mean) * (at(j) - mean);
          return static_cast<double>((at(i) - mean) / std::sqrt(variance / n + 1e-5L));
        };
        for (int64_t i = 0; i < n; ++i) {
          const double h = expected([&](int64_t j) { return static_cast<long double>(x[r * n + j]); }, i);
          ASSERT_NEAR(plain[r * n + i], h, 1e-12) << n;
          ASSERT_NEAR(y[r * n + i], h * gain[i] + bias[i], 1e-11);
          const double hf = expected([&](int64_t j) { return static_cast<long double>(xf[r * n + j]); }, i);
          ASSERT_NEAR(yf[r * n + i], hf, offset == 0 ? 2e-6 : 1e-3) << n;
        }
      }
    }
  }
}

TEST_P(Transformer, layerNormGradientsMatchFiniteDifferences) {
  Random random(7);
  SCOPED_TRACE(random.trace());
  const int64_t rows = 70, n = 11;
  const std::vector<double> x = random.normals<double>(rows * n), gain = random.normals<double>(n),
                            g = random.normals<double>(rows * n);
  std::vector<double> gradX(rows * n), gradGain(n), gradBias(n);
  layerNormBackward<double>(denseRows<const double>(x.data(), rows, n), gain.data(), 1e-5,
                            denseRows<const double>(g.data(), rows, n), denseRows<double>(gradX.data(), rows, n),
                            gradGain.data(), gradBias.data());
  const auto loss = [&](const std::vector<double>& atX, const std::vector<double>& atGain) {
    const std::vector<double> y = norm<double>(atX, rows, atGain.data(), nullptr);
    double sum = 0;
    for (int64_t i = 0; i < rows * n; ++i) sum += y[i] * g[i];
    return sum;
  };
  for (int64_t i = 0; i < rows * n; i += 13) {
    std::vector<double> up(x), down(x);
    up[i] += 1e-6;
    down[i] -= 1e-6;
    EXPECT_NEAR(gradX[i], (loss(up, gain) - loss(down, gain)) / 2e-6, 1e-6);
  }
  for (int64_t i = 0; i < n; ++i) {
    std::vector<double> up(gain), down(gain);
    up[i] += 1e-6;
    down[i] -= 1e-6;
    EXPECT_NEAR(gradGain[i], (loss(x, up) - loss(x, down)) / 2e-6, 1e-6);
    double sum = 0;
    for (int64_t r = 0; r < rows; ++r) sum += g[r * n + i];
    EXPECT_NEAR(gradBias[i], sum, 1e-12);
  }
}

TEST_P(Transformer, layerNormGradientsAreTheSameBitsOnAnyNumberOfThreads) {
  Random random(9);
  const int64_t rows = 5000, n = 64;
  const std::vector<float> x = random.normals<float>(rows * n), g = random.normals<float>(rows * n), gain(n, 1.5f);
  std::vector<double> first;
  for (int threads : {1, 2, 3}) {
    setMaxThreads(threads);
    std::vector<float> gradX(rows * n);
    std::vector<double> sums(2 * n);
    layerNormBackward<float>(denseRows<const float>(x.data(), rows, n), gain.data(), 1e-5,
                             denseRows<const float>(g.data(), rows, n), denseRows<float>(gradX.data(), rows, n),
                             sums.data(), sums.data() + n);
    if (first.empty()) first = sums;
    EXPECT_EQ(sums, first) << threads;
  }
  setMaxThreads(0);
}

TEST_P(Transformer, l2NormalisationAndItsGradient) {
  Random random(11);
  SCOPED_TRACE(random.trace());
  const int64_t n = 9;
  const std::vector<double> x = random.normals<double>(n), g = random.normals<double>(n);
  const auto run = [&](const std::vector<double>& at) {
    std::vector<double> y(n);
    l2Normalize<double>(denseRows<const double>(at.data(), 1, n), 1e-12, denseRows<double>(y.data(), 1, n));
    return y;
  };
  double squares = 0;
  for (double value : run(x)) squares += value * value;
  EXPECT_NEAR(squares, 1, 1e-14);
  std::vector<double> gradX(n);
  l2NormalizeBackward<double>(denseRows<const double>(x.data(), 1, n), 1e-12, denseRows<const double>(g.data(), 1, n),
                              denseRows<double>(gradX.data(), 1, n));
  for (int64_t i = 0; i < n; ++i) {
    std::vector<double> up(x), down(x);
    up[i] += 1e-6;
    down[i] -= 1e-6;
    const std::vector<double> a = run(up), b = run(down);
    double difference = 0;
    for (int64_t j = 0; j < n; ++j) difference += g[j] * (a[j] - b[j]);
    EXPECT_NEAR(gradX[i], difference / 2e-6, 1e-8);
  }
  EXPECT_EQ(run(std::vector<double>(n, 0.0)), std::vector<double>(n, 0.0));
}

AT_EACH_LEVEL(Transformer);

}  // namespace
}  // namespace testing_support
}  // namespace dl4jhopfield
