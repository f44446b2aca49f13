#pragma once
#include <limits>
#include <span>
#include <string>
#include <string_view>

namespace server {

/// What a key takes: how a sentence and the documentation call it.
inline constexpr std::string_view kWholeForm = "a whole number";
inline constexpr std::string_view kNumberForm = "a number";
inline constexpr std::string_view kBoolForm = "true or false";
inline constexpr std::string_view kTextForm = "a text";
inline constexpr std::string_view kTextsForm = "a text or a list of texts";
inline constexpr std::string_view kChoiceForm = "one of";

/// One key that a file may hold: what the readers check, what config/reference.yaml and docs/cards.md are tested
/// against.
struct Key {
  std::string_view name;
  std::string_view form;      ///< one of the above, or words of its own
  std::string_view fallback;  ///< the default as the documentation prints it; "required"; "" : none
  std::string_view unit = "";
  double min = -std::numeric_limits<double>::infinity();
  double max = std::numeric_limits<double>::infinity();
  std::string_view choices = "";  ///< for kChoiceForm, separated by spaces
};

/// The keys of one kind of map.
struct KeyTable {
  std::string_view name;  ///< "configuration", "limits", "model", "card", "input" …
  std::span<const Key> keys;
};

extern const KeyTable kConfigKeys, kLimitsKeys, kLogKeys, kMetricsKeys, kModelKeys, kAliasKeys, kSynthKeys;
extern const KeyTable kCardKeys, kMethodKeys, kMelodyKeys, kFrontEndKeys, kInputKeys, kOutputKeys, kAttributeKeys;

/// Every table of a configuration, of a card. Thread: [any].
std::span<const KeyTable* const> config_tables();
std::span<const KeyTable* const> card_tables();

/// "1..3600", "none session", or empty where any value of the form will do.
std::string range_text(const Key& key);

/// "a whole number from 1 to 3600 (seconds)", "one of: none session".
std::string expected_text(const Key& key);

}  // namespace server
