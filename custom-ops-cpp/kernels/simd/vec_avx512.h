// AVX-512 vectors (f, bw, dq, vl) for the kernel templates. Everything has internal linkage: see
// kernels/CMakeLists.txt.
#pragma once

#include <immintrin.h>

#include <cstdint>

namespace dl4jhopfield {
namespace {

/// Masks are integers, a bit a lane.
template <class Bits>
struct MaskBits {
  using M = Bits;
  static M first(int n) { return static_cast<M>((1u << n) - 1); }  // the n lowest lanes, n < W
  static M none() { return 0; }
  static M both(M a, M b) { return a & b; }
  static M either(M a, M b) { return a | b; }
  static M inverse(M a) { return static_cast<M>(~a); }
  static bool any(M a) { return a != 0; }
  static int count(M a) { return __builtin_popcount(a); }
};

struct F32 : MaskBits<__mmask16> {
  using T = float;
  using R = __m512;
  static constexpr int W = 16;
  static constexpr float epsilon = 0x1p-23f, smallestNormal = 0x1p-126f;

  static R set(float a) { return _mm512_set1_ps(a); }
  static R zero() { return _mm512_setzero_ps(); }
  static R load(const float* p) { return _mm512_loadu_ps(p); }
  static R load(const float* p, int n, R fill) { return _mm512_mask_loadu_ps(fill, first(n), p); }
  static void store(float* p, R a) { _mm512_storeu_ps(p, a); }
  static void store(float* p, int n, R a) { _mm512_mask_storeu_ps(p, first(n), a); }
  static M bytes(const uint8_t* p) {
    const __m128i b = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    return _mm_test_epi8_mask(b, b);
  }
  static M bytes(const uint8_t* p, int n) {
    const __m128i b = _mm_maskz_loadu_epi8(first(n), p);
    return _mm_test_epi8_mask(b, b);
  }

  static R fma(R a, R b, R c) { return _mm512_fmadd_ps(a, b, c); }
  static R fnma(R a, R b, R c) { return _mm512_fnmadd_ps(a, b, c); }  // c - a b
  static R max(R a, R b) { return _mm512_max_ps(a, b); }              // b where either is NaN
  static R min(R a, R b) { return _mm512_min_ps(a, b); }
  static R sqrt(R a) { return _mm512_sqrt_ps(a); }
  static R nearInverse(R a) { return _mm512_rcp14_ps(a); }  // relative error below 1e-3
  static R abs(R a) { return _mm512_abs_ps(a); }
  static R copySign(R magnitude, R sign) {
    const __m512i bit = _mm512_set1_epi32(INT32_MIN);
    return _mm512_castsi512_ps(
        _mm512_ternarylogic_epi32(bit, _mm512_castps_si512(sign), _mm512_castps_si512(magnitude), 0xca));
  }
  static M greater(R a, R b) { return _mm512_cmp_ps_mask(a, b, _CMP_GT_OQ); }
  static M greaterEqual(R a, R b) { return _mm512_cmp_ps_mask(a, b, _CMP_GE_OQ); }
  static M equal(R a, R b) { return _mm512_cmp_ps_mask(a, b, _CMP_EQ_OQ); }
  static M notEqual(R a, R b) { return _mm512_cmp_ps_mask(a, b, _CMP_NEQ_UQ); }  // true for NaN
  static M nan(R a) { return _mm512_cmp_ps_mask(a, a, _CMP_UNORD_Q); }
  static R select(M m, R a, R b) { return _mm512_mask_blend_ps(m, b, a); }
  static R keep(M m, R a) { return _mm512_maskz_mov_ps(m, a); }  // 0 elsewhere
  static float sum(R a) { return _mm512_reduce_add_ps(a); }
  static float maximum(R a) { return _mm512_reduce_max_ps(a); }
  static float minimum(R a) { return _mm512_reduce_min_ps(a); }
  /// Stores the chosen lanes next to each other (and garbage behind them); returns how many.
  static int compress(float* p, M m, R a) {
    _mm512_storeu_ps(p, _mm512_maskz_compress_ps(m, a));
    return count(m);
  }
  /// The reverse: the next count(m) numbers in the chosen lanes, 0 elsewhere. Reads W numbers.
  static R expand(M m, const float* p) { return _mm512_maskz_expand_ps(m, load(p)); }
  static R round(R a) { return _mm512_roundscale_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
  static R scale2(R a, R n) { return _mm512_scalef_ps(a, n); }  // a 2^n
  /// a = m 2^e with m in [1, 2), for positive a.
  static R mantissa(R a, R& e) {
    e = _mm512_getexp_ps(a);
    return _mm512_getmant_ps(a, _MM_MANT_NORM_1_2, _MM_MANT_SIGN_zero);
  }
};

struct F64 : MaskBits<__mmask8> {
  using T = double;
  using R = __m512d;
  static constexpr int W = 8;
  static constexpr double epsilon = 0x1p-52, smallestNormal = 0x1p-1022;

  static R set(double a) { return _mm512_set1_pd(a); }
  static R zero() { return _mm512_setzero_pd(); }
  static R load(const double* p) { return _mm512_loadu_pd(p); }
  static R load(const double* p, int n, R fill) { return _mm512_mask_loadu_pd(fill, first(n), p); }
  static void store(double* p, R a) { _mm512_storeu_pd(p, a); }
  static void store(double* p, int n, R a) { _mm512_mask_storeu_pd(p, first(n), a); }
  static M bytes(const uint8_t* p) {
    const __m128i b = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(p));
    return static_cast<M>(_mm_test_epi8_mask(b, b));
  }
  static M bytes(const uint8_t* p, int n) {
    const __m128i b = _mm_maskz_loadu_epi8(first(n), p);
    return static_cast<M>(_mm_test_epi8_mask(b, b));
  }

  static R fma(R a, R b, R c) { return _mm512_fmadd_pd(a, b, c); }
  static R fnma(R a, R b, R c) { return _mm512_fnmadd_pd(a, b, c); }
  static R max(R a, R b) { return _mm512_max_pd(a, b); }
  static R min(R a, R b) { return _mm512_min_pd(a, b); }
  static R sqrt(R a) { return _mm512_sqrt_pd(a); }
  static R nearInverse(R a) { return _mm512_rcp14_pd(a); }
  static R abs(R a) { return _mm512_abs_pd(a); }
  static R copySign(R magnitude, R sign) {
    const __m512i bit = _mm512_set1_epi64(INT64_MIN);
    return _mm512_castsi512_pd(
        _mm512_ternarylogic_epi64(bit, _mm512_castpd_si512(sign), _mm512_castpd_si512(magnitude), 0xca));
  }
  static M greater(R a, R b) { return _mm512_cmp_pd_mask(a, b, _CMP_GT_OQ); }
  static M greaterEqual(R a, R b) { return _mm512_cmp_pd_mask(a, b, _CMP_GE_OQ); }
  static M equal(R a, R b) { return _mm512_cmp_pd_mask(a, b, _CMP_EQ_OQ); }
  static M notEqual(R a, R b) { return _mm512_cmp_pd_mask(a, b, _CMP_NEQ_UQ); }
  static M nan(R a) { return _mm512_cmp_pd_mask(a, a, _CMP_UNORD_Q); }
  static R select(M m, R a, R b) { return _mm512_mask_blend_pd(m, b, a); }
  static R keep(M m, R a) { return _mm512_maskz_mov_pd(m, a); }
  static double sum(R a) { return _mm512_reduce_add_pd(a); }
  static double maximum(R a) { return _mm512_reduce_max_pd(a); }
  static double minimum(R a) { return _mm512_reduce_min_pd(a); }
  static int compress(double* p, M m, R a) {
    _mm512_storeu_pd(p, _mm512_maskz_compress_pd(m, a));
    return count(m);
  }
  /// The reverse: the next count(m) numbers in the chosen lanes, 0 elsewhere. Reads W numbers.
  static R expand(M m, const double* p) { return _mm512_maskz_expand_pd(m, load(p)); }
  static R round(R a) { return _mm512_roundscale_pd(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
  static R scale2(R a, R n) { return _mm512_scalef_pd(a, n); }
  static R mantissa(R a, R& e) {
    e = _mm512_getexp_pd(a);
    return _mm512_getmant_pd(a, _MM_MANT_NORM_1_2, _MM_MANT_SIGN_zero);
  }
};

}  // namespace
}  // namespace dl4jhopfield
