// Rows made to lose digits, against references in 57 digits: every separation, forward and backward, at each SIMD
// level.
//
// A few rows in each run; DL4JHOPFIELD_ADVERSARIAL_ROWS=100000 for all, DL4JHOPFIELD_ADVERSARIAL_SEED for others.
// DL4JHOPFIELD_ADVERSARIAL_WRITE=FILE writes rows of at most DL4JHOPFIELD_ADVERSARIAL_LENGTH entries with their
// references. The rows of the Java test are made so (dl4j-hopfield-ops/src/test/resources/adversarial.txt.gz: 300 rows
// of length 16, seed 7, gzip -9n).
#include <cstdio>
#include <cstdlib>

#include "dl4jhopfield/association_retrieval.h"
#include "dl4jhopfield/entmax.h"
#include "dl4jhopfield/k_subsets.h"
#include "dl4jhopfield/masked_softmax.h"
#include "dl4jhopfield/normmax.h"
#include "exact.h"
#include "support.h"

namespace dl4jhopfield {
namespace testing_support {
namespace {

struct Case {
  std::string name;  // of the op
  ExactKind kind;
  double parameter;
};

int64_t setting(const char* name, int64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::atoll(text);
}

Case randomCase(Random& random, int64_t n) {
  switch (random.integer(0, 9)) {
    case 0:
      return {"softmax", ExactKind::Entmax, 1};
    case 1:
      return {"sparsemax", ExactKind::Entmax, 2};
    case 2:
      return {"entmax15", ExactKind::Entmax, 1.5};
    case 3:
      return {"entmax", ExactKind::Entmax, 1 + std::pow(10, random.uniform(-12, 0))};
    case 4:
      return {"entmax", ExactKind::Entmax,
              random.integer(0, 1) ? random.uniform(2, 10) : std::pow(10, random.uniform(0.3, 3))};
    case 5:
      return {"entmax", ExactKind::Entmax, std::pow(10, random.uniform(0, 300))};
    case 6:
      return {"normmax", ExactKind::Normmax,
              random.integer(0, 1) ? 1 + std::pow(10, random.uniform(-2, 0)) : random.uniform(2, 50)};
    default: {
      const bool atMost = random.integer(0, 2) == 0;
      double k =
          static_cast<double>(random.integer(0, 1) ? random.integer(1, std::min<int64_t>(n, 8)) : random.integer(1, n));
      if (random.integer(0, 3) == 0) k = std::max(0.1, k - random.uniform(0, 1));
      return {atMost ? "atMostK" : "exactlyK", atMost ? ExactKind::AtMostK : ExactKind::ExactlyK, k};
    }
  }
}

int64_t randomLength(Random& random, bool longRows) {
  static const int64_t most = setting("DL4JHOPFIELD_ADVERSARIAL_LENGTH", 0);
  if (most > 0) return random.integer(0, 3) ? random.integer(1, std::min<int64_t>(most, 12)) : random.integer(1, most);
  const int64_t choice = random.integer(0, 999);
  if (longRows && choice < 2) return random.integer(0, 1) ? 16385 : random.integer(4000, 16385);
  if (choice < 20) return random.integer(500, longRows ? 2100 : 600);
  if (choice < 250) return random.integer(17, 130);
  return random.integer(1, 16);
}

template <class T>
std::vector<T> randomScores(Random& random, int64_t n) {
  std::vector<double> x(n);
  const double scale = std::pow(10, random.integer(0, 1) ? random.uniform(-2, 2) : random.uniform(-30, 30));
  switch (random.integer(0, 7)) {
    case 0:  // one size
      for (double& value : x) value = scale * random.normal();
      break;
    case 1:  // some large among ordinary ones
      for (double& value : x) value = random.normal();
      for (int64_t i = random.integer(1, 3); i > 0; --i)
        x[random.integer(0, n - 1)] = (random.integer(0, 2) ? 1 : -1) * std::pow(10, random.uniform(8, 30));
      break;
    case 2:  // ties
      for (double& value : x) value = scale * static_cast<double>(random.integer(-2, 2));
      break;
    case 3:  // all equal
      std::fill(x.begin(), x.end(), scale * random.normal());
      break;
    case 4:  // an offset
      for (double& value : x) value = scale * 1e3 * (random.integer(0, 1) ? 1 : 1e4) + random.normal();
      break;
    case 5: {  // neighbours: a few units in the last place apart
      const double base = random.normal() * scale, unit = std::numeric_limits<T>::epsilon() * std::abs(base);
      for (double& value : x) value = base + unit * static_cast<double>(random.integer(-4, 4));
      break;
    }
    case 6:  // of every size
      for (double& value : x) value = random.normal() * std::pow(10, random.uniform(-12, 12));
      break;
    default:  // ordinary, some equal to the first, some by 1 away from it
      for (double& value : x) value = random.normal();
      for (int64_t i = 1; i < n; ++i)
        if (random.integer(0, 3) == 0) x[i] = x[0] + static_cast<double>(random.integer(-1, 1));
  }
  std::vector<T> result(n);
  for (int64_t i = 0; i < n; ++i) result[i] = static_cast<T>(x[i]);
  return result;
}

/// How far a row is off, in units of what it may be: (largest error) / (tolerance * max(1, largest reference)).
template <class T>
double error(const std::vector<T>& found, const std::vector<double>& expected) {
  const double tolerance = sizeof(T) == 4 ? 1e-5 : 1e-10, most = static_cast<double>(std::numeric_limits<T>::max());
  double largest = 1, worst = 0;
  for (double value : expected) largest = std::max(largest, std::abs(value));
  const bool beyond = largest > 0.999 * most;  // infinity, or nearly, is right; the finite ones must just be numbers
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double f = static_cast<double>(found[i]), e = expected[i];
    double off;
    if (beyond)
      off = std::isnan(f) || (std::abs(e) > 1.001 * most && f != std::copysign(kInf, e)) ? kInf : 0;
    else
      off = std::abs(f - e) / (tolerance * largest);
    if (!(off <= worst)) worst = off;  // NaN stays
    if (std::isnan(worst)) return kInf;
  }
  return worst;
}

template <class T>
void separate(const Case& c, const std::vector<T>& x, const MaskView& mask, double beta, std::vector<T>& y) {
  const int64_t n = static_cast<int64_t>(x.size());
  const RowsView<const T> in = denseRows<const T>(x.data(), 1, n);
  const RowsView<T> out = denseRows<T>(y.data(), 1, n);
  if (c.name == "softmax") return maskedSoftmax<T>(in, mask, beta, out);
  if (c.name == "sparsemax") return sparsemax<T>(in, mask, beta, out);
  if (c.name == "entmax15") return entmax15<T>(in, mask, beta, out);
  if (c.name == "entmax") return entmax<T>(in, mask, c.parameter, beta, out);
  if (c.name == "normmax") return normmax<T>(in, mask, c.parameter, beta, out);
  kSubsets<T>(in, mask, c.parameter, c.kind == ExactKind::AtMostK, beta, out);
}

template <class T>
void separateBackward(const Case& c, const std::vector<T>& y, const std::vector<T>& g, double beta,
                      std::vector<T>& gradX, double* gradAlpha) {
  const int64_t n = static_cast<int64_t>(y.size());
  const RowsView<const T> weights = denseRows<const T>(y.data(), 1, n), grad = denseRows<const T>(g.data(), 1, n);
  const RowsView<T> out = denseRows<T>(gradX.data(), 1, n);
  if (c.name == "softmax") return maskedSoftmaxBackward<T>(weights, grad, beta, out);
  if (c.name == "sparsemax") return sparsemaxBackward<T>(weights, grad, beta, out);
  if (c.name == "entmax15") return entmax15Backward<T>(weights, grad, beta, out);
  if (c.name == "entmax") return entmaxBackward<T>(weights, grad, c.parameter, beta, out, gradAlpha);
  if (c.name == "normmax") return normmaxBackward<T>(weights, grad, c.parameter, beta, out);
  kSubsetsBackward<T>(weights, grad, c.parameter, c.kind == ExactKind::AtMostK, beta, out);
}

struct Tally {
  int64_t rows = 0, wrong = 0;
  std::map<std::string, double> worst;

  void add(const std::string& what, double error, const std::string& row) {
    double& so = worst[what];
    so = std::max(so, error);
    if (error <= 1) return;
    if (++wrong <= 20) ADD_FAILURE() << what << ": off by " << error << " times what is allowed: " << row;
  }
  void print() const {
    std::printf("%lld rows, %lld wrong; worst errors in units of the tolerance:\n", static_cast<long long>(rows),
                static_cast<long long>(wrong));
    for (const auto& [what, error] : worst) std::printf("  %-36s %.3g\n", what.c_str(), error);
  }
};

template <class T>
std::string text(const std::vector<T>& values) {
  std::string result;
  char number[40];
  for (std::size_t i = 0; i < values.size() && i < 16385; ++i) {
    std::snprintf(number, sizeof number, i == 0 ? "%.17g" : " %.17g", static_cast<double>(values[i]));
    result += number;
  }
  return result;
}

template <class T>
void row(Random& random, bool longRows, Tally& tally, std::FILE* file) {
  const int64_t n = randomLength(random, longRows);
  const Case c = randomCase(random, n);
  const std::vector<T> x = randomScores<T>(random, n), g = random.normals<T>(n);
  constexpr double betas[] = {1, 1, 1, 0.5, -2, 1e-3, 300};
  const double beta = random.integer(0, 2) ? 1 : betas[random.integer(0, 6)];
  // What g itself loses is multiplied by beta.
  const double gradBeta = sizeof(T) == 4 ? std::min(beta, 1.0) : beta;
  const std::vector<uint8_t> mask = random.integer(0, 4) ? std::vector<uint8_t>() : random.mask(n, 0.7);
  const MaskView view = mask.empty() ? MaskView() : denseRows<const uint8_t>(mask.data(), 1, n);
  const std::vector<double> wide(x.begin(), x.end());
  const std::vector<double> expected = Exact::weights(c.kind, c.parameter, wide, mask, beta);
  const bool slack = c.kind == ExactKind::AtMostK && Exact::slack(c.parameter, wide, mask, beta);
  // The gradient is that at the weights as they are stored.
  std::vector<T> y(n);
  for (int64_t i = 0; i < n; ++i) y[i] = static_cast<T>(expected[i]);
  const std::vector<double> at(y.begin(), y.end()), gradOut(g.begin(), g.end());
  const std::vector<double> gradient = Exact::gradient(c.kind, c.parameter, at, gradOut, gradBeta, slack);
  const bool ofAlpha = c.name == "entmax" && c.parameter > 1;
  const double gradAlpha = ofAlpha ? Exact::alphaGradient(c.parameter, at, gradOut) : 0;
  char parameter[40];
  std::snprintf(parameter, sizeof parameter, "%.17g", c.parameter);
  const std::string describe = c.name + " " + parameter + " beta " + std::to_string(beta) + " n " + std::to_string(n);
  const std::string scores = n <= 40 ? " x " + text(x) + " mask " + text(mask) + " g " + text(g) : "";
  const std::string type = sizeof(T) == 4 ? "float " : "double ";
  ++tally.rows;
  if (file != nullptr)
    std::fprintf(file, "%s%s %.17g %.17g %.17g\nx %s\nmask %s\ny %s\ng %s\ngradX %s\ngradAlpha %.17g\n", type.c_str(),
                 c.name.c_str(), c.parameter, beta, gradBeta, text(x).c_str(), text(mask).c_str(),
                 text(expected).c_str(), text(g).c_str(), text(gradient).c_str(), gradAlpha);
  for (SimdLevel level : supportedLevels()) {
    setSimdLevel(level);
    const std::string name = type + c.name + " " + simdLevelName(level);
    std::vector<T> found(n, T(-7));
    separate<T>(c, x, view, beta, found);
    tally.add(name, error<T>(found, expected), describe + scores + " found " + (n <= 40 ? text(found) : ""));
    found.assign(n, T(-7));
    double foundAlpha = 0;
    separateBackward<T>(c, y, g, gradBeta, found, ofAlpha ? &foundAlpha : nullptr);
    tally.add(name + " gradient", error<T>(found, gradient),
              describe + scores + " found " + (n <= 40 ? text(found) : ""));
    if (ofAlpha)
      tally.add(name + " alpha", error<T>({static_cast<T>(foundAlpha)}, {gradAlpha}),
                describe + scores + " found " + std::to_string(foundAlpha) + " expected " + std::to_string(gradAlpha));
  }
}

TEST(Adversarial, rowsAreRightInEveryDigit) {
  const int64_t rows = setting("DL4JHOPFIELD_ADVERSARIAL_ROWS", 1500);
  const bool longRows = rows > 5000;
  Random random(static_cast<uint32_t>(setting("DL4JHOPFIELD_ADVERSARIAL_SEED", 15)));
  SCOPED_TRACE(random.trace());
  const char* path = std::getenv("DL4JHOPFIELD_ADVERSARIAL_WRITE");
  std::FILE* file = path == nullptr ? nullptr : std::fopen(path, "w");
  const SimdLevel before = activeSimdLevel();
  Tally tally;
  for (int64_t i = 0; i < rows; ++i) {
    if (random.integer(0, 1))
      row<float>(random, longRows, tally, file);
    else
      row<double>(random, longRows, tally, file);
  }
  setSimdLevel(before);
  if (file != nullptr) std::fclose(file);
  tally.print();
  EXPECT_EQ(tally.wrong, 0);
}

AssociationSeparation kindOf(const Case& c) {
  if (c.name == "softmax") return AssociationSeparation::Softmax;
  if (c.name == "sparsemax") return AssociationSeparation::Sparsemax;
  if (c.name == "entmax15") return AssociationSeparation::Entmax15;
  if (c.name == "entmax") return AssociationSeparation::Entmax;
  return c.name == "normmax" ? AssociationSeparation::Normmax : AssociationSeparation::KSubsets;
}

/// The same scores as stored patterns of width 1 that a query of 1 is compared with.
template <class T>
void associationRow(Random& random, Tally& tally) {
  const int64_t n = random.integer(0, 39) ? randomLength(random, false) : 9000;  // the latter is cut into parts
  const Case c = randomCase(random, n);
  const std::vector<T> x = randomScores<T>(random, n), g = random.normals<T>(n), one = {1};
  const std::vector<double> wide(x.begin(), x.end()), gradOut(g.begin(), g.end());
  const std::vector<double> expected = Exact::weights(c.kind, c.parameter, wide, {}, 1);
  const bool slack = c.kind == ExactKind::AtMostK && Exact::slack(c.parameter, wide, {}, 1);
  const std::string describe = c.name + " " + std::to_string(c.parameter) + " n " + std::to_string(n) +
                               (n <= 40 ? " x " + text(x) + " g " + text(g) : "");
  ++tally.rows;
  AssociationOptions o;
  o.queries = o.width = o.valueWidth = 1;
  o.stored = n;
  o.separation = kindOf(c);
  o.alpha = c.parameter;
  o.k = c.parameter;
  o.atMost = c.kind == ExactKind::AtMostK;
  AssociationInputs<T> in;
  in.q = {one.data(), 1, 1, 1, 1};
  in.k = {x.data(), n, n, 1, 1};
  in.v = {g.data(), n, n, 1, 1};
  double mixed = 0;
  for (int64_t i = 0; i < n; ++i) mixed += expected[i] * gradOut[i];
  for (SimdLevel level : supportedLevels()) {
    setSimdLevel(level);
    const std::string name = std::string("association ") + (sizeof(T) == 4 ? "float " : "double ") + c.name;
    std::vector<T> found(n, T(-7)), out(1), gradK(n, T(-7));
    AssociationOutputs<T> outputs;
    outputs.weights = {found.data(), n, n, n, 1};
    outputs.out = {out.data(), 1, 1, 1, 1};
    association<T>(o, in, outputs);
    tally.add(name, error<T>(found, expected), describe + " found " + (n <= 40 ? text(found) : ""));
    AssociationGradients<T> gradients;
    gradients.gradWeights = {g.data(), n, n, n, 1};
    gradients.gradK = {gradK.data(), n, n, 1, 1};
    associationBackward<T>(o, in, gradients);
    const std::vector<double> gradient =
        Exact::gradient(c.kind, c.parameter, std::vector<double>(found.begin(), found.end()), gradOut, 1, slack);
    tally.add(name + " gradient", error<T>(gradK, gradient), describe + " found " + (n <= 40 ? text(gradK) : ""));
    RetrievalOptions r;
    r.queries = r.width = r.valueWidth = 1;
    r.separation = o.separation;
    r.alpha = r.k = c.parameter;
    r.atMost = o.atMost;
    r.topK = 1;
    if (n % 2 == 0) r.mostCandidates = 4;  // the search in passes
    const PatternBlock<T> block{x.data(), g.data(), n, 1, 1, false};
    T weight = 0;
    RetrievalResults<T> results;
    results.out = out.data();
    results.topWeight = &weight;
    retrieve<T>(r, one.data(), 1, &block, 1, results);
    double mass = 1;
    for (double value : expected) mass += value;
    tally.add(name + " retrieved", error<T>({static_cast<T>(out[0] / mass)}, {mixed / mass}), describe);
    tally.add(name + " top", error<T>({weight}, {*std::max_element(expected.begin(), expected.end())}), describe);
  }
}

TEST(Adversarial, associationsAndRetrievalsAreRight) {
  const int64_t rows = std::max<int64_t>(300, setting("DL4JHOPFIELD_ADVERSARIAL_ROWS", 0) / 10);
  Random random(static_cast<uint32_t>(setting("DL4JHOPFIELD_ADVERSARIAL_SEED", 15)));
  SCOPED_TRACE(random.trace());
  const SimdLevel before = activeSimdLevel();
  Tally tally;
  for (int64_t i = 0; i < rows; ++i) {
    if (random.integer(0, 1))
      associationRow<float>(random, tally);
    else
      associationRow<double>(random, tally);
  }
  setSimdLevel(before);
  tally.print();
  EXPECT_EQ(tally.wrong, 0);
}

TEST(Big, functionsHoldFiftyDigits) {
  Random random(3);
  for (int i = 0; i < 200; ++i) {
    const Big x(std::pow(10, random.uniform(-20, 20))), y(random.normal() * std::pow(10, random.uniform(-6, 6)));
    EXPECT_LT((x / y * y / x - Big(1)).exponent(), -178);
    EXPECT_LT((exp(log(x)) / x - Big(1)).exponent(), -168);
    EXPECT_LT((exp(y) * exp(-y) - Big(1)).exponent(), -160);
    EXPECT_LT((x + y - y - x).exponent(), std::max(x.exponent(), y.exponent()) - 183);
    EXPECT_NEAR(log(x).toDouble(), std::log(x.toDouble()), 1e-14);
  }
  // exp(1), to 57 digits, in four doubles
  Big e(2.718281828459045);
  e += Big(1.4456468917292502e-16);
  e += Big(-2.1277171080381768e-33);
  e += Big(1.515630159841219e-49);
  EXPECT_LT((exp(Big(1)) - e).exponent(), -180);
}

}  // namespace
}  // namespace testing_support
}  // namespace dl4jhopfield
