// Picks the table of the active level, and fills the reference table.
#include "internal/row_kernels.h"

#include "dl4jhopfield/dispatch.h"
#include "internal/reference.h"
#include "simd/tables.h"

namespace dl4jhopfield {
namespace {

using namespace reference;  // NOLINT: the table's rows

template <class C, void (*row)(const C*, const uint8_t*, C*, int64_t, double)>
void eachRow(const Block<C>& b) {
  for (int64_t r = 0; r < b.rows; ++r)
    row(b.in[0] + r * b.inStep[0], b.mask ? b.mask + r * b.maskStep : nullptr, b.out[0] + r * b.outStep[0], b.length,
        b.scalar[0][r * b.scalarStep[0]]);
}

template <class C, void (*row)(const C*, const uint8_t*, C*, int64_t, double, double)>
void eachRow(const Block<C>& b) {
  for (int64_t r = 0; r < b.rows; ++r)
    row(b.in[0] + r * b.inStep[0], b.mask ? b.mask + r * b.maskStep : nullptr, b.out[0] + r * b.outStep[0], b.length,
        b.scalar[0][r * b.scalarStep[0]], b.scalar[1][r * b.scalarStep[1]]);
}

template <class C>
void exactly(const C* x, const uint8_t* mask, C* y, int64_t n, double beta, double k) {
  kSubsetsRow(x, mask, y, n, beta, k, false);
}
template <class C>
void atMost(const C* x, const uint8_t* mask, C* y, int64_t n, double beta, double k) {
  kSubsetsRow(x, mask, y, n, beta, k, true);
}

}  // namespace

template <class C>
const RowKernels<C>& referenceKernels() {
  static const RowKernels<C> table = [] {
    RowKernels<C> t{};
    t.softmax = eachRow<C, softmaxRow<C>>;
    t.softmax1 = eachRow<C, softmax1Row<C>>;
    t.sparsemax = eachRow<C, sparsemaxRow<C>>;
    t.entmax15 = eachRow<C, entmax15Row<C>>;
    t.entmax = eachRow<C, entmaxRow<C>>;
    t.normmax = eachRow<C, normmaxRow<C>>;
    t.kSubsetsExactly = eachRow<C, exactly<C>>;
    t.kSubsetsAtMost = eachRow<C, atMost<C>>;
    t.softmaxBackward = softmaxBackward<C>;
    t.softmax1Backward = softmax1Backward<C>;
    t.sparsemaxBackward = sparsemaxBackward<C>;
    t.entmax15Backward = entmax15Backward<C>;
    t.entmaxBackward = entmaxBackward<C>;
    t.normmaxBackward = normmaxBackward<C>;
    t.kSubsetsExactlyBackward = kSubsetsExactlyBackward<C>;
    t.kSubsetsAtMostBackward = kSubsetsAtMostBackward<C>;
    t.lagrangian = lagrangian<C>;
    t.lagrangianBackward = lagrangianBackward<C>;
    t.lagrangianSums = lagrangianSums<C>;
    t.collect = collect<C>;
    t.select = select<C>;
    t.gelu = gelu<C>;
    t.geluTanh = geluTanh<C>;
    t.geluBackward = geluBackward<C>;
    t.geluTanhBackward = geluTanhBackward<C>;
    t.layerNorm = layerNorm<C>;
    t.layerNormBackward = layerNormBackward<C>;
    return t;
  }();
  return table;
}

template <class C>
const RowKernels<C>& rowKernels() {
#ifdef DL4JHOPFIELD_X86
  switch (activeSimdLevel()) {
    case SimdLevel::Avx512: {
      static const RowKernels<C> table = [] {
        RowKernels<C> t = referenceKernels<C>();
        fillAvx512(t);
        return t;
      }();
      return table;
    }
    case SimdLevel::Avx2: {
      static const RowKernels<C> table = [] {
        RowKernels<C> t = referenceKernels<C>();
        fillAvx2(t);
        return t;
      }();
      return table;
    }
    case SimdLevel::Scalar:
      break;
  }
#endif
  return referenceKernels<C>();
}

template const RowKernels<float>& rowKernels<float>();
template const RowKernels<double>& rowKernels<double>();
template const RowKernels<float>& referenceKernels<float>();
template const RowKernels<double>& referenceKernels<double>();

}  // namespace dl4jhopfield
