#pragma once
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "server/config/config.hpp"

namespace server {

enum class Level { kTrace, kDebug, kInfo, kWarn, kError, kOff };

/// One line of the log: one event. Empty parts are left out.
struct Event {
  std::string_view what;                ///< an address, or a word: "listen", "model", "config"
  std::string_view who = {};            ///< an endpoint, with the client's name where it gave one
  std::optional<std::int32_t> id = {};  ///< the request's
  std::optional<std::chrono::nanoseconds> took = {};
  std::string_view text = {};  ///< one sentence
};

/// The log: standard error or a file, as lines or as JSON, one line per event. Never makes the caller wait: lines go
/// through a queue to a thread of their own; when it is full the oldest are lost. Error means that someone must act.
/// Thread: [any].
class Log {
 public:
  /// Fails: kForbidden when the file cannot be written.
  static base::Result<std::unique_ptr<Log>> open(const LogConfig& config);
  /// A log that keeps nothing; for tests.
  static std::unique_ptr<Log> quiet();
  virtual ~Log() = default;

  bool wants(Level level) const { return level >= level_; }
  void set_level(Level level) { level_ = level; }
  void line(Level level, const Event& event);

  /// Also told of each line from info up (`/subscribe log`), on the thread that logs; must not log itself. Once this
  /// has returned, the one before is told nothing more.
  void set_listener(std::function<void(Level, const std::string&)> listener);

 protected:
  virtual void write(Level level, const Event& event) = 0;

 private:
  std::atomic<Level> level_ = Level::kInfo;
  std::mutex listening_;  // guards listener_
  std::function<void(Level, const std::string&)> listener_;
};

Level level_of(std::string_view name);  ///< unknown names are info: the configuration has checked them
std::string_view name_of(Level level);
/// `who what #id took: text`, the form of a log line after its time and level.
std::string plain(const Event& event);

}  // namespace server
