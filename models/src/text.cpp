#include "text.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>

namespace models {

std::string number_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "infinite" : "-infinite";
  char text[32];
  std::snprintf(text, sizeof text, "%.7g", value);
  return text;
}

std::string range_text(float min, float max) {
  if (std::isinf(min) && std::isinf(max)) return "any number";
  if (std::isinf(max)) return "at least " + number_text(min);
  if (std::isinf(min)) return "at most " + number_text(max);
  return number_text(min) + ".." + number_text(max);
}

std::string list_text(std::span<const std::string> names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

std::string count_text(std::size_t count, std::string_view noun) {
  return std::to_string(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

namespace {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({change, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string nearest(std::string_view asked, std::span<const std::string> known) {
  asked = asked.substr(0, 64);
  std::size_t best = std::max<std::size_t>(1, asked.size() / 2) + 1;
  std::string name;
  for (const auto& candidate : known) {
    const std::size_t distance = edit_distance(asked, candidate);
    if (distance < best) {
      best = distance;
      name = candidate;
    }
  }
  return name;
}

std::string hint(std::string_view asked, std::span<const std::string> known) {
  if (known.empty()) return "; it has none";
  const std::string meant = nearest(asked, known);
  if (!meant.empty()) return "; did you mean '" + meant + "'?";
  return "; it has " + list_text(known.first(std::min<std::size_t>(known.size(), 8)));
}

}  // namespace models
