#include <algorithm>
#include <set>

#include "models/model.hpp"
#include "server/config/parts.hpp"

namespace server {
namespace {

constexpr std::size_t kMaxMethods = 64;

std::string lower_case(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

void read_kind(const MapReader& reader, models::Card& card) {
  const Node& node = reader.required("kind");
  reader.text("kind", card.kind);
  const auto kinds = models::kinds();
  if (std::find(kinds.begin(), kinds.end(), card.kind) != kinds.end()) return;
  throw Problem{node.line, reader.path("kind") + " is " + shown(node) +
                               suggestion(card.kind, std::vector<std::string>(kinds.begin(), kinds.end()))};
}

void read_file_and_hash(const MapReader& reader, const std::filesystem::path& file, models::Card& card) {
  reader.choice("engine", card.engine);
  std::string name;
  if (card.engine == "torch") reader.required("file");
  reader.text("file", name);
  if (const Node* node = reader.find("file"); node && name.empty()) {
    reader.refuse(*node, "the path of the model, relative to the card,");
  }
  if (!name.empty()) card.file = resolve(name, file);
  read_sha256(reader, "sha256", card.sha256);
}

/// The name, and which of the script's methods and results it stands for: the same for every kind.
void read_method(const MapReader& reader, models::MethodCard& method) {
  const Node& name = reader.required("name");
  reader.text("name", method.name);
  reader.text("call", method.call);
  reader.whole("element", method.element);
  if (!is_method_name(method.name)) reader.refuse(name, kMethodName);
  if (const Node* call = reader.find("call"); call && !is_method_name(method.call)) reader.refuse(*call, kMethodName);
}

void read_params_method(const MapReader& reader, models::MethodCard& method) {
  method.inputs = read_ports(reader, "inputs", kInputKeys);
  method.outputs = read_ports(reader, "outputs", kOutputKeys);
  if (const Node* node = reader.find("answer")) {
    throw Problem{node->line, reader.path("answer") + " is for kind classifier; this card is of kind params"};
  }
}

void read_params(const MapReader& reader, models::Card& card) {
  refuse_listening(reader, card);
  const Node* list = reader.find("methods");
  if (!list || (list->is(Node::Kind::kList) && list->items.empty())) {
    card.methods.push_back(
        {"forward", read_ports(reader, "inputs", kInputKeys), read_ports(reader, "outputs", kOutputKeys)});
    return;
  }
  for (const auto* key : {"inputs", "outputs"}) {
    if (const Node* node = reader.find(key)) {
      throw Problem{node->line, reader.path(key) + " stands beside methods; write it into each method"};
    }
  }
  read_method_list(reader, *list, card, read_params_method);
}

void read_options(const MapReader& reader, models::Card& card) {
  const Node* node = reader.find("options");
  if (!node || node->is(Node::Kind::kNull)) return;
  if (!node->is(Node::Kind::kMap)) reader.refuse(*node);
  for (const Node& option : node->items) {
    if (!option.is(Node::Kind::kText)) {
      throw Problem{option.line, reader.path("options") + "." + one_line(option.key) + " is " + shown(option) +
                                     "; a text is expected"};
    }
    card.options.emplace_back(option.key, option.text);
  }
}

void read_name(const MapReader& reader, const std::string* inline_name, models::Card& card) {
  if (!inline_name) reader.required("name");
  reader.text("name", card.name);
  if (const Node* node = reader.find("name")) check_model_name(card.name, node->line, reader.path("name"));
  if (inline_name) card.name = *inline_name;
}

}  // namespace

bool is_method_name(const std::string& name) {
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";
  return !name.empty() && name.size() <= 64 && name.find_first_not_of(kLetters) == std::string::npos;
}

void read_sha256(const MapReader& reader, std::string_view key, std::string& out) {
  reader.text(key, out);
  out = lower_case(out);
  const bool is_hash = out.size() == 64 && out.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (const Node* node = reader.find(key); node && !out.empty() && !is_hash) reader.refuse(*node, kHashForm);
}

void read_method_list(const MapReader& reader, const Node& list, models::Card& card,
                      void (*read_one)(const MapReader& reader, models::MethodCard& method)) {
  if (!list.is(Node::Kind::kList)) reader.refuse(list);
  if (list.items.size() > kMaxMethods) throw Problem{list.line, reader.path("methods") + " has more than 64 entries"};
  std::set<std::string> names;
  for (const Node& node : list.items) {
    const std::string path = reader.path("methods") + "[" + std::to_string(card.methods.size()) + "]";
    const MapReader entry(node, path, kMethodKeys);
    auto& method = card.methods.emplace_back();
    read_method(entry, method);
    if (card.kind != "stream") refuse_form(entry);
    read_one(entry, method);
    if (names.insert(method.name).second) continue;
    throw Problem{node.line, path + " is a second method " + in_quotes(method.name)};
  }
}

bool is_model_name(const std::string& name) {
  return !name.empty() && name.size() <= 64 &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789._-") == std::string::npos;
}

void check_model_name(const std::string& name, int line, const std::string& path) {
  if (is_model_name(name)) return;
  throw Problem{line, path + " is " + in_quotes(name) + "; a name of a-z 0-9 . _ - (1..64 bytes) is expected"};
}

models::Card read_card_node(const Node& node, const std::filesystem::path& file, const std::string& path,
                            const std::string* inline_name) {
  const MapReader reader(node, path, kCardKeys, inline_name ? &kModelKeys : nullptr);
  models::Card card;
  int format = 1;
  if (!inline_name) reader.required("card");
  reader.whole("card", format);
  read_name(reader, inline_name, card);
  read_kind(reader, card);
  read_file_and_hash(reader, file, card);
  std::string state = "none";
  reader.choice("state", state);
  card.state = state == "session";
  reader.boolean("isolate", card.isolate);
  reader.number("modelRate", card.model_rate);
  reader.text("about", card.about);
  reader.text("licence", card.licence);
  reader.texts("authors", card.authors);
  reader.texts("links", card.links);
  reader.texts("labels", card.labels);
  if (card.kind == "stream") {
    read_streaming(reader, card);
  } else {
    refuse_streaming(reader, card);
    if (card.kind == "melody") {
      read_melody(reader, card);
    } else {
      card.kind == "classifier" ? read_listening(reader, card) : read_params(reader, card);
    }
  }
  if (card.kind != "melody") refuse_melody(reader, card);
  if (const Node* list = reader.find("attributes")) card.attributes = read_attributes(*list, reader.path("attributes"));
  read_options(reader, card);
  return card;
}

base::Result<models::Card> parse_card(const std::string& text, const std::filesystem::path& file) {
  return at_the_door<models::Card>(file, [&] { return read_card_node(parse_yaml(text), file, ""); });
}

base::Result<models::Card> read_card(const std::filesystem::path& file) {
  return at_the_door<models::Card>(file, [&] { return parse_card(read_text(file), file); });
}

}  // namespace server
