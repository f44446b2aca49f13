#include "attributes.hpp"

#include <cmath>
#include <optional>
#include <string>

#include "text.hpp"

namespace models {

namespace {

constexpr float kLargestWhole = 16777216.0F;  // 2^24: whole floats are exact up to here

std::optional<float> as_float(const Value& value) {
  if (const auto* whole = std::get_if<std::int32_t>(&value)) return static_cast<float>(*whole);
  if (const auto* number = std::get_if<float>(&value)) return *number;
  return std::nullopt;
}

std::optional<Value> as_type(char type, const Value& value) {
  if (type == 's') return std::holds_alternative<std::string>(value) ? std::optional(value) : std::nullopt;
  const auto number = as_float(value);
  if (!number || !std::isfinite(*number)) return std::nullopt;
  if (type == 'f') return Value(*number);
  if (std::holds_alternative<std::int32_t>(value)) return value;
  if (std::trunc(*number) != *number || std::abs(*number) > kLargestWhole) return std::nullopt;
  return Value(static_cast<std::int32_t>(*number));
}

std::string_view type_text(char type) {
  if (type == 'i') return "a whole number";
  return type == 's' ? "a text" : "a number";
}

base::Error malformed(std::string text) { return {base::ErrorCode::kMalformed, std::move(text)}; }

/// Any count of numbers: a tensor.
base::Result<std::vector<Value>> fit_numbers(const AttributeCard& card, std::span<const Value> values) {
  std::vector<Value> fitted;
  for (const auto& value : values) {
    const auto number = as_float(value);
    if (!number || !std::isfinite(*number)) return malformed(card.name + " takes numbers, any count of them");
    fitted.emplace_back(*number);
  }
  return fitted;
}

}  // namespace

base::Result<const AttributeCard*> find_attribute(std::span<const AttributeCard> cards, std::string_view name) {
  std::vector<std::string> names;
  for (const auto& card : cards) {
    if (card.name == name) return &card;
    names.push_back(card.name);
  }
  return base::Error{base::ErrorCode::kUnknown,
                     "no attribute '" + std::string(name.substr(0, 64)) + "'" + hint(name, names)};
}

base::Result<std::vector<Value>> fit_values(const AttributeCard& card, std::span<const Value> values) {
  if (card.types == "t") return fit_numbers(card, values);
  if (values.size() != card.types.size()) {
    return malformed(card.name + " takes " + count_text(card.types.size(), "value") + ", " +
                     std::to_string(values.size()) + " came");
  }
  std::vector<Value> fitted;
  for (std::size_t i = 0; i < values.size(); ++i) {
    auto value = as_type(card.types[i], values[i]);
    const std::string which = values.size() > 1 ? "value " + std::to_string(i + 1) + " of " + card.name : card.name;
    if (!value) return malformed(which + " takes " + std::string(type_text(card.types[i])));
    const auto number = as_float(*value);
    if (number && (*number < card.min || *number > card.max)) {
      return malformed(which + " is " + number_text(*number) + "; its range is " + range_text(card.min, card.max));
    }
    fitted.push_back(std::move(*value));
  }
  return fitted;
}

}  // namespace models
