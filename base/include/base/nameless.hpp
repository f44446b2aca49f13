#pragma once
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdio>

namespace base {

/// An empty file without a name, for memory that processes share: closed in programs that are started. The caller owns
/// the descriptor. -1: the system has none; errno says why. Linux: in memory alone, and its size can be sealed.
inline int open_nameless() {
#if defined(__linux__)
  return memfd_create("oscine", MFD_CLOEXEC | MFD_ALLOW_SEALING);
#else
  std::FILE* file = std::tmpfile();
  if (file == nullptr) return -1;
  const int own = fcntl(fileno(file), F_DUPFD_CLOEXEC, 0);
  (void)std::fclose(file);
  return own;
#endif
}

/// From now on nobody makes it smaller under those who have it mapped: reading on would end them. False: it cannot be
/// had here (only Linux can).
inline bool seal_size(int file) {
#if defined(__linux__)
  return fcntl(file, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0;
#else
  (void)file;
  return false;
#endif
}

}  // namespace base
