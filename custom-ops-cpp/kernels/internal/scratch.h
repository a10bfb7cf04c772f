// Thread-local working memory that is kept between calls. Baseline code only (never included by simd/*.cpp).
#pragma once

#include <cstddef>
#include <cstdlib>
#include <new>

namespace dl4jhopfield {

class Scratch {
 public:
  Scratch() = default;
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() { std::free(data_); }

  /// At least `bytes` bytes, aligned to 64; what was there before is lost.
  void* atLeast(std::size_t bytes) {
    if (bytes > size_) {
      std::free(data_);
      size_ = 0;
      const std::size_t rounded = (bytes + 4095) / 4096 * 4096;
      data_ = std::aligned_alloc(64, rounded);
      if (data_ == nullptr) throw std::bad_alloc();
      size_ = rounded;
    }
    return data_;
  }

 private:
  void* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace dl4jhopfield
