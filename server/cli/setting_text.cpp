#include "server/cli/setting_text.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "server/cli/text.hpp"

namespace server {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;

/// One element of a setting. Fails where the text is no number; ranges are the model's to check.
Result<models::Value> value_of(char type, const std::string& text) {
  if (type == 's') return models::Value(text);
  float number = 0;
  std::int32_t whole = 0;
  const auto* end = text.data() + text.size();
  const auto read = type == 'i' ? std::from_chars(text.data(), end, whole) : std::from_chars(text.data(), end, number);
  if (read.ec == std::errc() && read.ptr == end) return type == 'i' ? models::Value(whole) : models::Value(number);
  return Error{ErrorCode::kMalformed, "'" + printable(text) + "' is no " + (type == 'i' ? "whole number" : "number")};
}

/// "1,2,round" to values of these types.
Result<std::vector<models::Value>> values_of(const std::string& types, std::string text) {
  std::vector<models::Value> values;
  for (std::size_t i = 0; !text.empty() || i == 0; ++i) {
    const auto comma = text.find(',');
    auto value = value_of(i < types.size() ? types[i] : types.back(), text.substr(0, comma));
    if (!value) return value.error();
    values.push_back(std::move(*value));
    text = comma == std::string::npos ? "" : text.substr(comma + 1);
  }
  return values;
}

struct Setting {
  std::string name;
  std::vector<models::Value> values;
  bool of_model = false;  ///< an attribute, not a setting of the stream
};

const models::AttributeCard* find(std::span<const models::AttributeCard> known, const std::string& name) {
  const auto found = std::find_if(known.begin(), known.end(), [&](const auto& one) { return one.name == name; });
  return found == known.end() ? nullptr : &*found;
}

Result<Setting> read(const models::Model& model, const std::string& text, const std::string& option) {
  const auto equals = text.find('=');
  Setting setting;
  setting.name = text.substr(0, equals);
  const auto* of_stream = find(model.settings(), setting.name);
  const auto* of_model = find(model.attributes(), setting.name);
  setting.of_model = of_model != nullptr;
  const auto* known = of_stream ? of_stream : of_model;
  auto values = values_of(known ? known->types : "s", equals == std::string::npos ? "" : text.substr(equals + 1));
  if (!values) {
    return Error{ErrorCode::kMalformed, option + " " + printable(setting.name) + ": " + values.error().message};
  }
  setting.values = std::move(*values);
  return setting;
}

/// Frames of the input.
Result<std::int64_t> position_of(const std::string& time, double rate) {
  double number = 0;
  const auto* end = time.data() + time.size();
  const auto read = std::from_chars(time.data(), end, number);
  const std::string unit(read.ptr, end);
  const double frames = number * (unit == "s" ? rate : unit == "ms" ? rate / 1000 : 1);
  const bool known = unit == "s" || unit == "ms" || unit.empty();
  if (read.ec != std::errc() || !known || !(frames >= 0) || frames > 9e15) {
    return Error{ErrorCode::kMalformed,
                 "--at " + printable(time) + " is no time; 3.2s, 3200ms or a number of samples is"};
  }
  return static_cast<std::int64_t>(std::llround(frames));
}

}  // namespace

Status set_by_text(const models::Model& model, models::Instance& instance, models::Stream& stream,
                   const std::string& text) {
  const auto setting = read(model, text, "--set");
  if (!setting) return setting.error();
  return setting->of_model ? instance.set(setting->name, setting->values) : stream.set(setting->name, setting->values);
}

Status set_by_text(const models::Model& model, models::MelodySettings& settings, const std::string& text) {
  const auto setting = read(model, text, "--set");
  if (!setting) return setting.error();
  return settings.set(setting->name, setting->values);
}

Status set_by_text_at(const models::Model& model, models::Stream& stream, double rate, const std::string& time,
                      const std::string& text) {
  const auto at = position_of(time, rate);
  if (!at) return at.error();
  auto setting = read(model, text, "--at");
  if (!setting) return setting.error();
  const auto late = stream.set_at({*at, setting->name, std::move(setting->values)});
  if (!late) return late.error();
  return {};
}

}  // namespace server
