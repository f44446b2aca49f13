#pragma once
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
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

inline void put_blob(std::string& out, std::string_view bytes) {
  put_integer(out, static_cast<std::uint32_t>(bytes.size()));
  out.append(bytes);
  out.append((4 - bytes.size() % 4) % 4, '\0');
}

/// @param name  of the client: two sockets of one name are still two clients, as each is answered at its own port.
inline std::string hello(std::int32_t id, std::string_view name = "bench") {
  std::string out;
  put_text(out, "/oscine/v1/hello");
  put_text(out, ",iis");
  put_integer(out, static_cast<std::uint32_t>(id));
  put_integer(out, 0);
  put_text(out, name);
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

/// The arguments of a packet, in their order. Who reads knows the types; past the end there are zeros and no texts.
class ArgumentReader {
 public:
  explicit ArgumentReader(std::string_view packet) : rest_(packet) {
    text();  // the address
    text();  // the tags
  }

  std::uint32_t bits() {
    std::uint32_t wire = 0;
    std::memcpy(&wire, rest_.data(), std::min(rest_.size(), sizeof wire));
    drop(sizeof wire);
    return ntohl(wire);
  }
  std::int32_t integer() { return static_cast<std::int32_t>(bits()); }
  float number() {
    const std::uint32_t wire = bits();
    float value = 0;
    std::memcpy(&value, &wire, sizeof value);
    return value;
  }
  std::string_view text() {
    const auto found = address_of(rest_);
    drop((found.size() / 4 + 1) * 4);
    return found;
  }
  std::string_view blob() {
    const auto size = bits();
    const auto found = rest_.substr(0, size);
    drop((found.size() + 3) / 4 * 4);
    return found;
  }
  bool over() const { return rest_.empty(); }

 private:
  void drop(std::size_t bytes) { rest_.remove_prefix(std::min(bytes, rest_.size())); }

  std::string_view rest_;
};

/// The first argument, which is the id in everything that is measured here; -1 where there is none.
inline std::int32_t id_of(std::string_view packet) {
  ArgumentReader arguments(packet);
  return arguments.over() ? -1 : arguments.integer();
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
