#pragma once
#include <cstdint>
#include <list>
#include <map>
#include <vector>

#include "base/time.hpp"
#include "server/config/config.hpp"
#include "server/core/peer.hpp"

namespace server {

/// Keeps us from being used to flood others. The sender's address of a datagram can be forged, so an address gets at
/// most three bytes for each that came from it, until it shows that it hears us: it says a number that only our answers
/// told it. That lasts while something comes from it within a lease. This machine and the ranges of `known` need to
/// show nothing. Thread: [net].
class Guard {
 public:
  static constexpr std::uint64_t kTimes = 3;        ///< bytes out for each byte in
  static constexpr std::size_t kStrangers = 4096;   ///< remembered; the one that was quiet longest is forgotten
  static constexpr std::size_t kKnown = 65536;      ///< the same, of those who have shown it
  static constexpr std::size_t kWrongNumbers = 32;  ///< different ones in a minute; then none is looked at

  Guard(std::vector<Range> known, base::Duration lease) : listed_(std::move(known)), lease_(lease) {}
  /// Another configuration.
  void configure(std::vector<Range> known, base::Duration lease);

  /// A datagram of so many bytes came from there.
  void heard(const Ip& from, std::size_t bytes, base::Time now);
  /// It answers our TCP: nobody else can.
  void prove(const Ip& ip, base::Time now);
  /// It said a number (session, key) that it can only know from us, rightly or not.
  void named(const Ip& ip, std::int32_t number, bool right, base::Time now);
  bool knows(const Ip& ip, base::Time now) const;

  /// Whether so many bytes may go there now.
  bool affords(const Ip& to, std::size_t bytes, base::Time now) const;
  /// Takes them from what may go there. False: they may not; that is counted.
  bool spend(const Ip& to, std::size_t bytes, base::Time now);
  /// One more packet was not sent there.
  void withhold(const Ip& to);
  /// Packets that were not sent, and whom the last of them was for.
  std::uint64_t withheld() const { return withheld_; }
  const Ip& last_withheld() const { return last_withheld_; }

 private:
  struct Stranger {
    std::uint64_t credit = 0;  // bytes
    std::vector<std::int32_t> wrong;
    base::Time wrong_since{};
    std::list<Ip>::iterator place;
  };
  bool needs_nothing(const Ip& ip) const;
  Stranger& stranger(const Ip& ip);
  void make_room();

  std::vector<Range> listed_;
  base::Duration lease_;
  std::map<Ip, base::Time> known_;  // until when
  std::map<Ip, Stranger> strangers_;
  std::list<Ip> quiet_;  // the longest first
  std::uint64_t withheld_ = 0;
  Ip last_withheld_;
};

}  // namespace server
