// Hopfield pooling against its definition in double (both projections made, then an association), gradients against
// finite differences, views against copies.
#include "dl4jhopfield/pooling.h"

#include <algorithm>

#include "dl4jhopfield/entmax.h"
#include "dl4jhopfield/k_subsets.h"
#include "dl4jhopfield/masked_softmax.h"
#include "dl4jhopfield/normmax.h"
#include "dl4jhopfield/parallel.h"
#include "support.h"

namespace dl4jhopfield {
namespace testing_support {
namespace {

class PoolingKernel : public EachLevel {};

using Separation = AssociationSeparation;

struct Mapping {
  int64_t width = 0;
  std::vector<double> weight, bias, gain, shift;
};

struct Problem {
  PoolingOptions o;
  int64_t length, qBatch;
  bool affine;
  std::vector<double> x, q, gradOut;
  Mapping key, value;
  std::vector<uint8_t> mask;   // [batch, heads, queries, stored], or [batch, stored]; empty: none
  std::vector<double> factor;  // [batch, heads, queries, stored]; empty: 1

  Problem(Random& random, PoolingOptions options, int64_t length, bool affine, bool ownQueries = false)
      : o(options), length(length), qBatch(ownQueries ? options.batch : 1), affine(affine) {
    x = random.normals<double>(o.batch * o.stored * length, 2);
    q = random.normals<double>(qBatch * o.queries * o.heads * o.width);
    gradOut = random.normals<double>(o.batch * o.queries * o.heads * o.valueWidth);
    key = mapping(random, o.heads * o.width);
    value = mapping(random, o.heads * o.valueWidth);
  }
  Mapping mapping(Random& random, int64_t width) const {
    return {width, random.normals<double>(length * width, 0.5), random.normals<double>(width),
            random.normals<double>(length), random.normals<double>(length)};
  }

  bool kept(int64_t b, int64_t h, int64_t l, int64_t j) const {
    if (mask.empty()) return true;
    if (static_cast<int64_t>(mask.size()) == o.batch * o.stored) return mask[b * o.stored + j] != 0;
    return mask[((b * o.heads + h) * o.queries + l) * o.stored + j] != 0;
  }

  std::vector<double> projected(const Mapping& m) const {
    std::vector<double> y(o.batch * o.stored * m.width);
    for (int64_t r = 0; r < o.batch * o.stored; ++r) {
      double mean = 0, variance = 0;
      for (int64_t k = 0; k < length; ++k) mean += x[r * length + k] / length;
      for (int64_t k = 0; k < length; ++k) variance += (x[r * length + k] - mean) * (x[r * length + k] - mean) / length;
      for (int64_t c = 0; c < m.width; ++c) {
        double sum = m.bias[c];
        for (int64_t k = 0; k < length; ++k) {
          double h = o.normalise ? (x[r * length + k] - mean) / std::sqrt(variance + o.eps) : x[r * length + k];
          if (affine) h = m.gain[k] * h + m.shift[k];
          sum += h * m.weight[k * m.width + c];
        }
        y[r * m.width + c] = sum;
      }
    }
    return y;
  }

  void separate(std::vector<double>& z, const std::vector<uint8_t>& open) const {
    const auto rows = denseRows<double>(z.data(), 1, o.stored);
    const auto masked = denseRows<const uint8_t>(open.data(), 1, o.stored);
    switch (o.separation) {
      case Separation::Softmax:
        return maskedSoftmax<double>(rows, masked, 1.0, rows);
      case Separation::Softmax1:
        return softmax1<double>(rows, masked, 1.0, rows);
      case Separation::Sparsemax:
        return sparsemax<double>(rows, masked, 1.0, rows);
      case Separation::Entmax15:
        return entmax15<double>(rows, masked, 1.0, rows);
      case Separation::Entmax:
        return entmax<double>(rows, masked, o.parameter, 1.0, rows);
      case Separation::Normmax:
        return normmax<double>(rows, masked, o.parameter, 1.0, rows);
      case Separation::KSubsets:
        return kSubsets<double>(rows, masked, o.parameter, o.atMost, 1.0, rows);
    }
  }

  std::vector<double> out() const {
    const std::vector<double> k = projected(key), v = projected(value);
    std::vector<double> result(gradOut.size());
    for (int64_t b = 0; b < o.batch; ++b)
      for (int64_t h = 0; h < o.heads; ++h)
        for (int64_t l = 0; l < o.queries; ++l) {
          std::vector<double> z(o.stored);
          std::vector<uint8_t> open(o.stored);
          for (int64_t j = 0; j < o.stored; ++j) {
            open[j] = kept(b, h, l, j);
            for (int64_t c = 0; c < o.width; ++c)
              z[j] += o.beta * q[(((qBatch == 1 ? 0 : b) * o.queries + l) * o.heads + h) * o.width + c] *
                      k[(b * o.stored + j) * key.width + h * o.width + c];
          }
          separate(z, open);
          for (int64_t j = 0; j < o.stored && !factor.empty(); ++j)
            z[j] *= factor[((b * o.heads + h) * o.queries + l) * o.stored + j];
          for (int64_t j = 0; j < o.stored; ++j)
            for (int64_t c = 0; open[j] && c < o.valueWidth; ++c)
              result[((b * o.queries + l) * o.heads + h) * o.valueWidth + c] +=
                  z[j] * v[(b * o.stored + j) * value.width + h * o.valueWidth + c];
        }
    return result;
  }

  double loss() const {
    const std::vector<double> values = out();
    double sum = 0;
    for (std::size_t i = 0; i < values.size(); ++i) sum += gradOut[i] * values[i];
    return sum;
  }
};

/// The problem in T, run.
template <class T>
struct Solved {
  struct Parameters {
    std::vector<T> weight, bias, gain, shift;
    Parameters() = default;
    explicit Parameters(const Mapping& m)
        : weight(as<T>(m.weight)), bias(as<T>(m.bias)), gain(as<T>(m.gain)), shift(as<T>(m.shift)) {}
  };
  std::vector<T> x, q, gradOut, factor, out, gradX, gradQ;
  Parameters key, value, gradKey, gradValue;

  explicit Solved(const Problem& p)
      : x(as<T>(p.x)),
        q(as<T>(p.q)),
        gradOut(as<T>(p.gradOut)),
        factor(as<T>(p.factor)),
        out(gradOut.size(), T(-7)),
        gradX(x.size(), T(-7)),
        gradQ(q.size(), T(-7)),
        key(p.key),
        value(p.value),
        gradKey(p.key),
        gradValue(p.value) {
    PoolingInputs<T> in;
    in.x = patterns(p, x.data());
    in.q = q.data();
    in.qBatch = p.qBatch;
    in.key = projection(p, p.key, key);
    in.value = projection(p, p.value, value);
    if (!p.mask.empty()) {
      const bool padding = static_cast<int64_t>(p.mask.size()) == p.o.batch * p.o.stored;
      in.mask.data = p.mask.data();
      in.mask.batch = padding ? p.o.stored : p.o.heads * p.o.queries * p.o.stored;
      in.mask.head = padding ? 0 : p.o.queries * p.o.stored;
      in.mask.row = padding ? 0 : p.o.stored;
    }
    if (!factor.empty())
      in.factor = {factor.data(), p.o.heads * p.o.queries * p.o.stored, p.o.queries * p.o.stored, p.o.stored, 1};
    pool<T>(p.o, in, out.data());
    PoolingGradients<T> g;
    g.gradOut = gradOut.data();
    g.gradX = patterns(p, gradX.data());
    g.gradQ = gradQ.data();
    g.key = gradient(gradKey);
    g.value = gradient(gradValue);
    poolBackward<T>(p.o, in, g);
  }

  template <class U>
  static RowsView<U> patterns(const Problem& p, U* data) {
    const int64_t shape[] = {p.o.batch, p.o.stored, p.length}, strides[] = {p.o.stored * p.length, p.length, 1};
    return rowsAlong(data, 3, shape, strides);
  }
  static Projection<T> projection(const Problem& p, const Mapping& m, const Parameters& v) {
    return {m.width,
            v.weight.data(),
            m.width,
            1,
            v.bias.data(),
            p.affine ? v.gain.data() : nullptr,
            p.affine ? v.shift.data() : nullptr};
  }
  static ProjectionGradient<T> gradient(Parameters& v) {
    return {v.weight.data(), v.bias.data(), v.gain.data(), v.shift.data()};
  }
};

PoolingOptions sizes(int64_t batch, int64_t heads, int64_t queries, int64_t stored, int64_t width, int64_t valueWidth) {
  PoolingOptions o;
  o.batch = batch;
  o.heads = heads;
  o.queries = queries;
  o.stored = stored;
  o.width = width;
  o.valueWidth = valueWidth;
  o.beta = 0.4;
  return o;
}

std::vector<PoolingOptions> separations(PoolingOptions o) {
  std::vector<PoolingOptions> all;
  const auto add = [&](Separation s, double parameter, bool atMost) {
    o.separation = s;
    o.parameter = parameter;
    o.atMost = atMost;
    all.push_back(o);
  };
  add(Separation::Softmax, 1, false);
  add(Separation::Softmax1, 1, false);
  add(Separation::Sparsemax, 2, false);
  add(Separation::Entmax15, 1.5, false);
  add(Separation::Entmax, 1.3, false);
  add(Separation::Normmax, 3, false);
  add(Separation::KSubsets, 3, false);
  add(Separation::KSubsets, 3, true);
  return all;
}

std::vector<Problem> problems(Random& random) {
  std::vector<Problem> all;
  for (const PoolingOptions& small : separations(sizes(3, 2, 3, 11, 4, 5)))
    for (int variant = 0; variant < 6; ++variant) {
      PoolingOptions o = small;
      o.normalise = variant != 1;
      all.emplace_back(random, o, variant == 2 ? 16 : 7, variant != 3, variant == 2);
      if (variant == 2) {
        all.back().mask = random.mask(o.batch * o.stored, 0.6);
        for (int64_t j = 0; j < o.stored; ++j)
          all.back().mask[o.stored + j] = 0;  // nothing to retrieve from in one item
      }
      if (variant > 3)
        for (uint8_t kept : random.mask(o.batch * o.heads * o.queries * o.stored, 0.6))
          all.back().factor.push_back(kept / 0.6);
      if (variant == 3 || variant == 5) all.back().mask = random.mask(o.batch * o.heads * o.queries * o.stored, 0.7);
    }
  for (const PoolingOptions& o : separations(sizes(1, 1, 1, 2500, 32, 32))) all.emplace_back(random, o, 32, true);
  all.emplace_back(random, sizes(2, 4, 9, 300, 3, 20), 45, true);
  all.emplace_back(random, sizes(40, 1, 1, 5, 8, 8), 8, true);
  return all;
}

TEST_P(PoolingKernel, matchesItsDefinition) {
  Random random(21);
  SCOPED_TRACE(random.trace());
  for (const Problem& p : problems(random)) {
    const Solved<double> exact(p);
    const Solved<float> rounded(p);
    expectNear(exact.out, p.out(), 1e-11, "out");
    expectNear(rounded.out, p.out(), 1e-5, "float out");
    const bool smooth = p.o.separation == Separation::Softmax;  // the supports of the others may differ in float
    if (!smooth) continue;
    expectNear(rounded.gradX, exact.gradX, 2e-5, "float gradient of x");
    expectNear(rounded.gradQ, exact.gradQ, 2e-5, "float gradient of q");
    expectNear(rounded.gradKey.weight, exact.gradKey.weight, 2e-5, "float gradient of the key's weight");
    expectNear(rounded.gradValue.weight, exact.gradValue.weight, 2e-5, "float gradient of the value's weight");
  }
}

TEST_P(PoolingKernel, gradientsMatchFiniteDifferences) {
  Random random(22);
  SCOPED_TRACE(random.trace());
  int number = 0;
  for (Problem& p : problems(random)) {
    SCOPED_TRACE(number++);
    if (p.o.stored > 1000) continue;
    const Solved<double> run(p);
    expectGradient(p, p.x, run.gradX, random, "x");
    expectGradient(p, p.q, run.gradQ, random, "q");
    for (int role = 0; role < 2; ++role) {
      Mapping& m = role == 0 ? p.key : p.value;
      const auto& g = role == 0 ? run.gradKey : run.gradValue;
      expectGradient(p, m.weight, g.weight, random, "weight");
      expectGradient(p, m.bias, g.bias, random, "bias");
      if (!p.affine) continue;
      expectGradient(p, m.gain, g.gain, random, "gain");
      expectGradient(p, m.shift, g.shift, random, "shift");
    }
  }
}

TEST_P(PoolingKernel, isTheSameWithAnyNumberOfThreads) {
  Random random(23);
  for (const PoolingOptions& o : separations(sizes(2, 2, 1, 2100, 4, 4))) {
    const Problem p(random, o, 20, true);
    setMaxThreads(1);
    const Solved<float> one(p);
    setMaxThreads(3);
    const Solved<float> three(p);
    setMaxThreads(0);
    EXPECT_EQ(one.out, three.out);
    EXPECT_EQ(one.gradX, three.gradX);
    EXPECT_EQ(one.gradQ, three.gradQ);
    EXPECT_EQ(one.gradKey.weight, three.gradKey.weight);
    EXPECT_EQ(one.gradValue.shift, three.gradValue.shift);
  }
}

TEST_P(PoolingKernel, doesNotReadPadding) {
  Random random(24);
  for (const PoolingOptions& o : separations(sizes(2, 2, 2, 70, 4, 4))) {
    Problem p(random, o, 12, true);
    p.mask.assign(o.batch * o.stored, 1);
    const std::vector<int64_t> hidden{3, 30, 68, 69, 70 + 5};
    for (int64_t row : hidden) p.mask[row] = 0;
    const Solved<float> finite(p);
    for (int64_t row : hidden) p.x[row * 12 + 4] = std::nan("");
    const Solved<float> padded(p);
    EXPECT_EQ(padded.out, finite.out);
    EXPECT_EQ(padded.gradX, finite.gradX);
    EXPECT_EQ(padded.gradKey.weight, finite.gradKey.weight);
    for (int64_t row : hidden)
      for (int64_t k = 0; k < 12; ++k) EXPECT_EQ(padded.gradX[row * 12 + k], 0.0f);
  }
}

TEST_P(PoolingKernel, keepsNanInItsItem) {
  Random random(25);
  for (const PoolingOptions& o : separations(sizes(3, 2, 2, 40, 4, 4))) {
    Problem p(random, o, 12, true);
    p.x[(40 + 7) * 12] = std::nan("");
    const Solved<float> run(p);
    for (std::size_t i = 0; i < run.out.size(); ++i)
      EXPECT_EQ(std::isnan(run.out[i]), i / (run.out.size() / 3) == 1) << i;
  }
}

/// A key bias that is no number reaches the result though softmax would not change with a finite one.
TEST_P(PoolingKernel, doesNotHideABrokenBias) {
  Random random(26);
  Problem p(random, sizes(1, 1, 1, 9, 3, 3), 5, true);
  p.key.bias[1] = std::nan("");
  for (float value : Solved<float>(p).out) EXPECT_TRUE(std::isnan(value));
}

TEST_P(PoolingKernel, ofNoPatternsIsZero) {
  Random random(27);
  for (const PoolingOptions& o : separations(sizes(2, 2, 1, 0, 3, 3))) {
    const Solved<float> run(Problem(random, o, 5, true));
    EXPECT_EQ(run.out, std::vector<float>(run.out.size()));
    EXPECT_EQ(run.gradQ, std::vector<float>(run.gradQ.size()));
    EXPECT_EQ(run.gradValue.weight, std::vector<float>(run.gradValue.weight.size()));
  }
}

/// x and its gradient as [batch, features, time], as DL4J's NCW arrays are; weights in 'f' order.
TEST_P(PoolingKernel, ofViewsIsThatOfCopies) {
  Random random(28);
  const Problem p(random, sizes(3, 2, 2, 37, 4, 5), 18, true);
  const Solved<float> dense(p);
  std::vector<float> x(dense.x.size()), gradX(x.size()), out(dense.out.size()), weight(18 * 8),
      gradQ(dense.gradQ.size());
  const int64_t shape[] = {3, 37, 18}, strides[] = {37 * 18, 1, 37};
  for (int64_t b = 0; b < 3; ++b)
    for (int64_t j = 0; j < 37; ++j)
      for (int64_t k = 0; k < 18; ++k) x[b * 37 * 18 + k * 37 + j] = dense.x[(b * 37 + j) * 18 + k];
  for (int64_t k = 0; k < 18; ++k)
    for (int64_t c = 0; c < 8; ++c) weight[c * 18 + k] = dense.key.weight[k * 8 + c];
  PoolingInputs<float> in;
  in.x = rowsAlong<const float>(x.data(), 3, shape, strides);
  in.q = dense.q.data();
  in.key = {8, weight.data(), 1, 18, dense.key.bias.data(), dense.key.gain.data(), dense.key.shift.data()};
  in.value = Solved<float>::projection(p, p.value, dense.value);
  pool<float>(p.o, in, out.data());
  PoolingGradients<float> g;
  g.gradOut = dense.gradOut.data();
  g.gradX = rowsAlong(gradX.data(), 3, shape, strides);
  g.gradQ = gradQ.data();
  poolBackward<float>(p.o, in, g);
  EXPECT_EQ(out, dense.out);
  EXPECT_EQ(gradQ, dense.gradQ);
  for (int64_t b = 0; b < 3; ++b)
    for (int64_t j = 0; j < 37; ++j)
      for (int64_t k = 0; k < 18; ++k) ASSERT_EQ(gradX[b * 37 * 18 + k * 37 + j], dense.gradX[(b * 37 + j) * 18 + k]);
}

template <class S, class Narrow>
void expectSixteenBits(const Problem& p, double unit, Narrow narrow) {
  std::vector<S> x, keyWeight, valueWeight;
  Problem rounded = p;
  const auto convert = [&](std::vector<double>& values, std::vector<S>& to) {
    for (double& v : values) {
      to.push_back(narrow(static_cast<float>(v)));
      v = static_cast<double>(toFloat(to.back()));
    }
  };
  convert(rounded.x, x);
  convert(rounded.key.weight, keyWeight);
  convert(rounded.value.weight, valueWeight);
  const Solved<float> inFloat(rounded);
  std::vector<float> out(inFloat.out.size()), gradQ(inFloat.gradQ.size());
  std::vector<S> gradX(x.size());
  PoolingInputs<S> in;
  in.x = Solved<float>::patterns<const S>(p, x.data());
  in.q = inFloat.q.data();
  in.key = {p.key.width, keyWeight.data(), p.key.width, 1, inFloat.key.bias.data(), nullptr, nullptr};
  in.value = {p.value.width, valueWeight.data(), p.value.width, 1, inFloat.value.bias.data(), nullptr, nullptr};
  pool<S>(p.o, in, out.data());
  EXPECT_EQ(out, inFloat.out);
  PoolingGradients<S> g;
  g.gradOut = inFloat.gradOut.data();
  g.gradX = Solved<float>::patterns<S>(p, gradX.data());
  g.gradQ = gradQ.data();
  poolBackward<S>(p.o, in, g);
  EXPECT_EQ(gradQ, inFloat.gradQ);
  for (std::size_t i = 0; i < gradX.size(); ++i)
    ASSERT_NEAR(toFloat(gradX[i]), inFloat.gradX[i], unit * std::max(1e-3f, std::abs(inFloat.gradX[i])));
}

TEST_P(PoolingKernel, ofSixteenBitsIsComputedInFloat) {
  Random random(29);
  const Problem p(random, sizes(2, 2, 2, 23, 4, 5), 9, false);
  expectSixteenBits<Half>(p, 1e-3, [](float v) { return toHalf(v); });
  expectSixteenBits<BFloat16>(p, 8e-3, [](float v) { return toBFloat16(v); });
}

TEST(PoolingArguments, areChecked) {
  Random random(30);
  Problem p(random, sizes(2, 2, 1, 4, 3, 3), 5, false);
  p.qBatch = 3;
  EXPECT_THROW(Solved<float>{p}, std::invalid_argument);
  p.qBatch = 1;
  p.key.width = 5;
  EXPECT_THROW(Solved<float>{p}, std::invalid_argument);
}

AT_EACH_LEVEL(PoolingKernel);

}  // namespace
}  // namespace testing_support
}  // namespace dl4jhopfield
