// docs/protocol.md and schema() say the same, both ways. The page has one table row per message:
//   | `/address` | → request | `i id`, `i replyPort` (port, 0..65535) | what it does | 1.0 | yes | kept |
#include <gtest/gtest.h>

#include <charconv>
#include <fstream>
#include <map>
#include <string>

#include "protocol/framing.hpp"
#include "protocol/packets.hpp"
#include "protocol/schema.hpp"

namespace protocol {
namespace {

struct Row {
  std::string address, role, arguments, meaning, since, served, repeated;
};

std::string trimmed(const std::string& text) {
  const auto from = text.find_first_not_of(' ');
  return from == std::string::npos ? "" : text.substr(from, text.find_last_not_of(' ') - from + 1);
}

std::vector<std::string> cells(const std::string& line) {
  std::vector<std::string> out;
  for (std::size_t at = line.find('|'), next = 0; at != std::string::npos; at = next) {
    next = line.find('|', at + 1);
    if (next != std::string::npos) out.push_back(trimmed(line.substr(at + 1, next - at - 1)));
  }
  return out;
}

/// The page's rows, in order.
std::vector<Row> page() {
  std::ifstream file(OSCINE_SOURCE_DIR "/docs/protocol.md");
  std::vector<Row> out;
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("| `/")) continue;
    const auto c = cells(line);
    EXPECT_EQ(c.size(), 7U) << line;
    if (c.size() == 7) out.push_back({c[0].substr(1, c[0].size() - 2), c[1], c[2], c[3], c[4], c[5], c[6]});
  }
  return out;
}

std::string digits(double value) {
  char out[32];
  return {out, std::to_chars(out, out + sizeof out, value).ptr};
}

/// "0..65535"; an open end where nothing but the limit of every integer holds.
std::string range(const Parameter& parameter) {
  const bool lower = parameter.min > -base::kWireMax;
  const bool upper = parameter.max < base::kWireMax;
  if (!lower && !upper) return "";
  return (lower ? digits(parameter.min) : "") + ".." + (upper ? digits(parameter.max) : "");
}

std::string shown(const Parameter& parameter) {
  std::string name = std::string(1, parameter.type) + ' ' + std::string(parameter.name);
  if (parameter.optional) name = '[' + name + ']';
  if (parameter.repeats) name += "…";
  std::string notes(parameter.unit);
  if (const auto limits = range(parameter); !limits.empty()) notes += (notes.empty() ? "" : ", ") + limits;
  return '`' + name + '`' + (notes.empty() ? "" : " (" + notes + ')');
}

std::string shown(const std::vector<Parameter>& parameters) {
  std::string out;
  for (const Parameter& parameter : parameters) out += (out.empty() ? "" : ", ") + shown(parameter);
  return out;
}

std::string_view word_of(Role role) {
  switch (role) {
    case Role::kRequest:
      return "→ request";
    case Role::kStream:
      return "→ stream";
    case Role::kAnswer:
      return "← answer";
    default:
      return "⇐ push";
  }
}

void compare(const Row& row, const Entry& entry) {
  SCOPED_TRACE(row.address);
  const bool both_ways = entry.address == "/frames" || entry.address == "/audio";
  EXPECT_EQ(row.role, both_ways ? "⇄ stream" : word_of(entry.role));
  EXPECT_EQ(row.arguments, shown(entry.parameters));
  EXPECT_EQ(row.since, entry.since);
  EXPECT_EQ(row.served, entry.served ? "yes" : "not yet");
  EXPECT_EQ(row.repeated, entry.role != Role::kRequest ? "" : entry.changes ? "kept" : "again");
  EXPECT_FALSE(row.meaning.empty());
}

TEST(Page, DescribesEachMessageAsTheTableHasIt) {
  std::map<std::string, Row> rows;
  for (const Row& row : page()) EXPECT_TRUE(rows.emplace(row.address, row).second) << row.address << " twice";
  for (const Entry& entry : schema()) {
    const auto row = rows.find(std::string(entry.address));
    if (row == rows.end()) {
      ADD_FAILURE() << "not on the page: " << entry.address << ' ' << shown(entry.parameters);
      continue;
    }
    compare(row->second, entry);
  }
}

TEST(Page, InventsNothing) {
  for (const Row& row : page()) EXPECT_NE(find(std::string(kPrefix) + row.address), nullptr) << row.address;
}

TEST(Page, KeepsTheOrderOfTheTable) {
  const auto rows = page();
  const auto table = schema();
  ASSERT_EQ(rows.size(), table.size());
  for (std::size_t i = 0; i < rows.size(); ++i) EXPECT_EQ(rows[i].address, table[i].address);
}

TEST(Page, NamesEveryFailCode) {
  std::ifstream file(OSCINE_SOURCE_DIR "/docs/protocol.md");
  const std::string text(std::istreambuf_iterator<char>(file), {});
  for (const int code : {400, 403, 404, 408, 409, 410, 413, 429, 500, 501, 503}) {
    EXPECT_NE(text.find("| " + std::to_string(code) + " |"), std::string::npos) << code;
  }
}

/// A packet as it stands, or the one in a frame of a stream.
bool well_formed(const std::string& example, Malformed& why) {
  const auto bytes = packets::bytes(example);
  if (example.front() != '\0') return validate(bytes, {}, why);
  bool good = false;
  StreamDecoder decoder(65535);
  const auto status = decoder.feed(bytes, [&](Bytes packet) { good = validate(packet, {}, why); });
  return status && good && decoder.pending() == 0;
}

// Lines of the page that start with `hex` are packets, up to the end of their code block: all of them are well formed.
TEST(Page, ShowsExampleBytesThatAreWellFormed) {
  std::ifstream file(OSCINE_SOURCE_DIR "/docs/protocol.md");
  std::size_t examples = 0;
  std::string packet;
  const auto finish = [&] {
    if (packet.empty()) return;
    Malformed why;
    EXPECT_TRUE(well_formed(packet, why)) << why.reason;
    ++examples;
    packet.clear();
  };
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("```")) finish();
    if (!line.starts_with("    hex ")) continue;
    const auto text = line.substr(8, line.find("  ", 8) - 8);
    for (std::size_t i = 0; i + 1 < text.size(); i += 3) {
      packet += static_cast<char>(std::stoi(text.substr(i, 2), nullptr, 16));
    }
  }
  EXPECT_EQ(examples, 5U);
}

}  // namespace
}  // namespace protocol
