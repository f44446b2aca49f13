#include "server/core/aliases.hpp"

namespace server {

Aliases::Aliases(const std::vector<Alias>& aliases) {
  for (const auto& alias : aliases) by_address_[alias.address].push_back(std::make_shared<const Alias>(alias));
}

std::shared_ptr<const Alias> Aliases::find(std::string_view address, std::uint16_t local_port) const {
  const auto it = by_address_.find(address);
  if (it == by_address_.end()) return nullptr;
  std::shared_ptr<const Alias> general;
  for (const auto& alias : it->second) {
    if (alias->port == local_port) return alias;
    if (!alias->port) general = alias;
  }
  return general;
}

std::vector<std::string_view> Aliases::addresses() const {
  std::vector<std::string_view> out;
  for (const auto& [address, aliases] : by_address_) out.push_back(address);
  return out;
}

Peer destination(const Alias& alias, const Peer& from) {
  if (!alias.to.to_sender)
    return {Ip::parse(alias.to.host).value_or(Ip::loopback()), alias.to.port, from.local_port, 0};
  if (alias.to.port == 0) return from;
  return from.at(alias.to.port);
}

}  // namespace server
