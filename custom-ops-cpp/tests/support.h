// What the kernel tests share: levels, random rows, tolerances, the reference cases.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <limits>
#include <map>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "dl4jhopfield/dispatch.h"
#include "dl4jhopfield/rows.h"

namespace dl4jhopfield {
namespace testing_support {

constexpr double kInf = std::numeric_limits<double>::infinity();

inline std::vector<SimdLevel> supportedLevels() {
  std::vector<SimdLevel> levels;
  for (SimdLevel level : {SimdLevel::Scalar, SimdLevel::Avx2, SimdLevel::Avx512})
    if (level <= detectedSimdLevel()) levels.push_back(level);
  return levels;
}

/// A test that runs once at each level that this processor has.
class EachLevel : public ::testing::TestWithParam<SimdLevel> {
 protected:
  void SetUp() override {
    before_ = activeSimdLevel();
    ASSERT_TRUE(setSimdLevel(GetParam()));
  }
  void TearDown() override { setSimdLevel(before_); }

 private:
  SimdLevel before_ = SimdLevel::Scalar;
};

inline std::string levelName(const ::testing::TestParamInfo<SimdLevel>& info) { return simdLevelName(info.param); }

#define AT_EACH_LEVEL(Suite) INSTANTIATE_TEST_SUITE_P(Levels, Suite, ::testing::ValuesIn(supportedLevels()), levelName)

/// Seeded generator; put `SCOPED_TRACE(random.trace())` into a test so that failures print the seed.
class Random {
 public:
  explicit Random(uint32_t seed) : seed_(seed), engine_(seed) {}
  std::string trace() const { return "seed " + std::to_string(seed_); }
  double normal() { return gaussian_(engine_); }
  double uniform(double low, double high) { return low + (high - low) * (engine_() / 4294967296.0); }
  int64_t integer(int64_t low, int64_t high) {
    return low + static_cast<int64_t>(engine_() % static_cast<uint64_t>(high - low + 1));
  }
  template <class T>
  std::vector<T> normals(int64_t n, double scale = 1) {
    std::vector<T> values(n);
    for (T& value : values) value = static_cast<T>(scale * normal());
    return values;
  }
  std::vector<uint8_t> mask(int64_t n, double keep) {
    std::vector<uint8_t> values(n);
    for (uint8_t& value : values) value = uniform(0, 1) < keep;
    return values;
  }

 private:
  uint32_t seed_;
  std::mt19937 engine_;
  std::normal_distribution<double> gaussian_;
};

struct Array {
  std::vector<int64_t> shape;
  std::vector<double> data;

  std::vector<int64_t> strides() const {
    std::vector<int64_t> result(shape.size(), 1);
    for (int i = static_cast<int>(shape.size()) - 2; i >= 0; --i) result[i] = result[i + 1] * shape[i + 1];
    return result;
  }
  template <class T>
  std::vector<T> as() const {
    return std::vector<T>(data.begin(), data.end());
  }
};

/// One case of golden.txt (tests/make_golden.py).
struct GoldenCase {
  std::string group, name, op;
  double tolerance = 0;
  std::map<std::string, std::string> hyper;
  std::map<std::string, std::map<std::string, Array>> arrays;  // kind, name

  const Array& input(const std::string& key) const { return arrays.at("input").at(key); }
  const Array& output(const std::string& key) const { return arrays.at("output").at(key); }
  const Array& gradOut(const std::string& key) const { return arrays.at("grad_out").at(key); }
  const Array& inputGrad(const std::string& key) const { return arrays.at("input_grad").at(key); }
  bool has(const std::string& key) const { return hyper.count(key) != 0; }
  double number(const std::string& key) const { return std::stod(hyper.at(key)); }
  int axis() const { return has("dim") ? std::stoi(hyper.at("dim")) : -1; }
};

inline std::vector<GoldenCase> goldenCases(const std::string& path = GOLDEN_FILE) {
  std::ifstream file(path);
  std::vector<GoldenCase> cases;
  std::string line;
  while (std::getline(file, line)) {
    std::istringstream words(line);
    std::string kind;
    words >> kind;
    if (kind == "case") {
      cases.emplace_back();
      words >> cases.back().group >> cases.back().name >> cases.back().op >> cases.back().tolerance;
    } else if (kind == "hyper") {
      std::string key, value;
      words >> key >> value;
      cases.back().hyper[key] = value;
    } else if (kind == "array") {
      std::string role, name, colon, word;
      int rank = 0;
      words >> role >> name >> rank;
      Array& array = cases.back().arrays[role][name];
      array.shape.resize(rank);
      for (int64_t& dim : array.shape) words >> dim;
      words >> colon;
      while (words >> word) array.data.push_back(std::stod(word));
    }
  }
  return cases;
}

template <class T>
std::vector<T> as(const std::vector<double>& values) {
  return std::vector<T>(values.begin(), values.end());
}

template <class T>
void expectNear(const std::vector<T>& found, const std::vector<double>& expected, double tolerance, const char* what) {
  ASSERT_EQ(found.size(), expected.size());
  double largest = 1;
  for (double e : expected) largest = std::max(largest, std::abs(e));
  for (std::size_t i = 0; i < found.size(); ++i)
    ASSERT_NEAR(static_cast<double>(found[i]), expected[i], tolerance * largest) << what << " " << i;
}

/// Central differences of the loss of a problem at a few places of `values`, which are numbers of it.
template <class Problem>
void expectGradient(const Problem& p, std::vector<double>& values, const std::vector<double>& gradient, Random& random,
                    const char* what) {
  for (int trial = 0; trial < 6; ++trial) {
    const std::size_t at = static_cast<std::size_t>(random.integer(0, static_cast<int64_t>(values.size()) - 1));
    const double before = values[at], h = 1e-6;
    values[at] = before + h;
    const double above = p.loss();
    values[at] = before - h;
    const double below = p.loss();
    values[at] = before;
    ASSERT_NEAR(gradient[at], (above - below) / (2 * h), 3e-5 * std::max(1.0, std::abs(gradient[at])))
        << what << " " << at;
  }
}

template <class T>
RowsView<T> rows(T* data, const Array& like, int axis = -1) {
  return rowsAlong(data, static_cast<int>(like.shape.size()), like.shape.data(), like.strides().data(), axis);
}

/// |ours - reference| <= tolerance * max(1, max |reference|) + slack of the row, for each entry.
template <class T>
void expectMatches(const std::vector<T>& ours, const Array& reference, double tolerance, const char* what,
                   const std::vector<double>& slack = {}) {
  ASSERT_EQ(ours.size(), reference.data.size()) << what;
  double largest = 1;
  for (double value : reference.data) largest = std::max(largest, std::abs(value));
  for (std::size_t i = 0; i < ours.size(); ++i) {
    const double difference = std::abs(static_cast<double>(ours[i]) - reference.data[i]);
    const double allowed = tolerance * largest + (slack.empty() ? 0.0 : slack[i]);
    EXPECT_TRUE(difference <= allowed) << what << "[" << i << "]: " << ours[i] << ", expected " << reference.data[i]
                                       << " within " << allowed;
  }
}

/// The reference holds 14 digits of inputs that had 17: what that alone may change in the row of each entry.
inline std::vector<double> inputRounding(const Array& input, int axis) {
  std::vector<double> result(input.data.size());
  const RowsView<const double> in = rows<const double>(input.data.data(), input, axis);
  const RowsView<double> out = rows<double>(result.data(), input, axis);
  for (int64_t r = 0; r < in.rows(); ++r) {
    double largest = 0;
    for (int64_t i = 0; i < in.length; ++i)
      if (std::isfinite(in.row(r)[i * in.stride])) largest = std::max(largest, std::abs(in.row(r)[i * in.stride]));
    const double lastDigit = largest == 0 ? 0 : std::pow(10.0, std::floor(std::log10(largest)) - 13);
    for (int64_t i = 0; i < in.length; ++i) out.row(r)[i * out.stride] = 2 * lastDigit;
  }
  return result;
}

}  // namespace testing_support
}  // namespace dl4jhopfield
