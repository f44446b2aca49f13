#pragma once
#include <string>

#include "server/config/config.hpp"
#include "support/melody_card.hpp"
#include "support/world.hpp"

namespace support {

/// melody_card() as it stands in a configuration.
inline server::ModelConfig fake_melody(const std::string& name = "melody") {
  server::ModelConfig made;
  made.card = melody_card(name);
  return made;
}

inline constexpr std::uint16_t kScsynth = 57110;

/// A synth that plays fake_melody(), always the same line: `/s_new bell NODE 0 0 midinote PITCH`.
inline server::SynthConfig bells() {
  server::SynthConfig synth;
  synth.address = "/bells";
  synth.model = "melody";
  synth.to = {false, "127.0.0.1", kScsynth};
  synth.synth = "bell";
  synth.controls = {{"midinote", server::SynthControl::Source::kPitch}};
  synth.set = {{"seed", {models::Value(7)}}};
  return synth;
}

/// plain_config() with it.
inline server::Config bells_config(const server::SynthConfig& synth = bells()) {
  auto config = plain_config();
  config.models.push_back(fake_melody());
  config.synths = {synth};
  return config;
}

}  // namespace support
