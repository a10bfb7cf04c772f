// Projections against their definition in double, gradients against finite differences, views against copies.
#include "dl4jhopfield/projection.h"

#include <algorithm>

#include "dl4jhopfield/parallel.h"
#include "support.h"

namespace dl4jhopfield {
namespace testing_support {
namespace {

class Projections : public EachLevel {};

/// Numbers of some projections of one x, in double.
struct Problem {
  int64_t rows, length;
  std::vector<int64_t> widths;
  bool normalise, bias, affine;
  double eps = 1e-5;
  std::vector<double> x;
  std::vector<std::vector<double>> weight, b, gain, shift, gradY;

  Problem(Random& random, int64_t rows, int64_t length, std::vector<int64_t> widths, bool normalise, bool bias,
          bool affine)
      : rows(rows), length(length), widths(widths), normalise(normalise), bias(bias), affine(affine) {
    x = random.normals<double>(rows * length, 2);
    for (int64_t width : widths) {
      weight.push_back(random.normals<double>(length * width, 0.5));
      b.push_back(random.normals<double>(width));
      gain.push_back(random.normals<double>(length));
      shift.push_back(random.normals<double>(length));
      gradY.push_back(random.normals<double>(rows * width));
    }
  }

  std::vector<double> y(std::size_t i) const {
    std::vector<double> result(rows * widths[i]);
    for (int64_t r = 0; r < rows; ++r) {
      double mean = 0, variance = 0;
      for (int64_t k = 0; k < length; ++k) mean += x[r * length + k] / length;
      for (int64_t k = 0; k < length; ++k) variance += (x[r * length + k] - mean) * (x[r * length + k] - mean) / length;
      for (int64_t c = 0; c < widths[i]; ++c) {
        double sum = bias ? b[i][c] : 0;
        for (int64_t k = 0; k < length; ++k) {
          double h = normalise ? (x[r * length + k] - mean) / std::sqrt(variance + eps) : x[r * length + k];
          if (affine) h = gain[i][k] * h + shift[i][k];
          sum += h * weight[i][k * widths[i] + c];
        }
        result[r * widths[i] + c] = sum;
      }
    }
    return result;
  }

  /// sum over all y of gradY y, whose gradients are those of the projections.
  double loss() const {
    double sum = 0;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      const std::vector<double> values = y(i);
      for (std::size_t j = 0; j < values.size(); ++j) sum += gradY[i][j] * values[j];
    }
    return sum;
  }
};

/// The problem in T, run.
template <class T>
struct Solved {
  std::vector<T> x, gradX;
  std::vector<std::vector<T>> weight, b, gain, shift, gradY, y, gradWeight, gradB, gradGain, gradShift;

  explicit Solved(const Problem& p) : x(as<T>(p.x)), gradX(p.x.size()) {
    std::vector<Projection<T>> projections;
    std::vector<ProjectionGradient<T>> gradients;
    std::vector<RowsView<T>> out;
    std::vector<RowsView<const T>> in;
    const std::size_t n = p.widths.size();
    for (auto* list : {&weight, &b, &gain, &shift, &gradY, &y, &gradWeight, &gradB, &gradGain, &gradShift})
      list->resize(n);
    for (std::size_t i = 0; i < n; ++i) {
      weight[i] = as<T>(p.weight[i]);
      b[i] = as<T>(p.b[i]);
      gain[i] = as<T>(p.gain[i]);
      shift[i] = as<T>(p.shift[i]);
      gradY[i] = as<T>(p.gradY[i]);
      y[i].assign(gradY[i].size(), T(-7));
      gradWeight[i].resize(weight[i].size());
      gradB[i].resize(b[i].size());
      gradGain[i].resize(gain[i].size());
      gradShift[i].resize(shift[i].size());
      projections.push_back({p.widths[i], weight[i].data(), p.widths[i], 1, p.bias ? b[i].data() : nullptr,
                             p.affine ? gain[i].data() : nullptr, p.affine ? shift[i].data() : nullptr});
      gradients.push_back({gradWeight[i].data(), gradB[i].data(), gradGain[i].data(), gradShift[i].data()});
      out.push_back(denseRows<T>(y[i].data(), p.rows, p.widths[i]));
      in.push_back(denseRows<const T>(gradY[i].data(), p.rows, p.widths[i]));
    }
    const RowsView<const T> view = denseRows<const T>(x.data(), p.rows, p.length);
    project<T>(view, p.normalise, p.eps, projections, out);
    projectBackward<T>(view, p.normalise, p.eps, projections, in, denseRows<T>(gradX.data(), p.rows, p.length),
                       gradients);
  }
};

std::vector<Problem> problems(Random& random) {
  std::vector<Problem> all;
  for (bool normalise : {false, true})
    for (bool affine : {false, true}) {
      all.emplace_back(random, 7, 5, std::vector<int64_t>{3}, normalise, true, affine);
      all.emplace_back(random, 301, 17, std::vector<int64_t>{16, 1, 70}, normalise, false, affine);
      all.emplace_back(random, 130, 64, std::vector<int64_t>{64, 64, 64}, normalise, true, affine);
      all.emplace_back(random, 1, 1, std::vector<int64_t>{2}, normalise, true, affine);
      all.emplace_back(random, 50, 300, std::vector<int64_t>{33}, normalise, true, affine);
    }
  return all;
}

TEST_P(Projections, matchTheirDefinition) {
  Random random(11);
  SCOPED_TRACE(random.trace());
  for (const Problem& p : problems(random)) {
    const Solved<double> exact(p);
    const Solved<float> rounded(p);
    for (std::size_t i = 0; i < p.widths.size(); ++i) {
      expectNear(exact.y[i], p.y(i), 1e-12, "y");
      expectNear(rounded.y[i], p.y(i), 2e-6, "float y");
      expectNear(rounded.gradWeight[i], exact.gradWeight[i], 1e-5, "float gradient of weights");
      if (p.affine) expectNear(rounded.gradGain[i], exact.gradGain[i], 1e-5, "float gradient of gain");
    }
    expectNear(rounded.gradX, exact.gradX, 1e-4, "float gradient of x");
  }
}

TEST_P(Projections, gradientsMatchFiniteDifferences) {
  Random random(12);
  SCOPED_TRACE(random.trace());
  for (Problem& p : problems(random)) {
    if (p.rows * p.length > 3000 || p.length == 1)
      continue;  // a row of one number normalises to 0: differences of noise
    const Solved<double> run(p);
    expectGradient(p, p.x, run.gradX, random, "x");
    for (std::size_t i = 0; i < p.widths.size(); ++i) {
      expectGradient(p, p.weight[i], run.gradWeight[i], random, "weight");
      if (p.bias) expectGradient(p, p.b[i], run.gradB[i], random, "bias");
      if (p.affine) expectGradient(p, p.gain[i], run.gradGain[i], random, "gain");
      if (p.affine) expectGradient(p, p.shift[i], run.gradShift[i], random, "shift");
    }
  }
}

/// x, y and their gradients as [batch, width, time] read row by row, as DL4J's NCW arrays are.
TEST_P(Projections, ofViewsAreThoseOfCopies) {
  Random random(13);
  const int64_t batch = 5, time = 41, length = 18, width = 20;
  Problem p(random, batch * time, length, {width}, true, true, true);
  const Solved<float> dense(p);
  const auto turned = [&](int64_t n, float* data) {
    RowsView<float> view;
    view.data = data;
    view.length = n;
    view.stride = time;
    view.outerRank = 2;
    view.shape[0] = batch;
    view.shape[1] = time;
    view.strides[0] = n * time;
    view.strides[1] = 1;
    return view;
  };
  const auto fill = [](RowsView<float> to, const std::vector<float>& from) {
    for (int64_t r = 0; r < to.rows(); ++r)
      for (int64_t i = 0; i < to.length; ++i) to.row(r)[i * to.stride] = from[r * to.length + i];
  };
  std::vector<float> x(p.x.size()), y(batch * time * width), g(y.size()), gradX(x.size()), gradWeight(length * width);
  fill(turned(length, x.data()), dense.x);
  fill(turned(width, g.data()), dense.gradY[0]);
  const std::vector<Projection<float>> projections{
      {width, dense.weight[0].data(), width, 1, dense.b[0].data(), dense.gain[0].data(), dense.shift[0].data()}};
  project<float>(turned(length, x.data()), true, p.eps, projections, {turned(width, y.data())});
  std::vector<ProjectionGradient<float>> gradients(1);
  gradients[0].weight = gradWeight.data();
  projectBackward<float>(turned(length, x.data()), true, p.eps, projections, {turned(width, g.data())},
                         turned(length, gradX.data()), gradients);
  std::vector<float> expected(y.size()), expectedX(x.size());
  fill(turned(width, expected.data()), dense.y[0]);
  fill(turned(length, expectedX.data()), dense.gradX);
  EXPECT_EQ(y, expected);
  EXPECT_EQ(gradX, expectedX);
  EXPECT_EQ(gradWeight, dense.gradWeight[0]);
}

/// DL4J keeps weights in 'f' order.
TEST_P(Projections, ofTransposedWeightsAreTheSame) {
  Random random(18);
  const Problem p(random, 60, 21, {19}, true, true, true);
  const Solved<float> dense(p);
  std::vector<float> weight(21 * 19), y(60 * 19), gradX(60 * 21), gradGain(21);
  for (int64_t k = 0; k < 21; ++k)
    for (int64_t c = 0; c < 19; ++c) weight[c * 21 + k] = dense.weight[0][k * 19 + c];
  const std::vector<Projection<float>> projections{
      {19, weight.data(), 1, 21, dense.b[0].data(), dense.gain[0].data(), dense.shift[0].data()}};
  const RowsView<const float> x = denseRows<const float>(dense.x.data(), 60, 21);
  project<float>(x, true, p.eps, projections, {denseRows<float>(y.data(), 60, 19)});
  std::vector<ProjectionGradient<float>> gradients(1);
  gradients[0].gain = gradGain.data();
  projectBackward<float>(x, true, p.eps, projections, {denseRows<const float>(dense.gradY[0].data(), 60, 19)},
                         denseRows<float>(gradX.data(), 60, 21), gradients);
  EXPECT_EQ(y, dense.y[0]);
  EXPECT_EQ(gradX, dense.gradX);
  EXPECT_EQ(gradGain, dense.gradGain[0]);
}

TEST_P(Projections, ofARowDoNotDependOnTheOthers) {
  Random random(17);
  const Problem all(random, 300, 150, {70, 64}, true, true, true);
  const Solved<float> many(all);
  for (int64_t r : {0, 131, 299}) {
    Problem one = all;
    one.rows = 1;
    one.x.assign(all.x.begin() + r * all.length, all.x.begin() + (r + 1) * all.length);
    for (std::size_t i = 0; i < 2; ++i) one.gradY[i].resize(all.widths[i]);
    const Solved<float> alone(one);
    for (std::size_t i = 0; i < 2; ++i)
      for (int64_t c = 0; c < all.widths[i]; ++c)
        EXPECT_EQ(alone.y[i][c], many.y[i][r * all.widths[i] + c]) << "row " << r << " of projection " << i;
  }
}

TEST_P(Projections, areTheSameWithAnyNumberOfThreads) {
  Random random(14);
  const Problem p(random, 3000, 24, {40, 8}, true, true, true);
  setMaxThreads(1);
  const Solved<float> one(p);
  setMaxThreads(3);
  const Solved<float> three(p);
  setMaxThreads(0);
  EXPECT_EQ(one.y, three.y);
  EXPECT_EQ(one.gradX, three.gradX);
  EXPECT_EQ(one.gradWeight, three.gradWeight);
  EXPECT_EQ(one.gradShift, three.gradShift);
}

TEST_P(Projections, keepNanInItsRow) {
  Random random(15);
  Problem p(random, 100, 20, {9}, true, true, false);
  p.x[3 * 20 + 4] = std::nan("");
  const Solved<float> run(p);
  for (int64_t r = 0; r < p.rows; ++r)
    for (int64_t c = 0; c < 9; ++c) EXPECT_EQ(std::isnan(run.y[0][r * 9 + c]), r == 3) << r;
}

TEST_P(Projections, ofNoRowsHaveNoGradient) {
  Random random(16);
  const Solved<float> run(Problem(random, 0, 4, {3}, true, true, true));
  EXPECT_EQ(run.gradWeight[0], std::vector<float>(12));
  EXPECT_EQ(run.gradB[0], std::vector<float>(3));
  EXPECT_EQ(run.gradGain[0], std::vector<float>(4));
}

template <class S, class Narrow>
void expectSixteenBits(const Problem& p, double unit, Narrow narrow) {
  std::vector<S> x, weight, y(p.rows * p.widths[0]);
  for (double v : p.x) x.push_back(narrow(static_cast<float>(v)));
  for (double v : p.weight[0]) weight.push_back(narrow(static_cast<float>(v)));
  project<S>(denseRows<const S>(x.data(), p.rows, p.length), false, 0,
             {{p.widths[0], weight.data(), p.widths[0], 1, nullptr, nullptr, nullptr}},
             {denseRows<S>(y.data(), p.rows, p.widths[0])});
  for (int64_t r = 0; r < p.rows; ++r)
    for (int64_t c = 0; c < p.widths[0]; ++c) {
      double sum = 0;
      for (int64_t k = 0; k < p.length; ++k)
        sum += static_cast<double>(toFloat(x[r * p.length + k])) *
               static_cast<double>(toFloat(weight[k * p.widths[0] + c]));
      EXPECT_NEAR(toFloat(y[r * p.widths[0] + c]), sum, unit * std::max(1.0, std::abs(sum)));
    }
}

TEST_P(Projections, ofSixteenBitsAreComputedInFloat) {
  Random random(17);
  const Problem p(random, 30, 12, {10}, false, false, false);
  expectSixteenBits<Half>(p, 1e-3, [](float v) { return toHalf(v); });
  expectSixteenBits<BFloat16>(p, 8e-3, [](float v) { return toBFloat16(v); });
}

TEST(ProjectionArguments, areChecked) {
  std::vector<float> x(6), y(6);
  EXPECT_THROW(project<float>(denseRows<const float>(x.data(), 2, 3), false, 0, {}, {}), std::invalid_argument);
  EXPECT_THROW(project<float>(denseRows<const float>(x.data(), 2, 3), false, 0,
                              {{3, nullptr, 3, 1, nullptr, nullptr, nullptr}}, {denseRows<float>(y.data(), 2, 3)}),
               std::invalid_argument);
}

AT_EACH_LEVEL(Projections);

}  // namespace
}  // namespace testing_support
}  // namespace dl4jhopfield
