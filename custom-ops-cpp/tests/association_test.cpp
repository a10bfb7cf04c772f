// The fused Hopfield association against a plain one in double that keeps every matrix.
#include "dl4jhopfield/association.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <numeric>

#include "dl4jhopfield/parallel.h"
#include "support.h"

namespace dl4jhopfield {
namespace {

using namespace testing_support;

// ---- the plain association
// ---------------------------------------------------------------------------------------------

/// One row of scores (-inf: masked) to weights, by 70 bisections.
std::vector<double> separate(const AssociationOptions& o, const std::vector<double>& x) {
  const std::size_t n = x.size();
  std::vector<double> p(n, 0.0);
  double top = -kInf, bottom = kInf;
  int count = 0;
  for (double v : x) {
    if (v == -kInf) continue;
    top = std::max(top, v);
    bottom = std::min(bottom, v);
    ++count;
  }
  if (count == 0) return p;
  double alpha = o.alpha;
  auto kind = o.separation;
  if (kind == AssociationSeparation::Sparsemax) alpha = 2;
  if (kind == AssociationSeparation::Entmax15) alpha = 1.5;
  if (kind == AssociationSeparation::Softmax || (kind == AssociationSeparation::Entmax && alpha == 1)) {
    double sum = 0;
    for (std::size_t i = 0; i < n; ++i) sum += p[i] = std::exp(x[i] - top);
    for (double& v : p) v /= sum;
    return p;
  }
  if (kind == AssociationSeparation::Softmax1) {
    for (std::size_t i = 0; i < n; ++i) {
      double inverse = std::exp(-x[i]);
      for (double v : x) inverse += std::exp(v - x[i]);
      p[i] = x[i] == -kInf ? 0 : 1 / inverse;
    }
    return p;
  }
  const bool norm = kind == AssociationSeparation::Normmax, subsets = kind == AssociationSeparation::KSubsets;
  const double scale = norm || subsets ? 1 : alpha - 1;
  const auto weight = [&](double v, double tau) {
    const double t = scale * v - tau;
    if (!(t > 0)) return 0.0;
    return subsets ? std::min(1.0, t) : std::pow(t, 1 / (alpha - 1));
  };
  const auto mass = [&](double tau) {
    double sum = 0;
    for (double v : x) {
      const double w = weight(v, tau);
      sum += norm ? std::pow(w, alpha) : w;
    }
    return sum;
  };
  const double goal = subsets ? o.k : 1;
  if (subsets && !o.atMost && count <= o.k) {
    for (std::size_t i = 0; i < n; ++i) p[i] = x[i] != -kInf;
    return p;
  }
  double lo = subsets ? bottom - 1 : scale * top - 1, hi = scale * top;
  double tau;
  if (subsets && o.atMost && mass(0) <= goal) {
    tau = 0;
  } else {
    for (int i = 0; i < 70; ++i) {
      tau = 0.5 * (lo + hi);
      (mass(tau) >= goal ? lo : hi) = tau;
    }
    tau = lo;
  }
  double sum = 0;
  for (std::size_t i = 0; i < n; ++i) sum += p[i] = weight(x[i], tau);
  if (norm)
    for (double& v : p) v /= sum;
  return p;
}

/// A problem with all its arrays, dense, in T.
template <class T>
struct Problem {
  AssociationOptions o;
  std::vector<T> q, k, v, betas, additive, gradOut, gradWeights;
  std::vector<uint8_t> mask, padding, queryMask;
  std::vector<int64_t> stepsPerHead;
  std::vector<double> epsPerHead, noise, alphas;
  double beta = 1;

  int64_t index(int64_t b, int64_t h, int64_t l, int64_t i, int64_t rows, int64_t width) const {
    return ((b * o.heads + h) * rows + l) * width + i;
  }
  AssociationInputs<T> inputs() const {
    AssociationInputs<T> in;
    const int64_t H = o.heads, L = o.queries, S = o.stored, d = o.width, dv = o.valueWidth;
    in.q = {q.data(), H * L * d, L * d, d, 1};
    in.k = {k.data(), H * S * d, S * d, d, 1};
    in.v = {v.data(), H * S * dv, S * dv, dv, 1};
    in.beta = beta;
    if (!betas.empty()) {
      in.betas = betas.data();
      in.betaHead = 1;
    }
    if (!mask.empty()) in.mask = {mask.data(), H * L * S, L * S, S, 1};
    if (!additive.empty()) in.additive = {additive.data(), H * L * S, L * S, S, 1};
    if (!padding.empty()) {
      in.paddingMask = padding.data();
      in.paddingBatch = S;
    }
    if (!queryMask.empty()) {
      in.queryMask = queryMask.data();
      in.queryBatch = L;
    }
    return in;
  }
  AssociationOptions options() const {
    AssociationOptions r = o;
    if (!stepsPerHead.empty()) r.updateStepsPerHead = stepsPerHead.data();
    if (!epsPerHead.empty()) r.updateStepsEpsPerHead = epsPerHead.data();
    if (!noise.empty()) r.noise = noise.data();
    if (!alphas.empty()) r.alphaPerHead = alphas.data();
    return r;
  }
  double betaOf(int64_t h) const { return betas.empty() ? beta : static_cast<double>(betas[h]); }

  template <class U>
  Problem<U> as() const {
    Problem<U> r;
    r.o = o;
    r.q.assign(q.begin(), q.end());
    r.k.assign(k.begin(), k.end());
    r.v.assign(v.begin(), v.end());
    r.betas.assign(betas.begin(), betas.end());
    r.additive.assign(additive.begin(), additive.end());
    r.gradOut.assign(gradOut.begin(), gradOut.end());
    r.gradWeights.assign(gradWeights.begin(), gradWeights.end());
    r.mask = mask;
    r.padding = padding;
    r.queryMask = queryMask;
    r.stepsPerHead = stepsPerHead;
    r.epsPerHead = epsPerHead;
    r.noise = noise;
    r.alphas = alphas;
    r.beta = beta;
    return r;
  }
};

template <class T>
Problem<T> randomProblem(Random& random, int64_t B, int64_t H, int64_t L, int64_t S, int64_t d, int64_t dv) {
  Problem<T> p;
  p.o.batch = B;
  p.o.heads = H;
  p.o.queries = L;
  p.o.stored = S;
  p.o.width = d;
  p.o.valueWidth = dv;
  p.q = random.normals<T>(B * H * L * d);
  p.k = random.normals<T>(B * H * S * d);
  p.v = random.normals<T>(B * H * S * dv);
  p.gradOut = random.normals<T>(B * H * L * dv);
  p.beta = 1.3 / std::sqrt(static_cast<double>(d));
  return p;
}

template <class T>
struct Result {
  std::vector<T> out, weights, state;
  std::vector<int32_t> steps;
};

template <class T>
Result<T> run(const Problem<T>& p) {
  const auto& o = p.o;
  Result<T> r;
  const int64_t n = o.batch * o.heads * o.queries;
  r.out.assign(n * o.valueWidth, T(-7));
  r.weights.assign(n * o.stored, T(-7));
  r.state.assign(n * o.width, T(-7));
  r.steps.assign(o.batch * o.heads, -7);
  AssociationOutputs<T> out;
  out.out = {r.out.data(), o.heads * o.queries * o.valueWidth, o.queries * o.valueWidth, o.valueWidth, 1};
  out.weights = {r.weights.data(), o.heads * o.queries * o.stored, o.queries * o.stored, o.stored, 1};
  out.state = {r.state.data(), o.heads * o.queries * o.width, o.queries * o.width, o.width, 1};
  out.steps = r.steps.data();
  association<T>(p.options(), p.inputs(), out);
  return r;
}

template <class T>
struct Gradients {
  std::vector<T> q, k, v, additive;
  std::vector<double> beta, alpha;
};

template <class T>
Gradients<T> runBackward(const Problem<T>& p, const T* saved = nullptr) {
  const auto& o = p.o;
  Gradients<T> r;
  r.q.assign(p.q.size(), T(-7));
  r.k.assign(p.k.size(), T(-7));
  r.v.assign(p.v.size(), T(-7));
  r.beta.assign(o.batch * o.heads, -7);
  AssociationGradients<T> g;
  g.saved = saved;
  const int64_t H = o.heads, L = o.queries, S = o.stored, d = o.width, dv = o.valueWidth;
  if (!p.gradOut.empty()) g.gradOut = {p.gradOut.data(), H * L * dv, L * dv, dv, 1};
  if (!p.gradWeights.empty()) g.gradWeights = {p.gradWeights.data(), H * L * S, L * S, S, 1};
  g.gradQ = {r.q.data(), H * L * d, L * d, d, 1};
  g.gradK = {r.k.data(), H * S * d, S * d, d, 1};
  g.gradV = {r.v.data(), H * S * dv, S * dv, dv, 1};
  if (!p.additive.empty()) {
    r.additive.assign(p.additive.size(), T(-7));
    g.gradAdditive = {r.additive.data(), H * L * S, L * S, S, 1};
  }
  g.gradBeta = r.beta.data();
  if (p.o.separation == AssociationSeparation::Entmax) {
    r.alpha.assign(o.batch * o.heads, -7);
    g.gradAlpha = r.alpha.data();
  }
  associationBackward<T>(p.options(), p.inputs(), g);
  return r;
}

/// The definition, every matrix kept. `forcedSteps`, where given, fixes the steps of each head (for finite
/// differences).
Result<double> plain(const Problem<double>& p, const std::vector<int32_t>* forcedSteps = nullptr) {
  const auto o = p.options();
  const int64_t B = o.batch, H = o.heads, L = o.queries, S = o.stored, d = o.width, dv = o.valueWidth;
  Result<double> r;
  r.out.assign(B * H * L * dv, 0.0);
  r.weights.assign(B * H * L * S, 0.0);
  r.steps.assign(B * H, -1);
  r.state.assign(p.q.begin(), p.q.end());
  std::vector<double> before;
  std::vector<char> active(B * H, 1);
  for (int64_t t = 0; std::count(active.begin(), active.end(), 1) > 0; ++t) {
    std::vector<double> x(B * H * L * S), weights(B * H * L * S), keep(B * H * L * S, 1.0);
    for (int64_t b = 0; b < B; ++b)
      for (int64_t h = 0; h < H; ++h)
        for (int64_t l = 0; l < L; ++l)
          for (int64_t j = 0; j < S; ++j) {
            double dot = 0;
            for (int64_t c = 0; c < d; ++c) dot += r.state[p.index(b, h, l, c, L, d)] * p.k[p.index(b, h, j, c, S, d)];
            const int64_t i = p.index(b, h, l, j, L, S);
            double score = p.betaOf(h) * dot;
            if (!p.additive.empty()) score += p.additive[i];
            if (!p.mask.empty() && !p.mask[i]) score = -kInf;
            if (!p.padding.empty() && !p.padding[b * S + j]) score = -kInf;
            if (!p.queryMask.empty() && !p.queryMask[b * L + l]) score = -kInf;
            x[i] = score;
          }
    if (o.unit != AssociationUnit::None) {
      const int64_t groups = o.unit == AssociationUnit::Relu      ? 1
                             : o.pfu.scope == MedianScope::Tensor ? 1
                             : o.pfu.scope == MedianScope::Sample ? B
                                                                  : B * H * L;
      const int64_t each = B * H * L * S / groups;
      for (int64_t g = 0; g < groups; ++g) {
        double threshold = 0, fill = 0;
        if (o.unit == AssociationUnit::Pfu) {
          double mu = o.pfu.mu;
          if (o.pfu.muIsMedian) {
            std::vector<double> values;
            for (int64_t i = g * each; i < (g + 1) * each; ++i)
              if (x[i] != -kInf && active[i / (L * S)]) values.push_back(x[i]);
            if (values.empty()) continue;
            std::sort(values.begin(), values.end());
            mu = values[(values.size() - 1) / 2];
          }
          threshold = mu + (o.noise ? o.pfu.sigma * o.pfu.sigma * o.noise[t * groups + g] : 0.0);
          fill = o.pfu.biasIsThreshold ? threshold : o.pfu.bias;
        }
        for (int64_t i = g * each; i < (g + 1) * each; ++i) {
          if (x[i] == -kInf) continue;
          keep[i] = x[i] > threshold;
          if (!keep[i]) x[i] = fill;
        }
      }
    }
    for (int64_t row = 0; row < B * H * L; ++row) {
      auto ofHead = o;
      if (o.alphaPerHead) ofHead.alpha = o.alphaPerHead[row / L % H];
      const auto w = separate(ofHead, std::vector<double>(x.begin() + row * S, x.begin() + (row + 1) * S));
      std::copy(w.begin(), w.end(), weights.begin() + row * S);
    }
    std::vector<double> norm(B * H, 0.0);
    if (t > 0)
      for (int64_t bh = 0; bh < B * H; ++bh) {
        for (int64_t i = bh * L * S; i < (bh + 1) * L * S; ++i) norm[bh] += std::pow(weights[i] - before[i], 2);
        norm[bh] = std::sqrt(norm[bh]);
      }
    if (o.stopScope == StopScope::Batch)
      for (int64_t h = 0; h < H; ++h) {
        double most = 0;
        for (int64_t b = 0; b < B; ++b) most = std::max(most, norm[b * H + h]);
        for (int64_t b = 0; b < B; ++b) norm[b * H + h] = most;
      }
    for (int64_t bh = 0; bh < B * H; ++bh) {
      if (!active[bh]) continue;
      const int64_t h = bh % H;
      int64_t limit = o.updateStepsPerHead ? o.updateStepsPerHead[h] : o.updateSteps;
      if (limit < 0) limit = o.stepLimit;
      const double eps = o.updateStepsEpsPerHead ? o.updateStepsEpsPerHead[h] : o.updateStepsEps;
      bool stop = t >= limit || (t > 0 && eps >= 0 && norm[bh] <= eps);
      if (forcedSteps) stop = t == (*forcedSteps)[bh];
      for (int64_t l = 0; l < L; ++l) {
        if (stop) {
          for (int64_t j = 0; j < S; ++j) {
            const double w = weights[(bh * L + l) * S + j] * keep[(bh * L + l) * S + j];
            r.weights[(bh * L + l) * S + j] = w;
            for (int64_t c = 0; c < dv; ++c) r.out[(bh * L + l) * dv + c] += w * p.v[(bh * S + j) * dv + c];
          }
        } else {
          for (int64_t c = 0; c < d; ++c) {
            double sum = 0;
            for (int64_t j = 0; j < S; ++j) sum += weights[(bh * L + l) * S + j] * p.k[(bh * S + j) * d + c];
            r.state[(bh * L + l) * d + c] = sum;
          }
        }
      }
      if (stop) {
        active[bh] = 0;
        r.steps[bh] = static_cast<int32_t>(t);
      }
    }
    before = weights;
  }
  return r;
}

template <class A, class B>
double worst(const std::vector<A>& a, const std::vector<B>& b) {
  EXPECT_EQ(a.size(), b.size());
  double largest = 1, error = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    largest = std::max(largest, std::abs(static_cast<double>(b[i])));
    const double e = std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i]));
    error = e > error || e != e ? e : error;
  }
  return error / largest;
}

template <class T>
bool sameBits(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

struct NamedSeparation {
  const char* name;
  AssociationSeparation kind;
  double alpha, k;
  bool atMost;
};
const NamedSeparation kSeparations[] = {
    {"softmax", AssociationSeparation::Softmax, 0, 0, false},
    {"sparsemax", AssociationSeparation::Sparsemax, 0, 0, false},
    {"entmax15", AssociationSeparation::Entmax15, 0, 0, false},
    {"entmax1.2", AssociationSeparation::Entmax, 1.2, 0, false},
    {"entmax1.7", AssociationSeparation::Entmax, 1.7, 0, false},
    {"entmax3", AssociationSeparation::Entmax, 3, 0, false},
    {"normmax2", AssociationSeparation::Normmax, 2, 0, false},
    {"normmax5", AssociationSeparation::Normmax, 5, 0, false},
    {"normmax1.5", AssociationSeparation::Normmax, 1.5, 0, false},
    {"2-subsets", AssociationSeparation::KSubsets, 0, 2, false},
    {"at most 3", AssociationSeparation::KSubsets, 0, 3, true},
    {"softmax1", AssociationSeparation::Softmax1, 0, 0, false},
};

void use(AssociationOptions& o, const NamedSeparation& s) {
  o.separation = s.kind;
  o.alpha = s.alpha;
  o.k = s.k;
  o.atMost = s.atMost;
}

// ---- forward
// ----------------------------------------------------------------------------------------------------------

class Association : public EachLevel {};
AT_EACH_LEVEL(Association);

void expectForward(const Problem<double>& p, const std::string& what, double tolerance = 1e-11) {
  const auto reference = plain(p);
  const auto ours = run(p);
  EXPECT_LE(worst(ours.out, reference.out), tolerance) << what << ": out";
  EXPECT_LE(worst(ours.weights, reference.weights), tolerance) << what << ": weights";
  EXPECT_LE(worst(ours.state, reference.state), tolerance) << what << ": state";
  EXPECT_EQ(ours.steps, reference.steps) << what;
  // Float against its own inputs in double.
  const auto narrow = p.as<float>();
  const auto wide = plain(narrow.as<double>());
  const auto floats = run(narrow);
  if (floats.steps == wide.steps) {
    EXPECT_LE(worst(floats.out, wide.out), 1e-5) << what << ": float out";
  }
}

TEST_P(Association, IsTheDefinitionForEverySeparationAndSize) {
  Random random(20261);
  SCOPED_TRACE(random.trace());
  for (const auto& s : kSeparations)
    for (int64_t stored : {1, 7, 8, 15, 16, 17, 130, 1000}) {
      const int64_t queries = stored % 3 == 0 ? 1 : stored == 130 ? 70 : 1 + random.integer(0, 20);
      const int64_t width = random.integer(1, 20);
      auto p = randomProblem<double>(random, 2, 2, queries, stored, width, random.integer(1, 40));
      use(p.o, s);
      expectForward(p, std::string(s.name) + " S=" + std::to_string(stored) + " L=" + std::to_string(queries));
    }
}

TEST_P(Association, TakesMasksOfEachKind) {
  Random random(20262);
  SCOPED_TRACE(random.trace());
  for (const auto& s : kSeparations)
    for (int variant = 0; variant < 5; ++variant) {
      auto p = randomProblem<double>(random, 2, 3, 19, 23, 5, 6);
      use(p.o, s);
      if (variant == 0 || variant == 4) p.mask = random.mask(2 * 3 * 19 * 23, 0.5);
      if (variant == 1 || variant == 4) p.padding = random.mask(2 * 23, 0.6);
      if (variant == 2 || variant == 4) p.additive = random.normals<double>(2 * 3 * 19 * 23);
      if (variant == 3 || variant == 4) p.queryMask = random.mask(2 * 19, 0.6);
      p.betas = {0.5, 1.5, 2.5};
      expectForward(p, std::string(s.name) + " masks " + std::to_string(variant));
    }
}

/// ReLU, or a PFU: its median by each scope, its threshold and bias fixed.
void useUnit(AssociationOptions& o, int variant) {
  o.unit = variant == 0 ? AssociationUnit::Relu : AssociationUnit::Pfu;
  o.pfu.scope = variant <= 1 ? MedianScope::Tensor : variant == 2 ? MedianScope::Sample : MedianScope::Row;
  if (variant == 4) {
    o.pfu.muIsMedian = o.pfu.biasIsThreshold = false;
    o.pfu.mu = 0.1;
    o.pfu.bias = 0.3;
  }
}

TEST_P(Association, ForgetsByEachUnitAndScope) {
  Random random(20263);
  SCOPED_TRACE(random.trace());
  for (const auto& s : {kSeparations[0], kSeparations[1], kSeparations[2], kSeparations[6]})
    for (int variant = 0; variant < 7; ++variant) {
      auto p = randomProblem<double>(random, 2, 2, 9, 21, 4, 5);
      use(p.o, s);
      useUnit(p.o, variant);
      if (variant >= 5) {
        p.mask = random.mask(2 * 2 * 9 * 21, 0.7);
        p.o.pfu.scope = variant == 5 ? MedianScope::Sample : MedianScope::Row;
        p.o.pfu.sigma = 0.3;
        p.noise = random.normals<double>(3 * 2 * 2 * 9);
        p.o.updateSteps = 2;
        p.o.updateStepsEps = -1;
      }
      expectForward(p, std::string(s.name) + " unit " + std::to_string(variant));
    }
}

TEST_P(Association, UpdatesAndStops) {
  Random random(20264);
  SCOPED_TRACE(random.trace());
  for (const auto& s : {kSeparations[0], kSeparations[1], kSeparations[7], kSeparations[9]})
    for (StopScope scope : {StopScope::Sample, StopScope::Batch})
      for (int64_t steps : {1, 3, 40, -1}) {
        auto p = randomProblem<double>(random, 3, 2, 6, 11, 4, 5);
        use(p.o, s);
        p.o.updateSteps = steps;
        p.o.stepLimit = 60;
        p.o.updateStepsEps = 0.03;
        p.o.stopScope = scope;
        p.betas = {0.4, 2.0};
        expectForward(p, std::string(s.name) + " steps " + std::to_string(steps), 1e-10);
      }
  auto p = randomProblem<double>(random, 2, 3, 6, 11, 4, 5);
  p.stepsPerHead = {0, 2, 5};
  p.epsPerHead = {-1, 1e-12, 1e-3};
  expectForward(p, "steps per head");
}

TEST_P(Association, StreamsManyStoredPatterns) {
  Random random(20265);
  SCOPED_TRACE(random.trace());
  for (const auto& s : kSeparations) {
    auto p = randomProblem<double>(random, 1, 1, 3, 9001, 6, 7);
    use(p.o, s);
    p.padding = random.mask(9001, 0.9);
    expectForward(p, std::string("split ") + s.name, 1e-10);
  }
}

TEST_P(Association, SampleScopeDoesNotDependOnBatchMates) {
  Random random(20266);
  SCOPED_TRACE(random.trace());
  auto p = randomProblem<double>(random, 4, 2, 5, 9, 3, 4);
  p.o.updateSteps = 30;
  p.o.updateStepsEps = 0.02;
  p.o.unit = AssociationUnit::Pfu;
  p.o.pfu.scope = MedianScope::Sample;
  const auto all = run(p);
  for (int64_t b = 0; b < 4; ++b) {
    auto one = p;
    one.o.batch = 1;
    const auto part = [&](const std::vector<double>& a) {
      const int64_t n = a.size() / 4;
      return std::vector<double>(a.begin() + b * n, a.begin() + (b + 1) * n);
    };
    one.q = part(p.q);
    one.k = part(p.k);
    one.v = part(p.v);
    EXPECT_TRUE(sameBits(run(one).out, part(all.out))) << "sample " << b;
  }
}

// ---- what holds for odd input
// ------------------------------------------------------------------------------------------

TEST_P(Association, FullyMaskedQueriesGiveZerosForwardAndBackward) {
  Random random(20267);
  for (const auto& s : kSeparations) {
    auto p = randomProblem<double>(random, 2, 1, 3, 5, 2, 3);
    use(p.o, s);
    p.o.updateSteps = 2;
    p.mask.assign(2 * 3 * 5, 1);
    for (int j = 0; j < 5; ++j) p.mask[(1 * 3 + 1) * 5 + j] = 0;
    const auto r = run(p);
    const auto g = runBackward(p);
    for (int c = 0; c < 3; ++c) EXPECT_EQ(r.out[(1 * 3 + 1) * 3 + c], 0) << s.name;
    for (int j = 0; j < 5; ++j) EXPECT_EQ(r.weights[(1 * 3 + 1) * 5 + j], 0) << s.name;
    for (int c = 0; c < 2; ++c) EXPECT_EQ(g.q[(1 * 3 + 1) * 2 + c], 0) << s.name;
    for (double v : g.k) EXPECT_TRUE(std::isfinite(v)) << s.name;
  }
}

TEST_P(Association, NaNStaysInItsQuery) {
  Random random(20268);
  for (const auto& s : kSeparations) {
    auto p = randomProblem<float>(random, 1, 1, 4, 20, 3, 2);
    use(p.o, s);
    const auto clean = run(p);
    p.q[2 * 3 + 1] = std::numeric_limits<float>::quiet_NaN();
    const auto r = run(p);
    for (int l = 0; l < 4; ++l)
      for (int c = 0; c < 2; ++c) {
        if (l == 2)
          EXPECT_TRUE(std::isnan(r.out[l * 2 + c])) << s.name;
        else
          EXPECT_EQ(r.out[l * 2 + c], clean.out[l * 2 + c]) << s.name;
      }
  }
}

TEST_P(Association, LargeScoresDoNotOverflow) {
  Random random(20269);
  for (const auto& s : kSeparations) {
    auto p = randomProblem<double>(random, 1, 1, 4, 20, 3, 2);
    use(p.o, s);
    p.beta = 1e4;
    expectForward(p, std::string("beta 1e4 ") + s.name, 1e-8);
  }
}

TEST_P(Association, EmptyArraysAreFine) {
  Random random(1);
  auto none = randomProblem<float>(random, 2, 1, 3, 0, 2, 2);
  for (float v : run(none).out) EXPECT_EQ(v, 0);
  for (float v : runBackward(none).q) EXPECT_EQ(v, 0);
  auto noQueries = randomProblem<float>(random, 2, 1, 0, 4, 2, 2);
  run(noQueries);
  for (float v : runBackward(noQueries).k) EXPECT_EQ(v, 0);
  auto noBatch = randomProblem<float>(random, 0, 1, 3, 4, 2, 2);
  run(noBatch);
  runBackward(noBatch);
}

TEST(AssociationArguments, AreChecked) {
  Random random(1);
  auto p = randomProblem<float>(random, 1, 1, 2, 3, 2, 2);
  p.o.separation = AssociationSeparation::Entmax;
  p.o.alpha = 0.5;
  EXPECT_THROW(run(p), std::invalid_argument);
  p.o.separation = AssociationSeparation::Normmax;
  p.o.alpha = 1;
  EXPECT_THROW(run(p), std::invalid_argument);
  p.o.separation = AssociationSeparation::KSubsets;
  p.o.k = 0;
  EXPECT_THROW(run(p), std::invalid_argument);
}

TEST_P(Association, StridedProjectionsGiveTheBitsOfDenseOnes) {
  Random random(20270);
  const int64_t B = 2, H = 3, L = 21, S = 37, d = 5, dv = 7;
  auto p = randomProblem<float>(random, B, H, L, S, d, dv);
  p.o.updateSteps = 1;
  const auto dense = run(p);
  const auto denseGradients = runBackward(p);
  const auto interleave = [&](const std::vector<float>& a, int64_t rows, int64_t width) {  // to [B, rows, H * width]
    std::vector<float> r(a.size());
    for (int64_t b = 0; b < B; ++b)
      for (int64_t h = 0; h < H; ++h)
        for (int64_t i = 0; i < rows; ++i)
          for (int64_t c = 0; c < width; ++c)
            r[(b * rows + i) * H * width + h * width + c] = a[((b * H + h) * rows + i) * width + c];
    return r;
  };
  const auto view = [&](auto* data, int64_t rows, int64_t width) {
    HeadView<std::remove_pointer_t<decltype(data)>> v;
    v.data = data;
    v.batch = rows * H * width;
    v.head = width;
    v.row = H * width;
    return v;
  };
  const auto q = interleave(p.q, L, d), k = interleave(p.k, S, d), v = interleave(p.v, S, dv);
  const auto gradOut = interleave(p.gradOut, L, dv);
  AssociationInputs<float> in = p.inputs();
  in.q = view(q.data(), L, d);
  in.k = view(k.data(), S, d);
  in.v = view(v.data(), S, dv);
  std::vector<float> out(dense.out.size());
  AssociationOutputs<float> to;
  to.out = view(out.data(), L, dv);
  association<float>(p.o, in, to);
  EXPECT_TRUE(sameBits(out, interleave(dense.out, L, dv)));
  std::vector<float> gq(q.size()), gk(k.size()), gv(v.size());
  AssociationGradients<float> g;
  g.gradOut = view(gradOut.data(), L, dv);
  g.gradQ = view(gq.data(), L, d);
  g.gradK = view(gk.data(), S, d);
  g.gradV = view(gv.data(), S, dv);
  associationBackward<float>(p.o, in, g);
  EXPECT_TRUE(sameBits(gq, interleave(denseGradients.q, L, d)));
  EXPECT_TRUE(sameBits(gk, interleave(denseGradients.k, S, d)));
  EXPECT_TRUE(sameBits(gv, interleave(denseGradients.v, S, dv)));
}

TEST_P(Association, ThreadsDoNotChangeABit) {
  Random random(20271);
  for (const auto& s : {kSeparations[0], kSeparations[2], kSeparations[7]})
    for (int variant = 0; variant < 4; ++variant) {
      auto p = variant == 0   ? randomProblem<float>(random, 3, 4, 70, 90, 9, 8)
               : variant == 1 ? randomProblem<float>(random, 1, 2, 5, 9000, 9, 8)
               : variant == 2 ? randomProblem<float>(random, 1, 1, 600, 300, 9, 8)
                              : randomProblem<float>(random, 1, 1, 30, 3000, 9, 8);
      use(p.o, s);
      p.o.updateSteps = 1;
      setMaxThreads(1);
      const auto one = run(p);
      const auto oneGradients = runBackward(p);
      setMaxThreads(3);
      const auto three = run(p);
      const auto threeGradients = runBackward(p);
      setMaxThreads(0);
      const std::string what = std::string(s.name) + " variant " + std::to_string(variant);
      EXPECT_TRUE(sameBits(one.out, three.out)) << what;
      EXPECT_TRUE(sameBits(one.weights, three.weights)) << what;
      EXPECT_TRUE(sameBits(oneGradients.q, threeGradients.q)) << what;
      EXPECT_TRUE(sameBits(oneGradients.k, threeGradients.k)) << what;
      EXPECT_TRUE(sameBits(oneGradients.v, threeGradients.v)) << what;
      EXPECT_EQ(oneGradients.beta, threeGradients.beta) << what;
    }
}

// ---- backward
// -----------------------------------------------------------------------------------------------------------

double loss(const Problem<double>& p, const Result<double>& r) {
  double sum = 0;
  for (std::size_t i = 0; i < p.gradOut.size(); ++i) sum += p.gradOut[i] * r.out[i];
  for (std::size_t i = 0; i < p.gradWeights.size(); ++i) sum += p.gradWeights[i] * r.weights[i];
  return sum;
}

/// Central differences of the plain association with the steps held.
void expectGradients(Problem<double> p, const std::string& what) {
  const auto steps = plain(p).steps;
  const auto ours = runBackward(p);
  const double h = 1e-6;
  const auto slopes = [&](std::vector<double>& a) {
    std::vector<double> r(a.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
      const double x = a[i];
      a[i] = x + h;
      const double up = loss(p, plain(p, &steps));
      a[i] = x - h;
      r[i] = (up - loss(p, plain(p, &steps))) / (2 * h);
      a[i] = x;
    }
    return r;
  };
  EXPECT_LE(worst(ours.q, slopes(p.q)), 2e-7) << what << ": q";
  EXPECT_LE(worst(ours.k, slopes(p.k)), 2e-7) << what << ": k";
  EXPECT_LE(worst(ours.v, slopes(p.v)), 2e-7) << what << ": v";
  if (!p.additive.empty()) {
    EXPECT_LE(worst(ours.additive, slopes(p.additive)), 2e-7) << what << ": additive";
  }
  if (!p.betas.empty()) {
    std::vector<double> perHead(p.o.heads, 0.0);
    for (int64_t bh = 0; bh < p.o.batch * p.o.heads; ++bh) perHead[bh % p.o.heads] += ours.beta[bh];
    EXPECT_LE(worst(perHead, slopes(p.betas)), 2e-7) << what << ": beta";
  }
  if (!p.alphas.empty()) {
    std::vector<double> perHead(p.o.heads, 0.0);
    for (int64_t bh = 0; bh < p.o.batch * p.o.heads; ++bh) perHead[bh % p.o.heads] += ours.alpha[bh];
    EXPECT_LE(worst(perHead, slopes(p.alphas)), 2e-7) << what << ": alpha";
  }
  // Float against double on the same inputs.
  const auto narrow = p.as<float>();
  const auto wide = runBackward(narrow.as<double>());
  const auto floats = runBackward(narrow);
  EXPECT_LE(worst(floats.q, wide.q), 2e-5) << what << ": float q";
  EXPECT_LE(worst(floats.k, wide.k), 2e-5) << what << ": float k";
  EXPECT_LE(worst(floats.v, wide.v), 2e-5) << what << ": float v";
}

TEST_P(Association, GradientsAreThoseOfFiniteDifferences) {
  Random random(20272);
  SCOPED_TRACE(random.trace());
  for (const auto& s : kSeparations)
    for (int64_t steps : {0, 2}) {
      auto p = randomProblem<double>(random, 2, 2, 2, 7, 3, 2);
      use(p.o, s);
      p.o.updateSteps = steps;
      p.o.updateStepsEps = -1;
      p.betas = {0.7, 1.1};
      if (steps > 0) {
        p.padding = random.mask(2 * 7, 0.8);
        p.additive = random.normals<double>(2 * 2 * 2 * 7);
        p.gradWeights = random.normals<double>(2 * 2 * 2 * 7);
      }
      expectGradients(p, std::string(s.name) + " steps " + std::to_string(steps));
    }
}

TEST_P(Association, AlphaMayDifferByHead) {
  Random random(20274);
  SCOPED_TRACE(random.trace());
  for (int variant = 0; variant < 4; ++variant) {
    auto p = randomProblem<double>(random, 2, 4, 3, 9, 3, 2);
    p.o.separation = AssociationSeparation::Entmax;
    p.alphas = {1.2, 1.5, 2, 1.7};
    p.o.updateSteps = variant / 2 * 2;
    p.o.updateStepsEps = -1;
    if (variant % 2 == 1) {
      p.o.unit = AssociationUnit::Pfu;
      p.gradWeights = random.normals<double>(2 * 4 * 3 * 9);
    }
    expectForward(p, "alpha per head " + std::to_string(variant));
    expectGradients(p, "alpha per head " + std::to_string(variant));
  }
  // Softmax as alpha = 1, and more stored patterns than a block: the slopes of the definition's weights, from above
  // only.
  auto p = randomProblem<double>(random, 1, 1, 2, 700, 3, 2);
  p.o.separation = AssociationSeparation::Entmax;
  p.alphas = {1};
  const auto ours = runBackward(p);
  const auto at = [&](double alpha) {
    p.alphas[0] = alpha;
    return loss(p, plain(p));
  };
  const double h = 1e-5, slope = (4 * at(1 + h) - 3 * at(1) - at(1 + 2 * h)) / (2 * h);
  EXPECT_NEAR(ours.alpha[0], slope, 1e-6 * std::max(1.0, std::abs(slope)));
}

TEST_P(Association, GradientsFlowThroughTheUnits) {
  Random random(20273);
  SCOPED_TRACE(random.trace());
  for (const auto& s : {kSeparations[0], kSeparations[2], kSeparations[6]})
    for (int variant = 0; variant < 6; ++variant) {
      auto p = randomProblem<double>(random, 2, 2, 2, 7, 3, 2);
      use(p.o, s);
      useUnit(p.o, variant);
      if (variant == 5) {
        p.mask = random.mask(2 * 2 * 2 * 7, 0.8);
        p.o.pfu.sigma = 0.2;
        p.noise = random.normals<double>(3 * 8);
        p.o.updateSteps = 2;
        p.o.updateStepsEps = -1;
      }
      expectGradients(p, std::string(s.name) + " unit " + std::to_string(variant));
    }
}

TEST_P(Association, GradientsStopWhereTheHeadStopped) {
  Random random(20274);
  SCOPED_TRACE(random.trace());
  auto p = randomProblem<double>(random, 2, 2, 2, 7, 3, 2);
  p.o.updateSteps = 12;
  p.o.updateStepsEps = 0.05;
  expectGradients(p, "early stop");
  p.stepsPerHead = {0, 3};
  expectGradients(p, "steps per head");
}

TEST_P(Association, SavedStatesGiveTheGradientsOfStepsRunAgain) {
  Random random(20276);
  SCOPED_TRACE(random.trace());
  for (const auto& s : kSeparations)
    for (int variant = 0; variant < 4; ++variant) {
      auto p = variant == 3 ? randomProblem<double>(random, 1, 1, 3, 9001, 4, 3)
                            : randomProblem<double>(random, 3, 2, 6, 21, 4, 3);
      use(p.o, s);
      p.o.updateSteps = 3;
      p.o.updateStepsEps = variant == 0 ? -1 : 0.05;
      p.padding = random.mask(p.o.batch * p.o.stored, 0.8);
      if (variant == 1) p.stepsPerHead = {0, 2};
      if (variant == 2) {
        p.o.unit = AssociationUnit::Pfu;
        p.o.pfu.muIsMedian = true;
      }
      const int64_t most = variant == 1 ? 2 : 3, heads = p.o.batch * p.o.heads;
      std::vector<double> saved(heads * (most * p.o.queries * p.o.width + 1), -7);
      AssociationOutputs<double> out;
      out.saved = saved.data();
      association<double>(p.options(), p.inputs(), out);
      const auto again = runBackward(p), taken = runBackward(p, static_cast<const double*>(saved.data()));
      const std::string what = std::string(s.name) + " variant " + std::to_string(variant);
      EXPECT_LE(worst(taken.q, again.q), 1e-12) << what << ": q";
      EXPECT_LE(worst(taken.k, again.k), 1e-12) << what << ": k";
      EXPECT_LE(worst(taken.v, again.v), 1e-12) << what << ": v";
      EXPECT_LE(worst(taken.beta, again.beta), 1e-12) << what << ": beta";
      saved.back() = std::nan("");
      EXPECT_THROW(runBackward(p, static_cast<const double*>(saved.data())), std::invalid_argument);
      saved.back() = 4;
      EXPECT_THROW(runBackward(p, static_cast<const double*>(saved.data())), std::invalid_argument);
    }
  auto p = randomProblem<double>(random, 1, 1, 2, 5, 3, 2);
  p.o.updateSteps = -1;
  double one = 0;
  AssociationOutputs<double> out;
  out.saved = &one;
  EXPECT_THROW(association<double>(p.options(), p.inputs(), out), std::invalid_argument);
}

/// With many heads each iterates on a thread of its own and keeps its weights for the early stop; with few they go
/// together.
TEST_P(Association, ManyHeadsDoWhatFewDo) {
  Random random(20277);
  SCOPED_TRACE(random.trace());
  std::vector<int> seen(5, 0);
  for (const auto& s : {kSeparations[0], kSeparations[2], kSeparations[9]})
    for (int64_t stored : {150, 520})  // the weights of two steps kept; too large to be
      for (auto unit : {AssociationUnit::None, AssociationUnit::Relu, AssociationUnit::Pfu}) {
        const int64_t B = 8, H = 2;
        auto p = randomProblem<double>(random, B, H, 40, stored, 4, 3);
        use(p.o, s);
        p.o.unit = unit;
        p.o.pfu.scope = MedianScope::Row;
        p.o.updateSteps = 4;
        p.betas = {0.5, 1.5};
        p.epsPerHead = {0.25, 0.6};
        p.padding = random.mask(B * stored, 0.8);
        const std::string what =
            s.name + (", stored " + std::to_string(stored)) + ", unit " + std::to_string(static_cast<int>(unit));
        const auto all = run(p);
        for (int32_t n : all.steps) ++seen[n];
        std::vector<double> saved(B * H * (4 * 40 * 4 + 1), -7);
        AssociationOutputs<double> out;
        out.saved = saved.data();
        association<double>(p.options(), p.inputs(), out);
        const auto again = runBackward(p), taken = runBackward(p, static_cast<const double*>(saved.data()));
        EXPECT_LE(worst(taken.q, again.q), 1e-11) << what;
        EXPECT_LE(worst(taken.k, again.k), 1e-11) << what;
        EXPECT_LE(worst(taken.v, again.v), 1e-11) << what;
        for (int64_t b : {int64_t(0), B - 1}) {
          const auto part = [&](const auto& a) {
            const int64_t n = a.size() / B;
            return std::decay_t<decltype(a)>(a.begin() + b * n, a.begin() + (b + 1) * n);
          };
          auto one = p;
          one.o.batch = 1;
          one.q = part(p.q);
          one.k = part(p.k);
          one.v = part(p.v);
          one.gradOut = part(p.gradOut);
          one.padding = part(p.padding);
          const auto fewSteps = run(one);
          EXPECT_LE(worst(part(all.out), fewSteps.out), 1e-11) << what;
          EXPECT_LE(worst(part(all.weights), fewSteps.weights), 1e-11) << what;
          EXPECT_LE(worst(part(all.state), fewSteps.state), 1e-11) << what;
          EXPECT_EQ(part(all.steps), fewSteps.steps) << what;
          const auto few = runBackward(one);
          EXPECT_LE(worst(part(again.q), few.q), 1e-11) << what;
          EXPECT_LE(worst(part(again.k), few.k), 1e-11) << what;
          EXPECT_LE(worst(part(again.v), few.v), 1e-11) << what;
          EXPECT_LE(worst(part(again.beta), few.beta), 1e-11) << what;
        }
      }
  EXPECT_GT(std::count_if(seen.begin() + 1, seen.end(), [](int n) { return n > 0; }), 1)
      << "heads should stop at different steps";
}

/// The big cuts of the work against the small ones, which finite differences checked.
TEST_P(Association, GradientsDoNotDependOnHowTheWorkIsCut) {
  Random random(20275);
  SCOPED_TRACE(random.trace());
  for (const auto& s : kSeparations)
    for (int variant = 0; variant < 3; ++variant) {
      auto p = variant == 0   ? randomProblem<double>(random, 1, 1, 5, 9001, 4, 3)  // chunks side by side
               : variant == 1 ? randomProblem<double>(random, 1, 1, 300, 60, 4, 3)  // strands
                              : randomProblem<double>(random, 1, 2, 100, 2500, 4, 3);
      use(p.o, s);
      p.o.updateSteps = variant == 1 ? 1 : 0;
      p.padding = random.mask(p.o.stored, 0.9);
      const auto ours = runBackward(p);
      // Query by query: each is a problem of its own; dK and dV add up.
      Gradients<double> sum;
      sum.k.assign(p.k.size(), 0.0);
      sum.v.assign(p.v.size(), 0.0);
      sum.q.assign(p.q.size(), 0.0);
      const auto& o = p.o;
      const int64_t stride = variant == 0 ? 1 : 7;
      for (int64_t l = 0; l < o.queries; ++l) {
        if (variant == 2 && l % stride != 0) continue;
        auto one = p;
        one.o.queries = 1;
        one.q.clear();
        one.gradOut.clear();
        for (int64_t h = 0; h < o.heads; ++h) {
          for (int64_t c = 0; c < o.width; ++c) one.q.push_back(p.q[(h * o.queries + l) * o.width + c]);
          for (int64_t c = 0; c < o.valueWidth; ++c)
            one.gradOut.push_back(p.gradOut[(h * o.queries + l) * o.valueWidth + c]);
        }
        one.o.updateStepsEps = -1;
        const auto g = runBackward(one);
        for (std::size_t i = 0; i < sum.k.size(); ++i) sum.k[i] += g.k[i];
        for (std::size_t i = 0; i < sum.v.size(); ++i) sum.v[i] += g.v[i];
        for (int64_t h = 0; h < o.heads; ++h)
          for (int64_t c = 0; c < o.width; ++c) {
            const double expected = g.q[h * o.width + c];
            EXPECT_NEAR(ours.q[(h * o.queries + l) * o.width + c], expected, 1e-9 * std::max(1.0, std::abs(expected)))
                << s.name << " variant " << variant << " query " << l;
          }
      }
      if (variant == 2) continue;
      EXPECT_LE(worst(ours.k, sum.k), 1e-9) << s.name << " variant " << variant;
      EXPECT_LE(worst(ours.v, sum.v), 1e-9) << s.name << " variant " << variant;
    }
}

// ---- the reference
// ------------------------------------------------------------------------------------------------------

std::string goldenPath() {
  std::string path = GOLDEN_FILE;
  return path.substr(0, path.rfind("golden.txt")) + "association_golden.txt";
}

std::vector<double> perHeadNumbers(const std::string& text) {
  std::string list = text;
  for (char& c : list)
    if (c == '[' || c == ']' || c == ',') c = ' ';
  std::istringstream words(list);
  std::vector<double> r;
  for (double v; words >> v;) r.push_back(v);
  return r;
}

TEST_P(Association, MatchesTheReference) {
  const auto cases = goldenCases(goldenPath());
  ASSERT_EQ(cases.size(), 14u);
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    Problem<double> p;
    const bool hopfield = c.group == "hflayers", bare = c.name == "hf_static_retrieval";
    const Array &q = c.input(bare ? "state" : "q"), &k = c.input(bare ? "stored" : "k"),
                &v = c.input(bare ? "projection" : "v");
    p.q = q.data;
    p.k = k.data;
    p.v = v.data;
    p.o.batch = q.shape[0];
    p.o.heads = bare ? 1 : q.shape[1];
    p.o.queries = q.shape[q.shape.size() - 2];
    p.o.stored = k.shape[k.shape.size() - 2];
    p.o.width = q.shape.back();
    p.o.valueWidth = v.shape.back();
    p.beta = c.has("scaling") ? c.number("scaling") : c.has("scale") ? c.number("scale") : 1 / std::sqrt(p.o.width);
    p.o.stopScope = StopScope::Batch;
    p.o.stepLimit = 200;
    const int64_t B = p.o.batch, H = p.o.heads, L = p.o.queries, S = p.o.stored;
    if (c.name == "hf_steps_per_head") {
      for (double n : perHeadNumbers(c.hyper.at("update_steps_max"))) p.stepsPerHead.push_back(static_cast<int64_t>(n));
      p.epsPerHead = perHeadNumbers(c.hyper.at("update_steps_eps"));
    } else if (c.has("update_steps_max")) {
      p.o.updateSteps =
          c.hyper.at("update_steps_max") == "None" ? -1 : static_cast<int64_t>(c.number("update_steps_max"));
      p.o.updateStepsEps = c.number("update_steps_eps");
    }
    if (c.has("unit")) {
      p.o.unit = c.hyper.at("unit") == "ReLU" ? AssociationUnit::Relu : AssociationUnit::Pfu;
      p.o.pfu.scope = MedianScope::Tensor;
    }
    if (c.arrays.at("input").count("association_mask")) {
      const Array& m = c.input("association_mask");
      for (int64_t bh = 0; bh < B * H; ++bh)
        for (int64_t i = 0; i < L * S; ++i) {
          const double value = m.data[m.shape.size() == 2 ? i : bh * L * S + i];
          if (c.name.find("float") != std::string::npos)
            p.additive.push_back(value);
          else
            p.mask.push_back(value == 0);  // the peer's 1 means "ignore"
        }
    }
    if (c.arrays.at("input").count("stored_pattern_padding_mask"))
      for (double value : c.input("stored_pattern_padding_mask").data) p.padding.push_back(value == 0);
    const auto r = run(p);
    // Rounded inputs went through a layer norm and projections (and through up to 85 steps).
    const double tolerance = hopfield && !bare ? 2e-10 : 1e-10;
    if (hopfield) {
      expectMatches(r.weights, c.output("association"), tolerance, "association");
      EXPECT_EQ(*std::max_element(r.steps.begin(), r.steps.end()) + 1, static_cast<int>(c.number("_softmax_calls")));
    }
    if (!hopfield) expectMatches(r.weights, c.output("attn"), tolerance, "attn");
    if (hopfield && !bare) continue;
    expectMatches(r.out, c.output("y"), tolerance, "y");
    p.gradOut = c.gradOut("y").data;
    const auto g = runBackward(p);
    expectMatches(g.q, c.inputGrad(bare ? "state" : "q"), tolerance, "grad q");
    expectMatches(g.k, c.inputGrad(bare ? "stored" : "k"), tolerance, "grad k");
    expectMatches(g.v, c.inputGrad(bare ? "projection" : "v"), tolerance, "grad v");
  }
}

}  // namespace
}  // namespace dl4jhopfield
