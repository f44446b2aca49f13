#include "fuzz_packets.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace bench {

namespace {

constexpr std::size_t kDatagram = 65507;
constexpr std::uint32_t kGoldenSession = 4711;
constexpr std::array<std::uint32_t, 14> kOdd{0,          1,          2,          4,          8,
                                             0x7fffffff, 0x80000000, 0xffffffff, 0xfffffffc, 0x00ffffff,
                                             0x01000000, 0x01000001, 0x7fc00000, 0x7f800000};
constexpr std::array<const char*, 16> kTexts{
    "",    "synth-params", "counter", "stumbling",    "default",  "forward", "gain",   "status",
    "log", "samples",      "ticks",   "../card.yaml", "loudness", "wire",    "melody", "scale"};

void put(Packet& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<std::byte>(value >> shift));
}

std::uint32_t at(const Packet& packet, std::size_t place) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<std::uint32_t>(packet[place + i]);
  return value;
}

void set(Packet& packet, std::size_t place, std::uint32_t value) {
  for (std::size_t i = 0; i < 4; ++i) packet[place + i] = static_cast<std::byte>(value >> (24 - 8 * i));
}

void put_text(Packet& out, std::string_view text) {
  for (const char c : text) out.push_back(static_cast<std::byte>(c));
  out.resize((out.size() / 4 + 1) * 4);
}

void append(Packet& out, const Packet& more) { out.insert(out.end(), more.begin(), more.end()); }

}  // namespace

FuzzPackets::FuzzPackets(std::uint64_t seed, const std::vector<std::filesystem::path>& folders) : random_(seed) {
  std::vector<std::filesystem::path> files;
  for (const auto& folder : folders) {
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      if (entry.path().extension() == ".osc") files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  for (const auto& file : files) {
    std::ifstream in(file, std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(in)), {});
    auto& packet = corpus_.emplace_back(bytes.size());
    std::transform(bytes.begin(), bytes.end(), packet.begin(), [](char c) { return static_cast<std::byte>(c); });
  }
  if (corpus_.empty()) throw std::runtime_error("there are no .osc files in the folders given");
}

protocol::Bytes FuzzPackets::next() {
  const auto dice = below(1000);
  if (dice < 550)
    packet_ = golden();
  else if (dice < 900)
    packet_ = message();
  else if (dice < 960)
    packet_ = bundle(0);
  else if (dice < 999)
    packet_ = noise(300);
  else
    packet_ = large();
  renumber(packet_);
  if (once_in(2)) {
    for (auto left = 1 + below(4); left > 0; --left) damage(packet_);
  }
  if (packet_.size() > kDatagram) packet_.resize(kDatagram);
  return packet_;
}

std::uint32_t FuzzPackets::odd_number() {
  return once_in(3) ? static_cast<std::uint32_t>(random_()) : kOdd[below(kOdd.size())];
}

// A fresh id, so that it is no repeat; and a session that is there, so that it gets further.
void FuzzPackets::renumber(Packet& packet) {
  const auto tags = std::find(packet.begin(), packet.end(), std::byte{','});
  const auto end = std::find(tags, packet.end(), std::byte{0});
  const auto data = (static_cast<std::size_t>(end - packet.begin()) / 4 + 1) * 4;
  if (data + 4 > packet.size() || once_in(5)) return;
  set(packet, data, static_cast<std::uint32_t>(1 + below(1 << 24)));
  for (auto place = data; session_ && place + 4 <= packet.size(); place += 4) {
    if (at(packet, place) == kGoldenSession) set(packet, place, static_cast<std::uint32_t>(*session_));
  }
}

void FuzzPackets::damage(Packet& packet) {
  const auto size = packet.size();
  switch (below(9)) {
    case 0:
      packet.resize(below(size + 1));
      break;
    case 1:
      packet.resize(std::min(size & ~std::size_t{3}, 4 * below(size / 4 + 1)));
      break;
    case 2:
      append(packet, noise(16));
      break;
    case 3:
      packet.insert(packet.end(), 4 * below(5), std::byte{0});
      break;
    case 4: {  // the head of one and the tail of another
      const auto& other = golden();
      packet.resize(std::min(size, 4 * below(size / 4 + 1)));
      const auto from = std::min(other.size(), 4 * below(other.size() / 4 + 1));
      packet.insert(packet.end(), other.begin() + static_cast<std::ptrdiff_t>(from), other.end());
      break;
    }
    default:
      damage_bytes(packet);
  }
}

void FuzzPackets::damage_bytes(Packet& packet) {
  if (packet.size() < 4) return;
  const auto place = below(packet.size());
  switch (below(5)) {
    case 0:
      packet[place] ^= static_cast<std::byte>(1U << below(8));
      break;
    case 1:
      packet[place] = static_cast<std::byte>(random_());
      break;
    case 2:
      set(packet, below(packet.size() / 4) * 4, odd_number());
      break;
    case 3: {  // a size that is nearly right
      const auto word = below(packet.size() / 4) * 4;
      set(packet, word, static_cast<std::uint32_t>(packet.size() - word + 4 * below(5) - 8));
      break;
    }
    default: {  // another type tag
      const auto tags = std::find(packet.begin(), packet.end(), std::byte{','});
      const auto offset = 1 + below(6);
      if (static_cast<std::size_t>(packet.end() - tags) <= offset) return;
      *(tags + static_cast<std::ptrdiff_t>(offset)) = static_cast<std::byte>("ifsbhdTFNItcrmS[]\0q"[below(19)]);
    }
  }
}

Packet FuzzPackets::message() {
  const auto rows = protocol::schema();
  const auto& row = rows[below(rows.size())];
  std::string tags = ",";
  Packet data;
  for (const auto& parameter : row.parameters) {
    if (parameter.optional && once_in(2)) break;
    const auto times = parameter.repeats ? once_in(2) ? 2 : below(6) : 1;
    for (std::size_t i = 0; i < times; ++i) argument(parameter, tags, data);
  }
  Packet out;
  put_text(out, std::string(protocol::kPrefix) + std::string(row.address));
  put_text(out, tags);
  append(out, data);
  return out;
}

// Mostly what the row wants, so that it passes the checks; now and then what it does not.
void FuzzPackets::argument(const protocol::Parameter& parameter, std::string& tags, Packet& data) {
  auto type = once_in(12) ? "ifsb"[below(4)] : parameter.type;
  if (type == 'v') type = "ifs"[below(3)];
  if (type == 'a') type = "fb"[below(2)];
  tags += type;
  if (type == 's') return put_text(data, kTexts[below(kTexts.size())]);
  if (type == 'b') {
    const auto bytes = noise(40);
    put(data, static_cast<std::uint32_t>(bytes.size()));
    append(data, bytes);
    return data.resize((data.size() + 3) / 4 * 4);
  }
  if (type == 'f') {  // quarters, at which some of the fake models stumble; or anything from -0.5 to 1.5
    const auto number = static_cast<float>(once_in(2) ? 250 * below(5) + 500 : below(2001)) / 1000 - 0.5F;
    return put(data, std::bit_cast<std::uint32_t>(number));
  }
  if (parameter.name == "session") return put(data, kGoldenSession);
  put(data, once_in(4) ? odd_number() : static_cast<std::uint32_t>(below(1000)));
}

Packet FuzzPackets::bundle(std::size_t depth) {
  Packet out;
  put_text(out, "#bundle");
  put(out, 0);
  put(out, 1);
  for (auto left = below(5); left > 0; --left) {
    const auto element = depth < 12 && once_in(2) ? bundle(depth + 1) : once_in(2) ? golden() : message();
    put(out, once_in(20) ? odd_number() : static_cast<std::uint32_t>(element.size()));
    append(out, element);
  }
  return out;
}

Packet FuzzPackets::noise(std::size_t most) {
  Packet out(below(most));
  for (auto& byte : out) byte = static_cast<std::byte>(random_());
  return out;
}

// As much as a datagram can hold of one thing: tags without data, numbers, one text, one blob, messages.
Packet FuzzPackets::large() {
  const auto shape = below(5);
  const auto count = below(kDatagram);
  Packet out;
  if (shape == 4) {
    put_text(out, "#bundle");
    put(out, 0);
    put(out, 1);
    for (auto one = message(); out.size() + one.size() + 4 < count; one = message()) {
      put(out, static_cast<std::uint32_t>(one.size()));
      append(out, one);
    }
    return out;
  }
  const auto numbers = count / 5;
  put_text(out, once_in(2) ? "/oscine/v1/run" : "/oscine/v1/ask");
  if (shape == 0) put_text(out, "," + std::string(count, "TFNI"[below(4)]));
  if (shape == 1) put_text(out, ",iiii" + std::string(numbers, 'f'));
  if (shape == 2) put_text(out, ",is");
  if (shape == 3) put_text(out, ",ib");
  if (shape == 1) out.resize(out.size() + 4 * (numbers + 4));
  if (shape == 2 || shape == 3) put(out, 1);
  if (shape == 2) put_text(out, std::string(count, 'x'));
  if (shape == 3) put(out, static_cast<std::uint32_t>(count));
  if (shape == 3) out.resize(out.size() + (count + 3) / 4 * 4);
  return out;
}

}  // namespace bench
