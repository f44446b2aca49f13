#pragma once
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "kind.hpp"

namespace models {

/// The port's name, or "input 2" where its card gives none.
std::string port_name(const Port& port, std::size_t index, std::string_view direction);

/// [frames, inputs] → [frames, outputs]; row by row, in order, when the model has state. As Kind::caller.
std::unique_ptr<Caller> params_caller(std::span<const Method> methods, bool stateful);

}  // namespace models
