#include "protocol/packets.hpp"

#include <algorithm>
#include <bit>

namespace packets {

std::string text(std::string_view value) {
  std::string out(value);
  out.append(4 - out.size() % 4, '\0');
  return out;
}

std::string word(std::uint32_t value) {
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift & 0xff));
  return out;
}

std::string real(float value) { return word(std::bit_cast<std::uint32_t>(value)); }

std::string message(std::string_view address, std::string_view tags, std::string_view data) {
  return text(address) + text(',' + std::string(tags)) + std::string(data);
}

std::string bundle(const std::vector<std::string>& elements, std::uint64_t time_tag) {
  std::string out =
      text("#bundle") + word(static_cast<std::uint32_t>(time_tag >> 32)) + word(static_cast<std::uint32_t>(time_tag));
  for (const auto& element : elements) out += word(static_cast<std::uint32_t>(element.size())) + element;
  return out;
}

std::vector<Kept> read(Bytes packet) {
  std::vector<Kept> out;
  protocol::Reader reader;
  reader.read(packet, [&](const protocol::MessageView& view) {
    out.push_back({string(view.bytes), std::string(view.address), {view.arguments.begin(), view.arguments.end()}});
  });
  return out;
}

}  // namespace packets

namespace protocol {
bool operator==(const Blob& a, const Blob& b) { return std::ranges::equal(a.bytes, b.bytes); }
}  // namespace protocol
