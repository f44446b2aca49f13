// liblo is another implementation of OSC: it reads what we write, and writes what we read, to the same bytes.
#include <gtest/gtest.h>
#include <lo/lo.h>

#include <cstdlib>
#include <cstring>
#include <memory>

#include "protocol/golden.hpp"
#include "protocol/packets.hpp"

namespace protocol {
namespace {

using LoMessage = std::unique_ptr<std::remove_pointer_t<lo_message>, decltype(&lo_message_free)>;

/// liblo 0.31 makes no blob of size 0, and knows tags only, not arrays.
bool liblo_can(const golden::Packet& packet) {
  if (packet.messages.size() != 1 || packet.bytes.starts_with("#bundle")) return false;
  if (packet.bytes.find(',') == std::string::npos) return false;  // it wants type tags
  if (packet.messages[0].types.find_first_of("[]r") != std::string::npos) return false;
  for (const auto& value : packet.messages[0].values) {
    if (value.is_blob && value.scalar.empty()) return false;
  }
  return true;
}

void add(const LoMessage& to, char tag, const golden::Value& value) {
  const char* digits = value.scalar.c_str();
  switch (tag) {
    case 'i':
      lo_message_add_int32(to.get(), static_cast<std::int32_t>(std::strtol(digits, nullptr, 10)));
      break;
    case 'f':
      lo_message_add_float(to.get(), std::strtof(digits, nullptr));
      break;
    case 'h':
      lo_message_add_int64(to.get(), std::strtoll(digits, nullptr, 10));
      break;
    case 'd':
      lo_message_add_double(to.get(), std::strtod(digits, nullptr));
      break;
    case 's':
      lo_message_add_string(to.get(), digits);
      break;
    case 'b': {
      const auto blob = lo_blob_new(static_cast<std::int32_t>(value.scalar.size()), value.scalar.data());
      lo_message_add_blob(to.get(), blob);
      lo_blob_free(blob);
      break;
    }
    default:
      FAIL() << "no golden packet of one message has the type " << tag;
  }
}

std::string written_by_liblo(const golden::Message& message) {
  const LoMessage out(lo_message_new(), lo_message_free);
  std::size_t next = 0;
  for (const char tag : message.types) {
    if (tag == 'T') {
      lo_message_add_true(out.get());
    } else {
      add(out, tag, message.values.at(next++));
    }
  }
  std::string bytes(lo_message_length(out.get(), message.address.c_str()), '\0');
  std::size_t size = bytes.size();
  lo_message_serialise(out.get(), message.address.c_str(), bytes.data(), &size);
  return bytes;
}

TEST(Liblo, WritesTheGoldenPacketsToTheSameBytes) {
  std::size_t compared = 0;
  for (const auto& packet : golden::good()) {
    if (!liblo_can(packet)) continue;
    EXPECT_EQ(written_by_liblo(packet.messages[0]), packet.bytes) << packet.name;
    ++compared;
  }
  EXPECT_GT(compared, 60U);
}

// liblo hands out pointers into the packet, where 8-byte values may stand at any multiple of 4.
template <class T>
T loaded(const lo_arg* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

Argument argument_of(char type, lo_arg* from) {
  switch (type) {
    case 'i':
      return loaded<std::int32_t>(from);
    case 'f':
      return loaded<float>(from);
    case 'h':
      return loaded<std::int64_t>(from);
    case 'd':
      return loaded<double>(from);
    case 'T':
      return true;
    case 's':
      return std::string_view(reinterpret_cast<const char*>(from));
    case 'b': {
      const auto* data = reinterpret_cast<const std::byte*>(from) + sizeof(std::int32_t);
      return Blob{{data, static_cast<std::size_t>(loaded<std::int32_t>(from))}};
    }
    default:
      return Other{type};
  }
}

/// The values of a message as liblo reads it, for comparing with what our reader gives.
std::vector<Argument> read_by_liblo(const LoMessage& message) {
  std::vector<Argument> out;
  lo_arg** values = lo_message_get_argv(message.get());
  const char* types = lo_message_get_types(message.get());
  for (int i = 0; i < lo_message_get_argc(message.get()); ++i) out.push_back(argument_of(types[i], values[i]));
  return out;
}

TEST(Liblo, ReadsTheGoldenPacketsAsWeDo) {
  for (const auto& packet : golden::good()) {
    if (!liblo_can(packet)) continue;
    auto copy = packet.bytes;
    int result = 0;
    const LoMessage message(lo_message_deserialise(copy.data(), copy.size(), &result), lo_message_free);
    ASSERT_NE(message, nullptr) << packet.name << ": " << result;
    const auto ours = packets::read(packets::bytes(packet.bytes)).at(0);
    EXPECT_STREQ(lo_get_path(copy.data(), static_cast<ssize_t>(copy.size())), ours.address.c_str());
    EXPECT_EQ(read_by_liblo(message), ours.arguments) << packet.name;
  }
}

}  // namespace
}  // namespace protocol
