#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"
#include "protocol/message.hpp"
#include "server/cli/commands.hpp"

namespace server {

/// One end of a conversation with a daemon, by UDP. Blocks; every wait has an end. Thread: one caller at a time.
class OscPeer {
 public:
  /// Is given each message that comes; true: enough (the rest of that packet still comes).
  using Sink = std::function<bool(const protocol::MessageView&)>;

  /// @param listen  the port of our own; 0: any free one. Towards loopback only loopback is opened.
  /// Fails: kMalformed (the host is neither numeric nor "localhost"), kWrongState (the port is in use).
  static base::Result<OscPeer> open(const DaemonAddress& daemon, std::uint16_t listen = 0);
  OscPeer(OscPeer&&) noexcept;
  ~OscPeer();

  /// Fails: kTooLarge (more than a datagram holds), kGone (nobody has this port open).
  base::Status send(protocol::Bytes packet);

  /// Hands on what comes, bundles opened; what is no OSC is passed over.
  /// @return true when `sink` had enough, false at `until`. Fails: kGone, as send().
  base::Result<bool> receive(base::Time until, const Sink& sink);

  /// Becomes a client that is answered at its sending port. Fails: kGone (no answer), or what the daemon said.
  base::Status hello();
  /// Ends the client; nothing is waited for.
  void bye();

  /// Sends a request that begins with `id` and gives what belongs to it to `each`, up to and including its end.
  /// Fails: kGone (no answer in time), or with the code and text of the daemon's `/fail` (which `each` saw, too).
  base::Status ask(protocol::Bytes packet, std::int32_t id,
                   const std::function<void(const protocol::MessageView&)>& each);

  /// A fresh id. The first is random: what an earlier run sent from the same port must not be taken for a repeat.
  std::int32_t next_id() { return next_id_++; }
  const std::string& version() const { return version_; }  ///< of the daemon; after hello()
  std::uint16_t port() const;                              ///< our own
  base::Time deadline() const { return base::Clock::now() + timeout_; }
  /// "127.0.0.1:7770", "[::1]:7770".
  const std::string& name() const { return name_; }
  /// "no daemon answers at 127.0.0.1:7770; start one with ./run"
  base::Error nobody() const;

 private:
  struct Socket;
  base::Status hello(std::int32_t& key);
  OscPeer(std::unique_ptr<Socket> socket, std::string name, std::chrono::milliseconds timeout);

  std::unique_ptr<Socket> socket_;
  std::string name_;
  std::chrono::milliseconds timeout_;
  std::int32_t next_id_;
  std::string version_;
};

/// True for the message that ends the request `id`: `/done`, `/fail`, or the one result that is its answer.
bool ends(const protocol::MessageView& message, std::int32_t id);

/// The error in a `/fail`, as the daemon said it; anything else gives a sentence that it was not understood.
base::Error failure_in(const protocol::MessageView& message);

/// "/oscine/v1/fail"
inline constexpr std::string_view kFail = "/oscine/v1/fail";

}  // namespace server
