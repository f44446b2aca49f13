#pragma once
#include <span>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "models/card.hpp"

namespace models {

/// The attribute of that name. Fails: kUnknown with the nearest one.
base::Result<const AttributeCard*> find_attribute(std::span<const AttributeCard> cards, std::string_view name);

/// The values as the attribute takes them: whole floats become ints where `i` is declared, ints floats where `f` is.
/// Fails: kMalformed naming the attribute and its count, type or range.
base::Result<std::vector<Value>> fit_values(const AttributeCard& card, std::span<const Value> values);

}  // namespace models
