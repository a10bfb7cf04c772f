#include "dl4jhopfield/parallel.h"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace dl4jhopfield {
namespace {

// A task below this many units (about a nanosecond each) costs less than waking a thread for it.
constexpr int64_t kUnitsPerTask = 32 * 1024;
constexpr int kTasksPerThread = 4;  // so that a thread which the system delays does not hold up the rest
constexpr int kSpins = 2000;        // a few 10 microseconds: ops often come in quick succession

int initialThreads() {
  if (const char* omp = std::getenv("OMP_NUM_THREADS")) {
    const int n = std::atoi(omp);
    if (n > 0) return n;
  }
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return std::max(1, CPU_COUNT(&set));
  return std::max(1u, std::thread::hardware_concurrency());
}

void relax() {
#if defined(__x86_64__)
  _mm_pause();
#endif
}

/// Persistent workers that sleep between calls, for as long as the process lives. One call at a time; the caller works
/// too.
class Pool {
 public:
  /// False when another call holds the pool.
  bool tryRun(int threads, int64_t tasks, void (*body)(void*, int64_t), void* context) {
    std::unique_lock<std::mutex> holder(holder_, std::try_to_lock);
    if (!holder.owns_lock()) return false;
    const int helpers = static_cast<int>(std::min<int64_t>(threads, tasks)) - 1;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      while (static_cast<int>(workers_.size()) < helpers) {
        const int number = static_cast<int>(workers_.size());
        workers_.emplace_back([this, number] { serve(number); });
      }
      body_ = body;
      context_ = context;
      tasks_ = tasks;
      helpers_ = helpers;
      next_.store(0, std::memory_order_relaxed);
      running_.store(helpers, std::memory_order_relaxed);
      generation_.fetch_add(1, std::memory_order_release);
    }
    wake_.notify_all();
    work();
    for (int spin = 0; running_.load(std::memory_order_acquire) != 0; ++spin) {
      if (spin < kSpins) {
        relax();
      } else {
        std::unique_lock<std::mutex> lock(mutex_);
        done_.wait(lock, [this] { return running_.load(std::memory_order_acquire) == 0; });
      }
    }
    return true;
  }

 private:
  void work() {
    for (int64_t task; (task = next_.fetch_add(1, std::memory_order_relaxed)) < tasks_;) body_(context_, task);
  }

  void serve(int number) {
    uint64_t seen = 0;
    for (;;) {
      for (int spin = 0; spin < kSpins && generation_.load(std::memory_order_acquire) == seen; ++spin) relax();
      {
        std::unique_lock<std::mutex> lock(mutex_);
        wake_.wait(lock, [&] { return generation_.load(std::memory_order_acquire) != seen; });
        seen = generation_.load(std::memory_order_acquire);
        if (number >= helpers_) continue;  // fewer threads wanted this time
      }
      work();
      if (running_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
        std::lock_guard<std::mutex> lock(mutex_);
        done_.notify_one();
      }
    }
  }

  std::mutex holder_;
  std::mutex mutex_;
  std::condition_variable wake_, done_;
  std::vector<std::thread> workers_;
  std::atomic<uint64_t> generation_{0};
  std::atomic<int64_t> next_{0};
  std::atomic<int> running_{0};
  int helpers_ = 0;
  int64_t tasks_ = 0;
  void (*body_)(void*, int64_t) = nullptr;
  void* context_ = nullptr;
};

std::atomic<ParallelRunner> plugged{nullptr};
std::atomic<int> limit{0};

thread_local bool insideCall = false;

struct Split {
  void (*body)(void*, int64_t, int64_t);
  void* context;
  int64_t rows, tasks;
  std::exception_ptr failure;
  std::mutex failureMutex;

  void task(int64_t index) {
    insideCall = true;
    try {
      body(context, rows * index / tasks, rows * (index + 1) / tasks);
    } catch (...) {
      std::lock_guard<std::mutex> lock(failureMutex);
      if (!failure) failure = std::current_exception();
    }
    insideCall = false;
  }
};

}  // namespace

void setParallelRunner(ParallelRunner runner) { plugged.store(runner); }

void setMaxThreads(int threads) { limit.store(std::max(0, threads)); }

int maxThreads() {
  static const int initial = initialThreads();
  const int set = limit.load(std::memory_order_relaxed);
  return set > 0 ? set : initial;
}

void parallelRows(int64_t rows, int64_t costPerRow, void (*body)(void*, int64_t, int64_t), void* context) {
  if (rows <= 0) return;
  const int threads = maxThreads();
  const int64_t cost = std::max<int64_t>(1, costPerRow);
  const int64_t worth = rows > INT64_MAX / cost ? INT64_MAX : rows * cost / kUnitsPerTask;
  const int64_t tasks = std::min({rows, worth, static_cast<int64_t>(threads) * kTasksPerThread});
  if (threads < 2 || tasks < 2 || insideCall) {
    body(context, 0, rows);
    return;
  }
  Split split{body, context, rows, tasks, nullptr, {}};
  auto task = [](void* self, int64_t index) { static_cast<Split*>(self)->task(index); };
  if (ParallelRunner runner = plugged.load()) {
    runner(tasks, task, &split);
  } else {
    static Pool& pool = *new Pool;  // never destroyed: daemon threads of a JVM call until the process is gone
    if (!pool.tryRun(threads, tasks, task, &split)) {
      body(context, 0, rows);
      return;
    }
  }
  if (split.failure) std::rethrow_exception(split.failure);
}

}  // namespace dl4jhopfield
