#pragma once
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

// Just enough OSC and sockets for a load client: nothing of oscine's own is measured on this side.
namespace bench {

inline void put_integer(std::string& out, std::uint32_t value) {
  const std::uint32_t wire = htonl(value);
  out.append(reinterpret_cast<const char*>(&wire), sizeof wire);
}

inline void put_number(std::string& out, float value) {
  std::uint32_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  put_integer(out, bits);
}

inline void put_text(std::string& out, std::string_view text) {
  out.append(text);
  out.append(4 - text.size() % 4, '\0');
}

inline std::string hello(std::int32_t id) {
  std::string out;
  put_text(out, "/oscine/v1/hello");
  put_text(out, ",iis");
  put_integer(out, static_cast<std::uint32_t>(id));
  put_integer(out, 0);
  put_text(out, "bench");
  return out;
}

inline std::string ask(std::int32_t id, std::string_view model, int inputs) {
  std::string out;
  put_text(out, "/oscine/v1/ask");
  put_text(out, ",is" + std::string(static_cast<std::size_t>(inputs), 'f'));
  put_integer(out, static_cast<std::uint32_t>(id));
  put_text(out, model);
  for (int i = 0; i < inputs; ++i) put_number(out, 0.1F * static_cast<float>(i + 1));
  return out;
}

inline std::string_view address_of(std::string_view packet) { return packet.substr(0, packet.find('\0')); }

/// The first argument, which is the id in everything that is measured here; -1 where there is none.
inline std::int32_t id_of(std::string_view packet) {
  const auto padded = [](std::size_t end) { return (end / 4 + 1) * 4; };
  const auto tags = padded(address_of(packet).size());
  if (tags >= packet.size()) return -1;
  const auto data = tags + padded(address_of(packet.substr(tags)).size());
  if (data > packet.size() || packet.size() - data < 4) return -1;
  std::uint32_t wire = 0;
  std::memcpy(&wire, packet.data() + data, sizeof wire);
  return static_cast<std::int32_t>(ntohl(wire));
}

inline sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(port);
  out.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return out;
}

/// A UDP socket that talks to one port of this machine only. -1 when the system refuses.
inline int connected_socket(std::uint16_t port) {
  const int out = socket(AF_INET, SOCK_DGRAM, 0);
  const auto to = loopback(port);
  if (out < 0 || connect(out, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) return -1;
  return out;
}

}  // namespace bench
