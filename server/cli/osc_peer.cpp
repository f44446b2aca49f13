#include "server/cli/osc_peer.hpp"

#include <array>
#include <asio.hpp>
#include <optional>
#include <random>

#include "protocol/schema.hpp"
#include "protocol/validate.hpp"

namespace server {

using asio::ip::udp;
using base::Error;
using base::ErrorCode;

struct OscPeer::Socket {
  asio::io_context io{1};
  udp::socket door{io};
  udp::endpoint daemon;
  /// Connected, the system tells at once that nobody has the port open, but hears one sender only: not for `listen`,
  /// and not for machines elsewhere, which may answer from another of their addresses.
  bool connected = false;
  std::array<std::byte, 65536> datagram{};
  protocol::Reader reader;
};

namespace {

struct Received {
  asio::error_code error;
  std::size_t size = 0;
};

base::Result<asio::ip::address> address_of(const std::string& host) {
  if (host == "localhost") return asio::ip::address(asio::ip::address_v4::loopback());
  asio::error_code error;
  const auto address = asio::ip::make_address(host, error);
  if (!error && !address.is_unspecified()) return address;
  return Error{ErrorCode::kMalformed,
               "'" + host + "' is no address; numbers ('192.168.1.20', '::1') or 'localhost' are expected"};
}

asio::error_code bind(udp::socket& socket, const asio::ip::address& to, std::uint16_t port) {
  asio::error_code error;
  const auto family = to.is_v4() ? udp::v4() : udp::v6();
  socket.open(family, error);
  asio::ip::address here = to.is_v4() ? asio::ip::address(asio::ip::address_v4::any()) : asio::ip::address_v6::any();
  if (to.is_loopback()) here = to;
  if (!error) socket.bind({here, port}, error);
  return error;
}

bool refused(const asio::error_code& error) {
  return error == asio::error::connection_refused || error == asio::error::connection_reset;
}

bool is_item(std::string_view address) { return address.starts_with("/oscine/v1/model."); }

std::int32_t first_id() { return static_cast<std::int32_t>(1000 + std::random_device{}() % 900000); }

}  // namespace

base::Result<OscPeer> OscPeer::open(const DaemonAddress& daemon, std::uint16_t listen) {
  const auto address = address_of(daemon.host);
  if (!address) return address.error();
  auto socket = std::make_unique<Socket>();
  if (const auto error = bind(socket->door, *address, listen); error == asio::error::address_in_use) {
    return Error{ErrorCode::kWrongState, "port " + std::to_string(listen) +
                                             " is in use: stop what listens there, or name another with --listen"};
  } else if (error) {
    return Error{ErrorCode::kForbidden, "no UDP port could be opened: " + error.message()};
  }
  socket->daemon = {*address, daemon.port};
  asio::error_code error;
  if (listen == 0 && address->is_loopback()) socket->door.connect(socket->daemon, error);
  socket->connected = listen == 0 && address->is_loopback() && !error;
  const auto host = address->to_string();
  auto name = (address->is_v6() ? "[" + host + "]" : host) + ":" + std::to_string(daemon.port);
  return OscPeer(std::move(socket), std::move(name), std::chrono::milliseconds(daemon.timeout_ms));
}

OscPeer::OscPeer(std::unique_ptr<Socket> socket, std::string name, std::chrono::milliseconds timeout)
    : socket_(std::move(socket)), name_(std::move(name)), timeout_(timeout), next_id_(first_id()) {}
OscPeer::OscPeer(OscPeer&&) noexcept = default;
OscPeer::~OscPeer() = default;

std::uint16_t OscPeer::port() const {
  asio::error_code error;
  return socket_->door.local_endpoint(error).port();
}

Error OscPeer::nobody() const { return {ErrorCode::kGone, "no daemon answers at " + name_ + "; start one with ./run"}; }

base::Status OscPeer::send(protocol::Bytes packet) {
  asio::error_code error;
  const auto buffer = asio::buffer(packet.data(), packet.size());
  if (socket_->connected) {
    socket_->door.send(buffer, 0, error);
  } else {
    socket_->door.send_to(buffer, socket_->daemon, 0, error);
  }
  if (!error) return {};
  if (refused(error)) return nobody();
  if (error == asio::error::message_size) {
    return Error{ErrorCode::kTooLarge, std::to_string(packet.size()) + " bytes do not fit into one datagram"};
  }
  return Error{ErrorCode::kForbidden, "nothing can be sent to " + name_ + ": " + error.message()};
}

base::Result<bool> OscPeer::receive(base::Time until, const Sink& sink) {
  bool enough = false;
  while (!enough) {
    std::optional<Received> received;
    udp::endpoint from;
    socket_->door.async_receive_from(asio::buffer(socket_->datagram), from,
                                     [&](const asio::error_code& error, std::size_t size) {
                                       received = {error, size};
                                     });
    socket_->io.restart();
    socket_->io.run_until(until);
    if (!received) {
      socket_->door.cancel();
      socket_->io.run();
    }
    if (received->error == asio::error::operation_aborted) return false;
    if (refused(received->error)) return nobody();
    if (received->error) return Error{ErrorCode::kGone, "nothing can be received: " + received->error.message()};
    const protocol::Bytes packet(socket_->datagram.data(), received->size);
    protocol::Malformed why;
    if (!protocol::validate(packet, {}, why)) continue;
    socket_->reader.read(packet, [&](const protocol::MessageView& message) { enough = sink(message) || enough; });
  }
  return true;
}

// Elsewhere the daemon sends little to whoever has not said its key: twice, then.
base::Status OscPeer::hello() {
  std::int32_t key = 0;
  if (auto said = hello(key); !said || socket_->daemon.address().is_loopback()) return said;
  return hello(key);
}

base::Status OscPeer::hello(std::int32_t& key) {
  protocol::Writer writer;
  const auto id = next_id();
  writer.begin("/oscine/v1/hello").integer(id).integer(0).text("oscine");
  if (key != 0) writer.integer(key);
  return ask(writer.end(), id, [&](const protocol::MessageView& message) {
    if (message.arguments.size() < 7) return;
    if (const auto* version = std::get_if<std::string_view>(&message.arguments[4])) version_ = *version;
    if (const auto* told = std::get_if<std::int32_t>(&message.arguments[6])) key = *told;
  });
}

void OscPeer::bye() {
  protocol::Writer writer;
  (void)send(writer.begin("/oscine/v1/bye").integer(0).end()).has_value();  // whoever is gone needs no farewell
}

base::Status OscPeer::ask(protocol::Bytes packet, std::int32_t id,
                          const std::function<void(const protocol::MessageView&)>& each) {
  if (auto sent = send(packet); !sent) return sent;
  base::Status status;
  const auto ended = receive(deadline(), [&](const protocol::MessageView& message) {
    if (message.address == "/oscine/v1/restarted") {
      status = Error{ErrorCode::kGone, "the daemon fell before it answered, and serves again; its log says why"};
      return true;
    }
    if (message.arguments.empty() || protocol::id_of(message) != id) return false;
    each(message);
    if (message.address == kFail) status = failure_in(message);
    return ends(message, id);
  });
  if (!ended) return ended.error();
  return *ended ? status : nobody();
}

bool ends(const protocol::MessageView& message, std::int32_t id) {
  if (is_item(message.address) || protocol::id_of(message) != id) return false;
  const auto* entry = protocol::find(message.address);
  return entry != nullptr && entry->role == protocol::Role::kAnswer;
}

Error failure_in(const protocol::MessageView& message) {
  protocol::Arguments arguments;
  const auto* entry = protocol::find(message.address);
  if (entry == nullptr || !protocol::decode(*entry, message, arguments) || arguments.size() < 4) {
    return {ErrorCode::kMalformed, "the daemon failed in words that this version does not know"};
  }
  return {static_cast<ErrorCode>(arguments.integer(2)), std::string(arguments.text(3))};
}

}  // namespace server
