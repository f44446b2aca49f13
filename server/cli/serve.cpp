// oscine serve: bind, answer, load, drain, leave.
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <thread>

#include "server/cli/commands.hpp"
#include "server/core/thread_workers.hpp"
#include "server/net/network.hpp"
#include "version.hpp"

namespace server {

namespace {

constexpr auto kDrain = std::chrono::seconds(2);

int refuse(const base::Error& error) {
  std::cerr << "oscine: " << error.message << "\n";
  return 1;
}

std::size_t worker_count(int configured) {
  if (configured > 0) return static_cast<std::size_t>(configured);
  return std::max(1U, std::thread::hardware_concurrency() - 1);
}

base::Result<Config> configuration(const ServeOptions& options) {
  auto config = read_config(options.config);
  if (!config) return config;
  if (!options.log_level.empty()) config->log.level = options.log_level;
  if (options.log_json) config->log.json = true;
  if (options.listen.empty()) return config;
  config->listen.clear();
  for (const auto& text : options.listen) {
    auto endpoint = parse_endpoint(text);
    if (!endpoint) return endpoint.error();
    config->listen.push_back(*endpoint);
  }
  return config;
}

/// The parts of a running daemon, in the order in which they need each other.
class Serving {
 public:
  Serving(ServeOptions options, Config config, std::unique_ptr<Log> log)
      : options_(std::move(options)),
        log_(std::move(log)),
        network_(io_, *log_),
        workers_(worker_count(config.workers), static_cast<std::size_t>(config.limits.queue), post()),
        background_(post()),
        config_(std::move(config)) {}

  base::Status open() {
    const auto descriptors = options_.descriptors.empty() ? handed_in_descriptors() : options_.descriptors;
    const auto opened = descriptors.empty() ? network_.listen(config_.listen) : network_.adopt(descriptors);
    if (!opened) return opened;
    handed_in_ = !descriptors.empty();
    daemon_ = std::make_unique<Daemon>(
        config_, Parts{network_, workers_, background_, *log_, [] { return base::Clock::now(); }, [this] { stop(); }});
    log_->set_listener([this](Level level, const std::string& line) {
      if (daemon_->log_subscribed()) {
        asio::post(io_, [this, level, line] {
          daemon_->tell_log(level, line);
          network_.rearm();
        });
      }
    });
    return write_port();
  }

  void run() {
    wait_for_signal();
    network_.start(*daemon_);
    daemon_->start();
    network_.rearm();
    network_.run();
    log_->set_listener({});
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

  base::Status write_port() {
    if (options_.port_file.empty()) return {};
    const auto fresh = options_.port_file.string() + ".part";
    std::ofstream(fresh) << network_.port() << "\n";
    std::error_code error;
    std::filesystem::rename(fresh, options_.port_file, error);
    if (!error) return {};
    return base::Error{base::ErrorCode::kForbidden, "the port file cannot be written: " + error.message()};
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

  // The file is read on the loading thread: [net] never waits for a disk.
  void reload() {
    background_.submit([this] {
      auto config = configuration(options_);
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
    deadline_.cancel();
    signals_.cancel();
    network_.close();
  }

  ServeOptions options_;
  asio::io_context io_{1};
  std::unique_ptr<Log> log_;
  asio::signal_set signals_{io_, SIGINT, SIGTERM, SIGHUP};
  asio::steady_timer deadline_{io_};
  Network network_;
  std::unique_ptr<Daemon> daemon_;
  ThreadWorkers workers_;
  ThreadBackground background_;
  Config config_;
  bool handed_in_ = false;
  bool stopping_ = false;
};

}  // namespace

int serve(const ServeOptions& options) {
  auto config = configuration(options);
  if (!config) return refuse(config.error());
  auto log = Log::open(config->log);
  if (!log) return refuse(log.error());
  (*log)->line(
      Level::kInfo,
      {"start", {}, {}, {}, std::string("oscine ") + kVersion + " (" + kCommit + "), " + config->file.string()});
  Serving serving(options, std::move(*config), std::move(*log));
  if (const auto opened = serving.open(); !opened) return refuse(opened.error());
  serving.run();
  return 0;
}

}  // namespace server
