// Dispatch, threads, 16-bit types, Lagrangian units.
#include <algorithm>
#include <atomic>
#include <cstring>
#include <stdexcept>
#include <thread>

#include "dl4jhopfield/dtype.h"
#include "dl4jhopfield/entmax.h"
#include "dl4jhopfield/lagrangian.h"
#include "dl4jhopfield/parallel.h"
#include "support.h"

namespace dl4jhopfield {
namespace testing_support {
namespace {

TEST(Dispatch, aLevelThatTheProcessorLacksIsRefused) {
  const SimdLevel before = activeSimdLevel();
  EXPECT_TRUE(setSimdLevel(SimdLevel::Scalar));
  EXPECT_EQ(activeSimdLevel(), SimdLevel::Scalar);
  if (detectedSimdLevel() < SimdLevel::Avx512) {
    EXPECT_FALSE(setSimdLevel(SimdLevel::Avx512));
    EXPECT_EQ(activeSimdLevel(), SimdLevel::Scalar);
  }
  EXPECT_TRUE(setSimdLevel(before));
}

class Threads : public ::testing::Test {
 protected:
  void SetUp() override { setMaxThreads(3); }
  void TearDown() override {
    setMaxThreads(0);
    setParallelRunner(nullptr);
  }
};

TEST_F(Threads, everyRowIsDoneOnce) {
  for (int64_t rows : {1, 2, 5, 100, 1001}) {
    std::vector<std::atomic<int>> done(rows);
    parallelRows(rows, 100000, [&](int64_t begin, int64_t end) {
      for (int64_t r = begin; r < end; ++r) ++done[r];
    });
    for (auto& times : done) EXPECT_EQ(times, 1);
  }
}

TEST_F(Threads, anExceptionReachesTheCaller) {
  EXPECT_THROW(parallelRows(100, 100000,
                            [](int64_t begin, int64_t) {
                              if (begin > 0) throw std::runtime_error("from a worker");
                            }),
               std::runtime_error);
  int rows = 0;
  std::atomic<int> done{0};
  parallelRows(10, 100000, [&](int64_t begin, int64_t end) { done += static_cast<int>(end - begin); });
  rows = done;
  EXPECT_EQ(rows, 10) << "the pool works on after an exception";
}

TEST_F(Threads, callsInsideCallsAndFromManyThreadsFinish) {
  std::atomic<int64_t> total{0};
  std::vector<std::thread> callers;
  for (int caller = 0; caller < 8; ++caller)
    callers.emplace_back([&] {
      for (int repeat = 0; repeat < 50; ++repeat)
        parallelRows(8, 100000, [&](int64_t begin, int64_t end) {
          parallelRows(end - begin, 100000, [&](int64_t b, int64_t e) { total += e - b; });
        });
    });
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(total, 8 * 50 * 8);
}

TEST_F(Threads, kernelsFromManyThreadsGiveTheSameBits) {
  Random random(3);
  const int64_t rows = 500, n = 100;
  const std::vector<float> x = random.normals<float>(rows * n);
  std::vector<float> expected(rows * n);
  entmax<float>(denseRows<const float>(x.data(), rows, n), {}, 1.3, 1.0, denseRows<float>(expected.data(), rows, n));
  std::vector<std::thread> callers;
  std::atomic<int> wrong{0};
  for (int caller = 0; caller < 8; ++caller)
    callers.emplace_back([&] {
      std::vector<float> y(rows * n);
      for (int repeat = 0; repeat < 3; ++repeat) {
        entmax<float>(denseRows<const float>(x.data(), rows, n), {}, 1.3, 1.0, denseRows<float>(y.data(), rows, n));
        wrong += y != expected;
      }
    });
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(wrong, 0);
}

std::atomic<int> pluggedTasks{0};

TEST_F(Threads, aRunnerCanBePluggedIn) {
  setParallelRunner([](int64_t tasks, void (*body)(void*, int64_t), void* context) {
    for (int64_t task = 0; task < tasks; ++task, ++pluggedTasks) body(context, task);
  });
  std::atomic<int64_t> rows{0};
  parallelRows(1000, 1000, [&](int64_t begin, int64_t end) { rows += end - begin; });
  EXPECT_EQ(rows, 1000);
  EXPECT_GT(pluggedTasks, 1);
}

TEST(SixteenBit, everyHalfSurvivesTheWayThroughFloat) {
  for (uint32_t bits = 0; bits < 0x10000; ++bits) {
    const Half half{static_cast<uint16_t>(bits)};
    const float value = toFloat(half);
    if (std::isnan(value))
      EXPECT_TRUE(std::isnan(toFloat(toHalf(value))));
    else
      ASSERT_EQ(toHalf(value).bits, half.bits) << bits;
    const BFloat16 brain{static_cast<uint16_t>(bits)};
    const float wide = toFloat(brain);
    if (std::isnan(wide)) continue;
    ASSERT_EQ(toBFloat16(wide).bits, brain.bits) << bits;
  }
}

TEST(SixteenBit, roundsToNearestEven) {
  EXPECT_EQ(toHalf(1.0f).bits, 0x3c00);
  EXPECT_EQ(toHalf(65504.0f).bits, 0x7bff);
  EXPECT_EQ(toHalf(65519.9f).bits, 0x7bff);
  EXPECT_EQ(toHalf(65520.0f).bits, 0x7c00);
  EXPECT_EQ(toHalf(0x1p-24f).bits, 1);
  EXPECT_EQ(toHalf(0x1p-25f).bits, 0);
  EXPECT_EQ(toHalf(0x1.8p-24f).bits, 2);
  EXPECT_EQ(toHalf(1.0f + 0x1p-11f).bits, 0x3c00);
  EXPECT_EQ(toHalf(1.0f + 0x3p-11f).bits, 0x3c02);
  EXPECT_EQ(toHalf(-INFINITY).bits, 0xfc00);
  EXPECT_EQ(toBFloat16(1.0f + 0x1p-8f).bits, 0x3f80);
  EXPECT_EQ(toBFloat16(1.0f + 0x3p-8f).bits, 0x3f82);
  EXPECT_TRUE(std::isnan(toFloat(toBFloat16(std::nanf("")))));
}

class Lagrangian : public EachLevel {};

/// D and D' by the definition, for the rows of one group.
void definition(const std::vector<double>& x, const std::vector<uint8_t>& mask, double t, double bias,
                std::vector<double>& d, std::vector<double>& keep) {
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!mask[i]) {
      d.push_back(0);
      keep.push_back(0);
    } else {
      d.push_back(x[i] > t ? x[i] : bias);
      keep.push_back(x[i] > t);
    }
  }
}

TEST_P(Lagrangian, pfuTakesTheLowerMedianOfTheUnmaskedEntriesOfEachGroup) {
  Random random(61);
  SCOPED_TRACE(random.trace());
  const int64_t rows = 12, n = 11;
  for (MedianScope scope : {MedianScope::Tensor, MedianScope::Sample, MedianScope::Row}) {
    PfuOptions options;
    options.scope = scope;
    options.samples = 3;
    options.sigma = 0.5;
    const int64_t groups = options.groups(rows), perGroup = rows / groups * n;
    const std::vector<double> x = random.normals<double>(rows * n), noise = random.normals<double>(groups);
    const std::vector<uint8_t> mask = random.mask(rows * n, 0.7);
    std::vector<double> d(rows * n), keep(rows * n), medians(groups), expectedD, expectedKeep;
    pfuUnit<double>(denseRows<const double>(x.data(), rows, n), denseRows<const uint8_t>(mask.data(), rows, n), options,
                    noise.data(), denseRows<double>(d.data(), rows, n), denseRows<double>(keep.data(), rows, n),
                    medians.data());
    for (int64_t g = 0; g < groups; ++g) {
      const std::vector<double> xs(x.begin() + g * perGroup, x.begin() + (g + 1) * perGroup);
      const std::vector<uint8_t> ms(mask.begin() + g * perGroup, mask.begin() + (g + 1) * perGroup);
      std::vector<double> kept;
      for (int64_t i = 0; i < perGroup; ++i)
        if (ms[i]) kept.push_back(xs[i]);
      std::sort(kept.begin(), kept.end());
      const double median = kept[(kept.size() - 1) / 2], t = median + 0.25 * noise[g];
      EXPECT_EQ(medians[g], median);
      definition(xs, ms, t, t, expectedD, expectedKeep);
    }
    EXPECT_EQ(d, expectedD);
    EXPECT_EQ(keep, expectedKeep);
  }
}

TEST_P(Lagrangian, mediansOfLargeGroupsAndOfManyEqualValues) {
  Random random(63);
  SCOPED_TRACE(random.trace());
  for (int64_t n : {1, 2, 63, 64, 65, 130, 1000, 5000, 40001}) {
    for (int kind = 0; kind < 4; ++kind) {
      std::vector<float> x = random.normals<float>(n), d(n), keep(n);
      for (float& value : x) {
        if (kind == 1) value = std::round(value);                            // five values or so
        if (kind == 2) value = 1;                                            // one value
        if (kind == 3) value = random.integer(0, 9) ? 2.0f : value * 1e20f;  // nearly one value, and a wild rest
      }
      std::vector<float> sorted(x);
      std::sort(sorted.begin(), sorted.end());
      double median = 0;
      pfuUnit<float>(denseRows<const float>(x.data(), 1, n), {}, PfuOptions(), nullptr,
                     denseRows<float>(d.data(), 1, n), denseRows<float>(keep.data(), 1, n), &median);
      ASSERT_EQ(median, sorted[(n - 1) / 2]) << "n " << n << " kind " << kind;
    }
  }
}

TEST_P(Lagrangian, pfuGradientMatchesFiniteDifferences) {
  Random random(67);
  SCOPED_TRACE(random.trace());
  const int64_t rows = 4, n = 9;
  for (MedianScope scope : {MedianScope::Tensor, MedianScope::Sample, MedianScope::Row}) {
    PfuOptions options;
    options.scope = scope;
    options.samples = 2;
    const std::vector<double> x = random.normals<double>(rows * n), g = random.normals<double>(rows * n);
    const std::vector<uint8_t> mask = random.mask(rows * n, 0.8);
    const MaskView maskView = denseRows<const uint8_t>(mask.data(), rows, n);
    std::vector<double> keep(rows * n), gradX(rows * n);
    const auto forward = [&](const std::vector<double>& at) {
      std::vector<double> d(rows * n);
      pfuUnit<double>(denseRows<const double>(at.data(), rows, n), maskView, options, nullptr,
                      denseRows<double>(d.data(), rows, n), denseRows<double>(keep.data(), rows, n));
      double sum = 0;
      for (int64_t i = 0; i < rows * n; ++i) sum += d[i] * g[i];
      return sum;
    };
    std::vector<double> numeric(rows * n);
    for (int64_t i = 0; i < rows * n; ++i) {
      std::vector<double> up(x), down(x);
      up[i] += 1e-6;
      down[i] -= 1e-6;
      numeric[i] = (forward(up) - forward(down)) / 2e-6;
    }
    forward(x);
    pfuUnitBackward<double>(denseRows<const double>(x.data(), rows, n), maskView, options,
                            denseRows<const double>(keep.data(), rows, n), denseRows<const double>(g.data(), rows, n),
                            denseRows<double>(gradX.data(), rows, n));
    for (int64_t i = 0; i < rows * n; ++i) EXPECT_NEAR(gradX[i], numeric[i], 1e-7) << i;
  }
}

TEST_P(Lagrangian, aSampleDoesNotDependOnItsBatchMates) {
  Random random(71);
  const int64_t n = 8;
  PfuOptions options;
  options.samples = 4;
  const std::vector<float> x = random.normals<float>(8 * n);
  std::vector<float> d(8 * n), keep(8 * n), alone(2 * n), aloneKeep(2 * n);
  pfuUnit<float>(denseRows<const float>(x.data(), 8, n), {}, options, nullptr, denseRows<float>(d.data(), 8, n),
                 denseRows<float>(keep.data(), 8, n));
  options.samples = 1;
  for (int64_t sample = 0; sample < 4; ++sample) {
    pfuUnit<float>(denseRows<const float>(x.data() + 2 * n * sample, 2, n), {}, options, nullptr,
                   denseRows<float>(alone.data(), 2, n), denseRows<float>(aloneKeep.data(), 2, n));
    EXPECT_EQ(std::memcmp(alone.data(), d.data() + 2 * n * sample, 2 * n * sizeof(float)), 0);
  }
}

TEST_P(Lagrangian, oddEntries) {
  const double nan = std::nan("");
  const std::vector<double> x = {1, nan, -kInf, 2, 3, kInf, 7, 0};
  const std::vector<uint8_t> mask = {1, 1, 1, 1, 1, 1, 0, 1};
  std::vector<double> d(8), keep(8), medians(1);
  PfuOptions options;
  const auto run = [&] {
    pfuUnit<double>(denseRows<const double>(x.data(), 1, 8), denseRows<const uint8_t>(mask.data(), 1, 8), options,
                    nullptr, denseRows<double>(d.data(), 1, 8), denseRows<double>(keep.data(), 1, 8), medians.data());
  };
  run();  // of 0 1 2 3 inf
  EXPECT_EQ(medians[0], 2);
  EXPECT_TRUE(std::isnan(d[1]));
  EXPECT_EQ(keep[1], 0);
  EXPECT_EQ(d[2], 2);
  EXPECT_EQ(d[5], kInf);
  EXPECT_EQ(d[6], 0);
  EXPECT_EQ(keep[6], 0);
  options.scope = MedianScope::Tensor;  // of -inf 0 1 2 3 inf
  run();
  EXPECT_EQ(medians[0], 1);
}

TEST_P(Lagrangian, samplesMustDivideTheRows) {
  float x[15] = {}, d[15], keep[15];
  PfuOptions options;
  options.samples = 2;
  EXPECT_THROW(pfuUnit<float>(denseRows<const float>(x, 3, 5), {}, options, nullptr, denseRows<float>(d, 3, 5),
                              denseRows<float>(keep, 3, 5)),
               std::invalid_argument);
}

AT_EACH_LEVEL(Lagrangian);

}  // namespace
}  // namespace testing_support
}  // namespace dl4jhopfield
