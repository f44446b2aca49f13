#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "protocol/validate.hpp"

namespace protocol {

/// An NTP time tag: seconds since 1900 in the high half, 2^-32 s in the low half, to the nearest 2^-32 s. Wraps in
/// 2036, as NTP does.
/// @param since_1970  of the calendar; from 1900 on
std::uint64_t ntp_time(std::chrono::nanoseconds since_1970);

/// Writes a bundle of whole messages into a buffer of its own.
///   BundleWriter b; b.begin(ntp_time(when)).add(writer.begin("/s_new")….end()); send(b.end());
/// Thread: one caller at a time.
class BundleWriter {
 public:
  /// 1 ("immediately") is our own broken promise: SuperCollider reads nine years ahead. Asserted; a release build
  /// writes 2, which is as late.
  BundleWriter& begin(std::uint64_t time_tag);
  /// Copies the message.
  BundleWriter& add(Bytes message);
  /// @return the packet; valid until the next begin().
  Bytes end() const { return buffer_; }

 private:
  std::vector<std::byte> buffer_;
};

}  // namespace protocol
