// The pages and the readers say the same, both ways: config/reference.yaml and docs/cards.md against the key tables.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "models/model.hpp"
#include "server/config/config.hpp"
#include "server/config/keys.hpp"
#include "server/config/yaml.hpp"

namespace server {
namespace {

using ::testing::HasSubstr;

std::string source(const std::string& file) { return read_text(std::string(OSCINE_SOURCE_DIR) + "/" + file); }

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::set<std::string> names(const KeyTable& table) {
  std::set<std::string> out;
  for (const Key& key : table.keys) out.emplace(key.name);
  return out;
}

std::set<std::string> names(const Node& map) {
  std::set<std::string> out;
  for (const Node& item : map.items) out.insert(item.key);
  return out;
}

/// The map of reference.yaml that a table describes.
const Node& part(const Node& reference, const KeyTable& table) {
  if (&table == &kConfigKeys) return reference;
  if (&table == &kModelKeys) return reference.find("models")->items.at(0);
  if (&table == &kAliasKeys) return reference.find("aliases")->items.at(0);
  if (&table == &kSynthKeys) return reference.find("synths")->items.at(0);
  return *reference.find(table.name);
}

TEST(Reference, HoldsEveryKeyThatTheReadersKnowAndNoOther) {
  const Node reference = parse_yaml(source("config/reference.yaml"));
  for (const KeyTable* table : config_tables()) EXPECT_EQ(names(part(reference, *table)), names(*table)) << table->name;
}

TEST(Reference, WritesEachDefaultAsTheTablesHaveIt) {
  const Node reference = parse_yaml(source("config/reference.yaml"));
  for (const KeyTable* table : config_tables()) {
    for (const Key& key : table->keys) {
      const Node& node = *part(reference, *table).find(key.name);
      if (key.fallback == "required" || node.is(Node::Kind::kMap)) continue;
      const std::string shown = node.is(Node::Kind::kList) ? "[]" : node.quoted ? "\"" + node.text + "\"" : node.text;
      EXPECT_EQ(shown, key.fallback) << table->name << "." << key.name;
    }
  }
}

TEST(Reference, SaysRangeAndUnitBesideEachKey) {
  const auto text = source("config/reference.yaml");
  const Node reference = parse_yaml(text);
  const auto lines = lines_of(text);
  for (const KeyTable* table : config_tables()) {
    for (const Key& key : table->keys) {
      if (key.form == kBoolForm || (range_text(key).empty() && key.unit.empty())) continue;
      std::string bracket = range_text(key);
      if (!key.unit.empty()) bracket.append(" ").append(key.unit);
      bracket.insert(0, 1, '[').push_back(']');
      const int line = part(reference, *table).find(key.name)->line;
      EXPECT_THAT(lines.at(static_cast<std::size_t>(line - 1)), HasSubstr(bracket)) << key.name;
    }
  }
}

TEST(Reference, ReadsAsTheDefaultsOfConfig) {
  const auto read = read_config(std::string(OSCINE_SOURCE_DIR) + "/config/reference.yaml");
  ASSERT_TRUE(read) << read.error().message;
  const Config defaults;
  EXPECT_EQ(read->listen, defaults.listen);
  EXPECT_TRUE(read->allow.empty() && read->model_folders.empty());
  EXPECT_EQ(read->reply_port, defaults.reply_port);
  EXPECT_EQ(read->lease, defaults.lease);
  EXPECT_EQ(read->allow_quit, defaults.allow_quit);
  EXPECT_EQ(read->workers, defaults.workers);
  EXPECT_EQ(read->priority, defaults.priority);
  EXPECT_EQ(read->lock_memory, defaults.lock_memory);
  EXPECT_EQ(read->limits.clients, defaults.limits.clients);
  EXPECT_EQ(read->limits.sessions, defaults.limits.sessions);
  EXPECT_EQ(read->limits.queue, defaults.limits.queue);
  EXPECT_EQ(read->limits.mtu, defaults.limits.mtu);
  EXPECT_EQ(read->limits.tcp_frame, defaults.limits.tcp_frame);
  EXPECT_EQ(read->limits.tcp_connections, defaults.limits.tcp_connections);
  EXPECT_EQ(read->limits.queue_wait, defaults.limits.queue_wait);
  EXPECT_EQ(read->limits.tcp_frame_wait, defaults.limits.tcp_frame_wait);
  EXPECT_EQ(read->limits.load_wait, defaults.limits.load_wait);
  EXPECT_EQ(read->limits.longest_load, defaults.limits.longest_load);
  EXPECT_EQ(read->limits.inline_budget, defaults.limits.inline_budget);
  EXPECT_EQ(read->limits.linger, defaults.limits.linger);
  EXPECT_EQ(read->limits.keep_warm, defaults.limits.keep_warm);
  EXPECT_EQ(read->log.level, defaults.log.level);
  EXPECT_EQ(read->log.json, defaults.log.json);
  EXPECT_EQ(read->log.file, defaults.log.file);
}

TEST(Reference, DefaultsOfTheTablesAreWhatAnEmptyFileGives) {
  std::string text;  // everything with a plain default, written out; must be accepted as it stands
  for (const Key& key : kConfigKeys.keys) text += std::string(key.name) + ": " + std::string(key.fallback) + "\n";
  EXPECT_TRUE(parse_config(text, "a.yaml")) << text;
}

struct Row {
  std::string form, unit, range, fallback;
};

/// The rows "| `key` | takes | unit | range | default | meaning |" under "## <title>".
std::map<std::string, Row> rows_of(const std::string& page, const std::string& title) {
  std::map<std::string, Row> rows;
  bool inside = false;
  for (const std::string& line : lines_of(page)) {
    if (line.starts_with("#")) inside = line == "## " + title;
    if (!inside || !line.starts_with("| `")) continue;
    std::vector<std::string> cells;
    std::istringstream stream(line.substr(1));
    for (std::string cell; std::getline(stream, cell, '|');) {
      const auto begin = cell.find_first_not_of(' '), end = cell.find_last_not_of(' ');
      cells.push_back(begin == std::string::npos ? "" : cell.substr(begin, end - begin + 1));
    }
    if (cells.size() < 6) continue;
    const std::string key = cells[0].substr(1, cells[0].size() - 2);
    EXPECT_TRUE(rows.emplace(key, Row{cells[1], cells[2], cells[3], cells[4]}).second) << key << " stands twice";
  }
  return rows;
}

std::string or_dash(std::string_view text) { return text.empty() ? "-" : std::string(text); }

TEST(CardPage, DocumentsEveryKeyThatTheReadersKnowAndNoOther) {
  const auto page = source("docs/cards.md");
  const std::map<std::string_view, std::string> titles{
      {"card", "Keys of a card"},           {"input", "Keys of an input"},  {"output", "Keys of an output"},
      {"method", "Keys of a method"},       {"melody", "Keys of a melody"}, {"front end", "Keys of a front end"},
      {"attribute", "Keys of an attribute"}};
  for (const KeyTable* table : card_tables()) {
    const auto rows = rows_of(page, titles.at(table->name));
    std::set<std::string> documented;
    for (const auto& [key, row] : rows) documented.insert(key);
    EXPECT_EQ(documented, names(*table)) << table->name;
    for (const Key& key : table->keys) {
      const auto row = rows.find(std::string(key.name));
      if (row == rows.end()) continue;
      EXPECT_EQ(row->second.form, key.form) << key.name;
      EXPECT_EQ(row->second.unit, or_dash(key.unit)) << key.name;
      EXPECT_EQ(row->second.range, or_dash(range_text(key))) << key.name;
      EXPECT_EQ(row->second.fallback, or_dash(key.fallback)) << key.name;
    }
  }
}

TEST(CardPage, NamesEveryKindThatIsServed) {
  const auto page = source("docs/cards.md");
  for (const auto kind : models::kinds()) EXPECT_THAT(page, HasSubstr(std::string(1, '`').append(kind).append("`")));
}

TEST(CardPage, ItsExamplesAreReadAsTheyStand) {
  const auto page = source("docs/cards.md");
  int examples = 0;
  for (auto at = page.find("```yaml\n"); at != std::string::npos; at = page.find("```yaml\n", at + 1)) {
    const auto begin = at + 8;
    const auto text = page.substr(begin, page.find("```", begin) - begin);
    if (!text.starts_with("card: 1")) continue;  // the others are pieces of a configuration
    const auto card = parse_card(text, "docs/cards.md");
    EXPECT_TRUE(card) << card.error().message;
    ++examples;
  }
  EXPECT_GE(examples, 2);
}

}  // namespace
}  // namespace server
