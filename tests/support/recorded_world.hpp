#pragma once
#include <memory>
#include <sstream>
#include <string>

#include "server/record/recorder.hpp"
#include "server/record/replay.hpp"
#include "support/world.hpp"

namespace support {

/// A daemon without threads, sockets or time of its own, that is recorded.
class RecordedWorld {
 public:
  /// @param load  how models are loaded
  explicit RecordedWorld(server::Config config, models::LoadOptions load = {}) : config_(std::move(config)) {
    server::Parts parts{
        link, workers, background, log, [this] { return clock.now(); }, [this] {
                                daemon->close_doors(); }};
    parts.load_options = [load = std::move(load)] { return load; };
    parts.keeper = &keeper;
    parts.calendar = [this] { return calendar; };
    const auto recorded = recorder_.around(parts);
    recorder_.describe(config_, recorded);
    daemon = std::make_unique<server::Daemon>(config_, recorded);
    daemon->start();
    settle();
  }

  template <class... Values>
  void send(const server::Peer& from, std::string_view address, const Values&... values) {
    packet(from, osc(address, values...));
  }
  void packet(const server::Peer& from, const Packet& packet) {
    daemon->receive(from, bytes(packet));
    settle();
  }
  /// The n-th argument of what was sent last.
  std::int32_t last(std::size_t n) const { return static_cast<std::int32_t>(number_in(link.sent.back().packet, n)); }
  std::int32_t open(const server::Peer& from, const std::string& model, double rate = 48000) {
    send(from, "/oscine/v1/open", ++opens_, model, "", rate, "samples");
    return last(1);
  }
  void settle() {
    while ((!background.held && background.step()) || (!workers.held && workers.step())) {
    }
  }
  void advance(base::Duration by) {
    const auto end = clock.now() + by;
    while (daemon->next_due() <= end) {
      clock.set(std::max(clock.now(), daemon->next_due()));
      daemon->run_due();
      settle();
    }
    clock.set(end);
  }

  /// Ends the run. @return the recording
  std::string end() {
    recorder_.finish();
    writer_.reset();
    return file_;
  }
  const server::Config& config() const { return config_; }

 private:
  server::Config config_;
  std::string file_;
  std::unique_ptr<server::RecordWriter> writer_ = std::make_unique<server::RecordWriter>(
      [this](std::string_view bytes) -> base::Status {
        file_ += bytes;
        return {};
      },
      [](const std::string&) {});
  server::Recorder recorder_{*writer_};
  int opens_ = 1000;

 public:
  VirtualClock clock;
  RecordingLink link{clock};
  RecordingLog log;
  ManualWorkers workers{clock, 2, static_cast<std::size_t>(config_.limits.queue)};
  ManualBackground background;
  RecordingKeeper keeper;
  base::Duration calendar = std::chrono::seconds(1795000000) - clock.now().time_since_epoch();
  std::unique_ptr<server::Daemon> daemon;
};

inline base::Result<server::Replayed> replayed(const std::string& recording, const server::Config& config) {
  std::istringstream in(recording);
  return server::replay(in, config, *server::Log::quiet());
}

}  // namespace support
