#pragma once
#include <sys/types.h>

#include <asio.hpp>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "server/config/config.hpp"
#include "server/core/keeper.hpp"
#include "server/core/restarts.hpp"
#include "server/log/log.hpp"
#include "server/net/network.hpp"
#include "server/supervisor/hang.hpp"
#include "server/supervisor/line.hpp"
#include "server/supervisor/notify.hpp"
#include "server/supervisor/process.hpp"

namespace server {

/// The process that stays: it holds the sockets, starts the serving process with them, watches it, starts it again when
/// it falls, and keeps for the next one what a crash may not take. It loads no model and reads no packet: what arrives
/// while nobody serves waits in the sockets' buffers. Thread: [main] of its own process for everything.
class Supervisor {
 public:
  struct Setup {
    Config config;
    /// Descriptors of bound sockets handed in by another; empty: it opens those of the configuration.
    std::vector<int> descriptors;
    /// What the serving process is started with; "--supervised …" and "--fds …" are added.
    std::vector<std::string> arguments;
    /// Reads the configuration again.
    std::function<base::Result<Config>()> configuration;
  };

  Supervisor(Setup setup, Log& log);

  /// Opens the sockets. Fails: as Network::listen and Network::adopt.
  base::Status open();
  std::uint16_t port() const { return network_.port(); }
  /// Serves until it is told to stop, or until the serving process leaves in peace. @return the exit code.
  int run();

 private:
  void start_process();
  base::Result<pid_t> start_with(int line, int board, int handover);
  void look();
  void came_to_serve();
  void hung(const Hang& hang);
  void reap();
  void ended(int status);
  Ending ending_of(int status) const;
  void tell_ending(const Ending& ending, int status, const Restarts::Next& next);
  void put_aside(const std::string& model);
  void message(const protocol::MessageView& message);
  void wait_for_signal();
  void reload();
  void send_sockets();
  void stop(int signal);
  void leave(int code);
  std::vector<std::byte> handover() const;

  Setup setup_;
  Log& log_;
  asio::io_context io_{1};
  asio::io_context sockets_;  // never run: the sockets are held here, and read by the serving process alone
  Network network_;
  asio::signal_set signals_{io_, SIGINT, SIGTERM, SIGHUP};
  asio::steady_timer look_{io_}, start_{io_}, deadline_{io_};
  ServiceManager manager_;
  std::unique_ptr<SharedBoard> board_;
  std::unique_ptr<Line> line_;
  protocol::Writer writer_;
  HangWatch watch_;
  Restarts restarts_;
  std::map<std::int32_t, KnownClient> clients_;
  std::map<std::string, std::string> aside_;
  std::set<std::string> known_;  // models that were loaded well, by their keys
  std::optional<Hang> hang_;     // what the process was ended for
  pid_t process_ = -1;
  int starts_ = 0;
  bool ready_ = false;     // the process that runs has come as far as answering
  bool served_ = false;    // some process had
  bool stopping_ = false;  // it was told to
  bool left_ = false;      // nothing is waited for any more
  int code_ = 0;
};

}  // namespace server
