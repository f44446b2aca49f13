#include "kernels/memory.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <new>

namespace models::kernels {

namespace {

constexpr std::size_t kLine = 64, kLargePage = std::size_t{2} << 20U;

}  // namespace

Memory::Memory(std::size_t floats) : size_(floats) {
  const std::size_t bytes = std::max<std::size_t>(floats * sizeof(float), 1);
  const std::size_t unit = bytes >= 2 * kLargePage ? kLargePage : kLine;
  const std::size_t whole = (bytes + unit - 1) / unit * unit;
  floats_.reset(static_cast<float*>(std::aligned_alloc(unit, whole)));
  if (!floats_) throw std::bad_alloc();
#if defined(MADV_HUGEPAGE)
  if (unit == kLargePage) madvise(floats_.get(), whole, MADV_HUGEPAGE);  // where it cannot be had, it is slower
#endif
  std::fill_n(floats_.get(), size_, 0.0F);
}

void Memory::Free::operator()(float* floats) const { std::free(floats); }

}  // namespace models::kernels
