#include "server/supervisor/hang.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

namespace server {

namespace {

base::Time time_of(std::int64_t ns) {
  return base::Time(std::chrono::duration_cast<base::Duration>(std::chrono::nanoseconds(ns)));
}

std::string seconds(base::Duration duration) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f s", std::chrono::duration<double>(duration).count());
  return text.data();
}

struct CallSeen {
  base::Time began;
  base::Duration limit;
  std::string model;
};

// Read while its owner writes: what changed meanwhile is looked at the next time.
std::optional<CallSeen> call_in(const CallBoard::Slot& slot) {
  const auto began = slot.began.load(std::memory_order_acquire);
  if (began == 0) return std::nullopt;
  CallSeen seen{time_of(began), std::chrono::nanoseconds(slot.limit.load()), slot.name()};
  if (slot.began.load(std::memory_order_acquire) != began) return std::nullopt;
  return seen;
}

}  // namespace

void HangWatch::began(base::Time now) { began_ = looked_ = fair_since_ = now; }

std::optional<Hang> HangWatch::look(const CallBoard& board, base::Time now) {
  // Whoever could not look for so long cannot say what the others did meanwhile: they get their time anew.
  if (now - std::exchange(looked_, now) > 2 * kEvery) fair_since_ = now;
  const auto beat = board.beat.load();
  if (beat == 0) {
    if (now - std::max(began_, fair_since_) <= kStart) return std::nullopt;
    return Hang{"", "the serving process did not begin within " + seconds(kStart)};
  }
  for (const auto& slot : board.slots) {
    const auto call = call_in(slot);
    if (!call || now - std::max(call->began, fair_since_) <= call->limit) continue;
    return Hang{call->model, call->model + " did not come back for " + seconds(now - call->began) + ", " +
                                 seconds(call->limit) + " is its limit"};
  }
  const auto silent = now - std::max(time_of(beat), fair_since_);
  if (silent <= kBeat) return std::nullopt;
  const auto call = call_in(board.slots[0]);
  return Hang{call ? call->model : "", "the network thread did not come round for " + seconds(silent)};
}

}  // namespace server
