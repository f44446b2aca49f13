#pragma once
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include "server/cli/text.hpp"

namespace server {

/// Writes JSON on one line; commas come by themselves.
///   JsonWriter json; json.open('{').key("port").whole(7770).close('}'); json.str()   →   {"port": 7770}
class JsonWriter {
 public:
  JsonWriter& open(char bracket) {
    begin();
    text_ += bracket;
    fresh_ = true;
    return *this;
  }
  JsonWriter& close(char bracket) {
    text_ += bracket;
    fresh_ = false;
    return *this;
  }
  JsonWriter& key(std::string_view name) {
    text(name);
    text_ += ": ";
    fresh_ = true;
    return *this;
  }
  JsonWriter& whole(std::int64_t value) { return raw(std::to_string(value)); }
  JsonWriter& boolean(bool value) { return raw(value ? "true" : "false"); }
  /// Not a number and infinities have no JSON: null.
  JsonWriter& number(float value) { return raw(std::isfinite(value) ? number_text(value) : "null"); }
  JsonWriter& number(double value) { return number(static_cast<float>(value)); }
  /// What is JSON already: a number with more digits than a float has.
  JsonWriter& literal(std::string_view value) { return raw(value); }
  JsonWriter& text(std::string_view value) {
    begin();
    text_ += '"';
    while (!value.empty()) value.remove_prefix(character(value));
    text_ += '"';
    return *this;
  }
  const std::string& str() const { return text_; }

 private:
  void begin() {
    if (!fresh_) text_ += ", ";
    fresh_ = false;
  }
  JsonWriter& raw(std::string_view value) {
    begin();
    text_ += value;
    return *this;
  }
  /// @return how many bytes of `value` are written now. Broken UTF-8 becomes U+FFFD.
  std::size_t character(std::string_view value) {
    const char first = value.front();
    const auto length = utf8_length(value);
    if (length == 0) {
      text_ += "\xef\xbf\xbd";
      return 1;
    }
    if (first == '"' || first == '\\') text_ += '\\';
    if (static_cast<unsigned char>(first) < 0x20) {
      char escaped[8];
      std::snprintf(escaped, sizeof escaped, "\\u%04x", static_cast<unsigned char>(first));
      text_ += escaped;
    } else {
      text_ += value.substr(0, length);
    }
    return length;
  }

  std::string text_;
  bool fresh_ = true;
};

}  // namespace server
