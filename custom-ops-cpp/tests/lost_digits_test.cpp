// Numbers that were wrong once, at each SIMD level, each with the right value: what adversarial_test.cpp searches for
// at random.
#include <atomic>
#include <thread>

#include "dl4jhopfield/association_retrieval.h"
#include "dl4jhopfield/entmax.h"
#include "dl4jhopfield/fenchel_young.h"
#include "dl4jhopfield/k_subsets.h"
#include "dl4jhopfield/layer_norm.h"
#include "dl4jhopfield/masked_softmax.h"
#include "dl4jhopfield/normmax.h"
#include "dl4jhopfield/parallel.h"
#include "dl4jhopfield/pooling.h"
#include "dl4jhopfield/projection.h"
#include "dl4jhopfield/sequential_k_subsets.h"
#include "exact.h"
#include "support.h"

namespace dl4jhopfield {
namespace testing_support {
namespace {

class LostDigits : public EachLevel {};

template <class T>
RowsView<const T> in(const std::vector<T>& v) {
  return denseRows<const T>(v.data(), 1, static_cast<int64_t>(v.size()));
}
template <class T>
RowsView<T> out(std::vector<T>& v) {
  return denseRows<T>(v.data(), 1, static_cast<int64_t>(v.size()));
}
template <class T>
std::vector<T> subsets(const std::vector<T>& x, double k, bool atMost = false, double beta = 1) {
  std::vector<T> y(x.size(), T(-7));
  kSubsets<T>(in(x), {}, k, atMost, beta, out(y));
  return y;
}
template <class T>
std::vector<T> powers(const std::vector<T>& x, double alpha, double beta = 1) {
  std::vector<T> y(x.size(), T(-7));
  entmax<T>(in(x), {}, alpha, beta, out(y));
  return y;
}

TEST_P(LostDigits, kSubsetsOfScoresFarApart) {
  EXPECT_EQ(subsets<float>({1.3e8f, -9e7f, -2.4e8f, 7e7f}, 3), (std::vector<float>{1, 1, 0, 1}));
  EXPECT_EQ(subsets<float>({8e6f, -3e6f, -9e6f, 4e6f, -2e6f}, 4), (std::vector<float>{1, 1, 0, 1, 1}));
  EXPECT_EQ(subsets<double>({1.3e16, -9e15, -2.4e16, 7e15}, 3), (std::vector<double>{1, 1, 0, 1}));
  expectNear(subsets<double>({1e30, 0.5, -1.6}, 2), {1, 1, 0}, 1e-15, "one large entry");
  for (double large : {1e8, 1e12, 1e30, 1e300, 1.7e308}) {
    expectNear(subsets<double>({large, 0.3, 0.1, -0.4}, 2), {1, 0.6, 0.4, 0}, 1e-15, "below one large entry");
    expectNear(subsets<double>({-large, 0.3, 0.1, -0.4, -large}, 1), {0, 0.6, 0.4, 0, 0}, 1e-15, "above");
    expectNear(subsets<double>({large, 0.3, 0.1, -large}, 1.5, true), {1, 0.3, 0.1, 0}, 1e-15, "at most, slack");
    expectNear(subsets<double>({large, 0.3, 0.1, -large}, 1.3, true), {1, 0.25, 0.05, 0}, 1e-15, "at most");
  }
  expectNear(subsets<double>({1.7e308, -1.7e308, 0}, 2), {1, 0, 1}, 0, "the whole range");
  expectNear(subsets<double>({1e300, 2e300, -1e300}, 1, false, -1e200), {0, 0, 1}, 0, "scores beyond the range");
}

TEST_P(LostDigits, kSubsetsOfManyEqualFloats) {
  const std::vector<float> y = subsets<float>(std::vector<float>(16385, 0.7f), 5461.5);
  for (float value : y) ASSERT_NEAR(value, 5461.5 / 16385, 1e-6);
  std::vector<float> x(16385, 5.f);  // one between 8,000 of weight 1 and the rest
  for (std::size_t i = 8000; i < x.size(); ++i) x[i] = i == 8000 ? 0.f : -5.f;
  ASSERT_NEAR(subsets<float>(x, 8000.4)[8000], 0.4, 1e-6);
}

TEST_P(LostDigits, budgetsOfScoresFarApart) {
  const std::vector<double> upper = {0.2, 0.5, 0.7, 0.4};
  for (double large : {1e8, 1e16, 1e30, 1e300}) {
    std::vector<double> y(4);
    const std::vector<double> x = {large, 0.3, 0.1, -0.4};
    constrainedSparsemax<double>(in(x), in(upper), {}, out(y));
    expectNear(y, {0.2, 0.5, 0.3, 0}, 1e-15, "one large entry");
    const std::vector<double> mixed = {large, -large, 0.3, 0.1}, two = {0.25, 1, 0.45, 1};
    constrainedSparsemax<double>(in(mixed), in(two), {}, out(y));
    expectNear(y, {0.25, 0, 0.45, 0.3}, 1e-15, "large to either side");
  }
}

TEST_P(LostDigits, sequentialSubsetsOfScoresFarApart) {
  const std::vector<double> edges(4, 0.0);
  std::vector<double> y(5);
  for (double large : {1e8, 1e16, 1e30, 1e300}) {
    const std::vector<double> x = {large, 0, 1, 2, 3};
    sequentialKSubsets<double>(in(x), in(edges), {}, 2.0, false, out(y));
    expectNear(y, {1, 0, 0, 0.25, 0.75}, 1e-12, "one large entry");
    const std::vector<double> low = {-large, 0, 1, 2, 3};
    sequentialKSubsets<double>(in(low), in(edges), {}, 2.0, true, out(y));
    expectNear(y, {0, 0, 0.25, 0.75, 1}, 1e-12, "one small entry");
    const std::vector<double> coupled = {0.3, large, 0.1, -large, 0.2}, w = {0.5, -0.7, 3, -2};
    sequentialKSubsets<double>(in(coupled), in(w), {}, 2.0, false, out(y));
    // The second is certain: its couplings make the scores 0.8 and -0.6 of its neighbours, and the fourth parts them
    // from the last.
    expectNear(y, {0.65, 1, 0, 0, 0.35}, 1e-12, "couplings");
  }
}

TEST_P(LostDigits, entmaxOfLargeAlpha) {
  const double inf = std::numeric_limits<double>::infinity();
  const std::vector<double> x = {0.2, 0.19, 0.2, -3, 0.1};
  for (double alpha : {2.1, 5.0, 10.0, 50.0, 1e3, 1e10, 1e100, 1e300}) {
    SCOPED_TRACE(alpha);
    expectNear(powers<double>(x, alpha), Exact::weights(ExactKind::Entmax, alpha, x, {}, 1), 1e-14, "double");
    const std::vector<float> single = as<float>(x);
    expectNear(powers<float>(single, alpha),
               Exact::weights(ExactKind::Entmax, alpha, std::vector<double>(single.begin(), single.end()), {}, 1), 2e-7,
               "float");
    for (double value : powers<double>(std::vector<double>(64, 0.0), alpha)) EXPECT_DOUBLE_EQ(value, 1.0 / 64);
    for (double value : powers<double>(std::vector<double>(64, -3e20), alpha)) EXPECT_DOUBLE_EQ(value, 1.0 / 64);
  }
  // Differences as small as the map is steep: y = (s^a + a d)^(1/a).
  std::vector<double> steep = {0, 1e-20, 3e-20};
  expectNear(powers<double>(steep, 20), Exact::weights(ExactKind::Entmax, 20, steep, {}, 1), 1e-14, "steep");
  EXPECT_EQ(powers<double>({1, 2, 2}, inf), (std::vector<double>{0, 0.5, 0.5}));
}

TEST_P(LostDigits, entmaxOfAlphaNearOne) {
  const std::vector<float> x = {8.99f, -10.8f, 12.1f, 10.8f, 3.9f};
  for (double alpha : {1 + 1e-12, 1 + 1e-7, 1 + 1e-4})
    expectNear(powers<float>(x, alpha),
               Exact::weights(ExactKind::Entmax, alpha, std::vector<double>(x.begin(), x.end()), {}, 1), 1e-6,
               "near softmax");
}

TEST_P(LostDigits, entmaxGradientsOfLargeAlpha) {
  const std::vector<double> y = {0.55, 0.3, 0.15, 0}, g = {0.3, -1.2, 0.7, 5};
  std::vector<double> gradX(4);
  double gradAlpha = 0;
  for (double alpha : {3.0, 5.0, 10.0, 50.0, 300.0}) {
    SCOPED_TRACE(alpha);
    entmaxBackward<double>(in(y), in(g), alpha, 1.0, out(gradX), &gradAlpha);
    const std::vector<double> expected = Exact::gradient(ExactKind::Entmax, alpha, y, g, 1, false);
    for (int i = 0; i < 4; ++i) EXPECT_NEAR(gradX[i], expected[i], 1e-12 * std::abs(expected[i])) << i;
    EXPECT_NEAR(gradAlpha, Exact::alphaGradient(alpha, y, g), 1e-14);
  }
  // At 1e300 the slopes are beyond all range: infinite, never NaN, and the derivative of alpha is all but 0.
  const std::vector<double> ties(3, 1.0 / 3), same(3, 0.4);
  gradX.resize(3);
  entmaxBackward<double>(in(ties), in(same), 1e300, 1.0, out(gradX), &gradAlpha);
  EXPECT_EQ(gradX, (std::vector<double>{0, 0, 0}));
  EXPECT_NEAR(gradAlpha, 0, 1e-290);
  const std::vector<double> first = {1, 0, 0};
  entmaxBackward<double>(in(ties), in(first), 1e300, 1.0, out(gradX), &gradAlpha);
  EXPECT_EQ(gradX, (std::vector<double>{kInf, -kInf, -kInf}));
}

TEST_P(LostDigits, normmaxAtTheEdgeOfItsSupport) {
  // The third entry is in by one unit in the last place, which its 48th root makes 0.3 of the row.
  const std::vector<double> x = {1, -0.5, std::nextafter(0.0, 1.0) + 2.220446049250313e-16};
  for (double p : {2.5, 11.7, 50.0}) {
    std::vector<double> y(3);
    normmax<double>(in(x), {}, p, 1.0, out(y));
    expectNear(y, Exact::weights(ExactKind::Normmax, p, x, {}, 1), 1e-13, "edge");
    EXPECT_GT(y[2], 0);
  }
}

TEST_P(LostDigits, normmaxWhereTheDifferenceItselfIsRounded) {
  const std::vector<double> x = {0.0037186323169656156, -1.3587622886151203,
                                 1.0037186323169656};  // the first is in by 2e-17
  std::vector<double> y(3);
  for (double p : {3.0, 4.3119063787162304, 50.0}) {
    normmax<double>(in(x), {}, p, 1.0, out(y));
    expectNear(y, Exact::weights(ExactKind::Normmax, p, x, {}, 1), 1e-13, "edge");
  }
  // One that is at exactly 1 below is out, and the others keep their places.
  const std::vector<double> below = {0.5, -0.5, 0.2, -0.1, 0.4, 0.3, 0.1, 0.45, -0.5, 0.05, 0.25, 0.35, 0.15};
  std::vector<double> z(below.size());
  for (double p : {1.02, 1.5, 5.0}) {
    normmax<double>(in(below), {}, p, 1.0, out(z));
    expectNear(z, Exact::weights(ExactKind::Normmax, p, below, {}, 1), 1e-13, "places");
  }
}

TEST_P(LostDigits, normmaxGradientsBeyondFloat) {
  const std::vector<float> y = {0.9f, 0.0999f, 1e-4f}, g = {0.3f, -1.2f, 0.7f};
  std::vector<float> gradX(3);
  for (double p : {5.0, 12.0, 50.0}) {
    normmaxBackward<float>(in(y), in(g), p, 1.0, out(gradX));
    const std::vector<double> expected = Exact::gradient(ExactKind::Normmax, p, std::vector<double>(y.begin(), y.end()),
                                                         std::vector<double>(g.begin(), g.end()), 1, false);
    for (int i = 0; i < 3; ++i) {
      if (std::abs(expected[i]) > 3.4e38)
        EXPECT_EQ(gradX[i], std::copysign(kInf, expected[i])) << i;
      else
        EXPECT_NEAR(gradX[i], expected[i], 1e-6 * std::abs(expected[i])) << i;
    }
  }
}

TEST_P(LostDigits, regularizersOfSmallWeights) {
  double value = 0;
  const std::vector<double> y(100, 0.01);
  regularizer<double>(SeparationKind::Normmax, 400.0, in(y), &value);  // 0.01^400 is below the range of double
  EXPECT_NEAR(value, 0.01 * std::pow(100, 1 / 400.0) - 1, 1e-14);
  regularizer<double>(SeparationKind::Entmax, 1e300, in(y), &value);
  EXPECT_NEAR(value, 0, 1e-290);
}

TEST_P(LostDigits, l2NormalizeOfAnySize) {
  for (double scale : {1e-310, 1e-200, 1.0, 1e160, 1e200, 1e307}) {
    const std::vector<double> x = {3 * scale, -4 * scale}, g = {1, 2};
    std::vector<double> y(2), gradX(2);
    l2Normalize<double>(in(x), 0, out(y));
    expectNear(y, {0.6, -0.8}, scale < 1e-307 ? 1e-12 : 1e-15, "normalised");
    l2NormalizeBackward<double>(in(x), 0, in(g), out(gradX));
    // (g - y <y, g>) / |x|, <y, g> = -1
    for (int i = 0; i < 2 && scale > 1e-300; ++i)
      EXPECT_NEAR(gradX[i] * 5 * scale, (i == 0 ? 1.6 : 1.2), 1e-14) << scale;
  }
  const std::vector<double> x = {1e200, 0};
  std::vector<double> y(2);
  l2Normalize<double>(in(x), 1e-12, out(y));
  expectNear(y, {1, 0}, 0, "with an epsilon");
}

/// (x - mean) / sqrt(variance + eps) in 57 digits.
std::vector<double> normalised(const std::vector<double>& x, double eps) {
  Big sum, squares;
  const Big n(static_cast<double>(x.size()));
  for (double value : x) sum += Big(value);
  for (double value : x) squares += (Big(value) - sum / n) * (Big(value) - sum / n);
  const Big scale = exp(log(squares / n + Big(eps)) * Big(-0.5));
  std::vector<double> result;
  for (double value : x) result.push_back(((Big(value) - sum / n) * scale).toDouble());
  return result;
}

template <class T>
void expectNormalised(double offset, double deviation, double tolerance) {
  Random random(15);
  for (int64_t n : {2, 3, 8, 17, 33, 64, 515}) {
    std::vector<T> x(n), y(n);
    for (T& value : x) value = static_cast<T>(offset + deviation * random.normal());
    layerNorm<T>(in(x), nullptr, nullptr, 1e-5, out(y));
    expectNear(y, normalised(std::vector<double>(x.begin(), x.end()), 1e-5), tolerance, "layer norm");
    // The normalisation of a projection: one weight takes the feature i out.
    std::vector<T> weight(n * n), projected(n);
    for (int64_t i = 0; i < n; ++i) weight[i * n + i] = 1;
    Projection<T> p;
    p.weight = weight.data();
    p.width = p.weightRow = n;
    project<T>(in(x), true, 1e-5, {p}, {out(projected)});
    expectNear(projected, normalised(std::vector<double>(x.begin(), x.end()), 1e-5), tolerance, "projection");
  }
}

TEST_P(LostDigits, layerNormWithAnOffset) {
  for (double deviation : {1.0, 0.01}) expectNormalised<float>(1e4, deviation, 2e-6);
  expectNormalised<float>(-1e6, 1, 2e-6);
  expectNormalised<double>(1e12, 1, 1e-14);
  std::vector<float> x(33, 1e4f), y(33);
  layerNorm<float>(in(x), nullptr, nullptr, 1e-5, out(y));
  EXPECT_EQ(y, std::vector<float>(33, 0.f));
}

// The bound below which no score gets a weight, largest - 1 / (alpha - 1), rounds up to 4999999.5 here.
TEST_P(LostDigits, retrievalOfScoresAtTheBound) {
  const std::vector<float> scores{5000000, 4999999.5f, 4999999.5f}, values{0, 1, 1};
  const float one = 1;
  for (double alpha : {2.722467, 2.9}) {
    const std::vector<double> expected =
        Exact::weights(ExactKind::Entmax, alpha, std::vector<double>(scores.begin(), scores.end()), {}, 1);
    RetrievalOptions o;
    o.queries = o.width = o.valueWidth = o.topK = 1;
    o.separation = AssociationSeparation::Entmax;
    o.alpha = alpha;
    const PatternBlock<float> block{scores.data(), values.data(), 3, 1, 1, false};
    float mixed = -7, weight = -7;
    int64_t support = -7;
    RetrievalResults<float> results;
    results.out = &mixed;
    results.topWeight = &weight;
    results.support = &support;
    retrieve<float>(o, &one, 1, &block, 1, results);
    EXPECT_EQ(support, 3);
    EXPECT_NEAR(weight, expected[0], 1e-6);
    EXPECT_NEAR(mixed, expected[1] + expected[2], 1e-6);
  }
}

AT_EACH_LEVEL(LostDigits);

TEST(Pool, outlivesThreadsThatCallWhileTheProcessEnds) {
  EXPECT_EXIT(
      {
        setMaxThreads(2);
        std::thread daemon([] {
          for (;;) parallelRows(1 << 10, 1 << 10, [](int64_t, int64_t) {});
        });
        daemon.detach();
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        std::exit(0);
      },
      ::testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace testing_support
}  // namespace dl4jhopfield
