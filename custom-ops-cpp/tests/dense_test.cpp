// The dense layer against its definition in long double, at every SIMD level.
#include "dl4jhopfield/dense.h"

#include <algorithm>
#include <cmath>

#include "dl4jhopfield/gelu.h"
#include "dl4jhopfield/parallel.h"
#include "support.h"

namespace dl4jhopfield {
namespace testing_support {
namespace {

class Dense : public EachLevel {};

template <class T>
std::vector<double> expected(const std::vector<T>& x, const std::vector<T>& w, const std::vector<T>& b,
                             DenseActivation f, int64_t rows, int64_t nIn, int64_t nOut) {
  std::vector<double> y(rows * nOut);
  for (int64_t r = 0; r < rows; ++r)
    for (int64_t i = 0; i < nOut; ++i) {
      long double z = b.empty() ? 0 : b[i];
      for (int64_t k = 0; k < nIn; ++k) z += static_cast<long double>(x[r * nIn + k]) * w[k * nOut + i];
      if (f == DenseActivation::Relu) z = z < 0 ? 0 : z;
      y[r * nOut + i] = static_cast<double>(z);
    }
  if (f == DenseActivation::Gelu || f == DenseActivation::GeluTanh)
    gelu<double>(denseRows<const double>(y.data(), rows, nOut), f == DenseActivation::GeluTanh,
                 denseRows<double>(y.data(), rows, nOut));
  return y;
}

template <class T>
void expectDense(int64_t rows, int64_t nIn, int64_t nOut) {
  Random random(static_cast<unsigned>(rows + 31 * nIn + 977 * nOut));
  const std::vector<T> x = random.normals<T>(rows * nIn), w = random.normals<T>(nIn * nOut),
                       b = random.normals<T>(nOut);
  std::vector<T> turned(nIn * nOut);
  for (int64_t k = 0; k < nIn; ++k)
    for (int64_t i = 0; i < nOut; ++i) turned[i * nIn + k] = w[k * nOut + i];
  RowsView<const T> columns = denseRows<const T>(turned.data(), nIn, nOut);
  columns.stride = nIn;
  columns.strides[0] = 1;
  for (DenseActivation f :
       {DenseActivation::None, DenseActivation::Relu, DenseActivation::Gelu, DenseActivation::GeluTanh})
    for (bool bias : {false, true}) {
      const std::vector<double> want = expected(x, w, bias ? b : std::vector<T>(), f, rows, nIn, nOut);
      std::vector<T> y(rows * nOut, T(7)), other(rows * nOut, T(7));
      const auto from = denseRows<const T>(x.data(), rows, nIn);
      dense<T>(from, denseRows<const T>(w.data(), nIn, nOut), bias ? b.data() : nullptr, f,
               denseRows<T>(y.data(), rows, nOut));
      dense<T>(from, columns, bias ? b.data() : nullptr, f, denseRows<T>(other.data(), rows, nOut));
      const double tolerance = std::numeric_limits<T>::epsilon() * static_cast<double>(16 + 4 * nIn);
      for (int64_t i = 0; i < rows * nOut; ++i) {
        ASSERT_NEAR(y[i], want[i], tolerance) << rows << " " << nIn << " " << nOut << " at " << i;
        ASSERT_EQ(y[i], other[i]) << "weights in column order";
      }
      // a residual whose rows lie backwards
      const std::vector<T> around = random.normals<T>(rows * nOut);
      RowsView<const T> backwards = denseRows<const T>(around.data() + (rows - 1) * nOut, rows, nOut);
      backwards.strides[0] = -nOut;
      dense<T>(from, columns, bias ? b.data() : nullptr, f, denseRows<T>(other.data(), rows, nOut), 1, 0, backwards);
      for (int64_t i = 0; i < rows * nOut; ++i)
        ASSERT_EQ(other[i], y[i] + around[(rows - 1 - i / nOut) * nOut + i % nOut]) << "residual";
    }
}

TEST_P(Dense, matchesItsDefinition) {
  for (int64_t rows : {1, 5, 96, 300})
    for (int64_t nIn : {1, 7, 130})
      for (int64_t nOut : {1, 31, 64, 193}) {
        expectDense<float>(rows, nIn, nOut);
        expectDense<double>(rows, nIn, nOut);
      }
}

TEST_P(Dense, viewsAndSixteenBits) {
  Random random(5);
  const int64_t rows = 40, nIn = 9, nOut = 70;
  const std::vector<float> wide = random.normals<float>(2 * rows * nIn), w = random.normals<float>(nIn * nOut),
                           b = random.normals<float>(nOut);
  std::vector<float> x(rows * nIn), y(rows * nOut), viewed(2 * rows * nOut, 7);
  for (int64_t i = 0; i < rows * nIn; ++i) x[i] = wide[2 * i];
  const auto weights = denseRows<const float>(w.data(), nIn, nOut);
  dense<float>(denseRows<const float>(x.data(), rows, nIn), weights, b.data(), DenseActivation::Gelu,
               denseRows<float>(y.data(), rows, nOut));
  RowsView<const float> from = denseRows<const float>(wide.data(), rows, nIn);
  from.stride = 2;
  from.strides[0] = 2 * nIn;
  RowsView<float> to = denseRows<float>(viewed.data(), rows, nOut);
  to.stride = 2;
  to.strides[0] = 2 * nOut;
  dense<float>(from, weights, b.data(), DenseActivation::Gelu, to);
  for (int64_t i = 0; i < rows * nOut; ++i) {
    EXPECT_EQ(viewed[2 * i], y[i]);
    EXPECT_EQ(viewed[2 * i + 1], 7);
  }
  const auto narrow = [](const std::vector<float>& v) {
    std::vector<BFloat16> n(v.size());
    std::transform(v.begin(), v.end(), n.begin(), [](float f) { return toBFloat16(f); });
    return n;
  };
  const std::vector<BFloat16> xs = narrow(x), ws = narrow(w), bs = narrow(b);
  std::vector<BFloat16> ys(rows * nOut);
  dense<BFloat16>(denseRows<const BFloat16>(xs.data(), rows, nIn), denseRows<const BFloat16>(ws.data(), nIn, nOut),
                  bs.data(), DenseActivation::Gelu, denseRows<BFloat16>(ys.data(), rows, nOut));
  for (int64_t i = 0; i < rows * nOut; ++i) EXPECT_NEAR(toFloat(ys[i]), y[i], 0.12);
}

TEST_P(Dense, rowsInPieces) {
  Random random(8);
  const int64_t rows = 10, pieces = 3, length = 5, nIn = pieces * length, nOut = 20, apart = 11;
  const std::vector<float> image = random.normals<float>(rows * pieces * apart), w = random.normals<float>(nIn * nOut);
  std::vector<float> x, y(rows * nOut), found(rows * nOut);
  for (int64_t r = 0; r < rows; ++r)
    for (int64_t p = 0; p < pieces; ++p) {
      const auto from = image.begin() + (r * pieces + p) * apart;
      x.insert(x.end(), from, from + length);
    }
  const auto weights = denseRows<const float>(w.data(), nIn, nOut);
  dense<float>(denseRows<const float>(x.data(), rows, nIn), weights, nullptr, DenseActivation::None,
               denseRows<float>(y.data(), rows, nOut));
  RowsView<const float> view = denseRows<const float>(image.data(), rows, length);
  view.strides[0] = pieces * apart;
  dense<float>(view, weights, nullptr, DenseActivation::None, denseRows<float>(found.data(), rows, nOut), pieces,
               apart);
  EXPECT_EQ(found, y);
}

TEST_P(Dense, anyNumberOfThreadsAndAnyNeighboursGiveTheSameBits) {
  Random random(6);
  const int64_t rows = 300, nIn = 130, nOut = 200;
  const std::vector<float> x = random.normals<float>(rows * nIn), w = random.normals<float>(nIn * nOut);
  std::vector<float> one(rows * nOut), many(rows * nOut), alone(nOut);
  const auto weights = denseRows<const float>(w.data(), nIn, nOut);
  setMaxThreads(1);
  dense<float>(denseRows<const float>(x.data(), rows, nIn), weights, nullptr, DenseActivation::None,
               denseRows<float>(one.data(), rows, nOut));
  setMaxThreads(4);
  dense<float>(denseRows<const float>(x.data(), rows, nIn), weights, nullptr, DenseActivation::None,
               denseRows<float>(many.data(), rows, nOut));
  EXPECT_EQ(one, many);
  for (int64_t r : {0, 101, 299}) {
    dense<float>(denseRows<const float>(x.data() + r * nIn, 1, nIn), weights, nullptr, DenseActivation::None,
                 denseRows<float>(alone.data(), 1, nOut));
    for (int64_t i = 0; i < nOut; ++i) EXPECT_EQ(alone[i], one[r * nOut + i]) << r;
  }
  setMaxThreads(0);
}

TEST_P(Dense, refusesWhatDoesNotFitAndTakesNoRows) {
  std::vector<float> x(6), w(6), y(4);
  EXPECT_THROW(dense<float>(denseRows<const float>(x.data(), 2, 3), denseRows<const float>(w.data(), 2, 3), nullptr,
                            DenseActivation::None, denseRows<float>(y.data(), 2, 2)),
               std::invalid_argument);
  dense<float>(denseRows<const float>(x.data(), 0, 3), denseRows<const float>(w.data(), 3, 2), nullptr,
               DenseActivation::None, denseRows<float>(y.data(), 0, 2));
}

AT_EACH_LEVEL(Dense);

}  // namespace
}  // namespace testing_support
}  // namespace dl4jhopfield
