#include "server/core/kept_events.hpp"

#include <algorithm>

#include "server/core/sequence.hpp"

namespace server {

void KeptEvents::add(protocol::Bytes packet, base::Time now, std::optional<std::int64_t> planned) {
  std::vector<std::byte> memory;
  if (kept_.size() >= most_) {
    memory = std::move(kept_.front().packet);
    kept_.pop_front();
  }
  memory.assign(packet.begin(), packet.end());
  kept_.push_back({next_, now, now, planned, std::move(memory)});
  next_ = next_in_sequence(next_);
}

std::size_t KeptEvents::send_from(std::int32_t seq, base::Time now, const Send& send) {
  std::size_t count = 0;
  for (auto& one : kept_) {
    if (ahead_of(one.seq, seq) < 0) continue;
    one.sent = now;
    send(one.packet);
    ++count;
  }
  return count;
}

void KeptEvents::send_unseen(std::int32_t seen, base::Time now, const Send& send, std::int64_t playhead) {
  std::size_t count = 0;
  for (auto& one : kept_) {
    if (count == kMost) return;
    const bool known = seen != 0 && ahead_of(one.seq, seen) <= 0;
    const bool worth = now - one.made <= kFor || (one.planned && *one.planned >= playhead);
    if (known || !worth || now - one.sent < settle(one.again)) continue;
    one.sent = now;
    ++one.again;
    send(one.packet);
    ++count;
  }
}

base::Duration KeptEvents::settle(int again) {
  base::Duration wait = kSettle;
  for (int i = kSoon; i <= again && wait < kSlowest; ++i) wait *= 2;
  return std::min<base::Duration>(wait, kSlowest);
}

void KeptEvents::outdate(std::int64_t from) {
  for (auto& one : kept_) {
    if (one.planned && *one.planned >= from) one.planned.reset();
  }
}

}  // namespace server
