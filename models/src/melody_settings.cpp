// The attributes of a melody's session.
#include <algorithm>
#include <cctype>
#include <limits>
#include <optional>
#include <sstream>
#include <utility>

#include "attributes.hpp"
#include "models/melody.hpp"
#include "text.hpp"

namespace models {

namespace {

using base::Error;
using base::ErrorCode;
using base::Status;

using Classes = std::array<bool, 12>;

struct NamedScale {
  std::string_view name;
  std::string_view steps;  ///< '1' for each semitone above the root that belongs to it
};
constexpr NamedScale kScales[] = {
    {"chromatic", "111111111111"},     {"major", "101011010101"},      {"minor", "101101011010"},
    {"dorian", "101101010110"},        {"phrygian", "110101011010"},   {"lydian", "101010110101"},
    {"mixolydian", "101011010110"},    {"locrian", "110101101010"},    {"harmonic-minor", "101101011001"},
    {"melodic-minor", "101101010101"}, {"pentatonic", "101010010100"}, {"minor-pentatonic", "100101010010"},
    {"blues", "100101110010"},         {"whole-tone", "101010101010"},
};

Error malformed(std::string text) { return {ErrorCode::kMalformed, std::move(text)}; }

std::string scale_names() {
  std::vector<std::string> names;
  for (const auto& scale : kScales) names.emplace_back(scale.name);
  return list_text(names);
}

/// "C", "f#", "Bb", "10": semitones above C.
std::optional<int> pitch_class(const std::string& text) {
  constexpr std::string_view kLetters = "c d ef g a b";  // its place is its class
  if (text.empty() || text.size() > 3) return std::nullopt;
  if (std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c) != 0; })) {
    const int number = std::stoi(text);
    return number < 12 ? std::optional(number) : std::nullopt;
  }
  const auto at = kLetters.find(static_cast<char>(std::tolower(static_cast<unsigned char>(text[0]))));
  if (at == std::string_view::npos || text[0] == ' ') return std::nullopt;
  int number = static_cast<int>(at);
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] != '#' && text[i] != 'b') return std::nullopt;
    number += text[i] == '#' ? 1 : -1;
  }
  return (number + 12) % 12;
}

std::optional<Classes> named_classes(const std::string& name, int root) {
  for (const auto& scale : kScales) {
    if (scale.name != name) continue;
    Classes classes{};
    for (std::size_t i = 0; i < classes.size(); ++i) {
      classes[(i + static_cast<std::size_t>(root)) % 12] = scale.steps[i] == '1';
    }
    return classes;
  }
  return std::nullopt;
}

std::optional<Classes> listed_classes(const std::string& text) {
  Classes classes{};
  std::istringstream words(text);
  bool any = false;
  for (std::string word; words >> word; any = true) {
    const auto one = pitch_class(word);
    if (!one) return std::nullopt;
    classes[static_cast<std::size_t>(*one)] = true;
  }
  return any ? std::optional(classes) : std::nullopt;
}

AttributeCard attribute(std::string name, std::string types, float min, float max, std::vector<Value> initial) {
  return {std::move(name), std::move(types), min, max, std::move(initial)};
}

constexpr float kNoLimit = std::numeric_limits<float>::infinity();

float number_of(const Value& value) {
  const auto* whole = std::get_if<std::int32_t>(&value);
  return whole != nullptr ? static_cast<float>(*whole) : std::get<float>(value);
}

/// Words and numbers one after the other, as hosts send "C D E" and 0 2 4.
Value joined(std::span<const Value> values) {
  std::string text;
  for (const auto& value : values) {
    if (!text.empty()) text += ' ';
    const auto* word = std::get_if<std::string>(&value);
    text += word != nullptr ? word->substr(0, 64) : number_text(static_cast<double>(number_of(value)));
  }
  return text;
}

}  // namespace

MelodySettings::MelodySettings(const MelodyCard& card)
    : meter(card.beats_per_bar), lowest(card.lowest), highest(card.highest), card_(card) {
  classes_.fill(true);
}

std::vector<AttributeCard> MelodySettings::attributes(const MelodyCard& card) {
  const MelodySettings s(card);
  constexpr float kMostSeed = 1 << 24;
  return {attribute("temperature", "f", 0, 4, {s.temperature}),
          attribute("top_p", "f", 0, 1, {s.top_p}),
          attribute("density", "f", 0, 1, {s.density}),
          attribute("range", "ii", 0, 127, {s.lowest, s.highest}),
          attribute("scale", "s", -kNoLimit, kNoLimit, {s.scale_}),
          attribute("root", "s", -kNoLimit, kNoLimit, {s.root_}),
          attribute("seed", "i", -kMostSeed, kMostSeed, {s.seed}),
          attribute("tempo", "f", 10, 400, {s.tempo}),
          attribute("voices", "i", 1, 8, {s.voices}),
          attribute("velocity", "i", 1, 127, {s.velocity}),
          attribute("meter", "f", 1, 16, {s.meter})};
}

Status MelodySettings::set(std::string_view name, std::span<const Value> values) {
  const auto known = attributes(card_);
  const auto card = find_attribute(known, name);
  if (!card) return card.error();
  const std::vector<Value> text{joined(values)};
  const auto fitted = fit_values(**card, (*card)->types == "s" ? std::span<const Value>(text) : values);
  if (!fitted) return fitted.error();
  MelodySettings next = *this;
  if (auto status = next.take(name, *fitted); !status) return status;
  *this = std::move(next);
  return {};
}

Status MelodySettings::take(std::string_view name, std::span<const Value> values) {
  const auto whole = [&values](std::size_t i) { return std::get<std::int32_t>(values[i]); };
  if (name == "scale") return choose_scale(std::get<std::string>(values[0]));
  if (name == "root") return choose_root(std::get<std::string>(values[0]));
  if (name == "range") {
    if (whole(0) > whole(1)) return malformed("range takes the lowest note first");
    lowest = whole(0);
    highest = whole(1);
    if (highest < card_.lowest || lowest > card_.highest) {
      return malformed("range " + std::to_string(lowest) + " to " + std::to_string(highest) +
                       " holds none of the model's notes, " + std::to_string(card_.lowest) + " to " +
                       std::to_string(card_.highest));
    }
    return choose_scale(scale_);
  }
  if (name == "seed") seed = whole(0);
  if (name == "voices") voices = whole(0);
  if (name == "velocity") velocity = whole(0);
  const std::pair<std::string_view, float*> numbers[] = {
      {"temperature", &temperature}, {"top_p", &top_p}, {"density", &density}, {"tempo", &tempo}, {"meter", &meter}};
  for (const auto& [known, place] : numbers) {
    if (known == name) *place = std::get<float>(values[0]);
  }
  return {};
}

Status MelodySettings::choose_root(const std::string& text) {
  if (!pitch_class(text)) return malformed("root is '" + text + "'; C, F#, Bb … or 0..11 is expected");
  root_ = text;
  return choose_scale(scale_);
}

Status MelodySettings::choose_scale(const std::string& text) {
  auto classes = named_classes(text, *pitch_class(root_));
  if (!classes) classes = listed_classes(text);
  if (!classes) {
    return malformed("scale is '" + text + "'; pitch classes (C D E G A) or one of " + scale_names() + " is expected");
  }
  classes_ = *classes;
  scale_ = text;
  for (int note = card_.lowest; note <= card_.highest; ++note) {
    if (allows(note)) return {};
  }
  return malformed("no note from " + std::to_string(lowest) + " to " + std::to_string(highest) + " is in the scale " +
                   scale_);
}

base::Result<std::vector<Value>> MelodySettings::get(std::string_view name) const {
  const auto known = attributes(card_);
  if (const auto card = find_attribute(known, name); !card) return card.error();
  if (name == "scale") return std::vector<Value>{scale_};
  if (name == "root") return std::vector<Value>{root_};
  if (name == "range") return std::vector<Value>{lowest, highest};
  if (name == "seed") return std::vector<Value>{seed};
  if (name == "voices") return std::vector<Value>{voices};
  if (name == "velocity") return std::vector<Value>{velocity};
  const float number = name == "temperature" ? temperature
                       : name == "top_p"     ? top_p
                       : name == "density"   ? density
                       : name == "tempo"     ? tempo
                                             : meter;
  return std::vector<Value>{number};
}

bool MelodySettings::allows(int note) const {
  return note >= lowest && note <= highest && classes_[static_cast<std::size_t>(note % 12)];
}

}  // namespace models
