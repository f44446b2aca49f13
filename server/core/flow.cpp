#include "server/core/flow.hpp"

namespace server {

Flow::~Flow() { let_go(); }

void Flow::hold_back(const Peer& from) {
  if (held_back.emplace(from.connection, from).second) link.hold_back(from, true);
}

void Flow::let_go() {
  for (const auto& [number, peer] : held_back) link.hold_back(peer, false);
  held_back.clear();
}

}  // namespace server
