#pragma once
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace server {

/// What a file may be; beyond it, one sentence.
inline constexpr std::size_t kMaxFileBytes = std::size_t{1} << 20;
inline constexpr std::size_t kMaxDepth = 32;      ///< lists and maps within each other
inline constexpr std::size_t kMaxValues = 65536;  ///< texts, lists and maps, all together

/// Why a file is refused. Thrown inside this folder only; the public functions turn it into a base::Error.
struct Problem {
  int line = 0;          ///< from 1; 0: the file as a whole
  std::string sentence;  ///< without file and line; with line -1 complete, because it speaks about another file
};
inline constexpr int kComplete = -1;

/// One value of a YAML file as it was written: no type is guessed.
struct Node {
  enum class Kind { kNull, kText, kList, kMap };
  Kind kind = Kind::kNull;
  int line = 1;         ///< of its key, or of itself where it has none
  bool quoted = false;  ///< a text in quotes is never a number
  std::string key;      ///< where it stands in a map
  std::string text;
  std::vector<Node> items;  ///< of a list or a map, in order

  bool is(Kind k) const { return kind == k; }
  /// The entry of a map; nullptr where there is none.
  const Node* find(std::string_view name) const;
};

/// Refuses what no library should see: too large, not UTF-8, control characters, hopeless nesting. Throws Problem.
void check_text(std::string_view text);

/// One YAML document without anchors, aliases, tags and doubled keys; an empty one is a kNull. Throws Problem.
/// Stack and memory are bounded by the limits above, whatever the text.
Node parse_yaml(const std::string& text);

/// The text of a regular file of at most kMaxFileBytes. Throws Problem.
std::string read_text(const std::filesystem::path& file);

inline constexpr std::size_t kMaxShown = 60;  ///< bytes of a value in a sentence
inline constexpr std::size_t kMaxSentence = 1000;

/// For a sentence: cut after `most` bytes, between characters; a '?' for each control character.
std::string one_line(std::string_view text, std::size_t most = kMaxShown);

/// The same in single quotes.
std::string in_quotes(std::string_view value, std::size_t most = kMaxShown);

/// "file:line: sentence", one line of a bounded length whatever the file held.
std::string sentence(const std::filesystem::path& file, const Problem& problem);

}  // namespace server
