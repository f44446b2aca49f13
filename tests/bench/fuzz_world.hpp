#pragma once
#include <functional>
#include <memory>
#include <vector>

#include "fuzz_packets.hpp"
#include "server/core/daemon.hpp"
#include "support/fakes.hpp"

namespace bench {

/// A way out that checks what goes out: well-formed OSC within its size, and nothing to those who may not ask.
class CheckingLink : public server::Link {
 public:
  /// @param opened  told of each session that a packet opened
  CheckingLink(server::Ip stranger, std::function<void(std::int32_t)> opened)
      : stranger_(stranger), opened_(std::move(opened)) {}
  void send(const server::Peer& to, protocol::Bytes packet) override;
  void disconnect(const server::Peer&) override {}
  void hold_back(const server::Peer&, bool) override {}
  std::size_t unsent(const server::Peer&) const override { return 0; }
  std::uint64_t sent() const { return sent_; }

 private:
  server::Ip stranger_;
  std::function<void(std::int32_t)> opened_;
  std::uint64_t sent_ = 0;
};

/// A daemon on one thread and a clock moved by hand, serving fake models, and many senders: UDP, TCP, IPv4, IPv6,
/// allowed and not.
class FuzzWorld {
 public:
  explicit FuzzWorld(FuzzPackets& packets);

  /// One packet comes in; now and then time passes, work gets done, a model has loaded, a connection breaks.
  void receive(protocol::Bytes packet);
  const server::Metrics& metrics() const { return daemon_->metrics(); }
  std::uint64_t answers() const { return link_.sent(); }
  std::uint64_t quits() const { return quits_; }

 private:
  server::Peer sender();
  void pass_time();

  FuzzPackets& packets_;
  support::VirtualClock clock_;
  std::uint64_t quits_ = 0;
  std::vector<server::Peer> senders_;
  CheckingLink link_;
  support::ManualWorkers workers_{clock_, 1, 16};
  support::ManualBackground background_;
  std::unique_ptr<server::Log> log_ = server::Log::quiet();
  std::unique_ptr<server::Daemon> daemon_;
};

}  // namespace bench
