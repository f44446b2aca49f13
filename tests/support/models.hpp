#pragma once
#include <string>
#include <utility>
#include <vector>

#include "server/config/config.hpp"

namespace support {

using Options = std::vector<std::pair<std::string, std::string>>;

/// A model of the fake engine: x and y, each 0..1, in; pitch and filter out. models/fake_engine.hpp tells what it can
/// do.
server::ModelConfig fake_model(const std::string& name, Options options = {{"does", "sum"}});
/// The same, counting its calls: it has state.
server::ModelConfig counter(const std::string& name = "counter");
/// The same, with an attribute `gain` (0..2, at first 1).
server::ModelConfig amplifier(const std::string& name = "amp");
/// A classifier of the fake engine at 8000 Hz: windows of 800 samples every 400, labels quiet and loud, whose scores
/// are 1 − rms and rms. Methods: labels, scores (frames of both).
server::ModelConfig loudness(const std::string& name = "loudness");
/// Its text as a card file.
std::string card_text(const std::string& name, const Options& options = {{"does", "sum"}});

/// `address` → pitch and filter of `model` at /synth/pitch and /synth/filter, to 127.0.0.1:7771.
server::Alias alias_of(const std::string& address, const std::string& model);

}  // namespace support
