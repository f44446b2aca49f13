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

std::vector<Input> Flow::take_waiting(std::size_t frames) {
  std::vector<Input> inputs;
  for (std::size_t taken = 0; !waiting.empty() && taken < frames;) {
    taken += static_cast<std::size_t>(waiting.front().frames());
    frames_waiting -= waiting.front().frames();
    inputs.push_back(std::move(waiting.front()));
    waiting.pop_front();
  }
  return inputs;
}

}  // namespace server
