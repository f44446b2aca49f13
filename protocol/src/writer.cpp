// Writer: collects the arguments of one message, then hands them to oscpack with a buffer of the exact size.
#include <osc/OscOutboundPacketStream.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/time.hpp"
#include "protocol/message.hpp"

namespace protocol {
namespace {

// EndMessage of oscpack copies the tags onto the stack, and each argument costs it 15 ns. Long messages are packed
// here.
constexpr std::size_t kMostByOscpack = 64;

std::size_t padded(std::size_t size) { return (size + 3) & ~std::size_t{3}; }

float held(double value) {
  assert(!std::isnan(value) && "NaN is never sent");
  constexpr double kMost = std::numeric_limits<float>::max();
  return std::isnan(value) ? 0.0F : static_cast<float>(std::clamp(value, -kMost, kMost));
}

template <class T>
void append(std::vector<std::byte>& to, T value) {
  const auto at = to.size();
  to.resize(at + sizeof value);
  std::memcpy(to.data() + at, &value, sizeof value);
}

template <class T>
T take(const std::byte*& from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  from += sizeof value;
  return value;
}

/// Hands one collected argument to oscpack.
void put(osc::OutboundPacketStream& to, char tag, const std::byte*& from) {
  if (tag == 'i') {
    to << static_cast<osc::int32>(take<std::int32_t>(from));
  } else if (tag == 'f') {
    to << take<float>(from);
  } else if (tag == 's') {
    const auto size = take<std::uint32_t>(from);
    to << reinterpret_cast<const char*>(from);
    from += size;
  } else {
    const auto size = take<std::uint32_t>(from);
    to << osc::Blob(from, static_cast<osc::osc_bundle_element_size_t>(size));
    from += size;
  }
}

void put_word(std::byte*& to, std::uint32_t value) {
  to[0] = static_cast<std::byte>(value >> 24);
  to[1] = static_cast<std::byte>(value >> 16 & 0xff);
  to[2] = static_cast<std::byte>(value >> 8 & 0xff);
  to[3] = static_cast<std::byte>(value & 0xff);
  to += 4;
}

void put_bytes(std::byte*& to, const void* from, std::size_t size) {
  std::memcpy(to, from, size);
  std::memset(to + size, 0, padded(size) - size);
  to += padded(size);
}

/// What `put` does, without oscpack. `to` has room.
void pack(std::byte*& to, char tag, const std::byte*& from) {
  const auto value = take<std::uint32_t>(from);  // the bits of an i or f; the size of an s or b
  if (tag != 's') put_word(to, value);
  if (tag == 'i' || tag == 'f') return;
  put_bytes(to, from, value);
  from += value;
}

}  // namespace

Writer& Writer::begin(std::string_view address) {
  address_ = address;
  tags_.clear();
  arguments_.clear();
  size_ = 0;
  return *this;
}

void Writer::tag(char type, std::size_t count, std::size_t size) {
  tags_.append(count, type);
  size_ += size;
}

Writer& Writer::integer(std::int64_t value) {
  constexpr std::int64_t kMost = base::kWireMax;
  assert(value >= -kMost && value <= kMost && "an integer that a float32 host cannot read");
  return whole(static_cast<std::int32_t>(std::clamp(value, -kMost, kMost)));
}

Writer& Writer::whole(std::int32_t value) {
  tag('i', 1, 4);
  append(arguments_, value);
  return *this;
}

Writer& Writer::number(double value) {
  tag('f', 1, 4);
  append(arguments_, held(value));
  return *this;
}

Writer& Writer::numbers(std::span<const float> values) {
  tag('f', values.size(), values.size_bytes());
  auto at = arguments_.size();
  arguments_.resize(at + values.size_bytes());
  for (const float value : values) {
    const float finite = held(value);
    std::memcpy(arguments_.data() + at, &finite, sizeof finite);
    at += sizeof finite;
  }
  return *this;
}

Writer& Writer::text(std::string_view value) {
  value = value.substr(0, value.find('\0'));
  tag('s', 1, padded(value.size() + 1));
  append(arguments_, static_cast<std::uint32_t>(value.size() + 1));
  const auto* from = reinterpret_cast<const std::byte*>(value.data());
  arguments_.insert(arguments_.end(), from, from + value.size());
  arguments_.push_back(std::byte{0});
  return *this;
}

Writer& Writer::blob(Bytes value) {
  tag('b', 1, 4 + padded(value.size()));
  append(arguments_, static_cast<std::uint32_t>(value.size()));
  arguments_.insert(arguments_.end(), value.begin(), value.end());
  return *this;
}

std::size_t Writer::size() const { return padded(address_.size() + 1) + padded(tags_.size() + 2) + size_; }

Bytes Writer::end() {
  const auto size = this->size();
  if (buffer_.size() < size) buffer_.resize(size);
  if (tags_.size() > kMostByOscpack) {
    pack_all();
  } else {
    osc::OutboundPacketStream stream(reinterpret_cast<char*>(buffer_.data()), size);
    stream << osc::BeginMessage(address_.c_str());
    const std::byte* from = arguments_.data();
    for (const char type : tags_) put(stream, type, from);
    stream << osc::EndMessage;
    assert(stream.Size() == size);
  }
  return Bytes(buffer_).first(size);
}

void Writer::pack_all() {
  std::byte* to = buffer_.data();
  const std::byte* from = arguments_.data();
  const std::string tags = ',' + tags_;
  put_bytes(to, address_.c_str(), address_.size() + 1);
  put_bytes(to, tags.c_str(), tags.size() + 1);
  for (const char type : tags_) pack(to, type, from);
}

}  // namespace protocol
