#include "server/config/catalogue.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

#include "server/config/parts.hpp"

namespace server {
namespace {

constexpr double kLargestModel = 17179869184.0;  // 16 GB

constexpr Key kIndex[] = {
    {"catalogue", kWholeForm, "required", "", 1, 1},
    {"models", "a list of models", "required"},
};

constexpr Key kEntry[] = {
    {"name", kTextForm, "required"},
    {"kind", kTextForm, "\"\""},
    {"file", kTextForm, "required"},
    {"sha256", kTextForm, "required"},
    {"size", kWholeForm, "required", "bytes", 1, kLargestModel},
    {"card", kTextForm, "\"\""},
    {"card_sha256", kTextForm, "\"\""},
    {"licence", kTextForm, "\"\""},
    {"about", kTextForm, "\"\""},
};

const KeyTable kIndexKeys{"catalogue", kIndex};
const KeyTable kEntryKeys{"entry", kEntry};

/// ".ts" of "https://somewhere/birds.ts?version=2": what a file of this name is called here ends so.
std::string ending_of(std::string_view address) {
  if (is_url(address)) address = address.substr(0, address.find_first_of("?#"));
  return std::filesystem::path(address).extension().string();
}

void read_ending(const MapReader& reader, CatalogueEntry& entry) {
  constexpr std::string_view kEndings[] = {".ts", ".nm", ".pt", ".jit", ".json"};
  entry.ending = ending_of(entry.file);
  if (std::find(std::begin(kEndings), std::end(kEndings), entry.ending) != std::end(kEndings)) return;
  reader.refuse(*reader.find("file"), "the address of a model (*.ts, *.nm, *.pt, *.jit, *.json)");
}

CatalogueEntry read_entry(const Node& node, const std::string& path) {
  const MapReader reader(node, path, kEntryKeys);
  for (const auto* key : {"name", "file", "sha256", "size"}) (void)reader.required(key);
  CatalogueEntry entry;
  reader.text("name", entry.name);
  check_model_name(entry.name, reader.find("name")->line, reader.path("name"));
  if (entry.name.front() == '.') reader.refuse(*reader.find("name"), "a name that does not begin with '.'");
  reader.text("kind", entry.kind);
  reader.text("file", entry.file);
  read_ending(reader, entry);
  read_sha256(reader, "sha256", entry.sha256);
  if (entry.sha256.empty()) reader.refuse(*reader.find("sha256"), kHashForm);
  reader.whole("size", entry.size);
  reader.text("card", entry.card);
  read_sha256(reader, "card_sha256", entry.card_sha256);
  if (!entry.card.empty() && entry.card_sha256.empty()) {
    throw Problem{reader.line(), path + " has a card and no card_sha256; " + kHashForm + " are expected"};
  }
  reader.text("licence", entry.licence);
  reader.text("about", entry.about);
  return entry;
}

std::vector<CatalogueEntry> read_index(const Node& node) {
  const MapReader reader(node, "", kIndexKeys);
  int format = 0;
  (void)reader.required("catalogue");
  reader.whole("catalogue", format);
  const Node& list = reader.required("models");
  if (!list.is(Node::Kind::kList) && !list.is(Node::Kind::kNull)) reader.refuse(list);
  std::vector<CatalogueEntry> entries;
  std::set<std::string> names;
  for (const Node& item : list.items) {
    entries.push_back(read_entry(item, "models[" + std::to_string(entries.size()) + "]"));
    const auto& name = entries.back().name;
    if (!names.insert(name).second) throw Problem{item.line, "models: " + in_quotes(name) + " comes a second time"};
  }
  return entries;
}

}  // namespace

bool is_url(std::string_view text) { return text.starts_with("http://") || text.starts_with("https://"); }

base::Result<std::vector<CatalogueEntry>> parse_catalogue(const std::string& text, const std::string& where) {
  return at_the_door<std::vector<CatalogueEntry>>(where, [&] { return read_index(parse_yaml(text)); });
}

}  // namespace server
