// AVX-512 (f, bw, dq, vl) tile primitives of the association. Compiled for that instruction set only.
#include <immintrin.h>
#include <math.h>

#include "../internal/association_tile.h"

// GCC 12 takes the undefined pass-through operands of its own intrinsics for a mistake (its bug 105593).
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"

namespace dl4jhopfield {
namespace association_detail {
namespace {

#include "../internal/tile/exp.inl"

struct Float16Lanes {
  using T = float;
  using Vec = __m512;
  using Mask = __mmask16;
  static constexpr int N = 16;
  static constexpr int Wide = 4;
  static constexpr int rowsOf(int vectors) { return vectors == 4 ? 6 : vectors == 3 ? 8 : vectors == 2 ? 12 : 24; }
  static inline Vec load(const T* p) { return _mm512_loadu_ps(p); }
  static inline Vec loadPart(const T* p, int n) { return _mm512_maskz_loadu_ps((__mmask16)((1u << n) - 1), p); }
  static inline void store(T* p, Vec x) { _mm512_storeu_ps(p, x); }
  static inline void storePart(T* p, Vec x, int n) { _mm512_mask_storeu_ps(p, (__mmask16)((1u << n) - 1), x); }
  static inline Vec set(T x) { return _mm512_set1_ps(x); }
  static inline Vec zero() { return _mm512_setzero_ps(); }
  static inline Vec add(Vec a, Vec b) { return _mm512_add_ps(a, b); }
  static inline Vec sub(Vec a, Vec b) { return _mm512_sub_ps(a, b); }
  static inline Vec mul(Vec a, Vec b) { return _mm512_mul_ps(a, b); }
  static inline Vec fma(Vec a, Vec b, Vec c) { return _mm512_fmadd_ps(a, b, c); }
  static inline Vec inverseRoot(Vec x) { return _mm512_div_ps(set(1), _mm512_sqrt_ps(x)); }
  static inline Vec max(Vec a, Vec b) { return _mm512_max_ps(a, b); }
  static inline Vec min(Vec a, Vec b) { return _mm512_min_ps(a, b); }
  static inline Mask greater(Vec a, Vec b) { return _mm512_cmp_ps_mask(a, b, _CMP_GT_OQ); }
  static inline Mask notGreater(Vec a, Vec b) { return _mm512_cmp_ps_mask(a, b, _CMP_LE_OQ); }
  static inline Mask unequal(Vec a, Vec b) { return _mm512_cmp_ps_mask(a, b, _CMP_NEQ_UQ); }
  static inline Mask both(Mask a, Mask b) { return (Mask)(a & b); }
  static inline bool any(Mask a) { return a != 0; }
  static inline unsigned bits(Mask a) { return a; }
  static inline Vec loadHalf(const uint16_t* p) { return _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i*)p)); }
  static inline Vec select(Mask m, Vec a, Vec b) { return _mm512_mask_blend_ps(m, b, a); }
  static inline Vec keep(Mask m, Vec a) { return _mm512_maskz_mov_ps(m, a); }
  static inline __attribute__((always_inline)) void transpose(Vec (&r)[16]) {
    Vec t[16];
#pragma GCC unroll 8
    for (int i = 0; i < 16; i += 2) {  // pairs of rows
      t[i] = _mm512_unpacklo_ps(r[i], r[i + 1]);
      t[i + 1] = _mm512_unpackhi_ps(r[i], r[i + 1]);
    }
#pragma GCC unroll 4
    for (int i = 0; i < 16; i += 4) {  // fours: element c of each quarter in r[i + c]
      r[i] = _mm512_castpd_ps(_mm512_unpacklo_pd(_mm512_castps_pd(t[i]), _mm512_castps_pd(t[i + 2])));
      r[i + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(_mm512_castps_pd(t[i]), _mm512_castps_pd(t[i + 2])));
      r[i + 2] = _mm512_castpd_ps(_mm512_unpacklo_pd(_mm512_castps_pd(t[i + 1]), _mm512_castps_pd(t[i + 3])));
      r[i + 3] = _mm512_castpd_ps(_mm512_unpackhi_pd(_mm512_castps_pd(t[i + 1]), _mm512_castps_pd(t[i + 3])));
    }
#pragma GCC unroll 4
    for (int c = 0; c < 4; ++c) {  // quarters
      t[c] = _mm512_shuffle_f32x4(r[c], r[c + 4], 0x88);
      t[c + 4] = _mm512_shuffle_f32x4(r[c], r[c + 4], 0xdd);
      t[c + 8] = _mm512_shuffle_f32x4(r[c + 8], r[c + 12], 0x88);
      t[c + 12] = _mm512_shuffle_f32x4(r[c + 8], r[c + 12], 0xdd);
    }
#pragma GCC unroll 4
    for (int c = 0; c < 4; ++c) {
      r[c] = _mm512_shuffle_f32x4(t[c], t[c + 8], 0x88);
      r[c + 8] = _mm512_shuffle_f32x4(t[c], t[c + 8], 0xdd);
      r[c + 4] = _mm512_shuffle_f32x4(t[c + 4], t[c + 12], 0x88);
      r[c + 12] = _mm512_shuffle_f32x4(t[c + 4], t[c + 12], 0xdd);
    }
  }
  /// exp for x <= 0 or a little above; error below 1 unit in the last place; exact 0 for -inf.
  static inline Vec exp(Vec x) {
    x = _mm512_max_ps(set(-105.0f), x);
    const Vec n = _mm512_roundscale_ps(mul(x, set(1.44269504f)), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    Vec r = _mm512_fnmadd_ps(n, set(0.693359375f), x);
    r = _mm512_fnmadd_ps(n, set(-2.12194440e-4f), r);
    const Vec p = expOfRest<Float16Lanes>(r, T());
    return _mm512_scalef_ps(p, n);
  }
};

struct Double8Lanes {
  using T = double;
  using Vec = __m512d;
  using Mask = __mmask8;
  static constexpr int N = 8;
  static constexpr int Wide = 4;
  static constexpr int rowsOf(int vectors) { return vectors == 4 ? 6 : vectors == 3 ? 8 : vectors == 2 ? 12 : 24; }
  static inline Vec load(const T* p) { return _mm512_loadu_pd(p); }
  static inline Vec loadPart(const T* p, int n) { return _mm512_maskz_loadu_pd((__mmask8)((1u << n) - 1), p); }
  static inline void store(T* p, Vec x) { _mm512_storeu_pd(p, x); }
  static inline void storePart(T* p, Vec x, int n) { _mm512_mask_storeu_pd(p, (__mmask8)((1u << n) - 1), x); }
  static inline Vec set(T x) { return _mm512_set1_pd(x); }
  static inline Vec zero() { return _mm512_setzero_pd(); }
  static inline Vec add(Vec a, Vec b) { return _mm512_add_pd(a, b); }
  static inline Vec sub(Vec a, Vec b) { return _mm512_sub_pd(a, b); }
  static inline Vec mul(Vec a, Vec b) { return _mm512_mul_pd(a, b); }
  static inline Vec fma(Vec a, Vec b, Vec c) { return _mm512_fmadd_pd(a, b, c); }
  static inline Vec inverseRoot(Vec x) { return _mm512_div_pd(set(1), _mm512_sqrt_pd(x)); }
  static inline Vec max(Vec a, Vec b) { return _mm512_max_pd(a, b); }
  static inline Vec min(Vec a, Vec b) { return _mm512_min_pd(a, b); }
  static inline Mask greater(Vec a, Vec b) { return _mm512_cmp_pd_mask(a, b, _CMP_GT_OQ); }
  static inline Mask notGreater(Vec a, Vec b) { return _mm512_cmp_pd_mask(a, b, _CMP_LE_OQ); }
  static inline Mask unequal(Vec a, Vec b) { return _mm512_cmp_pd_mask(a, b, _CMP_NEQ_UQ); }
  static inline Mask both(Mask a, Mask b) { return (Mask)(a & b); }
  static inline bool any(Mask a) { return a != 0; }
  static inline unsigned bits(Mask a) { return a; }
  static inline Vec loadHalf(const uint16_t* p) {
    return _mm512_cvtps_pd(_mm256_cvtph_ps(_mm_loadu_si128((const __m128i*)p)));
  }
  static inline Vec select(Mask m, Vec a, Vec b) { return _mm512_mask_blend_pd(m, b, a); }
  static inline Vec keep(Mask m, Vec a) { return _mm512_maskz_mov_pd(m, a); }
  static inline __attribute__((always_inline)) void transpose(Vec (&r)[8]) {
    Vec t[8];
#pragma GCC unroll 4
    for (int i = 0; i < 8; i += 2) {
      t[i] = _mm512_unpacklo_pd(r[i], r[i + 1]);
      t[i + 1] = _mm512_unpackhi_pd(r[i], r[i + 1]);
    }
#pragma GCC unroll 2
    for (int c = 0; c < 2; ++c) {  // quarters of two
      r[c] = _mm512_shuffle_f64x2(t[c], t[c + 2], 0x88);
      r[c + 2] = _mm512_shuffle_f64x2(t[c], t[c + 2], 0xdd);
      r[c + 4] = _mm512_shuffle_f64x2(t[c + 4], t[c + 6], 0x88);
      r[c + 6] = _mm512_shuffle_f64x2(t[c + 4], t[c + 6], 0xdd);
    }
#pragma GCC unroll 2
    for (int c = 0; c < 2; ++c) {
      t[c] = _mm512_shuffle_f64x2(r[c], r[c + 4], 0x88);
      t[c + 4] = _mm512_shuffle_f64x2(r[c], r[c + 4], 0xdd);
      t[c + 2] = _mm512_shuffle_f64x2(r[c + 2], r[c + 6], 0x88);
      t[c + 6] = _mm512_shuffle_f64x2(r[c + 2], r[c + 6], 0xdd);
    }
#pragma GCC unroll 8
    for (int i = 0; i < 8; ++i) r[i] = t[i];
  }
  static inline Vec exp(Vec x) {
    x = _mm512_max_pd(set(-750.0), x);
    const Vec n = _mm512_roundscale_pd(mul(x, set(1.4426950408889634)), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    Vec r = _mm512_fnmadd_pd(n, set(0.693147180369123816490), x);
    r = _mm512_fnmadd_pd(n, set(1.90821492927058770002e-10), r);
    const Vec p = expOfRest<Double8Lanes>(r, T());
    return _mm512_scalef_pd(p, n);
  }
};

#include "../internal/association_tile.inl"

constexpr TileOps<float> floatOps = makeOps<Float16Lanes>();
constexpr TileOps<double> doubleOps = makeOps<Double8Lanes>();

}  // namespace

template <>
const TileOps<float>& tileOpsAvx512() {
  return floatOps;
}
template <>
const TileOps<double>& tileOpsAvx512() {
  return doubleOps;
}

}  // namespace association_detail
}  // namespace dl4jhopfield
