// What each op is called with, as io.github.dl4jhopfield.ops declares it. Written by
// OpDeclarationTest (mvn -pl dl4j-hopfield-ops -am test -Dtest=OpDeclarationTest
// -Ddl4jhopfield.update=true -Dsurefire.failIfNoSpecifiedTests=false): not by hand.
// clang-format off
#pragma once

#include "declaration.h"

namespace dl4jhopfield {
namespace nd4j {

enum class SeparationCode : int {
  Softmax = 0,
  Softmax1 = 7,
  Sparsemax = 1,
  Entmax15 = 2,
  Entmax = 3,
  LearnedEntmax = 4,
  Normmax = 5,
  KSubsets = 6,
};

enum class UnitCode : int {
  None = 0,
  Relu = 1,
  Pfu = 2,
};

enum class MedianScopeCode : int {
  Tensor = 0,
  Sample = 1,
  Row = 2,
};

enum class StopScopeCode : int {
  Sample = 0,
  Batch = 1,
};

enum class ActivationCode : int {
  None = 0,
  Relu = 1,
  Gelu = 2,
  GeluTanh = 3,
};

namespace op {

namespace masked_softmax {
enum class In : int { X, Mask, Beta };
enum class Out : int { Y };
enum class Flag : int { Mask = 0, Beta = 1 };
enum class Int : int {  };
enum class Num : int { Beta = 0 };
inline constexpr Slot kInputs[] = {
    {"x", Type::Floating, -1, -1, -1, -1},
    {"mask", Type::Mask, 0, -1, -1, -1},
    {"beta", Type::Like, 1, -1, -1, -1},
};
inline constexpr Slot kOutputs[] = {
    {"y", Type::Like, -1, -1, -1, -1},
};
inline constexpr Integer kIntegers[] = {
    {nullptr, 0, 0, 0}};
inline constexpr Declaration kDeclaration = {
    "hopfield_masked_softmax",
    "hopfield_masked_softmax: x Floating, mask Mask if 0, beta Like if 1; axis, flags[0 mask 1 beta]; beta; y Like",
    kInputs, 3, kOutputs, 1, kIntegers, 0, 1, true, 3, false, false};
}  // namespace masked_softmax

namespace masked_softmax_bp {
enum class In : int { Y, GradientOfY, X, Beta };
enum class Out : int { GradientOfX, GradientOfBeta };
using Flag = masked_softmax::Flag;
using Int = masked_softmax::Int;
using Num = masked_softmax::Num;
inline constexpr Slot kInputs[] = {
    {"y", Type::Floating, -1, -1, -1, -1},
    {"gradient of y", Type::Like, -1, -1, -1, -1},
    {"x", Type::Like, 1, -1, -1, -1},
    {"beta", Type::Like, 1, -1, -1, -1},
};
inline constexpr Slot kOutputs[] = {
    {"gradient of x", Type::Like, -1, -1, -1, -1},
    {"gradient of beta", Type::Like, 1, -1, -1, -1},
};
inline constexpr Integer kIntegers[] = {
    {nullptr, 0, 0, 0}};
inline constexpr Declaration kDeclaration = {
    "hopfield_masked_softmax_bp",
    "hopfield_masked_softmax_bp: y Floating, gradient of y Like, x Like if 1, beta Like if 1; axis, flags[0 mask 1 beta]; beta; gradient of x Like, gradient of beta Like if 1",
    kInputs, 4, kOutputs, 2, kIntegers, 0, 1, true, 3, false, false};
}  // namespace masked_softmax_bp

namespace softmax1 {
enum class In : int { X, Mask, Beta };
enum class Out : int { Y };
enum class Flag : int { Mask = 0, Beta = 1 };
enum class Int : int {  };
enum class Num : int { Beta = 0 };
inline constexpr Slot kInputs[] = {
    {"x", Type::Floating, -1, -1, -1, -1},
    {"mask", Type::Mask, 0, -1, -1, -1},
    {"beta", Type::Like, 1, -1, -1, -1},
};
inline constexpr Slot kOutputs[] = {
    {"y", Type::Like, -1, -1, -1, -1},
};
inline constexpr Integer kIntegers[] = {
    {nullptr, 0, 0, 0}};
inline constexpr Declaration kDeclaration = {
    "hopfield_softmax1",
    "hopfield_softmax1: x Floating, mask Mask if 0, beta Like if 1; axis, flags[0 mask 1 beta]; beta; y Like",
    kInputs, 3, kOutputs, 1, kIntegers, 0, 1, true, 3, false, false};
}  // namespace softmax1

namespace softmax1_bp {
enum class In : int { Y, GradientOfY, X, Beta };
enum class Out : int { GradientOfX, GradientOfBeta };
using Flag = softmax1::Flag;
using Int = softmax1::Int;
using Num = softmax1::Num;
inline constexpr Slot kInputs[] = {
    {"y", Type::Floating, -1, -1, -1, -1},
    {"gradient of y", Type::Like, -1, -1, -1, -1},
    {"x", Type::Like, 1, -1, -1, -1},
    {"beta", Type::Like, 1, -1, -1, -1},
};
inline constexpr Slot kOutputs[] = {
    {"gradient of x", Type::Like, -1, -1, -1, -1},
    {"gradient of beta", Type::Like, 1, -1, -1, -1},
};
inline constexpr Integer kIntegers[] = {
    {nullptr, 0, 0, 0}};
inline constexpr Declaration kDeclaration = {
    "hopfield_softmax1_bp",
    "hopfield_softmax1_bp: y Floating, gradient of y Like, x Like if 1, beta Like if 1; axis, flags[0 mask 1 beta]; beta; gradient of x Like, gradient of beta Like if 1",
    kInputs, 4, kOutputs, 2, kIntegers, 0, 1, true, 3, false, false};
}  // namespace softmax1_bp

namespace sparsemax {
enum class In : int { X, Mask, Beta };
enum class Out : int { Y };
enum class Flag : int { Mask = 0, Beta = 1 };
enum class Int : int {  };
enum class Num : int { Beta = 0 };
inline constexpr Slot kInputs[] = {
    {"x", Type::Floating, -1, -1, -1, -1},
    {"mask", Type::Mask, 0, -1, -1, -1},
    {"beta", Type::Like, 1, -1, -1, -1},
};
inline constexpr Slot kOutputs[] = {
    {"y", Type::Like, -1, -1, -1, -1},
};
inline constexpr Integer kIntegers[] = {
    {nullptr, 0, 0, 0}};
inline constexpr Declaration kDeclaration = {
    "hopfield_sparsemax",
    "hopfield_sparsemax: x Floating, mask Mask if 0, beta Like if 1; axis, flags[0 mask 1 beta]; beta; y Like",
    kInputs, 3, kOutputs, 1, kIntegers, 0, 1, true, 3, false, false};
}  // namespace sparsemax

namespace sparsemax_bp {
enum class In : int { Y, GradientOfY, X, Beta };
enum class Out : int { GradientOfX, GradientOfBeta };
using Flag = sparsemax::Flag;
using Int = sparsemax::Int;
using Num = sparsemax::Num;
inline constexpr Slot kInputs[] = {
    {"y", Type::Floating, -1, -1, -1, -1},
    {"gradient of y", Type::Like, -1, -1, -1, -1},
    {"x", Type::Like, 1, -1, -1, -1},
    {"beta", Type::Like, 1, -1, -1, -1},
};
inline constexpr Slot kOutputs[] = {
    {"gradient of x", Type::Like, -1, -1, -1, -1},
    {"gradient of beta", Type::Like, 1, -1, -1, -1},
};
inline constexpr Integer kIntegers[] = {
    {nullptr, 0, 0, 0}};
inline constexpr Declaration kDeclaration = {
    "hopfield_sparsemax_bp",
    "hopfield_sparsemax_bp: y Floating, gradient of y Like, x Like if 1, beta Like if 1; axis, flags[0 mask 1 beta]; beta; gradient of x Like, gradient of beta Like if 1",
    kInputs, 4, kOutputs, 2, kIntegers, 0, 1, true, 3, false, false};
}  // namespace sparsemax_bp

namespace entmax15 {
enum class In : int { X, Mask, Beta };
enum class Out : int { Y };
enum class Flag : int { Mask = 0, Beta = 1 };
enum class Int : int {  };
enum class Num : int { Beta = 0 };
inline constexpr Slot kInputs[] = {
    {"x", Type::Floating, -1, -1, -1, -1},
    {"mask", Type::Mask, 0, -1, -1, -1},
    {"beta", Type::Like, 1, -1, -1, -1},
};
inline constexpr Slot kOutputs[] = {
    {"y", Type::Like, -1, -1, -1, -1},
};
inline constexpr Integer kIntegers[] = {
    {nullptr, 0, 0, 0}};
inline constexpr Declaration kDeclaration = {
    "hopfield_entmax15",
    "hopfield_entmax15: x Floating, mask Mask if 0, beta Like if 1; axis, flags[0 mask 1 beta]; beta; y Like",
    kInputs, 3, kOutputs, 1, kIntegers, 0, 1, true, 3, false, false};
}  // namespace entmax15

namespace entmax15_bp {
enum class In : int { Y, GradientOfY, X, Beta };
enum class Out : int { GradientOfX, GradientOfBeta };
using Flag = entmax15::Flag;
using Int = entmax15::Int;
using Num = entmax15::Num;
inline constexpr Slot kInputs[] = {
    {"y", Type::Floating, -1, -1, -1, -1},
    {"gradient of y", Type::Like, -1, -1, -1, -1},
    {"x", Type::Like, 1, -1, -1, -1},
    {"beta", Type::Like, 1, -1, -1, -1},
};
inline constexpr Slot kOutputs[] = {
    {"gradient of x", Type::Like, -1, -1, -1, -1},
    {"gradient of beta", Type::Like, 1, -1, -1, -1},
};
inline constexpr Integer kIntegers[] = {
    {nullptr, 0, 0, 0}};
inline constexpr Declaration kDeclaration = {
    "hopfield_entmax15_bp",
    "hopfield_entmax15_bp: y Floating, gradient of y Like, x Like if 1, beta Like if 1; axis, flags[0 mask 1 beta]; beta; gradient of x Like, gradient of beta Like if 1",
    kInputs, 4, kOutputs, 2, kIntegers, 0, 1, true, 3, false, false};
}  // namespace entmax15_bp

namespace entmax {
enum class In : int { X, Mask, Beta, Alpha };
enum class Out : int { Y };
enum class Flag : int { Mask = 0, Beta = 1, Alpha = 2 };
enum class Int : int {  };
enum class Num : int { Beta = 0, Alpha = 1 };
inline constexpr Slot kInputs[] = {
    {"x", Type::Floating, -1, -1, -1, -1},
    {"mask", Type::Mask, 0, -1, -1, -1},
    {"beta", Type::Like, 1, -1, -1, -1},
    {"alpha", Type::Like, 2, -1, -1, -1},
};
inline constexpr Slot kOutputs[] = {
    {"y", Type::Like, -1, -1, -1, -1},
};
inline constexpr Integer kIntegers[] = {
    {nullptr, 0, 0, 0}};
inline constexpr Declaration kDeclaration = {
    "hopfield_entmax",
    "hopfield_entmax: x Floating, mask Mask if 0, beta Like if 1, alpha Like if 2; axis, flags[0 mask 1 beta 2 alpha]; beta, alpha; y Like",
    kInputs, 4, kOutputs, 1, kIntegers, 0, 2, true, 7, false, false};
}  // namespace entmax

namespace entmax_bp {
enum class In : int { Y, GradientOfY, X, Beta, Alpha };
enum class Out : int { GradientOfX, GradientOfBeta, GradientOfAlpha };
using Flag = entmax::Flag;
using Int = entmax::Int;
using Num = entmax::Num;
inline constexpr Slot kInputs[] = {
    {"y", Type::Floating, -1, -1, -1, -1},
    {"gradient of y", Type::Like, -1, -1, -1, -1},
    {"x", Type::Like, 1, -1, -1, -1},
    {"beta", Type::Like, 1, -1, -1, -1},
    {"alpha", Type::Like, 2, -1, -1, -1},
};
inline constexpr Slot kOutputs[] = {
    {"gradient of x", Type::Like, -1, -1, -1, -1},
    {"gradient of beta", Type::Like, 1, -1, -1, -1},
    {"gradient of alpha", Type::Like, 2, -1, -1, -1},
};
inline constexpr Integer kIntegers[] = {
    {nullptr, 0, 0, 0}};
inline constexpr Declaration kDeclaration = {
    "hopfield_entmax_bp",
    "hopfield_entmax_bp: y Floating, gradient of y Like, x Like if 1, beta Like if 1, alpha Like if 2; axis, flags[0 mask 1 beta 2 alpha]; beta, alpha; gradient of x Like, gradient of beta Like if 1, gradient of alpha Like if 2",
    kInputs, 5, kOutputs, 3, kIntegers, 0, 2, true, 7, false, false};
}  // namespace entmax_bp

namespace normmax {
enum class In : int { X, Mask, Beta };
enum class Out : int { Y };
enum class Flag : int { Mask = 0, Beta = 1 };
enum class Int : int {  };
enum class Num : int { Beta = 0, P = 1 };
inline constexpr Slot kInputs[] = {
    {"x", Type::Floating, -1, -1, -1, -1},
    {"mask", Type::Mask, 0, -1, -1, -1},
    {"beta", Type::Like, 1, -1, -1, -1},
};
inline constexpr Slot kOutputs[] = {
    {"y", Type::Like, -1, -1, -1, -1},
};
inline constexpr Integer kIntegers[] = {
    {nullptr, 0, 0, 0}};
inline constexpr Declaration kDeclaration = {
    "hopfield_normmax",
    "hopfield_normmax: x Floating, mask Mask if 0, beta Like if 1; axis, flags[0 mask 1 beta]; beta, p; y Like",
    kInputs, 3, kOutputs, 1, kIntegers, 0, 2, true, 3, false, false};
}  // namespace normmax

namespace normmax_bp {
enum class In : int { Y, GradientOfY, X, Beta };
enum class Out : int { GradientOfX, GradientOfBeta };
using Flag = normmax::Flag;
using Int = normmax::Int;
using Num = normmax::Num;
inline constexpr Slot kInputs[] = {
    {"y", Type::Floating, -1, -1, -1, -1},
    {"gradient of y", Type::Like, -1, -1, -1, -1},
    {"x", Type::Like, 1, -1, -1, -1},
    {"beta", Type::Like, 1, -1, -1, -1},
};
inline constexpr Slot kOutputs[] = {
    {"gradient of x", Type::Like, -1, -1, -1, -1},
    {"gradient of beta", Type::Like, 1, -1, -1, -1},
};
inline constexpr Integer kIntegers[] = {
    {nullptr, 0, 0, 0}};
inline constexpr Declaration kDeclaration = {
    "hopfield_normmax_bp",
    "hopfield_normmax_bp: y Floating, gradient of y Like, x Like if 1, beta Like if 1; axis, flags[0 mask 1 beta]; beta, p; gradient of x Like, gradient of beta Like if 1",
    kInputs, 4, kOutputs, 2, kIntegers, 0, 2, true, 3, false, false};
}  // namespace normmax_bp

namespace k_subsets {
enum class In : int { X, Mask, Beta };
enum class Out : int { Y };
enum class Flag : int { Mask = 0, Beta = 1 };
enum class Int : int { AtMost = 2 };
enum class Num : int { Beta = 0, K = 1 };
inline constexpr Slot kInputs[] = {
    {"x", Type::Floating, -1, -1, -1, -1},
    {"mask", Type::Mask, 0, -1, -1, -1},
    {"beta", Type::Like, 1, -1, -1, -1},
};
inline constexpr Slot kOutputs[] = {
    {"y", Type::Like, -1, -1, -1, -1},
};
inline constexpr Integer kIntegers[] = {
    {"at most", 0LL, 1LL, 0LL},
    {nullptr, 0, 0, 0}};
inline constexpr Declaration kDeclaration = {
    "hopfield_k_subsets",
    "hopfield_k_subsets: x Floating, mask Mask if 0, beta Like if 1; axis, flags[0 mask 1 beta], at most[0, 1]; beta, k; y Like",
    kInputs, 3, kOutputs, 1, kIntegers, 1, 2, true, 3, false, false};
}  // namespace k_subsets

namespace k_subsets_bp {
enum class In : int { Y, GradientOfY, X, Beta };
enum class Out : int { GradientOfX, GradientOfBeta };
using Flag = k_subsets::Flag;
using Int = k_subsets::Int;
using Num = k_subsets::Num;
inline constexpr Slot kInputs[] = {
    {"y", Type::Floating, -1, -1, -1, -1},
    {"gradient of y", Type::Like, -1, -1, -1, -1},
    {"x", Type::Like, 1, -1, -1, -1},
    {"beta", Type::Like, 1, -1, -1, -1},
};
inline constexpr Slot kOutputs[] = {
    {"gradient of x", Type::Like, -1, -1, -1, -1},
    {"gradient of beta", Type::Like, 1, -1, -1, -1},
};
inline constexpr Integer kIntegers[] = {
    {"at most", 0LL, 1LL, 0LL},
    {nullptr, 0, 0, 0}};
inline constexpr Declaration kDeclaration = {
    "hopfield_k_subsets_bp",
    "hopfield_k_subsets_bp: y Floating, gradient of y Like, x Like if 1, beta Like if 1; axis, flags[0 mask 1 beta], at most[0, 1]; beta, k; gradient of x Like, gradient of beta Like if 1",
    kInputs, 4, kOutputs, 2, kIntegers, 1, 2, true, 3, false, false};
}  // namespace k_subsets_bp

namespace constrained_sparsemax {
enum class In : int { X, Upper, Mask };
enum class Out : int { Y };
enum class Flag : int { Mask = 0 };
enum class Int : int {  };
enum class Num : int {  };
inline constexpr Slot kInputs[] = {
    {"x", Type::Floating, -1, -1, -1, -1},
    {"upper", Type::Like, -1, -1, -1, -1},
    {"mask", Type::Mask, 0, -1, -1, -1},
};
inline constexpr Slot kOutputs[] = {
    {"y", Type::Like, -1, -1, -1, -1},
};
inline constexpr Integer kIntegers[] = {
    {nullptr, 0, 0, 0}};
inline constexpr Declaration kDeclaration = {
    "hopfield_constrained_sparsemax",
    "hopfield_constrained_sparsemax: x Floating, upper Like, mask Mask if 0; axis, flags[0 mask]; ; y Like",
    kInputs, 3, kOutputs, 1, kIntegers, 0, 0, true, 1, false, false};
}  // namespace constrained_sparsemax

namespace constrained_sparsemax_bp {
enum class In : int { Y, Upper, GradientOfY, Mask };
enum class Out : int { GradientOfX, GradientOfUpper };
using Flag = constrained_sparsemax::Flag;
using Int = constrained_sparsemax::Int;
using Num = constrained_sparsemax::Num;
inline constexpr Slot kInputs[] = {
    {"y", Type::Floating, -1, -1, -1, -1},
    {"upper", Type::Like, -1, -1, -1, -1},
    {"gradient of y", Type::Like, -1, -1, -1, -1},
    {"mask", Type::Mask, 0, -1, -1, -1},
};
inline constexpr Slot kOutputs[] = {
    {"gradient of x", Type::Like, -1, -1, -1, -1},
    {"gradient of upper", Type::Like, -1, -1, -1, -1},
};
inline constexpr Integer kIntegers[] = {
    {nullptr, 0, 0, 0}};
inline constexpr Declaration kDeclaration = {
    "hopfield_constrained_sparsemax_bp",
    "hopfield_constrained_sparsemax_bp: y Floating, upper Like, gradient of y Like, mask Mask if 0; axis, flags[0 mask]; ; gradient of x Like, gradient of upper Like",
    kInputs, 4, kOutputs, 2, kIntegers, 0, 0, true, 1, false, false};
}  // namespace constrained_sparsemax_bp

namespace sequential_k_subsets {
enum class In : int { X, EdgeScores, Mask };
enum class Out : int { Y };
enum class Flag : int { Mask = 0 };
enum class Int : int { AtMost = 2 };
enum class Num : int { K = 0 };
inline constexpr Slot kInputs[] = {
    {"x", Type::Floating, -1, -1, -1, -1},
    {"edgeScores", Type::Like, -1, -1, -1, -1},
    {"mask", Type::Mask, 0, -1, -1, -1},
};
inline constexpr Slot kOutputs[] = {
    {"y", Type::Like, -1, -1, -1, -1},
};
inline constexpr Integer kIntegers[] = {
    {"at most", 0LL, 1LL, 0LL},
    {nullptr, 0, 0, 0}};
inline constexpr Declaration kDeclaration = {
    "hopfield_sequential_k_subsets",
    "hopfield_sequential_k_subsets: x Floating, edgeScores Like, mask Mask if 0; axis, flags[0 mask], at most[0, 1]; k; y Like",
    kInputs, 3, kOutputs, 1, kIntegers, 1, 1, true, 1, false, false};
}  // namespace sequential_k_subsets

namespace sequential_k_subsets_bp {
enum class In : int { X, EdgeScores, GradientOfY, Mask };
enum class Out : int { GradientOfX, GradientOfEdgeScores };
using Flag = sequential_k_subsets::Flag;
using Int = sequential_k_subsets::Int;
using Num = sequential_k_subsets::Num;
inline constexpr Slot kInputs[] = {
    {"x", Type::Floating, -1, -1, -1, -1},
    {"edgeScores", Type::Like, -1, -1, -1, -1},
    {"gradient of y", Type::Like, -1, -1, -1, -1},
    {"mask", Type::Mask, 0, -1, -1, -1},
};
inline constexpr Slot kOutputs[] = {
    {"gradient of x", Type::Like, -1, -1, -1, -1},
    {"gradient of edgeScores", Type::Like, -1, -1, -1, -1},
};
inline constexpr Integer kIntegers[] = {
    {"at most", 0LL, 1LL, 0LL},
    {nullptr, 0, 0, 0}};
inline constexpr Declaration kDeclaration = {
    "hopfield_sequential_k_subsets_bp",
    "hopfield_sequential_k_subsets_bp: x Floating, edgeScores Like, gradient of y Like, mask Mask if 0; axis, flags[0 mask], at most[0, 1]; k; gradient of x Like, gradient of edgeScores Like",
    kInputs, 4, kOutputs, 2, kIntegers, 1, 1, true, 1, false, false};
}  // namespace sequential_k_subsets_bp

namespace gelu {
enum class In : int { X };
enum class Out : int { Y };
enum class Flag : int { TanhForm = 0 };
enum class Int : int {  };
enum class Num : int {  };
inline constexpr Slot kInputs[] = {
    {"x", Type::Floating, -1, -1, -1, -1},
};
inline constexpr Slot kOutputs[] = {
    {"y", Type::Like, -1, -1, -1, -1},
};
inline constexpr Integer kIntegers[] = {
    {nullptr, 0, 0, 0}};
inline constexpr Declaration kDeclaration = {
    "hopfield_gelu",
    "hopfield_gelu: x Floating; -, flags[0 tanh form]; ; y Like",
    kInputs, 1, kOutputs, 1, kIntegers, 0, 0, true, 1, false, false};
}  // namespace gelu

namespace gelu_bp {
enum class In : int { X, GradientOfY };
enum class Out : int { GradientOfX };
using Flag = gelu::Flag;
using Int = gelu::Int;
using Num = gelu::Num;
inline constexpr Slot kInputs[] = {
    {"x", Type::Floating, -1, -1, -1, -1},
    {"gradient of y", Type::Like, -1, -1, -1, -1},
};
inline constexpr Slot kOutputs[] = {
    {"gradient of x", Type::Like, -1, -1, -1, -1},
};
inline constexpr Integer kIntegers[] = {
    {nullptr, 0, 0, 0}};
inline constexpr Declaration kDeclaration = {
    "hopfield_gelu_bp",
    "hopfield_gelu_bp: x Floating, gradient of y Like; -, flags[0 tanh form]; ; gradient of x Like",
    kInputs, 2, kOutputs, 1, kIntegers, 0, 0, true, 1, false, false};
}  // namespace gelu_bp

namespace layer_norm {
enum class In : int { X, Gain, Bias };
enum class Out : int { Y };
enum class Flag : int { GainAndBias = 0 };
enum class Int : int {  };
enum class Num : int { Eps = 0 };
inline constexpr Slot kInputs[] = {
    {"x", Type::Floating, -1, -1, -1, -1},
    {"gain", Type::Like, 0, -1, -1, -1},
    {"bias", Type::Like, 0, -1, -1, -1},
};
inline constexpr Slot kOutputs[] = {
    {"y", Type::Like, -1, -1, -1, -1},
};
inline constexpr Integer kIntegers[] = {
    {nullptr, 0, 0, 0}};
inline constexpr Declaration kDeclaration = {
    "hopfield_layer_norm",
    "hopfield_layer_norm: x Floating, gain Like if 0, bias Like if 0; axis, flags[0 gain and bias]; eps; y Like",
    kInputs, 3, kOutputs, 1, kIntegers, 0, 1, true, 1, false, false};
}  // namespace layer_norm

namespace layer_norm_bp {
enum class In : int { X, GradientOfY, Gain };
enum class Out : int { GradientOfX, GradientOfGain, GradientOfBias };
using Flag = layer_norm::Flag;
using Int = layer_norm::Int;
using Num = layer_norm::Num;
inline constexpr Slot kInputs[] = {
    {"x", Type::Floating, -1, -1, -1, -1},
    {"gradient of y", Type::Like, -1, -1, -1, -1},
    {"gain", Type::Like, 0, -1, -1, -1},
};
inline constexpr Slot kOutputs[] = {
    {"gradient of x", Type::Like, -1, -1, -1, -1},
    {"gradient of gain", Type::Like, 0, -1, -1, -1},
    {"gradient of bias", Type::Like, 0, -1, -1, -1},
};
inline constexpr Integer kIntegers[] = {
    {nullptr, 0, 0, 0}};
inline constexpr Declaration kDeclaration = {
    "hopfield_layer_norm_bp",
    "hopfield_layer_norm_bp: x Floating, gradient of y Like, gain Like if 0; axis, flags[0 gain and bias]; eps; gradient of x Like, gradient of gain Like if 0, gradient of bias Like if 0",
    kInputs, 3, kOutputs, 3, kIntegers, 0, 1, true, 1, false, false};
}  // namespace layer_norm_bp

namespace l2_normalize {
enum class In : int { X };
enum class Out : int { Y };
enum class Flag : int {  };
enum class Int : int {  };
enum class Num : int { Eps = 0 };
inline constexpr Slot kInputs[] = {
    {"x", Type::Floating, -1, -1, -1, -1},
};
inline constexpr Slot kOutputs[] = {
    {"y", Type::Like, -1, -1, -1, -1},
};
inline constexpr Integer kIntegers[] = {
    {nullptr, 0, 0, 0}};
inline constexpr Declaration kDeclaration = {
    "hopfield_l2_normalize",
    "hopfield_l2_normalize: x Floating; axis; eps; y Like",
    kInputs, 1, kOutputs, 1, kIntegers, 0, 1, false, 0, false, false};
}  // namespace l2_normalize

namespace l2_normalize_bp {
enum class In : int { X, GradientOfY };
enum class Out : int { GradientOfX };
using Flag = l2_normalize::Flag;
using Int = l2_normalize::Int;
using Num = l2_normalize::Num;
inline constexpr Slot kInputs[] = {
    {"x", Type::Floating, -1, -1, -1, -1},
    {"gradient of y", Type::Like, -1, -1, -1, -1},
};
inline constexpr Slot kOutputs[] = {
    {"gradient of x", Type::Like, -1, -1, -1, -1},
};
inline constexpr Integer kIntegers[] = {
    {nullptr, 0, 0, 0}};
inline constexpr Declaration kDeclaration = {
    "hopfield_l2_normalize_bp",
    "hopfield_l2_normalize_bp: x Floating, gradient of y Like; axis; eps; gradient of x Like",
    kInputs, 2, kOutputs, 1, kIntegers, 0, 1, false, 0, false, false};
}  // namespace l2_normalize_bp

namespace conjugate {
enum class In : int { X, Mask };
enum class Out : int { Value, Y };
enum class Flag : int { Mask = 0 };
enum class Int : int { Separation = 2, AtMost = 3 };
enum class Num : int { Beta = 0, AlphaPOrK = 1 };
inline constexpr Slot kInputs[] = {
    {"x", Type::Floating, -1, -1, -1, -1},
    {"mask", Type::Mask, 0, -1, -1, -1},
};
inline constexpr Slot kOutputs[] = {
    {"value", Type::Like, -1, -1, -1, -1},
    {"y", Type::Like, -1, -1, -1, -1},
};
inline constexpr Integer kIntegers[] = {
    {"separation", 0LL, 7LL, 255LL},
    {"at most", 0LL, 1LL, 0LL},
    {nullptr, 0, 0, 0}};
inline constexpr Declaration kDeclaration = {
    "hopfield_conjugate",
    "hopfield_conjugate: x Floating, mask Mask if 0; axis, flags[0 mask], separation[0 softmax, 1 sparsemax, 2 entmax15, 3 entmax, 4 learned_entmax, 5 normmax, 6 k_subsets, 7 softmax1], at most[0, 1]; beta, alpha, p or k; value Like, y Like",
    kInputs, 2, kOutputs, 2, kIntegers, 2, 2, true, 1, false, false};
}  // namespace conjugate

namespace relu_unit {
enum class In : int { X, Mask };
enum class Out : int { Values, Kept };
enum class Flag : int { Mask = 0 };
enum class Int : int {  };
enum class Num : int {  };
inline constexpr Slot kInputs[] = {
    {"x", Type::Floating, -1, -1, -1, -1},
    {"mask", Type::Mask, 0, -1, -1, -1},
};
inline constexpr Slot kOutputs[] = {
    {"values", Type::Like, -1, -1, -1, -1},
    {"kept", Type::Like, -1, -1, -1, -1},
};
inline constexpr Integer kIntegers[] = {
    {nullptr, 0, 0, 0}};
inline constexpr Declaration kDeclaration = {
    "hopfield_relu_unit",
    "hopfield_relu_unit: x Floating, mask Mask if 0; axis, flags[0 mask]; ; values Like, kept Like",
    kInputs, 2, kOutputs, 2, kIntegers, 0, 0, true, 1, false, false};
}  // namespace relu_unit

namespace relu_unit_bp {
enum class In : int { Kept, GradientOfValues };
enum class Out : int { GradientOfX };
using Flag = relu_unit::Flag;
using Int = relu_unit::Int;
using Num = relu_unit::Num;
inline constexpr Slot kInputs[] = {
    {"kept", Type::Floating, -1, -1, -1, -1},
    {"gradient of values", Type::Like, -1, -1, -1, -1},
};
inline constexpr Slot kOutputs[] = {
    {"gradient of x", Type::Like, -1, -1, -1, -1},
};
inline constexpr Integer kIntegers[] = {
    {nullptr, 0, 0, 0}};
inline constexpr Declaration kDeclaration = {
    "hopfield_relu_unit_bp",
    "hopfield_relu_unit_bp: kept Floating, gradient of values Like; axis, flags[0 mask]; ; gradient of x Like",
    kInputs, 2, kOutputs, 1, kIntegers, 0, 0, true, 1, false, false};
}  // namespace relu_unit_bp

namespace pfu_unit {
enum class In : int { X, Mask, Noise };
enum class Out : int { Values, Kept };
enum class Flag : int { Mask = 0, Noise = 1 };
enum class Int : int { MuIsAMedian = 2, BiasIsTheThreshold = 3, MedianScope = 4 };
enum class Num : int { Mu = 0, Bias = 1, Sigma = 2 };
inline constexpr Slot kInputs[] = {
    {"x", Type::Floating, -1, -1, -1, -1},
    {"mask", Type::Mask, 0, -1, -1, -1},
    {"noise", Type::Like, 1, -1, -1, -1},
};
inline constexpr Slot kOutputs[] = {
    {"values", Type::Like, -1, -1, -1, -1},
    {"kept", Type::Like, -1, -1, -1, -1},
};
inline constexpr Integer kIntegers[] = {
    {"mu is a median", 0LL, 1LL, 0LL},
    {"bias is the threshold", 0LL, 1LL, 0LL},
    {"median scope", 0LL, 2LL, 7LL},
    {nullptr, 0, 0, 0}};
inline constexpr Declaration kDeclaration = {
    "hopfield_pfu_unit",
    "hopfield_pfu_unit: x Floating, mask Mask if 0, noise Like if 1; axis, flags[0 mask 1 noise], mu is a median[0, 1], bias is the threshold[0, 1], median scope[0 tensor, 1 sample, 2 row]; mu, bias, sigma; values Like, kept Like",
    kInputs, 3, kOutputs, 2, kIntegers, 3, 3, true, 3, false, false};
}  // namespace pfu_unit

namespace pfu_unit_bp {
enum class In : int { X, Kept, GradientOfValues, Mask };
enum class Out : int { GradientOfX };
using Flag = pfu_unit::Flag;
using Int = pfu_unit::Int;
using Num = pfu_unit::Num;
inline constexpr Slot kInputs[] = {
    {"x", Type::Floating, -1, -1, -1, -1},
    {"kept", Type::Like, -1, -1, -1, -1},
    {"gradient of values", Type::Like, -1, -1, -1, -1},
    {"mask", Type::Mask, 0, -1, -1, -1},
};
inline constexpr Slot kOutputs[] = {
    {"gradient of x", Type::Like, -1, -1, -1, -1},
};
inline constexpr Integer kIntegers[] = {
    {"mu is a median", 0LL, 1LL, 0LL},
    {"bias is the threshold", 0LL, 1LL, 0LL},
    {"median scope", 0LL, 2LL, 7LL},
    {nullptr, 0, 0, 0}};
inline constexpr Declaration kDeclaration = {
    "hopfield_pfu_unit_bp",
    "hopfield_pfu_unit_bp: x Floating, kept Like, gradient of values Like, mask Mask if 0; axis, flags[0 mask 1 noise], mu is a median[0, 1], bias is the threshold[0, 1], median scope[0 tensor, 1 sample, 2 row]; mu, bias, sigma; gradient of x Like",
    kInputs, 4, kOutputs, 1, kIntegers, 3, 3, true, 3, false, false};
}  // namespace pfu_unit_bp

namespace class_targets {
enum class In : int { X, Labels };
enum class Out : int { Targets, Counted };
enum class Flag : int {  };
enum class Int : int { IgnoredLabel = 2 };
enum class Num : int {  };
inline constexpr Slot kInputs[] = {
    {"x", Type::Floating, -1, -1, -1, -1},
    {"labels", Type::Whole, -1, -1, -1, -1},
};
inline constexpr Slot kOutputs[] = {
    {"targets", Type::Like, -1, -1, -1, -1},
    {"counted", Type::Like, -1, -1, -1, -1},
};
inline constexpr Integer kIntegers[] = {
    {"ignored label", -2147483648LL, 2147483647LL, 0LL},
    {nullptr, 0, 0, 0}};
inline constexpr Declaration kDeclaration = {
    "hopfield_class_targets",
    "hopfield_class_targets: x Floating, labels Whole; -, flags[], ignored label[-2147483648 to 2147483647]; ; targets Like, counted Like",
    kInputs, 2, kOutputs, 2, kIntegers, 1, 0, true, 0, false, false};
}  // namespace class_targets

namespace association {
enum class In : int { Q, K, V, Mask, AdditiveMask, StoredPadding, QueryMask, Beta, Alpha, Noise };
enum class Out : int { Out, Weights, Steps, SavedStates };
enum class Flag : int { Mask = 0, AdditiveMask = 1, StoredPadding = 2, QueryMask = 3, Beta = 4, Alpha = 5, Noise = 6, Weights = 7, Steps = 8, GradientOfTheAdditiveMask = 9, SavedStates = 10 };
enum class Int : int { Separation = 2, AtMost = 3, Unit = 4, MuIsAMedian = 5, BiasIsTheThreshold = 6, MedianScope = 7, StopScope = 8 };
enum class Num : int { Beta = 0, AlphaPOrK = 1, Mu = 2, Bias = 3, Sigma = 4 };
inline constexpr Slot kInputs[] = {
    {"q", Type::Floating, -1, -1, -1, -1},
    {"k", Type::Like, -1, -1, -1, -1},
    {"v", Type::Like, -1, -1, -1, -1},
    {"mask", Type::Mask, 0, -1, -1, -1},
    {"additiveMask", Type::Like, 1, -1, -1, -1},
    {"storedPadding", Type::Mask, 2, -1, -1, -1},
    {"queryMask", Type::Mask, 3, -1, -1, -1},
    {"beta", Type::Like, 4, -1, -1, -1},
    {"alpha", Type::Like, 5, -1, -1, -1},
    {"noise", Type::Like, 6, -1, -1, -1},
};
inline constexpr Slot kOutputs[] = {
    {"out", Type::Like, -1, -1, -1, -1},
    {"weights", Type::Like, 7, -1, -1, -1},
    {"steps", Type::Like, 8, -1, -1, -1},
    {"saved states", Type::Like, 10, -1, -1, -1},
};
inline constexpr Integer kIntegers[] = {
    {"separation", 0LL, 7LL, 255LL},
    {"at most", 0LL, 1LL, 0LL},
    {"unit", 0LL, 2LL, 7LL},
    {"mu is a median", 0LL, 1LL, 0LL},
    {"bias is the threshold", 0LL, 1LL, 0LL},
    {"median scope", 0LL, 2LL, 7LL},
    {"stop scope", 0LL, 1LL, 3LL},
    {nullptr, 0, 0, 0}};
inline constexpr Declaration kDeclaration = {
    "hopfield_association",
    "hopfield_association: q Floating, k Like, v Like, mask Mask if 0, additiveMask Like if 1, storedPadding Mask if 2, queryMask Mask if 3, beta Like if 4, alpha Like if 5, noise Like if 6; -, flags[0 mask 1 additiveMask 2 storedPadding 3 queryMask 4 beta 5 alpha 6 noise 7 weights 8 steps 9 gradient of the additive mask 10 saved states], separation[0 softmax, 1 sparsemax, 2 entmax15, 3 entmax, 4 learned_entmax, 5 normmax, 6 k_subsets, 7 softmax1], at most[0, 1], unit[0 none, 1 relu, 2 pfu], mu is a median[0, 1], bias is the threshold[0, 1], median scope[0 tensor, 1 sample, 2 row], stop scope[0 sample, 1 batch], update steps, one or one a head...; beta, alpha, p or k, mu, bias, sigma, eps of the early stop, one or one a head...; out Like, weights Like if 7, steps Like if 8, saved states Like if 10",
    kInputs, 10, kOutputs, 4, kIntegers, 7, 5, true, 2047, true, true};
}  // namespace association

namespace association_bp {
enum class In : int { Q, K, V, Mask, AdditiveMask, StoredPadding, QueryMask, Beta, Alpha, Noise, GradientOfOut, GradientOfWeights, SavedStates };
enum class Out : int { GradientOfQ, GradientOfK, GradientOfV, GradientOfAdditiveMask, GradientOfBeta, GradientOfAlpha };
using Flag = association::Flag;
using Int = association::Int;
using Num = association::Num;
inline constexpr Slot kInputs[] = {
    {"q", Type::Floating, -1, -1, -1, -1},
    {"k", Type::Like, -1, -1, -1, -1},
    {"v", Type::Like, -1, -1, -1, -1},
    {"mask", Type::Mask, 0, -1, -1, -1},
    {"additiveMask", Type::Like, 1, -1, -1, -1},
    {"storedPadding", Type::Mask, 2, -1, -1, -1},
    {"queryMask", Type::Mask, 3, -1, -1, -1},
    {"beta", Type::Like, 4, -1, -1, -1},
    {"alpha", Type::Like, 5, -1, -1, -1},
    {"noise", Type::Like, 6, -1, -1, -1},
    {"gradient of out", Type::Like, -1, -1, -1, -1},
    {"gradient of weights", Type::Like, 7, -1, -1, -1},
    {"saved states", Type::Like, 10, -1, -1, -1},
};
inline constexpr Slot kOutputs[] = {
    {"gradient of q", Type::Like, -1, -1, -1, -1},
    {"gradient of k", Type::Like, -1, -1, -1, -1},
    {"gradient of v", Type::Like, -1, -1, -1, -1},
    {"gradient of additiveMask", Type::Like, 9, -1, -1, -1},
    {"gradient of beta", Type::Like, 4, -1, -1, -1},
    {"gradient of alpha", Type::Like, 5, -1, -1, -1},
};
inline constexpr Integer kIntegers[] = {
    {"separation", 0LL, 7LL, 255LL},
    {"at most", 0LL, 1LL, 0LL},
    {"unit", 0LL, 2LL, 7LL},
    {"mu is a median", 0LL, 1LL, 0LL},
    {"bias is the threshold", 0LL, 1LL, 0LL},
    {"median scope", 0LL, 2LL, 7LL},
    {"stop scope", 0LL, 1LL, 3LL},
    {nullptr, 0, 0, 0}};
inline constexpr Declaration kDeclaration = {
    "hopfield_association_bp",
    "hopfield_association_bp: q Floating, k Like, v Like, mask Mask if 0, additiveMask Like if 1, storedPadding Mask if 2, queryMask Mask if 3, beta Like if 4, alpha Like if 5, noise Like if 6, gradient of out Like, gradient of weights Like if 7, saved states Like if 10; -, flags[0 mask 1 additiveMask 2 storedPadding 3 queryMask 4 beta 5 alpha 6 noise 7 weights 8 steps 9 gradient of the additive mask 10 saved states], separation[0 softmax, 1 sparsemax, 2 entmax15, 3 entmax, 4 learned_entmax, 5 normmax, 6 k_subsets, 7 softmax1], at most[0, 1], unit[0 none, 1 relu, 2 pfu], mu is a median[0, 1], bias is the threshold[0, 1], median scope[0 tensor, 1 sample, 2 row], stop scope[0 sample, 1 batch], update steps, one or one a head...; beta, alpha, p or k, mu, bias, sigma, eps of the early stop, one or one a head...; gradient of q Like, gradient of k Like, gradient of v Like, gradient of additiveMask Like if 9, gradient of beta Like if 4, gradient of alpha Like if 5",
    kInputs, 13, kOutputs, 6, kIntegers, 7, 5, true, 2047, true, true};
}  // namespace association_bp

namespace retrieve {
enum class In : int { Queries, KeysBlock, ValuesBlock };
enum class Out : int { Out, LogSumExp, Support, TopIndex, TopScore, TopWeight };
enum class Flag : int { Values = 0 };
enum class Int : int { Separation = 2, AtMost = 3, TopK = 4, BlocksOfKeys = 5 };
enum class Num : int { Beta = 0, AlphaPOrK = 1 };
inline constexpr Slot kInputs[] = {
    {"queries", Type::FloatOrDouble, -1, -1, -1, -1},
    {"keys, block", Type::LikeOrHalf, -1, -1, 0, 5},
    {"values, block", Type::LikeOrHalf, 0, -1, 1, 5},
};
inline constexpr Slot kOutputs[] = {
    {"out", Type::Like, -1, -1, -1, -1},
    {"logSumExp", Type::Like, -1, -1, -1, -1},
    {"support", Type::Like, -1, -1, -1, -1},
    {"top index", Type::Like, -1, 4, -1, -1},
    {"top score", Type::Like, -1, 4, -1, -1},
    {"top weight", Type::Like, -1, 4, -1, -1},
};
inline constexpr Integer kIntegers[] = {
    {"separation", 0LL, 7LL, 255LL},
    {"at most", 0LL, 1LL, 0LL},
    {"topK", 0LL, 2147483647LL, 0LL},
    {"blocks of keys", 1LL, 1048576LL, 0LL},
    {nullptr, 0, 0, 0}};
inline constexpr Declaration kDeclaration = {
    "hopfield_retrieve",
    "hopfield_retrieve: queries FloatOrDouble, keys, block LikeOrHalf per blocks of keys, values, block LikeOrHalf if 0 per blocks of keys; -, flags[0 values], separation[0 softmax, 1 sparsemax, 2 entmax15, 3 entmax, 4 learned_entmax, 5 normmax, 6 k_subsets, 7 softmax1], at most[0, 1], topK[0 to 2147483647], blocks of keys[1 to 1048576]; beta, alpha, p or k; out Like, logSumExp Like, support LONG, top index LONG if topK > 0, top score Like if topK > 0, top weight Like if topK > 0",
    kInputs, 3, kOutputs, 6, kIntegers, 4, 2, true, 1, false, false};
}  // namespace retrieve

namespace projection {
enum class In : int { X, Weight, Bias, Gain, Shift };
enum class Out : int { Y };
enum class Flag : int { LayerNorm = 0, Bias = 1, GainAndShift = 2 };
enum class Int : int { Projections = 2 };
enum class Num : int { Eps = 0 };
inline constexpr Slot kInputs[] = {
    {"x", Type::Floating, -1, -1, -1, -1},
    {"weight", Type::Like, -1, -1, 0, 2},
    {"bias", Type::Like, 1, -1, 0, 2},
    {"gain", Type::Like, 2, -1, 0, 2},
    {"shift", Type::Like, 2, -1, 0, 2},
};
inline constexpr Slot kOutputs[] = {
    {"y", Type::Like, -1, -1, 0, 2},
};
inline constexpr Integer kIntegers[] = {
    {"projections", 1LL, 1048576LL, 0LL},
    {nullptr, 0, 0, 0}};
inline constexpr Declaration kDeclaration = {
    "hopfield_projection",
    "hopfield_projection: x Floating, weight Like per projections, bias Like if 1 per projections, gain Like if 2 per projections, shift Like if 2 per projections; -, flags[0 layer norm 1 bias 2 gain and shift], projections[1 to 1048576]; eps; y Like per projections",
    kInputs, 5, kOutputs, 1, kIntegers, 1, 1, true, 7, false, false};
}  // namespace projection

namespace projection_bp {
enum class In : int { X, Weight, Bias, Gain, Shift, GradientOfProjection };
enum class Out : int { GradientOfX, GradientOfWeight, GradientOfBias, GradientOfGain, GradientOfShift };
using Flag = projection::Flag;
using Int = projection::Int;
using Num = projection::Num;
inline constexpr Slot kInputs[] = {
    {"x", Type::Floating, -1, -1, -1, -1},
    {"weight", Type::Like, -1, -1, 0, 2},
    {"bias", Type::Like, 1, -1, 0, 2},
    {"gain", Type::Like, 2, -1, 0, 2},
    {"shift", Type::Like, 2, -1, 0, 2},
    {"gradient of projection", Type::Like, -1, -1, 1, 2},
};
inline constexpr Slot kOutputs[] = {
    {"gradient of x", Type::Like, -1, -1, -1, -1},
    {"gradient of weight", Type::Like, -1, -1, 0, 2},
    {"gradient of bias", Type::Like, 1, -1, 0, 2},
    {"gradient of gain", Type::Like, 2, -1, 0, 2},
    {"gradient of shift", Type::Like, 2, -1, 0, 2},
};
inline constexpr Integer kIntegers[] = {
    {"projections", 1LL, 1048576LL, 0LL},
    {nullptr, 0, 0, 0}};
inline constexpr Declaration kDeclaration = {
    "hopfield_projection_bp",
    "hopfield_projection_bp: x Floating, weight Like per projections, bias Like if 1 per projections, gain Like if 2 per projections, shift Like if 2 per projections, gradient of projection Like per projections; -, flags[0 layer norm 1 bias 2 gain and shift], projections[1 to 1048576]; eps; gradient of x Like, gradient of weight Like per projections, gradient of bias Like if 1 per projections, gradient of gain Like if 2 per projections, gradient of shift Like if 2 per projections",
    kInputs, 6, kOutputs, 5, kIntegers, 1, 1, true, 7, false, false};
}  // namespace projection_bp

namespace pooling {
enum class In : int { X, Q, KeyWeight, KeyBias, KeyGain, KeyShift, ValueWeight, ValueBias, ValueGain, ValueShift, Mask, Factor };
enum class Out : int { Out };
enum class Flag : int { LayerNorm = 0, Bias = 1, GainAndShift = 2, Mask = 3, Factor = 4 };
enum class Int : int { Separation = 2, AtMost = 3 };
enum class Num : int { Eps = 0, Beta = 1, AlphaPOrK = 2 };
inline constexpr Slot kInputs[] = {
    {"x", Type::Floating, -1, -1, -1, -1},
    {"q", Type::Like, -1, -1, -1, -1},
    {"key weight", Type::Like, -1, -1, -1, -1},
    {"key bias", Type::Like, 1, -1, -1, -1},
    {"key gain", Type::Like, 2, -1, -1, -1},
    {"key shift", Type::Like, 2, -1, -1, -1},
    {"value weight", Type::Like, -1, -1, -1, -1},
    {"value bias", Type::Like, 1, -1, -1, -1},
    {"value gain", Type::Like, 2, -1, -1, -1},
    {"value shift", Type::Like, 2, -1, -1, -1},
    {"mask", Type::Mask, 3, -1, -1, -1},
    {"factor", Type::Like, 4, -1, -1, -1},
};
inline constexpr Slot kOutputs[] = {
    {"out", Type::Like, -1, -1, -1, -1},
};
inline constexpr Integer kIntegers[] = {
    {"separation", 0LL, 7LL, 255LL},
    {"at most", 0LL, 1LL, 0LL},
    {nullptr, 0, 0, 0}};
inline constexpr Declaration kDeclaration = {
    "hopfield_pooling",
    "hopfield_pooling: x Floating, q Like, key weight Like, key bias Like if 1, key gain Like if 2, key shift Like if 2, value weight Like, value bias Like if 1, value gain Like if 2, value shift Like if 2, mask Mask if 3, factor Like if 4; -, flags[0 layer norm 1 bias 2 gain and shift 3 mask 4 factor], separation[0 softmax, 1 sparsemax, 2 entmax15, 3 entmax, 4 learned_entmax, 5 normmax, 6 k_subsets, 7 softmax1], at most[0, 1]; eps, beta, alpha, p or k; out Like",
    kInputs, 12, kOutputs, 1, kIntegers, 2, 3, true, 31, false, false};
}  // namespace pooling

namespace pooling_bp {
enum class In : int { X, Q, KeyWeight, KeyBias, KeyGain, KeyShift, ValueWeight, ValueBias, ValueGain, ValueShift, Mask, Factor, Gradient };
enum class Out : int { GradientOfX, GradientOfQ, GradientOfKeyWeight, GradientOfKeyBias, GradientOfKeyGain, GradientOfKeyShift, GradientOfValueWeight, GradientOfValueBias, GradientOfValueGain, GradientOfValueShift };
using Flag = pooling::Flag;
using Int = pooling::Int;
using Num = pooling::Num;
inline constexpr Slot kInputs[] = {
    {"x", Type::Floating, -1, -1, -1, -1},
    {"q", Type::Like, -1, -1, -1, -1},
    {"key weight", Type::Like, -1, -1, -1, -1},
    {"key bias", Type::Like, 1, -1, -1, -1},
    {"key gain", Type::Like, 2, -1, -1, -1},
    {"key shift", Type::Like, 2, -1, -1, -1},
    {"value weight", Type::Like, -1, -1, -1, -1},
    {"value bias", Type::Like, 1, -1, -1, -1},
    {"value gain", Type::Like, 2, -1, -1, -1},
    {"value shift", Type::Like, 2, -1, -1, -1},
    {"mask", Type::Mask, 3, -1, -1, -1},
    {"factor", Type::Like, 4, -1, -1, -1},
    {"gradient", Type::Like, -1, -1, -1, -1},
};
inline constexpr Slot kOutputs[] = {
    {"gradient of x", Type::Like, -1, -1, -1, -1},
    {"gradient of q", Type::Like, -1, -1, -1, -1},
    {"gradient of key weight", Type::Like, -1, -1, -1, -1},
    {"gradient of key bias", Type::Like, 1, -1, -1, -1},
    {"gradient of key gain", Type::Like, 2, -1, -1, -1},
    {"gradient of key shift", Type::Like, 2, -1, -1, -1},
    {"gradient of value weight", Type::Like, -1, -1, -1, -1},
    {"gradient of value bias", Type::Like, 1, -1, -1, -1},
    {"gradient of value gain", Type::Like, 2, -1, -1, -1},
    {"gradient of value shift", Type::Like, 2, -1, -1, -1},
};
inline constexpr Integer kIntegers[] = {
    {"separation", 0LL, 7LL, 255LL},
    {"at most", 0LL, 1LL, 0LL},
    {nullptr, 0, 0, 0}};
inline constexpr Declaration kDeclaration = {
    "hopfield_pooling_bp",
    "hopfield_pooling_bp: x Floating, q Like, key weight Like, key bias Like if 1, key gain Like if 2, key shift Like if 2, value weight Like, value bias Like if 1, value gain Like if 2, value shift Like if 2, mask Mask if 3, factor Like if 4, gradient Like; -, flags[0 layer norm 1 bias 2 gain and shift 3 mask 4 factor], separation[0 softmax, 1 sparsemax, 2 entmax15, 3 entmax, 4 learned_entmax, 5 normmax, 6 k_subsets, 7 softmax1], at most[0, 1]; eps, beta, alpha, p or k; gradient of x Like, gradient of q Like, gradient of key weight Like, gradient of key bias Like if 1, gradient of key gain Like if 2, gradient of key shift Like if 2, gradient of value weight Like, gradient of value bias Like if 1, gradient of value gain Like if 2, gradient of value shift Like if 2",
    kInputs, 13, kOutputs, 10, kIntegers, 2, 3, true, 31, false, false};
}  // namespace pooling_bp

namespace dense {
enum class In : int { X, W, B, Residual };
enum class Out : int { Y };
enum class Flag : int { B = 0, Residual = 1 };
enum class Int : int { Activation = 2, InnerDimensions = 3 };
enum class Num : int {  };
inline constexpr Slot kInputs[] = {
    {"x", Type::Floating, -1, -1, -1, -1},
    {"W", Type::Like, -1, -1, -1, -1},
    {"b", Type::Like, 0, -1, -1, -1},
    {"residual", Type::Like, 1, -1, -1, -1},
};
inline constexpr Slot kOutputs[] = {
    {"y", Type::Like, -1, -1, -1, -1},
};
inline constexpr Integer kIntegers[] = {
    {"activation", 0LL, 3LL, 15LL},
    {"inner dimensions", 1LL, 2LL, 0LL},
    {nullptr, 0, 0, 0}};
inline constexpr Declaration kDeclaration = {
    "hopfield_dense",
    "hopfield_dense: x Floating, W Like, b Like if 0, residual Like if 1; -, flags[0 b 1 residual], activation[0 none, 1 relu, 2 gelu, 3 gelu_tanh], inner dimensions[1 to 2]; ; y Like",
    kInputs, 4, kOutputs, 1, kIntegers, 2, 0, true, 3, false, false};
}  // namespace dense

namespace sequence_embedding {
enum class In : int { Weight, Bias, Residues, Scale };
enum class Out : int { Out };
enum class Flag : int { PositionFeatures = 0, Scale = 1 };
enum class Int : int { Extent = 2 };
enum class Num : int {  };
inline constexpr Slot kInputs[] = {
    {"weight", Type::Floating, -1, -1, -1, -1},
    {"bias", Type::Like, -1, -1, -1, -1},
    {"residues", Type::Number, -1, -1, -1, -1},
    {"scale", Type::Like, 1, -1, -1, -1},
};
inline constexpr Slot kOutputs[] = {
    {"out", Type::Like, -1, -1, -1, -1},
};
inline constexpr Integer kIntegers[] = {
    {"extent", 0LL, 32767LL, 0LL},
    {nullptr, 0, 0, 0}};
inline constexpr Declaration kDeclaration = {
    "hopfield_sequence_embedding",
    "hopfield_sequence_embedding: weight Floating, bias Like, residues Number, scale Like if 1; -, flags[0 position features 1 scale], extent[0 to 32767]; ; out Like",
    kInputs, 4, kOutputs, 1, kIntegers, 1, 0, true, 3, false, false};
}  // namespace sequence_embedding

namespace sequence_embedding_bp {
enum class In : int { Weight, Bias, Residues, Scale, Gradient };
enum class Out : int { GradientOfWeight, GradientOfBias };
using Flag = sequence_embedding::Flag;
using Int = sequence_embedding::Int;
using Num = sequence_embedding::Num;
inline constexpr Slot kInputs[] = {
    {"weight", Type::Floating, -1, -1, -1, -1},
    {"bias", Type::Like, -1, -1, -1, -1},
    {"residues", Type::Number, -1, -1, -1, -1},
    {"scale", Type::Like, 1, -1, -1, -1},
    {"gradient", Type::Like, -1, -1, -1, -1},
};
inline constexpr Slot kOutputs[] = {
    {"gradient of weight", Type::Like, -1, -1, -1, -1},
    {"gradient of bias", Type::Like, -1, -1, -1, -1},
};
inline constexpr Integer kIntegers[] = {
    {"extent", 0LL, 32767LL, 0LL},
    {nullptr, 0, 0, 0}};
inline constexpr Declaration kDeclaration = {
    "hopfield_sequence_embedding_bp",
    "hopfield_sequence_embedding_bp: weight Floating, bias Like, residues Number, scale Like if 1, gradient Like; -, flags[0 position features 1 scale], extent[0 to 32767]; ; gradient of weight Like, gradient of bias Like",
    kInputs, 5, kOutputs, 2, kIntegers, 1, 0, true, 3, false, false};
}  // namespace sequence_embedding_bp

}  // namespace op
}  // namespace nd4j
}  // namespace dl4jhopfield
