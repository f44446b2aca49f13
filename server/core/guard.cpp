#include "server/core/guard.hpp"

#include <algorithm>
#include <utility>

#include "server/config/endpoint.hpp"

namespace server {

namespace {
constexpr auto kWrongFor = std::chrono::minutes(1);
}

void Guard::configure(std::vector<Range> known, base::Duration lease) {
  listed_ = std::move(known);
  lease_ = lease;
}

bool Guard::needs_nothing(const Ip& ip) const { return ip.is_loopback() || is_allowed(ip.bytes, listed_); }

bool Guard::knows(const Ip& ip, base::Time now) const {
  if (needs_nothing(ip)) return true;
  const auto it = known_.find(ip);
  return it != known_.end() && it->second > now;
}

// Forgetting one loses what it may still get, and never gives anything.
Guard::Stranger& Guard::stranger(const Ip& ip) {
  const auto it = strangers_.find(ip);
  if (it != strangers_.end()) {
    quiet_.splice(quiet_.end(), quiet_, it->second.place);
    return it->second;
  }
  if (strangers_.size() >= kStrangers) {
    strangers_.erase(quiet_.front());
    quiet_.pop_front();
  }
  auto& fresh = strangers_[ip];
  fresh.place = quiet_.insert(quiet_.end(), ip);
  return fresh;
}

void Guard::heard(const Ip& from, std::size_t bytes, base::Time now) {
  if (needs_nothing(from)) return;
  if (const auto it = known_.find(from); it != known_.end()) {
    if (it->second > now) {
      it->second = now + lease_;
      return;
    }
    known_.erase(it);
  }
  stranger(from).credit += kTimes * bytes;
}

void Guard::make_room() {
  const auto oldest =
      std::min_element(known_.begin(), known_.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  known_.erase(oldest);
}

void Guard::prove(const Ip& ip, base::Time now) {
  if (needs_nothing(ip)) return;
  if (known_.size() >= kKnown && !known_.contains(ip)) make_room();
  known_[ip] = now + lease_;
  const auto it = strangers_.find(ip);
  if (it == strangers_.end()) return;
  quiet_.erase(it->second.place);
  strangers_.erase(it);
}

// The numbers have 24 bits: somebody who cannot hear us has to guess, and is given few guesses. The same wrong number
// again is a host that has not noticed a restart, not a guess.
void Guard::named(const Ip& ip, std::int32_t number, bool right, base::Time now) {
  if (knows(ip, now)) return;
  auto& one = stranger(ip);
  if (now - one.wrong_since >= kWrongFor) {
    one.wrong.clear();
    one.wrong_since = now;
  }
  if (one.wrong.size() >= kWrongNumbers) return;
  if (right) return prove(ip, now);
  if (std::find(one.wrong.begin(), one.wrong.end(), number) == one.wrong.end()) one.wrong.push_back(number);
}

bool Guard::affords(const Ip& to, std::size_t bytes, base::Time now) const {
  if (knows(to, now)) return true;
  const auto it = strangers_.find(to);
  return it != strangers_.end() && it->second.credit >= bytes;
}

void Guard::withhold(const Ip& to) {
  ++withheld_;
  last_withheld_ = to;
}

bool Guard::spend(const Ip& to, std::size_t bytes, base::Time now) {
  if (!affords(to, bytes, now)) {
    withhold(to);
    return false;
  }
  if (const auto it = strangers_.find(to); it != strangers_.end() && !knows(to, now)) it->second.credit -= bytes;
  return true;
}

}  // namespace server
