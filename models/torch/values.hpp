#pragma once
#include <ATen/core/ivalue.h>
#include <ATen/core/jit_type.h>

#include <optional>
#include <span>
#include <vector>

#include "models/card.hpp"

namespace models {

/// A value as an argument of that type; nothing where it does not fit.
std::optional<c10::IValue> to_ivalue(const Value& value, const c10::TypePtr& type);

/// All of them as a tensor of one dimension; nothing where there are texts.
std::optional<c10::IValue> to_tensor(std::span<const Value> values);

/// Values in the place of `old` (a number, a text, or a tensor of as many elements); nothing where they do not fit.
std::optional<c10::IValue> like(const c10::IValue& old, std::span<const Value> values);

/// Numbers and texts, also inside tuples, lists and tensors; nothing where there is anything else, or more than 256.
std::optional<std::vector<Value>> to_values(const c10::IValue& value);

}  // namespace models
