// oscine replay: a recording, run again and compared; or listed.
#include "server/record/replay.hpp"

#include <fstream>
#include <iostream>

#include "server/cli/commands.hpp"
#include "server/cli/replay_print.hpp"
#include "server/cli/text.hpp"

namespace server {

int replay(const ReplayOptions& options) {
  std::error_code error;
  std::ifstream in(options.file, std::ios::binary);
  if (!in || std::filesystem::is_directory(options.file, error)) {
    return refuse({base::ErrorCode::kUnknown, options.file.string() + " cannot be read"});
  }
  if (options.print) return print_recording(in, std::cout);
  std::optional<Config> config;
  if (!options.config.empty()) {
    auto read = read_config(options.config);
    if (!read) return refuse(read.error());
    config = std::move(*read);
  }
  LogConfig errors;
  errors.level = "error";
  const auto log = Log::open(errors);
  if (!log) return refuse(log.error());
  const auto replayed = replay(in, std::move(config), **log);
  if (!replayed) return refuse({replayed.error().code, options.file.string() + ": " + replayed.error().message});
  if (options.json) {
    std::cout << json_of(*replayed) << "\n";
  } else {
    print_replayed(*replayed, std::cout);
  }
  return replayed->compared.same() ? 0 : 1;
}

}  // namespace server
