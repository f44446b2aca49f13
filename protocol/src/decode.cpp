#include <charconv>
#include <cmath>

#include "protocol/schema.hpp"

namespace protocol {
namespace {

/// The shortest digits that read back as the same; whole numbers without an exponent ("100000", never "1e+05").
template <class Real>
std::string text_of(Real value) {
  char digits[64];
  const bool whole = std::abs(value) < Real{1e15F} && value == std::trunc(value);
  const auto end = whole ? std::to_chars(digits, digits + sizeof digits, static_cast<std::int64_t>(value)).ptr
                         : std::to_chars(digits, digits + sizeof digits, value).ptr;
  return {digits, end};
}

/// A number as it came, whatever its type was.
struct Number {
  double value;
  bool real;  // f or d; otherwise a whole number, or true and false
};

std::optional<Number> number_of(const Argument& argument) {
  if (const auto* i = std::get_if<std::int32_t>(&argument)) return Number{static_cast<double>(*i), false};
  if (const auto* f = std::get_if<float>(&argument)) return Number{static_cast<double>(*f), true};
  if (const auto* h = std::get_if<std::int64_t>(&argument)) return Number{static_cast<double>(*h), false};
  if (const auto* d = std::get_if<double>(&argument)) return Number{*d, true};
  if (const auto* b = std::get_if<bool>(&argument)) return Number{*b ? 1.0 : 0.0, false};
  return std::nullopt;
}

/// What came, for a sentence: the number where it is one.
std::string came(const Argument& argument) {
  if (const auto* f = std::get_if<float>(&argument)) return text_of(*f);
  if (const auto* h = std::get_if<std::int64_t>(&argument)) return std::to_string(*h);
  if (const auto number = number_of(argument)) return text_of(number->value);
  return std::string(name_of(argument));
}

base::Error malformed(std::string message) { return {base::ErrorCode::kMalformed, std::move(message)}; }

base::Error wrong(std::size_t index, std::string_view name, std::string_view what, std::string_view expected) {
  std::string sentence = "argument " + std::to_string(index + 1) + " (" + std::string(name) + ") is ";
  sentence.append(what).append("; ").append(expected).append(" is expected");
  return malformed(std::move(sentence));
}

std::string range_of(const Parameter& parameter) {
  const bool upper = std::isfinite(parameter.max);
  const bool lower = std::isfinite(parameter.min);
  if (lower && upper) return text_of(parameter.min) + " to " + text_of(parameter.max);
  return lower ? text_of(parameter.min) + " or more" : text_of(parameter.max) + " or less";
}

/// The word for a declared type, and the value where the argument is one of it.
struct Converter {
  const Parameter& parameter;
  std::size_t index;
  const Argument& argument;

  base::Result<Value> integer() const {
    const auto number = number_of(argument);
    if (!number) return fault("a whole number");
    if (number->value != std::trunc(number->value)) return fault("a whole number");
    if (outside(number->value)) return fault(range_of(parameter));
    return Value(static_cast<std::int32_t>(number->value));
  }

  base::Result<Value> real() const {
    const auto number = number_of(argument);
    if (!number) return fault("a number");
    if (outside(number->value)) return fault(range_of(parameter));
    if (std::abs(number->value) > kMostFloat) return fault("a number that a float can hold");
    return Value(static_cast<float>(number->value));
  }

  base::Result<Value> text() const {
    if (const auto* text = std::get_if<std::string_view>(&argument)) return Value(*text);
    return fault("a text", name_of(argument));
  }

  base::Result<Value> blob() const {
    if (const auto* blob = std::get_if<Blob>(&argument)) return Value(*blob);
    return fault("a blob", name_of(argument));
  }

  /// i, f or s, as it came.
  base::Result<Value> any() const {
    if (std::holds_alternative<std::string_view>(argument)) return text();
    const auto number = number_of(argument);
    if (!number) return fault("a number or a text");
    if (number->real) return real();
    if (std::abs(number->value) > base::kWireMax) return fault("-16777216 to 16777216");
    return Value(static_cast<std::int32_t>(number->value));
  }

  /// Samples: floats, or a blob of them.
  base::Result<Value> samples() const {
    if (std::holds_alternative<Blob>(argument)) return blob();
    return number_of(argument) ? real() : fault("a number or a blob");
  }

  base::Result<Value> convert() const {
    switch (parameter.type) {
      case 'i':
        return integer();
      case 'f':
        return real();
      case 's':
        return text();
      case 'b':
        return blob();
      case 'a':
        return samples();
      default:
        return any();
    }
  }

 private:
  static constexpr double kMostFloat = std::numeric_limits<float>::max();

  bool outside(double value) const { return value < parameter.min || value > parameter.max; }
  base::Error fault(std::string_view expected) const { return fault(expected, came(argument)); }
  base::Error fault(std::string_view expected, std::string_view what) const {
    return wrong(index, parameter.name, what, expected);
  }
};

std::string arguments_came(std::size_t count) {
  if (count == 0) return "no arguments came";
  return std::to_string(count) + (count == 1 ? " argument came" : " arguments came");
}

/// "takes 3: id, replyPort, name", "takes 3 or 4: id, client, key, [events]", "takes 3 or more: id, session,
/// values...".
std::string takes(const Entry& entry) {
  std::size_t least = 0, most = 0;
  std::string names;
  for (const Parameter& parameter : entry.parameters) {
    if (!names.empty()) names += ", ";
    names += parameter.optional ? '[' + std::string(parameter.name) + ']' : std::string(parameter.name);
    if (parameter.repeats) names += "...";  // OSC texts are ASCII
    if (!parameter.optional && !parameter.repeats) ++least;
    ++most;
  }
  std::string number = std::to_string(least);
  if (entry.parameters.back().repeats) {
    number += " or more";
  } else if (most > least) {
    number += (most == least + 1 ? " or " : " to ") + std::to_string(most);
  }
  return "takes " + number + ": " + names;
}

}  // namespace

base::Status decode(const Entry& entry, const MessageView& message, Arguments& out) {
  out.values_.clear();
  const auto& parameters = entry.parameters;
  const auto arguments = message.arguments;
  std::size_t p = 0;
  for (std::size_t i = 0; i < arguments.size() && p < parameters.size(); ++i) {
    const auto value = Converter{parameters[p], i, arguments[i]}.convert();
    if (!value) return value.error();
    out.values_.push_back(*value);
    if (!parameters[p].repeats) ++p;
  }
  if (p == parameters.size() || parameters[p].optional || parameters[p].repeats) return {};
  return malformed(arguments_came(arguments.size()) + "; " + std::string(message.address) + ' ' + takes(entry));
}

base::Status decode_numbers(std::span<const std::string> names, std::span<const Argument> arguments,
                            std::vector<float>& out) {
  out.clear();
  if (arguments.size() != names.size()) {
    std::string sentence = arguments_came(arguments.size()) + "; " + std::to_string(names.size());
    sentence += names.size() == 1 ? " is expected" : " are expected";
    for (std::size_t i = 0; i < names.size(); ++i) sentence.append(i == 0 ? ": " : ", ").append(names[i]);
    return malformed(std::move(sentence));
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    const Parameter parameter{.name = names[i], .type = 'f'};
    const auto value = Converter{parameter, i, arguments[i]}.convert();
    if (!value) return value.error();
    out.push_back(std::get<float>(*value));
  }
  return {};
}

std::optional<std::int32_t> id_of(const MessageView& message) {
  if (message.arguments.empty() || std::holds_alternative<bool>(message.arguments.front())) return std::nullopt;
  const auto number = number_of(message.arguments.front());
  if (!number || number->value != std::trunc(number->value)) return std::nullopt;
  if (std::abs(number->value) > base::kWireMax) return std::nullopt;
  return static_cast<std::int32_t>(number->value);
}

}  // namespace protocol
