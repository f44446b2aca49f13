#include "server/core/calendar.hpp"

#include <chrono>

namespace server {

// Of several looks the one that took least: who is stopped between the two clocks is off by as long.
base::Duration system_calendar() {
  using std::chrono::system_clock;
  constexpr int kLooks = 5;
  constexpr auto kGood = std::chrono::microseconds(1);
  base::Duration best{}, least = base::Duration::max();
  for (int look = 0; look < kLooks && least > kGood; ++look) {
    const auto before = base::Clock::now();
    const auto calendar = std::chrono::duration_cast<base::Duration>(system_clock::now().time_since_epoch());
    const auto took = base::Clock::now() - before;
    if (took >= least) continue;
    least = took;
    best = calendar - before.time_since_epoch() - took / 2;
  }
  return best;
}

}  // namespace server
