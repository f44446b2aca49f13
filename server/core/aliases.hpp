#pragma once
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "server/config/config.hpp"
#include "server/core/peer.hpp"

namespace server {

/// The aliases of a configuration, by incoming address. Thread: [net].
class Aliases {
 public:
  explicit Aliases(const std::vector<Alias>& aliases);

  /// The alias for an address that came in by this port of ours: one for that port first, then one for all ports.
  std::shared_ptr<const Alias> find(std::string_view address, std::uint16_t local_port) const;
  std::vector<std::string_view> addresses() const;

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  std::unordered_map<std::string, std::vector<std::shared_ptr<const Alias>>, Hash, std::equal_to<>> by_address_;
};

/// Where the answers of an alias go, for a message from this sender.
Peer destination(const Alias& alias, const Peer& from);

}  // namespace server
