// oscine models --available, fetch, remove: models of a catalogue. Never opens LibTorch.
#include <iostream>

#include "protocol/schema.hpp"
#include "server/catalogue/shelf.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/json.hpp"
#include "server/cli/progress.hpp"
#include "server/cli/table.hpp"
#include "server/config/config.hpp"

namespace server {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

struct Opened {
  std::vector<CatalogueEntry> entries;
  Shelf shelf;
};

Result<Opened> open_catalogue(const std::filesystem::path& file) {
  const auto config = read_config(file);
  if (!config) return config.error();
  const auto name = path_text(config->file);
  if (config->catalogue.empty()) {
    return Error{ErrorCode::kUnknown, name + " names no catalogue; docs/configuration.md says what one is"};
  }
  if (config->model_folders.empty()) {
    return Error{ErrorCode::kUnknown, name + " names no model_folders; models are put into the first of them"};
  }
  auto entries = read_catalogue(config->catalogue);
  if (!entries) return entries.error();
  return Opened{std::move(*entries), Shelf(config->catalogue, config->model_folders.front())};
}

Result<const CatalogueEntry*> find(const Opened& opened, const std::string& name) {
  std::vector<std::string_view> names;
  for (const auto& entry : opened.entries) {
    if (entry.name == name) return &entry;
    names.push_back(entry.name);
  }
  const auto near = protocol::nearest(name, names);
  return Error{ErrorCode::kUnknown, "the catalogue has no '" + printable(name) + "'" +
                                        (near.empty() ? "; oscine models --available lists what it has"
                                                      : "; did you mean '" + std::string(near) + "'?")};
}

/// By its size; reading it through to hash it would take seconds.
bool is_there(const Opened& opened, const CatalogueEntry& entry) {
  return bytes_in(opened.shelf.file_of(entry)) == entry.size;
}

void print_table(const Opened& opened) {
  Table table({"name", "kind", "size", "licence", "here", "about"});
  for (const auto& entry : opened.entries) {
    table.add({entry.name, entry.kind.empty() ? "-" : entry.kind, size_text(entry.size), licence_text(entry.licence),
               is_there(opened, entry) ? "yes" : "no", entry.about});
  }
  table.print(std::cout);
}

void print_json(const Opened& opened) {
  JsonWriter json;
  json.open('[');
  for (const auto& entry : opened.entries) {
    json.open('{').key("name").text(entry.name).key("kind").text(entry.kind).key("file").text(entry.file);
    json.key("sha256").text(entry.sha256).key("size").whole(static_cast<std::int64_t>(entry.size));
    json.key("licence").text(entry.licence).key("about").text(entry.about);
    json.key("here").boolean(is_there(opened, entry)).key("path").text(opened.shelf.file_of(entry).string()).close('}');
  }
  std::cout << json.close(']').str() << "\n";
}

std::string of_bytes(double per_second) { return size_text(static_cast<std::uintmax_t>(per_second)) + "/s"; }

base::Status fetch_one(const Opened& opened, const std::string& name, bool force) {
  const auto entry = find(opened, name);
  if (!entry) return entry.error();
  constexpr double kWorthABar = 1e6;
  Progress progress(static_cast<double>((*entry)->size), kWorthABar, of_bytes);
  const auto fetched = opened.shelf.fetch(
      **entry, force, [&](std::uint64_t done, std::uint64_t) { progress.show(static_cast<double>(done)); });
  progress.clear();
  if (!fetched) return Error{fetched.error().code, name + ": " + printable(fetched.error().message)};
  const auto& licence = (*entry)->licence;
  std::cout << name << ": " << path_text(opened.shelf.file_of(**entry)) << ", " << size_text((*entry)->size)
            << (licence.empty() ? "" : ", " + printable(licence))
            << (*fetched == Shelf::Fetched::kThere ? ", was there already" : "") << "\n";
  return {};
}

base::Status remove_one(const Opened& opened, const std::string& name, bool force) {
  const auto entry = find(opened, name);
  if (!entry) return entry.error();
  const auto removed = opened.shelf.remove(**entry, force);
  if (!removed) return Error{removed.error().code, name + ": " + printable(removed.error().message)};
  std::cout << name << ": " << path_text(opened.shelf.file_of(**entry)) << " is removed\n";
  return {};
}

/// Each of the names; one that fails keeps none from its turn.
int for_each(const CatalogueOptions& options, base::Status (*act)(const Opened&, const std::string&, bool)) {
  const auto opened = open_catalogue(options.config);
  if (!opened) return refuse({opened.error().code, printable(opened.error().message)});
  int code = 0;
  for (const auto& name : options.models) {
    if (const auto status = act(*opened, name, options.force); !status) code = refuse(status.error());
  }
  return code;
}

}  // namespace

int list_available(const ModelsOptions& options) {
  const auto opened = open_catalogue(options.config);
  if (!opened) return refuse({opened.error().code, printable(opened.error().message)});
  options.json ? print_json(*opened) : print_table(*opened);
  return 0;
}

int fetch(const CatalogueOptions& options) { return for_each(options, fetch_one); }

int remove(const CatalogueOptions& options) { return for_each(options, remove_one); }

}  // namespace server
