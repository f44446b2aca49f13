#include "models/fake_engine.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <sstream>
#include <utility>

#include "base/denormals.hpp"
#include "classifier.hpp"
#include "fake_gate.hpp"
#include "fake_program.hpp"
#include "text.hpp"

namespace models {

namespace {

using base::Error;
using base::ErrorCode;

constexpr std::array<std::string_view, 15> kDoes{"echo", "sum",   "mean", "count", "slow",  "gate",  "throw", "nan",
                                                 "tune", "shape", "loud", "parts", "crash", "abort", "hang"};

std::string option(const Card& card, std::string_view key, std::string otherwise = {}) {
  for (const auto& [name, value] : card.options) {
    if (name == key) return value;
  }
  return otherwise;
}

/// Of the "file", for each method of the card.
std::vector<std::string> method_names(const Card& card) {
  std::vector<std::string> names;
  for (const auto& method : card.methods) names.push_back(method.call.empty() ? method.name : method.call);
  return names;
}

/// How many numbers a method gives.
std::size_t output_count(const Card& card, const MethodCard& method) {
  if (card.kind == "melody") {
    const auto& melody = card.melody;
    return static_cast<std::size_t>(melody.pitches()) * melody.durations.size() +
           static_cast<std::size_t>(melody.state);
  }
  if (card.kind != "classifier") return method.outputs.size();
  if (method.answer == Answer::kPitch) return 2;
  const auto asked = std::strtoul(option(card, "outputs", "0").c_str(), nullptr, 10);
  return asked != 0 ? asked : std::max<std::size_t>(card.labels.size(), 1);
}

/// Words of "a b c"; the methods of the card when there is no such option.
std::vector<std::string> offered_methods(const Card& card) {
  std::vector<std::string> names;
  std::istringstream words(option(card, "methods"));
  for (std::string word; words >> word;) names.push_back(word);
  if (names.empty()) return method_names(card);
  return names;
}

/// Those of the card first, as Program::methods() has them.
std::vector<std::string> in_order(const Card& card, const std::vector<std::string>& offered) {
  auto names = method_names(card);
  for (const auto& name : offered) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  return names;
}

std::size_t window_numbers(const Card& card) {
  std::int64_t numbers = 1;
  for (const auto side : plan_of(card).shape) numbers *= side;
  return static_cast<std::size_t>(numbers);
}

base::Result<FakeBehaviour> behaviour_of(const Card& card) {
  FakeBehaviour behaviour;
  behaviour.does = option(card, "does", card.kind == "melody" ? "tune" : "echo");
  const std::vector<std::string> known(kDoes.begin(), kDoes.end());
  if (std::find(known.begin(), known.end(), behaviour.does) == known.end()) {
    return Error{ErrorCode::kModelFailed,
                 "does: '" + behaviour.does + "' is not known; the fake does " + list_text(known)};
  }
  if (const auto when = option(card, "when"); !when.empty()) behaviour.when = std::strtof(when.c_str(), nullptr);
  behaviour.sleep = std::chrono::milliseconds(std::strtol(option(card, "ms", "0").c_str(), nullptr, 10));
  behaviour.gate = option(card, "gate", "gate");
  behaviour.attributes = card.attributes;
  behaviour.durations = card.melody.durations.size();
  behaviour.state = static_cast<std::size_t>(card.melody.state);
  if (behaviour.does == "tune" && card.kind != "melody") {
    return Error{ErrorCode::kModelFailed, "does: tune is for kind melody"};
  }
  if (card.kind == "classifier") behaviour.window = window_numbers(card);
  for (const auto& method : card.methods) behaviour.outputs.push_back(output_count(card, method));
  for (const auto& method : card.methods) {
    if (card.kind == "stream") behaviour.forms.push_back(method.form);
  }
  return behaviour;
}

class FakeEngine final : public Engine {
 public:
  std::string_view name() const override { return "fake"; }
  std::string version() const override { return "fake 1"; }
  void prepare_thread() override { base::flush_denormals(); }

  base::Result<std::unique_ptr<Program>> load(const Card& card) override {
    if (option(card, "load") == "gate") wait_at_gate(option(card, "gate", "gate"));
    misbehave(option(card, "load"));
    if (option(card, "load") == "fail") return Error{ErrorCode::kModelFailed, "loading failed, as asked"};
    const auto offered = offered_methods(card);
    for (const auto& name : method_names(card)) {
      if (std::find(offered.begin(), offered.end(), name) == offered.end()) {
        return Error{ErrorCode::kModelFailed, "the file has no method '" + name + "'" + hint(name, offered)};
      }
    }
    auto behaviour = behaviour_of(card);
    if (!behaviour) return behaviour.error();
    return fake_program(in_order(card, offered), std::move(*behaviour));
  }
};

}  // namespace

Engine& fake_engine() {
  static FakeEngine engine;
  return engine;
}

}  // namespace models
