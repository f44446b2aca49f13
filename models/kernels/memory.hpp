#pragma once
#include <cstddef>
#include <memory>
#include <span>

namespace models::kernels {

/// Floats that begin at a cache line. Much of it lies in large pages where the system has them: weights that stream
/// through the processor once are found thousands of times less often in its tables.
class Memory {
 public:
  Memory() = default;
  /// Zeros. Throws std::bad_alloc.
  explicit Memory(std::size_t floats);

  std::span<float> floats() { return {floats_.get(), size_}; }
  std::span<const float> floats() const { return {floats_.get(), size_}; }

 private:
  struct Free {
    void operator()(float* floats) const;
  };
  std::unique_ptr<float[], Free> floats_;
  std::size_t size_ = 0;
};

}  // namespace models::kernels
