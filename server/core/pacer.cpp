#include "server/core/pacer.hpp"

#include <algorithm>

namespace server {

namespace {
constexpr base::Duration kStep = std::chrono::microseconds(1000 / Pacer::kPerMillisecond);
constexpr base::Duration kAhead = kStep * (Pacer::kBurst - 1);
}  // namespace

// The generic cell rate algorithm: each packet uses up one step of virtual time, which may run ahead by a burst.
bool Pacer::take(Receiver& receiver, base::Time now) {
  const auto start = std::max(receiver.free_at, now);
  if (start - now > kAhead) return false;
  receiver.free_at = start + kStep;
  return true;
}

base::Time Pacer::next_slot(const Receiver& receiver) const { return receiver.free_at - kAhead; }

bool Pacer::send(const Peer& to, protocol::Bytes packet, base::Time now, bool in_step, const Ip& pays) {
  if (to.tcp()) {
    link_.send(to, packet);
    return true;
  }
  if (guard_ != nullptr && !guard_->spend(pays, packet.size(), now)) return false;
  pace(to, packet, now, in_step);
  return true;
}

void Pacer::pace(const Peer& to, protocol::Bytes packet, base::Time now, bool in_step) {
  const auto key = key_of(to);
  const auto known = receivers_.find(key);
  if (in_step && (known == receivers_.end() || known->second.held.empty())) return link_.send(to, packet);
  auto& receiver = known == receivers_.end() ? receivers_[key] : known->second;
  if (receiver.held.empty() && take(receiver, now)) return link_.send(to, packet);
  if (receiver.held.size() >= kBacklog) {
    ++dropped_;
    return;
  }
  receiver.held.push_back({to, {packet.begin(), packet.end()}});
  ++held_;
  if (receiver.held.size() == 1) {
    const auto when = next_slot(receiver);
    timers_.add(when, [this, key](base::Time at) { drain(key, at); });
  }
}

void Pacer::drain(EndpointKey key, base::Time now) {
  auto& receiver = receivers_[key];
  while (!receiver.held.empty() && take(receiver, now)) {
    link_.send(receiver.held.front().to, receiver.held.front().packet);
    receiver.held.pop_front();
    --held_;
  }
  if (receiver.held.empty()) return;
  const auto when = next_slot(receiver);
  timers_.add(when, [this, key](base::Time at) { drain(key, at); });
}

std::size_t Pacer::held(const Peer& to) const {
  const auto known = receivers_.find(key_of(to));
  return to.tcp() || known == receivers_.end() ? 0 : known->second.held.size();
}

void Pacer::forget(base::Time now) {
  std::erase_if(receivers_, [now](const auto& item) {
    return item.second.held.empty() && item.second.free_at + std::chrono::seconds(1) < now;
  });
}

}  // namespace server
