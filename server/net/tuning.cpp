#include "server/net/tuning.hpp"

#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/syscall.h>
#endif

#include <cerrno>
#include <fstream>
#include <system_error>
#include <thread>

namespace server {

namespace {

constexpr int kFifo = 10;  // above everything ordinary, below what a sound server takes (JACK: 70 and more)
constexpr int kNice = -5;

#ifdef __linux__
bool fifo() {
  sched_param wanted{};
  wanted.sched_priority = kFifo;
  return sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &wanted) == 0;
}

// The right to lock memory without a bound: bit 14 of what this process may do.
bool may_lock_all() {
  constexpr unsigned kIpcLock = 14;
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    unsigned long long rights = 0;
    if (word == "CapEff:" && status >> std::hex >> rights) return ((rights >> kIpcLock) & 1U) != 0;
  }
  return false;
}
#endif

base::Error not_locked(const std::string& why) {
  return {base::ErrorCode::kForbidden,
          "memory is not locked: " + why +
              "; raise the bound (LimitMEMLOCK=infinity in the unit, memlock in /etc/security/limits.conf), or set "
              "lock_memory: false"};
}

}  // namespace

std::string lift_this_thread() {
#if defined(__linux__)
  if (fifo()) return "SCHED_FIFO " + std::to_string(kFifo);
  const auto thread = static_cast<id_t>(syscall(SYS_gettid));
  if (setpriority(PRIO_PROCESS, thread, kNice) == 0) return "nice " + std::to_string(kNice);
  return "as the others (the system allows no more)";
#elif defined(__APPLE__)
  if (pthread_set_qos_class_self_np(QOS_CLASS_USER_INTERACTIVE, 0) == 0) return "user-interactive";
  return "as the others";
#else
  return "as the others";
#endif
}

bool real_time_allowed() {
  bool allowed = false;
#ifdef __linux__
  std::thread([&] { allowed = fifo(); }).join();
#endif
  return allowed;
}

base::Status lock_memory() {
#if defined(__linux__) && defined(MCL_ONFAULT)
  rlimit bound{};
  getrlimit(RLIMIT_MEMLOCK, &bound);
  bound.rlim_cur = bound.rlim_max;
  setrlimit(RLIMIT_MEMLOCK, &bound);
  if (bound.rlim_max != RLIM_INFINITY && !may_lock_all()) {
    return not_locked("the system allows " + buffer_text(bound.rlim_max));
  }
  if (mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0) return {};
  return not_locked(std::generic_category().message(errno));
#else
  return not_locked("this system knows no way");
#endif
}

std::string buffer_text(std::size_t bytes) {
  if (bytes < (1U << 20)) return std::to_string(bytes >> 10) + " kB";
  return std::to_string(bytes >> 20) + " MB";
}

}  // namespace server
