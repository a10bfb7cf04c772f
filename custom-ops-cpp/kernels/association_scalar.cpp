// Scalar reference of the association's tile primitives: vectors of one element.
#include <math.h>

#include "dl4jhopfield/dtype.h"
#include "internal/association_tile.h"

namespace dl4jhopfield {
namespace association_detail {
namespace {

inline float exponential(float x) { return ::expf(x); }
inline double exponential(double x) { return ::exp(x); }
inline float root(float x) { return ::sqrtf(x); }
inline double root(double x) { return ::sqrt(x); }

template <class E>
struct One {
  using T = E;
  using Vec = E;
  using Mask = bool;
  static constexpr int N = 1;
  static constexpr int Wide = 4;
  static constexpr int rowsOf(int) { return 2; }
  static inline Vec load(const T* p) { return *p; }
  static inline Vec loadPart(const T* p, int) { return *p; }
  static inline void store(T* p, Vec x) { *p = x; }
  static inline void storePart(T* p, Vec x, int) { *p = x; }
  static inline Vec set(T x) { return x; }
  static inline Vec zero() { return 0; }
  static inline Vec add(Vec a, Vec b) { return a + b; }
  static inline Vec sub(Vec a, Vec b) { return a - b; }
  static inline Vec mul(Vec a, Vec b) { return a * b; }
  static inline Vec fma(Vec a, Vec b, Vec c) { return a * b + c; }
  static inline Vec inverseRoot(Vec x) { return 1 / root(x); }
  static inline Vec max(Vec a, Vec b) { return a > b ? a : b; }  // b where either is NaN, as the instruction does
  static inline Vec min(Vec a, Vec b) { return a < b ? a : b; }
  static inline Mask greater(Vec a, Vec b) { return a > b; }
  static inline Mask notGreater(Vec a, Vec b) { return a <= b; }  // false for NaN
  static inline Mask unequal(Vec a, Vec b) { return a != b; }
  static inline Mask both(Mask a, Mask b) { return a && b; }
  static inline bool any(Mask a) { return a; }
  static inline unsigned bits(Mask a) { return a; }
  static inline Vec loadHalf(const uint16_t* p) { return toFloat(Half{*p}); }
  static inline Vec select(Mask m, Vec a, Vec b) { return m ? a : b; }
  static inline Vec keep(Mask m, Vec a) { return m ? a : T(0); }
  static inline void transpose(Vec (&)[1]) {}
  static inline Vec exp(Vec x) { return exponential(x); }
};

#include "internal/association_tile.inl"

constexpr TileOps<float> floatOps = makeOps<One<float>>();
constexpr TileOps<double> doubleOps = makeOps<One<double>>();

}  // namespace

template <>
const TileOps<float>& tileOpsScalar() {
  return floatOps;
}
template <>
const TileOps<double>& tileOpsScalar() {
  return doubleOps;
}

}  // namespace association_detail
}  // namespace dl4jhopfield
