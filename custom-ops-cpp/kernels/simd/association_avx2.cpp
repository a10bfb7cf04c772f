// AVX2 + FMA tile primitives of the association. Compiled for that instruction set only.
#include <immintrin.h>
#include <math.h>

#include "../internal/association_tile.h"

namespace dl4jhopfield {
namespace association_detail {
namespace {

#include "../internal/tile/exp.inl"

alignas(64) const int32_t ones32[16] = {-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0};
alignas(64) const int64_t ones64[8] = {-1, -1, -1, -1, 0, 0, 0, 0};

struct Float8Lanes {
  using T = float;
  using Vec = __m256;
  using Mask = __m256;
  static constexpr int N = 8;
  static constexpr int Wide = 2;
  static constexpr int rowsOf(int vectors) { return vectors == 2 ? 6 : 12; }
  static inline __m256i first(int n) { return _mm256_loadu_si256((const __m256i*)(ones32 + 8 - n)); }
  static inline Vec load(const T* p) { return _mm256_loadu_ps(p); }
  static inline Vec loadPart(const T* p, int n) { return _mm256_maskload_ps(p, first(n)); }
  static inline void store(T* p, Vec x) { _mm256_storeu_ps(p, x); }
  static inline void storePart(T* p, Vec x, int n) { _mm256_maskstore_ps(p, first(n), x); }
  static inline Vec set(T x) { return _mm256_set1_ps(x); }
  static inline Vec zero() { return _mm256_setzero_ps(); }
  static inline Vec add(Vec a, Vec b) { return _mm256_add_ps(a, b); }
  static inline Vec sub(Vec a, Vec b) { return _mm256_sub_ps(a, b); }
  static inline Vec mul(Vec a, Vec b) { return _mm256_mul_ps(a, b); }
  static inline Vec fma(Vec a, Vec b, Vec c) { return _mm256_fmadd_ps(a, b, c); }
  static inline Vec inverseRoot(Vec x) { return _mm256_div_ps(set(1), _mm256_sqrt_ps(x)); }
  static inline Vec max(Vec a, Vec b) { return _mm256_max_ps(a, b); }
  static inline Vec min(Vec a, Vec b) { return _mm256_min_ps(a, b); }
  static inline Mask greater(Vec a, Vec b) { return _mm256_cmp_ps(a, b, _CMP_GT_OQ); }
  static inline Mask notGreater(Vec a, Vec b) { return _mm256_cmp_ps(a, b, _CMP_LE_OQ); }
  static inline Mask unequal(Vec a, Vec b) { return _mm256_cmp_ps(a, b, _CMP_NEQ_UQ); }
  static inline Mask both(Mask a, Mask b) { return _mm256_and_ps(a, b); }
  static inline bool any(Mask a) { return _mm256_movemask_ps(a) != 0; }
  static inline unsigned bits(Mask a) { return (unsigned)_mm256_movemask_ps(a); }
  static inline Vec loadHalf(const uint16_t* p) { return _mm256_cvtph_ps(_mm_loadu_si128((const __m128i*)p)); }
  static inline Vec select(Mask m, Vec a, Vec b) { return _mm256_blendv_ps(b, a, m); }
  static inline Vec keep(Mask m, Vec a) { return _mm256_and_ps(m, a); }
  static inline __attribute__((always_inline)) void transpose(Vec (&r)[8]) {
    Vec t[8];
#pragma GCC unroll 4
    for (int i = 0; i < 8; i += 2) {
      t[i] = _mm256_unpacklo_ps(r[i], r[i + 1]);
      t[i + 1] = _mm256_unpackhi_ps(r[i], r[i + 1]);
    }
#pragma GCC unroll 2
    for (int i = 0; i < 8; i += 4) {
      r[i] = _mm256_shuffle_ps(t[i], t[i + 2], 0x44);
      r[i + 1] = _mm256_shuffle_ps(t[i], t[i + 2], 0xee);
      r[i + 2] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0x44);
      r[i + 3] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0xee);
    }
#pragma GCC unroll 4
    for (int c = 0; c < 4; ++c) {
      t[c] = _mm256_permute2f128_ps(r[c], r[c + 4], 0x20);
      t[c + 4] = _mm256_permute2f128_ps(r[c], r[c + 4], 0x31);
    }
#pragma GCC unroll 8
    for (int i = 0; i < 8; ++i) r[i] = t[i];
  }
  /// exp for x <= 0 or a little above; 0 below the smallest normal number; error below 1 unit in the last place.
  static inline Vec exp(Vec x) {
    const Mask tiny = _mm256_cmp_ps(x, set(-87.3365f), _CMP_LT_OQ);
    x = _mm256_max_ps(set(-87.3365f), x);
    const Vec n = _mm256_round_ps(mul(x, set(1.44269504f)), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    Vec r = _mm256_fnmadd_ps(n, set(0.693359375f), x);
    r = _mm256_fnmadd_ps(n, set(-2.12194440e-4f), r);
    const Vec p = expOfRest<Float8Lanes>(r, T());
    const __m256i bits = _mm256_slli_epi32(_mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127)), 23);
    return _mm256_andnot_ps(tiny, mul(p, _mm256_castsi256_ps(bits)));
  }
};

struct Double4Lanes {
  using T = double;
  using Vec = __m256d;
  using Mask = __m256d;
  static constexpr int N = 4;
  static constexpr int Wide = 2;
  static constexpr int rowsOf(int vectors) { return vectors == 2 ? 6 : 12; }
  static inline __m256i first(int n) { return _mm256_loadu_si256((const __m256i*)(ones64 + 4 - n)); }
  static inline Vec load(const T* p) { return _mm256_loadu_pd(p); }
  static inline Vec loadPart(const T* p, int n) { return _mm256_maskload_pd(p, first(n)); }
  static inline void store(T* p, Vec x) { _mm256_storeu_pd(p, x); }
  static inline void storePart(T* p, Vec x, int n) { _mm256_maskstore_pd(p, first(n), x); }
  static inline Vec set(T x) { return _mm256_set1_pd(x); }
  static inline Vec zero() { return _mm256_setzero_pd(); }
  static inline Vec add(Vec a, Vec b) { return _mm256_add_pd(a, b); }
  static inline Vec sub(Vec a, Vec b) { return _mm256_sub_pd(a, b); }
  static inline Vec mul(Vec a, Vec b) { return _mm256_mul_pd(a, b); }
  static inline Vec fma(Vec a, Vec b, Vec c) { return _mm256_fmadd_pd(a, b, c); }
  static inline Vec inverseRoot(Vec x) { return _mm256_div_pd(set(1), _mm256_sqrt_pd(x)); }
  static inline Vec max(Vec a, Vec b) { return _mm256_max_pd(a, b); }
  static inline Vec min(Vec a, Vec b) { return _mm256_min_pd(a, b); }
  static inline Mask greater(Vec a, Vec b) { return _mm256_cmp_pd(a, b, _CMP_GT_OQ); }
  static inline Mask notGreater(Vec a, Vec b) { return _mm256_cmp_pd(a, b, _CMP_LE_OQ); }
  static inline Mask unequal(Vec a, Vec b) { return _mm256_cmp_pd(a, b, _CMP_NEQ_UQ); }
  static inline Mask both(Mask a, Mask b) { return _mm256_and_pd(a, b); }
  static inline bool any(Mask a) { return _mm256_movemask_pd(a) != 0; }
  static inline unsigned bits(Mask a) { return (unsigned)_mm256_movemask_pd(a); }
  static inline Vec loadHalf(const uint16_t* p) {
    return _mm256_cvtps_pd(_mm_cvtph_ps(_mm_loadl_epi64((const __m128i*)p)));
  }
  static inline Vec select(Mask m, Vec a, Vec b) { return _mm256_blendv_pd(b, a, m); }
  static inline Vec keep(Mask m, Vec a) { return _mm256_and_pd(m, a); }
  static inline __attribute__((always_inline)) void transpose(Vec (&r)[4]) {
    const Vec a = _mm256_unpacklo_pd(r[0], r[1]), b = _mm256_unpackhi_pd(r[0], r[1]);
    const Vec c = _mm256_unpacklo_pd(r[2], r[3]), d = _mm256_unpackhi_pd(r[2], r[3]);
    r[0] = _mm256_permute2f128_pd(a, c, 0x20);
    r[1] = _mm256_permute2f128_pd(b, d, 0x20);
    r[2] = _mm256_permute2f128_pd(a, c, 0x31);
    r[3] = _mm256_permute2f128_pd(b, d, 0x31);
  }
  static inline Vec exp(Vec x) {
    const Mask tiny = _mm256_cmp_pd(x, set(-708.3), _CMP_LT_OQ);
    x = _mm256_max_pd(set(-708.3), x);
    const Vec n = _mm256_round_pd(mul(x, set(1.4426950408889634)), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    Vec r = _mm256_fnmadd_pd(n, set(0.693147180369123816490), x);
    r = _mm256_fnmadd_pd(n, set(1.90821492927058770002e-10), r);
    const Vec p = expOfRest<Double4Lanes>(r, T());
    // 2^n: the sum with 2^52 + 2^51 leaves the integer in the low bits.
    const __m256i i = _mm256_castpd_si256(add(n, set(6755399441055744.0)));
    const __m256i bits = _mm256_slli_epi64(_mm256_add_epi64(i, _mm256_set1_epi64x(1023)), 52);
    return _mm256_andnot_pd(tiny, mul(p, _mm256_castsi256_pd(bits)));
  }
};

#include "../internal/association_tile.inl"

constexpr TileOps<float> floatOps = makeOps<Float8Lanes>();
constexpr TileOps<double> doubleOps = makeOps<Double4Lanes>();

}  // namespace

template <>
const TileOps<float>& tileOpsAvx2() {
  return floatOps;
}
template <>
const TileOps<double>& tileOpsAvx2() {
  return doubleOps;
}

}  // namespace association_detail
}  // namespace dl4jhopfield
