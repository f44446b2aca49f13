#include "server/log/log.hpp"

#include <spdlog/async.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <array>
#include <cstdio>

namespace server {

namespace {

constexpr std::array<std::string_view, 6> kNames{"trace", "debug", "info", "warn", "error", "off"};
constexpr std::size_t kQueue = 8192;

spdlog::level::level_enum spd(Level level) {
  switch (level) {
    case Level::kTrace:
      return spdlog::level::trace;
    case Level::kDebug:
      return spdlog::level::debug;
    case Level::kInfo:
      return spdlog::level::info;
    case Level::kWarn:
      return spdlog::level::warn;
    case Level::kError:
      return spdlog::level::err;
    case Level::kOff:
      return spdlog::level::off;
  }
  return spdlog::level::info;
}

std::string milliseconds(std::chrono::nanoseconds took) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.3f", static_cast<double>(took.count()) / 1e6);
  return buffer;
}

// What stands between the quotes of a JSON string, or in a terminal: other people's bytes never steer either.
std::string escaped(std::string_view text, bool json) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      char buffer[8];
      std::snprintf(buffer, sizeof buffer, json ? "\\u%04x" : "\\x%02x", byte);
      out += buffer;
    } else {
      if (json && (c == '"' || c == '\\')) out += '\\';
      out += c;
    }
  }
  return out;
}

std::string as_json(const Event& event) {
  std::string out = R"("what":")" + escaped(event.what, true) + '"';
  if (!event.who.empty()) out += R"(,"who":")" + escaped(event.who, true) + '"';
  if (event.id) out += ",\"id\":" + std::to_string(*event.id);
  if (event.took) out += ",\"ms\":" + milliseconds(*event.took);
  if (!event.text.empty()) out += R"(,"text":")" + escaped(event.text, true) + '"';
  return out;
}

class SpdLog : public Log {
 public:
  SpdLog(std::shared_ptr<spdlog::details::thread_pool> pool, std::shared_ptr<spdlog::logger> logger, bool json)
      : pool_(std::move(pool)), logger_(std::move(logger)), json_(json) {}
  ~SpdLog() override { logger_->flush(); }

 protected:
  void write(Level level, const Event& event) override {
    logger_->log(spd(level), "{}", json_ ? as_json(event) : escaped(plain(event), false));
  }

 private:
  std::shared_ptr<spdlog::details::thread_pool> pool_;
  std::shared_ptr<spdlog::logger> logger_;
  bool json_;
};

// A full disk, say. Once, on standard error: the log cannot say it, and who serves goes on serving.
spdlog::err_handler complaint_of(const LogConfig& config) {
  const auto file = config.file.empty() ? "standard error" : config.file.string();
  return [file, told = std::make_shared<std::atomic_bool>(false)](const std::string& why) {
    if (told->exchange(true)) return;
    std::fprintf(stderr, "oscine: the log cannot be written to %s (%s); make room, lines are lost until then\n",
                 file.c_str(), escaped(why, false).c_str());
  };
}

class QuietLog : public Log {
 protected:
  void write(Level, const Event&) override {}
};

}  // namespace

Level level_of(std::string_view name) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<Level>(i);
  }
  return Level::kInfo;
}

std::string_view name_of(Level level) { return kNames[static_cast<std::size_t>(level)]; }

std::string plain(const Event& event) {
  std::string out;
  const auto add = [&out](const std::string& part) { out += (out.empty() ? "" : " ") + part; };
  if (!event.who.empty()) add(std::string(event.who));
  add(std::string(event.what));
  if (event.id) add("#" + std::to_string(*event.id));
  if (event.took) add(milliseconds(*event.took) + " ms");
  if (!event.text.empty()) out += ": " + std::string(event.text);
  return out;
}

void Log::line(Level level, const Event& event) {
  if (!wants(level)) return;
  write(level, event);
  if (level < Level::kInfo) return;
  const std::lock_guard lock(listening_);
  if (listener_) listener_(level, plain(event));
}

void Log::set_listener(std::function<void(Level, const std::string&)> listener) {
  const std::lock_guard lock(listening_);
  listener_ = std::move(listener);
}

base::Result<std::unique_ptr<Log>> Log::open(const LogConfig& config) {
  try {
    spdlog::sink_ptr sink;
    if (config.file.empty()) {
      sink = std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
    } else {
      sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(config.file.string());
    }
    sink->set_pattern(config.json ? R"({"time":"%Y-%m-%dT%H:%M:%S.%e%z","level":"%l",%v})" : "%H:%M:%S.%e %^%-5l%$ %v");
    auto pool = std::make_shared<spdlog::details::thread_pool>(kQueue, 1);
    auto logger =
        std::make_shared<spdlog::async_logger>("oscine", sink, pool, spdlog::async_overflow_policy::overrun_oldest);
    logger->set_level(spdlog::level::trace);
    logger->flush_on(spdlog::level::trace);
    logger->set_error_handler(complaint_of(config));
    auto log = std::make_unique<SpdLog>(std::move(pool), std::move(logger), config.json);
    log->set_level(level_of(config.level));
    return std::unique_ptr<Log>(std::move(log));
  } catch (const spdlog::spdlog_ex& error) {
    return base::Error{base::ErrorCode::kForbidden, std::string("the log cannot be written: ") + error.what()};
  }
}

std::unique_ptr<Log> Log::quiet() { return std::make_unique<QuietLog>(); }

}  // namespace server
