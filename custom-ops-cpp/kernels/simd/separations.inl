// Row kernels of the separations and Lagrangian units, written once over the vector type V (F32 or F64 of the
// instruction set): a file each, and the table of them.
#pragma once

// clang-format off
#include "simd/rows.inl"
#include "simd/softmax.inl"
#include "simd/sparsemax.inl"
#include "simd/entmax.inl"
#include "simd/selection.inl"
#include "simd/k_subsets.inl"
#include "simd/lagrangian.inl"
// clang-format on

namespace dl4jhopfield {
namespace {

template <class V>
void fillSeparations(RowKernels<typename V::T>& table) {
  table.softmax = softmax<V, false>;
  table.softmax1 = softmax<V, true>;
  table.sparsemax = sparse<V, 1>;
  table.entmax15 = sparse<V, 2>;
  table.entmax = entmax<V>;
  table.normmax = normmax<V>;
  table.kSubsetsExactly = kSubsets<V, false>;
  table.kSubsetsAtMost = kSubsets<V, true>;
  table.softmaxBackward = softmaxBackward<V, true>;
  table.softmax1Backward = softmaxBackward<V, false>;
  table.sparsemaxBackward = sparsemaxBackward<V>;
  table.entmax15Backward = entmax15Backward<V>;
  table.entmaxBackward = entmaxBackward<V>;
  table.normmaxBackward = normmaxBackward<V>;
  table.kSubsetsExactlyBackward = kSubsetsBackward<V, false>;
  table.kSubsetsAtMostBackward = kSubsetsBackward<V, true>;
  table.lagrangian = lagrangian<V>;
  table.lagrangianBackward = lagrangianBackward<V>;
  table.lagrangianSums = lagrangianSums<V>;
  table.collect = collect<V>;
  table.select = select<V>;
}

}  // namespace
}  // namespace dl4jhopfield
