#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "server/config/keys.hpp"
#include "server/config/yaml.hpp"

namespace server {

/// Reads one map by its table of keys. Every function leaves its target alone where the key is not there, and throws
/// Problem where the value is not what the table says.
class MapReader {
 public:
  /// Throws Problem: not a map (a kNull counts as an empty one); a key that is not in the table, with the nearest that
  /// is. `more` is a second table whose keys are accepted too.
  MapReader(const Node& node, std::string path, const KeyTable& table, const KeyTable* more = nullptr);

  const Node* find(std::string_view key) const { return node_.find(key); }
  /// Throws Problem where it is missing.
  const Node& required(std::string_view key) const;

  template <class Integer>
  void whole(std::string_view key, Integer& out) const {
    if (find(key)) out = static_cast<Integer>(whole_value(key));
  }
  void number(std::string_view key, float& out) const;
  void number(std::string_view key, double& out) const;
  void boolean(std::string_view key, bool& out) const;
  void text(std::string_view key, std::string& out) const;
  void choice(std::string_view key, std::string& out) const;
  void texts(std::string_view key, std::vector<std::string>& out) const;

  /// Throws: "limits.queue is 'x'; a whole number from 1 to 65536 (requests) is expected".
  [[noreturn]] void refuse(const Node& value) const;
  [[noreturn]] void refuse(const Node& value, const std::string& expected) const;
  std::string path(std::string_view key) const;
  int line() const { return node_.line; }

 private:
  const Key& key(std::string_view name) const;
  long long whole_value(std::string_view key) const;
  double number_value(std::string_view key) const;

  const Node& node_;
  std::string path_;
  const KeyTable& table_;
  const KeyTable* more_;
};

template <class Duration>
void read_duration(const MapReader& reader, std::string_view key, Duration& out) {
  auto count = out.count();
  reader.whole(key, count);
  out = Duration(count);
}

/// What stands there, for a sentence: "'abc'", "the text '5' in quotes", "a list", "a map", "empty".
std::string shown(const Node& node);

/// "; did you mean 'models'?", or the list of all where nothing is near.
std::string suggestion(std::string_view word, const std::vector<std::string>& candidates);

/// True and `out` filled where the node is written as a whole number: digits, no sign but '-', no quotes, no leading 0.
bool as_whole(const Node& node, long long& out);
/// The same for a decimal number (5, 0.5, -1e3, .inf); NaN and what a float32 cannot hold are none.
bool as_number(const Node& node, double& out);

/// A single text, or every text of a list. Throws Problem naming `path`.
std::vector<std::string> text_list(const Node& node, const std::string& path, std::string_view expected = kTextsForm);

}  // namespace server
