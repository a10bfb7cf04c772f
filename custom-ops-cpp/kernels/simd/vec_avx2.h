// AVX2 + FMA vectors for the kernel templates, same interface as vec_avx512.h.
#pragma once

#include <immintrin.h>

#include <cstdint>

namespace dl4jhopfield {
namespace {

// Lane orders that move the chosen lanes of a mask to the front, and from the front back to their places: 8 lanes of 32
// bits, and 4 of 64 as pairs of 32.
struct LaneOrders {
  uint8_t eight[256][8], eightBack[256][8];
  uint8_t four[16][8], fourBack[16][8];

  constexpr LaneOrders() : eight(), eightBack(), four(), fourBack() {
    for (int mask = 0; mask < 256; ++mask) {
      uint8_t n = 0;
      for (uint8_t lane = 0; lane < 8; ++lane) {
        eightBack[mask][lane] = n;
        if (mask >> lane & 1) eight[mask][n++] = lane;
      }
    }
    for (int mask = 0; mask < 16; ++mask) {
      uint8_t n = 0;
      for (uint8_t lane = 0; lane < 8; ++lane) {
        fourBack[mask][lane] = n;
        if (mask >> lane / 2 & 1) four[mask][n++] = lane;
      }
    }
  }
};
constexpr LaneOrders kOrders;
alignas(32) constexpr int32_t kWindow[16] = {-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0};

inline uint64_t partialBytes(const uint8_t* p, int n) {
  uint64_t bits = 0;
  for (int i = 0; i < n; ++i) bits |= static_cast<uint64_t>(p[i]) << (8 * i);
  return bits;
}

struct F32 {
  using T = float;
  using R = __m256;
  struct M {  // all bits of a lane set or clear
    __m256 bits;
  };
  static constexpr int W = 8;
  static constexpr float epsilon = 0x1p-23f, smallestNormal = 0x1p-126f;

  static R set(float a) { return _mm256_set1_ps(a); }
  static R zero() { return _mm256_setzero_ps(); }
  static R load(const float* p) { return _mm256_loadu_ps(p); }
  static __m256i window(int n) { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(kWindow + 8 - n)); }
  static M first(int n) { return {_mm256_castsi256_ps(window(n))}; }
  static R load(const float* p, int n, R fill) {
    const __m256i w = window(n);
    return _mm256_blendv_ps(fill, _mm256_maskload_ps(p, w), _mm256_castsi256_ps(w));
  }
  static void store(float* p, R a) { _mm256_storeu_ps(p, a); }
  static void store(float* p, int n, R a) { _mm256_maskstore_ps(p, window(n), a); }
  static M nonzero(__m128i b) {
    const __m256i wide = _mm256_cvtepu8_epi32(b);
    return {_mm256_castsi256_ps(_mm256_cmpgt_epi32(wide, _mm256_setzero_si256()))};
  }
  static M bytes(const uint8_t* p) { return nonzero(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p))); }
  static M bytes(const uint8_t* p, int n) {
    return nonzero(_mm_cvtsi64_si128(static_cast<int64_t>(partialBytes(p, n))));
  }

  static R fma(R a, R b, R c) { return _mm256_fmadd_ps(a, b, c); }
  static R fnma(R a, R b, R c) { return _mm256_fnmadd_ps(a, b, c); }
  static R max(R a, R b) { return _mm256_max_ps(a, b); }
  static R min(R a, R b) { return _mm256_min_ps(a, b); }
  static R sqrt(R a) { return _mm256_sqrt_ps(a); }
  static R nearInverse(R a) { return _mm256_rcp_ps(a); }
  static R abs(R a) { return _mm256_andnot_ps(_mm256_set1_ps(-0.0f), a); }
  static R copySign(R magnitude, R sign) {
    const R bit = _mm256_set1_ps(-0.0f);
    return _mm256_or_ps(_mm256_andnot_ps(bit, magnitude), _mm256_and_ps(bit, sign));
  }
  static M greater(R a, R b) { return {_mm256_cmp_ps(a, b, _CMP_GT_OQ)}; }
  static M greaterEqual(R a, R b) { return {_mm256_cmp_ps(a, b, _CMP_GE_OQ)}; }
  static M equal(R a, R b) { return {_mm256_cmp_ps(a, b, _CMP_EQ_OQ)}; }
  static M notEqual(R a, R b) { return {_mm256_cmp_ps(a, b, _CMP_NEQ_UQ)}; }
  static M nan(R a) { return {_mm256_cmp_ps(a, a, _CMP_UNORD_Q)}; }
  static M none() { return {_mm256_setzero_ps()}; }
  static M both(M a, M b) { return {_mm256_and_ps(a.bits, b.bits)}; }
  static M either(M a, M b) { return {_mm256_or_ps(a.bits, b.bits)}; }
  static M inverse(M a) { return {_mm256_xor_ps(a.bits, _mm256_castsi256_ps(_mm256_set1_epi32(-1)))}; }
  static bool any(M a) { return _mm256_movemask_ps(a.bits) != 0; }
  static int count(M a) { return __builtin_popcount(static_cast<unsigned>(_mm256_movemask_ps(a.bits))); }
  static R select(M m, R a, R b) { return _mm256_blendv_ps(b, a, m.bits); }
  static R keep(M m, R a) { return _mm256_and_ps(m.bits, a); }
  static float sum(R a) {
    __m128 s = _mm_add_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
    s = _mm_add_ps(s, _mm_movehl_ps(s, s));
    return _mm_cvtss_f32(_mm_add_ss(s, _mm_movehdup_ps(s)));
  }
  static float maximum(R a) {
    __m128 s = _mm_max_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
    s = _mm_max_ps(s, _mm_movehl_ps(s, s));
    return _mm_cvtss_f32(_mm_max_ss(s, _mm_movehdup_ps(s)));
  }
  static float minimum(R a) { return -maximum(_mm256_xor_ps(a, _mm256_set1_ps(-0.0f))); }
  static int compress(float* p, M m, R a) {
    const unsigned mask = static_cast<unsigned>(_mm256_movemask_ps(m.bits));
    const __m256i order = _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(kOrders.eight[mask])));
    _mm256_storeu_ps(p, _mm256_permutevar8x32_ps(a, order));
    return __builtin_popcount(mask);
  }
  static R expand(M m, const float* p) {
    const unsigned mask = static_cast<unsigned>(_mm256_movemask_ps(m.bits));
    const __m256i order =
        _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(kOrders.eightBack[mask])));
    return keep(m, _mm256_permutevar8x32_ps(load(p), order));
  }
  static R round(R a) { return _mm256_round_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
  static R scale2(R a, R n) {  // in two halves, so that subnormal results come out right
    const __m256i e = _mm256_cvtps_epi32(n);
    const __m256i half = _mm256_srai_epi32(e, 1);
    const __m256i bias = _mm256_set1_epi32(127);
    const R low = _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(half, bias), 23));
    const R high = _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(_mm256_sub_epi32(e, half), bias), 23));
    return _mm256_mul_ps(_mm256_mul_ps(a, low), high);
  }
  static R mantissa(R a, R& e) {  // for normal a
    const __m256i bits = _mm256_castps_si256(a);
    e = _mm256_cvtepi32_ps(_mm256_sub_epi32(_mm256_srli_epi32(bits, 23), _mm256_set1_epi32(127)));
    return _mm256_castsi256_ps(
        _mm256_or_si256(_mm256_and_si256(bits, _mm256_set1_epi32(0x007fffff)), _mm256_set1_epi32(0x3f800000)));
  }
};

struct F64 {
  using T = double;
  using R = __m256d;
  struct M {
    __m256d bits;
  };
  static constexpr int W = 4;
  static constexpr double epsilon = 0x1p-52, smallestNormal = 0x1p-1022;

  static R set(double a) { return _mm256_set1_pd(a); }
  static R zero() { return _mm256_setzero_pd(); }
  static R load(const double* p) { return _mm256_loadu_pd(p); }
  static __m256i window(int n) { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(kWindow + 8 - 2 * n)); }
  static M first(int n) { return {_mm256_castsi256_pd(window(n))}; }
  static R load(const double* p, int n, R fill) {
    const __m256i w = window(n);
    return _mm256_blendv_pd(fill, _mm256_maskload_pd(p, w), _mm256_castsi256_pd(w));
  }
  static void store(double* p, R a) { _mm256_storeu_pd(p, a); }
  static void store(double* p, int n, R a) { _mm256_maskstore_pd(p, window(n), a); }
  static M nonzero(uint64_t b) {
    const __m256i wide = _mm256_cvtepu8_epi64(_mm_cvtsi64_si128(static_cast<int64_t>(b)));
    return {_mm256_castsi256_pd(_mm256_cmpgt_epi64(wide, _mm256_setzero_si256()))};
  }
  static M bytes(const uint8_t* p) { return nonzero(partialBytes(p, 4)); }
  static M bytes(const uint8_t* p, int n) { return nonzero(partialBytes(p, n)); }

  static R fma(R a, R b, R c) { return _mm256_fmadd_pd(a, b, c); }
  static R fnma(R a, R b, R c) { return _mm256_fnmadd_pd(a, b, c); }
  static R max(R a, R b) { return _mm256_max_pd(a, b); }
  static R min(R a, R b) { return _mm256_min_pd(a, b); }
  static R sqrt(R a) { return _mm256_sqrt_pd(a); }
  static R nearInverse(R a) { return _mm256_div_pd(_mm256_set1_pd(1), a); }
  static R abs(R a) { return _mm256_andnot_pd(_mm256_set1_pd(-0.0), a); }
  static R copySign(R magnitude, R sign) {
    const R bit = _mm256_set1_pd(-0.0);
    return _mm256_or_pd(_mm256_andnot_pd(bit, magnitude), _mm256_and_pd(bit, sign));
  }
  static M greater(R a, R b) { return {_mm256_cmp_pd(a, b, _CMP_GT_OQ)}; }
  static M greaterEqual(R a, R b) { return {_mm256_cmp_pd(a, b, _CMP_GE_OQ)}; }
  static M equal(R a, R b) { return {_mm256_cmp_pd(a, b, _CMP_EQ_OQ)}; }
  static M notEqual(R a, R b) { return {_mm256_cmp_pd(a, b, _CMP_NEQ_UQ)}; }
  static M nan(R a) { return {_mm256_cmp_pd(a, a, _CMP_UNORD_Q)}; }
  static M none() { return {_mm256_setzero_pd()}; }
  static M both(M a, M b) { return {_mm256_and_pd(a.bits, b.bits)}; }
  static M either(M a, M b) { return {_mm256_or_pd(a.bits, b.bits)}; }
  static M inverse(M a) { return {_mm256_xor_pd(a.bits, _mm256_castsi256_pd(_mm256_set1_epi32(-1)))}; }
  static bool any(M a) { return _mm256_movemask_pd(a.bits) != 0; }
  static int count(M a) { return __builtin_popcount(static_cast<unsigned>(_mm256_movemask_pd(a.bits))); }
  static R select(M m, R a, R b) { return _mm256_blendv_pd(b, a, m.bits); }
  static R keep(M m, R a) { return _mm256_and_pd(m.bits, a); }
  static double sum(R a) {
    const __m128d s = _mm_add_pd(_mm256_castpd256_pd128(a), _mm256_extractf128_pd(a, 1));
    return _mm_cvtsd_f64(_mm_add_sd(s, _mm_unpackhi_pd(s, s)));
  }
  static double maximum(R a) {
    const __m128d s = _mm_max_pd(_mm256_castpd256_pd128(a), _mm256_extractf128_pd(a, 1));
    return _mm_cvtsd_f64(_mm_max_sd(s, _mm_unpackhi_pd(s, s)));
  }
  static double minimum(R a) { return -maximum(_mm256_xor_pd(a, _mm256_set1_pd(-0.0))); }
  static int compress(double* p, M m, R a) {
    const unsigned mask = static_cast<unsigned>(_mm256_movemask_pd(m.bits));
    const __m256i order = _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(kOrders.four[mask])));
    _mm256_storeu_pd(p, _mm256_castps_pd(_mm256_permutevar8x32_ps(_mm256_castpd_ps(a), order)));
    return __builtin_popcount(mask);
  }
  static R expand(M m, const double* p) {
    const unsigned mask = static_cast<unsigned>(_mm256_movemask_pd(m.bits));
    const __m256i order =
        _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(kOrders.fourBack[mask])));
    return keep(m, _mm256_castps_pd(_mm256_permutevar8x32_ps(_mm256_castpd_ps(load(p)), order)));
  }
  static R round(R a) { return _mm256_round_pd(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
  static R scale2(R a, R n) {
    const __m128i e = _mm256_cvtpd_epi32(n);
    const __m128i half = _mm_srai_epi32(e, 1);
    const __m256i bias = _mm256_set1_epi64x(1023);
    const R low = _mm256_castsi256_pd(_mm256_slli_epi64(_mm256_add_epi64(_mm256_cvtepi32_epi64(half), bias), 52));
    const R high = _mm256_castsi256_pd(
        _mm256_slli_epi64(_mm256_add_epi64(_mm256_cvtepi32_epi64(_mm_sub_epi32(e, half)), bias), 52));
    return _mm256_mul_pd(_mm256_mul_pd(a, low), high);
  }
  static R mantissa(R a, R& e) {
    const __m256i bits = _mm256_castpd_si256(a);
    // The exponent field as a double: put it into the mantissa of 2^52 and subtract 2^52 and the bias.
    const __m256i magic = _mm256_set1_epi64x(0x4330000000000000);
    const __m256i field = _mm256_or_si256(_mm256_srli_epi64(bits, 52), magic);
    e = _mm256_sub_pd(_mm256_castsi256_pd(field), _mm256_set1_pd(0x1p52 + 1023));
    return _mm256_castsi256_pd(_mm256_or_si256(_mm256_and_si256(bits, _mm256_set1_epi64x(0x000fffffffffffff)),
                                               _mm256_set1_epi64x(0x3ff0000000000000)));
  }
};

}  // namespace
}  // namespace dl4jhopfield
