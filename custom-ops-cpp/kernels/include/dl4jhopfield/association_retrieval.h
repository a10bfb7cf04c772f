// One retrieval from a memory of any size: out = separation(beta keys q) values, in one pass over the stored patterns.
//
// The patterns come as blocks of rows, in memory or mapped from a file, float, double or IEEE binary16. Softmax is
// online. For the sparse separations only scores that can still lie above the threshold are kept (a score more than
// 1/(alpha-1) below the largest so far cannot); where too many are left, the threshold is searched instead, among all
// scores if they were few enough to keep, else in further passes, and one more pass mixes. Working memory does not grow
// with the number of patterns: per thread about 4 KB times d + values' width, 16 sums of [64, values' width] in all,
// and the kept scores.
//
// Deterministic: the same bits with any number of threads.
#pragma once

#include <cstdint>

#include "dl4jhopfield/association.h"

namespace dl4jhopfield {

template <class T>
struct PatternBlock {
  const void* keys = nullptr;    // `rows` rows of `width` numbers
  const void* values = nullptr;  // rows of `valueWidth` numbers; nullptr: the keys themselves
  int64_t rows = 0;
  int64_t keyStride = 0, valueStride = 0;  // numbers between rows
  bool half = false;                       // stored as IEEE binary16 instead of T
};

struct RetrievalOptions {
  int64_t queries = 0, width = 0, valueWidth = 0;
  AssociationSeparation separation = AssociationSeparation::Softmax;
  double alpha = 1.5;
  double k = 1;
  bool atMost = false;
  double beta = 1;
  int64_t topK = 0;
  int64_t mostCandidates = 16384;  // kept for a query in one of 16 parts of the memory before the search takes over
  int64_t mostKept =
      4 * 1024 * 1024;  // scores of all patterns for a unit of at most 64 queries, kept under a sparse separation
};

/// Dense, C order; nullptr: not wanted.
template <class T>
struct RetrievalResults {
  T* out = nullptr;  // [queries, valueWidth]
  int64_t* topIndex =
      nullptr;             // [queries, topK]: heaviest first, of equals the earlier; -1 where there are fewer patterns
  T* topScore = nullptr;   // [queries, topK]: beta times the dot product
  T* topWeight = nullptr;  // [queries, topK]
  T* logSumExp = nullptr;  // [queries]: log sum exp(beta keys q), softmax only (else NaN)
  int64_t* support = nullptr;  // [queries]: patterns with a weight above 0, sparse separations only (softmax: -1)
};

/// queries: [queries, width] with `queryStride` numbers between rows. Throws std::invalid_argument, std::bad_alloc.
template <class T>
void retrieve(const RetrievalOptions& options, const T* queries, int64_t queryStride, const PatternBlock<T>* blocks,
              int64_t blockCount, const RetrievalResults<T>& results);

}  // namespace dl4jhopfield
