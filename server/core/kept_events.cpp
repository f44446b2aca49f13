#include "server/core/kept_events.hpp"

#include "server/core/sequence.hpp"

namespace server {

void KeptEvents::add(protocol::Bytes packet, base::Time now) {
  std::vector<std::byte> memory;
  if (kept_.size() >= kMost) {
    memory = std::move(kept_.front().packet);
    kept_.pop_front();
  }
  memory.assign(packet.begin(), packet.end());
  kept_.push_back({next_, now, now, std::move(memory)});
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

void KeptEvents::send_unseen(std::int32_t seen, base::Time now, const Send& send) {
  for (auto& one : kept_) {
    const bool known = seen != 0 && ahead_of(one.seq, seen) <= 0;
    if (known || now - one.sent < kSettle || now - one.made > kFor) continue;
    one.sent = now;
    send(one.packet);
  }
}

}  // namespace server
