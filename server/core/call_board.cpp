#include "server/core/call_board.hpp"

#include <algorithm>

namespace server {

namespace {

thread_local int current_slot = -1;

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(base::Clock::now().time_since_epoch()).count();
}

}  // namespace

int slot_of_this_thread() { return current_slot; }

std::string CallBoard::Slot::name() const {
  std::string out;
  for (const auto& letter : model) {
    const char c = letter.load(std::memory_order_relaxed);
    if (c == 0) break;
    out += c;
  }
  return out;
}

void BoardWatch::began(std::string_view model, base::Duration limit) noexcept {
  if (depth_ < kNested) outer_[depth_] = {slot_.began.load(), slot_.limit.load()};
  if (depth_++ == 0) {
    current_slot = index_;
    const auto size = std::min(model.size(), CallBoard::kNameBytes - 1);
    for (std::size_t i = 0; i < size; ++i) slot_.model[i].store(model[i], std::memory_order_relaxed);
    slot_.model[size].store(0, std::memory_order_relaxed);
  }
  slot_.began.store(0);  // a reader never sees one call's beginning with another's limit
  slot_.limit.store(std::chrono::duration_cast<std::chrono::nanoseconds>(limit).count());
  slot_.began.store(now_ns(), std::memory_order_release);
}

void BoardWatch::ended() noexcept {
  if (--depth_ >= kNested) return;
  slot_.began.store(0);
  slot_.limit.store(outer_[depth_].limit);
  slot_.began.store(outer_[depth_].began, std::memory_order_release);
  if (depth_ == 0) current_slot = -1;
}

}  // namespace server
