#include "server/config/reader.hpp"

#include <cassert>
#include <cmath>
#include <limits>
#include <locale>
#include <sstream>

#include "protocol/schema.hpp"

namespace server {
namespace {

bool all_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// "-1", "0.5", "1e-3", "5.": what every YAML reader takes for a decimal number.
bool is_decimal(std::string_view text) {
  if (!text.empty() && text.front() == '-') text.remove_prefix(1);
  const auto exponent = text.find_first_of("eE");
  if (exponent != std::string_view::npos) {
    auto power = text.substr(exponent + 1);
    if (!power.empty() && (power.front() == '-' || power.front() == '+')) power.remove_prefix(1);
    if (!all_digits(power)) return false;
    text = text.substr(0, exponent);
  }
  const auto point = text.find('.');
  if (point == std::string_view::npos) return all_digits(text);
  const auto whole = text.substr(0, point), part = text.substr(point + 1);
  return (whole.empty() || all_digits(whole)) && (part.empty() || all_digits(part)) && text.size() > 1;
}

const Key* find_key(const KeyTable& table, std::string_view name) {
  for (const Key& key : table.keys) {
    if (key.name == name) return &key;
  }
  return nullptr;
}

}  // namespace

MapReader::MapReader(const Node& node, std::string path, const KeyTable& table, const KeyTable* more)
    : node_(node), path_(std::move(path)), table_(table), more_(more) {
  if (!node.is(Node::Kind::kMap) && !node.is(Node::Kind::kNull)) {
    throw Problem{node.line, (path_.empty() ? "the " + std::string(table.name) : path_) + " is " + shown(node) +
                                 "; a map of keys is expected"};
  }
  for (const Node& item : node.items) {
    if (find_key(table, item.key) || (more && find_key(*more, item.key))) continue;
    std::vector<std::string> names;
    for (const Key& known : table.keys) names.emplace_back(known.name);
    if (more) {
      for (const Key& known : more->keys) names.emplace_back(known.name);
    }
    throw Problem{item.line, "unknown key " + in_quotes(item.key) + (path_.empty() ? "" : " in " + path_) +
                                 suggestion(item.key, names)};
  }
}

const Node& MapReader::required(std::string_view name) const {
  if (const Node* node = find(name)) return *node;
  throw Problem{line(), path(name) + " is missing; " + expected_text(key(name)) + " is expected"};
}

void MapReader::number(std::string_view name, float& out) const {
  if (find(name)) out = static_cast<float>(number_value(name));
}

void MapReader::number(std::string_view name, double& out) const {
  if (find(name)) out = number_value(name);
}

void MapReader::boolean(std::string_view name, bool& out) const {
  const Node* node = find(name);
  if (!node) return;
  if (node->quoted || (node->text != "true" && node->text != "false")) refuse(*node);
  out = node->text == "true";
}

void MapReader::text(std::string_view name, std::string& out) const {
  const Node* node = find(name);
  if (!node) return;
  if (!node->is(Node::Kind::kText)) refuse(*node);
  out = node->text;
}

void MapReader::choice(std::string_view name, std::string& out) const {
  const Node* node = find(name);
  if (!node) return;
  std::istringstream words{std::string(key(name).choices)};
  for (std::string word; words >> word;) {
    if (node->is(Node::Kind::kText) && node->text == word) {
      out = word;
      return;
    }
  }
  refuse(*node);
}

void MapReader::texts(std::string_view name, std::vector<std::string>& out) const {
  if (const Node* node = find(name)) out = text_list(*node, path(name), key(name).form);
}

void MapReader::refuse(const Node& value) const { refuse(value, expected_text(key(value.key))); }

void MapReader::refuse(const Node& value, const std::string& expected) const {
  throw Problem{value.line, path(value.key) + " is " + shown(value) + "; " + expected + " is expected"};
}

std::string MapReader::path(std::string_view name) const {
  return path_.empty() ? std::string(name) : path_ + "." + std::string(name);
}

const Key& MapReader::key(std::string_view name) const {
  const Key* found = find_key(table_, name);
  if (!found && more_) found = find_key(*more_, name);
  assert(found && "a reader asks only for keys of its table");
  return *found;
}

long long MapReader::whole_value(std::string_view name) const {
  const Node& node = *find(name);
  const Key& known = key(name);
  long long value = 0;
  if (!as_whole(node, value)) refuse(node);
  if (static_cast<double>(value) < known.min || static_cast<double>(value) > known.max) refuse(node);
  return value;
}

double MapReader::number_value(std::string_view name) const {
  const Node& node = *find(name);
  const Key& known = key(name);
  double value = 0;
  if (!as_number(node, value) || value < known.min || value > known.max) refuse(node);
  return value;
}

std::string shown(const Node& node) {
  switch (node.kind) {
    case Node::Kind::kNull:
      return "empty";
    case Node::Kind::kList:
      return "a list";
    case Node::Kind::kMap:
      return "a map";
    case Node::Kind::kText:
      break;
  }
  return node.quoted ? "the text " + in_quotes(node.text) + " in quotes" : in_quotes(node.text);
}

std::string suggestion(std::string_view word, const std::vector<std::string>& candidates) {
  const std::vector<std::string_view> views(candidates.begin(), candidates.end());
  // The search takes as long as both words together: nothing is near to a word this long.
  const auto near = word.size() > 256 ? std::string_view{} : protocol::nearest(word, views);
  if (!near.empty()) return "; did you mean " + in_quotes(near) + "?";
  constexpr std::size_t kListed = 20;
  std::string list;
  for (std::size_t i = 0; i < views.size() && i < kListed; ++i) {
    list += (i == 0 ? "" : ", ") + std::string(views[i]);
  }
  if (views.empty()) return "; there is none";
  return "; there are: " + list + (views.size() > kListed ? " …" : "");
}

bool as_whole(const Node& node, long long& out) {
  if (!node.is(Node::Kind::kText) || node.quoted) return false;
  std::string_view digits = node.text;
  const bool negative = !digits.empty() && digits.front() == '-';
  if (negative) digits.remove_prefix(1);
  if (!all_digits(digits) || digits.size() > 15 || (digits.size() > 1 && digits.front() == '0')) return false;
  long long value = 0;
  for (const char digit : digits) value = value * 10 + (digit - '0');
  out = negative ? -value : value;
  return true;
}

bool as_number(const Node& node, double& out) {
  if (!node.is(Node::Kind::kText) || node.quoted || node.text.size() > 64) return false;
  const double infinity = std::numeric_limits<double>::infinity();
  if (node.text == ".inf" || node.text == "-.inf") {
    out = node.text.front() == '-' ? -infinity : infinity;
    return true;
  }
  if (!is_decimal(node.text)) return false;
  std::istringstream stream(node.text);
  stream.imbue(std::locale::classic());  // a German desktop must not turn 0.5 into 0
  double value = 0;
  if (!(stream >> value) || std::fabs(value) > static_cast<double>(std::numeric_limits<float>::max())) return false;
  out = value;
  return true;
}

std::vector<std::string> text_list(const Node& node, const std::string& path, std::string_view expected) {
  const auto one = [&](const Node& item, const std::string& where) {
    if (!item.is(Node::Kind::kText) || item.text.empty()) {
      const std::string what = item.is(Node::Kind::kText) ? "an empty text" : shown(item);
      throw Problem{item.line, where + " is " + what + "; " + std::string(expected) + " is expected"};
    }
    return item.text;
  };
  if (node.is(Node::Kind::kNull)) return {};
  if (!node.is(Node::Kind::kList)) return {one(node, path)};
  std::vector<std::string> texts;
  for (const Node& item : node.items) {
    texts.push_back(one(item, path + "[" + std::to_string(texts.size()) + "]"));
  }
  return texts;
}

}  // namespace server
