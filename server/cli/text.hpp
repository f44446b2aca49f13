#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace server {

/// One sentence on standard error. @return the exit code of a command that failed.
inline int refuse(const base::Error& error) {
  std::cout.flush();
  std::cerr << "oscine: " << error.message << "\n";
  return 1;
}

/// Bytes of the well-formed UTF-8 character at the front of `text`; 0 where there is none.
inline std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  const unsigned second = byte(1);  // neither longer than needed, nor a surrogate, nor beyond U+10FFFF
  if ((first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f)) return 0;
  if ((first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f)) return 0;
  return length;
}

/// What came from elsewhere, safe to print: control bytes and broken UTF-8 as \x1b, so that nothing steers a terminal.
inline std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto length = utf8_length(text);
    const auto first = static_cast<unsigned char>(text.front());
    const bool control =
        first < 0x20 || first == 0x7f || (length == 2 && first == 0xc2 && static_cast<unsigned char>(text[1]) < 0xa0);
    if (length == 0 || control) {
      char escaped[5];
      std::snprintf(escaped, sizeof escaped, "\\x%02x", first);
      out += escaped;
      text.remove_prefix(1);
      continue;
    }
    out += text.substr(0, length);
    text.remove_prefix(length);
  }
  return out;
}

/// A licence for a column of a table: 26 characters at most, "-" for none.
inline std::string licence_text(std::string_view licence) {
  constexpr int kMost = 26;
  if (licence.empty()) return "-";
  std::size_t end = 0;
  for (int i = 0; i < kMost && end < licence.size(); ++i)
    end += std::max<std::size_t>(1, utf8_length(licence.substr(end)));
  return end >= licence.size() ? std::string(licence) : std::string(licence.substr(0, end)) + "…";
}

/// The shortest decimal that reads back as the same float32.
inline std::string number_text(float value) {
  char text[32] = "";
  for (int digits = 6; digits <= 9; ++digits) {
    std::snprintf(text, sizeof text, "%.*g", digits, static_cast<double>(value));
    if (std::strtof(text, nullptr) == value) break;
  }
  return text;
}

/// A measured value, to three digits: "12.3", "0.0412".
inline std::string rounded(double value) {
  char text[32];
  std::snprintf(text, sizeof text, std::abs(value) < 1000 ? "%.3g" : "%.0f", value);
  return text;
}

/// "812 B", "234 kB", "31.2 MB".
inline std::string size_text(std::uintmax_t bytes) {
  if (bytes < 1000) return std::to_string(bytes) + " B";
  const double kilobytes = static_cast<double>(bytes) / 1000;
  return kilobytes < 999.5 ? rounded(kilobytes) + " kB" : rounded(kilobytes / 1000) + " MB";
}

/// Bytes of a file; 0 where it cannot be read.
inline std::uintmax_t bytes_in(const std::filesystem::path& file) {
  std::error_code error;
  const auto size = std::filesystem::file_size(file, error);
  return error ? 0 : size;
}

/// A path as one would type it from here: relative where it lies below the current folder.
inline std::string path_text(const std::filesystem::path& path) {
  std::error_code error;
  const auto relative = path.lexically_relative(std::filesystem::current_path(error));
  const bool below = !error && !relative.empty() && *relative.begin() != "..";
  return below ? relative.string() : path.string();
}

}  // namespace server
