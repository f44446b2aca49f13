#pragma once
#include <string>
#include <vector>

#include "server/core/daemon.hpp"
#include "support/fakes.hpp"
#include "support/models.hpp"
#include "support/osc.hpp"

namespace support {

/// What was answered, one text per packet: "/done 1 '/oscine/v1/open'". The prefix /oscine/v1 of the address is left
/// out; floats have a point; texts stand in quotes.
using Heard = std::vector<std::string>;

/// One packet as text.
std::string text_of(protocol::Bytes packet);
/// The n-th argument of a packet's message as a number; 0 where there is none.
double number_in(protocol::Bytes packet, std::size_t n);

/// 127.0.0.1 at this port.
server::Peer local(std::uint16_t port);
/// A TCP connection from 127.0.0.1.
server::Peer tcp(std::uint64_t connection);
/// Another address than loopback.
server::Peer remote(std::uint8_t last, std::uint16_t port);

/// A configuration with the models that tests use: sum, counter, amp.
server::Config plain_config();
/// The same, and loudness, a classifier.
server::Config hearing_config();

/// A daemon without threads, sockets or time of its own.
class World {
 public:
  explicit World(server::Config config = plain_config());
  /// Models wait for `settle` to load.
  enum class Models { kLoaded, kLoading };
  World(server::Config config, Models models);
  /// A daemon in the place of one that fell.
  World(server::Config config, const server::Inheritance& inherited);

  /// Who speaks next, until somebody else does.
  World& as(const server::Peer& peer) {
    speaker_ = peer;
    return *this;
  }
  /// Sends a message, lets everything run that is not held, and gives what was answered.
  template <class... Values>
  Heard send(std::string_view address, const Values&... values) {
    return packet(osc(address, values...));
  }
  Heard packet(const Packet& packet, bool alone = true);
  /// Everything that came since the last call, wherever it went.
  Heard heard();
  /// The same, with where each went: "127.0.0.1:7771 /done 1 …".
  Heard heard_where();

  struct Greeted {
    std::int32_t client = 0, boot = 0, key = 0;
  };
  /// Says hello as the speaker.
  Greeted hello(const std::string& name, int reply_port);
  /// Opens a session in samples; 0 when that failed (and a test failure).
  std::int32_t open(const std::string& model, const std::string& method = "", double rate = 48000);
  /// What /run answers to these numbers at position 0.
  Heard run(std::int32_t session, float x, float y, int id = 7);

  /// Lets workers and loading run, where they are not held.
  void settle();
  /// Moves the time, through everything that is due meanwhile.
  void advance(base::Duration by);

  VirtualClock clock;
  RecordingLink link{clock};
  RecordingLog log;
  ManualWorkers workers;
  ManualBackground background;
  RecordingKeeper keeper;
  bool quit_asked = false;
  base::Duration calendar = std::chrono::seconds(1795000000) - clock.now().time_since_epoch();  ///< as in Parts
  server::Daemon daemon;

 private:
  World(server::Config config, Models models, const server::Inheritance& inherited);
  server::Peer speaker_ = local(5000);
  std::size_t heard_ = 0;
  int opens_ = 0;
};

}  // namespace support
