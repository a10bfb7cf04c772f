// The types of numbers that the kernels are made for: DL4JH_EACH_STORED(INSTANTIATE) says INSTANTIATE(S) for each.
#pragma once

#include "dl4jhopfield/dtype.h"

/// Those that arrays hold.
#define DL4JH_EACH_STORED(X) X(float) X(double) X(Half) X(BFloat16)
/// Those that are computed in.
#define DL4JH_EACH_COMPUTED(X) X(float) X(double)
