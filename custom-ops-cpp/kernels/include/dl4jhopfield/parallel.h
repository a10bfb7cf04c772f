// Threads: rows are split over a small pool of our own, or over a runner that the caller plugs in.
#pragma once

#include <cstdint>

namespace dl4jhopfield {

/// Runs body(context, task) once for every task in [0, tasks), on any threads, and returns when all are done.
using ParallelRunner = void (*)(int64_t tasks, void (*body)(void* context, int64_t task), void* context);

/// Replaces the built-in pool (for example by OpenMP of the host program); nullptr restores it.
void setParallelRunner(ParallelRunner runner);

/// Upper bound of threads per call, the calling thread included. Initially OMP_NUM_THREADS if set, else the
/// processors that this process may use. A value below 1 restores that initial value.
void setMaxThreads(int threads);
int maxThreads();

/// Calls body(context, begin, end) on disjoint ranges that cover [0, rows). Work below a threshold
/// (rows * costPerRow, in units of about one simple element) stays on the calling thread, and so does a call made
/// while another thread's call holds the pool: threads are never oversubscribed. An exception thrown by the
/// body is rethrown on the calling thread.
void parallelRows(int64_t rows, int64_t costPerRow, void (*body)(void* context, int64_t begin, int64_t end),
                  void* context);

template <class F>
void parallelRows(int64_t rows, int64_t costPerRow, F&& body) {
  parallelRows(
      rows, costPerRow, [](void* context, int64_t begin, int64_t end) { (*static_cast<F*>(context))(begin, end); },
      static_cast<void*>(&body));
}

}  // namespace dl4jhopfield
