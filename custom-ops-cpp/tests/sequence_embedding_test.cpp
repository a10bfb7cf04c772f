// The sequence embedding against its definition on one-hot arrays, and its gradients against finite differences.
#include "dl4jhopfield/sequence_embedding.h"

#include <algorithm>
#include <cmath>

#include "dl4jhopfield/parallel.h"
#include "support.h"

namespace dl4jhopfield {
namespace testing_support {
namespace {

class SequenceEmbeddingTest : public EachLevel {};

double selu(double z) {
  return 1.0507009873554804934193349852946 * (z > 0 ? z : 1.6732632423543772848170429916717 * std::expm1(z));
}

template <class T>
struct Problem {
  SequenceEmbedding<T> in;
  std::vector<uint8_t> residues;
  std::vector<int64_t> lengths;
  std::vector<T> scale, weight, bias;

  Problem(uint32_t seed, int64_t n, int64_t width, int64_t kernel, int64_t channels, bool positions, bool scaled,
          int64_t extent) {
    Random random(seed);
    residues.assign(n * width, 255);
    for (int64_t i = 0; i < n; ++i) {
      lengths.push_back(i < 3 ? std::min(i, width) : random.integer(0, width));  // empty, one, two and others
      for (int64_t j = 0; j < lengths[i]; ++j) residues[i * width + j] = static_cast<uint8_t>(random.integer(0, 19));
      scale.push_back(static_cast<T>(random.uniform(0, 3)));
    }
    in.sequences = n;
    in.width = width;
    in.kernel = kernel;
    in.channels = channels;
    in.positionFeatures = positions;
    in.extent = extent;
    weight = random.normals<T>(kernel * in.features() * channels, 0.4);
    bias = random.normals<T>(channels, 0.4);
    in.residues = residues.data();
    in.weight = weight.data();
    in.bias = bias.data();
    if (scaled) in.scale = scale.data();
  }
  Problem(const Problem&) = delete;

  /// The features of residue j of sequence i as the network of the paper is given them.
  std::vector<double> features(int64_t i, int64_t j) const {
    std::vector<double> x(in.features(), 0.0);
    const int64_t n = lengths[i];
    if (j >= n) return x;
    x[residues[i * in.width + j]] = in.scale ? scale[i] : 1.0;
    if (in.positionFeatures) {
      const double line = n > 1 ? 1 - static_cast<double>(j) / static_cast<double>(n - 1) : 1;
      const double t = std::abs(0.5 - line) * 2;
      const bool start = j < std::ceil(n / 2.0);
      x[20] = start ? t : 0;
      x[21] = 1 - t;
      x[22] = start ? 0 : t;
    }
    return x;
  }

  std::vector<double> expected() const {
    std::vector<double> y;
    for (int64_t i = 0; i < in.sequences; ++i) {
      const int64_t positions = std::max({lengths[i], in.extent, in.kernel}) - in.kernel + 1;
      std::vector<std::vector<double>> residues;
      for (int64_t j = 0; j < positions + in.kernel - 1; ++j) residues.push_back(features(i, j));
      for (int64_t c = 0; c < in.channels; ++c) {
        double most = -kInf;
        for (int64_t p = 0; p < positions; ++p) {
          double z = bias[c];
          for (int64_t k = 0; k < in.kernel; ++k) {
            const std::vector<double>& x = residues[p + k];
            for (int64_t f = 0; f < in.features(); ++f) z += x[f] * weight[(k * in.features() + f) * in.channels + c];
          }
          most = std::max(most, selu(z));
        }
        y.push_back(most);
      }
    }
    return y;
  }
};

template <class T>
void expectDefinition(int64_t kernel, int64_t channels, bool positions, bool scaled, int64_t extent) {
  const Problem<T> p(static_cast<uint32_t>(kernel * 100 + channels), 67, 14, kernel, channels, positions, scaled,
                     extent);
  std::vector<T> y(p.in.sequences * channels, T(7));
  sequenceEmbedding(p.in, y.data());
  const std::vector<double> want = p.expected();
  const double tolerance = 40 * std::numeric_limits<T>::epsilon();
  for (std::size_t i = 0; i < want.size(); ++i)
    ASSERT_NEAR(y[i], want[i], tolerance) << "kernel " << kernel << " channels " << channels << " positions "
                                          << positions << " scaled " << scaled << " extent " << extent << " at " << i;
}

TEST_P(SequenceEmbeddingTest, matchesItsDefinition) {
  for (int64_t kernel : {1, 4, 9, 16})
    for (int64_t channels : {1, 7, 32, 83})
      for (bool positions : {false, true})
        for (bool scaled : {false, true})
          for (int64_t extent : {0, 20}) {
            expectDefinition<float>(kernel, channels, positions, scaled, extent);
            expectDefinition<double>(kernel, channels, positions, scaled, extent);
          }
}

TEST_P(SequenceEmbeddingTest, gradientsAreThoseOfFiniteDifferences) {
  for (bool positions : {false, true})
    for (bool scaled : {false, true})
      for (int64_t extent : {0, 17}) {
        Problem<double> p(7, 70, 12, 5, 3, positions, scaled, extent);
        Random random(9);
        const std::vector<double> g = random.normals<double>(p.in.sequences * 3);
        std::vector<double> gradWeight(p.weight.size(), 7.0), gradBias(p.bias.size(), 7.0);
        sequenceEmbeddingBackward(p.in, g.data(), gradWeight.data(), gradBias.data());
        const auto loss = [&] {
          std::vector<double> y(g.size());
          sequenceEmbedding(p.in, y.data());
          double sum = 0;
          for (std::size_t i = 0; i < g.size(); ++i) sum += g[i] * y[i];
          return sum;
        };
        const auto check = [&](std::vector<double>& values, const std::vector<double>& gradient) {
          for (std::size_t i = 0; i < values.size(); ++i) {
            const double kept = values[i], h = 1e-6;
            values[i] = kept + h;
            const double above = loss();
            values[i] = kept - h;
            const double below = loss();
            values[i] = kept;
            ASSERT_NEAR(gradient[i], (above - below) / (2 * h), 1e-6) << positions << scaled << extent << " at " << i;
          }
        };
        check(p.weight, gradWeight);
        check(p.bias, gradBias);
      }
}

TEST_P(SequenceEmbeddingTest, aRowDependsOnItsSequenceOnlyAndThreadsChangeNothing) {
  const Problem<float> p(3, 2000, 20, 9, 32, true, true, 0);
  Random random(4);
  const std::vector<float> g = random.normals<float>(2000 * 32);
  std::vector<float> one(2000 * 32), many(one.size()), alone(32);
  std::vector<float> weightOne(p.weight.size()), weightMany(p.weight.size()), biasOne(32), biasMany(32);
  setMaxThreads(1);
  sequenceEmbedding(p.in, one.data());
  sequenceEmbeddingBackward(p.in, g.data(), weightOne.data(), biasOne.data());
  setMaxThreads(4);
  sequenceEmbedding(p.in, many.data());
  sequenceEmbeddingBackward(p.in, g.data(), weightMany.data(), biasMany.data());
  setMaxThreads(0);
  EXPECT_EQ(one, many);
  EXPECT_EQ(weightOne, weightMany);
  EXPECT_EQ(biasOne, biasMany);
  for (int64_t i : {0, 65, 1999}) {
    SequenceEmbedding<float> single = p.in;
    single.sequences = 1;
    single.residues = p.residues.data() + i * 20;
    single.scale = p.scale.data() + i;
    sequenceEmbedding(single, alone.data());
    for (int64_t c = 0; c < 32; ++c) EXPECT_EQ(alone[c], one[i * 32 + c]) << i;
  }
}

TEST_P(SequenceEmbeddingTest, floatGradientsAgreeWithDouble) {
  const Problem<float> p(5, 3000, 20, 9, 32, true, false, 0);
  const Problem<double> q(5, 3000, 20, 9, 32, true, false, 0);
  std::vector<double> weight(p.weight.begin(), p.weight.end()), bias(p.bias.begin(), p.bias.end());
  SequenceEmbedding<double> in = q.in;
  in.residues = p.residues.data();
  in.weight = weight.data();
  in.bias = bias.data();
  Random random(6);
  const std::vector<float> g = random.normals<float>(3000 * 32);
  const std::vector<double> wide(g.begin(), g.end());
  std::vector<float> gradWeight(weight.size()), gradBias(32);
  std::vector<double> wideWeight(weight.size()), wideBias(32);
  sequenceEmbeddingBackward(p.in, g.data(), gradWeight.data(), gradBias.data());
  sequenceEmbeddingBackward(in, wide.data(), wideWeight.data(), wideBias.data());
  double most = 1;
  for (double v : wideWeight) most = std::max(most, std::abs(v));
  for (std::size_t i = 0; i < weight.size(); ++i) ASSERT_NEAR(gradWeight[i], wideWeight[i], 1e-5 * most) << i;
}

TEST_P(SequenceEmbeddingTest, nanIsNotForgotten) {
  Problem<float> p(8, 10, 12, 3, 5, false, false, 0);
  const int64_t row = 5;
  ASSERT_GT(p.lengths[row], 3);
  p.weight[(1 * 20 + p.residues[row * 12 + 1]) * 5 + 2] = NAN;
  std::vector<float> y(50);
  sequenceEmbedding(p.in, y.data());
  EXPECT_TRUE(std::isnan(y[row * 5 + 2]));
  EXPECT_FALSE(std::isnan(y[row * 5 + 1]));
}

TEST_P(SequenceEmbeddingTest, refusesResiduesAfterTheEndAndTakesNone) {
  Problem<float> p(8, 10, 12, 3, 5, false, false, 0);
  std::vector<float> y(50, 7);
  SequenceEmbedding<float> none = p.in;
  none.sequences = 0;
  sequenceEmbedding(none, y.data());
  EXPECT_EQ(y[0], 7);
  std::vector<float> gradWeight(p.weight.size(), 7), gradBias(5, 7);
  sequenceEmbeddingBackward(none, y.data(), gradWeight.data(), gradBias.data());
  EXPECT_EQ(gradWeight[0], 0);
  p.residues[0 * 12 + 4] = 3;  // of the empty sequence
  EXPECT_THROW(sequenceEmbedding(p.in, y.data()), std::invalid_argument);
}

AT_EACH_LEVEL(SequenceEmbeddingTest);

}  // namespace
}  // namespace testing_support
}  // namespace dl4jhopfield
