// oscine serve, the process that stays: it holds the sockets and watches the one that serves.
#include <fstream>

#include "server/cli/commands.hpp"
#include "server/cli/text.hpp"
#include "server/log/log.hpp"
#include "server/supervisor/supervisor.hpp"
#include "version.hpp"

namespace server {

namespace {

std::vector<std::string> arguments_of(const ServeOptions& options) {
  std::vector<std::string> out{"serve", std::filesystem::absolute(options.config).string()};
  for (const auto& endpoint : options.listen) out.insert(out.end(), {"--listen", endpoint});
  if (!options.log_level.empty()) out.insert(out.end(), {"--log-level", options.log_level});
  if (options.log_json) out.emplace_back("--log-json");
  return out;
}

}  // namespace

base::Result<Config> configuration(const ServeOptions& options, const std::string& text) {
  auto config = text.empty() ? read_config(options.config) : parse_config(text, options.config);
  if (!config) return config;
  if (!options.log_level.empty()) config->log.level = options.log_level;
  if (options.log_json) config->log.json = true;
  if (options.listen.empty()) return config;
  config->listen.clear();
  for (const auto& one : options.listen) {
    auto endpoint = parse_endpoint(one);
    if (!endpoint) return endpoint.error();
    config->listen.push_back(*endpoint);
  }
  return config;
}

base::Status write_port(const ServeOptions& options, std::uint16_t port) {
  if (options.port_file.empty()) return {};
  const auto fresh = options.port_file.string() + ".part";
  std::ofstream(fresh) << port << "\n";
  std::error_code error;
  std::filesystem::rename(fresh, options.port_file, error);
  if (!error) return {};
  return base::Error{base::ErrorCode::kForbidden, "the port file cannot be written: " + error.message()};
}

std::string start_text(const Config& config) {
  return std::string("oscine ") + kVersion + " (" + kCommit + "), " + config.file.string();
}

int supervise(const ServeOptions& options) {
  auto config = configuration(options);
  if (!config) return refuse(config.error());
  auto log = Log::open(config->log);
  if (!log) return refuse(log.error());
  (*log)->line(Level::kInfo, {"start", {}, {}, {}, start_text(*config)});
  const auto handed_in = options.descriptors.empty() ? handed_in_descriptors() : options.descriptors;
  Supervisor supervisor({std::move(*config), handed_in, arguments_of(options), [&] { return configuration(options); }},
                        **log);
  if (const auto opened = supervisor.open(); !opened) return refuse(opened.error());
  if (const auto written = write_port(options, supervisor.port()); !written) return refuse(written.error());
  return supervisor.run();
}

}  // namespace server
