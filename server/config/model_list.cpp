#include <algorithm>
#include <map>
#include <optional>
#include <system_error>

#include "server/config/parts.hpp"

namespace server {
namespace {

namespace fs = std::filesystem;

/// Where a model was named, for the sentence about a second one of that name.
struct Collector {
  std::vector<ModelConfig> models;
  std::map<std::string, std::string> where = {};

  void add(ModelConfig model, int line, const std::string& source) {
    const auto [at, fresh] = where.emplace(model.card.name, source);
    if (!fresh) {
      throw Problem{line, "models: " + in_quotes(model.card.name) + " comes a second time (" + at->second + " and " +
                              source + "); use the map form to rename one"};
    }
    models.push_back(std::move(model));
  }
};

/// How a path is called in a sentence: as the user would type it.
fs::path display(const std::string& text, const fs::path& file) {
  return (file.parent_path() / text).lexically_normal();
}

/// The file's own card where one stands beside it.
ModelConfig read_card_at(const fs::path& shown_path) {
  if (is_model_file(shown_path)) {
    auto card = shown_path;
    std::error_code error;
    if (!fs::is_regular_file(card.replace_extension(".yaml"), error)) return bare_model(shown_path);
    return read_card_at(card);
  }
  auto card = read_card(shown_path);
  if (!card) throw Problem{kComplete, card.error().message};
  return {std::move(*card), fs::absolute(shown_path).lexically_normal(), false};
}

bool is_card_name(const fs::path& path) { return path.extension() == ".yaml" || path.extension() == ".yml"; }

/// Every *.yaml and model file in the folder, and card.yaml in the folders in it, in the order of their paths.
std::vector<fs::path> cards_in(const fs::path& folder, int line, const std::string& text) {
  std::vector<fs::path> cards;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    std::error_code ignored;  // a broken link is no card
    if (fs::is_regular_file(at->path(), ignored)) {
      if (is_card_name(at->path()) || is_model_file(at->path())) cards.push_back(at->path());
    } else if (fs::is_regular_file(at->path() / "card.yaml", ignored)) {
      cards.push_back(at->path() / "card.yaml");
    }
  }
  if (error) throw Problem{line, "models: the folder " + in_quotes(text) + " cannot be read (" + error.message() + ")"};
  if (cards.empty()) {
    throw Problem{line, "models: the folder " + in_quotes(text) +
                            " holds no card (*.yaml or */card.yaml) and no model (*.ts or *.nm)"};
  }
  std::sort(cards.begin(), cards.end());
  return cards;
}

void read_path(const Node& node, const fs::path& file, Collector& out) {
  if (!node.is(Node::Kind::kText) || node.text.empty()) {
    throw Problem{node.line,
                  "models holds " + shown(node) + "; the path of a folder, a card or a model file is expected"};
  }
  const fs::path path = display(node.text, file);
  std::error_code error;
  if (!fs::exists(path, error)) {
    throw Problem{node.line, "models: there is no folder, card or model file " + in_quotes(node.text) +
                                 " (looked for " + one_line(path.string(), 300) + ")"};
  }
  if (!fs::is_directory(path, error)) return out.add(read_card_at(path), node.line, path.string());
  std::vector<fs::path> described;  // files that a card of the folder names
  std::vector<std::pair<ModelConfig, fs::path>> found;
  const auto files = cards_in(path, node.line, node.text);
  for (const fs::path& card : files) {
    if (is_model_file(card)) continue;
    found.emplace_back(read_card_at(card), card);
    described.push_back(found.back().first.card.file);
  }
  for (const fs::path& model : files) {
    if (!is_model_file(model)) continue;
    auto bare = bare_model(model);
    const bool has_card = std::find(described.begin(), described.end(), bare.card.file) != described.end();
    if (!has_card) found.emplace_back(std::move(bare), model);
  }
  for (auto& [model, source] : found) out.add(std::move(model), node.line, source.string());
}

/// How it is served, whatever its card says.
void read_manner(const MapReader& reader, ModelConfig& model) {
  reader.boolean("trusted", model.trusted);
  reader.boolean("isolate", model.card.isolate);
  if (!model.trusted || !model.card.isolate) return;
  throw Problem{reader.line(), reader.path("trusted") +
                                   " is true, and so is isolate: a model answers on the network "
                                   "thread or in a process of its own; one of them has to be false"};
}

/// A card written here, when it is one: a file that says itself how it streams needs no kind.
std::optional<Node> card_written_here(const Node& node) {
  if (node.find("kind")) return node;
  const Node* named = node.find("file");
  if (!named || node.find("card") || !is_model_file(named->text)) return std::nullopt;
  Node card = node;
  Node kind;
  kind.kind = Node::Kind::kText;
  kind.line = named->line;
  kind.key = "kind";
  kind.text = "stream";
  card.items.push_back(std::move(kind));
  return card;
}

ModelConfig read_named(const Node& node, const fs::path& file) {
  const std::string path = "models." + one_line(node.key);
  check_model_name(node.key, node.line, "a name in models");
  const auto from_card = [&](const std::string& text) {
    if (text.empty()) throw Problem{node.line, path + " has an empty path; the path of a card is expected"};
    const fs::path card = display(text, file);
    std::error_code error;
    if (!fs::is_regular_file(card, error)) {
      throw Problem{node.line, path + ": there is no card " + in_quotes(text) + " (looked for " +
                                   one_line(card.string(), 300) + ")"};
    }
    return read_card_at(card);
  };
  if (node.is(Node::Kind::kText)) return from_card(node.text);
  if (!node.is(Node::Kind::kMap)) {
    throw Problem{node.line, path + " is " + shown(node) +
                                 "; the path of a card, {card: path, trusted: true}, or a card is expected"};
  }
  ModelConfig model;
  if (const auto card = card_written_here(node)) {
    model.card = read_card_node(*card, file, path, &node.key);
    read_manner(MapReader(*card, path, kModelKeys, &kCardKeys), model);
    return model;
  }
  if (node.find("file") && !node.find("card")) {
    throw Problem{node.line,
                  path + ".kind is missing; a card written here needs it, unless its file is a *.ts or *.nm"};
  }
  const MapReader reader(node, path, kModelKeys);
  const Node& card = reader.required("card");
  std::string text;
  reader.text("card", text);
  long long format = 0;
  if (as_whole(card, format)) throw Problem{card.line, path + ".kind is missing; a card written here needs it"};
  model = from_card(text);
  read_manner(reader, model);
  return model;
}

}  // namespace

fs::path resolve(const std::string& text, const fs::path& file) {
  const fs::path path = fs::absolute(file.parent_path() / text).lexically_normal();
  return path.has_filename() ? path : path.parent_path();  // "zoo/" is "zoo"
}

std::vector<ModelConfig> read_models(const Node& node, const fs::path& file) {
  Collector out;
  if (node.is(Node::Kind::kText)) read_path(node, file, out);
  if (node.is(Node::Kind::kList)) {
    for (const Node& item : node.items) read_path(item, file, out);
  }
  if (node.is(Node::Kind::kMap)) {
    for (const Node& item : node.items) {
      ModelConfig model = read_named(item, file);
      model.card.name = item.key;
      out.add(std::move(model), item.line, "models." + one_line(item.key));
    }
  }
  return std::move(out.models);
}

}  // namespace server
