#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/message.hpp"

/// Packets by hand, for tests: bytes are written as strings, with no help from the code under test.
namespace packets {

using protocol::Bytes;

inline Bytes bytes(std::string_view text) { return {reinterpret_cast<const std::byte*>(text.data()), text.size()}; }
inline std::string string(Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

std::string text(std::string_view value);
std::string word(std::uint32_t value);
std::string real(float value);
/// Address, tags (without the comma), and data that is packed already.
std::string message(std::string_view address, std::string_view tags = "", std::string_view data = "");
std::string bundle(const std::vector<std::string>& elements, std::uint64_t time_tag = 1);

/// A message with its own memory: what a MessageView looked at.
struct Kept {
  std::string bytes;
  std::string address;
  std::vector<protocol::Argument> arguments;  // texts and blobs look into the packet that was read
  protocol::MessageView view() const { return {address, arguments, packets::bytes(bytes)}; }
};

/// All messages of a packet, which must outlive them.
std::vector<Kept> read(Bytes packet);

}  // namespace packets

namespace protocol {
bool operator==(const Blob& a, const Blob& b);
inline bool operator==(TimeTag a, TimeTag b) { return a.ntp == b.ntp; }
inline bool operator==(Nil, Nil) { return true; }
inline bool operator==(Impulse, Impulse) { return true; }
inline bool operator==(Other a, Other b) { return a.tag == b.tag; }
}  // namespace protocol
