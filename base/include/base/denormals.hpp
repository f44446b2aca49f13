#pragma once
#include <cstdint>
#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

namespace base {

/// From now on this thread takes numbers nearer to 0 than 1.2e-38 for 0, in what it reads and in what it computes. A
/// filter that dies away would end in them, and processors compute with them up to a hundred times slower. x86 with
/// SSE2 and 64-bit ARM; elsewhere nothing changes. Thread: the one that asks.
inline void flush_denormals() {
#if defined(__SSE2__)
  constexpr unsigned kFlushToZero = 0x8000, kDenormalsAreZero = 0x0040;
  _mm_setcsr(_mm_getcsr() | kFlushToZero | kDenormalsAreZero);
#elif defined(__aarch64__)
  constexpr std::uint64_t kFlushToZero = 1ULL << 24;
  std::uint64_t control = 0;
  asm volatile("mrs %0, fpcr" : "=r"(control));
  asm volatile("msr fpcr, %0" ::"r"(control | kFlushToZero));
#endif
}

}  // namespace base
