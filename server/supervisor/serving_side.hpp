#pragma once
#include <asio.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "server/core/keeper.hpp"
#include "server/supervisor/handover.hpp"
#include "server/supervisor/line.hpp"
#include "server/supervisor/process.hpp"

namespace server {

/// The serving process's half of the line: what it was given, its board, and what it tells its supervisor.
/// Thread: [net], except board().
class ServingSide final : public Keeper {
 public:
  struct Events {
    std::function<void(const std::string& text)> config;           ///< serve by this from now on
    std::function<void(const std::vector<int>& sockets)> sockets;  ///< with these; whoever is told owns them
    std::function<void()> alone;                                   ///< the supervisor is gone: leave
  };

  /// @param descriptors  of --supervised: line, board, handover
  /// Fails: kMalformed.
  static base::Result<std::unique_ptr<ServingSide>> open(const std::vector<int>& descriptors);

  const Handover& handover() const { return handover_; }
  CallBoard& board() { return *board_; }

  /// Begins to listen to the supervisor, and to beat.
  void start(asio::io_context& io, Events events);
  void stop();

  void keep(const KnownClient& client) override;
  void forget(std::int32_t client) override;
  void forgive(const std::string& model) override;
  void put_aside(const std::string& model, const std::string& why) override;
  void knows(const std::string& key) override;

 private:
  ServingSide(SharedBoard board, Handover handover, int line)
      : board_(std::move(board)), handover_(std::move(handover)), descriptor_(line) {}
  void beat();
  void message(const protocol::MessageView& message, std::vector<int>& descriptors);

  SharedBoard board_;
  Handover handover_;
  int descriptor_;
  Events events_;
  std::unique_ptr<Line> line_;
  std::unique_ptr<asio::steady_timer> timer_;
  std::vector<int> sockets_;  // of a /sockets that is not complete
  protocol::Writer writer_;
};

}  // namespace server
