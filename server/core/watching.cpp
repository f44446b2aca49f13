// Files of models that change while they are served: looked at every second, loaded anew once they rest.
#include "server/core/daemon.hpp"

namespace server {

namespace fs = std::filesystem;

namespace {

constexpr auto kLook = std::chrono::seconds(1);

struct Watched {
  std::string model;
  std::vector<fs::path> files;
};

/// What tells one state of a file from another; 0 where it is not there.
std::uint64_t stamp_of(const fs::path& file) {
  std::error_code error;
  const auto written = fs::last_write_time(file, error);
  const auto size = error ? 0 : fs::file_size(file, error);
  return error ? 0 : static_cast<std::uint64_t>(written.time_since_epoch().count()) * 31 + size;
}

std::map<std::string, std::uint64_t> stamps_of(const std::vector<Watched>& all) {
  std::map<std::string, std::uint64_t> stamps;
  for (const auto& one : all) {
    for (const auto& file : one.files) stamps[one.model] = stamps[one.model] * 1000003 + stamp_of(file);
  }
  return stamps;
}

}  // namespace

void Daemon::watch_files(base::Time at) {
  timers_.add(at + kLook, [this](base::Time next) { watch_files(next); });
  if (!config_.watch_models || closing_ || looking_) return;
  std::vector<Watched> all;
  for (const auto& [name, item] : catalog_.items()) {
    if (!item.served || item.busy) continue;
    auto& one = all.emplace_back(Watched{name, {}});
    for (const auto& file : {item.config.card_file, item.config.card.file}) {
      if (!file.empty()) one.files.push_back(file);
    }
  }
  looking_ = true;
  parts_.background.submit([this, all = std::move(all)] {
    return std::function<void()>([this, stamps = stamps_of(all)] { looked(stamps); });
  });
}

// A file that changed is loaded once two looks found it the same: whoever writes it has finished then.
void Daemon::looked(const std::map<std::string, std::uint64_t>& stamps) {
  looking_ = false;
  for (const auto& [model, stamp] : stamps) {
    const auto [known, fresh] = watched_.try_emplace(model, Look{stamp, stamp});
    auto& look = known->second;
    const bool rests = std::exchange(look.last, stamp) == stamp;
    if (fresh || !rests || stamp == look.loaded) continue;
    look.loaded = stamp;
    parts_.log.line(Level::kInfo, {"model", {}, {}, {}, model + ": its file has changed"});
    catalog_.reload(model, [](const base::Status&) {});
  }
}

}  // namespace server
