#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <vector>

#include "base/time.hpp"
#include "protocol/validate.hpp"

namespace server {

/// The last events of a session, as they were sent: UDP loses some, and a host asks for them again. Thread: [net].
class KeptEvents {
 public:
  static constexpr std::size_t kMost = 256;  ///< are kept of answers; and so many are sent again at once
  static constexpr auto kSettle = std::chrono::milliseconds(100);  ///< what was just sent may still be on its way
  static constexpr auto kFor = std::chrono::seconds(2);            ///< how long an answer is worth sending again
  static constexpr int kSoon = 4;                                  ///< so often it is sent after kSettle
  static constexpr auto kSlowest = std::chrono::milliseconds(3200);

  explicit KeptEvents(std::size_t most = kMost) : most_(most) {}

  using Send = std::function<void(protocol::Bytes)>;

  /// The number of the next event.
  std::int32_t next() const { return next_; }
  /// @param planned  the position that it is planned for; none: an answer
  void add(protocol::Bytes packet, base::Time now, std::optional<std::int64_t> planned = {});
  /// Sends all that are kept from this number on, in order. @return how many.
  std::size_t send_from(std::int32_t seq, base::Time now, const Send& send);
  /// Sends again what the host has not seen, is worth it, and was not sent just now. What is planned is worth it while
  /// it is ahead of the playhead; and everything for a while, so that `seen` can go on. At most kMost, the oldest
  /// first. `seen` may stand still for ever, where the number after it is no longer kept: what was sent kSoon times is
  /// sent at intervals that double, up to kSlowest.
  void send_unseen(std::int32_t seen, base::Time now, const Send& send, std::int64_t playhead = 0);
  /// What is planned from there on is void.
  void outdate(std::int64_t from);

 private:
  struct Kept {
    std::int32_t seq;
    base::Time made, sent;
    std::optional<std::int64_t> planned;
    std::vector<std::byte> packet;
    int again = 0;  ///< how often it was sent as unseen
  };
  static base::Duration settle(int again);

  std::size_t most_;
  std::deque<Kept> kept_;  // oldest first
  std::int32_t next_ = 1;
};

}  // namespace server
