#include "server/net/descriptors.hpp"

#include <sys/resource.h>

#include <algorithm>

namespace server {

std::size_t raise_descriptor_limit() {
  constexpr rlim_t kMost = 65536;
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  const auto before = limit.rlim_cur;
  limit.rlim_cur = std::max(before, std::min(limit.rlim_max, kMost));
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0) limit.rlim_cur = before;
  return static_cast<std::size_t>(std::min(limit.rlim_cur, kMost));
}

}  // namespace server
