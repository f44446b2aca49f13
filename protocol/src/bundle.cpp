#include "protocol/bundle.hpp"

#include <cassert>
#include <string_view>

namespace protocol {
namespace {

constexpr std::string_view kHead{"#bundle\0", 8};
constexpr std::uint64_t kFrom1900To1970 = 2208988800;  // seconds
constexpr std::int64_t kNanos = 1000000000;
constexpr std::uint64_t kImmediately = 1;

void put(std::vector<std::byte>& to, std::uint32_t value) {
  for (const int shift : {24, 16, 8, 0}) to.push_back(static_cast<std::byte>(value >> shift & 0xff));
}

}  // namespace

// In integers: seconds since 1900 in a double keep half a microsecond.
std::uint64_t ntp_time(std::chrono::nanoseconds since_1970) {
  const auto since_1900 = since_1970.count() + static_cast<std::int64_t>(kFrom1900To1970) * kNanos;
  const auto seconds = static_cast<std::uint64_t>(since_1900 / kNanos);
  const auto nanos = static_cast<std::uint64_t>(since_1900 % kNanos);
  return (seconds << 32) + ((nanos << 32) + kNanos / 2) / static_cast<std::uint64_t>(kNanos);
}

BundleWriter& BundleWriter::begin(std::uint64_t time_tag) {
  assert(time_tag != kImmediately && "a time tag that SuperCollider misreads");
  if (time_tag == kImmediately) ++time_tag;
  const auto* head = reinterpret_cast<const std::byte*>(kHead.data());
  buffer_.assign(head, head + kHead.size());
  put(buffer_, static_cast<std::uint32_t>(time_tag >> 32));
  put(buffer_, static_cast<std::uint32_t>(time_tag & 0xffffffffU));
  return *this;
}

BundleWriter& BundleWriter::add(Bytes message) {
  put(buffer_, static_cast<std::uint32_t>(message.size()));
  buffer_.insert(buffer_.end(), message.begin(), message.end());
  return *this;
}

}  // namespace protocol
