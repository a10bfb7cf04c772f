// The one place where the instruction set of the kernels is chosen.
#pragma once

namespace dl4jhopfield {

/// Instruction sets that the kernels are written for, in rising order. `Scalar` is the readable reference.
enum class SimdLevel { Scalar = 0, Avx2 = 1, Avx512 = 2 };

/// "scalar", "avx2" or "avx512".
const char* simdLevelName(SimdLevel level);

/// The best level that this processor and operating system support (cpuid, xgetbv).
/// Avx2 needs avx2, fma, f16c, bmi, bmi2, popcnt and lzcnt; Avx512 needs f, bw, dq, vl besides.
SimdLevel detectedSimdLevel();

/// The level in use: the detected one, lowered by the environment variable
/// DL4JHOPFIELD_SIMD=scalar|avx2|avx512 (read once) or by setSimdLevel.
SimdLevel activeSimdLevel();

/// Sets the level for this process. Returns false, and changes nothing, where the processor lacks it.
bool setSimdLevel(SimdLevel level);

}  // namespace dl4jhopfield
