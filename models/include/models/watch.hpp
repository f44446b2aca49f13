#pragma once
#include <chrono>
#include <cstddef>
#include <string_view>

#include "base/time.hpp"

namespace models {

/// Told of each call into a model's program, on the thread that makes it: whoever watches this process can then tell
/// which model crashed it or never came back. Calls nest (a load holds the calls of its probing).
class CallWatch {
 public:
  virtual ~CallWatch() = default;
  /// @param limit  a call that takes longer hangs
  virtual void began(std::string_view model, base::Duration limit) noexcept = 0;
  virtual void ended() noexcept = 0;
};

/// Who is told of the calls that this thread makes, from now on; null: nobody, as at first. It must outlive them.
void watch_calls(CallWatch* watch);

/// One call, from here to the end of the scope.
class WatchedCall {
 public:
  WatchedCall(std::string_view model, base::Duration limit) noexcept;
  ~WatchedCall();
  WatchedCall(const WatchedCall&) = delete;
  WatchedCall& operator=(const WatchedCall&) = delete;

 private:
  CallWatch* watch_;
};

/// How long calls of a method may take: ten times the longest that was measured, and a second. A call that is given
/// more numbers than the measured ones has as many times as long.
struct CallLimit {
  std::chrono::duration<double, std::micro> longest{0};
  std::size_t numbers = 1;  ///< that each measured call was given

  constexpr base::Duration of(std::size_t given) const {
    const double times = given > numbers ? static_cast<double>(given) / static_cast<double>(numbers) : 1;
    return std::chrono::seconds(1) + std::chrono::duration_cast<base::Duration>(10 * times * longest);
  }
};

}  // namespace models
