#pragma once
#include <atomic>
#include <cassert>
#include <thread>

/// Thread tags, used in header comments. docs/threads.md tells who runs what.
///   [main]   parses the command line, then becomes [net]
///   [net]    the one thread that owns sockets, clients, sessions and the queue; it never waits
///   [infer]  N workers that run models; an instance is used by one of them at a time
///   [load]   the one thread that opens engines, loads files and warms models up
///   [setup]  any thread, before the first packet and after the last
///   [any]    safe from every thread at once
#if defined(__clang__)
#define OSCINE_CAPABILITY(x) __attribute__((capability(x)))
#define OSCINE_REQUIRES(x) __attribute__((requires_capability(x)))
#define OSCINE_ASSERTS(x) __attribute__((assert_capability(x)))
#define OSCINE_GUARDED_BY(x) __attribute__((guarded_by(x)))
#else
#define OSCINE_CAPABILITY(x)
#define OSCINE_REQUIRES(x)
#define OSCINE_ASSERTS(x)
#define OSCINE_GUARDED_BY(x)
#endif

namespace base {

/// Remembers the first thread that passes and, in debug builds, stops the program when another one does.
class OSCINE_CAPABILITY("role") ThreadRole {
 public:
  /// Call at the door of every method that belongs to one thread.
  void check() const OSCINE_ASSERTS(this) {
#ifndef NDEBUG
    std::thread::id none{};
    const auto self = std::this_thread::get_id();
    if (!owner_.compare_exchange_strong(none, self)) {
      assert(none == self && "called from the wrong thread");
    }
#endif
  }
  /// The next thread that passes becomes the owner. [setup]
  void release() { owner_.store({}); }

 private:
  mutable std::atomic<std::thread::id> owner_{};
};

}  // namespace base
