// oscine proxy: UDP in the middle, as late, lossy and disorderly as it is told.
#include "server/net/proxy.hpp"

#include <csignal>
#include <cstdio>
#include <fstream>

#include "server/cli/commands.hpp"
#include "server/cli/table.hpp"
#include "server/cli/text.hpp"
#include "server/config/endpoint.hpp"

namespace server {

namespace {

using base::Error;
using base::ErrorCode;

/// Those of both directions first, then those of one.
base::Status set_impairments(const ProxyOptions& options, Proxy::Settings& settings) {
  for (const auto& [name, value] : options.both) {
    for (auto* way : {&settings.up, &settings.down}) {
      if (auto set = set_impairment(*way, name, value); !set) return set;
    }
  }
  for (const auto& [texts, way] : {std::pair(&options.up, &settings.up), std::pair(&options.down, &settings.down)}) {
    for (const auto& text : *texts) {
      const auto equals = text.find('=');
      if (equals == std::string::npos) {
        return Error{ErrorCode::kMalformed, "'" + text + "' is no NAME=VALUE such as loss=2%"};
      }
      if (auto set = set_impairment(*way, text.substr(0, equals), text.substr(equals + 1)); !set) return set;
    }
  }
  return {};
}

base::Result<asio::ip::udp::endpoint> udp_endpoint(const std::string& text) {
  const auto place = parse_endpoint(text);
  if (!place) return place.error();
  asio::error_code error;
  const auto address = asio::ip::make_address(place->host.empty() ? "127.0.0.1" : place->host, error);
  return asio::ip::udp::endpoint(address, place->port);
}

base::Result<std::pair<std::uint16_t, std::uint16_t>> two_ports(const std::string& text) {
  unsigned in = 0, out = 0;
  char rest = 0;
  if (std::sscanf(text.c_str(), "%5u:%5u%c", &in, &out, &rest) != 2 || in == 0 || out == 0 || in > 65535 ||
      out > 65535) {
    return Error{ErrorCode::kMalformed, "--answers is '" + text + "'; PORT:PORT is expected, such as 7781:7771"};
  }
  return std::pair(static_cast<std::uint16_t>(in), static_cast<std::uint16_t>(out));
}

base::Result<Proxy::Settings> settings_of(const ProxyOptions& options) {
  Proxy::Settings settings;
  settings.seed = options.seed;
  const auto to = udp_endpoint(options.to);
  if (!to) return to.error();
  if (to->port() == 0 || to->address().is_unspecified()) {
    return Error{ErrorCode::kMalformed, "--to is '" + options.to + "'; the daemon's own PORT or HOST:PORT is expected"};
  }
  settings.to = *to;
  const auto listen = udp_endpoint(options.listen);
  if (!listen) return listen.error();
  settings.listen = *listen;
  if (!options.answers.empty()) {
    const auto ports = two_ports(options.answers);
    if (!ports) return ports.error();
    settings.answers = *ports;
  }
  if (auto set = set_impairments(options, settings); !set) return set.error();
  return settings;
}

std::vector<std::string> row(const std::string& name, const ImpairedLine::Counts& counts) {
  const auto longest = std::chrono::duration<double, std::milli>(counts.longest).count();
  return {name,
          std::to_string(counts.came),
          std::to_string(counts.went),
          std::to_string(counts.lost),
          std::to_string(counts.doubled),
          std::to_string(counts.reordered),
          rounded(longest) + " ms"};
}

}  // namespace

int proxy(const ProxyOptions& options) {
  const auto settings = settings_of(options);
  if (!settings) return refuse(settings.error());
  asio::io_context io(1);
  Proxy proxy(io, *settings);
  if (auto started = proxy.start(); !started) return refuse(started.error());
  std::cout << "port " << proxy.port() << " goes to " << options.to << "; seed " << options.seed << std::endl;
  if (!options.port_file.empty() && !(std::ofstream(options.port_file) << proxy.port() << std::endl)) {
    return refuse({ErrorCode::kForbidden, options.port_file.string() + " cannot be written"});
  }
  asio::signal_set signals(io, SIGINT, SIGTERM);
  signals.async_wait([&](const asio::error_code&, int) { io.stop(); });
  io.run();
  Table table({"direction", "came", "went", "lost", "doubled", "reordered", "longest"});
  table.add(row("to the daemon", proxy.up()));
  table.add(row("from it", proxy.down()));
  table.print(std::cout);
  std::cout << std::flush;
  return 0;
}

}  // namespace server
