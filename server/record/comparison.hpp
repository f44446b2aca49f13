#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "server/core/peer.hpp"

namespace server {

/// One packet that left a daemon.
struct Said {
  std::int64_t at = 0;  ///< ns since the recording began
  Peer to;
  std::vector<std::byte> packet;
};

/// Two answers that should be one; one of them may be missing.
struct Difference {
  std::optional<Said> then, now;
};

struct Compared {
  std::uint64_t answers = 0;    ///< recorded, and to be compared
  std::uint64_t identical = 0;  ///< bit for bit, but for measured times
  std::uint64_t different = 0;
  std::uint64_t missing = 0;   ///< recorded, and not said now
  std::uint64_t more = 0;      ///< said now, and not recorded
  std::uint64_t excepted = 0;  ///< recorded, and not to be compared: /status.reply
  std::vector<Difference> first;

  bool same() const { return different == 0 && missing == 0 && more == 0; }
};

/// Compares what leaves a daemon with what left it then: the answers to each request, the events and the frames of each
/// session, each in their order. What belongs to different requests may come in another order.
class Comparison {
 public:
  static constexpr std::size_t kShown = 10;  ///< differences that are kept

  /// @param same_version  of the program: else what `/hello.reply` says of it is not compared
  explicit Comparison(bool same_version) : same_version_(same_version) {}

  void then(Said said);
  void now(Said said);
  /// Nothing more comes. Call once.
  Compared finish();

 private:
  /// What belongs together, in order; at most one of the two holds anything.
  struct Line {
    std::deque<Said> then, now;
  };
  void compare(Said then, Said now);
  void show(Difference difference);
  std::string comparable(const Said& said) const;

  bool same_version_;
  std::map<std::string, Line> lines_;
  Compared result_;
};

}  // namespace server
