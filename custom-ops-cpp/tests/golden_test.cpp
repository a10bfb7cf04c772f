// Every case of golden.txt through the kernels, forward and backward, at each SIMD level: in double against the peers'
// own numbers (the case's tolerance), in float against our double on the same inputs rounded to float (1e-5).
#include "dl4jhopfield/entmax.h"
#include "dl4jhopfield/fenchel_young.h"
#include "dl4jhopfield/k_subsets.h"
#include "dl4jhopfield/lagrangian.h"
#include "dl4jhopfield/masked_softmax.h"
#include "dl4jhopfield/normmax.h"
#include "dl4jhopfield/sequential_k_subsets.h"
#include "support.h"

namespace dl4jhopfield {
namespace testing_support {
namespace {

/// "output y", "input_grad x", ...: what a run gave.
using Results = std::map<std::string, Array>;

template <class T>
Array arrayOf(const std::vector<T>& values, const std::vector<int64_t>& shape) {
  return {shape, std::vector<double>(values.begin(), values.end())};
}

/// Runs a separation and its gradient on the case's x.
template <class T>
Results separation(const GoldenCase& c) {
  const Array& input = c.input("x");
  const int axis = c.axis();
  std::vector<T> x = input.as<T>(), y(x.size()), gradX(x.size()), g = c.gradOut("y").as<T>();
  const RowsView<const T> xv = rows<const T>(x.data(), input, axis), gv = rows<const T>(g.data(), input, axis),
                          yc = rows<const T>(y.data(), input, axis);
  const RowsView<T> yv = rows<T>(y.data(), input, axis), gxv = rows<T>(gradX.data(), input, axis);
  Results results;
  if (c.op == "softmax") {
    maskedSoftmax<T>(xv, {}, 1.0, yv);
    maskedSoftmaxBackward<T>(yc, gv, 1.0, gxv);
  } else if (c.op == "sparsemax") {
    sparsemax<T>(xv, {}, 1.0, yv);
    sparsemaxBackward<T>(yc, gv, 1.0, gxv);
  } else if (c.op == "entmax15") {
    entmax15<T>(xv, {}, 1.0, yv);
    entmax15Backward<T>(yc, gv, 1.0, gxv);
  } else if (c.op == "alpha_entmax" && c.has("alpha")) {
    entmax<T>(xv, {}, c.number("alpha"), 1.0, yv);
    entmaxBackward<T>(yc, gv, c.number("alpha"), 1.0, gxv);
  } else if (c.op == "alpha_entmax") {  // one alpha a row
    std::vector<T> alpha = c.input("alpha").as<T>();
    RowsView<const T> av = denseRows<const T>(alpha.data(), static_cast<int64_t>(alpha.size()), 1);
    std::vector<double> gradAlpha(alpha.size());
    entmax<T>(xv, {}, av, 1.0, yv);
    entmaxBackward<T>(yc, gv, av, 1.0, gxv, gradAlpha.data());
    results["input_grad alpha"] = arrayOf(gradAlpha, c.input("alpha").shape);
  } else if (c.op == "normmax") {
    normmax<T>(xv, {}, c.number("alpha"), 1.0, yv);
    normmaxBackward<T>(yc, gv, c.number("alpha"), 1.0, gxv);
  } else if (c.op == "k_subsets_exact" || c.op == "k_subsets_at_most") {
    const double k = c.op == "k_subsets_exact" && c.has("budget") ? c.number("budget") : c.number("k");
    const bool atMost = c.op == "k_subsets_at_most";
    kSubsets<T>(xv, {}, k, atMost, 1.0, yv);
    kSubsetsBackward<T>(yc, gv, k, atMost, 1.0, gxv);
  } else {
    ADD_FAILURE() << "no such op here: " << c.op;
  }
  results["output y"] = arrayOf(y, input.shape);
  results["input_grad x"] = arrayOf(gradX, input.shape);
  return results;
}

template <class T>
Results constrained(const GoldenCase& c) {
  const Array& input = c.input("z");
  std::vector<T> z = input.as<T>(), u = c.input("u").as<T>(), g = c.gradOut("y").as<T>();
  std::vector<T> y(z.size()), gradZ(z.size()), gradU(z.size());
  const auto in = [&](std::vector<T>& v) { return rows<const T>(v.data(), input); };
  const auto out = [&](std::vector<T>& v) { return rows<T>(v.data(), input); };
  constrainedSparsemax<T>(in(z), in(u), {}, out(y));
  constrainedSparsemaxBackward<T>(in(y), in(u), {}, in(g), out(gradZ), out(gradU));
  return {{"output y", arrayOf(y, input.shape)},
          {"input_grad z", arrayOf(gradZ, input.shape)},
          {"input_grad u", arrayOf(gradU, input.shape)}};
}

template <class T>
Results lagrangianUnit(const GoldenCase& c) {
  const Array& input = c.input("x");
  std::vector<T> x = input.as<T>(), g = c.gradOut("D").as<T>(), d(x.size()), keep(x.size()), gradX(x.size());
  const auto in = [&](std::vector<T>& v) { return rows<const T>(v.data(), input); };
  const auto out = [&](std::vector<T>& v) { return rows<T>(v.data(), input); };
  if (c.hyper.at("unit") == "ReLU") {
    reluUnit<T>(in(x), {}, out(d), out(keep));
    reluUnitBackward<T>(in(keep), in(g), out(gradX));
  } else {
    PfuOptions options;
    options.scope = MedianScope::Tensor;
    options.sigma = c.number("sigma");
    options.muIsMedian = c.hyper.at("mu") == "dmedian";
    options.biasIsThreshold = c.hyper.at("bias") == "mu";
    if (!options.muIsMedian) options.mu = c.number("mu");
    if (!options.biasIsThreshold) options.bias = c.number("bias");
    const double noise = c.has("noise") ? c.number("noise") / (options.sigma * options.sigma) : 0;
    pfuUnit<T>(in(x), {}, options, c.has("noise") ? &noise : nullptr, out(d), out(keep));
    pfuUnitBackward<T>(in(x), {}, options, in(keep), in(g), out(gradX));
  }
  return {{"output D", arrayOf(d, input.shape)},
          {"output mask", arrayOf(keep, input.shape)},
          {"input_grad x", arrayOf(gradX, input.shape)}};
}

template <class T>
Results sequential(const GoldenCase& c) {
  const Array& input = c.input("x");
  const int64_t rowCount = input.shape[0], n = input.shape[1];
  std::vector<T> x = input.as<T>(), g = c.gradOut("y").as<T>(), y(x.size()), gradX(x.size());
  std::vector<T> edge = {static_cast<T>(c.number("edge_score"))}, gradEdges(rowCount * (n - 1));
  RowsView<const T> edges = denseRows<const T>(edge.data(), rowCount, n - 1);
  edges.stride = edges.strides[0] = 0;
  const auto in = [&](std::vector<T>& v) { return rows<const T>(v.data(), input); };
  const auto out = [&](std::vector<T>& v) { return rows<T>(v.data(), input); };
  sequentialKSubsets<T>(in(x), edges, {}, c.number("k"), false, out(y));
  sequentialKSubsetsBackward<T>(in(x), edges, {}, c.number("k"), false, in(g), out(gradX),
                                denseRows<T>(gradEdges.data(), rowCount, n - 1));
  std::vector<double> gradEdge(rowCount, 0.0);  // one score shared by a row's pairs
  for (int64_t r = 0; r < rowCount; ++r)
    for (int64_t i = 0; i + 1 < n; ++i) gradEdge[r] += gradEdges[r * (n - 1) + i];
  Results results = {{"output y", arrayOf(y, input.shape)}, {"input_grad x", arrayOf(gradX, input.shape)}};
  // At w = 0 exactly y has a kink in w, and the number depends on which of many tied sets a solver keeps
  // (docs/verify.md).
  if (c.number("edge_score") != 0)
    results["input_grad edge_score"] = arrayOf(gradEdge, c.inputGrad("edge_score").shape);
  return results;
}

SeparationKind kindOf(const GoldenCase& c) {
  if (c.op == "cross_entropy") return SeparationKind::Softmax;
  if (c.op == "sparsemax_loss") return SeparationKind::Sparsemax;
  if (c.op == "entmax15_loss") return SeparationKind::Entmax15;
  if (c.op == "normmax_loss" || (c.op == "energy" && c.hyper.at("normmax") == "True")) return SeparationKind::Normmax;
  return SeparationKind::Entmax;
}

template <class T>
Results loss(const GoldenCase& c) {
  const Array& input = c.input("x");
  const int64_t rowCount = input.shape[0],
                ignore = c.has("ignore_index") ? std::stoi(c.hyper.at("ignore_index")) : -100;
  const double parameter = c.has("alpha") ? c.number("alpha") : 0;
  std::vector<T> x = input.as<T>(), y(x.size()), gradX(x.size());
  const std::vector<int64_t> target = c.input("target").as<int64_t>();
  std::vector<double> losses(rowCount), g = c.gradOut("y").data;
  fenchelYoungLoss<T>(kindOf(c), parameter, rows<const T>(x.data(), input), {}, target.data(), ignore,
                      rows<T>(y.data(), input), losses.data());
  const bool mean = c.hyper.at("reduction") == "elementwise_mean";
  std::vector<double> result(losses);
  if (mean) {
    double sum = 0, count = 0;
    for (int64_t r = 0; r < rowCount; ++r) {
      sum += losses[r];
      count += target[r] != ignore;
    }
    result = {sum / count};
    g.assign(rowCount, g[0] / count);
  }
  fenchelYoungLossBackward<T>(rows<const T>(y.data(), input), target.data(), ignore, g.data(),
                              rows<T>(gradX.data(), input));
  return {{"output y", arrayOf(result, c.output("y").shape)}, {"input_grad x", arrayOf(gradX, input.shape)}};
}

/// E(q) = -(Omega*(z) - mean z + Omega(uniform)) / beta - q . mean x + |q|^2 / 2 + max |x|^2 / 2,  z = beta X q.
template <class T>
Results energy(const GoldenCase& c) {
  const Array &Q = c.input("Q"), &X = c.input("X");
  const int64_t queries = Q.shape[0], stored = X.shape[0], d = Q.shape[1];
  const double beta = c.number("beta");
  std::vector<T> scores(queries * stored), y(queries * stored), uniform(stored, static_cast<T>(1.0 / stored));
  for (int64_t q = 0; q < queries; ++q)
    for (int64_t s = 0; s < stored; ++s)
      for (int64_t i = 0; i < d; ++i) scores[q * stored + s] += static_cast<T>(Q.data[q * d + i] * X.data[s * d + i]);
  std::vector<double> conjugates(queries), ofUniform(1), result(queries);
  conjugate<T>(kindOf(c), c.number("alpha"), denseRows<const T>(scores.data(), queries, stored), {}, beta,
               denseRows<T>(y.data(), queries, stored), conjugates.data());
  regularizer<T>(kindOf(c), c.number("alpha"), denseRows<const T>(uniform.data(), 1, stored), ofUniform.data());
  double largest = 0;
  for (int64_t s = 0; s < stored; ++s) {
    double square = 0;
    for (int64_t i = 0; i < d; ++i) square += X.data[s * d + i] * X.data[s * d + i];
    largest = std::max(largest, square);
  }
  for (int64_t q = 0; q < queries; ++q) {
    double mean = 0, square = 0;
    for (int64_t s = 0; s < stored; ++s) mean += scores[q * stored + s] / static_cast<double>(stored);
    for (int64_t i = 0; i < d; ++i) square += Q.data[q * d + i] * Q.data[q * d + i];
    result[q] = -(conjugates[q] - beta * mean + ofUniform[0]) / beta - mean + square / 2 + largest / 2;
  }
  return {{"output y", arrayOf(result, c.output("y").shape)}};
}

template <class T>
Results compute(const GoldenCase& c) {
  if (c.op == "constrained_sparsemax") return constrained<T>(c);
  if (c.op == "lagrangian_unit") return lagrangianUnit<T>(c);
  if (c.op == "sequential_k_subsets_exact") return sequential<T>(c);
  if (c.op == "energy") return energy<T>(c);
  if (c.op == "cross_entropy" || c.op.find("_loss") != std::string::npos) return loss<T>(c);
  return separation<T>(c);
}

class Golden : public EachLevel {};

TEST_P(Golden, doubleAgreesWithThePeers) {
  int run = 0;
  for (const GoldenCase& c : goldenCases()) {
    SCOPED_TRACE(c.group + " " + c.name);
    for (const auto& [what, array] : compute<double>(c)) {
      const std::string kind = what.substr(0, what.find(' ')), name = what.substr(what.find(' ') + 1);
      const Array& input = c.arrays.at("input").begin()->second;
      const std::vector<double> slack = c.arrays.at("input").count("x") && array.shape == c.input("x").shape
                                            ? inputRounding(c.input("x"), c.axis())
                                            : inputRounding(input, c.axis());
      expectMatches(array.data, c.arrays.at(kind).at(name), c.tolerance, what.c_str(),
                    slack.size() == array.data.size() ? slack : std::vector<double>());
    }
    ++run;
  }
  EXPECT_EQ(run, 86);
}

TEST_P(Golden, floatAgreesWithDouble) {
  for (GoldenCase c : goldenCases()) {
    SCOPED_TRACE(c.group + " " + c.name);
    for (const char* kind : {"input", "grad_out"})
      for (auto& [name, array] : c.arrays.at(kind))
        for (double& value : array.data) value = static_cast<float>(value);
    const Results expected = compute<double>(c);
    for (const auto& [what, array] : compute<float>(c))
      expectMatches(array.data, expected.at(what), 1e-5, what.c_str());
  }
}

AT_EACH_LEVEL(Golden);

}  // namespace
}  // namespace testing_support
}  // namespace dl4jhopfield
