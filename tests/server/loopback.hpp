#pragma once
#include <gtest/gtest.h>

#include <asio.hpp>
#include <functional>
#include <string>

#include "protocol/framing.hpp"
#include "server/net/network.hpp"
#include "support/world.hpp"

namespace support {

/// A daemon on real sockets of this machine, turned by the test's own thread.
class Loopback {
 public:
  explicit Loopback(server::Config config = plain_config()) : Loopback(std::move(config), {}) {}
  /// @param descriptors  bound sockets to take over instead of listening
  Loopback(server::Config config, const std::vector<int>& descriptors)
      : workers(clock, 1, static_cast<std::size_t>(config.limits.queue)),
        daemon(config, {network, workers, background, log, [] { return base::Clock::now(); }, [] {}}) {
    if (descriptors.empty() && config.listen == server::Config{}.listen) config.listen = {{"", 0}};
    const auto opened = descriptors.empty() ? network.listen(config.listen) : network.adopt(descriptors);
    EXPECT_TRUE(opened) << (opened ? "" : opened.error().message);
    network.start(daemon);
    daemon.start();
    while (background.step()) {
    }
  }
  ~Loopback() { network.close(); }

  /// Turns until `done` says so. False: not within the guard.
  bool until(const std::function<bool()>& done) {
    const auto end = base::Clock::now() + std::chrono::seconds(20);
    while (!done()) {
      if (base::Clock::now() > end) return false;
      io.run_for(std::chrono::milliseconds(5));  // comes back as soon as nothing is left, at the latest after 5 ms
      io.restart();
      while (background.step() || workers.step()) {
      }
    }
    return true;
  }
  std::uint16_t port() const { return network.port(); }

  asio::io_context io{1};
  VirtualClock clock;  // of the workers' deadlines only
  RecordingLog log;
  server::Network network{io, log};
  ManualWorkers workers;
  ManualBackground background;
  server::Daemon daemon;
};

/// A UDP peer at a port of its own.
class UdpPeer {
 public:
  explicit UdpPeer(Loopback& loopback, const std::string& host = "127.0.0.1")
      : loopback_(loopback), socket_(loopback.io, {asio::ip::make_address(host), 0}), host_(host) {
    socket_.non_blocking(true);
  }
  void send(const Packet& packet, std::uint16_t port = 0) {
    socket_.send_to(asio::buffer(packet), {asio::ip::make_address(host_), port == 0 ? loopback_.port() : port});
  }
  /// The next packet as text; "nothing" when none comes.
  std::string hear() {
    std::vector<std::byte> bytes(65536);
    std::size_t size = 0;
    const bool came = loopback_.until([&] {
      asio::error_code error;
      size = socket_.receive_from(asio::buffer(bytes), from, 0, error);
      return !error;
    });
    return came ? text_of(std::span(bytes).first(size)) : "nothing";
  }
  std::uint16_t port() const { return socket_.local_endpoint().port(); }
  asio::ip::udp::endpoint from;  ///< of the last packet heard

 private:
  Loopback& loopback_;
  asio::ip::udp::socket socket_;
  std::string host_;
};

/// A TCP peer that speaks in one framing.
class TcpPeer {
 public:
  TcpPeer(Loopback& loopback, protocol::Framing framing, const std::string& host = "127.0.0.1")
      : loopback_(loopback), socket_(loopback.io), framing_(framing) {
    socket_.connect({asio::ip::make_address(host), loopback.port()});
    socket_.non_blocking(true);
  }
  std::string framed(const Packet& packet) const {
    std::vector<std::byte> out;
    protocol::frame(framing_, bytes(packet), out);
    return {reinterpret_cast<const char*>(out.data()), out.size()};
  }
  void send(const Packet& packet) { write(framed(packet)); }
  void write(const std::string& raw) {
    std::size_t done = 0;
    loopback_.until([&] {
      asio::error_code error;
      done += socket_.write_some(asio::buffer(raw.data() + done, raw.size() - done), error);
      return done == raw.size() || (error && error != asio::error::would_block);
    });
  }
  /// The next packet as text; "closed" when the daemon closed; "nothing" when none comes.
  std::string hear() {
    std::string out = "nothing";
    loopback_.until([&] {
      if (!heard_.empty()) {
        out = heard_.front();
        heard_.erase(heard_.begin());
        return true;
      }
      std::array<std::byte, 4096> piece{};
      asio::error_code error;
      const auto size = socket_.read_some(asio::buffer(piece), error);
      if (error == asio::error::would_block) return false;
      if (error) {
        out = "closed";
        return true;
      }
      EXPECT_TRUE(decoder_.feed(std::span(piece).first(size),
                                [this](protocol::Bytes packet) { heard_.push_back(text_of(packet)); }));
      return false;
    });
    return out;
  }
  void close() { socket_.close(); }

 private:
  Loopback& loopback_;
  asio::ip::tcp::socket socket_;
  protocol::Framing framing_;
  protocol::StreamDecoder decoder_{1 << 24};
  std::vector<std::string> heard_;
};

}  // namespace support
