#pragma once
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/engine.hpp"

namespace models {

/// What the options of the card say, read once.
struct FakeBehaviour {
  std::string does;
  std::optional<float> when;
  std::chrono::milliseconds sleep{0};
  std::string gate;
  std::vector<AttributeCard> attributes;
  std::vector<std::size_t> outputs;      ///< per method
  std::vector<StreamForm> forms;         ///< kind stream: per method
  std::size_t window = 0;                ///< kind classifier: numbers of one window, whatever its shape; else 0
  std::size_t durations = 0, state = 0;  ///< kind melody
};

/// "crash": a segmentation fault; "abort": what a failed assertion does; "hang": never comes back. Else nothing.
void misbehave(std::string_view how);

/// @param methods  as Program::methods() gives them.
std::unique_ptr<Program> fake_program(std::vector<std::string> methods, FakeBehaviour behaviour);

}  // namespace models
