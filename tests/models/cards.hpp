#pragma once
#include <filesystem>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/model.hpp"

namespace tests {

inline models::Port port(std::string name, float min = 0, float max = 1) {
  models::Port made;
  made.name = std::move(name);
  made.min = min;
  made.max = max;
  return made;
}

inline models::Port free_port(std::string name) {
  const float infinite = std::numeric_limits<float>::infinity();
  return port(std::move(name), -infinite, infinite);
}

inline models::MethodCard method(std::string name, std::vector<std::string> inputs, std::vector<std::string> outputs) {
  models::MethodCard made;
  made.name = std::move(name);
  for (auto& input : inputs) made.inputs.push_back(port(std::move(input)));
  for (auto& output : outputs) made.outputs.push_back(free_port(std::move(output)));
  return made;
}

inline models::AttributeCard attribute(std::string name, std::string types, std::vector<models::Value> initial = {}) {
  models::AttributeCard made;
  made.name = std::move(name);
  made.types = std::move(types);
  made.initial = std::move(initial);
  return made;
}

/// A card of the fake engine: x and y in, pitch and filter out.
inline models::Card fake_card(std::vector<std::pair<std::string, std::string>> options = {}) {
  models::Card card;
  card.name = "synth";
  card.kind = "params";
  card.engine = "fake";
  card.methods = {method("forward", {"x", "y"}, {"pitch", "filter"})};
  card.options = std::move(options);
  return card;
}

inline models::MethodCard listening(std::string name, models::Answer answer) {
  models::MethodCard made;
  made.name = std::move(name);
  made.call = "forward";
  made.answer = answer;
  return made;
}

/// A classifier of the fake engine at 8000 Hz: windows of 0.1 s, every 0.05 s, are quiet or loud.
inline models::Card listening_card(std::vector<std::pair<std::string, std::string>> options = {{"does", "loud"}}) {
  models::Card card;
  card.name = "ear";
  card.kind = "classifier";
  card.engine = "fake";
  card.model_rate = 8000;
  card.labels = {"quiet", "loud"};
  card.listen.window = 800;
  card.listen.hop = 400;
  card.methods = {listening("labels", models::Answer::kLabels), listening("scores", models::Answer::kFrames)};
  card.options = std::move(options);
  return card;
}

/// Loading as tests want it: little measuring.
inline models::LoadOptions quick() { return {3, std::chrono::milliseconds(2)}; }

/// What went wrong: "404 the message"; "fine" when nothing did.
template <class T>
std::string outcome(const base::Result<T>& result) {
  if (result) return "fine";
  return std::to_string(base::number(result.error().code)) + " " + result.error().message;
}

}  // namespace tests
