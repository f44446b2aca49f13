#pragma once
#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace models {

/// A value of an attribute: i, f or s on the wire.
using Value = std::variant<std::int32_t, float, std::string>;

/// One named number that goes in or comes out.
struct Port {
  std::string name;
  std::string unit;  ///< "Hz", "midi", "s", …; empty: none
  float min = -std::numeric_limits<float>::infinity();
  float max = std::numeric_limits<float>::infinity();
  float initial = 0;  ///< `default` in the card
  friend bool operator==(const Port&, const Port&) = default;
};

/// One thing that a model can be asked to do. A frame of it is `inputs.size()` numbers.
struct MethodCard {
  std::string name = "forward";
  std::vector<Port> inputs;
  std::vector<Port> outputs;
  friend bool operator==(const MethodCard&, const MethodCard&) = default;
};

/// One setting of a model.
struct AttributeCard {
  std::string name;
  std::string types = "f";  ///< one letter (i f s) per element
  float min = -std::numeric_limits<float>::infinity();
  float max = std::numeric_limits<float>::infinity();
  std::vector<Value> initial;  ///< empty: as the file has it
  friend bool operator==(const AttributeCard&, const AttributeCard&) = default;
};

/// What a model's card.yaml says (docs/cards.md). The card is read in server/; models/ only uses it.
struct Card {
  std::string name;
  std::string kind;              ///< "params"
  std::string engine = "torch";  ///< "torch", "fake"
  std::filesystem::path file;    ///< absolute; empty where the engine needs none
  std::string sha256;            ///< 64 hex digits, or empty: not checked
  bool state = false;            ///< true: what was asked before changes what is answered; one instance per session
  double model_rate = 0;         ///< frames per second that the model was trained at; 0: none of its own
  std::vector<MethodCard> methods;
  std::vector<AttributeCard> attributes;
  std::vector<std::string> labels;
  std::string about;  ///< one sentence
  std::string licence;
  std::vector<std::string> authors;
  std::vector<std::string> links;
  /// Settings of the engine, as `key: value` texts (`options` in the card). torch: none; fake: see fake_engine.hpp.
  std::vector<std::pair<std::string, std::string>> options;
  friend bool operator==(const Card&, const Card&) = default;
};

}  // namespace models
