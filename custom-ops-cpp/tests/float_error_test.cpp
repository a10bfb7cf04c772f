// The float error of every separation over many random rows, at each SIMD level: against double on the same inputs, at
// most twice that of a plain float implementation. DL4JHOPFIELD_ROWS sets how many rows a separation (default 5,000).
#include <algorithm>
#include <cstdlib>
#include <functional>

#include "dl4jhopfield/entmax.h"
#include "dl4jhopfield/k_subsets.h"
#include "dl4jhopfield/masked_softmax.h"
#include "dl4jhopfield/normmax.h"
#include "support.h"

namespace dl4jhopfield {
namespace testing_support {
namespace {

constexpr int64_t kBatch = 1000, kDefaultRows = 5000;
constexpr int kLengths[] = {2, 7, 32, 64, 100};

using Row = std::vector<float>;

// ---- plain float implementations: sorting and cumulative sums where a closed form exists, else bisection ----

Row plainSoftmax(const Row& x) {
  const float top = *std::max_element(x.begin(), x.end());
  Row y(x.size());
  float sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) sum += y[i] = std::exp(x[i] - top);
  for (float& v : y) v /= sum;
  return y;
}

Row sorted(const Row& x) {
  Row z = x;
  std::sort(z.begin(), z.end(), std::greater<float>());
  return z;
}

Row plainSparsemax(const Row& x) {
  const float top = *std::max_element(x.begin(), x.end());
  Row shifted = x;
  for (float& v : shifted) v -= top;
  float sum = 0, tau = 0;
  const Row z = sorted(shifted);
  for (std::size_t k = 1; k <= z.size(); ++k) {
    sum += z[k - 1];
    if (1 + k * z[k - 1] > sum) tau = (sum - 1) / k;
  }
  for (float& v : shifted) v = std::max(v - tau, 0.0f);
  return shifted;
}

Row plainEntmax15(const Row& x) {
  const float top = *std::max_element(x.begin(), x.end());
  Row shifted = x;
  for (float& v : shifted) v = (v - top) / 2;
  float sum = 0, squares = 0, tau = 0;
  const Row z = sorted(shifted);
  for (std::size_t k = 1; k <= z.size(); ++k) {
    sum += z[k - 1];
    squares += z[k - 1] * z[k - 1];
    const float mean = sum / k, spread = squares - k * mean * mean, delta = (1 - spread) / k;
    const float candidate = mean - std::sqrt(std::max(delta, 0.0f));
    if (candidate <= z[k - 1]) tau = candidate;
  }
  for (float& v : shifted) v = v > tau ? (v - tau) * (v - tau) : 0.0f;
  return shifted;
}

/// weight(u) of u = score - tau, tau in [low, high] such that total(weights) falls through 0.
Row bisected(const Row& scores, float low, float high, const std::function<float(float)>& weight,
             const std::function<float(const Row&)>& total) {
  Row y(scores.size());
  for (int i = 0; i < 40; ++i) {
    const float tau = low + (high - low) / 2;
    for (std::size_t j = 0; j < y.size(); ++j) y[j] = weight(scores[j] - tau);
    (total(y) > 0 ? low : high) = tau;
  }
  return y;
}

Row normalised(Row y) {
  float sum = 0;
  for (float v : y) sum += v;
  for (float& v : y) v /= sum;
  return y;
}

float sumLess(const Row& y, float mass) {
  float sum = 0;
  for (float v : y) sum += v;
  return sum - mass;
}

Row plainEntmax(const Row& x, float alpha) {
  Row scaled = x;
  for (float& v : scaled) v *= alpha - 1;
  const float top = *std::max_element(scaled.begin(), scaled.end());
  return normalised(bisected(
      scaled, top - 1, top, [=](float u) { return u > 0 ? std::pow(u, 1 / (alpha - 1)) : 0.0f; },
      [](const Row& y) { return sumLess(y, 1); }));
}

Row plainNormmax(const Row& x, float p) {
  const float top = *std::max_element(x.begin(), x.end());
  return normalised(bisected(
      x, top - 1, top, [=](float u) { return u > 0 ? std::pow(u, 1 / (p - 1)) : 0.0f; },
      [=](const Row& y) {
        float sum = 0;
        for (float v : y) sum += std::pow(v, p);
        return sum - 1;
      }));
}

Row plainKSubsets(const Row& x, float k) {
  if (k >= x.size()) return Row(x.size(), 1.0f);
  const float top = *std::max_element(x.begin(), x.end()), bottom = *std::min_element(x.begin(), x.end());
  return bisected(
      x, bottom - 1, top, [](float u) { return std::min(std::max(u, 0.0f), 1.0f); },
      [=](const Row& y) { return sumLess(y, k); });
}

// ---- ours ----

struct Separation {
  const char* name;
  std::function<Row(const Row&)> plain;
  std::function<void(const RowsView<const float>&, const RowsView<float>&)> inFloat;
  std::function<void(const RowsView<const double>&, const RowsView<double>&)> inDouble;
};

std::vector<Separation> separations() {
  std::vector<Separation> all = {
      {"softmax", plainSoftmax, [](auto& x, auto& y) { maskedSoftmax<float>(x, {}, 1.0, y); },
       [](auto& x, auto& y) { maskedSoftmax<double>(x, {}, 1.0, y); }},
      {"sparsemax", plainSparsemax, [](auto& x, auto& y) { sparsemax<float>(x, {}, 1.0, y); },
       [](auto& x, auto& y) { sparsemax<double>(x, {}, 1.0, y); }},
      {"entmax15", plainEntmax15, [](auto& x, auto& y) { entmax15<float>(x, {}, 1.0, y); },
       [](auto& x, auto& y) { entmax15<double>(x, {}, 1.0, y); }}};
  for (const float alpha : {1.25f, 1.75f, 3.0f})
    all.push_back({"entmax", [=](const Row& x) { return plainEntmax(x, alpha); },
                   [=](auto& x, auto& y) { entmax<float>(x, {}, alpha, 1.0, y); },
                   [=](auto& x, auto& y) { entmax<double>(x, {}, alpha, 1.0, y); }});
  for (const float p : {1.5f, 2.0f, 5.0f})
    all.push_back({"normmax", [=](const Row& x) { return plainNormmax(x, p); },
                   [=](auto& x, auto& y) { normmax<float>(x, {}, p, 1.0, y); },
                   [=](auto& x, auto& y) { normmax<double>(x, {}, p, 1.0, y); }});
  all.push_back({"3-subsets", [](const Row& x) { return plainKSubsets(x, 3); },
                 [](auto& x, auto& y) { kSubsets<float>(x, {}, 3.0, false, 1.0, y); },
                 [](auto& x, auto& y) { kSubsets<double>(x, {}, 3.0, false, 1.0, y); }});
  return all;
}

struct Errors {
  double largest = 0, squares = 0;
  void add(double error) {
    largest = error <= largest ? largest : error;
    squares += error * error;
  }
};

int64_t rowsAsked() {
  const char* text = std::getenv("DL4JHOPFIELD_ROWS");
  return text == nullptr ? kDefaultRows : std::max<int64_t>(kBatch, std::atoll(text));
}

class FloatError : public EachLevel {};
AT_EACH_LEVEL(FloatError);

TEST_P(FloatError, IsAtMostTwiceThatOfAPlainFloatImplementation) {
  Random random(20275);
  SCOPED_TRACE(random.trace());
  const int64_t rows = rowsAsked();
  for (const Separation& s : separations()) {
    Errors ours, plain;
    for (int64_t done = 0, batch = 0; done < rows; done += kBatch, ++batch) {
      const int64_t n = kLengths[batch % 5];
      const double scale = batch % 3 == 0 ? 0.3 : batch % 3 == 1 ? 1 : 5;
      const auto x = random.normals<float>(kBatch * n, scale);
      const std::vector<double> wide(x.begin(), x.end());
      std::vector<float> y(kBatch * n);
      std::vector<double> exact(kBatch * n);
      s.inFloat(denseRows<const float>(x.data(), kBatch, n), denseRows<float>(y.data(), kBatch, n));
      s.inDouble(denseRows<const double>(wide.data(), kBatch, n), denseRows<double>(exact.data(), kBatch, n));
      for (int64_t r = 0; r < kBatch; ++r) {
        const Row theirs = s.plain(Row(x.begin() + r * n, x.begin() + (r + 1) * n));
        for (int64_t i = 0; i < n; ++i) {
          ours.add(std::abs(y[r * n + i] - exact[r * n + i]));
          plain.add(std::abs(theirs[i] - exact[r * n + i]));
        }
      }
    }
    const double mean = std::sqrt(ours.squares / plain.squares), largest = ours.largest / plain.largest;
    EXPECT_LE(largest, 2) << s.name << ": largest error " << ours.largest << ", plain " << plain.largest;
    EXPECT_LE(mean, 2) << s.name << ": root mean square error " << mean << " of the plain one's";
    RecordProperty(std::string(s.name) + " largest", std::to_string(largest));
    if (rows > kDefaultRows)
      std::printf("%-10s %ld rows: largest error %.3g (plain %.3g, ratio %.2f), rms ratio %.2f\n", s.name,
                  static_cast<long>(rows), ours.largest, plain.largest, largest, mean);
  }
}

}  // namespace
}  // namespace testing_support
}  // namespace dl4jhopfield
