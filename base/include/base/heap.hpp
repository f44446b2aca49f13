#pragma once
#include <cstdlib>
#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace base {

/// Gives memory that was freed back to the system: the C library of GNU keeps a heap for each few threads, and what one
/// thread freed is of no use to those of another. Elsewhere nothing happens. Thread: [any]; others wait for their heap
/// meanwhile, so not while sound is computed often.
inline void give_back_memory() {
#if defined(__GLIBC__)
  malloc_trim(0);
#endif
}

}  // namespace base
