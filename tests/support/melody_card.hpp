#pragma once
#include <string>

#include "models/card.hpp"

namespace support {

/// A melody of the fake engine ("tune"): notes 48..72 and the rest, durations of 0.25 to 2 beats, two numbers of state.
inline models::Card melody_card(const std::string& name = "melody") {
  models::Card card;
  card.name = name;
  card.kind = "melody";
  card.engine = "fake";
  card.melody.lowest = 48;
  card.melody.highest = 72;
  card.melody.rest = true;
  card.melody.durations = {0.25F, 0.5F, 1, 1.5F, 2};
  card.melody.state = 2;
  models::MethodCard method;
  method.name = "step";
  method.answer = models::Answer::kNotes;
  card.methods = {method};
  return card;
}

}  // namespace support
