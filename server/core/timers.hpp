#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <utility>

#include "base/time.hpp"

namespace server {

/// What has to happen later, as plain data: the network wakes it, tests move the clock. Equal times keep their order.
/// Thread: [net].
class Timers {
 public:
  using Id = std::pair<base::Time, std::uint64_t>;

  Id add(base::Time when, std::function<void(base::Time)> what) {
    const Id id{when, ++count_};
    due_.emplace(id, std::move(what));
    return id;
  }
  void cancel(const Id& id) { due_.erase(id); }
  /// Time::max() when nothing is due.
  base::Time next_due() const { return due_.empty() ? base::Time::max() : due_.begin()->first.first; }
  /// Runs all that is due at `now`, also what that adds, and tells each what time it is.
  void run_due(base::Time now) {
    while (!due_.empty() && due_.begin()->first.first <= now) {
      auto what = std::move(due_.begin()->second);
      due_.erase(due_.begin());
      what(now);
    }
  }

 private:
  std::map<Id, std::function<void(base::Time)>> due_;
  std::uint64_t count_ = 0;
};

}  // namespace server
