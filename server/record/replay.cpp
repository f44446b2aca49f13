#include "server/record/replay.hpp"

#include <charconv>
#include <map>
#include <set>
#include <utility>

#include "protocol/schema.hpp"
#include "server/core/daemon.hpp"
#include "server/record/packet_text.hpp"
#include "server/record/replay_parts.hpp"
#include "server/record/run_reader.hpp"
#include "server/record/seed_text.hpp"
#include "version.hpp"

namespace server {

using base::Error;
using base::ErrorCode;

namespace {

std::uint64_t requests_in(const Record& arrival) {
  std::uint64_t count = 0;
  protocol::Malformed why;
  if (!protocol::validate(arrival.packet, kWidest, why)) return 0;
  protocol::Reader().read(arrival.packet, [&count](const protocol::MessageView& message) {
    const auto* entry = protocol::find(message.address);
    if (entry != nullptr && entry->role == protocol::Role::kRequest) ++count;
  });
  return count;
}

/// A sentence for each file that is not one of the recorded ones, wherever those lay. None where the run ended before
/// its files were hashed.
std::vector<std::string> other_files(const RunReader& run, const Config& config) {
  std::set<std::string> known;
  for (const auto& file : run.files()) known.insert(file.text);
  std::vector<std::string> notes;
  if (known.empty()) return notes;
  for (const auto& file : files_of(config)) {
    const auto hash = models::sha256(file);
    const std::string now = hash ? *hash : "";
    if (known.contains(now)) continue;
    notes.push_back(file.string() +
                    (hash ? " is not the file of the recording: its sha256 is " + now + "; answers may differ"
                          : " cannot be read; its model will not answer"));
  }
  return notes;
}

base::Result<Config> configuration(const RunReader& run, std::optional<Config> given) {
  if (given) return std::move(*given);
  auto config = parse_config(run.config().text, run.config().name);
  if (config) return config;
  return Error{config.error().code,
               config.error().message + " (the recorded configuration; --config names another one)"};
}

models::Fall fall_of(const Record& cause) {
  constexpr auto kLast = static_cast<std::uint64_t>(models::Fall::Kind::kHang);
  return {static_cast<models::Fall::Kind>(std::min(cause.event, kLast)), cause.text};
}

class Replay {
 public:
  Replay(RunReader& run, Config config, Log& log)
      : run_(run),
        parts_(worker_count(run)),
        comparison_(run.about("version") == kVersion),
        config_(std::move(config)),
        log_(log) {
    result_.version = run.about("version");
    result_.commit = run.about("commit");
    result_.began = run.about("began");
  }

  Replayed run(const Seed& seed) {
    while (auto event = run_.next()) {
      ++result_.events;
      result_.lasted = event->cause.at;
      parts_.begin(*event);
      happen(*event, seed);
      compare(*event);
    }
    finish();
    return std::move(result_);
  }

 private:
  static std::size_t worker_count(const RunReader& run) {
    std::size_t count = 1;
    const auto& text = run.about("workers");
    std::from_chars(text.data(), text.data() + text.size(), count);
    return std::clamp<std::size_t>(count, 1, 64);
  }

  void happen(RecordedEvent& event, const Seed& seed) {
    const auto& cause = event.cause;
    switch (cause.kind) {
      case RecordKind::kStarted:
        return start(seed);
      case RecordKind::kArrived:
        ++result_.packets;
        result_.requests += requests_in(cause);
        return daemon_->receive(cause.peer, cause.packet, cause.flag);
      case RecordKind::kConnected:
        return daemon_->connected(cause.peer);
      case RecordKind::kDisconnected:
        return daemon_->disconnected(cause.peer);
      case RecordKind::kDue:
        return daemon_->run_due();
      case RecordKind::kFinished:
        return parts_.workers.finish({cause.event, cause.index}, cause.flag ? std::optional(cause.text) : std::nullopt,
                                     std::move(event.fates));
      case RecordKind::kLoaded:
        return parts_.background.finish({cause.event, cause.index}, std::move(event.fates));
      case RecordKind::kFell:
        return daemon_->fell(cause.index, fall_of(cause));
      case RecordKind::kReconfigured:
        return reconfigure(cause);
      case RecordKind::kClosing:
        return daemon_->close_doors();
      case RecordKind::kLogged:
        return daemon_->tell_log(level_of(cause.name), cause.text);
      default:
        return;
    }
  }

  void start(const Seed& seed) {
    if (daemon_) return;
    daemon_ = std::make_unique<Daemon>(
        config_, Parts{parts_.link, parts_.workers, parts_.background, log_, [this] { return parts_.now(); },
                       [this] { daemon_->close_doors(); }, nullptr, seed, [this] { return parts_.load_options(); },
                       &parts_, nullptr, [this] { return parts_.calendar(); }});
    daemon_->start();
  }

  void reconfigure(const Record& cause) {
    auto config = parse_config(cause.text, cause.name);
    if (config) return daemon_->reconfigure(std::move(*config));
    result_.notes.push_back("the configuration that was read later cannot be read here: " + config.error().message);
  }

  // Nobody knows what would have left after the point where a recording is cut: nothing of that event is compared.
  void compare(RecordedEvent& event) {
    auto said = std::exchange(parts_.link.sent, {});
    if (!event.whole) return;
    for (auto& left : event.left) comparison_.then({event.cause.at, left.peer, std::move(left.packet)});
    for (auto& one : said) comparison_.now({event.cause.at, one.first, std::move(one.second)});
  }

  void finish() {
    for (auto& note : other_files(run_, config_)) result_.notes.push_back(std::move(note));
    if (!run_.complete()) {
      // What was still at work then is run too: it may be what ended the daemon.
      parts_.workers.finish_all();
      result_.notes.push_back(run_.fault() + "; replayed up to there");
    }
    result_.compared = comparison_.finish();
  }

  RunReader& run_;
  Replayed result_;
  ReplayParts parts_;
  Comparison comparison_;
  Config config_;
  Log& log_;
  std::unique_ptr<Daemon> daemon_;
};

}  // namespace

base::Result<Replayed> replay(std::istream& in, std::optional<Config> given, Log& log) {
  RunReader run(in);
  if (auto opened = run.open(); !opened) return opened.error();
  const auto seed = seed_of(run.about("seed"));
  if (!seed) return Error{ErrorCode::kMalformed, "the recording names no seed"};
  auto config = configuration(run, std::move(given));
  if (!config) return config.error();
  return Replay(run, std::move(*config), log).run(*seed);
}

}  // namespace server
