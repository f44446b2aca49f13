#pragma once
#include <cstdint>
#include <list>
#include <unordered_map>
#include <vector>

#include "base/time.hpp"
#include "protocol/validate.hpp"

namespace server {

/// The answers of one client's requests that changed something: a UDP repeat of the same bytes gets the same answer and
/// runs nothing twice. The last 256, for 5 s. Thread: [net].
class KeptAnswers {
 public:
  static constexpr std::size_t kMost = 256;
  static constexpr auto kFor = std::chrono::seconds(5);
  static constexpr std::size_t kBytes = 8192;  ///< a larger answer went by TCP, which loses none: it is not kept

  struct Kept {
    std::uint64_t fingerprint;  ///< keyed hash of the request's bytes
    bool answered = false;      ///< false: still at work
    base::Time since{};
    std::vector<std::byte> packet;
  };

  /// What is kept of a request with this fingerprint; nullptr: it is new.
  const Kept* find(std::uint64_t fingerprint, base::Time now);
  /// A new request is at work.
  void begin(std::uint64_t fingerprint, base::Time now);
  /// It was answered by this packet. Nothing happens where it is no longer kept.
  void end(std::uint64_t fingerprint, protocol::Bytes packet, base::Time now);

 private:
  using Order = std::list<Kept>;  // oldest first
  void forget(base::Time now);
  Order::iterator drop(Order::iterator one);

  Order kept_;
  // A question every few milliseconds finds the memory cold: looking through all of them would cost more than its
  // answer.
  std::unordered_map<std::uint64_t, Order::iterator> by_fingerprint_;
};

/// A hash with a key that is random per process (SipHash): nobody can make two requests collide. Thread: [any].
std::uint64_t fingerprint(protocol::Bytes bytes);

}  // namespace server
