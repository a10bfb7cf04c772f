// The tile primitives of the Hopfield association, one table an instruction set.
//
// A tile holds scores of a block of stored patterns (rows, j) against a block of queries (columns, "lanes"): element
// (j, q) at X[j * width + q]. Queries lie in the lanes of the vectors, so reductions over the stored patterns
// need no shuffles, and one matrix kernel serves all five products of the forward and backward pass.
//
// Plain data only: included by baseline and SIMD translation units alike.
#pragma once

#include <cstdint>

namespace dl4jhopfield {
namespace association_detail {

enum class Kind : int { Softmax, Sparsemax, Entmax15, Entmax, Normmax, KSubsets };

/// What every element-wise primitive needs to know. u = scale * (D(x) - largest), t = u - tau; weights are functions of
/// t.
template <class T>
struct Separator {
  Kind kind;
  T scale;       // alpha - 1 for the entmax family, else 1
  T power;       // 1 / (alpha - 1) (entmax, normmax)
  T slopePower;  // (2 - alpha) / (alpha - 1)
  T sumPower;    // what sums to 1: 1 / (alpha - 1) for entmax, alpha / (alpha - 1) for normmax
  T k;           // k-subsets
  bool atMost;
  bool unit;         // a Lagrangian unit: D(x) = x > threshold ? x : fill
  bool exact;        // weights are those of internal/association_exact.h, not of the tile primitives
  double parameter;  // alpha or p
  bool nothing;      // softmax1: softmax with one more score, 0, whose weight goes to nothing
};

/// Per-lane numbers of a tile; each pointer has `width` elements.
template <class T>
struct Lanes {
  const T* threshold;  // of the unit
  const T* fill;       // of the unit
  const T*
      top;  // the largest D(x), half of it for 1.5-entmax, 0 where there is none; of k-subsets any near the threshold
  const T* tau;
  const T* factor;  // softmax, normmax: 1 / sum; k-subsets: 0 where "at most" does not bind, else 1
};

template <class T>
struct TileMask {
  const uint8_t* padding;  // per stored pattern
  int64_t paddingStep;
  const uint8_t* association;
  int64_t associationRow, associationStep;  // per query, per stored pattern
  const T* additive;
  int64_t additiveRow, additiveStep;
  const uint8_t* query;
  int64_t queryStep;
};

/// Memory that the next product will read: brought into the second-level cache while this one computes.
struct Ahead {
  const void* data;
  int64_t rows, bytes, stride;  // bytes of a row, between rows
};

template <class T>
struct TileOps {
  int lanes;  // elements of one vector; widths are multiples of it

  /// C[n * ldc + i] (+)= sum_k B[n * bn + k * bk] * A[k * lda + i] for i < count, n < N; terms in rising k.
  /// `A` is readable up to the next multiple of `lanes` after `count`. `ahead` may be null.
  void (*gemm)(T* C, int64_t ldc, const T* A, int64_t lda, int64_t count, const T* B, int64_t bn, int64_t bk, int64_t N,
               int64_t K, bool accumulate, const Ahead* ahead);
  /// The same, with from[n * ldFrom + i] added: ldFrom = 0 is one bias for all rows. `from` may be null, or C.
  void (*gemmFrom)(T* C, int64_t ldc, const T* A, int64_t lda, int64_t count, const T* B, int64_t bn, int64_t bk,
                   int64_t N, int64_t K, const T* from, int64_t ldFrom, const Ahead* ahead);

  /// dst[c * width + q] = scale * src[q * rowStep + c * step]; lanes from `queries` on are zeroed.
  void (*pack)(T* dst, int64_t width, const T* src, int64_t rowStep, int64_t step, int64_t queries, int64_t depth,
               T scale);
  /// dst[q * rowStep + c * step] (+)= factor[q] * src[c * width + q]; factor may be null.
  void (*unpack)(T* dst, int64_t rowStep, int64_t step, const T* src, int64_t width, int64_t queries, int64_t depth,
                 const T* factor, bool accumulate);

  /// Masked entries of rows [first, first + rows) become -inf.
  void (*mask)(T* X, int64_t width, int64_t first, int64_t rows, int64_t queries, const TileMask<T>& mask);

  /// top = max(top, scale * D(x)).
  void (*top)(const Separator<T>& s, const Lanes<T>& lanes, const T* X, int64_t width, int64_t rows, T* top);
  /// Smallest and number of the finite entries u.
  void (*bottom)(const Separator<T>& s, const Lanes<T>& lanes, const T* X, int64_t width, int64_t rows, T* bottom,
                 T* count);
  /// Online softmax: X = exp(D(x) - top) (0 where `finalStep` and the unit forgot x), top and sum brought up to
  /// date, rescale = what earlier sums are multiplied by. Returns whether any rescale differs from 1.
  bool (*online)(const Separator<T>& s, const Lanes<T>& lanes, bool finalStep, T* X, int64_t width, int64_t rows,
                 T* top, T* sum, T* rescale);
  /// value += sum of what the threshold search sets to a constant, slope += -d value / d tau (up to a factor).
  void (*search)(const Separator<T>& s, const Lanes<T>& lanes, const T* X, int64_t width, int64_t rows, T* value,
                 T* slope);
  /// One safeguarded Newton step of each lane; returns whether all lanes are done. lo, hi, done are its memory.
  bool (*step)(const Separator<T>& s, int64_t width, int iteration, const T* value, const T* slope, T* tau, T* lo,
               T* hi, T* done);
  /// total += sum of the unnormalised weights (softmax, normmax).
  void (*total)(const Separator<T>& s, const Lanes<T>& lanes, const T* X, int64_t width, int64_t rows, T* total);
  /// P = weights; with `finalStep`, 0 where the unit forgot. P may be X.
  void (*weights)(const Separator<T>& s, const Lanes<T>& lanes, bool finalStep, const T* X, T* P, int64_t width,
                  int64_t rows);
  /// distance += sum (factorX X - factorY Y)^2 of two tiles.
  void (*distance)(const T* X, const T* factorX, const T* Y, const T* factorY, int64_t width, int64_t rows,
                   T* distance);

  /// r1 += sum p g, r2 += sum s g, r3 += sum s, with s the slope of the separation.
  void (*reduce)(const Separator<T>& s, const Lanes<T>& lanes, bool finalStep, const T* X, const T* G, int64_t width,
                 int64_t rows, T* r1, T* r2, T* r3);
  /// total += sum X G.
  void (*dot)(const T* X, const T* G, int64_t width, int64_t rows, T* total);
  /// Of softmax from X = exp(x - top), without a unit: X = factor X, G = X (G - mean).
  void (*softmaxGradient)(T* X, T* G, const T* factor, const T* mean, int64_t width, int64_t rows);
  /// forgotten += sum of the gradients that reach D(x) where the unit forgot x.
  void (*forgotten)(const Separator<T>& s, const Lanes<T>& lanes, bool finalStep, const T* X, const T* G, const T* mean,
                    const T* extra, int64_t width, int64_t rows, T* forgotten);
  /// X becomes the weights (forgotten ones 0 with `finalStep`), G the gradient of the scores. Where
  /// medianShare != null it is added to the gradient of entries equal to `median`.
  void (*gradient)(const Separator<T>& s, const Lanes<T>& lanes, bool finalStep, T* X, T* G, const T* mean,
                   const T* extra, const T* median, const T* medianShare, int64_t width, int64_t rows);

  /// Writes j * width + q of each X[j * width + q] > threshold[q] to `found`, in order; returns how many.
  int64_t (*above)(const T* X, int64_t width, int64_t rows, const T* threshold, int32_t* found);
  /// Of the first `queries` lanes: there += entries above -inf, below += those of them below `low`; entries in [low,
  /// high] are written to `found`; returns how many.
  int64_t (*between)(const T* X, int64_t width, int64_t rows, int64_t queries, T low, T high, int64_t* there,
                     int64_t* below, T* found);
  /// IEEE binary16 to T.
  void (*widen)(T* dst, const uint16_t* src, int64_t count);
  /// Y[i * width + q] += factor[q] * X[i * width + q], or Y = factor * Y without X.
  void (*scale)(T* Y, const T* X, const T* factor, int64_t width, int64_t rows);
  /// y[i] = exp(x[i] - z[i]), with exp(-inf - anything) = 0 and exp(inf - inf) = 1.
  void (*expDifference)(T* y, const T* x, const T* z, int64_t count);

  // For a few queries, whose lanes would be mostly empty: features lie in the lanes instead.
  /// X[j * width + q] = sum_c Q[q * depth + c] * K[j * stride + c].
  void (*dots)(T* X, int64_t width, const T* Q, int64_t queries, const T* K, int64_t stride, int64_t rows,
               int64_t depth);
  /// M[q * depth + c] += sum_j X[j * width + q] * V[j * stride + c]; terms in rising j.
  void (*mix)(T* M, const T* X, int64_t width, int64_t queries, const T* V, int64_t stride, int64_t rows,
              int64_t depth);
  /// The same of rows in IEEE binary16.
  void (*dotsHalf)(T* X, int64_t width, const T* Q, int64_t queries, const uint16_t* K, int64_t stride, int64_t rows,
                   int64_t depth);
  void (*mixHalf)(T* M, const T* X, int64_t width, int64_t queries, const uint16_t* V, int64_t stride, int64_t rows,
                  int64_t depth);

  // Rows that a layer norm takes apart, each along the lanes.
  /// mean, and inverse = 1 / sqrt(variance + eps), of each row.
  void (*moments)(const T* x, int64_t step, int64_t rows, int64_t depth, T eps, T* mean, T* inverse);
  /// h[r * hStep + c] = (x[r * step + c] - mean[r]) * inverse[r]; h is written up to the next multiple of `lanes` after
  /// depth.
  void (*standardise)(const T* x, int64_t step, int64_t rows, int64_t depth, const T* mean, const T* inverse, T* h,
                      int64_t hStep);
  /// The gradient of x from that of h: out = inverse (g - mean of g - h * mean of g h) in each row.
  void (*standardiseGradient)(T* out, int64_t outStep, const T* g, int64_t gStep, const T* h, int64_t hStep,
                              int64_t rows, int64_t depth, const T* inverse);
  /// Z[q * zStep + j] = sum_c Q[q * qStep + c] * K[j * step + c].
  void (*rowDots)(T* Z, int64_t zStep, const T* Q, int64_t qStep, int64_t queries, const T* K, int64_t step,
                  int64_t rows, int64_t depth);

  // Of one row of n numbers.
  /// The largest that is no NaN; -inf where there is none.
  T (*largest)(const T* x, int64_t n);
  /// y[i] = exp(x[i] - top), with exp(-inf - anything) = 0 and exp(inf - inf) = 1; returns their sum.
  T (*exponentials)(T* y, const T* x, int64_t n, T top);
};

template <class T>
const TileOps<T>& tileOpsScalar();
template <class T>
const TileOps<T>& tileOpsAvx2();
template <class T>
const TileOps<T>& tileOpsAvx512();

}  // namespace association_detail
}  // namespace dl4jhopfield
