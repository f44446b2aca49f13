#pragma once
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/validate.hpp"

/// OSC packets by hand: int is i, float and double are f, texts are s. Nothing is checked, so that a test can say
/// anything.
namespace support {

using Packet = std::string;

/// Bytes of another type tag: `Typed{'h', word(0) + word(1)}`.
struct Typed {
  char tag;
  std::string data;
};

inline protocol::Bytes bytes(std::string_view packet) {
  return {reinterpret_cast<const std::byte*>(packet.data()), packet.size()};
}

inline std::string word(std::uint32_t value) {
  std::string out;
  for (const int shift : {24, 16, 8, 0}) out.push_back(static_cast<char>(value >> shift & 0xff));
  return out;
}

inline std::string padded(std::string_view text) {
  std::string out(text);
  out.append(4 - out.size() % 4, '\0');
  return out;
}

inline Typed typed(int value) { return {'i', word(static_cast<std::uint32_t>(value))}; }
inline Typed typed(double value) { return {'f', word(std::bit_cast<std::uint32_t>(static_cast<float>(value)))}; }
inline Typed typed(std::string_view value) { return {'s', padded(value)}; }
inline Typed typed(Typed value) { return value; }

/// A blob: `blob(bytes)`.
inline Typed blob(const std::string& data) {
  auto padding = std::string((4 - data.size() % 4) % 4, '\0');
  return {'b', word(static_cast<std::uint32_t>(data.size())) + data + padding};
}

/// One message.
template <class... Values>
Packet osc(std::string_view address, const Values&... values) {
  std::string tags = ",", data;
  [[maybe_unused]] const auto add = [&](const Typed& one) {
    tags += one.tag;
    data += one.data;
  };
  (add(typed(values)), ...);
  return padded(address) + padded(tags) + data;
}

/// One message with any number of floats at its end.
template <class... Values>
Packet osc_with(std::string_view address, const std::vector<float>& numbers, const Values&... values) {
  std::string tags = ",", data;
  [[maybe_unused]] const auto add = [&](const Typed& one) {
    tags += one.tag;
    data += one.data;
  };
  (add(typed(values)), ...);
  for (const float number : numbers) add(typed(static_cast<double>(number)));
  return padded(address) + padded(tags) + data;
}

inline Packet bundle(const std::vector<Packet>& elements) {
  std::string out = padded("#bundle") + word(0) + word(1);
  for (const auto& element : elements) out += word(static_cast<std::uint32_t>(element.size())) + element;
  return out;
}

}  // namespace support
