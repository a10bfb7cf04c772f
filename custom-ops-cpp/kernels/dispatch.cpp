#include "dl4jhopfield/dispatch.h"

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <initializer_list>

namespace dl4jhopfield {

const char* simdLevelName(SimdLevel level) {
  switch (level) {
    case SimdLevel::Avx2:
      return "avx2";
    case SimdLevel::Avx512:
      return "avx512";
    default:
      return "scalar";
  }
}

SimdLevel detectedSimdLevel() {
  // GCC's built-in also asks the operating system (xgetbv) whether the wide registers are saved.
  static const SimdLevel level = [] {
#if defined(__x86_64__)
    __builtin_cpu_init();
    const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                      __builtin_cpu_supports("f16c") && __builtin_cpu_supports("bmi") &&
                      __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt") &&
                      __builtin_cpu_supports("lzcnt");
    const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    return avx512 ? SimdLevel::Avx512 : avx2 ? SimdLevel::Avx2 : SimdLevel::Scalar;
#else
    return SimdLevel::Scalar;
#endif
  }();
  return level;
}

namespace {

SimdLevel initialLevel() {
  const SimdLevel best = detectedSimdLevel();
  const char* wish = std::getenv("DL4JHOPFIELD_SIMD");
  if (wish != nullptr) {
    for (SimdLevel level : {SimdLevel::Scalar, SimdLevel::Avx2, SimdLevel::Avx512})
      if (std::strcmp(wish, simdLevelName(level)) == 0 && level < best) return level;
  }
  return best;
}

std::atomic<SimdLevel>& current() {
  static std::atomic<SimdLevel> level{initialLevel()};
  return level;
}

}  // namespace

SimdLevel activeSimdLevel() { return current().load(std::memory_order_relaxed); }

bool setSimdLevel(SimdLevel level) {
  if (level > detectedSimdLevel()) return false;
  current().store(level, std::memory_order_relaxed);
  return true;
}

}  // namespace dl4jhopfield
