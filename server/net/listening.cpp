#include "server/net/listening.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <set>

namespace server {

using asio::ip::tcp;
using asio::ip::udp;
using base::Error;
using base::ErrorCode;

namespace {

constexpr int kPortTries = 50;

std::string name_of(const asio::ip::address& address, std::uint16_t port) {
  const auto host = address.to_string();
  return (address.is_v6() ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

// What arrives while the thread is busy waits in the kernel: the more room the better, as far as the system lets us.
// Never less than before: who hands a socket in may have had more rights.
void tune(udp::socket& socket) {
  asio::error_code ignored;
  asio::socket_base::receive_buffer_size has;
  socket.get_option(has, ignored);
  if (has.value() < kReceiveBuffer) {
    socket.set_option(asio::socket_base::receive_buffer_size(kReceiveBuffer), ignored);
#ifdef SO_RCVBUFFORCE
    const int bytes = kReceiveBuffer;
    setsockopt(socket.native_handle(), SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes);
#endif
  }
  socket.set_option(asio::socket_base::send_buffer_size(kReceiveBuffer), ignored);
  socket.non_blocking(true, ignored);
}

asio::error_code bind_pair(asio::io_context& io, const asio::ip::address& address, std::uint16_t& port,
                           Listening& out) {
  asio::error_code error;
  udp::socket socket(io);
  const udp::endpoint at(address, port);
  socket.open(at.protocol(), error);
  if (!error && address.is_v6()) socket.set_option(asio::ip::v6_only(true), error);
  if (!error) socket.bind(at, error);
  if (error) return error;
  port = socket.local_endpoint().port();
  tcp::acceptor acceptor(io);
  const tcp::endpoint door(address, port);
  acceptor.open(door.protocol(), error);
  if (!error && address.is_v6()) acceptor.set_option(asio::ip::v6_only(true), error);
  if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor.bind(door, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) return error;
  acceptor.non_blocking(true, error);
  tune(socket);
  out.udp.emplace_back(std::move(socket));
  out.tcp.push_back(std::move(acceptor));
  return {};
}

Error why_not(const asio::error_code& error, const asio::ip::address& address, std::uint16_t port) {
  const auto where = name_of(address, port);
  const std::string remedy = "; choose another with `listen:` in the configuration or with --listen PORT";
  if (error == asio::error::address_in_use) {
    return {ErrorCode::kWrongState,
            "port " + std::to_string(port) + " is in use on " + where + " (is oscine running already?)" + remedy};
  }
  return {ErrorCode::kForbidden,
          "port " + std::to_string(port) + " cannot be opened on " + where + ": " + error.message() + remedy};
}

bool no_ipv6(const asio::error_code& error) {
  return error == asio::error::address_family_not_supported || error.value() == EADDRNOTAVAIL;
}

}  // namespace

asio::ip::address address_of(const Ip& ip) {
  if (ip.is_v4()) return asio::ip::address_v4({ip.bytes[12], ip.bytes[13], ip.bytes[14], ip.bytes[15]});
  return asio::ip::address_v6(ip.bytes, ip.scope);
}

Ip ip_of(const asio::ip::address& address) {
  if (address.is_v4()) {
    const auto b = address.to_v4().to_bytes();
    return Ip::v4(b[0], b[1], b[2], b[3]);
  }
  return {address.to_v6().to_bytes(), static_cast<std::uint32_t>(address.to_v6().scope_id())};
}

Peer peer_of(const udp::endpoint& endpoint, std::uint16_t local_port) {
  return {ip_of(endpoint.address()), endpoint.port(), local_port, 0};
}

UdpDoor::UdpDoor(udp::socket bound) : socket(std::move(bound)) {
  asio::error_code error;
  local = socket.local_endpoint(error).address();
  if (!local.is_v6() || !local.is_unspecified()) return;
  asio::ip::v6_only only;
  socket.get_option(only, error);
  takes_both = !error && !only.value();
}

bool UdpDoor::reaches(asio::ip::address& to) const {
  if (!local.is_unspecified() && local.is_loopback() != to.is_loopback()) return false;
  if (local.is_v4() == to.is_v4()) return true;
  if (!takes_both || !to.is_v4()) return false;
  to = asio::ip::make_address_v6(asio::ip::v4_mapped, to.to_v4());
  return true;
}

void Listening::close() {
  asio::error_code ignored;
  for (auto& door : udp) door.socket.close(ignored);
  for (auto& acceptor : tcp) acceptor.close(ignored);
  udp.clear();
  tcp.clear();
}

std::string Listening::text() const {
  std::string out;
  asio::error_code ignored;
  for (const auto& door : udp) {
    const auto at = door.socket.local_endpoint(ignored);
    out += (out.empty() ? "" : " and ") + name_of(at.address(), at.port());
  }
  return out + (tcp.empty() ? ", udp" : ", udp and tcp");
}

base::Result<Listening> bind_listening(asio::io_context& io, const Endpoint& endpoint) {
  std::vector<asio::ip::address> addresses;
  if (endpoint.host.empty()) {
    addresses = {asio::ip::address_v4::loopback(), asio::ip::address_v6::loopback()};
  } else {
    asio::error_code error;
    addresses = {asio::ip::make_address(endpoint.host, error)};
    if (error) return Error{ErrorCode::kMalformed, "'" + endpoint.host + "' is no numeric address"};
  }
  for (int attempt = 0;; ++attempt) {
    Listening out{endpoint, endpoint.port, {}, {}};
    asio::error_code error;
    for (const auto& address : addresses) {
      error = bind_pair(io, address, out.port, out);
      if (error && endpoint.host.empty() && address.is_v6() && no_ipv6(error)) error = {};  // a host without IPv6
      if (error) {
        if (endpoint.port == 0 && attempt < kPortTries) break;
        return why_not(error, address, out.port);
      }
    }
    if (!error) return out;
  }
}

base::Result<std::vector<Listening>> adopt_listening(asio::io_context& io, const std::vector<int>& descriptors) {
  std::vector<Listening> out;
  const auto entry = [&out](std::uint16_t port) -> Listening& {
    for (auto& one : out) {
      if (one.port == port) return one;
    }
    out.push_back({{"", port}, port, {}, {}});
    return out.back();
  };
  for (const int descriptor : descriptors) {
    sockaddr_storage name{};
    socklen_t size = sizeof name;
    int type = 0;
    socklen_t type_size = sizeof type;
    const bool socket = getsockname(descriptor, reinterpret_cast<sockaddr*>(&name), &size) == 0 &&
                        getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &type_size) == 0;
    const bool inet = name.ss_family == AF_INET || name.ss_family == AF_INET6;
    if (!socket || !inet || (type != SOCK_DGRAM && type != SOCK_STREAM)) {
      return Error{ErrorCode::kMalformed,
                   "descriptor " + std::to_string(descriptor) + " is no UDP or TCP socket; hand in bound sockets only"};
    }
    asio::error_code error;
    if (type == SOCK_DGRAM) {
      udp::socket taken(io, name.ss_family == AF_INET ? udp::v4() : udp::v6(), descriptor);
      const auto port = taken.local_endpoint(error).port();
      tune(taken);
      entry(port).udp.emplace_back(std::move(taken));
    } else {
      tcp::acceptor taken(io, name.ss_family == AF_INET ? tcp::v4() : tcp::v6(), descriptor);
      taken.listen(asio::socket_base::max_listen_connections, error);
      taken.non_blocking(true, error);
      const auto port = taken.local_endpoint(error).port();
      entry(port).tcp.push_back(std::move(taken));
    }
  }
  return out;
}

// sd_listen_fds(3): LISTEN_PID names this process, LISTEN_FDS counts descriptors from 3 on.
std::vector<int> handed_in_descriptors() {
  const char* pid = std::getenv("LISTEN_PID");
  const char* count = std::getenv("LISTEN_FDS");
  std::vector<int> out;
  if (pid == nullptr || count == nullptr || std::atol(pid) != static_cast<long>(getpid())) return out;
  for (int i = 0; i < std::atoi(count); ++i) out.push_back(3 + i);
  unsetenv("LISTEN_PID");
  unsetenv("LISTEN_FDS");
  return out;
}

}  // namespace server
