#pragma once
#include <string>

#include "server/config/config.hpp"
#include "support/melody_card.hpp"

namespace support {

/// melody_card() as it stands in a configuration.
inline server::ModelConfig fake_melody(const std::string& name = "melody") {
  server::ModelConfig made;
  made.card = melody_card(name);
  return made;
}

}  // namespace support
