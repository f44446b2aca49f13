// oscine serve: bind, answer, load, drain, leave. In two processes, unless --alone: see supervise.cpp.
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <future>
#include <iostream>
#include <thread>

#include "base/denormals.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/recording_run.hpp"
#include "server/cli/text.hpp"
#include "server/core/thread_workers.hpp"
#include "server/metrics/exposer.hpp"
#include "server/net/network.hpp"
#include "server/net/tuning.hpp"
#include "server/supervisor/faults.hpp"
#include "server/supervisor/process_trials.hpp"
#include "server/supervisor/serving_side.hpp"
#include "server/supervisor/worker_process.hpp"
#include "version.hpp"

namespace server {

namespace {

using Keys = std::set<std::string>;

constexpr auto kDrain = std::chrono::seconds(2);
constexpr std::size_t kSmallBuffer = 1U << 20;

std::size_t worker_count(int configured) {
  if (configured > 0) return static_cast<std::size_t>(configured);
  return std::max(1U, std::thread::hardware_concurrency() - 1);
}

/// The parts of a running daemon, in the order in which they need each other.
class Serving {
 public:
  /// @param side  the way to the supervisor; null: there is none
  Serving(ServeOptions options, Config config, std::unique_ptr<Log> log, std::unique_ptr<ServingSide> side)
      : options_(std::move(options)),
        log_(std::move(log)),
        side_(std::move(side)),
        network_(io_, *log_),
        workers_(worker_count(config.workers), static_cast<std::size_t>(config.limits.queue), post(), thread_begins()),
        background_(post(), thread_begins()),
        config_(std::move(config)) {}

  base::Status open() {
    const auto descriptors = options_.descriptors.empty() ? handed_in_descriptors() : options_.descriptors;
    const auto opened = descriptors.empty() ? network_.listen(config_.listen)
                                            : network_.adopt(descriptors, side_ ? Level::kDebug : Level::kInfo);
    if (!opened) return opened;
    handed_in_ = !descriptors.empty();
    Parts parts{network_,           workers_,   background_, *log_, [] { return base::Clock::now(); },
                [this] { stop(); }, side_.get()};
    parts.load_options = [options = isolation()] { return options; };
    if (!options_.alone)
      trials_ = std::make_unique<ProcessTrials>(*log_, side_ ? side_->handover().inherited.known : Keys{});
    parts.trials = trials_.get();
    auto recording = RecordingRun::begin(options_, config_, parts);
    if (!recording) return recording.error();
    recording_ = std::move(*recording);
    daemon_ = std::make_unique<Daemon>(config_, recording_ ? recording_->parts() : parts);
    if (side_) daemon_->inherit(side_->handover().inherited);
    log_->set_listener([this](Level level, const std::string& line) {
      if (daemon_->log_subscribed()) {
        asio::post(io_, [this, level, line] {
          daemon_->tell_log(level, line);
          network_.rearm();
        });
      }
    });
    return side_ ? base::Status() : write_port(options_, network_.port());
  }

  void run() {
    if (side_) listen_to_supervisor();
    wait_for_signal();
    open_metrics();
    tune();
    network_.start(*daemon_);
    daemon_->start();
    network_.rearm();
    network_.run();
    log_->set_listener({});
    if (recording_) recording_->finish();
    log_->line(Level::kInfo, {"stop", {}, {}, {}, "goodbye"});
  }

 private:
  Post post() {
    return [this](std::function<void()> work) {
      asio::post(io_, [this, work = std::move(work)] {
        work();
        if (daemon_) network_.rearm();
        if (stopping_) leave_when_drained();
      });
    };
  }

  // How models get processes of their own, and who hears when one falls.
  models::LoadOptions isolation() {
    models::LoadOptions options;
    options.start_worker = worker_starter();
    options.fell = [this, post = post()] { post([this] { daemon_->look_for_falls(); }); };
    return options;
  }

  // Its own threads ask [net] as anyone else does, and wait for it no longer than a second.
  void open_metrics() {
    if (!config_.metrics.listen) return;
    auto opened = MetricsExposer::open(*config_.metrics.listen, [this]() -> std::optional<Figures> {
      const auto said = std::make_shared<std::promise<Figures>>();
      auto figures = said->get_future();
      asio::post(io_, [this, said] { said->set_value(daemon_->figures()); });
      if (figures.wait_for(MetricsExposer::kPatience) != std::future_status::ready) return std::nullopt;
      return figures.get();
    });
    if (opened) metrics_ = std::move(*opened);
    log_->line(metrics_ ? Level::kInfo : Level::kWarn,
               {"metrics", {}, {}, {}, metrics_ ? metrics_->url() : opened.error().message});
  }

  // The other threads have begun: what is asked for here is the network thread's alone.
  void tune() {
    std::string text = "network thread ";
    text += config_.priority == "auto" ? lift_this_thread() : "as the others (priority: off)";
    base::flush_denormals();
    const auto buffer = network_.receive_buffer();
    text += "; receive buffers " + buffer_text(buffer) + "; denormals flushed";
    if (config_.lock_memory) {
      const auto locked = lock_memory();
      text += locked ? "; memory locked" : "";
      if (!locked) log_->line(Level::kWarn, {"tuned", {}, {}, {}, locked.error().message});
    }
    log_->line(Level::kInfo, {"tuned", {}, {}, {}, text});
    if (buffer >= kSmallBuffer) return;
    log_->line(Level::kWarn, {"tuned",
                              {},
                              {},
                              {},
                              "the system allows receive buffers of " + buffer_text(buffer) +
                                  ", so bursts and what comes during a restart may be lost; "
                                  "sysctl -w net.core.rmem_max=" +
                                  std::to_string(kReceiveBuffer)});
  }

  void wait_for_signal() {
    signals_.async_wait([this](asio::error_code error, int signal) {
      if (error) return;
      if (signal == SIGHUP) {
        reload();
      } else if (stopping_) {
        _exit(130);  // asked twice: do not wait for anything
      } else {
        stop();
      }
      wait_for_signal();
    });
  }

  void listen_to_supervisor() {
    thread_begins()(0);
    side_->start(io_, {[this](const std::string& text) { reload(text); },
                       [this](const std::vector<int>& sockets) {
                         const auto taken = network_.adopt(sockets, Level::kDebug);
                         if (!taken) log_->line(Level::kError, {"listen", {}, {}, {}, taken.error().message});
                       },
                       [this] {
                         log_->line(Level::kError, {"stop", {}, {}, {}, "the supervisor is gone"});
                         stop();
                       }});
  }

  // Each thread tells the board what it does, and has a stack for the note of its fault.
  ThreadBegins thread_begins() {
    if (!side_) return {};
    return [this](std::size_t lane) {
      prepare_fault_stack();
      thread_local std::unique_ptr<BoardWatch> watch;
      watch = std::make_unique<BoardWatch>(side_->board(), lane);
      models::watch_calls(watch.get());
    };
  }

  // The cards are read on the loading thread: [net] never waits for a disk.
  void reload(const std::string& text = {}) {
    background_.submit([this, text] {
      auto config = configuration(options_, text);
      return std::function<void()>([this, config = std::move(config)] {
        auto status = config ? base::Status() : base::Status(config.error());
        if (status && !handed_in_) status = network_.listen(config->listen);
        if (!status) {
          log_->line(Level::kError, {"config", {}, {}, {}, status.error().message + "; the old one stays"});
          return;
        }
        daemon_->reconfigure(*config);
        log_->line(Level::kInfo, {"config", {}, {}, {}, "read again: " + config->file.string()});
      });
    });
  }

  void stop() {
    if (stopping_) return;
    stopping_ = true;
    log_->line(Level::kInfo, {"stop", {}, {}, {}, "draining"});
    network_.close_doors();
    daemon_->close_doors();
    deadline_.expires_after(kDrain);
    deadline_.async_wait([this](asio::error_code error) {
      if (!error) leave();
    });
    asio::post(io_, [this] { leave_when_drained(); });
  }

  void leave_when_drained() {
    if (daemon_->drained()) leave();
  }

  void leave() {
    if (side_) side_->stop();
    deadline_.cancel();
    signals_.cancel();
    network_.close();
  }

  ServeOptions options_;
  asio::io_context io_{1};
  std::unique_ptr<Log> log_;
  std::unique_ptr<ServingSide> side_;
  std::unique_ptr<ProcessTrials> trials_;
  std::unique_ptr<RecordingRun> recording_;
  asio::signal_set signals_{io_, SIGINT, SIGTERM, SIGHUP};
  asio::steady_timer deadline_{io_};
  Network network_;
  std::unique_ptr<Daemon> daemon_;
  ThreadWorkers workers_;
  ThreadBackground background_;
  Config config_;
  std::unique_ptr<MetricsExposer> metrics_;  // its threads end before what they ask does
  bool handed_in_ = false;
  bool stopping_ = false;
};

}  // namespace

int serve(const ServeOptions& options) {
  const bool one_process = options.alone || !options.record.empty();  // a crash ends a recording, and leaves it
  if (!one_process && options.supervised.empty()) return supervise(options);
  std::unique_ptr<ServingSide> side;
  if (!options.supervised.empty()) {
    auto opened = ServingSide::open(options.supervised);
    if (!opened) return refuse(opened.error());
    side = std::move(*opened);
    note_faults(side->board());
  }
  auto config = configuration(options, side ? side->handover().config : "");
  if (!config) return refuse(config.error());
  auto log = Log::open(config->log);
  if (!log) return refuse(log.error());
  (*log)->line(side ? Level::kDebug : Level::kInfo, {"start", {}, {}, {}, start_text(*config)});
  Serving serving(options, std::move(*config), std::move(*log), std::move(side));
  if (const auto opened = serving.open(); !opened) return refuse(opened.error());
  serving.run();
  return 0;
}

}  // namespace server
