// Any bytes as a configuration: a sentence of one line, or a configuration whose promises hold.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "server/config/config.hpp"
#include "server/config/endpoint.hpp"

namespace {

void require(bool good) {
  if (!good) std::abort();
}

void check(const server::Config& config) {
  require(!config.listen.empty() && config.lease.count() >= 1 && config.lease.count() <= 3600);
  require(config.workers >= 0 && config.workers <= 64 && config.limits.mtu >= 512 && config.limits.mtu <= 8192);
  for (const auto& endpoint : config.listen) require(server::is_loopback(endpoint) || !config.allow.empty());
  for (const auto& synth : config.synths) {
    require(synth.address.front() == '/' && !synth.synth.empty() && !synth.to.to_sender && synth.to.port != 0);
  }
  for (const auto& alias : config.aliases) {
    require(alias.address.front() == '/' && !alias.send.empty() && !config.models.empty());
    if (alias.to.to_sender) continue;
    const auto host = server::parse_address(alias.to.host);
    require(host && (server::is_loopback(*host) || server::is_allowed(*host, config.allow)) && alias.to.port != 0);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto config = server::parse_config(text, "/nonexistent/folder/fuzz.yaml");
  if (config) {
    check(*config);
  } else {
    require(config.error().message.find('\n') == std::string::npos && config.error().message.size() < 4096);
  }
  return 0;
}
