#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/card.hpp"

namespace models {

/// As a person writes it: 0.5, 1200, 1e-07, NaN.
std::string number_text(double value);
/// "0..1", "at least 0", "at most 1", "any number".
std::string range_text(float min, float max);
/// "a, b, c".
std::string list_text(std::span<const std::string> names);
/// "1 number", "2 numbers".
std::string count_text(std::size_t count, std::string_view noun);
/// The one that was probably meant; empty when nothing is near.
std::string nearest(std::string_view asked, std::span<const std::string> known);
/// "; did you mean 'gain'?" or "; it has gain, tone" or "; it has none".
std::string hint(std::string_view asked, std::span<const std::string> known);

}  // namespace models
