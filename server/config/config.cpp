#include "server/config/config.hpp"

#include "server/config/catalogue.hpp"
#include "server/config/parts.hpp"

namespace server {
namespace {

namespace fs = std::filesystem;

void read_limits(const Node& node, LimitsConfig& limits) {
  const MapReader reader(node, "limits", kLimitsKeys);
  reader.whole("clients", limits.clients);
  reader.whole("sessions", limits.sessions);
  reader.whole("queue", limits.queue);
  reader.whole("mtu", limits.mtu);
  reader.whole("tcp_frame", limits.tcp_frame);
  reader.whole("tcp_connections", limits.tcp_connections);
  read_duration(reader, "queue_ms", limits.queue_wait);
  read_duration(reader, "tcp_frame_seconds", limits.tcp_frame_wait);
  read_duration(reader, "input_ms", limits.input);
  read_duration(reader, "load_wait_ms", limits.load_wait);
  read_duration(reader, "load_seconds", limits.longest_load);
  read_duration(reader, "inline_budget_us", limits.inline_budget);
  read_duration(reader, "linger_us", limits.linger);
  read_duration(reader, "keep_warm_us", limits.keep_warm);
}

void read_log(const Node& node, const fs::path& file, LogConfig& log) {
  const MapReader reader(node, "log", kLogKeys);
  reader.choice("level", log.level);
  reader.boolean("json", log.json);
  std::string target;
  reader.text("file", target);
  if (!target.empty()) log.file = resolve(target, file);
}

/// A folder that is not there now may come (a disk, a share): `oscine check` says so, the daemon starts.
void read_folders(const MapReader& reader, Config& config) {
  std::vector<std::string> folders;
  reader.texts("model_folders", folders);
  for (const std::string& text : folders) config.model_folders.push_back(resolve(text, config.file));
  folders.clear();
  reader.texts("file_folders", folders);
  for (const std::string& text : folders) config.file_folders.push_back(resolve(text, config.file));
}

/// A URL stays as it is, a path becomes absolute.
void read_catalogue_place(const MapReader& reader, Config& config) {
  std::string text;
  reader.text("catalogue", text);
  if (text.find("://") != std::string::npos && !is_url(text)) {
    reader.refuse(*reader.find("catalogue"), "a path, or a URL that begins with https:// or http://,");
  }
  if (!text.empty()) config.catalogue = is_url(text) ? text : resolve(text, config.file).string();
}

Config read_config_node(const Node& node, const fs::path& file) {
  const MapReader reader(node, "", kConfigKeys);
  Config config;
  config.file = fs::absolute(file).lexically_normal();
  read_network(reader, config);
  read_duration(reader, "lease_seconds", config.lease);
  reader.boolean("allow_quit", config.allow_quit);
  reader.whole("workers", config.workers);
  reader.choice("priority", config.priority);
  reader.choice("kernels", config.kernels);
  reader.boolean("watch_models", config.watch_models);
  reader.boolean("lock_memory", config.lock_memory);
  read_folders(reader, config);
  read_catalogue_place(reader, config);
  if (const Node* limits = reader.find("limits")) read_limits(*limits, config.limits);
  if (const Node* log = reader.find("log")) read_log(*log, file, config.log);
  if (const Node* metrics = reader.find("metrics")) read_metrics(*metrics, config);
  if (const Node* list = reader.find("models")) config.models = read_models(*list, file);
  if (const Node* aliases = reader.find("aliases")) config.aliases = read_aliases(*aliases, config);
  if (const Node* synths = reader.find("synths")) config.synths = read_synths(*synths, config);
  return config;
}

}  // namespace

std::vector<std::filesystem::path> files_of(const Config& config) {
  std::vector<fs::path> files;
  for (const auto& model : config.models) {
    if (!model.card_file.empty()) files.push_back(model.card_file);
    if (!model.card.file.empty()) files.push_back(model.card.file);
  }
  return files;
}

base::Result<Config> parse_config(const std::string& text, const fs::path& file) {
  return at_the_door<Config>(file, [&] {
    auto config = read_config_node(parse_yaml(text), file);
    config.text = text;
    return config;
  });
}

base::Result<Config> read_config(const fs::path& file) {
  return at_the_door<Config>(file, [&] { return parse_config(read_text(file), file); });
}

}  // namespace server
