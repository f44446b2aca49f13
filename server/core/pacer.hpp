#pragma once
#include <deque>
#include <map>
#include <vector>

#include "base/time.hpp"
#include "server/core/guard.hpp"
#include "server/core/link.hpp"
#include "server/core/timers.hpp"

namespace server {

/// Holds UDP packets back so that one receiver (address and port) never gets more than 100 in any 10 ms: 20 at once,
/// then 8 per millisecond. Pd loses what comes faster between two of its ticks. Order is kept. What the guard does not
/// let pass is not sent. Thread: [net].
class Pacer {
 public:
  static constexpr int kBurst = 20;
  static constexpr int kPerMillisecond = 8;
  static constexpr std::size_t kBacklog = 8192;  ///< packets held for one receiver; what comes after is dropped

  Pacer(Link& link, Timers& timers, Guard* guard = nullptr) : link_(link), timers_(timers), guard_(guard) {}

  /// Sends now or as soon as the pace allows. TCP is never held back.
  /// @param in_step  the receiver waits for this packet before it asks again, so it cannot be flooded: send at once
  /// @param pays     the address whose bytes it is weighed against; loopback: nobody's
  /// @return false where the guard withheld it
  bool send(const Peer& to, protocol::Bytes packet, base::Time now, bool in_step, const Ip& pays);
  bool send(const Peer& to, protocol::Bytes packet, base::Time now, bool in_step = false) {
    return send(to, packet, now, in_step, to.ip);
  }
  /// The guard would let so many bytes go there.
  bool affords(const Peer& to, std::size_t bytes, base::Time now) const {
    return to.tcp() || guard_ == nullptr || guard_->affords(to.ip, bytes, now);
  }
  /// A packet was not sent there because the guard would not let what has to follow it.
  void withhold(const Peer& to) {
    if (guard_ != nullptr) guard_->withhold(to.ip);
  }

  std::size_t dropped() const { return dropped_; }
  /// Packets that wait for their time.
  std::size_t held() const { return held_; }
  /// The same, of one receiver.
  std::size_t held(const Peer& to) const;
  /// Forgets receivers that have been quiet. Call now and then.
  void forget(base::Time now);

 private:
  struct Held {
    Peer to;
    std::vector<std::byte> packet;
  };
  struct Receiver {
    base::Time free_at{};  // the virtual time up to which the pace is used up
    std::deque<Held> held;
  };
  void pace(const Peer& to, protocol::Bytes packet, base::Time now, bool in_step);
  bool take(Receiver& receiver, base::Time now);
  void drain(EndpointKey key, base::Time now);
  base::Time next_slot(const Receiver& receiver) const;

  Link& link_;
  Timers& timers_;
  Guard* guard_;
  std::map<EndpointKey, Receiver> receivers_;
  std::size_t dropped_ = 0;
  std::size_t held_ = 0;
};

}  // namespace server
