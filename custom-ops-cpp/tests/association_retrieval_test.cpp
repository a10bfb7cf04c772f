// Retrieval from blocks of patterns against the association over the same patterns as one array.
#include "dl4jhopfield/association_retrieval.h"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "dl4jhopfield/dtype.h"
#include "dl4jhopfield/parallel.h"
#include "support.h"

namespace dl4jhopfield {
namespace {

using namespace testing_support;

class Retrieving : public EachLevel {};
AT_EACH_LEVEL(Retrieving);

template <class T>
struct Memory {
  int64_t rows, width, valueWidth;
  std::vector<T> keys, values;

  Memory(Random& random, int64_t n, int64_t d, int64_t dv)
      : rows(n), width(d), valueWidth(dv), keys(random.normals<T>(n * d)), values(random.normals<T>(n * dv)) {}
};

template <class T>
struct Answer {
  std::vector<T> out, topScore, topWeight, logSumExp;
  std::vector<int64_t> topIndex, support;
};

template <class T>
Answer<T> ask(const RetrievalOptions& o, const std::vector<T>& queries, const std::vector<PatternBlock<T>>& blocks) {
  Answer<T> a;
  a.out.assign(o.queries * o.valueWidth, T(-7));
  a.topScore.assign(o.queries * o.topK, T(-7));
  a.topWeight.assign(o.queries * o.topK, T(-7));
  a.topIndex.assign(o.queries * o.topK, -7);
  a.logSumExp.assign(o.queries, T(-7));
  a.support.assign(o.queries, -7);
  RetrievalResults<T> r;
  r.out = a.out.data();
  r.topIndex = a.topIndex.data();
  r.topScore = a.topScore.data();
  r.topWeight = a.topWeight.data();
  r.logSumExp = a.logSumExp.data();
  r.support = a.support.data();
  retrieve<T>(o, queries.data(), o.width, blocks.data(), static_cast<int64_t>(blocks.size()), r);
  return a;
}

/// The same by the association with all weights kept.
template <class T>
void expectSameAsAssociation(const RetrievalOptions& o, const std::vector<T>& queries, const std::vector<T>& keys,
                             const std::vector<T>& values, int64_t rows, const Answer<T>& a, double tolerance,
                             const std::string& what) {
  AssociationOptions ao;
  ao.queries = o.queries;
  ao.stored = rows;
  ao.width = o.width;
  ao.valueWidth = o.valueWidth;
  ao.separation = o.separation;
  ao.alpha = o.alpha;
  ao.k = o.k;
  ao.atMost = o.atMost;
  AssociationInputs<T> in;
  in.q = {queries.data(), 0, 0, o.width, 1};
  in.k = {keys.data(), 0, 0, o.width, 1};
  in.v = {values.data(), 0, 0, o.valueWidth, 1};
  in.beta = o.beta;
  std::vector<T> out(o.queries * o.valueWidth), weights(o.queries * rows);
  AssociationOutputs<T> to;
  to.out = {out.data(), 0, 0, o.valueWidth, 1};
  to.weights = {weights.data(), 0, 0, rows, 1};
  association<T>(ao, in, to);
  double largest = 1;
  for (T v : out) largest = std::max(largest, std::abs(static_cast<double>(v)));
  for (std::size_t i = 0; i < out.size(); ++i)
    ASSERT_NEAR(a.out[i], out[i], tolerance * largest) << what << " out " << i;
  for (int64_t q = 0; q < o.queries; ++q) {
    std::vector<double> scores(rows);
    double top = -kInf;
    for (int64_t j = 0; j < rows; ++j) {
      double dot = 0;
      for (int64_t c = 0; c < o.width; ++c)
        dot += static_cast<double>(queries[q * o.width + c]) * keys[j * o.width + c];
      scores[j] = o.beta * dot;
      top = std::max(top, scores[j]);
    }
    std::vector<int64_t> order(rows);
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](int64_t x, int64_t y) { return scores[x] > scores[y]; });
    for (int64_t i = 0; i < o.topK; ++i) {
      const int64_t at = q * o.topK + i;
      if (i >= rows) {
        EXPECT_EQ(a.topIndex[at], -1) << what;
        continue;
      }
      ASSERT_GE(a.topIndex[at], 0) << what;
      EXPECT_NEAR(a.topScore[at], scores[order[i]], tolerance * std::max(1.0, std::abs(top))) << what;
      EXPECT_NEAR(scores[a.topIndex[at]], scores[order[i]], tolerance * std::max(1.0, std::abs(top))) << what;
      EXPECT_NEAR(a.topWeight[at], weights[q * rows + a.topIndex[at]], tolerance * 10) << what << " weight";
    }
    if (o.separation == AssociationSeparation::Softmax) {
      double sum = 0;
      for (double s : scores) sum += std::exp(s - top);
      EXPECT_NEAR(a.logSumExp[q], top + std::log(sum), tolerance * 100) << what;
    } else if (o.separation == AssociationSeparation::Softmax1) {
      double sum = 1;
      for (double s : scores) sum += std::exp(s);
      EXPECT_NEAR(a.logSumExp[q], std::log(sum), tolerance * 100) << what;
    } else {
      int64_t low = 0, high = 0;
      for (int64_t j = 0; j < rows; ++j) {
        low += weights[q * rows + j] > 1e-5;
        high += weights[q * rows + j] > 0;
      }
      EXPECT_GE(a.support[q], low) << what;
      EXPECT_LE(a.support[q], high + (sizeof(T) == 4 ? 3 : 0)) << what;
    }
  }
}

RetrievalOptions optionsFor(AssociationSeparation kind, double alpha, int64_t n, int64_t d, int64_t dv, double beta) {
  RetrievalOptions o;
  o.queries = n;
  o.width = d;
  o.valueWidth = dv;
  o.separation = kind;
  o.alpha = alpha;
  o.k = 3;
  o.beta = beta;
  o.topK = 5;
  return o;
}

const std::pair<AssociationSeparation, double> kKinds[] = {
    {AssociationSeparation::Softmax, 0},  {AssociationSeparation::Softmax1, 0}, {AssociationSeparation::Sparsemax, 0},
    {AssociationSeparation::Entmax15, 0}, {AssociationSeparation::Entmax, 1.3}, {AssociationSeparation::Entmax, 2.5},
    {AssociationSeparation::Normmax, 2},  {AssociationSeparation::Normmax, 4},  {AssociationSeparation::KSubsets, 0}};

TEST_P(Retrieving, GivesWhatTheAssociationGives) {
  Random random(20281);
  SCOPED_TRACE(random.trace());
  for (auto [kind, alpha] : kKinds)
    for (int64_t rows : {1, 3, 100, 2100})
      for (double beta : {0.02, 1.0}) {
        Memory<double> m(random, rows, 6, 9);
        for (bool atMost : {false, true}) {
          if (atMost && kind != AssociationSeparation::KSubsets) continue;
          // a few queries, less than one unit, more than one and a few
          for (int64_t n : {rows == 3 ? 1 : 2, rows == 100 ? 66 : 9}) {
            auto o = optionsFor(kind, alpha, n, 6, 9, beta);
            o.atMost = atMost;
            const auto queries = random.normals<double>(n * 6);
            const std::string what = "kind " + std::to_string(static_cast<int>(kind)) + " rows " +
                                     std::to_string(rows) + " queries " + std::to_string(n) + " beta " +
                                     std::to_string(beta);
            const PatternBlock<double> all{m.keys.data(), m.values.data(), rows, 6, 9, false};
            expectSameAsAssociation(o, queries, m.keys, m.values, rows, ask<double>(o, queries, {all}), 1e-10, what);
            // Where candidates are too many, the search takes over, among kept scores or in passes.
            o.mostCandidates = 4;
            expectSameAsAssociation(o, queries, m.keys, m.values, rows, ask<double>(o, queries, {all}), 1e-10,
                                    what + " search");
            o.mostKept = 0;
            expectSameAsAssociation(o, queries, m.keys, m.values, rows, ask<double>(o, queries, {all}), 1e-10,
                                    what + " passes");
          }
        }
      }
}

TEST_P(Retrieving, TakesBlocksHalfNumbersAndKeysAsValues) {
  Random random(20282);
  SCOPED_TRACE(random.trace());
  for (auto [kind, alpha] : kKinds)
    for (int64_t n : {1, 9}) {
      Memory<float> m(random, 3000, 33, 33);
      auto o = optionsFor(kind, alpha, n, 33, 33, 0.7);
      const auto queries = random.normals<float>(n * 33);
      const std::string what = "kind " + std::to_string(static_cast<int>(kind)) + " queries " + std::to_string(n);
      std::vector<PatternBlock<float>> pieces;
      for (auto [first, n] : {std::pair<int64_t, int64_t>{0, 1}, {1, 0}, {1, 1234}, {1235, 1765}})
        pieces.push_back({m.keys.data() + first * 33, nullptr, n, 33, 0, false});
      expectSameAsAssociation(o, queries, m.keys, m.keys, 3000, ask<float>(o, queries, pieces), 2e-5, what + " pieces");
      std::vector<Half> keys, values;
      std::vector<float> wideKeys, wideValues;
      for (float v : m.keys) {
        keys.push_back(toHalf(v));
        wideKeys.push_back(toFloat(keys.back()));
      }
      for (float v : m.values) {
        values.push_back(toHalf(v));
        wideValues.push_back(toFloat(values.back()));
      }
      expectSameAsAssociation(o, queries, wideKeys, wideValues, 3000,
                              ask<float>(o, queries, {{keys.data(), values.data(), 3000, 33, 33, true}}), 2e-5,
                              what + " half");
    }
}

TEST_P(Retrieving, ThreadsDoNotChangeABit) {
  Random random(20283);
  for (auto [kind, alpha] : kKinds)
    for (int64_t n : {1, 9}) {
      Memory<float> m(random, 20000, 17, 10);
      const auto o = optionsFor(kind, alpha, n, 17, 10, 0.5);
      const auto queries = random.normals<float>(n * 17);
      const PatternBlock<float> all{m.keys.data(), m.values.data(), 20000, 17, 10, false};
      setMaxThreads(1);
      const auto one = ask<float>(o, queries, {all});
      setMaxThreads(3);
      const auto three = ask<float>(o, queries, {all});
      setMaxThreads(0);
      EXPECT_EQ(0, std::memcmp(one.out.data(), three.out.data(), one.out.size() * sizeof(float)));
      EXPECT_EQ(one.topIndex, three.topIndex);
    }
}

TEST_P(Retrieving, NothingStoredGivesZeros) {
  auto o = optionsFor(AssociationSeparation::Softmax, 0, 2, 3, 3, 1);
  const std::vector<float> queries(6, 1.0f);
  for (float v : ask<float>(o, queries, {}).out) EXPECT_EQ(v, 0);
  o.separation = AssociationSeparation::Sparsemax;
  const auto a = ask<float>(o, queries, {});
  for (float v : a.out) EXPECT_EQ(v, 0);
  for (int64_t i : a.topIndex) EXPECT_EQ(i, -1);
}

TEST(RetrievingArguments, AreChecked) {
  auto o = optionsFor(AssociationSeparation::Softmax, 0, 1, 3, 4, 1);
  const std::vector<float> queries(3, 1.0f), keys(6, 1.0f);
  EXPECT_THROW(ask<float>(o, queries, {{keys.data(), nullptr, 2, 3, 0, false}}), std::invalid_argument);
  o.valueWidth = 3;
  EXPECT_THROW(ask<float>(o, queries, {{nullptr, nullptr, 2, 3, 0, false}}), std::invalid_argument);
}

}  // namespace
}  // namespace dl4jhopfield
